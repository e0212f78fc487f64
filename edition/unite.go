package edition

import (
	"context"

	"broadsheet/fault"
)

// judge has two papers be one, or keeps that they are two. Who is at the desk says so;
// what becomes one stays one.
func (p *acting) judge(ctx context.Context) (*Act, error) {
	keep, gone := min(p.Paper, p.Other), max(p.Paper, p.Other)
	if keep == gone || keep == 0 {
		return nil, fault.Invalid("Name two papers.")
	}
	papers, err := p.s.papers.List(ctx, p.tx, []int64{keep, gone})
	if err != nil {
		return nil, err
	}
	if len(papers) < 2 {
		return nil, fault.Conflict("One of the two is not here any more. Perhaps somebody has merged them meanwhile; look again.")
	}
	if p.Do == Part {
		err = p.s.papers.Part(ctx, p.tx, keep, gone)
	} else if a, b := papers[0].ArXiv(), papers[1].ArXiv(); a != "" && b != "" {
		return nil, fault.Invalid("arXiv has the two under %s and %s; they stay two.", a, b)
	} else {
		err = p.s.papers.Merge(ctx, p.tx, p.now, keep, gone)
	}
	if err != nil {
		return nil, err
	}
	return p.log(ctx, Act{Do: p.Do, Paper: keep})
}
