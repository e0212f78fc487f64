package syndicate

import (
	"bytes"
	"encoding/json"
	"io"
	"time"
)

// The objects of JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).
type (
	jsonFeed struct {
		Version     string    `json:"version"`
		Title       string    `json:"title"`
		Home        string    `json:"home_page_url"`
		Self        string    `json:"feed_url"`
		Description string    `json:"description,omitempty"`
		Next        string    `json:"next_url,omitempty"`
		Language    string    `json:"language"`
		Hubs        []jsonHub `json:"hubs,omitempty"`
	}
	jsonHub struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	jsonItem struct {
		ID        string       `json:"id"`
		URL       string       `json:"url"`
		Outside   string       `json:"external_url,omitempty"`
		Title     string       `json:"title"`
		HTML      string       `json:"content_html"`
		Text      string       `json:"content_text,omitempty"`
		Published string       `json:"date_published"`
		Modified  string       `json:"date_modified"`
		Authors   []jsonPerson `json:"authors,omitempty"`
		Tags      []string     `json:"tags,omitempty"`
	}
	jsonPerson struct {
		Name string `json:"name"`
	}
)

// writeJSON writes the feed's own members, then its items one by one.
func writeJSON(w io.Writer, f *Feed) error {
	head := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.Title, Home: f.Home, Self: f.Self, Description: f.Subtitle, Next: f.Next, Language: "en",
	}
	if f.Hub != "" {
		head.Hubs = []jsonHub{{"WebSub", f.Hub}}
	}
	b, err := json.Marshal(head)
	if err != nil {
		return err
	}
	b = append(bytes.TrimSuffix(b, []byte("}")), `,"items":[`...)
	between := "\n"
	for e := range f.Entries {
		item := jsonItem{
			ID: e.ID, URL: e.URL, Outside: e.Outside, Title: e.Title, HTML: e.HTML, Text: e.Text, Tags: e.Tags,
			Published: when(e.Published).Format(time.RFC3339), Modified: when(e.Updated).Format(time.RFC3339),
		}
		for _, name := range e.Authors {
			item.Authors = append(item.Authors, jsonPerson{name})
		}
		one, err := json.Marshal(item)
		if err != nil {
			return err
		}
		b = append(append(b, between...), one...)
		if _, err := w.Write(b); err != nil {
			return err
		}
		b, between = b[:0], ",\n"
	}
	_, err = w.Write(append(b, "\n]}\n"...))
	return err
}
