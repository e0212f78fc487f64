package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"broadsheet/account"
	"broadsheet/fault"
)

// AccountsData is what the page of all accounts is made of.
type AccountsData struct {
	Asked    string
	Accounts []*account.Account
	Next     int64 // the number after which they go on; 0 at the end
	Log      []account.Entry
	Names    map[int64]string // of who acts in the log
	Done     string
	Wrong    error
}

// AccountsPage lists who has an account, and in which role, for who administers.
type AccountsPage struct {
	Page
	Asked        string
	Rows         []AccountRow
	More         string
	Done, Failed string
	Log          []LogRow
}

func (*AccountsPage) template() string { return "accounts" }

// AccountRow is an account.
type AccountRow struct {
	ID                                  int64
	Name, Handle, Page, Address, Joined string
	Sample                              bool
	Roles                               []Choice
}

// LogRow is a privileged act.
type LogRow struct{ When, Who, Act, Subject, Detail string }

// AccountsPageOf makes the page of all accounts.
func AccountsPageOf(s Site, d AccountsData) *AccountsPage {
	v := &AccountsPage{Page: s.page("Accounts", "accounts"), Asked: d.Asked, Done: d.Done, Failed: fault.Message(d.Wrong)}
	v.NoIndex = true
	for _, a := range d.Accounts {
		row := AccountRow{ID: a.ID, Name: a.Name, Handle: a.Handle, Address: a.Address, Joined: a.Joined.Format("2 Jan 2006"), Sample: a.Sample}
		row.Page = s.pageOfReader(a.Handle)
		for r := account.Reader; r <= account.Administrator; r++ {
			row.Roles = append(row.Roles, Choice{Value: r.String(), Text: r.String(), On: r == a.Role})
		}
		v.Rows = append(v.Rows, row)
	}
	if d.Next != 0 {
		v.More = "/accounts?" + query("after", fmt.Sprint(d.Next))
	}
	v.Log = logRows(d.Log, d.Names)
	return v
}

// logRows writes privileged acts, with the names of who did them.
func logRows(log []account.Entry, names map[int64]string) (rows []LogRow) {
	for _, e := range log {
		who := names[e.Actor]
		if e.Actor == account.Operator {
			who = "the operator"
		}
		rows = append(rows, LogRow{e.At.Format("2 Jan 2006, 15:04"), who, e.Act, e.Subject, e.Detail})
	}
	return rows
}

// accounts shows all accounts, or the one that is looked for.
func (h *Handler) accounts(w http.ResponseWriter, r *http.Request) error {
	return h.showAccounts(w, r, done(r.URL.Query().Get("done")), nil)
}

func (h *Handler) showAccounts(w http.ResponseWriter, r *http.Request, done string, wrong error) error {
	const shown, logged = 100, 40
	ctx, q := r.Context(), r.URL.Query()
	site, err := h.site(r)
	if err != nil {
		return err
	}
	site.Path = "/accounts"
	d := AccountsData{Asked: strings.TrimSpace(clip(q.Get("q"), 100)), Done: done, Wrong: wrong, Names: map[int64]string{}}
	if d.Asked != "" {
		find := h.Accounts.ByHandle
		if strings.Contains(strings.TrimPrefix(d.Asked, "@"), "@") {
			find = h.Accounts.ByAddress
		}
		switch a, err := find(ctx, strings.TrimPrefix(d.Asked, "@")); {
		case err == nil:
			d.Accounts = []*account.Account{a}
		case !fault.Is(err, fault.KindMissing):
			return err
		}
	} else {
		after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
		if d.Accounts, err = h.Accounts.All(ctx, after, shown+1); err != nil {
			return err
		}
		if len(d.Accounts) > shown {
			d.Accounts = d.Accounts[:shown]
			d.Next = d.Accounts[shown-1].ID
		}
	}
	if d.Log, err = h.Accounts.Audited(ctx, 0, logged); err != nil {
		return err
	}
	var ids []int64
	for _, e := range d.Log {
		ids = append(ids, e.Actor)
	}
	actors, err := h.persons(ctx, ids)
	if err != nil {
		return err
	}
	for id, a := range actors {
		d.Names[id] = a.Name
	}
	return h.showWith(w, r, wrong, AccountsPageOf(site, d))
}

// changeRole gives an account a role.
func (h *Handler) changeRole(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PostForm.Get("account"), 10, 64)
	if err != nil {
		return fault.Invalid("There is no such account.")
	}
	role, err := account.ParseRole(r.PostForm.Get("role"))
	if err == nil {
		err = h.Accounts.SetRole(r.Context(), account.From(r.Context()).ID, id, role)
	}
	switch fault.KindOf(err) {
	case fault.KindInvalid, fault.KindClash:
		return h.showAccounts(w, r, "", err)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", keepNothing)
	http.Redirect(w, r, "/accounts?done=role", http.StatusSeeOther)
	return nil
}
