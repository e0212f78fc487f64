package cli

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"broadsheet/account"
	"broadsheet/db"
	"broadsheet/discuss"
	"broadsheet/edition"
	"broadsheet/paper"
	"broadsheet/server"
)

//go:embed sample/talk.json
var sampleTalk []byte

// talk is the form of sample/talk.json. Hours count from the demo's morning.
type talk struct {
	Readers []struct {
		Handle, Name string
		Desk, Hides  bool
		Votes        []string
	}
	Comments []struct {
		ID, Paper, Answers, By, Text string
		Hours                        float64
		Up, Doubt                    []string
		Withdrawn                    float64
		Reports                      []struct {
			By, Reason string
			Hours      float64
		}
		Hidden *struct {
			By, Reason string
			Hours      float64
			Rule       int
		}
	}
	Submissions []struct {
		By, Paper, Note string
		Hours           float64
	}
}

// seat makes the sample's readers, and has them vote and talk. They are invented, and
// marked as samples.
func seat(ctx context.Context, h *server.House) error {
	var t talk
	d := json.NewDecoder(bytes.NewReader(sampleTalk))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return fmt.Errorf("sample/talk.json: %w", err)
	}
	s := seating{House: h, readers: map[string]*account.Account{}, comments: map[string]*discuss.Comment{}}
	if err := s.vote(ctx, t); err != nil {
		return err
	}
	if err := s.talk(ctx, t); err != nil {
		return err
	}
	if err := s.submit(ctx, t); err != nil {
		return err
	}
	return shelve(ctx, &s)
}

type seating struct {
	*server.House
	readers  map[string]*account.Account
	comments map[string]*discuss.Comment
}

func at(hours float64) time.Time {
	return demoDay.Add(time.Duration(hours * float64(time.Hour)))
}

func (s *seating) paper(ctx context.Context, key string) (int64, error) {
	p, err := s.Papers.Find(ctx, paper.Identifier{Scheme: paper.ArXiv, Value: key})
	if err != nil {
		return 0, fmt.Errorf("sample/talk.json: %w", err)
	}
	return p.ID, nil
}

func (s *seating) vote(ctx context.Context, t talk) error {
	for i, r := range t.Readers {
		role := account.Reader
		if r.Desk {
			role = account.Desk
		}
		err := s.DB.Transact(ctx, func(tx *db.Tx) error {
			a, err := s.Accounts.Create(ctx, tx, account.Newcomer{Handle: r.Handle, Name: r.Name, Role: role, Sample: true, At: demoDay.AddDate(-1, 0, i)})
			s.readers[r.Handle] = a
			return err
		})
		if err != nil {
			return err
		}
		a := s.readers[r.Handle]
		a.Shows.Votes = !r.Hides
		if err := s.Accounts.SetProfile(ctx, a.ID, a.Handle, a.Name, a.Shows); err != nil {
			return err
		}
		for j, key := range r.Votes {
			id, err := s.paper(ctx, key)
			if err != nil {
				return err
			}
			if _, err := s.Talk.Vote(ctx, at(-8+float64(i)/2+float64(j)/10), id, discuss.VoterOf(a), true); err != nil {
				return err
			}
		}
	}
	return nil
}

// submit puts papers in, for the desk of the next edition.
func (s *seating) submit(ctx context.Context, t talk) error {
	for _, x := range t.Submissions {
		p, err := s.Papers.Find(ctx, paper.Identifier{Scheme: paper.ArXiv, Value: x.Paper})
		if err != nil {
			return fmt.Errorf("sample/talk.json: %w", err)
		}
		a := s.readers[x.By]
		by := edition.Submitter{Account: a.ID, Handle: a.Handle, Role: a.Role}
		if _, err := s.Editions.Submit(ctx, at(x.Hours), edition.Entry{Paper: p, By: by, Note: x.Note}); err != nil {
			return err
		}
	}
	return nil
}

func (s *seating) talk(ctx context.Context, t talk) error {
	for _, c := range t.Comments {
		id, err := s.paper(ctx, c.Paper)
		if err != nil {
			return err
		}
		a := s.readers[c.By]
		draft := discuss.Draft{Paper: id, Body: c.Text, Writer: discuss.Writer{Account: a.ID, Handle: a.Handle, Joined: a.Joined, Trusted: a.Role >= account.Desk}}
		if c.Answers != "" {
			draft.Parent = s.comments[c.Answers].ID
		}
		made, err := s.Talk.Write(ctx, at(c.Hours), draft)
		if err != nil {
			return err
		}
		s.comments[c.ID] = made
		for kind, handles := range map[discuss.Reaction][]string{discuss.Up: c.Up, discuss.Doubt: c.Doubt} {
			for _, handle := range handles {
				if _, err := s.Talk.React(ctx, at(c.Hours+.5), made.ID, s.readers[handle].ID, kind); err != nil {
					return err
				}
			}
		}
		if c.Withdrawn != 0 {
			err = s.Talk.Withdraw(ctx, at(c.Withdrawn), made.ID, a.ID)
		}
		for _, r := range c.Reports {
			if err == nil {
				err = s.Talk.Report(ctx, at(r.Hours), id, made.ID, s.readers[r.By].ID, r.Reason)
			}
		}
		if h := c.Hidden; h != nil && err == nil {
			err = s.Talk.Hide(ctx, at(h.Hours), made.ID, discuss.Ruling{Desk: s.readers[h.By].ID, Rule: h.Rule, Reason: h.Reason}, true)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
