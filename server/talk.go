package server

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strconv"
	"strings"

	"broadsheet/db"
	"broadsheet/discuss"
	"broadsheet/fault"
	"broadsheet/mail"
	"broadsheet/outbox"
	"broadsheet/tex"
)

// notices writes letters about what concerns a reader in a discussion; it is the
// discuss.Notifier of the house.
type notices struct{ *House }

// Notify puts a letter into the outbox, in the transaction that makes the news. A
// reader without an address gets none.
func (n notices) Notify(ctx context.Context, tx *db.Tx, news discuss.Notice) error {
	to, err := n.Accounts.Get(ctx, news.To)
	if fault.Is(err, fault.KindMissing) || err == nil && (to.Address == "" || to.Gone) {
		return nil
	}
	if err != nil {
		return err
	}
	address, err := mail.ParseAddress(to.Address)
	if err != nil {
		return err
	}
	papers, err := n.Papers.List(ctx, tx, []int64{news.Paper})
	if err != nil || len(papers) == 0 {
		return err
	}
	p := papers[0]
	title := strings.Join(strings.Fields(tex.Text(p.Title)), " ")
	link := n.Config.Base + "/papers/" + p.Key
	if news.Comment != 0 {
		link = fmt.Sprintf("%s/comments/%d", n.Config.Base, news.Comment)
	}
	m := &mail.Message{}
	var b strings.Builder
	switch news.News {
	case discuss.Replied:
		m.Subject = news.From + " answered you on " + title
		fmt.Fprintf(&b, "%s answered your comment on %s:\n\n%s\n", news.From, title, quoted(news.Text))
	case discuss.Mentioned:
		m.Subject = news.From + " named you on " + title
		fmt.Fprintf(&b, "%s named you in a comment on %s:\n\n%s\n", news.From, title, quoted(news.Text))
	case discuss.Decided:
		m.Subject = "What the desk decided on " + title
		fmt.Fprintf(&b, "On %s.\n\n%s\n\nIt stands in the log, and for 14 days you can appeal it there:\n%s/moderation#yours\n", title, news.Text, n.Config.Base)
	}
	fmt.Fprintf(&b, "\n%s\n", link)
	if news.News != discuss.Decided {
		off := n.Config.Base + n.quietPath(news.To)
		m.Unsubscribe = []string{off}
		fmt.Fprintf(&b, "\nNo more mail about answers and mentions, with one click:\n%s\n", off)
	}
	m.Text = b.String()
	_, err = n.Outbox.Enqueue(ctx, tx, outbox.Letter{Kind: "talk", To: address, Message: m})
	return err
}

// quoted writes a text as a quotation, of which a letter holds so much.
func quoted(text string) string {
	const most = 2000
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(strings.TrimRight(mail.Wrap(line, "> "), "\n") + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// quietPath is the address by which a reader wants no more mail of discussions. It
// needs no sign-in: only their letters have it.
func (h *House) quietPath(id int64) string {
	return fmt.Sprintf("/quiet/%d/%s", id, h.quietSum(id))
}

func (h *House) quietSum(id int64) string {
	return h.Outbox.Key("quiet").Sum(strconv.FormatInt(id, 10), 26)
}

// quietFor reports whether an address of quietPath is for the account.
func (h *House) quietFor(id int64, sum string) bool {
	return subtle.ConstantTimeCompare([]byte(h.quietSum(id)), []byte(sum)) == 1
}
