package account

import (
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"broadsheet/fault"
)

func TestHashedPasswords(t *testing.T) {
	t.Parallel()
	hash := hashPassword("correct horse")
	if right, weak := checkPassword(hash, "correct horse"); !right || weak {
		t.Errorf("the right password: %v, weak %v", right, weak)
	}
	if right, _ := checkPassword(hash, "wrong horse"); right {
		t.Error("a wrong password is right")
	}
	if hash == hashPassword("correct horse") {
		t.Error("two hashes have one salt")
	}
	// Made by the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
	const known = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if right, weak := checkPassword(known, "password"); !right || weak {
		t.Errorf("a hash of the reference implementation: right %v, weak %v", right, weak)
	}
	if right, _ := checkPassword(nobodys, ""); right {
		t.Error("somebody has nobody's password")
	}
	if !strings.HasPrefix(nobodys, strings.Join(strings.Split(hash, "$")[:4], "$")) {
		t.Errorf("nobody's password is not checked by the work of others: %s against %s", nobodys, hash)
	}
	weaker := strings.Replace(known, "m=65536", "m=4096", 1)
	if _, weak := checkPassword(weaker, "x"); !weak {
		t.Error("a weak hash is not seen to be weak")
	}
}

func TestRolesOfGroups(t *testing.T) {
	t.Parallel()
	p := Provider{Desk: []string{"editors"}, Administrators: []string{"it"}}
	for _, c := range []struct {
		claim any
		want  Role
	}{
		{nil, Reader},
		{"editors", Desk},
		{[]any{"readers", "editors"}, Desk},
		{[]any{"editors", "it"}, Administrator},
		{[]any{1, nil, "it"}, Administrator},
		{map[string]any{"editors": map[string]any{}}, Desk},
		{"readers,editors", Desk},
		{"edit", Reader},
		{42.0, Reader},
	} {
		if got := p.roleOf(c.claim); got != c.want {
			t.Errorf("%v gives %s, want %s", c.claim, got, c.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.77:443": "192.0.2.0/24", "[2001:db8:1:2::3]:443": "2001:db8:1::/48", "[::ffff:192.0.2.77]:1": "192.0.2.0/24", "[fe80::1%eth0]:1": "fe80::/48", "nonsense": "", "": "",
	} {
		if got := networkOf(remote); got != want {
			t.Errorf("%q is in %q, want %q", remote, got, want)
		}
	}
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0":                   "Edge on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari on an iPhone",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36":                       "Chrome on Android",
		"curl/8.0": "curl", "<script>": "A browser", "": "A browser",
	} {
		if got := agentOf(agent); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		w := httptest.NewRecorder()
		SetCookie(w, "session", "SECRET", secure)
		got := w.Header().Get("Set-Cookie")
		want := "session=SECRET; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax"
		if secure {
			want = "__Host-session=SECRET; Path=/; Max-Age=34560000; HttpOnly; Secure; SameSite=Lax"
		}
		if got != want {
			t.Errorf("secure %v: %q", secure, got)
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(w.Result().Cookies()[0])
		if Cookie(r, "session", secure) != "SECRET" || Cookie(r, "session", !secure) != "" {
			t.Errorf("secure %v: the cookie is not read back, or under the other's name", secure)
		}
	}
}

// FuzzAddress: an address that is taken can stand in a header, compares equal to
// itself in any case, and is taken again as it came out.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"ada@readers.test", "", "@", "a@", "@b", "a@b@c", `"a b"@c`, "a\r\nBcc: x@y", "Ada <ada@readers.test>", "a@[127.0.0.1]", "ä@ö.test", "a@b.test, c@d.test", "a(b)@c.test"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseAddress(s)
		if err != nil {
			if fault.KindOf(err) != fault.KindInvalid {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if strings.ContainsAny(got, "\r\n\x00 <>\"") || strings.Count(got, "@") != 1 || len(got) > 4*longestAddress {
			t.Fatalf("%q becomes %q", s, got)
		}
		if again, err := ParseAddress(got); err != nil || again != got {
			t.Fatalf("%q becomes %q, and that %q, %v", s, got, again, err)
		}
	})
}

// FuzzHandle: every text makes a handle that is one.
func FuzzHandle(f *testing.F) {
	for _, s := range []string{"Ada Lovelace", "", "李", "-", "a", "1a2", "ǅ", strings.Repeat("x-", 40), "a\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h := HandleOf(s)
		if HandleOf(h) != h || len(h) < 2 || len(h) > longestHandle || h[0] < 'a' || h[0] > 'z' || strings.Trim(h, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Fatalf("%q becomes %q", s, h)
		}
	})
}

// FuzzRequest: whatever a browser or a proxy says of itself is named shortly.
func FuzzRequest(f *testing.F) {
	f.Add("Mozilla/5.0 (X11; Linux)", "192.0.2.1:80")
	f.Add("", "[::1%lo]:1")
	f.Fuzz(func(t *testing.T, agent, remote string) {
		if a := agentOf(agent); len(a) > 40 || !utf8.ValidString(a) {
			t.Fatalf("%q is %q", agent, a)
		}
		if n := networkOf(remote); len(n) > 48 {
			t.Fatalf("%q is in %q", remote, n)
		}
	})
}

// FuzzPasswordHash: a broken hash opens nothing, and takes no more than its share of
// memory.
func FuzzPasswordHash(f *testing.F) {
	f.Add(nobodys)
	f.Add("$argon2id$v=19$m=99999999,t=1,p=1$AAAA$AAAA")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, hash string) {
		if len(hash) > 200 || strings.Contains(hash, "m=1") && len(hash) > 120 {
			return
		}
		if right, _ := checkPassword(hash, "no password of anybody's"); right {
			t.Fatalf("%q is right", hash)
		}
	})
}
