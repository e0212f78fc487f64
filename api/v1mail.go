package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"broadsheet/account"
	v1 "broadsheet/api/v1"
	"broadsheet/digest"
	"broadsheet/edition"
	"broadsheet/fault"
	"broadsheet/mail"
)

// v1Mails lists the subscriptions of who asks.
func (a *API) v1Mails(ctx context.Context, v *account.Viewer, _ *http.Request) (answer, error) {
	if a.Mails == nil {
		return answer{}, errNoMail
	}
	list, err := a.Mails.Of(ctx, v.ID)
	out := v1.Subscriptions{Subscriptions: make([]v1.Subscription, len(list))}
	for i, held := range list {
		out.Subscriptions[i] = subscriptionOf(held)
	}
	return said(out), err
}

var errNoMail = fault.NotFound("No mail goes out here.")

// v1Subscribe begins mails to the address of who asks. The owner of any other address is
// asked by mail, and the answer says nothing about the address.
func (a *API) v1Subscribe(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	if a.Mails == nil {
		return answer{}, errNoMail
	}
	standard := digest.Standard()
	if z := a.Editions.Settings().Zone; z != nil && z != time.Local {
		standard.Cadence.Zone = z.String()
	}
	asked, choice, err := mailingAsked(r, standard)
	if err != nil {
		return answer{}, err
	}
	own, err := mail.ParseAddress(v.Address)
	if asked.Address == "" && err != nil {
		return answer{}, fault.Invalid("Your account has no address; name one in address.")
	}
	to := own
	if asked.Address != "" {
		if to, err = mail.ParseAddress(asked.Address); err != nil {
			return answer{}, err
		}
	}
	if v.Address == "" || to.Key() != own.Key() {
		if asked.PauseUntil != "" {
			return answer{}, fault.Invalid("What has not begun cannot pause.")
		}
		return answer{status: http.StatusAccepted}, a.Mails.Subscribe(ctx, to, choice, clientOf(r).Addr())
	}
	held, err := a.Mails.Begin(ctx, to, choice, v.ID)
	if err == nil {
		held, err = a.pausing(ctx, held, asked.PauseUntil)
	}
	if err != nil {
		return answer{}, err
	}
	return made(subscriptionOf(held)), nil
}

// v1Resubscribe changes what a subscription holds, or lets it pause. One that was
// stopped begins again.
func (a *API) v1Resubscribe(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	held, err := a.subscription(ctx, v, r)
	if err != nil {
		return answer{}, err
	}
	if err := fresh(r, subscriptionOf(held)); err != nil {
		return answer{}, err
	}
	asked, choice, err := mailingAsked(r, held.Choice)
	if err != nil {
		return answer{}, err
	}
	if asked.Address != "" && asked.Address != held.Address.String() {
		return answer{}, fault.Invalid("Another address is another subscription: make that, and end this one.")
	}
	if err := choice.Check(); err != nil {
		return answer{}, err
	}
	if held.State == digest.Stopped {
		if _, err := a.Mails.Confirm(ctx, held.ID); err != nil {
			return answer{}, err
		}
	}
	if held, err = a.Mails.Change(ctx, held.ID, choice); err == nil {
		held, err = a.pausing(ctx, held, asked.PauseUntil)
	}
	if err != nil {
		return answer{}, err
	}
	return said(subscriptionOf(held)), nil
}

// v1Unsubscribe ends a subscription, for good.
func (a *API) v1Unsubscribe(ctx context.Context, v *account.Viewer, r *http.Request) (answer, error) {
	held, err := a.subscription(ctx, v, r)
	if fault.Is(err, fault.KindMissing) && a.Mails != nil {
		return nothingLeft, nil // it has ended already
	}
	if err != nil {
		return answer{}, err
	}
	return nothingLeft, a.Mails.Leave(ctx, held.ID)
}

// subscription returns the one that an address names, if it is of who asks.
func (a *API) subscription(ctx context.Context, v *account.Viewer, r *http.Request) (*digest.Subscription, error) {
	if a.Mails == nil {
		return nil, errNoMail
	}
	list, err := a.Mails.Of(ctx, v.ID)
	if err != nil {
		return nil, err
	}
	name := r.PathValue("subscription")
	at := slices.IndexFunc(list, func(s *digest.Subscription) bool { return strconv.FormatInt(s.ID, 10) == name })
	if at < 0 {
		return nil, fault.NotFound("You have no subscription %s.", clip(name))
	}
	return list[at], nil
}

// pausing lets a subscription pause until a day, if there is one.
func (a *API) pausing(ctx context.Context, held *digest.Subscription, until string) (*digest.Subscription, error) {
	if until == "" {
		return held, nil
	}
	day, err := edition.ParseDay(until)
	if err != nil {
		return nil, err
	}
	return a.Mails.Pause(ctx, held.ID, day)
}

// mailingAsked reads what a subscription is to be: what is left out is as in was.
func mailingAsked(r *http.Request, was digest.Choice) (v1.MailingDraft, digest.Choice, error) {
	m := mailingOf(was)
	asked := v1.MailingDraft{Mailing: &m}
	if err := readMaybe(r, &asked); err != nil {
		return asked, was, err
	}
	if asked.PauseUntil != "" {
		if _, err := edition.ParseDay(asked.PauseUntil); err != nil {
			return asked, was, err
		}
	}
	if asked.Mailing == nil { // null
		return asked, was, nil
	}
	c := digest.Choice{
		Edition: m.Edition, Trending: m.Trending, Follows: m.Follows, Categories: m.Categories, Topics: m.Topics, Authors: m.AuthorNames, Words: m.Words,
		Least: m.Least, Size: m.Size, Abstracts: m.Abstracts, TextOnly: m.TextOnly, Quiet: m.Quiet,
		Cadence: digest.Cadence{Every: digest.Every(m.Every), Hour: m.Hour, Zone: m.Zone},
	}
	for _, name := range m.Days {
		at := slices.Index(weekdays, name)
		if at < 0 {
			return asked, c, fault.Invalid("days are named monday to sunday; %q is none.", clip(name))
		}
		c.Cadence.Days = append(c.Cadence.Days, time.Weekday(at))
	}
	return asked, c, nil
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func mailingOf(c digest.Choice) v1.Mailing {
	m := v1.Mailing{
		Edition: c.Edition, Trending: c.Trending, Follows: c.Follows, Categories: filled(c.Categories), Topics: filled(c.Topics), AuthorNames: filled(c.Authors), Words: c.Words,
		Least: c.Least, Size: c.Size, Abstracts: c.Abstracts, TextOnly: c.TextOnly, Quiet: c.Quiet,
		Every: string(c.Cadence.Every), Days: []string{}, Hour: c.Cadence.Hour, Zone: c.Cadence.Zone,
	}
	for _, d := range c.Cadence.Days {
		m.Days = append(m.Days, strings.ToLower(d.String()))
	}
	return m
}

func subscriptionOf(s *digest.Subscription) v1.Subscription {
	out := v1.Subscription{Mailing: mailingOf(s.Choice), ID: strconv.FormatInt(s.ID, 10), Address: s.Address.String(), State: string(s.State), Sent: s.Sent}
	if s.State == digest.Active {
		out.Due = s.Next
	}
	return out
}
