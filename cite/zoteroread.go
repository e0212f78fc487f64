package cite

import (
	"html"
	"regexp"
	"strings"
)

var zoteroTypes = map[string]string{
	"journalArticle": "article-journal", "preprint": "article", "conferencePaper": "paper-conference", "book": "book", "bookSection": "chapter", "thesis": "thesis", "report": "report", "webpage": "webpage", "manuscript": "manuscript", "magazineArticle": "article-magazine", "newspaperArticle": "article-newspaper",
	"computerProgram": "software", "dataset": "dataset", "patent": "patent", "presentation": "speech", "blogPost": "post-weblog", "encyclopediaArticle": "entry-encyclopedia", "dictionaryEntry": "entry-dictionary", "videoRecording": "motion_picture", "map": "map", "case": "legal_case", "document": "document",
}

// isWork reports whether something in a library is a work and not a part of one.
func isWork(itemType string) bool {
	return itemType != "attachment" && itemType != "note" && itemType != "annotation"
}

// zoteroItem reads an item as Zotero and its extensions write it.
func (r *Reading) zoteroItem(i int, o object) {
	kind := o.text("itemType")
	if !isWork(kind) {
		return
	}
	x := &Item{
		Key: o.text("citationKey", "citekey", "citation-key"), Type: zoteroTypes[kind], Title: o.text("title", "caseName", "nameOfAct", "subject"), ShortTitle: o.text("shortTitle"),
		Container: o.text("publicationTitle", "bookTitle", "proceedingsTitle", "conferenceName", "encyclopediaTitle", "dictionaryTitle", "blogTitle", "websiteTitle", "forumTitle", "programTitle"),
		Series:    o.text("series", "seriesTitle"), Volume: o.text("volume"), Issue: o.text("issue"), Number: o.text("reportNumber", "number", "patentNumber", "docketNumber"),
		Pages: cleanPages(o.text("pages")), Edition: o.text("edition", "versionNumber"), Publisher: o.text("publisher", "university", "institution", "company", "studio", "repository"),
		Place: o.text("place"), Genre: o.text("thesisType", "reportType", "genre", "type", "manuscriptType"), DOI: cleanDOI(o.text("DOI", "doi")), ISBN: o.text("ISBN"), ISSN: o.text("ISSN"), URL: o.text("url"),
		Issued: parseDate(o.text("date")), Accessed: parseDate(o.text("accessDate")), Abstract: o.text("abstractNote"), Language: o.text("language"),
	}
	if x.Type == "" {
		x.Type = "document"
	}
	if id := o.text("archiveID"); id != "" {
		x.ArXiv = arXivIn(id)
	}
	creators, _ := o["creators"].([]any)
	for _, v := range creators {
		c, _ := v.(map[string]any)
		n := zoteroName(c)
		switch role := object(c).text("creatorType"); {
		case n == (Name{}) || len(x.Authors)+len(x.Editors) > 10_000:
		case role == "editor" || role == "seriesEditor":
			x.Editors = append(x.Editors, n)
		case role == "translator" || role == "reviewedAuthor" || role == "recipient":
			x.keep("zotero", role, n.FamilyFirst())
		default:
			x.Authors = append(x.Authors, n)
		}
	}
	tags, _ := o["tags"].([]any)
	for _, v := range tags {
		tag := textOf(v)
		if c, ok := v.(map[string]any); ok {
			tag = object(c).text("tag")
		}
		if tag != "" && len(x.Keywords) < 1000 {
			x.Keywords = append(x.Keywords, tag)
		}
	}
	notes, _ := o["notes"].([]any)
	for _, v := range notes {
		note := textOf(v)
		if c, ok := v.(map[string]any); ok {
			note = object(c).text("note")
		}
		x.note(note)
	}
	x.extra(o["extra"])
	r.add(0, x)
}

func zoteroName(o object) Name {
	if name := o.text("name"); name != "" {
		return Name{Literal: name}
	}
	return named(o.text("lastName"), o.text("firstName"), "")
}

var anyTag = regexp.MustCompile(`<[^<>]*>`)

// note adds a note, which may be HTML.
func (x *Item) note(s string) {
	s = oneLine(html.UnescapeString(anyTag.ReplaceAllString(s, " ")))
	if s == "" {
		return
	}
	if x.Note != "" {
		s = x.Note + " " + s
	}
	x.Note = cut(s)
}

// extra reads Zotero's field for what it has no field for: lines of a name and a value.
func (x *Item) extra(v any) {
	var lines []string
	switch v := v.(type) {
	case string:
		lines = strings.Split(v, "\n")
	case []any:
		for _, line := range v {
			lines = append(lines, textOf(line))
		}
	}
	for _, line := range lines[:min(len(lines), 100)] {
		name, value, _ := strings.Cut(line, ":")
		value = oneLine(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "arxiv", "arxiv id":
			set(&x.ArXiv, arXivIn(value))
			if _, class, ok := strings.Cut(value, "["); ok {
				set(&x.Class, strings.TrimSuffix(class, "]"))
			}
		case "citation key", "bibtex":
			set(&x.Key, value)
		case "doi":
			set(&x.DOI, cleanDOI(value))
		case "pmid":
			set(&x.PMID, value)
		default:
			x.keep("zotero", "extra", line)
		}
	}
}
