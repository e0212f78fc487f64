package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// command runs the program and returns its status and what it says.
func command(t *testing.T, args ...string) (status int, says string) {
	t.Helper()
	var out bytes.Buffer
	status = run(context.Background(), args, World{Out: &out, Err: &out, Env: func(string) (string, bool) { return "", false }})
	return status, out.String()
}

func TestAccountCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"add ada@readers.test --name=Ada --as=administrator", 0, "@ada is here. Signs in once, within a day:\n  http://localhost:8080/sign-in/link?key="},
		{"add ada@readers.test", 1, "That address has an account: @ada."},
		{"add ada@", 2, "The part after @ is missing."},
		{"add bo@readers.test --base-url https://papers.example.org", 0, "  https://papers.example.org/sign-in/link?key="},
		{"role bo@readers.test desk", 0, "@bo: desk"},
		{"role @nobody desk", 1, "There is no reader nobody here."},
		{"role ada reader", 1, "Nobody else administers this server."},
		{"list", 0, "@bo   desk           bo@readers.test   20"},
		{"link ada", 0, "http://localhost:8080/sign-in/link?key="},
		{"invite --uses 3 --note friends", 0, "http://localhost:8080/join/"},
		{"invite --uses 0", 2, "An invitation is for 1 to 1,000 people."},
		{"end bo", 0, ""},
		{"remove bo", 0, "@bo (desk, since "},
		{"remove bo --yes", 0, ""},
		{"role bo reader", 1, "There is no reader bo here."},
		{"log", 0, "operator  change a role         account 2    reader to desk"},
	} {
		status, says := command(t, append([]string{"account"}, append(strings.Fields(c.args), "--data", dir)...)...)
		if status != c.status || !strings.Contains(says, c.want) {
			t.Errorf("account %s: status %d, %q; want %d, %q", c.args, status, says, c.status, c.want)
		}
	}
}

func TestAccountSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"--oidc-client-secret s3cret --oidc-issuer https://id.example.org --oidc-client-id x", 0, `oidc-client-secret = "xxxxx" # flag`},
		{"--join everyone", 2, "must be one of"},
	} {
		status, says := command(t, append([]string{"serve", "--print-config"}, strings.Fields(c.args)...)...)
		if status != c.status || !strings.Contains(says, c.want) || strings.Contains(says, "s3cret") {
			t.Errorf("%s: status %d, %q", c.args, status, says)
		}
	}
	for _, c := range []struct {
		name string
		p    people
		want string // of the error
	}{
		{"the usual", people{Join: "anyone", SignIn: []string{"link"}}, ""},
		{"a domain is missing", people{Join: "domain", SignIn: []string{"link"}}, "--join domain needs --join-domains."},
		{"no domain", people{Join: "domain", JoinDomain: []string{"a@b"}, SignIn: []string{"link"}}, "a domain such as example.org is wanted"},
		{"an unknown way", people{Join: "anyone", SignIn: []string{"magic"}}, "the ways are link, password and passkey"},
		{"no way", people{Join: "anyone", SignIn: []string{"none"}}, "leaves no way to sign in"},
		{"a provider alone", people{Join: "anyone", SignIn: []string{"none"}, OIDCIssuer: "https://id.example.org", OIDCClient: "x"}, ""},
		{"a provider without a client", people{Join: "anyone", SignIn: []string{"link"}, OIDCIssuer: "https://id.example.org"}, "needs --oidc-client-id"},
	} {
		_, err := c.p.accounts()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
