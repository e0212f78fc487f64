package opensearch

import (
	"hash/crc32"
	"math"
	"strings"

	"broadsheet/search"
	"broadsheet/search/lexical"
)

// keyFields are the kinds of exact properties, each a field.
var keyFields = []string{
	kind(search.KeyCategory), kind(search.KeyTopic), kind(search.KeyOrg), kind(search.KeyAuthor),
	kind(search.KeyPerson), kind(search.KeyID), kind(search.KeyHas), kind(search.KeyYear),
}

// kind returns the field of the keys with a prefix.
func kind(prefix string) string { return strings.TrimSuffix(prefix, ":") }

// fieldOf returns the field of a key and its value there. A key is cut where the word
// index cuts it.
func fieldOf(key string) (field, value string) {
	const most = 255 // bytes
	key = strings.ToValidUTF8(key[:min(len(key), most)], "")
	field, value, _ = strings.Cut(key, ":")
	return field, value
}

// entry is a document in the form of the index.
type entry struct {
	Paper    int64    `json:"paper"`
	All      string   `json:"all"`
	Title    string   `json:"title"`
	Abstract string   `json:"abstract"`
	Cat      []string `json:"cat,omitempty"`
	Topic    []string `json:"topic,omitempty"`
	Org      []string `json:"org,omitempty"`
	Au       []string `json:"au,omitempty"`
	Name     []string `json:"name,omitempty"`
	ID       []string `json:"id,omitempty"`
	Has      []string `json:"has,omitempty"`
	Year     []string `json:"year,omitempty"`
	Day      int64    `json:"day"`
	Votes    int64    `json:"votes"`
	Edition  int64    `json:"edition"`
	Tag      *uint32  `json:"tag,omitempty"`
	Vector   []int8   `json:"vector,omitempty"`
}

// entryOf returns the entry of a document, without a vector.
func entryOf(d *search.Document) *entry {
	e := &entry{Paper: d.ID, Title: tokens(d.Title), Abstract: tokens(d.Abstract), Day: d.Day, Votes: d.Votes, Edition: d.Edition}
	e.All = e.Title
	lists := map[string]*[]string{"cat": &e.Cat, "topic": &e.Topic, "org": &e.Org, "au": &e.Au, "name": &e.Name, "id": &e.ID, "has": &e.Has, "year": &e.Year}
	for _, k := range d.Keys {
		field, value := fieldOf(k)
		if list := lists[field]; list != nil {
			*list = append(*list, value)
		}
	}
	return e
}

// tokens returns the words of a text as the index takes them.
func tokens(text string) string {
	var b strings.Builder
	for i, t := range lexical.Tokens(text) {
		switch {
		case i == 0:
		case t.Parts > 0:
			b.WriteByte('|')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(lexical.Stem(t.Word))
		b.WriteByte('|')
		b.WriteString(exact(t.Word))
	}
	return b.String()
}

// exact returns the token of a word in just this form. Other tokens are stems, in which
// no such sign stands.
func exact(word string) string { return "=" + word }

// text is what the encoder reads of a document, and tagOf its sum.
func text(d *search.Document) string { return d.Title + ". " + d.Abstract }

func tagOf(text string) *uint32 {
	sum := crc32.ChecksumIEEE([]byte(text))
	return &sum
}

// bytesOf returns the direction of a vector in small numbers; nil when it has none. The
// largest becomes 127, so that no length is lost to rounding.
func bytesOf(v []float32) []int8 {
	most := 0.0
	for _, x := range v {
		most = max(most, math.Abs(float64(x)))
	}
	if most == 0 || math.IsNaN(most) || math.IsInf(most, 0) {
		return nil
	}
	small := make([]int8, len(v))
	for i, x := range v {
		small[i] = int8(math.Round(float64(x) / most * 127))
	}
	return small
}

// addTo adds a vector, in the length 1, to a sum.
func addTo(sum []float64, v []int8) {
	length := 0.0
	for _, x := range v {
		length += float64(x) * float64(x)
	}
	if len(v) != len(sum) || length == 0 {
		return
	}
	by := 1 / math.Sqrt(length)
	for i, x := range v {
		sum[i] += by * float64(x)
	}
}
