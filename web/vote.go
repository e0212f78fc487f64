package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/discuss"
	"broadsheet/fault"
	"broadsheet/paper"
)

// mountTalk adds what readers do together, and its moderation.
func (h *Handler) mountTalk(mux *http.ServeMux) {
	deed := func(pattern string, act account.Act, f deed) { h.route(mux, pattern, act, h.does(f)) }

	deed("POST /vote/{id...}", account.Vote, h.vote)                         // a paper
	deed("POST /comment/{id...}", account.Comment, h.writeComment)           // on a paper
	h.route(mux, "GET /comments/{id}", account.Look, h.comment)              // one comment
	deed("POST /comments/{id}/react", account.Comment, h.react)              // of use, or in doubt
	deed("POST /comments/{id}/edit", account.Comment, h.editComment)         // by its writer
	deed("POST /comments/{id}/withdraw", account.Comment, h.withdrawComment) // by its writer
	deed("POST /comments/{id}/report", account.Comment, h.reportComment)     // to the desk
	deed("POST /comments/{id}/hide", account.Moderate, h.hideComment)        // by the desk
	h.route(mux, "GET /record/{id...}", account.Submit, h.record)            // claim a paper, report a mistake
	deed("POST /claim/{id...}", account.Submit, h.claim)                     // a paper, by its author
	deed("POST /report/{id...}", account.Comment, h.reportRecord)            // to the desk
	deed("POST /lock/{id...}", account.Moderate, h.lock)                     // a discussion
	h.route(mux, "GET /moderation", account.Look, h.moderation)              // the log
	h.route(mux, "GET /moderation/reports", account.Moderate, h.reports)     // what waits for the desk
	deed("POST /moderation/decide", account.Moderate, h.decide)              // a report
	deed("POST /moderation/claim", account.Moderate, h.decideClaim)          // a claim
	deed("POST /moderation/appeal", account.Comment, h.appeal)               // by whom an act concerns
	deed("POST /moderation/answer", account.Moderate, h.answer)              // an appeal
	h.route(mux, "GET /quiet/{id}/{sum}", account.Enter, h.quiet)            // no more mail of discussions?
	h.route(mux, "POST /quiet/{id}/{sum}", account.Enter, h.quieted)         // none; mail programs post here, too
	deed("POST /moderation/votes", account.Moderate, h.clearVotes)           // of a cluster
}

// acted is what the script is told of an act.
type acted struct {
	On bool `json:"on"`
	N  int  `json:"n"` // votes of all readers
}

func wantsJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

// paperOf returns the paper that an address names.
func (h *Handler) paperOf(r *http.Request) (*paper.Paper, error) {
	id, _, err := paper.ParseIdentifier(r.PathValue("id"))
	if err != nil {
		return nil, fault.NotFound("%s", hint(r.PathValue("id")))
	}
	return h.Papers.Find(r.Context(), id)
}

func (h *Handler) paperNumbered(ctx context.Context, id int64) (*paper.Paper, error) {
	list, err := h.Papers.List(ctx, h.Papers.DB(), []int64{id})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.NotFound("That paper has moved. Try again.")
	}
	return list[0], nil
}

// deed does what a form asks for and returns where to go on, "" when it has answered.
type deed func(http.ResponseWriter, *http.Request) (to string, err error)

