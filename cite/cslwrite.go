package cite

import (
	"encoding/json"
	"strings"
)

// The objects of CSL-JSON 1.0.2 (https://github.com/citation-style-language/schema).
type (
	cslItem struct {
		ID         string    `json:"id"`
		Type       string    `json:"type"`
		Title      string    `json:"title"`
		ShortTitle string    `json:"title-short,omitempty"`
		Author     []cslName `json:"author,omitempty"`
		Editor     []cslName `json:"editor,omitempty"`
		Issued     *cslDate  `json:"issued,omitempty"`
		Container  string    `json:"container-title,omitempty"`
		Series     string    `json:"collection-title,omitempty"`
		Volume     string    `json:"volume,omitempty"`
		Issue      string    `json:"issue,omitempty"`
		Number     string    `json:"number,omitempty"`
		Pages      string    `json:"page,omitempty"`
		Edition    string    `json:"edition,omitempty"`
		Publisher  string    `json:"publisher,omitempty"`
		Place      string    `json:"publisher-place,omitempty"`
		Genre      string    `json:"genre,omitempty"`
		Archive    string    `json:"archive,omitempty"`
		Location   string    `json:"archive_location,omitempty"`
		DOI        string    `json:"DOI,omitempty"`
		ISBN       string    `json:"ISBN,omitempty"`
		ISSN       string    `json:"ISSN,omitempty"`
		PMID       string    `json:"PMID,omitempty"`
		URL        string    `json:"URL,omitempty"`
		Accessed   *cslDate  `json:"accessed,omitempty"`
		Abstract   string    `json:"abstract,omitempty"`
		Keyword    string    `json:"keyword,omitempty"`
		Note       string    `json:"note,omitempty"`
		Language   string    `json:"language,omitempty"`
	}
	cslName struct {
		Family  string `json:"family,omitempty"`
		Given   string `json:"given,omitempty"`
		Suffix  string `json:"suffix,omitempty"`
		Literal string `json:"literal,omitempty"`
	}
	cslDate struct {
		Parts [][]int `json:"date-parts,omitempty"`
		Raw   string  `json:"raw,omitempty"`
	}
)

func appendCSL(b []byte, x *Item) ([]byte, error) {
	c := cslItem{
		ID: x.Key, Type: x.Type, Title: x.Title, ShortTitle: x.ShortTitle, Author: cslNames(x.Authors), Editor: cslNames(x.Editors), Issued: cslDateOf(x.Issued),
		Container: x.Container, Series: x.Series, Volume: x.Volume, Issue: x.Issue, Number: x.Number, Pages: x.Pages, Edition: x.Edition,
		Publisher: x.Publisher, Place: x.Place, Genre: x.Genre, DOI: x.DOI, ISBN: x.ISBN, ISSN: x.ISSN, PMID: x.PMID, URL: x.URL, Accessed: cslDateOf(x.Accessed),
		Abstract: x.Abstract, Keyword: joinKeywords(x.Keywords), Note: x.Note, Language: x.Language,
	}
	if c.Type == "" {
		c.Type = "document"
	}
	if x.ArXiv != "" {
		c.Archive, c.Location = "arXiv", strings.TrimSpace("arXiv:"+x.ArXiv+" "+bracketed(x.Class))
	}
	one, err := json.Marshal(c)
	if err != nil {
		return b, err
	}
	b = append(b, one[:len(one)-1]...)
	for _, name := range x.restOf("csl") {
		member, err := json.Marshal(map[string]string{name: x.Rest["csl "+name]})
		if err != nil {
			return b, err
		}
		b = append(append(b, ','), member[1:len(member)-1]...)
	}
	return append(b, '}'), nil
}

func cslNames(names []Name) []cslName {
	var list []cslName
	for _, n := range names {
		list = append(list, cslName(n))
	}
	return list
}

func cslDateOf(d Date) *cslDate {
	switch {
	case d.IsZero():
		return nil
	case d.Year == 0:
		return &cslDate{Raw: d.Text}
	case d.Month == 0:
		return &cslDate{Parts: [][]int{{d.Year}}}
	case d.Day == 0:
		return &cslDate{Parts: [][]int{{d.Year, d.Month}}}
	}
	return &cslDate{Parts: [][]int{{d.Year, d.Month, d.Day}}}
}
