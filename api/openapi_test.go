package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"broadsheet/account"
	"broadsheet/db/dbtest"
)

// schema is one of components/schemas.
type schema struct {
	Ref        string `yaml:"$ref"`
	Type       string
	Format     string
	Enum       []any
	Items      *schema
	Required   []string
	Properties map[string]*schema
	AllOf      []*schema `yaml:"allOf"`
}

type described struct {
	Paths map[string]map[string]struct {
		OperationID string `yaml:"operationId"`
		Scope       string `yaml:"x-scope"`
		Responses   map[string]map[string]any
	}
	Components struct{ Schemas map[string]*schema }
}

func readDocument(t *testing.T) described {
	t.Helper()
	body, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var d described
	if err := yaml.Unmarshal(body, &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Paths) < 20 || len(d.Components.Schemas) < 20 {
		t.Fatalf("only %d paths and %d schemas are described", len(d.Paths), len(d.Components.Schemas))
	}
	return d
}

// written is a route as the document writes it: with what its last part must end with.
func written(name string) string {
	name = strings.Replace(name, "GET /readers/", "GET /@", 1)
	switch {
	case name == "GET /api/arxiv/{id}":
		return name + "/repos"
	case strings.HasSuffix(name, "}") && !strings.HasPrefix(name, "GET /api/") && strings.HasPrefix(name, "GET "):
		return name + ".md"
	}
	return name
}

// TestDocumentHasTheRoutes holds the operations of the document against the routes, in
// both directions, and their scopes against the table of who may.
func TestDocumentHasTheRoutes(t *testing.T) {
	t.Parallel()
	s, _, _ := talking(t, dbtest.Open(t, dbtest.SQLite(t)))
	routes := map[string]account.Act{}
	for _, r := range s.Routes() {
		method, path, found := strings.Cut(r.Pattern, " ")
		if !found || strings.Contains(path, "{archive}") || strings.HasPrefix(path, "/openapi") {
			continue // the rest, an identifier in two parts, the document itself
		}
		name := method + " " + strings.ReplaceAll(path, "...}", "}")
		routes[written(name)] = r.Act
	}
	for path, methods := range readDocument(t).Paths {
		for method, o := range methods {
			name := strings.ToUpper(method) + " " + path
			act, ok := routes[name]
			if !ok {
				t.Errorf("%s (%s) is described and is no route", name, o.OperationID)
				continue
			}
			delete(routes, name)
			for code, response := range o.Responses {
				for key := range response { // a comma without quotes makes a key of words
					if !slices.Contains([]string{"description", "content", "headers", "$ref"}, key) {
						t.Errorf("%s: the response %s has %q", name, code, key)
					}
				}
			}
			for _, scope := range account.Scopes() {
				v := &account.Viewer{Account: account.Account{Role: account.Administrator}, Token: &account.Token{Scopes: []account.Scope{scope}}}
				if o.Scope == string(scope) && account.May(v, act) != nil || o.Scope != string(scope) && o.Scope != "" && account.May(v, act) == nil {
					t.Errorf("%s is described with the scope %q; a token with %q: %v", name, o.Scope, scope, account.May(v, act))
				}
			}
			if (o.Scope == "") != (account.May(nil, act) == nil) {
				t.Errorf("%s is described with the scope %q; a visitor: %v", name, o.Scope, account.May(nil, act))
			}
		}
	}
	for name := range routes {
		t.Errorf("%s is a route and is not described", name)
	}
}

// TestDocumentHasTheTypes holds the schemas against the types of package v1, name by
// name and field by field.
func TestDocumentHasTheTypes(t *testing.T) {
	t.Parallel()
	schemas := readDocument(t).Components.Schemas
	files, err := filepath.Glob("v1/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no types were found: %v", err)
	}
	types := 0
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			types++
			name := spec.Name.Name
			if schemas[name] == nil {
				t.Errorf("the type %s is not described", name)
			} else {
				compare(t, name, spec.Type.(*ast.StructType), schemas[name])
			}
			delete(schemas, name)
			return false
		})
	}
	if types < 20 {
		t.Fatalf("only %d types were found", types)
	}
	for name := range schemas {
		if !strings.HasPrefix(name, "Hub") { // whose shapes are not ours
			t.Errorf("the schema %s has no type", name)
		}
	}
}

// shortened are the types of which an answer may hold fewer fields (fields=…).
var shortened = []string{"Paper", "Listed", "Rising", "Found", "Near"}

func compare(t *testing.T, name string, is *ast.StructType, said *schema) {
	t.Helper()
	own := said
	for _, part := range said.AllOf {
		if part.Ref == "" {
			own = part
		}
	}
	left := maps.Clone(own.Properties)
	var always []string
	for _, f := range is.Fields.List {
		if len(f.Names) == 0 {
			if !slices.ContainsFunc(said.AllOf, func(s *schema) bool { return refOf(s) == f.Type.(*ast.Ident).Name }) {
				t.Errorf("%s embeds %s and is not described so", name, f.Type.(*ast.Ident).Name)
			}
			continue
		}
		key, options, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
		if options == "" {
			always = append(always, key)
		}
		if left[key] == nil {
			t.Errorf("%s.%s is not described", name, key)
		} else if !matches(f.Type, left[key]) {
			t.Errorf("%s.%s is described as %+v", name, key, *left[key])
		}
		delete(left, key)
	}
	for key := range left {
		t.Errorf("%s.%s is described and not there", name, key)
	}
	if slices.Sort(always); slices.Contains(shortened, name) {
		always = slices.DeleteFunc(always, func(key string) bool { return key != "id" })
	}
	if slices.Sort(own.Required); !slices.Equal(always, own.Required) {
		t.Errorf("%s always has %v; required are %v", name, always, own.Required)
	}
}

func refOf(s *schema) string { return strings.TrimPrefix(s.Ref, "#/components/schemas/") }

// matches reports whether a schema says what a Go type is.
func matches(t ast.Expr, s *schema) bool {
	switch x := t.(type) {
	case *ast.StarExpr:
		return matches(x.X, s)
	case *ast.ArrayType:
		return s.Type == "array" && s.Items != nil && matches(x.Elt, s.Items)
	case *ast.SelectorExpr: // time.Time
		return s.Type == "string" && s.Format == "date-time"
	case *ast.Ident:
		switch x.Name {
		case "string":
			return (s.Type == "string" || len(s.Enum) > 0) && s.Format != "date-time"
		case "int", "int64":
			return s.Type == "integer"
		case "float64":
			return s.Type == "number"
		case "bool":
			return s.Type == "boolean"
		}
		return refOf(s) == x.Name
	}
	return false
}

// TestNamesAreOnce refuses two names for one thing: a name that differs from another by
// its ending or its case alone.
func TestNamesAreOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	plain := strings.NewReplacer("_", "", "-", "")
	for name, s := range readDocument(t).Components.Schemas {
		for _, part := range append(s.AllOf, s) {
			for key := range part.Properties {
				if strings.ToLower(key) != key {
					t.Errorf("%s.%s: names are in small letters, with _ between words", name, key)
				}
				short := plain.Replace(key)
				if other, ok := seen[short]; ok && other != key {
					t.Errorf("%q and %q are two names for one thing", other, key)
				}
				seen[short] = key
			}
		}
	}
}
