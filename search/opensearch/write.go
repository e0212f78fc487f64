package opensearch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"broadsheet/search"
)

// A document is written under twice the number of a change as its version, and one more
// with the vector of its text: the same document counts as newer once it has one.
func version(seq int64, vector bool) int64 {
	if vector {
		return 2*seq + 1
	}
	return 2 * seq
}

// write is a document for an index, or the removal of one.
type write struct {
	id      int64
	version int64
	entry   *entry // nil: it is no more
}

// held is what an index holds of a document.
type held struct {
	version int64
	stored
}

// bulk writes to an index. What is there in a newer version stays.
func (c *Cluster) bulk(ctx context.Context, index string, writes []write) error {
	const most = 8 << 20 // bytes of a request
	var body bytes.Buffer
	for i, w := range writes {
		deed := "index"
		if w.entry == nil {
			deed = "delete"
		}
		fmt.Fprintf(&body, `{%q:{"_id":"%d","version":%d,"version_type":"external_gte"}}`+"\n", deed, w.id, w.version)
		if w.entry != nil {
			line, err := json.Marshal(w.entry)
			if err != nil {
				return err
			}
			body.Write(line)
			body.WriteByte('\n')
		}
		if body.Len() > most || i == len(writes)-1 {
			if err := c.send(ctx, index, body.Bytes()); err != nil {
				return err
			}
			body.Reset()
		}
	}
	return nil
}

func (c *Cluster) send(ctx context.Context, index string, body []byte) error {
	var told struct {
		Errors bool `json:"errors"`
		Items  []map[string]struct {
			ID     string          `json:"_id"`
			Status int             `json:"status"`
			Error  json.RawMessage `json:"error"`
		} `json:"items"`
	}
	// Without an answer for each item the cluster sends nothing back but whether all went well.
	path := "/" + index + "/_bulk?filter_path=errors,items.*.error,items.*.status,items.*._id"
	if err := c.do(ctx, request{call: "bulk", method: http.MethodPost, path: path, body: body, lines: true, within: writeFor}, &told); err != nil {
		return err
	}
	if !told.Errors {
		return nil
	}
	for _, item := range told.Items {
		for _, of := range item {
			if of.Error != nil && of.Status != http.StatusConflict {
				return fmt.Errorf("write document %s: %w", of.ID, refusedPart(of.Status, of.Error))
			}
		}
	}
	return nil
}

// get returns what an index holds of documents: their versions, and their vectors with
// the sums of their texts.
func (c *Cluster) get(ctx context.Context, index string, ids []int64) (map[int64]held, error) {
	list := make(map[int64]held, len(ids))
	if len(ids) == 0 {
		return list, nil
	}
	body, err := json.Marshal(object{"ids": names(ids)})
	if err != nil {
		return nil, err
	}
	var told struct {
		Docs []struct {
			ID      string `json:"_id"`
			Version int64  `json:"_version"`
			Found   bool   `json:"found"`
			Source  stored `json:"_source"`
		} `json:"docs"`
	}
	err = c.do(ctx, request{call: "get", method: http.MethodPost, path: "/" + index + "/_mget?filter_path=docs._id,docs._version,docs.found,docs._source", body: body, within: writeFor}, &told)
	if err != nil {
		return nil, err
	}
	for _, d := range told.Docs {
		if id, err := strconv.ParseInt(d.ID, 10, 64); err == nil && d.Found {
			list[id] = held{d.Version, d.Source}
		}
	}
	return list, nil
}

