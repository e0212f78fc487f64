package web_test

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"golang.org/x/net/html"

	"broadsheet/web/webtest"
)

// TestElementsClose reads every page in every state and fails where an element that
// needs an end has none, or ends inside another: a browser mends that in its own way.
func TestElementsClose(t *testing.T) {
	t.Parallel()
	void := []string{"meta", "link", "input", "br", "hr", "img", "path", "circle", "rect", "line", "use", "wbr", "col"}
	parsed := templates(t)
	for _, f := range webtest.All() {
		page, err := parsed.RenderFor(f.View, f.Reader)
		if err != nil {
			t.Fatal(err)
		}
		var open []string
		for z := html.NewTokenizer(bytes.NewReader(page)); ; {
			kind := z.Next()
			if kind == html.ErrorToken {
				if z.Err() != io.EOF || len(open) > 0 {
					t.Errorf("%s: %v, and %v are open at the end", f.Name, z.Err(), open)
				}
				break
			}
			name, _ := z.TagName()
			if kind == html.StartTagToken && !slices.Contains(void, string(name)) {
				open = append(open, string(name))
			} else if kind == html.EndTagToken {
				if last := len(open) - 1; last < 0 || open[last] != string(name) {
					t.Errorf("%s: </%s> ends nothing: open are %v", f.Name, name, open)
					break
				}
				open = open[:len(open)-1]
			}
		}
	}
}
