package oaitest

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func escape(s string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}

// oai answers a question to the OAI-PMH server.
func (s *Server) oai(q url.Values) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">` + "\n")
	fmt.Fprintf(&b, "<responseDate>%sT12:00:00Z</responseDate>\n<request verb=\"%s\">http://oaipmh.arxiv.org/oai</request>\n", s.day, escape(q.Get("verb")))
	switch verb := q.Get("verb"); verb {
	case "ListRecords":
		s.list(&b, q)
	case "GetRecord":
		if p := s.byID[strings.TrimPrefix(q.Get("identifier"), "oai:arXiv.org:")]; p != nil {
			b.WriteString("<GetRecord>\n")
			record(&b, p, q.Get("metadataPrefix"))
			b.WriteString("</GetRecord>\n")
		} else {
			problem(&b, "idDoesNotExist", "The value of the identifier argument is unknown or illegal in this repository.")
		}
	default:
		problem(&b, "badVerb", "Value of the verb argument is not a legal OAI-PMH verb, the verb argument is missing, or the verb argument is repeated.")
	}
	b.WriteString("</OAI-PMH>\n")
	return b.Bytes()
}

func problem(b *bytes.Buffer, code, text string) {
	fmt.Fprintf(b, "<error code='%s'>%s</error>\n", code, text)
}

const badToken = "The value of the resumptionToken argument is invalid or expired."