// put writes documents as they are after a change, and takes others out. A document whose
// text an index has a vector for keeps it; the first of the indexes that does is taken.
func (c *Cluster) put(ctx context.Context, index string, docs []search.Document, gone []int64, seq int64, from ...string) error {
	ids := make([]int64, len(docs))
	for i := range docs {
		ids[i] = docs[i].ID
	}
	var known []map[int64]held
	if c.model != nil {
		for _, name := range from {
			have, err := c.get(ctx, name, ids)
			if err != nil {
				return err
			}
			known = append(known, have)
		}
	}
	writes := make([]write, 0, len(docs)+len(gone))
	for i := range docs {
		e := entryOf(&docs[i])
		for _, have := range known {
			if h := have[e.Paper]; h.Tag != nil && *h.Tag == *tagOf(text(&docs[i])) {
				e.Tag, e.Vector = h.Tag, h.Vector
				break
			}
		}
		writes = append(writes, write{e.Paper, version(seq, e.Tag != nil), e})
	}
	for _, id := range gone {
		writes = append(writes, write{id, version(seq, true), nil})
	}
	return c.bulk(ctx, index, writes)
}

// encode gives documents of an index their vectors.
func (c *Cluster) encode(ctx context.Context, index string, docs []search.Document) error {
	ids := make([]int64, len(docs))
	for i := range docs {
		ids[i] = docs[i].ID
	}
	have, err := c.get(ctx, index, ids)
	if err != nil {
		return err
	}
	docs = slices.DeleteFunc(slices.Clone(docs), func(d search.Document) bool { // gone meanwhile
		_, there := have[d.ID]
		return !there
	})
	const atOnce = 16
	dim := c.model.Dim()
	var writes []write
	for some := range slices.Chunk(docs, atOnce) {
		if err := ctx.Err(); err != nil {
			return err
		}
		texts := make([]string, len(some))
		for i := range some {
			texts[i] = text(&some[i])
		}
		all := c.model.EncodeAll(nil, texts)
		for i := range some {
			e := entryOf(&some[i])
			e.Tag, e.Vector = tagOf(texts[i]), bytesOf(all[i*dim:][:dim])
			writes = append(writes, write{e.Paper, have[e.Paper].version | 1, e})
		}
	}
	return c.bulk(ctx, index, writes)
}

// Begin makes the index if it is not there, and leads the alias to it.
func (c *Cluster) Begin(ctx context.Context) error {
	want, name := c.wanted()
	if err := c.create(ctx, name, want); err != nil {
		return err
	}
	return c.pointTo(ctx, name, "")
}

// Put writes documents, with their vectors, into the index.
func (c *Cluster) Put(ctx context.Context, docs []search.Document, seq int64) error {
	_, name := c.wanted()
	if err := c.put(ctx, name, docs, nil, seq); err != nil || c.model == nil {
		return err
	}
	return c.encode(ctx, name, docs)
}

// cursor returns how far an index has read the change log.
func (c *Cluster) cursor(ctx context.Context, index string) (int64, error) {
	var told struct {
		Source stored `json:"_source"`
	}
	err := c.do(ctx, request{call: "cursor", method: http.MethodGet, path: "/" + index + "/_doc/cursor", within: askFor}, &told)
	if r, ok := err.(*refusal); ok && r.Status == http.StatusNotFound && r.Type == "" {
		return 0, nil // the index is there, and the document is not yet
	}
	return told.Source.Cursor, err
}

// advance notes how far an index has read the change log.
func (c *Cluster) advance(ctx context.Context, index string, seq int64) error {
	path := fmt.Sprintf("/%s/_doc/cursor?version=%d&version_type=external_gte", index, seq)
	err := c.do(ctx, request{call: "cursor", method: http.MethodPut, path: path, body: fmt.Appendf(nil, `{"cursor":%d}`, seq), within: writeFor}, nil)
	if r, ok := err.(*refusal); ok && r.Status == http.StatusConflict {
		return nil // another replica is further
	}
	return err
}

// refresh lets searches see all that was written.
func (c *Cluster) refresh(ctx context.Context, index string) error {
	return c.do(ctx, request{call: "refresh", method: http.MethodPost, path: "/" + index + "/_refresh", within: tendFor}, nil)
}

// Refresh lets questions see all that was written until now.
func (c *Cluster) Refresh(ctx context.Context) error {
	c.lookSoon()
	return c.refresh(ctx, c.Name)
}
