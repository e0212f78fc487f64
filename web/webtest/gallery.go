package webtest

import (
	"html/template"
	"net/http"

	"broadsheet/web"
)

var index = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Gallery. Broadsheet</title><link rel="stylesheet" href="{{.Sheet}}"></head>
<body><main class="page plain"><h1>Every page, in every state</h1><ul class="index text gap">{{range .All}}<li><a href="/{{.Name}}"><span>{{.Name}}</span> <span class="n">{{.Says}}</span></a></li>{{end}}</ul></main></body></html>
`))

// Gallery returns a handler that serves every fixture at the address of its name,
// and a list of them at the root.
func Gallery() (http.Handler, error) {
	files, err := web.NewStatic()
	if err != nil {
		return nil, err
	}
	templates, err := web.ParseTemplates(files)
	if err != nil {
		return nil, err
	}
	sheet, err := files.Path("broadsheet.css")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", files)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		web.SetPolicy(w.Header())
		index.Execute(w, struct {
			Sheet string
			All   []Fixture
		}{sheet, All()})
	})
	for _, f := range All() {
		body, err := templates.RenderFor(f.View, f.Reader)
		if err != nil {
			return nil, err
		}
		mux.HandleFunc("GET /"+f.Name, func(w http.ResponseWriter, r *http.Request) {
			web.SetPolicy(w.Header())
			w.Write(body)
		})
	}
	return mux, nil
}
