package web

import (
	"net/http"
	"net/url"
	"strconv"

	"broadsheet/account"
	"broadsheet/discuss"
	"broadsheet/fault"
	"broadsheet/paper"
)

// CommentData is what the page of one comment is made of.
type CommentData struct {
	TalkData
	Paper   *paper.Paper
	ID      int64
	History []discuss.Earlier
}

// CommentPage is the permanent address of a comment: what it answers, what answers it,
// what it said before, and what who asks may do with it.
type CommentPage struct {
	Page
	Paper   Link
	Heading string
	Parent  *Remark
	Remark  Remark
	History []Fact // when, and what it said until then
	Closed  string
	Write   bool
	Quiet   bool
	Body    string // as written, for its writer
	Shown   bool
	Rules   []Rule
}

func (*CommentPage) template() string { return "comment" }

// Rule is one of the rules of discussion.
type Rule struct {
	N    int
	Text string
}

func rules() []Rule {
	var list []Rule
	for n, text := range discuss.Rules {
		if n > 0 {
			list = append(list, Rule{n, text})
		}
	}
	return list
}

// CommentPageOf makes the page of one comment.
func CommentPageOf(s Site, d CommentData) (*CommentPage, error) {
	p := d.Paper
	var at *discuss.Comment
	for i := range d.Comments {
		if c := &d.Comments[i]; c.ID == d.ID && (c.State != discuss.Held || d.sees(c)) {
			at = c
		}
	}
	if at == nil {
		return nil, fault.NotFound("There is no comment %d here.", d.ID)
	}
	v := &CommentPage{Page: s.page("A comment on "+p.Form.Line(p.Title), "comment"), Paper: Link{Text: p.Form.Line(p.Title), Href: paperPath(p.Key)}, Write: d.Asks != nil, Quiet: d.Quiet}
	v.NoIndex = true
	v.Remark = d.one(s, p, at)
	v.Heading = "A comment by " + v.Remark.Name
	v.Shown = v.Remark.Removed == ""
	for i := range d.Comments {
		if c := &d.Comments[i]; c.ID == at.Parent && (c.State != discuss.Held || d.sees(c)) {
			r := d.one(s, p, c)
			v.Parent = &r
		}
	}
	for _, th := range discuss.Threads(below(d.Comments, at.ID), discuss.Oldest, d.sees) {
		v.Remark.Replies = append(v.Remark.Replies, d.remark(s, p, th))
	}
	if v.Remark.Own && v.Shown {
		v.Body = at.Body
	}
	if at.State != discuss.Hidden || d.asksDesk() {
		for _, e := range d.History {
			v.History = append(v.History, Fact{"Until " + said(s, e.Until), e.Body})
		}
	}
	if v.Remark.Desk {
		v.Rules = rules()
		if !v.Shown {
			v.Body = at.Body
		}
	}
	if !d.Locked.IsZero() && !d.asksDesk() {
		v.Closed = "The desk closed this discussion on " + shortDate(d.Locked) + "."
	}
	return v, nil
}

// below returns the comments that answer one, at whatever depth.
func below(list []discuss.Comment, id int64) []discuss.Comment {
	in := map[int64]bool{id: true}
	var found []discuss.Comment
	for _, c := range list {
		if in[c.Parent] {
			in[c.ID] = true
			found = append(found, c)
		}
	}
	return found
}

// comment shows one comment.
func (h *Handler) comment(w http.ResponseWriter, r *http.Request) error {
	c, err := h.commentOf(r)
	if err != nil {
		return err
	}
	p, err := h.paperNumbered(r.Context(), c.Paper)
	if err != nil {
		return err
	}
	site, err := h.site(r)
	if err != nil {
		return err
	}
	d := CommentData{Paper: p, ID: c.ID}
	talk, err := h.talkData(r, p)
	if err != nil {
		return err
	}
	d.TalkData = *talk
	if d.History, err = h.Talk.History(r.Context(), c.ID); err != nil {
		return err
	}
	v, err := CommentPageOf(site, d)
	if err != nil {
		return err
	}
	return h.showOnce(w, r, v)
}

func (h *Handler) commentOf(r *http.Request) (*discuss.Comment, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return nil, fault.NotFound("There is no comment %s here.", clip(r.PathValue("id"), 40))
	}
	return h.Talk.Comment(r.Context(), id)
}

