package account

import (
	"slices"

	"broadsheet/fault"
)

// Act is something that a request does. Each route names its act, and this table is
// the one place that says who may.
type Act int

// The acts.
const (
	Look       Act = iota // read what everybody may read
	Enter                 // sign in, join, sign out
	Own                   // read what one keeps oneself
	Vote                  // vote for a paper
	Submit                // put a paper in, claim one
	Keep                  // save, mark, collect, note, follow, mute
	Comment               // write, react, report
	Manage                // the account itself: profile, ways to sign in, tokens, leaving
	Edit                  // make the edition
	Moderate              // hide, lock, decide reports
	Tell                  // name the programs that are told of events
	Administer            // roles, invitations, the instance
)

// Scope is what a token for programs is good for.
type Scope string

// The scopes.
const (
	ScopeRead   Scope = "read"
	ScopeVote   Scope = "vote"
	ScopeSubmit Scope = "submit"
	ScopeWrite  Scope = "write"
	ScopeDesk   Scope = "desk" // for who is at the desk
)

// Scopes are all of them, in the order in which they are shown.
func Scopes() []Scope { return []Scope{ScopeRead, ScopeVote, ScopeSubmit, ScopeWrite, ScopeDesk} }

// Scopes are those of which a token of the role can make use.
func (r Role) Scopes() []Scope {
	return slices.DeleteFunc(Scopes(), func(x Scope) bool { return x == ScopeDesk && r < Desk })
}

var table = [...]struct {
	name  string
	least Role  // who may, and everybody above
	scope Scope // what a token must have; "" when no token will do
}{
	Look:       {"look", Visitor, ""},
	Enter:      {"enter", Visitor, ""},
	Own:        {"own", Reader, ScopeRead},
	Vote:       {"vote", Reader, ScopeVote},
	Submit:     {"submit", Reader, ScopeSubmit},
	Keep:       {"keep", Reader, ScopeWrite},
	Comment:    {"comment", Reader, ScopeWrite},
	Manage:     {"manage", Reader, ""},
	Edit:       {"edit", Desk, ScopeDesk},
	Moderate:   {"moderate", Desk, ScopeDesk},
	Tell:       {"tell", Administrator, ScopeDesk},
	Administer: {"administer", Administrator, ""},
}

func (a Act) String() string { return table[a].name }

// May reports whether v may do the act: nil, or a fault that says what is missing.
// A nil v is a visitor.
func May(v *Viewer, a Act) error {
	rule := table[a]
	switch {
	case rule.least == Visitor:
		return nil
	case v == nil:
		return fault.SignIn("Sign in first.")
	case v.Role < rule.least:
		return fault.Forbidden("This is for the %s.", rule.least)
	case v.Token == nil:
		return nil
	case rule.scope == "":
		return fault.Forbidden("A token cannot do this: sign in with a browser.")
	case !slices.Contains(v.Token.Scopes, rule.scope):
		return fault.Forbidden("The token %q lacks the scope %q.", v.Token.Name, rule.scope)
	}
	return nil
}

// Route is an address of the server with the act that a request to it is.
type Route struct {
	Pattern string // of http.ServeMux: "POST /api/papers/{id}/upvote"
	Act     Act
}
