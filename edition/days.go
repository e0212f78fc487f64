package edition

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"broadsheet/fault"
)

// Day is one day's edition in a list of editions.
type Day struct {
	Day       string // 2026-04-14
	Number    int
	Submitted int // papers that somebody put in
	Announced int // papers that arXiv announced and nobody put in
}

// Count returns the number of papers in the edition.
func (d Day) Count() int { return d.Submitted + d.Announced }

// Span is a range of days, both ends included.
type Span struct{ From, To string }

// DaySpan returns the span of one day.
func DaySpan(day string) Span { return Span{day, day} }

var weekForm = regexp.MustCompile(`^(\d{4})-W(\d{2})$`)

// ParseWeek reads an ISO 8601 week written as 2026-W16 and returns its days,
// Monday to Sunday.
func ParseWeek(s string) (Span, error) {
	m := weekForm.FindStringSubmatch(s)
	if m == nil {
		return Span{}, fault.Invalid("%q is no week; write it as 2026-W16.", s)
	}
	year, _ := strconv.Atoi(m[1])
	week, _ := strconv.Atoi(m[2])
	// 4 January is always in week 1 (ISO 8601).
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7+7*(week-1))
	if y, w := monday.ISOWeek(); y != year || w != week {
		return Span{}, fault.Invalid("The year %d has no week %d.", year, week)
	}
	return Span{monday.Format(time.DateOnly), monday.AddDate(0, 0, 6).Format(time.DateOnly)}, nil
}

// Week returns the ISO week of a day, as 2026-W16.
func Week(day time.Time) string {
	y, w := day.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, w)
}

// ParseMonth reads a month written as 2026-04 and returns its days.
func ParseMonth(s string) (Span, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil || t.Format("2006-01") != s {
		return Span{}, fault.Invalid("%q is no month; write it as 2026-04.", s)
	}
	return Span{t.Format(time.DateOnly), t.AddDate(0, 1, -1).Format(time.DateOnly)}, nil
}

// Days returns the editions of a span, ascending; at most 20,000.
func (s *Store) Days(ctx context.Context, span Span) ([]Day, error) {
	rows, err := s.db.Query(ctx, `SELECT edition.day, edition.number,
			coalesce(sum(CASE WHEN entry.origin = 'submitted' THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN entry.origin = 'announced' THEN 1 ELSE 0 END), 0)
		FROM edition LEFT JOIN entry ON entry.day = edition.day
		WHERE edition.day BETWEEN $1 AND $2 GROUP BY edition.day, edition.number ORDER BY edition.day LIMIT 20000`, span.From, span.To)
	if err != nil {
		return nil, fmt.Errorf("list editions: %w", err)
	}
	defer rows.Close()
	var list []Day
	for rows.Next() {
		var d Day
		if err := rows.Scan(&d.Day, &d.Number, &d.Submitted, &d.Announced); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// Newest returns the day of the newest edition, "" when there is none yet.
func (s *Store) Newest(ctx context.Context) (string, error) {
	return s.one(ctx, `SELECT max(day) FROM edition WHERE day > $1`, "")
}

// Oldest returns the day of the first edition, "" when there is none yet.
func (s *Store) Oldest(ctx context.Context) (string, error) {
	return s.one(ctx, `SELECT min(day) FROM edition WHERE day > $1`, "")
}

// Before returns the day of the last edition before day, "" when there is none.
func (s *Store) Before(ctx context.Context, day string) (string, error) {
	return s.one(ctx, `SELECT max(day) FROM edition WHERE day < $1`, day)
}

// After returns the day of the first edition after day, "" when there is none.
func (s *Store) After(ctx context.Context, day string) (string, error) {
	return s.one(ctx, `SELECT min(day) FROM edition WHERE day > $1`, day)
}

func (s *Store) one(ctx context.Context, query, day string) (string, error) {
	var found sql.NullString
	err := s.db.QueryRow(ctx, query, day).Scan(&found)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("find an edition: %w", err)
	}
	return found.String, nil
}