// does makes a handler of a deed. It leads on once the pages know what was done, so
// that the reader sees it; a deed that changed nothing is waited for in vain, shortly.
func (h *Handler) does(f deed) handler {
	const most = 600 * time.Millisecond
	return func(w http.ResponseWriter, r *http.Request) error {
		before := h.State()
		to, err := f(w, r)
		if err != nil || to == "" {
			return err
		}
		for end := time.Now().Add(most); h.State() == before && time.Now().Before(end) && r.Context().Err() == nil; {
			time.Sleep(10 * time.Millisecond)
		}
		w.Header().Set("Cache-Control", keepNothing)
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
}

// whence returns the page of ours from which a form was posted, otherwise the other.
func whence(r *http.Request, otherwise string) string {
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host {
		return otherwise
	}
	if at := r.URL.Query().Get("at"); at != "" && len(at) < 20 {
		return from.RequestURI() + "#" + url.PathEscape(at)
	}
	return from.RequestURI()
}

// vote gives or takes a vote: vote=1 or vote=0.
func (h *Handler) vote(w http.ResponseWriter, r *http.Request) (string, error) {
	p, err := h.paperOf(r)
	if err != nil {
		return "", err
	}
	on := r.PostFormValue("vote")
	if on != "1" && on != "0" {
		return "", fault.Invalid("A vote is 1 to give it or 0 to take it back, not %q.", clip(on, 40))
	}
	v := account.From(r.Context())
	n, err := h.Talk.Vote(r.Context(), h.Now(), p.ID, discuss.VoterOf(&v.Account), on == "1")
	if err != nil {
		return "", err
	}
	if err := h.acted(r.Context(), v, p.ID, votedOf, on == "1"); err != nil {
		return "", err
	}
	if wantsJSON(r) {
		return "", sendJSON(w, acted{On: on == "1", N: p.Figures.Votes + n})
	}
	return whence(r, paperPath(p.Key)), nil
}

// talkData reads what readers did with a paper, as who asks sees it.
func (h *Handler) talkData(r *http.Request, p *paper.Paper) (*TalkData, error) {
	ctx := r.Context()
	d := &TalkData{Asks: account.From(ctx), Authors: map[int64]bool{}, Text: h.markdown.HTML}
	switch o := discuss.Order(r.URL.Query().Get("sort")); o {
	case discuss.Newest, discuss.Best:
		d.Order = o
	}
	var err error
	if d.Comments, err = h.Talk.Comments(ctx, p.ID); err != nil {
		return nil, err
	}
	if d.Locked, err = h.Talk.Locked(ctx, p.ID); err != nil {
		return nil, err
	}
	claims, err := h.Talk.Claims(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		if c.State == discuss.Granted {
			d.Authors[c.Account] = true
		}
		if d.Asks != nil && c.Account == d.Asks.ID {
			d.Claims = append(d.Claims, c)
		}
	}
	const asked = 200 // voters whose names are looked up
	var given []discuss.Given
	if given, d.Votes, err = h.Talk.Voters(ctx, p.ID, asked); err != nil {
		return nil, err
	}
	if err := h.people(ctx, d, given); err != nil || d.Asks == nil {
		return d, err
	}
	if d.Reacted, err = h.Talk.Reactions(ctx, d.Asks.ID, p.ID); err != nil {
		return nil, err
	}
	d.Quiet, err = h.Talk.Quiet(ctx, d.Asks.ID)
	return d, err
}

// people looks up who wrote and who voted.
func (h *Handler) people(ctx context.Context, d *TalkData, given []discuss.Given) error {
	var ids []int64
	for _, c := range d.Comments {
		ids = append(ids, c.Account)
	}
	for _, g := range given {
		ids = append(ids, g.Account)
	}
	found, err := h.persons(ctx, ids)
	if err != nil {
		return err
	}
	d.People = map[int64]Writer{}
	for id, a := range found {
		d.People[id] = personOf(a)
	}
	for _, g := range given {
		if a := found[g.Account]; a != nil && a.Shows.Votes && !a.Gone {
			d.Voters = append(d.Voters, a.Name)
		}
	}
	return nil
}

// persons returns the accounts with the given numbers.
func (h *Handler) persons(ctx context.Context, ids []int64) (map[int64]*account.Account, error) {
	slices.Sort(ids)
	found := map[int64]*account.Account{}
	for part := range slices.Chunk(slices.Compact(ids), 500) {
		list, err := h.Accounts.List(ctx, part...)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			found[a.ID] = a
		}
	}
	return found, nil
}

func personOf(a *account.Account) Writer {
	if a.Gone {
		return Writer{Name: "A former reader"}
	}
	return Writer{Name: a.Name, Role: a.Role, Sample: a.Sample}
}

// mentioned returns the address of a reader whom a comment names.
func (h *Handler) mentioned(handle string) string {
	if h.Library == nil {
		return ""
	}
	return readerPath(handle)
}