// writeComment takes a comment on a paper, or an answer to another one.
func (h *Handler) writeComment(_ http.ResponseWriter, r *http.Request) (string, error) {
	p, err := h.paperOf(r)
	if err != nil {
		return "", err
	}
	parent := int64(0)
	if s := r.PostFormValue("parent"); s != "" {
		if parent, err = strconv.ParseInt(s, 10, 64); err != nil {
			return "", fault.Invalid("The comment that is answered has a number, and not %q.", clip(s, 40))
		}
	}
	v := account.From(r.Context())
	if err := h.setQuiet(r, v); err != nil {
		return "", err
	}
	c, err := h.Talk.Write(r.Context(), h.Now(), discuss.Draft{Paper: p.ID, Parent: parent, Body: r.PostFormValue("comment"), Writer: writerOf(v)})
	if err != nil {
		return "", err
	}
	return commentPath(p, c), nil
}

func commentPath(p *paper.Paper, c *discuss.Comment) string {
	return paperPath(p.Key) + "#c" + strconv.FormatInt(c.ID, 10)
}

// setQuiet notes whether a reader wants mail, when a form asked.
func (h *Handler) setQuiet(r *http.Request, v *account.Viewer) error {
	if r.PostFormValue("asked") != "mail" {
		return nil
	}
	want := r.PostFormValue("mail") == ""
	is, err := h.Talk.Quiet(r.Context(), v.ID)
	if err != nil || is == want {
		return err
	}
	return h.Talk.SetQuiet(r.Context(), v.ID, want)
}

func writerOf(v *account.Viewer) discuss.Writer {
	return discuss.Writer{Account: v.ID, Handle: v.Handle, Joined: v.Joined, Trusted: v.Role >= account.Desk}
}

// editComment changes a comment.
func (h *Handler) editComment(_ http.ResponseWriter, r *http.Request) (string, error) {
	return h.onComment(r, func(c *discuss.Comment, v *account.Viewer) error {
		_, err := h.Talk.Edit(r.Context(), h.Now(), c.ID, writerOf(v), r.PostFormValue("comment"))
		return err
	})
}

// withdrawComment removes a comment for its writer.
func (h *Handler) withdrawComment(_ http.ResponseWriter, r *http.Request) (string, error) {
	return h.onComment(r, func(c *discuss.Comment, v *account.Viewer) error {
		return h.Talk.Withdraw(r.Context(), h.Now(), c.ID, v.ID)
	})
}

// react takes what a reader thinks of a comment: react=up, doubt or none.
func (h *Handler) react(w http.ResponseWriter, r *http.Request) (string, error) {
	reaction := discuss.Reaction(r.PostFormValue("react"))
	switch reaction {
	case "none":
		reaction = discuss.NoReaction
	case discuss.NoReaction:
		return "", fault.Invalid("A reaction is up, doubt or none.")
	}
	var after *discuss.Comment
	to, err := h.onComment(r, func(c *discuss.Comment, v *account.Viewer) (err error) {
		after, err = h.Talk.React(r.Context(), h.Now(), c.ID, v.ID, reaction)
		return err
	})
	if err != nil || !wantsJSON(r) {
		return to, err
	}
	return "", sendJSON(w, acted{On: reaction == discuss.Up, N: after.Ups})
}

// reportComment tells the desk of a comment.
func (h *Handler) reportComment(_ http.ResponseWriter, r *http.Request) (string, error) {
	to, err := h.onComment(r, func(c *discuss.Comment, v *account.Viewer) error {
		return h.Talk.Report(r.Context(), h.Now(), c.Paper, c.ID, v.ID, r.PostFormValue("reason"))
	})
	return "/moderation?reported=" + url.QueryEscape(to), err
}

// onComment does something with a comment and returns its address.
func (h *Handler) onComment(r *http.Request, do func(*discuss.Comment, *account.Viewer) error) (string, error) {
	c, err := h.commentOf(r)
	if err != nil {
		return "", err
	}
	if err := do(c, account.From(r.Context())); err != nil {
		return "", err
	}
	p, err := h.paperNumbered(r.Context(), c.Paper)
	if err != nil {
		return "", err
	}
	return commentPath(p, c), nil
}
