package search

import (
	"context"

	"broadsheet/paper"
)

// Index is what a Front asks: an Engine, or another's that holds the same documents.
type Index interface {
	// Search answers a question.
	Search(context.Context, Ask) (*Answer, error)
	// Nearest ranks the documents that are like others, like a text, or both.
	Nearest(context.Context, Like) (*Neighbours, error)
	// Begun returns what a reader may have begun to type.
	Begun(ctx context.Context, typed string) (*Begun, error)
	// Match returns which of the documents have every word of a query and all that
	// binds. It speaks of every change up to seq, and waits a moment for them;
	// fault.Busy says that the index is still far behind.
	Match(ctx context.Context, q *Query, ids []int64, seq int64) (map[int64]bool, error)
}

// Front answers readers with the papers of a store, whatever the index.
type Front struct {
	index Index
	store *paper.Store
}

// NewFront returns the front of an index of a store's papers.
func NewFront(index Index, store *paper.Store) *Front { return &Front{index, store} }

// Found is a paper that was found.
type Found struct {
	Hit
	Paper    *paper.Paper
	Reason   Reason
	Title    []Piece // of the text as received
	Abstract []Piece
	Snippet  []Piece // the sentence of the abstract that says most of what is asked
	// Before and After say that the abstract goes on around the snippet.
	Before, After bool
}

// Page is a page of what was found.
type Page struct {
	*Answer
	List []Found
}

// Find answers a reader's question with papers, the words marked in their texts.
func (f *Front) Find(ctx context.Context, a Ask) (*Page, error) {
	answer, err := f.index.Search(ctx, a)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(answer.Hits))
	for i, h := range answer.Hits {
		ids[i] = h.ID
	}
	papers, err := f.store.List(ctx, f.store.DB(), ids)
	if err != nil {
		return nil, err
	}
	by := make(map[int64]*paper.Paper, len(papers))
	for _, x := range papers {
		by[x.ID] = x
	}
	page := &Page{Answer: answer}
	var marks *finder
	if !a.Plain {
		marks = newFinder(a.Query)
	}
	for _, h := range answer.Hits {
		x := by[h.ID]
		if x == nil {
			continue // merged away since the index saw it
		}
		found := Found{Hit: h, Paper: x}
		if marks != nil {
			found.explain(marks)
		}
		page.List = append(page.List, found)
	}
	return page, nil
}

// explain marks what was looked for, and says why the paper was found.
func (f *Found) explain(marks *finder) {
	x := f.Paper
	title := marks.in(marks.places(x.Title))
	words := marks.places(x.Abstract)
	abstract := marks.in(words)
	f.Title = title.pieces(x.Title, markable(x.Form, x.Title))
	f.Abstract = abstract.pieces(x.Abstract, markable(x.Form, x.Abstract))
	f.Snippet, f.Before, f.After = marks.snippet(x.Form, x.Abstract, words)
	f.Reason = marks.reason(title, abstract)
	f.Reason.ByWords, f.Reason.ByMeaning = f.ByWords, f.ByMeaning
}

// Near returns the papers nearest in meaning to one, at most limit of them; none while
// there are no vectors.
func (f *Front) Near(ctx context.Context, to *paper.Paper, limit int) ([]*paper.Paper, error) {
	if len(to.Identifiers) == 0 {
		return nil, nil
	}
	page, err := f.Find(ctx, Ask{Query: &Query{Like: to.Identifiers[:1]}, Limit: limit, Plain: true})
	if err != nil {
		return nil, err
	}
	var list []*paper.Paper
	for _, found := range page.List {
		list = append(list, found.Paper)
	}
	return list, nil
}

// Matching returns which of the papers have every word of a query and all that binds.
// It speaks of every change that the log has when it is called, and waits a moment for
// the index to have it; fault.Busy says that the index is still far behind.
func (f *Front) Matching(ctx context.Context, text string, ids []int64) (map[int64]bool, error) {
	latest, err := paper.Latest(ctx, f.store.DB())
	if err != nil {
		return nil, err
	}
	return f.index.Match(ctx, Parse(text), ids, latest)
}
