package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"broadsheet/account"
	"broadsheet/library"
)

// FollowingData is what the page of what a reader follows is made of.
type FollowingData struct {
	Follows []library.Follow
	Mutes   []library.Mute
	Found   *library.Followings
	Read    map[int64]bool         // of those found
	Marks   bool                   // the reader wants read marks
	News    map[library.Follow]int // new papers of each
	First   bool                   // this is the beginning of the list
	ForYou  *ForYouData
}

// FollowingPage joins what a reader follows, with the reason at each paper.
type FollowingPage struct {
	Page
	Sum    string
	Rows   []DayRow
	Empty  string
	Older  string
	Boxes  []FollowBox
	Mutes  []Choice // Value is what is posted
	Kept   string   // back by mutes, in words
	ForYou *ForYou
	End    string
}

func (*FollowingPage) template() string { return "following" }

// DayRow is a paper in a list by time.
type DayRow struct {
	Item
	Day, Weekday string
	Mute         string // to where muting it is posted
}

// FollowBox is what a reader follows of one kind.
type FollowBox struct {
	Title string
	Rows  []FollowRow
}

// FollowRow is something that a reader follows.
type FollowRow struct {
	Link
	Action string // to where no longer following is posted
}

// FollowingPageOf makes the page of what a reader follows.
func FollowingPageOf(s Site, d FollowingData) *FollowingPage {
	v := &FollowingPage{Page: s.page("Following", "papers")}
	v.NoIndex = true
	unread := 0
	for i, c := range d.Found.Papers {
		row := DayRow{Item: s.listed(c.Paper, i+1)}
		row.Why, row.Mute = c.Why, "/mute?"+query("kind", string(library.Paper), "key", c.Paper.Key)
		if c.Day != "" {
			at := day(c.Day)
			row.Day, row.Weekday = at.Format("2"), at.Format("Mon")
			if s.Now.Sub(at) > 6*24*time.Hour {
				row.Weekday = at.Format("Jan")
			}
		}
		if !d.Read[c.Paper.ID] {
			unread++
		}
		v.Rows = append(v.Rows, row)
	}
	v.sum(d, unread)
	v.boxes(s, d)
	for _, m := range d.Mutes {
		text := m.Name
		switch m.Kind {
		case library.Word:
			text = "the word “" + m.Key + "”"
		case library.Paper:
			text = "“" + clip(m.Name, 60) + "”, until its next version"
		}
		v.Mutes = append(v.Mutes, Choice{Text: text, Value: "/mute?" + query("kind", string(m.Kind), "key", m.Key)})
	}
	if n := d.Found.Muted; n > 0 {
		v.Kept = fmt.Sprintf(" They kept back %s of this page.", count(n, "paper"))
	}
	if d.Found.Next != "" {
		v.Older = "/following?" + query("after", d.Found.Next)
	} else if len(v.Rows) > 0 {
		v.End = fmt.Sprintf("That is all of the last %d days.", library.Window)
	}
	if d.ForYou != nil && d.First {
		v.ForYou = forYouOf(s, *d.ForYou)
	}
	return v
}

func (v *FollowingPage) sum(d FollowingData, unread int) {
	switch {
	case len(d.Follows) == 0:
		v.Sum = "What you follow is joined here, with the reason at each paper."
		v.Empty = "You follow nothing yet. Press Follow on the page of an author, a category or a reader, or on a search, or write it here."
	case len(v.Rows) == 0:
		v.Sum = fmt.Sprintf("Nothing of the last %d days.", library.Window)
		v.Empty = "No paper of the last days concerns what you follow."
	default:
		v.Sum = count(len(v.Rows), "paper")
		if d.Found.Next != "" {
			v.Sum = "The newest " + v.Sum
		}
		if d.Marks {
			v.Sum += ", " + number(unread) + " unread"
		}
		v.Sum += ". Newest first; a paper with several reasons stands once."
	}
}

// boxes lists what is followed, by kind.
func (v *FollowingPage) boxes(s Site, d FollowingData) {
	titles := []struct {
		title string
		kinds []library.Kind
	}{
		{"Authors", []library.Kind{library.Author}},
		{"Categories and topics", []library.Kind{library.Category, library.Topic}},
		{"Readers", []library.Kind{library.Reader}},
		{"Saved searches", []library.Kind{library.Search}},
	}
	for _, t := range titles {
		box := FollowBox{Title: t.title}
		for _, f := range d.Follows {
			if slices.Contains(t.kinds, f.Kind) {
				row := FollowRow{Link: Link{Text: f.Name}, Action: "/follow?" + query("kind", string(f.Kind), "key", f.Key)}
				if long := categoryName(f.Key); f.Kind == library.Category && long != f.Key {
					row.Text += ", " + long
				}
				if n := d.News[library.Follow{Kind: f.Kind, Key: f.Key}]; n > 0 {
					row.Note = number(n) + " new"
				}
				if s.Searches || f.Kind == library.Reader {
					row.Href = followedPath(f)
				}
				box.Rows = append(box.Rows, row)
			}
		}
		if len(box.Rows) > 0 {
			v.Boxes = append(v.Boxes, box)
		}
	}
}

// followedPath is the address of what is followed.
func followedPath(f library.Follow) string {
	switch f.Kind {
	case library.Author:
		return authorPath(f.Key)
	case library.Category:
		return categoryPath(f.Key)
	case library.Topic:
		return topicPath(f.Key)
	case library.Reader:
		return readerPath(f.Key)
	}
	return searchPath + "?" + query("q", f.Key)
}

// following shows what concerns a reader: by what they follow, and by what they voted
// for and saved.
func (h *Handler) following(w http.ResponseWriter, r *http.Request) error {
	const shown = 20
	ctx, v, after := r.Context(), account.From(r.Context()), r.URL.Query().Get("after")
	site, err := h.site(r)
	if err != nil {
		return err
	}
	d := FollowingData{First: after == "", Marks: v.Shows.KeepsRead}
	if d.Follows, err = h.Library.Follows(ctx, v.ID); err != nil {
		return err
	}
	if d.Mutes, err = h.Library.Mutes(ctx, v.ID); err != nil {
		return err
	}
	if d.Found, err = h.Library.Following(ctx, v.ID, after, shown); err != nil {
		return err
	}
	var ids []int64
	for _, c := range d.Found.Papers {
		ids = append(ids, c.Paper.ID)
	}
	if d.First {
		if err := h.Library.Look(ctx, h.Now(), v.ID); err != nil {
			return err
		}
		if d.News, err = h.Library.News(ctx, v.ID); err != nil {
			return err
		}
		if d.ForYou, err = h.forYou(ctx, v, ids); err != nil {
			return err
		}
		for _, c := range d.ForYou.Chosen {
			ids = append(ids, c.Paper.ID)
		}
	}
	m, err := h.Library.Marks(ctx, v.ID, ids)
	if err != nil {
		return err
	}
	d.Read = m.Read
	return h.showTo(w, r, v, FollowingPageOf(site, d), ids...)
}
