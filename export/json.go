package export

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"broadsheet/db"
)

// appendValue appends a line that holds one object under a name.
func appendValue(line []byte, name string, v any) ([]byte, error) {
	text, err := json.Marshal(map[string]any{name: v})
	return append(append(line, text...), '\n'), err
}

// appendScalar appends a value of a column as JSON: bytes as base64, times as the
// integers that they are.
func appendScalar(line []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(line, "null"...)
	case int64:
		return strconv.AppendInt(line, v, 10)
	case float64:
		return strconv.AppendFloat(line, v, 'g', -1, 64)
	case string:
		return appendText(line, v)
	case []byte:
		line = append(line, '"')
		line = base64.StdEncoding.AppendEncode(line, v)
		return append(line, '"')
	}
	panic(fmt.Sprintf("a column gave a %T", v)) // package db names the kinds
}

// appendText appends text as a JSON string. Bytes that are no UTF-8 become U+FFFD.
func appendText(line []byte, text string) []byte {
	const hex = "0123456789abcdef"
	line = append(line, '"')
	from := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 {
				line = append(append(line, text[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		line = append(line, text[from:i]...)
		switch c {
		case '"', '\\':
			line = append(line, '\\', c)
		case '\n':
			line = append(line, '\\', 'n')
		default:
			line = append(line, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		from = i
	}
	return append(append(line, text[from:]...), '"')
}

// scalar reads a value of a column from JSON.
func scalar(c db.Column, text json.RawMessage) (v any, err error) {
	if string(text) == "null" {
		if !c.Null {
			return nil, fmt.Errorf("%s is null", c.Name)
		}
		return nil, nil
	}
	switch c.Kind {
	case db.Integer:
		v, err = strconv.ParseInt(string(text), 10, 64)
	case db.Real:
		v, err = strconv.ParseFloat(string(text), 64)
	case db.Text:
		var s string
		err = json.Unmarshal(text, &s)
		v = s
	case db.Blob:
		b := []byte{}
		err = json.Unmarshal(text, &b)
		v = b
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not %s", c.Name, c.Kind)
	}
	return v, nil
}

// unsaid is the value of a column of which an export says nothing: it is of a higher
// level, or the column is younger than the export.
func unsaid(c db.Column) any {
	if c.Null {
		return nil
	}
	return map[db.Kind]any{db.Integer: int64(0), db.Real: 0.0, db.Text: "", db.Blob: []byte{}}[c.Kind]
}
