package cli

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"broadsheet/library"
)

//go:embed sample/kept.json
var sampleKept []byte

// kept is the form of a reader in sample/kept.json. Hours count from the demo's
// morning.
type kept struct {
	By          string
	Saved, Read []string
	Collections []struct {
		Title, Note string
		Public      bool
		Papers      []struct {
			Paper, Note string
			Hours       float64
		}
	}
	Notes          map[string]string
	Follows, Mutes []string // kind:key
}

// shelve has the sample's readers save papers, collect, note, follow and mute.
func shelve(ctx context.Context, s *seating) error {
	var list []kept
	d := json.NewDecoder(bytes.NewReader(sampleKept))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return fmt.Errorf("sample/kept.json: %w", err)
	}
	for i, k := range list {
		if err := s.shelve(ctx, k, i); err != nil {
			return fmt.Errorf("sample/kept.json, what %s keeps: %w", k.By, err)
		}
	}
	return nil
}

func (s *seating) shelve(ctx context.Context, k kept, nth int) error {
	a, err := s.Accounts.ByHandle(ctx, k.By)
	if err != nil {
		return err
	}
	l := s.Library
	with := func(key string, f func(paper int64) error) error {
		id, err := s.paper(ctx, key)
		if err != nil {
			return err
		}
		return f(id)
	}
	for _, c := range k.Collections {
		made, err := l.CreateCollection(ctx, at(-160), library.Collection{Account: a.ID, Title: c.Title, Note: c.Note, Public: c.Public})
		if err != nil {
			return err
		}
		for _, p := range c.Papers {
			if err := with(p.Paper, func(id int64) error { return l.Put(ctx, at(p.Hours), a.ID, made.ID, id, p.Note) }); err != nil {
				return err
			}
		}
	}
	when := func(i int) time.Time { return at(-6 - float64(nth)/3 - float64(i)/5) }
	for i, key := range k.Saved {
		if err := with(key, func(id int64) error { return l.Save(ctx, when(i), a.ID, id, true) }); err != nil {
			return err
		}
	}
	for i, key := range k.Read {
		if err := with(key, func(id int64) error { return l.MarkRead(ctx, when(i), a.ID, id, true) }); err != nil {
			return err
		}
	}
	for key, text := range k.Notes {
		if err := with(key, func(id int64) error { return l.Note(ctx, when(0), a.ID, id, text) }); err != nil {
			return err
		}
	}
	for i, f := range k.Follows {
		kind, key, _ := strings.Cut(f, ":")
		if err := l.Follow(ctx, when(-i), a.ID, library.Follow{Kind: library.Kind(kind), Key: key}, true); err != nil {
			return err
		}
	}
	for i, m := range k.Mutes {
		kind, key, _ := strings.Cut(m, ":")
		if err := l.Mute(ctx, when(i), a.ID, library.Mute{Kind: library.Kind(kind), Key: key}, true); err != nil {
			return err
		}
	}
	return nil
}
