package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"broadsheet/db"
	"broadsheet/fault"
	"broadsheet/paper"
	"broadsheet/search/embed"
	"broadsheet/search/opensearch"
)

// engine are the flags that say what searches.
type engine struct {
	Nodes    []string `name:"opensearch" help:"Nodes of an OpenSearch cluster that searches instead of the index in the data folder, such as http://10.0.0.5:9200. Where one does not answer, the next is asked." placeholder:"URL" env:"BROADSHEET_OPENSEARCH"`
	User     string   `name:"opensearch-user" help:"Who signs in there." placeholder:"NAME" env:"BROADSHEET_OPENSEARCH_USER"`
	Password string   `name:"opensearch-password-file" help:"A file with the password." placeholder:"FILE" env:"BROADSHEET_OPENSEARCH_PASSWORD_FILE"`
	CA       string   `name:"opensearch-ca-file" help:"A file with the certificates by which the nodes are known, if not the system's." placeholder:"FILE" env:"BROADSHEET_OPENSEARCH_CA_FILE"`
	Name     string   `name:"opensearch-name" help:"What the index is called there; two instances on one cluster have two names." default:"broadsheet" placeholder:"NAME" env:"BROADSHEET_OPENSEARCH_NAME"`
	Shards   int      `name:"opensearch-shards" help:"How many shards the index has. Another number makes a new index beside the old one." default:"1" env:"BROADSHEET_OPENSEARCH_SHARDS"`
	Copies   int      `name:"opensearch-copies" help:"How many copies of each shard are kept beside the first." default:"1" env:"BROADSHEET_OPENSEARCH_COPIES"`
}

var indexName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,99}$`)

// cluster returns what the flags say; without nodes there is none.
func (e engine) cluster() (opensearch.Config, error) {
	c := opensearch.Config{Name: e.Name, User: e.User, Shards: e.Shards, Copies: e.Copies}
	if len(e.Nodes) == 0 {
		return c, nil
	}
	for _, node := range e.Nodes {
		u, err := url.Parse(node)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
			return c, fault.Invalid("--opensearch %s: an address such as http://10.0.0.5:9200 is wanted, without a path; who signs in is said by --opensearch-user.", db.Redact(node))
		}
		c.Nodes = append(c.Nodes, u.Scheme+"://"+u.Host)
	}
	if !indexName.MatchString(e.Name) {
		return c, fault.Invalid("--opensearch-name %q: small letters, digits and hyphens are wanted, the first a letter.", e.Name)
	}
	if e.Shards < 1 || e.Shards > 64 || e.Copies < 0 || e.Copies > 8 {
		return c, fault.Invalid("--opensearch-shards is 1 to 64, --opensearch-copies 0 to 8.")
	}
	if (e.User == "") != (e.Password == "") {
		return c, fault.Invalid("--opensearch-user and --opensearch-password-file go together.")
	}
	if e.Password != "" {
		text, err := os.ReadFile(e.Password)
		if err != nil {
			return c, fault.Invalid("--opensearch-password-file: %s.", err)
		}
		c.Password = strings.TrimSpace(string(text))
	}
	if e.CA != "" {
		text, err := os.ReadFile(e.CA)
		if err != nil {
			return c, fault.Invalid("--opensearch-ca-file: %s.", err)
		}
		c.TLS = &tls.Config{RootCAs: x509.NewCertPool()}
		if !c.TLS.RootCAs.AppendCertsFromPEM(text) {
			return c, fault.Invalid("--opensearch-ca-file %s holds no certificate.", e.CA)
		}
	}
	return c, nil
}

// serves says in comments which engine serves what.
func serves(w World, s store, e engine, visitors standby) {
	held, finds := "SQLite in "+s.Data, "the built-in index in "+filepath.Join(s.Data, "index")
	if s.DB != "" {
		held = "PostgreSQL at " + db.Redact(s.DB)
	}
	if visitors.Standby != "" {
		held += ", and for visitors its standby at " + db.Redact(visitors.Standby)
	}
	if len(e.Nodes) > 0 {
		finds = fmt.Sprintf("OpenSearch at %s, index %s", strings.Join(e.Nodes, ", "), e.Name)
	}
	fmt.Fprintf(w.Out, "# papers and people: %s\n# search: %s\n", held, finds)
}

// examine says how the cluster is, and how far its index lies behind the database.
func (e engine) examine(ctx context.Context, d *db.DB) (finding, error) {
	c, err := e.cluster()
	if err != nil {
		return finding{}, err
	}
	f := finding{part: "search", advice: "See that the nodes run and can be reached from here. Pages stay up meanwhile, and the index catches up by itself."}
	if c.Owner, err = d.Identity(ctx); err != nil {
		return f, err
	}
	m, err := embed.Default()
	if err != nil {
		return f, err
	}
	cluster := opensearch.New(c, m)
	defer cluster.Close()
	r, err := cluster.Report(ctx)
	if err != nil {
		if f.said = fault.Message(err); f.said == "" || fault.Is(err, fault.KindBusy) {
			f.said = err.Error()
		}
		return f, nil
	}
	f.said = r.String()
	latest, err := paper.Latest(ctx, d)
	if err != nil {
		return f, err
	}
	const little = 1000 // changes
	switch {
	case r.Status == "red":
		f.advice = "A shard is missing: GET _cluster/allocation/explain says why."
	case r.Index == "":
		f.advice = "broadsheet serve makes the index; until then there is no search."
	case latest-r.Read > little:
		f.said += fmt.Sprintf(" It lies %d changes behind.", latest-r.Read)
		f.advice = "Wait, or see in the log of serve why it does not follow."
	default:
		f.ok = true
	}
	return f, nil
}