func (s *Server) list(b *bytes.Buffer, q url.Values) {
	skip := 0
	if token := q.Get("resumptionToken"); token != "" {
		inner, err := url.QueryUnescape(token)
		args, err2 := url.ParseQuery(inner)
		if err != nil || err2 != nil || args.Get("skip") == "" || s.faults.Expire > 0 && s.rand.Float64() < s.faults.Expire {
			problem(b, "badResumptionToken", badToken)
			return
		}
		q = args
		skip, _ = strconv.Atoi(q.Get("skip"))
	}
	prefix := q.Get("metadataPrefix")
	if prefix != "arXiv" && prefix != "arXivRaw" {
		problem(b, "cannotDisseminateFormat", "The metadata format identified by the value given for the metadataPrefix argument is not supported by the item or by the repository.")
		return
	}
	wanted := category(q.Get("set"))
	var found []*Paper
	for _, p := range s.papers {
		if (wanted == "" || p.in(wanted)) && p.Datestamp >= q.Get("from") && (q.Get("until") == "" || p.Datestamp <= q.Get("until")) {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		problem(b, "noRecordsMatch", "The combination of the values of the from, until, set and metadataPrefix arguments results in an empty list.")
		return
	}
	size := s.Pages
	if size == 0 {
		size = 1000
	}
	first := min(skip, len(found))
	end := min(first+size, len(found))
	if s.faults.Repeat > 0 && s.rand.Float64() < s.faults.Repeat {
		first = max(0, first-size/2)
	}
	s.served = found[first:end]
	b.WriteString("<ListRecords>\n")
	for _, p := range s.served {
		record(b, p, prefix)
	}
	next := url.Values{"verb": {"ListRecords"}, "skip": {strconv.Itoa(end)}}
	for _, name := range []string{"metadataPrefix", "set", "from", "until"} {
		if v := q.Get(name); v != "" {
			next.Set(name, v)
		}
	}
	token := url.QueryEscape(next.Encode())
	switch {
	case s.faults.OldTokens && end < len(found):
		fmt.Fprintf(b, "<resumptionToken completeListSize='%d' cursor='%d'>%s</resumptionToken>\n", len(found), skip, escape(token))
	case end < len(found):
		fmt.Fprintf(b, "<resumptionToken expirationDate='%sT00:00:00Z'>%s</resumptionToken>\n", s.day, escape(token))
	case skip > 0:
		b.WriteString("<resumptionToken></resumptionToken>\n")
	}
	b.WriteString("</ListRecords>\n")
}

// category returns the category or archive of a set: cs.LG for cs:cs:LG, hep-th for
// physics:hep-th.
func category(set string) string {
	parts := strings.Split(set, ":")
	switch {
	case len(parts) == 3:
		return parts[1] + "." + parts[2]
	case len(parts) == 2:
		return parts[1]
	}
	return set
}

// set returns the set of a category, as record headers name it.
func set(category string) string {
	archive, subject, dotted := strings.Cut(category, ".")
	group := archive
	if strings.Contains(" hep-th quant-ph nlin physics ", " "+archive+" ") {
		group = "physics"
	}
	if !dotted {
		return group + ":" + archive
	}
	return group + ":" + archive + ":" + subject
}

func record(b *bytes.Buffer, p *Paper, prefix string) {
	status := ""
	if p.Deleted {
		status = ` status="deleted"`
	}
	fmt.Fprintf(b, "<record>\n<header%s>\n <identifier>oai:arXiv.org:%s</identifier>\n <datestamp>%s</datestamp>\n", status, p.ID, p.Datestamp)
	for _, c := range p.Categories {
		fmt.Fprintf(b, " <setSpec>%s</setSpec>\n", set(c))
	}
	b.WriteString("</header>\n")
	if p.Deleted {
		b.WriteString("</record>\n")
		return
	}
	b.WriteString("<metadata>\n")
	if prefix == "arXivRaw" {
		fmt.Fprintf(b, ` <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://arxiv.org/OAI/arXivRaw/ http://arxiv.org/OAI/arXivRaw.xsd">`+"\n <id>%s</id><submitter>Ada Example</submitter>", p.ID)
		for i, v := range p.Versions {
			fmt.Fprintf(b, `<version version="v%d"><date>%s</date><size>%dkb</size><source_type>D</source_type></version>`, i+1, v.UTC().Format("Mon, 2 Jan 2006 15:04:05 GMT"), 100+i)
		}
		fmt.Fprintf(b, "<title>%s</title><authors>%s</authors><categories>%s</categories><license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license><abstract>  %s\n</abstract></arXivRaw>\n",
			escape(p.Title), escape(p.AuthorLine), strings.Join(p.Categories, " "), escape(p.Abstract))
	} else {
		fmt.Fprintf(b, "<arXiv xmlns=\"http://arxiv.org/OAI/arXiv/\">\n<id>%s</id><created>%s</created><authors><author><keyname>Example</keyname><forenames>Ada</forenames></author></authors><title>%s</title><categories>%s</categories><abstract>  %s\n</abstract></arXiv>\n",
			p.ID, p.Versions[0].Format(time.DateOnly), escape(p.Title), strings.Join(p.Categories, " "), escape(p.Abstract))
	}
	b.WriteString("</metadata>\n</record>\n")
}

var (
	span     = regexp.MustCompile(`submittedDate:\[(\d{8})\d{4} TO (\d{8})\d{4}\]`)
	wantCat  = regexp.MustCompile(`cat:([\w.*-]+)`)
	properID = regexp.MustCompile(`^(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(v\d+)?$`)
)

// api answers a question to arXiv's API.
func (s *Server) api(q url.Values) (int, string, []byte) {
	const kind = "application/atom+xml; charset=UTF-8"
	start, _ := strconv.Atoi(q.Get("start"))
	most, err := strconv.Atoi(q.Get("max_results"))
	if err != nil {
		most = 10
	}
	var found []*Paper
	if ids := q.Get("id_list"); ids != "" {
		for _, id := range strings.Split(ids, ",") {
			if !properID.MatchString(id) {
				entry := fmt.Sprintf("<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_%s</id><title>Error</title><summary>incorrect id format for %s</summary></entry>\n", escape(id), escape(id))
				return http.StatusBadRequest, kind, atomAnswer(1, entry)
			}
			if p := s.byID[id]; p != nil && !p.Deleted {
				found = append(found, p)
			}
		}
	} else if m := span.FindStringSubmatch(q.Get("search_query")); m != nil {
		for _, p := range s.papers {
			day := p.Versions[0].Format("20060102")
			if p.Deleted || day < m[1] || day > m[2] {
				continue
			}
			for _, c := range wantCat.FindAllStringSubmatch(q.Get("search_query"), -1) {
				if p.in(strings.TrimSuffix(c[1], ".*")) {
					found = append(found, p)
					break
				}
			}
		}
	}
	var b strings.Builder
	for _, p := range found[min(start, len(found)):min(start+most, len(found))] {
		fmt.Fprintf(&b, "<entry><id>http://arxiv.org/abs/%sv%d</id><title>%s</title><updated>%s</updated><summary>%s</summary><published>%s</published>",
			p.ID, len(p.Versions), escape(p.Title), p.Versions[len(p.Versions)-1].UTC().Format(time.RFC3339), escape(p.Abstract), p.Versions[0].UTC().Format(time.RFC3339))
		for _, c := range p.Categories {
			fmt.Fprintf(&b, `<category term="%s" scheme="http://arxiv.org/schemas/atom"/>`, c)
		}
		fmt.Fprintf(&b, `<arxiv:primary_category term="%s"/><author><name>Ada Example</name></author></entry>`+"\n", p.Categories[0])
	}
	return http.StatusOK, kind, atomAnswer(len(found), b.String())
}

func atomAnswer(total int, entries string) []byte {
	return fmt.Appendf(nil, `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
<id>https://arxiv.org/api/x</id><title>arXiv Query</title><updated>2026-04-12T22:10:19Z</updated><opensearch:totalResults>%d</opensearch:totalResults>
%s</feed>
`, total, entries)
}

// told are the papers of a category's feed of today, with their announce types.
func (s *Server) told(wanted string) (papers []*Paper, kinds []string) {
	for _, p := range s.papers {
		if p.Deleted || !p.in(wanted) || p.Announced > s.day {
			continue
		}
		primary := p.Categories[0] == wanted || strings.HasPrefix(p.Categories[0], wanted+".")
		kind := ""
		switch {
		case p.Announced == s.day && primary:
			kind = "new"
		case p.Announced == s.day:
			kind = "cross"
		case p.Datestamp == s.day && primary:
			kind = "replace"
		case p.Datestamp == s.day:
			kind = "replace-cross"
		default:
			continue
		}
		papers, kinds = append(papers, p), append(kinds, kind)
	}
	return papers, kinds
}

func (s *Server) rss(wanted string) []byte {
	at, err := time.Parse(time.DateOnly, s.day)
	if err != nil {
		panic(err) // a test has set it
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel><title>%s updates on arXiv.org</title><pubDate>%s</pubDate><skipDays><day>Sunday</day><day>Saturday</day></skipDays>
`, escape(wanted), at.Format("Mon, 02 Jan 2006 ")+"00:00:00 -0400")
	papers, kinds := s.told(wanted)
	for i, p := range papers {
		fmt.Fprintf(&b, "<item><title>%s</title><link>https://arxiv.org/abs/%s</link><description>arXiv:%sv%d Announce Type: %s \nAbstract: %s</description><guid isPermaLink=\"false\">oai:arXiv.org:%sv%d</guid>",
			escape(p.Title), p.ID, p.ID, len(p.Versions), kinds[i], escape(p.Abstract), p.ID, len(p.Versions))
		for _, c := range p.Categories {
			fmt.Fprintf(&b, "<category>%s</category>", c)
		}
		fmt.Fprintf(&b, "<arxiv:announce_type>%s</arxiv:announce_type><dc:creator>Ada Example, Bo Sample</dc:creator></item>\n", kinds[i])
	}
	b.WriteString("</channel></rss>\n")
	return b.Bytes()
}

func (s *Server) atom(wanted string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom"><title>%s updates on arXiv.org</title><updated>%sT04:00:19.866337+00:00</updated>
`, escape(wanted), s.day)
	papers, kinds := s.told(wanted)
	for i, p := range papers {
		fmt.Fprintf(&b, "<entry><id>oai:arXiv.org:%sv%d</id><title>%s</title><summary>arXiv:%sv%d Announce Type: %s \nAbstract: %s</summary>", p.ID, len(p.Versions), escape(p.Title), p.ID, len(p.Versions), kinds[i], escape(p.Abstract))
		for _, c := range p.Categories {
			fmt.Fprintf(&b, `<category term="%s"/>`, c)
		}
		fmt.Fprintf(&b, "<arxiv:announce_type>%s</arxiv:announce_type><dc:creator>Ada Example, Bo Sample</dc:creator></entry>\n", kinds[i])
	}
	b.WriteString("</feed>\n")
	return b.Bytes()
}
