package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"

	"broadsheet/edition"
	"broadsheet/fault"
)

// Rehearse opens a restored instance, which mails and tells nobody, and asks it for its
// front page, its archive, its newest edition and the papers in that. It fails when one of
// them is not answered.
func Rehearse(ctx context.Context, dsn string, log *slog.Logger) error {
	h, err := Open(ctx, Config{DSN: dsn, Still: true, Edition: edition.Settings{Fill: edition.FillSubmitted}}, log)
	if err != nil {
		return err
	}
	defer h.Close()
	days, err := h.Editions.Days(ctx, edition.Span{From: "0000-01-01", To: h.Editions.Settings().DayOf(h.Config.Now())})
	if err != nil {
		return err
	}
	paths := []string{"/", "/archive", "/status"}
	if len(days) > 0 {
		newest := days[len(days)-1].Day
		held, err := h.Editions.Standing(ctx, edition.Span{From: newest, To: newest})
		if err != nil {
			return err
		}
		paths = append(paths, "/papers/date/"+newest, "/feed/day/"+newest+".atom")
		for _, s := range held[:min(100, len(held))] {
			paths = append(paths, "/papers/"+s.Key)
		}
	}
	for _, path := range paths {
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			return fault.Invalid("What was restored answers %d to %s.", w.Code, path)
		}
	}
	if len(days) > 0 && len(paths) < 6 {
		return fmt.Errorf("the restored edition of %s holds no paper", days[len(days)-1].Day)
	}
	return nil
}
