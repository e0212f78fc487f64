package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

//go:embed template/*.html
var templateFiles embed.FS

// Templates are the parsed templates of all pages. They are safe for concurrent
// use.
type Templates struct{ pages map[string]*template.Template }

// ParseTemplates parses the templates for pages whose style sheet, script and
// fonts are in files.
func ParseTemplates(files *Static) (*Templates, error) {
	shared := template.New("").Funcs(template.FuncMap{
		"number": number,
		"range_": Range,
		"static": files.Path,
	})
	shared, err := shared.ParseFS(templateFiles, "template/layout.html", "template/item.html", "template/chart.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(templateFiles, "template/*.html")
	if err != nil {
		return nil, err
	}
	t := &Templates{map[string]*template.Template{}}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" || name == "item" || name == "chart" {
			continue
		}
		page, err := template.Must(shared.Clone()).ParseFS(templateFiles, file)
		if err != nil {
			return nil, err
		}
		t.pages[name] = page.Lookup("layout")
	}
	return t, nil
}

// Render returns the HTML of a page.
func (t *Templates) Render(v View) ([]byte, error) {
	page := t.pages[v.template()]
	if page == nil {
		return nil, fmt.Errorf("render %T: there is no template %s", v, v.template())
	}
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("render %s: %w", v.template(), err)
	}
	return b.Bytes(), nil
}
