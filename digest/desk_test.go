package digest_test

import (
	"slices"
	"strings"
	"testing"

	"broadsheet/db"
	"broadsheet/db/dbtest"
	"broadsheet/digest"
	"broadsheet/edition"
)

// TestMailAsTheDeskHasIt mails an edition whose order, claim and note the desk chose.
func TestMailAsTheDeskHasIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d, func(c *digest.Config) {
			c.Editions = edition.NewStore(c.Papers, edition.Settings{Fill: edition.FillSubmitted, Desk: true})
		})
		h.editions = h.digests.Editions
		h.catchUp() // the desk begins
		h.subscribe("reader@university.example", digest.Standard())
		h.at(monday.Add(1))
		h.put(monday.Add(2), newPaper("Popular", 90, "a"), newPaper("Middling", 20, "b"), newPaper("Quiet", 1, "c"), newPaper("Voted", 60, "d"))
		const day = "2026-04-14" // the hour of the day itself has come
		list, err := h.editions.Candidates(t.Context(), day)
		if err != nil || len(list) != 4 {
			t.Fatal(len(list), err)
		}
		at := map[string]int64{}
		for _, c := range list {
			at[c.Paper.Title] = c.Paper.ID
		}
		for _, r := range []edition.Request{
			{Do: edition.Keep, Paper: at["Quiet"]},
			{Do: edition.Keep, Paper: at["Middling"]},
			{Do: edition.Choose, Paper: at["Quiet"], Text: "It matters."},
			{Do: edition.Remark, Paper: at["Quiet"], Text: "Rarely asked."},
			{Do: edition.Publish},
		} {
			r.Desk, r.Day = 1, day
			if _, err := h.editions.Do(t.Context(), h.clock(), r); err != nil {
				t.Fatal(err)
			}
		}
		h.catchUp()
		h.at(monday.AddDate(0, 0, 2))
		got := h.run()
		if len(got) != 1 {
			t.Fatalf("%d digests", len(got))
		}
		if want := []string{"Quiet", "Middling"}; !slices.Equal(titles(got[0])[:2], want) {
			t.Errorf("the mail has %v", titles(got[0]))
		}
		text := strings.ReplaceAll(strings.ReplaceAll(string(got[0].Body), "=\r\n", ""), "\r\n", " ")
		for _, want := range []string{"It matters.", "The desk: Rarely asked.", "Kept by the desk."} {
			if !strings.Contains(text, want) {
				t.Errorf("the mail lacks %q:\n%s", want, text)
			}
		}
	})
}
