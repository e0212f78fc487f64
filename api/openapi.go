package api

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"broadsheet/account"
)

//go:embed openapi.yaml
var openapiYAML []byte

// Reference is what people are shown of the API: openapi.yaml, read.
type Reference struct {
	Groups []Group
}

// Group is operations of one kind.
type Group struct {
	Name, Note string
	Operations []Operation
}

// Operation is one thing that can be asked for.
type Operation struct {
	ID, Method, Path string
	Summary, Says    string
	Scope            string // that a token must have; "" when none is needed
	Parameters       []Parameter
	Try              string // an example of it, behind the base address, as curl takes it; "" for most
	Answer           string // to that, shortened
}

// Parameter is something that an operation can be told.
type Parameter struct{ Name, Says string }

// document is openapi.yaml as far as the page needs it.
type document struct {
	Tags       []struct{ Name, Description string }
	Paths      yaml.Node
	Components struct{ Parameters map[string]parameter }
}

type parameter struct {
	Ref         string `yaml:"$ref"`
	Name        string
	Description string
}

type operation struct {
	OperationID          string `yaml:"operationId"`
	Tags                 []string
	Summary, Description string
	Parameters           []parameter
	Scope                string `yaml:"x-scope"`
	Try                  string `yaml:"x-try"`
	Answer               string `yaml:"x-answer"`
}

// ReadReference reads the document that is built in.
func ReadReference() (*Reference, error) {
	var d document
	if err := yaml.Unmarshal(openapiYAML, &d); err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	r := &Reference{}
	for _, t := range d.Tags {
		r.Groups = append(r.Groups, Group{Name: t.Name, Note: t.Description})
	}
	for i := 0; i+1 < len(d.Paths.Content); i += 2 { // in the order of the document
		methods := d.Paths.Content[i+1]
		for j := 0; j+1 < len(methods.Content); j += 2 {
			var o operation
			if err := methods.Content[j+1].Decode(&o); err != nil {
				return nil, fmt.Errorf("openapi.yaml: %w", err)
			}
			out := Operation{
				ID: o.OperationID, Method: strings.ToUpper(methods.Content[j].Value), Path: d.Paths.Content[i].Value,
				Summary: o.Summary, Says: o.Description, Scope: o.Scope, Try: o.Try, Answer: o.Answer,
			}
			for _, p := range o.Parameters {
				if at := strings.LastIndexByte(p.Ref, '/'); at >= 0 {
					p = d.Components.Parameters[p.Ref[at+1:]]
				}
				out.Parameters = append(out.Parameters, Parameter{Name: p.Name, Says: p.Description})
			}
			g := slices.IndexFunc(r.Groups, func(g Group) bool { return len(o.Tags) == 1 && g.Name == o.Tags[0] })
			if g < 0 {
				return nil, fmt.Errorf("openapi.yaml: the operation %s has none of the tags", o.OperationID)
			}
			r.Groups[g].Operations = append(r.Groups[g].Operations, out)
		}
	}
	return r, nil
}

// mountDocument adds the description of the API itself.
func (a *API) mountDocument() error {
	var whole any
	if err := yaml.Unmarshal(openapiYAML, &whole); err != nil {
		return fmt.Errorf("openapi.yaml: %w", err)
	}
	asJSON, err := json.Marshal(whole)
	if err != nil {
		return fmt.Errorf("openapi.yaml: %w", err)
	}
	serve := func(pattern, kind string, body []byte) {
		a.route(pattern, account.Look, a.handle(func(context.Context, *request) (answer, error) { return answer{kind: kind, body: body}, nil }))
	}
	serve("GET /openapi.yaml", "application/yaml; charset=utf-8", openapiYAML)
	serve("GET /openapi.json", "application/json; charset=utf-8", asJSON)
	return nil
}
