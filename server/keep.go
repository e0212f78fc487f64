package server

import (
	"context"
	"regexp"
	"strings"

	"broadsheet/edition"
	"broadsheet/library"
)

// orcidForm is that of an ORCID iD.
var orcidForm = regexp.MustCompile(`^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$`)

// orcid returns the ORCID iD that an account has proved by signing in there, "" for
// none. Whatever else stands under that name is none: the last sign is a check of the
// others (ISO 7064, MOD 11-2).
func (h *House) orcid(ctx context.Context, account int64) (string, error) {
	id, err := h.Accounts.IdentityAt(ctx, account, "orcid")
	if err != nil || !isORCID(id) {
		return "", err
	}
	return id, nil
}

func isORCID(id string) bool {
	if !orcidForm.MatchString(id) {
		return false
	}
	sum := 0
	for _, c := range strings.ReplaceAll(id[:len(id)-1], "-", "") {
		sum = (sum + int(c-'0')) * 2
	}
	return id[len(id)-1] == "0123456789X"[(12-sum%11)%11]
}

// putIn returns the newest papers that an account put in, so far as they stand in an
// edition.
func (h *House) putIn(ctx context.Context, account int64, limit int) ([]int64, error) {
	list, err := h.Editions.SubmissionsOf(ctx, account, 5*limit)
	var ids []int64
	for _, x := range list {
		if x.State == edition.Printed && len(ids) < limit {
			ids = append(ids, x.Paper)
		}
	}
	return ids, err
}

// sources are the rooms that the library asks for what readers follow.
func (h *House) sources() library.Sources {
	s := library.Sources{
		Editions: h.Editions, Now: h.Config.Now, Arrived: h.Digests.Arrived,
		Votes: func(ctx context.Context, account int64, limit int) ([]library.Vote, error) {
			given, err := h.Talk.VotesOf(ctx, account, limit)
			votes := make([]library.Vote, len(given))
			for i, g := range given {
				votes[i] = library.Vote{Paper: g.Paper, At: g.At}
			}
			return votes, err
		},
	}
	if h.Search != nil {
		s.Search = h.Search.Matching
	}
	return s
}
