package web

import (
	"net/http"
	"strings"

	"broadsheet/account"
	"broadsheet/discuss"
	"broadsheet/paper"
)

// RecordPage is the page on which a reader claims a paper or reports a mistake in its
// record.
type RecordPage struct {
	Page
	Paper   Link
	Key     string
	Authors []Name
	Domains string   // from which a mail address proves a claim
	Claims  []string // of who asks, and how they stand
}

func (*RecordPage) template() string { return "record" }

// RecordPageOf makes the page for a paper and the claims of who asks.
func RecordPageOf(s Site, p *paper.Paper, claims []discuss.Claim) *RecordPage {
	v := &RecordPage{Page: s.page("The record of "+p.Form.Line(p.Title), "form"), Paper: Link{Text: p.Form.Line(p.Title), Href: paperPath(p.Key)}, Key: p.Key}
	v.NoIndex = true
	v.Domains = strings.Join(discuss.Domains(p), ", ")
	for _, a := range p.Authors {
		v.Authors = append(v.Authors, Name{Text: a.Name, Claimed: a.Claimed})
	}
	for _, c := range claims {
		v.Claims = append(v.Claims, claimState(c))
	}
	return v
}

// record shows the page of a paper's record.
func (h *Handler) record(w http.ResponseWriter, r *http.Request) error {
	p, err := h.paperOf(r)
	if err != nil {
		return err
	}
	site, err := h.site(r)
	if err != nil {
		return err
	}
	all, err := h.Talk.Claims(r.Context(), p.ID)
	if err != nil {
		return err
	}
	var own []discuss.Claim
	for _, c := range all {
		if c.Account == account.From(r.Context()).ID {
			own = append(own, c)
		}
	}
	return h.showOnce(w, r, RecordPageOf(site, p, own))
}

// claim takes a reader's claim to be an author of a paper.
func (h *Handler) claim(_ http.ResponseWriter, r *http.Request) (string, error) {
	p, err := h.paperOf(r)
	if err != nil {
		return "", err
	}
	v := account.From(r.Context())
	who := discuss.Claimant{Account: v.ID, Handle: v.Handle, Name: v.Name, Address: v.Address}
	if h.ORCID != nil {
		if who.ORCID, err = h.ORCID(r.Context(), v.ID); err != nil {
			return "", err
		}
	}
	if _, err := h.Talk.Claim(r.Context(), h.Now(), p.ID, r.PostFormValue("author"), who, r.PostFormValue("evidence")); err != nil {
		return "", err
	}
	return "/record/" + p.Key, nil
}

// reportRecord tells the desk of a mistake in a paper's record.
func (h *Handler) reportRecord(_ http.ResponseWriter, r *http.Request) (string, error) {
	p, err := h.paperOf(r)
	if err != nil {
		return "", err
	}
	err = h.Talk.Report(r.Context(), h.Now(), p.ID, 0, account.From(r.Context()).ID, r.PostFormValue("reason"))
	return "/moderation?reported=" + paperPath(p.Key), err
}
