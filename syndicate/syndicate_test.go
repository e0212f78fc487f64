package syndicate_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
	"pgregory.net/rapid"

	"broadsheet/paper"
	"broadsheet/syndicate"
	"broadsheet/web/webtest"
)

var site = syndicate.Site{Base: "https://broadsheet.example", Talk: true}

func feedOf(f syndicate.Format, entries ...*syndicate.Entry) *syndicate.Feed {
	self := "https://broadsheet.example/feed/papers" + f.Ending
	feed := &syndicate.Feed{
		ID: "urn:broadsheet:x:list:papers", Title: "Broadsheet: papers", Home: "https://broadsheet.example/", Self: self,
		Next: self + "?page=2", First: self, Hub: "https://hub.example/", Entries: slices.Values(entries),
	}
	for _, e := range entries {
		if e.Updated.After(feed.Updated) {
			feed.Updated = e.Updated
		}
	}
	return feed
}

func written(t interface{ Fatal(...any) }, f syndicate.Format, feed *syndicate.Feed) []byte {
	var b bytes.Buffer
	if err := f.Write(&b, feed); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// oddPapers are the papers of the fixtures and some that are hard to write.
func oddPapers() []*paper.Paper {
	list := webtest.Papers(8, webtest.Now())
	list[0].Title, list[0].Abstract = `On $a<b$ & "<script>" in \'Etale ]]> covers`, "We bound $\\sum_{i<n} x_i^2 \\le 1$.\n\nA second part; 5 & 6."
	list[1].Title, list[1].Abstract = "", ""
	list[1].Authors = nil
	list[2].Form, list[2].Title = paper.Plain, "Costs of $5 and 10^3\x00\x0bunits"
	list[3].Authors = slices.Repeat([]paper.Author{{Name: "Ünal <b>"}}, 2500)
	list[3].Withdrawn = true
	list[4].Announced, list[4].Revised = "2026-04-14", webtest.Now()
	return list
}

// TestReadersParse has a reader that somebody else wrote parse each format: it finds
// the same papers with the same names, dates and links.
func TestReadersParse(t *testing.T) {
	t.Parallel()
	papers := oddPapers()
	entries := make([]*syndicate.Entry, len(papers))
	for i, p := range papers {
		entries[i] = site.Paper(p)
	}
	for _, f := range syndicate.Formats() {
		t.Run(f.Name, func(t *testing.T) {
			feed := feedOf(f, entries...)
			got, err := gofeed.NewParser().Parse(bytes.NewReader(written(t, f, feed)))
			if err != nil {
				t.Fatal(err)
			}
			if got.Title != feed.Title || got.Link != feed.Home || got.FeedLink != feed.Self {
				t.Errorf("the feed is %q at %q of %q", got.Title, got.FeedLink, got.Link)
			}
			if len(got.Items) != len(entries) {
				t.Fatalf("%d of %d entries", len(got.Items), len(entries))
			}
			for i, it := range got.Items {
				e := entries[i]
				if it.GUID != e.ID || it.Link != e.URL || strings.Join(strings.Fields(it.Title), " ") != xmlClean(f, e.Title) {
					t.Errorf("entry %d is %q %q at %q, want %q %q at %q", i, it.GUID, it.Title, it.Link, e.ID, e.Title, e.URL)
				}
				if it.PublishedParsed == nil || !it.PublishedParsed.Equal(e.Published.Truncate(time.Second)) {
					t.Errorf("entry %d was published %q, want %s", i, it.Published, e.Published)
				}
				if it.UpdatedParsed != nil && !it.UpdatedParsed.Equal(e.Updated.Truncate(time.Second)) {
					t.Errorf("entry %d was updated %q, want %s", i, it.Updated, e.Updated)
				}
				if it.Content != e.HTML || it.Description == "" && it.Content == "" {
					t.Errorf("entry %d has another text: %.80q", i, it.Content)
				}
				authors := len(it.Authors)
				if it.DublinCoreExt != nil { // of which gofeed takes the first for an author
					authors = len(it.DublinCoreExt.Creator)
				}
				if authors != len(e.Authors) || len(it.Categories) != len(e.Tags) {
					t.Errorf("entry %d has %d authors and %d tags, want %d and %d", i, authors, len(it.Categories), len(e.Authors), len(e.Tags))
				}
			}
		})
	}
	if !strings.Contains(entries[0].HTML, "<math>") || strings.Contains(entries[0].HTML, "<script>") || !strings.Contains(entries[0].Text, "∑") {
		t.Errorf("the first entry is not both MathML and text: %s\n%s", entries[0].HTML, entries[0].Text)
	}
	if len(entries[3].Authors) != 100 || !strings.Contains(entries[3].HTML, "and 2488 more") || !strings.Contains(entries[3].HTML, "has been withdrawn") {
		t.Errorf("2,500 authors and a withdrawal: %d, %.300s", len(entries[3].Authors), entries[3].HTML)
	}
}

// xmlClean is a title as XML can hold it.
func xmlClean(f syndicate.Format, title string) string {
	if f.Name == "JSON Feed" {
		return title
	}
	return strings.NewReplacer("\x00", "\uFFFD", "\x0b", "\uFFFD").Replace(title)
}

// TestEveryFeedIsValid holds feeds of whatever entries to what the three
// specifications demand of their structure.
func TestEveryFeedIsValid(t *testing.T) {
	t.Parallel()
	text := rapid.StringN(0, 60, -1)
	rapid.Check(t, func(t *rapid.T) {
		var entries []*syndicate.Entry
		for i := range rapid.IntRange(0, 4).Draw(t, "entries") {
			at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "published"), 0)
			entries = append(entries, &syndicate.Entry{
				ID: fmt.Sprint("urn:broadsheet:paper:", i), URL: "https://broadsheet.example/papers/" + url.PathEscape(text.Draw(t, "key")),
				Title: text.Draw(t, "title"), Authors: rapid.SliceOfN(text, 0, 3).Draw(t, "authors"), Tags: rapid.SliceOfN(text, 0, 3).Draw(t, "tags"),
				Published: at, Updated: at.Add(time.Duration(rapid.Int64Range(0, 1e6).Draw(t, "after")) * time.Second),
				HTML: text.Draw(t, "html"), Text: text.Draw(t, "text"), Under: &syndicate.Under{ID: "urn:x", URL: "https://x.example"},
			})
		}
		for _, f := range syndicate.Formats() {
			b := written(t, f, feedOf(f, entries...))
			check := map[string]func([]byte, int) error{"Atom": validAtom, "RSS": validRSS, "JSON Feed": validJSON}[f.Name]
			if err := check(b, len(entries)); err != nil {
				t.Fatalf("%s: %v\n%s", f.Name, err, b)
			}
		}
	})
}

