package web

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/account"
	"broadsheet/discuss"
	"broadsheet/fault"
	"broadsheet/paper"
)

// moderation shows the public log.
func (h *Handler) moderation(w http.ResponseWriter, r *http.Request) error {
	return h.showModeration(w, r, false)
}

// reports shows the desk's queue above the log.
func (h *Handler) reports(w http.ResponseWriter, r *http.Request) error {
	return h.showModeration(w, r, true)
}

func (h *Handler) showModeration(w http.ResponseWriter, r *http.Request, desk bool) error {
	site, err := h.site(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	d := ModerationData{Month: firstOf(site.Now).Truncate(24 * time.Hour), Desk: desk, Reported: q.Get("reported"), Texts: h.markdown.HTML}
	if s := q.Get("month"); s != "" {
		if d.Month, err = time.Parse("2006-01", s); err != nil {
			return fault.Invalid("A month is written as 2026-04, not %q.", clip(s, 40))
		}
	}
	switch s := q.Get("show"); s {
	case "comments", "votes", "records":
		d.Show = s
	}
	if err := h.moderationData(r.Context(), site.Now, &d); err != nil {
		return err
	}
	return h.showOnce(w, r, ModerationPageOf(site, d))
}

func (h *Handler) moderationData(ctx context.Context, now time.Time, d *ModerationData) (err error) {
	const most = 500
	if d.Acts, err = h.Talk.Acts(ctx, d.Month, d.Month.AddDate(0, 1, 0), most); err != nil {
		return err
	}
	before, err := h.Talk.Acts(ctx, d.Month.AddDate(0, -1, 0), d.Month, most)
	if err != nil {
		return err
	}
	d.Before = len(before)
	if d.Recent, err = h.Talk.Acts(ctx, now.AddDate(0, 0, -84), now.Add(time.Hour), 5000); err != nil {
		return err
	}
	if d.Count, err = h.Talk.Count(ctx, now); err != nil {
		return err
	}
	if v := account.From(ctx); v != nil {
		d.Signed, d.Asked = true, v.Role >= account.Desk
		if d.Mine, err = h.Talk.Concerning(ctx, v.ID); err != nil {
			return err
		}
	}
	if d.Desk {
		if d.Waiting, err = h.Talk.Waiting(ctx); err != nil {
			return err
		}
		if d.Appeals, err = h.Talk.Appeals(ctx); err != nil {
			return err
		}
		if d.Claims, err = h.Talk.OpenClaims(ctx); err != nil {
			return err
		}
	}
	return h.named(ctx, d)
}

// named looks up the papers and people of the log.
func (h *Handler) named(ctx context.Context, d *ModerationData) error {
	papers := map[int64]bool{}
	var people []int64
	for _, list := range [][]discuss.Act{d.Acts, d.Recent, d.Mine, d.Appeals} {
		for _, a := range list {
			papers[a.Paper] = true
			people = append(people, a.Account, a.Answered)
		}
	}
	for _, c := range d.Waiting {
		papers[c.Paper] = true
		if c.Comment != nil {
			people = append(people, c.Comment.Account)
		}
	}
	for _, c := range d.Claims {
		papers[c.Paper] = true
		people = append(people, c.Account)
	}
	found, err := h.persons(ctx, people)
	if err != nil {
		return err
	}
	d.People = map[int64]Writer{}
	for id, a := range found {
		d.People[id] = personOf(a)
	}
	d.Papers, err = h.papersNumbered(ctx, papers)
	return err
}

// rulingOf reads who of the desk does something, by which rule and why.
func rulingOf(r *http.Request) (discuss.Ruling, error) {
	out := discuss.Ruling{Desk: account.From(r.Context()).ID, Reason: strings.TrimSpace(r.PostFormValue("why"))}
	if s := r.PostFormValue("rule"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			return out, fault.Invalid("A rule has a number, and not %q.", clip(s, 40))
		}
		out.Rule = n
	}
	return out, nil
}

func numberOf(r *http.Request, field string) (int64, error) {
	n, err := strconv.ParseInt(r.PostFormValue(field), 10, 64)
	if err != nil {
		return 0, fault.Invalid("The form lacks its %s.", field)
	}
	return n, nil
}

