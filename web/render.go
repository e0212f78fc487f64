package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"
)

//go:embed template/*.html
var templateFiles embed.FS

// Templates are the parsed templates of all pages. They are safe for concurrent
// use.
type Templates struct {
	pages  map[string]*form
	marker marker
}

// form is the template of a page, and how long the longest of it was.
type form struct {
	*template.Template
	size atomic.Int64
}

// ParseTemplates parses the templates for pages whose style sheet, script and
// fonts are in files.
func ParseTemplates(files *Static) (*Templates, error) {
	t := &Templates{map[string]*form{}, newMarker()}
	shared := template.New("").Funcs(t.marker.functions()).Funcs(template.FuncMap{
		"number": number,
		"range_": Range,
		"static": files.Path,
		"linked": linked,
	})
	shared, err := shared.ParseFS(templateFiles, "template/layout.html", "template/item.html", "template/chart.html", "template/talk.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "template/*.html")
	if err != nil {
		return nil, err
	}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if slices.Contains([]string{"layout", "item", "chart", "talk"}, name) {
			continue
		}
		page, err := template.Must(shared.Clone()).ParseFS(templateFiles, file)
		if err != nil {
			return nil, err
		}
		t.pages[name] = &form{Template: page.Lookup("layout")}
	}
	return t, nil
}

// Render returns the HTML of a page, as a visitor has it.
func (t *Templates) Render(v View) ([]byte, error) { return t.RenderFor(v, nil) }

// RenderFor returns the HTML of a page, as a reader has it.
func (t *Templates) RenderFor(v View, o *Overlay) ([]byte, error) {
	c, err := t.cut(v)
	if err != nil {
		return nil, err
	}
	return c.For(o), nil
}

// cut returns a page that waits for its reader.
func (t *Templates) cut(v View) (*cut, error) {
	page := t.pages[v.template()]
	if page == nil {
		return nil, fmt.Errorf("render %T: there is no template %s", v, v.template())
	}
	var b bytes.Buffer
	b.Grow(int(page.size.Load()))
	if err := page.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("render %s: %w", v.template(), err)
	}
	page.size.Store(int64(max(b.Len(), int(page.size.Load()))))
	c, err := t.marker.cut(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", v.template(), err)
	}
	return c, nil
}
