package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"broadsheet/digest"
	"broadsheet/edition"
)

// SubscribeData is what the page of a subscription is made of.
type SubscribeData struct {
	Choice  digest.Choice
	Email   string // as typed
	Token   string // of the subscription; "" for a new one
	Held    *digest.Subscription
	Topics  []TopicCount
	Preview *digest.Preview // nil when there is no edition yet
	Preday  time.Time       // the day of the preview
	Can     Can
	Wrong   string // what is wrong with what was sent
	Done    string // what was done
}

// Can says what a mail can be made of here, beside the edition.
type Can struct{ Trending, Follows bool }

// TopicCount is a topic with its papers a weekday.
type TopicCount struct {
	Name string
	N    float64
}

// SubscribePage is the form of a subscription, new or held.
type SubscribePage struct {
	Page
	SubscribeData
	Chips  []Chip
	Hours  []Option
	Sizes  []Option
	Days   []Option
	Rhythm []Option
	Zones  []string
	Facts  string // of a held subscription: to whom, and when the next mail comes
	Box    *PreviewBox
}

// Chip is something to tick, with a number.
type Chip struct {
	Name, Value, Note string
	On                bool
}

// Option is one of several values.
type Option struct {
	Value, Text string
	On          bool
}

// PreviewBox shows the beginning of a mail.
type PreviewBox struct {
	Says  string
	Items []*digest.Item
	More  int
}

func (*SubscribePage) template() string { return "subscribe" }

// SubscribePageOf makes the page of a subscription.
func SubscribePageOf(s Site, d SubscribeData) *SubscribePage {
	title := "The paper, by e-mail"
	if d.Held != nil {
		title = "What you get by e-mail"
	}
	v := &SubscribePage{Page: s.page(title, "form"), SubscribeData: d, Zones: zones}
	v.at("Subscribe")
	v.NoIndex = d.Held != nil
	c := d.Choice
	for _, t := range d.Topics {
		v.Chips = append(v.Chips, Chip{Name: t.Name, Value: strings.ToLower(t.Name), Note: perDay(t.N), On: slices.Contains(c.Topics, strings.ToLower(t.Name))})
	}
	for _, t := range c.Topics { // chosen before, and rare of late
		if !slices.ContainsFunc(v.Chips, func(ch Chip) bool { return ch.Value == t }) {
			v.Chips = append(v.Chips, Chip{Name: t, Value: t, Note: perDay(0), On: true})
		}
	}
	for h := range 24 {
		v.Hours = append(v.Hours, Option{fmt.Sprint(h), fmt.Sprintf("%02d:00", h), h == c.Cadence.Hour})
	}
	for _, n := range digest.Sizes {
		text := fmt.Sprint(n)
		if n == 0 {
			text = "All"
		}
		v.Sizes = append(v.Sizes, Option{fmt.Sprint(n), text, n == c.Size})
	}
	for i := range 7 {
		d := time.Weekday((i + 1) % 7)
		v.Days = append(v.Days, Option{fmt.Sprint(int(d)), d.String()[:3], slices.Contains(c.Cadence.Days, d)})
	}
	for _, e := range []struct {
		every digest.Every
		text  string
	}{{digest.Weekdays, "Weekdays"}, {digest.OnDays, "On the days ticked below"}, {digest.Weekly, "Weekly, on the first of them"}, {digest.Monthly, "Monthly, the 1st"}} {
		v.Rhythm = append(v.Rhythm, Option{string(e.every), e.text, e.every == c.Cadence.Every})
	}
	if d.Held != nil {
		v.Facts = fmt.Sprintf("To %s. %s", d.Held.Address, nextMail(d.Held))
	}
	v.box()
	return v
}

func (v *SubscribePage) box() {
	if v.Preview == nil {
		return
	}
	const shown = 5
	v.Box = &PreviewBox{Items: v.Preview.Items[:min(shown, len(v.Preview.Items))]}
	v.Box.More = len(v.Preview.Items) - len(v.Box.Items)
	v.Box.Says = fmt.Sprintf("%s, %s.", longDate(v.Preday), count(len(v.Preview.Items), "paper"))
	if len(v.Preview.Items) == 0 {
		v.Box.Says = longDate(v.Preday) + ": nothing, so no mail."
	}
}

func perDay(n float64) string {
	if n < 10 && n > 0 {
		return fmt.Sprintf("%.1f", n)
	}
	return fmt.Sprintf("%.0f", n)
}

// nextMail says when the next mail of a subscription comes.
func nextMail(held *digest.Subscription) string {
	if held.State == digest.Stopped {
		return "No mail goes there: the last ones came back. Save to begin again."
	}
	where, err := time.LoadLocation(held.Choice.Cadence.Zone)
	if err != nil {
		where = time.UTC
	}
	return "The next mail is due on " + held.Next.In(where).Format("Monday 2 January 2006, 15:04") + " " + held.Choice.Cadence.Zone + "."
}

// MailPage says one thing about a subscription, and may ask for one act: the page
// that a mailed link opens, since opening it does nothing.
type MailPage struct {
	Page
	Heading string
	Says    []string
	Action  string // where the button posts; "" for no button
	Token   string
	Button  string
	Until   string // a day to choose, for a pause; "" for none
	Least   string // the first day that can be chosen
	Link    *Link
}

func (*MailPage) template() string { return "mail" }

// MailPageOf makes such a page.
func MailPageOf(s Site, heading string, says ...string) *MailPage {
	v := &MailPage{Page: s.page(heading, "message"), Heading: heading, Says: says}
	v.NoIndex = true
	return v
}

// topicsOf counts the topics of papers by weekday, the most frequent first.
func topicsOf(days []edition.Day, topics map[string]int, most int) []TopicCount {
	weekdays := 0
	for _, d := range days {
		if w := day(d.Day).Weekday(); w != time.Saturday && w != time.Sunday {
			weekdays++
		}
	}
	var list []TopicCount
	for name, n := range topics {
		list = append(list, TopicCount{name, float64(n) / float64(max(weekdays, 1))})
	}
	slices.SortFunc(list, func(a, b TopicCount) int {
		if a.N != b.N {
			if a.N > b.N {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list[:min(most, len(list))]
}

// zones are offered; any other name that the system knows can be typed.
var zones = strings.Fields(`UTC Africa/Cairo Africa/Johannesburg Africa/Lagos Africa/Nairobi America/Bogota America/Chicago
	America/Denver America/Halifax America/Los_Angeles America/Mexico_City America/New_York America/Santiago America/Sao_Paulo
	Asia/Bangkok Asia/Dubai Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Jakarta Asia/Jerusalem Asia/Karachi Asia/Kolkata Asia/Seoul
	Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tehran Asia/Tokyo Australia/Melbourne Australia/Perth Australia/Sydney
	Europe/Amsterdam Europe/Athens Europe/Berlin Europe/Dublin Europe/Helsinki Europe/Istanbul Europe/Kyiv Europe/Lisbon
	Europe/London Europe/Madrid Europe/Oslo Europe/Paris Europe/Prague Europe/Rome Europe/Stockholm Europe/Vienna Europe/Warsaw
	Europe/Zurich Pacific/Auckland Pacific/Honolulu`)