const queuePath = "/moderation/reports"

// decide closes a case: do=leave, act or second.
func (h *Handler) decide(_ http.ResponseWriter, r *http.Request) (string, error) {
	paper, err := numberOf(r, "paper")
	if err != nil {
		return "", err
	}
	comment, err := numberOf(r, "comment")
	if err != nil {
		return "", err
	}
	ruling, err := rulingOf(r)
	if err != nil {
		return "", err
	}
	d := discuss.Decision(r.PostFormValue("do"))
	if d != discuss.Leave && d != discuss.Remove && d != discuss.Second {
		return "", fault.Invalid("The desk leaves, acts, or asks a second; not %q.", clip(string(d), 40))
	}
	return queuePath, h.Talk.Decide(r.Context(), h.Now(), paper, comment, d, ruling)
}

// hideComment removes a comment for the desk, or shows it again: do=hide or restore.
func (h *Handler) hideComment(_ http.ResponseWriter, r *http.Request) (string, error) {
	ruling, err := rulingOf(r)
	if err != nil {
		return "", err
	}
	return h.onComment(r, func(c *discuss.Comment, _ *account.Viewer) error {
		return h.Talk.Hide(r.Context(), h.Now(), c.ID, ruling, r.PostFormValue("do") == "hide")
	})
}

// lock closes a discussion or opens it: do=lock or unlock.
func (h *Handler) lock(_ http.ResponseWriter, r *http.Request) (string, error) {
	p, err := h.paperOf(r)
	if err != nil {
		return "", err
	}
	ruling, err := rulingOf(r)
	if err != nil {
		return "", err
	}
	return paperPath(p.Key) + "#talk", h.Talk.Lock(r.Context(), h.Now(), p.ID, ruling, r.PostFormValue("do") == "lock")
}

// decideClaim grants or refuses a claim: do=grant or refuse.
func (h *Handler) decideClaim(_ http.ResponseWriter, r *http.Request) (string, error) {
	id, err := numberOf(r, "claim")
	if err != nil {
		return "", err
	}
	ruling, err := rulingOf(r)
	if err != nil {
		return "", err
	}
	handle := func(id int64) (string, error) {
		a, err := h.Accounts.Get(r.Context(), id)
		if err != nil {
			return "", err
		}
		return a.Handle, nil
	}
	return queuePath, h.Talk.DecideClaim(r.Context(), h.Now(), id, handle, ruling, r.PostFormValue("do") == "grant")
}

// appeal takes what whom an act concerns says against it.
func (h *Handler) appeal(_ http.ResponseWriter, r *http.Request) (string, error) {
	id, err := numberOf(r, "act")
	if err != nil {
		return "", err
	}
	return "/moderation#yours", h.Talk.Appeal(r.Context(), h.Now(), id, account.From(r.Context()).ID, strings.TrimSpace(r.PostFormValue("why")))
}

// answer decides an appeal: do=uphold or reverse.
func (h *Handler) answer(_ http.ResponseWriter, r *http.Request) (string, error) {
	id, err := numberOf(r, "act")
	if err != nil {
		return "", err
	}
	ruling, err := rulingOf(r)
	if err != nil {
		return "", err
	}
	return queuePath, h.Talk.Answer(r.Context(), h.Now(), id, ruling.Desk, r.PostFormValue("do") == "uphold", ruling.Reason)
}

// clearVotes has the votes of a cluster count in full again.
func (h *Handler) clearVotes(_ http.ResponseWriter, r *http.Request) (string, error) {
	id, err := numberOf(r, "cluster")
	if err != nil {
		return "", err
	}
	ruling, err := rulingOf(r)
	if err != nil {
		return "", err
	}
	return queuePath, h.Talk.Clear(r.Context(), h.Now(), ruling.Desk, id, ruling.Reason)
}

// papersNumbered returns the papers with the given numbers.
func (h *Handler) papersNumbered(ctx context.Context, ids map[int64]bool) (map[int64]*paper.Paper, error) {
	found := map[int64]*paper.Paper{}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(ids)), 500) {
		list, err := h.Papers.List(ctx, h.Papers.DB(), part)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			found[p.ID] = p
		}
	}
	return found, nil
}
