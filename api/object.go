package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
)

// object is a JSON object whose keys keep their order, so that an item comes out
// as it came in, with what we know better in its place.
type object []member

type member struct {
	key   string
	value json.RawMessage
}

// parseReceived reads an object as it was received, one level deep, without the space
// between what it holds.
func parseReceived(b []byte) (object, error) {
	var close bytes.Buffer
	if err := json.Compact(&close, b); err != nil {
		return nil, err
	}
	return parseObject(close.Bytes())
}

// parseObject reads an object one level deep.
func parseObject(b []byte) (object, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("an object was expected")
	}
	var o object
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		o = append(o, member{key.(string), v})
	}
	return o, nil
}

// has reports whether the key is there with a value other than null.
func (o object) has(key string) bool {
	v := o.get(key)
	return v != nil && !bytes.Equal(v, []byte("null"))
}

func (o object) get(key string) json.RawMessage {
	if i := slices.IndexFunc(o, func(m member) bool { return m.key == key }); i >= 0 {
		return o[i].value
	}
	return nil
}

// text returns the value of the key if that is a text.
func (o object) text(key string) string {
	var s string
	if json.Unmarshal(o.get(key), &s) != nil {
		return ""
	}
	return s
}

// edit changes the object under the key and reports whether there is one.
func (o *object) edit(key string, change func(*object)) bool {
	inner, err := parseObject(o.get(key))
	if err != nil {
		return false
	}
	change(&inner)
	o.set(key, inner)
	return true
}

// set puts the value in the place of the key, or at the end.
func (o *object) set(key string, value any) {
	v := mustMarshal(value)
	if i := slices.IndexFunc(*o, func(m member) bool { return m.key == key }); i >= 0 {
		(*o)[i].value = v
		return
	}
	*o = append(*o, member{key, v})
}

// ensure sets the value where there is none, or null.
func (o *object) ensure(key string, value any) {
	if !o.has(key) {
		o.set(key, value)
	}
}

// MarshalJSON writes the object in the order of its keys.
func (o object) MarshalJSON() ([]byte, error) { return o.append(nil), nil }

func (o object) append(b []byte) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, mustMarshal(m.key)...)
		b = append(b, ':')
		b = append(b, m.value...)
	}
	return append(b, '}')
}

// mustMarshal returns v as JSON. What is passed here are texts, numbers, lists of
// them and objects, which can always be written. Objects are put together as they are:
// through the encoder each would be read once more for every one that it stands in.
func mustMarshal(v any) json.RawMessage {
	switch v := v.(type) {
	case object:
		return v.append(nil)
	case []object:
		if v == nil {
			break
		}
		b := []byte{'['}
		for i, o := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = o.append(b)
		}
		return append(b, ']')
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // these are bodies of type application/json, never part of a page
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