// element is any element of XML with what is in it.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Kids    []element  `xml:",any"`
}

func (e element) all(name string) (list []element) {
	for _, k := range e.Kids {
		if k.XMLName.Local == name {
			list = append(list, k)
		}
	}
	return list
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func parsed(b []byte) (root element, err error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	if err = d.Decode(&root); err != nil {
		return root, err
	}
	if _, err := d.Token(); err != io.EOF {
		return root, fmt.Errorf("something follows the root: %v", err)
	}
	return root, nil
}

// once demands one of each element.
func once(e element, names ...string) error {
	for _, n := range names {
		if got := len(e.all(n)); got != 1 {
			return fmt.Errorf("<%s> has %d of %s", e.XMLName.Local, got, n)
		}
	}
	return nil
}

func validAtom(b []byte, n int) error {
	root, err := parsed(b)
	if err != nil {
		return err
	}
	const space = "http://www.w3.org/2005/Atom"
	if root.XMLName != (xml.Name{Space: space, Local: "feed"}) || len(root.all("entry")) != n {
		return fmt.Errorf("the root is %v with %d entries", root.XMLName, len(root.all("entry")))
	}
	if err := once(root, "id", "title", "updated", "author"); err != nil {
		return err
	}
	rels := map[string]bool{}
	for _, l := range root.all("link") {
		if u, err := url.Parse(l.attr("href")); err != nil || !u.IsAbs() || rels[l.attr("rel")] {
			return fmt.Errorf("the link %v is not absolute or stands twice", l.Attrs)
		}
		rels[l.attr("rel")] = true
	}
	for _, rel := range []string{"self", "alternate", "next", "first", "hub"} {
		if !rels[rel] {
			return fmt.Errorf("there is no link %s", rel)
		}
	}
	newest := root.all("updated")[0].Text
	for _, e := range root.all("entry") {
		if err := once(e, "id", "title", "updated", "published", "content"); err != nil {
			return err
		}
		published, err1 := time.Parse(time.RFC3339, e.all("published")[0].Text)
		updated, err2 := time.Parse(time.RFC3339, e.all("updated")[0].Text)
		if err1 != nil || err2 != nil || updated.Before(published) || e.all("updated")[0].Text > newest {
			return fmt.Errorf("the dates %v %v are in no order", published, updated)
		}
		if u, err := url.Parse(e.all("id")[0].Text); err != nil || !u.IsAbs() {
			return fmt.Errorf("the id %q is no IRI", e.all("id")[0].Text)
		}
		for _, who := range e.all("author") {
			if err := once(who, "name"); err != nil {
				return err
			}
		}
	}
	return nil
}

func validRSS(b []byte, n int) error {
	root, err := parsed(b)
	if err != nil {
		return err
	}
	if root.XMLName.Local != "rss" || root.attr("version") != "2.0" {
		return fmt.Errorf("the root is %v", root.XMLName)
	}
	if err := once(root, "channel"); err != nil {
		return err
	}
	channel := root.all("channel")[0]
	if err := once(channel, "title", "description", "lastBuildDate"); err != nil {
		return err
	}
	if len(channel.all("item")) != n {
		return fmt.Errorf("%d items", len(channel.all("item")))
	}
	for _, it := range channel.all("item") {
		if err := once(it, "title", "link", "guid", "pubDate", "description", "encoded"); err != nil {
			return err
		}
		if _, err := mail.ParseDate(it.all("pubDate")[0].Text); err != nil {
			return err
		}
		if it.all("guid")[0].attr("isPermaLink") != "false" {
			return fmt.Errorf("the guid %v claims to be an address", it.all("guid"))
		}
	}
	return nil
}

func validJSON(b []byte, n int) error {
	var feed struct {
		Version, Title string
		Home           string `json:"home_page_url"`
		Self           string `json:"feed_url"`
		Next           string `json:"next_url"`
		Items          []struct {
			ID, URL   string
			HTML      *string `json:"content_html"`
			Published string  `json:"date_published"`
			Modified  string  `json:"date_modified"`
		}
	}
	if err := json.Unmarshal(b, &feed); err != nil {
		return err
	}
	if feed.Version != "https://jsonfeed.org/version/1.1" || feed.Title == "" || feed.Home == "" || feed.Self == "" || feed.Next == "" || len(feed.Items) != n {
		return fmt.Errorf("the head is %+v", feed)
	}
	for _, it := range feed.Items {
		if it.ID == "" || it.URL == "" || it.HTML == nil {
			return fmt.Errorf("the item is %+v", it)
		}
		for _, at := range []string{it.Published, it.Modified} {
			if _, err := time.Parse(time.RFC3339, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestIdentifiersStay follows a paper through what may become of it.
func TestIdentifiersStay(t *testing.T) {
	t.Parallel()
	arxiv := func(v string) paper.Identifier { return paper.Identifier{Scheme: paper.ArXiv, Value: v} }
	own := paper.Identifier{Scheme: paper.Own, Value: "b7"}
	for _, c := range []struct {
		name string
		p    paper.Paper
		want string
	}{
		{"of arXiv", paper.Paper{ID: 7, Key: "2604.11666", Identifiers: []paper.Identifier{arxiv("2604.11666")}}, "urn:broadsheet:paper:2604.11666"},
		{"of arXiv's old style", paper.Paper{ID: 7, Key: "hep-th/9901001", Identifiers: []paper.Identifier{arxiv("hep-th/9901001")}}, "urn:broadsheet:paper:hep-th/9901001"},
		{"not of arXiv", paper.Paper{ID: 7, Key: "b7", Identifiers: []paper.Identifier{own}}, "urn:broadsheet:paper:b7"},
		{"of arXiv since", paper.Paper{ID: 7, Key: "2604.11666", Identifiers: []paper.Identifier{arxiv("2604.11666"), own}}, "urn:broadsheet:paper:b7"},
		{"of arXiv, joined by one that was not", paper.Paper{ID: 3, Key: "2604.11666", Identifiers: []paper.Identifier{arxiv("2604.11666"), own}}, "urn:broadsheet:paper:2604.11666"},
	} {
		if got := syndicate.PaperID(&c.p); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	p := webtest.Papers(1, webtest.Now())[0]
	before := site.Paper(p)
	p.Figures.Votes += 100
	p.Here.Comments++
	if after := site.Paper(p); after.HTML != before.HTML || !after.Updated.Equal(before.Updated) {
		t.Error("votes change the entry of a paper")
	}
	p.Revised = webtest.Now().Add(time.Hour)
	if after := site.Paper(p); after.ID != before.ID || !after.Updated.Equal(p.Revised) || !after.Published.Equal(before.Published) {
		t.Errorf("a new version is not an update: %+v", after)
	}
}
