package api_test

import (
	"strings"
	"testing"

	"broadsheet/account"
	"broadsheet/account/accounttest"
	v1 "broadsheet/api/v1"
	"broadsheet/db"
	"broadsheet/db/dbtest"
)

// TestCollectionsFollowsMutes keeps what a reader keeps, each act twice, and looks at it
// as the reader and as others do.
func TestCollectionsFollowsMutes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, accounts, _ := talking(t, d)
		s.edition("2026-04-14", 3, "ada")
		ada := accounttest.Viewer(t, accounts, accounttest.Create(t, accounts, d, "ada", account.Reader))
		ben := accounttest.Viewer(t, accounts, accounttest.Create(t, accounts, d, "ben", account.Reader))
		var made v1.Collection
		if w := s.as(ada, "POST", "/api/v1/me/collections", `{"title": "For Thursday", "note": "To read."}`, &made); w.Code != 201 || made.Slug == "" || made.Owner != "ada" || made.Public {
			t.Fatalf("made: %d %+v", w.Code, made)
		}
		mine, theirs := "/api/v1/me/collections/"+made.Slug, "/api/v1/readers/ada/collections/"+made.Slug
		for range 2 {
			if w := s.as(ada, "PUT", mine+"/papers/2604.14000", `{"note": "first"}`, nil); w.Code != 204 {
				t.Errorf("put in: %d %s", w.Code, w.Body)
			}
		}
		if w := s.as(ben, "GET", theirs, "", nil); w.Code != 404 {
			t.Errorf("a private collection is shown to others: %d", w.Code)
		}
		if w := s.as(ben, "GET", mine, "", nil); w.Code != 404 {
			t.Errorf("a private collection is shown as one's own: %d", w.Code)
		}
		s.as(ada, "PUT", mine, `{"title": "For Friday", "public": true}`, &made)
		var seen v1.CollectionPapers
		if w := s.as(nil, "GET", theirs, "", &seen); w.Code != 200 || seen.Title != "For Friday" || len(seen.Papers) != 1 || seen.Papers[0].Note != "first" || seen.Papers[0].ID != "2604.14000" {
			t.Errorf("a public collection: %d %+v", w.Code, seen)
		}
		s.as(ada, "DELETE", mine+"/papers/2604.14000", "", nil)
		if s.as(ada, "GET", mine, "", &seen); len(seen.Papers) != 0 {
			t.Errorf("taken out: %+v", seen.Papers)
		}
		for range 2 {
			if w := s.as(ada, "DELETE", mine, "", nil); w.Code != 204 {
				t.Errorf("removed: %d", w.Code)
			}
			s.as(ada, "PUT", "/api/v1/me/follows/category/cs.LG", "", nil)
			s.as(ada, "PUT", "/api/v1/me/follows/author/A%2FB", "", nil)
			s.as(ada, "PUT", "/api/v1/me/mutes/word/blockchain", "", nil)
		}
		var list v1.Interests
		if s.as(ada, "GET", "/api/v1/me/follows", "", &list); len(list.Interests) != 2 || list.Interests[0].Key != "A/B" {
			t.Errorf("follows: %+v", list)
		}
		if s.as(ada, "GET", "/api/v1/me/mutes", "", &list); len(list.Interests) != 1 || list.Interests[0].Kind != "word" {
			t.Errorf("mutes: %+v", list)
		}
		s.as(ada, "DELETE", "/api/v1/me/follows/category/cs.LG", "", nil)
		s.as(ada, "DELETE", "/api/v1/me/mutes/word/blockchain", "", nil)
		if s.as(ada, "GET", "/api/v1/me/follows", "", &list); len(list.Interests) != 1 {
			t.Errorf("follows after one ended: %+v", list)
		}
		if w := s.as(ada, "PUT", "/api/v1/me/follows/smell/x", "", nil); w.Code != 400 {
			t.Errorf("a kind that is none: %d", w.Code)
		}
		var papers v1.Following
		if w := s.as(ada, "GET", "/api/v1/me/following", "", &papers); w.Code != 200 {
			t.Errorf("following: %d %s", w.Code, w.Body)
		}
		var put v1.Submissions
		if w := s.as(ada, "GET", "/api/v1/me/submissions", "", &put); w.Code != 200 || len(put.Submissions) != 0 {
			t.Errorf("submissions: %d %+v", w.Code, put)
		}
	})
}

// TestOwnListsAsMarkdown reads what a reader saved and follows as Markdown; nobody else
// may.
func TestOwnListsAsMarkdown(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	s, accounts, _ := talking(t, d)
	s.edition("2026-04-14", 2, "ada")
	ada := bearer(t, accounts, accounttest.Create(t, accounts, d, "ada", account.Reader), account.ScopeRead, account.ScopeWrite)
	papers, err := s.papers.Newest(t.Context(), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if w := s.as(ada, "PUT", "/api/v1/me/saved/"+papers[0].Key, "", nil); w.Code >= 300 {
		t.Fatalf("save: %d %s", w.Code, w.Body)
	}
	for path, want := range map[string]string{"/library.md": "# Saved papers\n\n1. **", "/following.md": "# Following\n"} {
		w := s.as(ada, "GET", path, "", nil)
		if w.Code != 200 || !strings.HasPrefix(w.Body.String(), want) || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/markdown") || !strings.HasPrefix(w.Header().Get("Cache-Control"), "private") {
			t.Errorf("%s: %d %v %s", path, w.Code, w.Header(), w.Body)
		}
	}
}
