package api

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"

	v1 "broadsheet/api/v1"
	"broadsheet/fault"
)

// trimming has an answer hold only those fields of papers that the parameter fields
// names. id is always there.
func trimming(f func(context.Context, *request) (answer, error)) func(context.Context, *request) (answer, error) {
	return func(ctx context.Context, r *request) (answer, error) {
		if !r.query.Has("fields") {
			return f(ctx, r)
		}
		fields := strings.Split(r.query.Get("fields"), ",")
		for _, name := range fields {
			if !slices.Contains(paperFields(), name) {
				return answer{}, fault.Invalid("fields names fields of papers, such as title,votes; %q is none.", clip(name))
			}
		}
		out, err := f(ctx, r)
		if err != nil {
			return out, err
		}
		out.body, err = trimmed(out.body, append(fields, "id"))
		return out, err
	}
}

// trimmed takes the other fields out of the papers in a body: those of its list, or,
// when it has none, the body itself.
func trimmed(body []byte, fields []string) ([]byte, error) {
	o, err := parseObject(body)
	if err != nil {
		return nil, err
	}
	if !o.has("papers") {
		return mustMarshal(o.only(fields)), nil
	}
	var papers []json.RawMessage
	if err := json.Unmarshal(o.get("papers"), &papers); err != nil {
		return nil, err
	}
	list := make([]object, len(papers))
	for i := range papers {
		if list[i], err = parseObject(papers[i]); err != nil {
			return nil, err
		}
		list[i] = list[i].only(fields)
	}
	o.set("papers", list)
	return mustMarshal(o), nil
}

// only returns the members with these keys.
func (o object) only(keys []string) object {
	return slices.DeleteFunc(slices.Clone(o), func(m member) bool { return !slices.Contains(keys, m.key) })
}

// paperFields are the names of the fields that papers have in any list.
var paperFields = sync.OnceValue(func() []string {
	var names []string
	for _, t := range []reflect.Type{reflect.TypeFor[v1.Rising](), reflect.TypeFor[v1.Found](), reflect.TypeFor[v1.Near]()} {
		for _, f := range reflect.VisibleFields(t) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
})
