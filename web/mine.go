package web

import (
	"net/http"
	"slices"
	"strconv"

	"broadsheet/account"
	"broadsheet/library"
	"broadsheet/paper"
)

// MineData is what a reader keeps of a paper.
type MineData struct {
	Kept        library.Kept
	Collections []library.Collection // all of the reader's
	Marks       bool                 // they want read marks
}

// Mine is the part of a paper's page that only its reader sees.
type Mine struct {
	Key    string
	Note   string
	Read   bool
	Marks  bool
	In     []Link // collections that hold it; Note is the number
	Others []Choice
}

func mineOf(p *paper.Paper, d *MineData) *Mine {
	m := &Mine{Key: p.Key, Note: d.Kept.Note, Read: d.Kept.Read, Marks: d.Marks}
	for _, c := range d.Collections {
		n := strconv.FormatInt(c.ID, 10)
		if slices.Contains(d.Kept.In, c.ID) {
			m.In = append(m.In, Link{Text: c.Title, Href: LibraryAsked{In: c.Slug}.path(), Note: n})
		} else {
			m.Others = append(m.Others, Choice{Value: n, Text: c.Title})
		}
	}
	return m
}

// mine reads what who asks keeps of a paper, and marks it as read by them, if they
// want such marks.
func (h *Handler) mine(r *http.Request, v *account.Viewer, p *paper.Paper) (*MineData, error) {
	if h.Library == nil || v == nil {
		return nil, nil
	}
	ctx := r.Context()
	kept, err := h.Library.Of(ctx, v.ID, p.ID)
	if err != nil {
		return nil, err
	}
	d := &MineData{Kept: kept, Marks: v.Shows.KeepsRead}
	if v.Shows.KeepsRead && !kept.Read && r.URL.Query().Get("read") != "0" {
		if err := h.Library.MarkRead(ctx, h.Now(), v.ID, p.ID, true); err != nil {
			return nil, err
		}
		d.Kept.Read = true
		if err := h.acted(ctx, v, p.ID, readOf, true); err != nil {
			return nil, err
		}
	}
	d.Collections, err = h.Library.Collections(ctx, v.ID)
	return d, err
}
