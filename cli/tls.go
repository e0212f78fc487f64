package cli

import (
	"path/filepath"

	"broadsheet/fault"
	"broadsheet/server"
)

// secured are the flags that say how connections are encrypted.
type secured struct {
	Cert      string   `name:"tls-cert" help:"The certificate to serve HTTPS with (PEM). It is read again when it changes." placeholder:"FILE" type:"path" env:"BROADSHEET_TLS_CERT"`
	Key       string   `name:"tls-key" help:"The key of the certificate (PEM)." placeholder:"FILE" type:"path" env:"BROADSHEET_TLS_KEY"`
	ACME      []string `name:"acme" help:"Names for which to fetch certificates by ACME, from Let's Encrypt unless --acme-directory names another authority. It means that you agree to the authority's terms. Listen on :443." placeholder:"HOST" env:"BROADSHEET_ACME"`
	Directory string   `name:"acme-directory" help:"The directory of another ACME authority." placeholder:"URL" env:"BROADSHEET_ACME_DIRECTORY"`
	Plain     string   `name:"listen-plain" help:"Where plain requests come in beside HTTPS: they are led to it, and the authority is answered there." placeholder:"HOST:PORT" env:"BROADSHEET_LISTEN_PLAIN"`
}

func (s *secured) tls(data, contact string) (server.TLS, error) {
	switch {
	case (s.Cert == "") != (s.Key == ""):
		return server.TLS{}, fault.Invalid("--tls-cert and --tls-key go together.")
	case s.Cert != "" && len(s.ACME) > 0:
		return server.TLS{}, fault.Invalid("Either --tls-cert or --acme.")
	case s.Plain != "" && s.Cert == "" && len(s.ACME) == 0:
		return server.TLS{}, fault.Invalid("--listen-plain leads to HTTPS: it needs --tls-cert or --acme.")
	}
	return server.TLS{
		Cert: s.Cert, Key: s.Key, Hosts: s.ACME, Directory: s.Directory, Contact: contact, Folder: filepath.Join(data, "certificates"), Plain: s.Plain,
	}, nil
}
