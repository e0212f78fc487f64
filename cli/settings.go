package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"

	"broadsheet/db"
	"broadsheet/fault"
)

// settings is the configuration file, between the environment and the defaults.
// What it says is taken where neither a flag nor a variable says otherwise.
type settings struct {
	file   string // "" when there is none
	values map[string]any
	env    func(string) (string, bool)
	parsed *kong.Context
}

// readSettings finds and reads the configuration file: the one that --config or
// BROADSHEET_CONFIG names, else broadsheet.toml in the data folder if there is one.
func readSettings(args []string, env func(string) (string, bool)) (*settings, error) {
	s := &settings{env: env}
	named := lookFor(args, "--config", "BROADSHEET_CONFIG", env)
	s.file = named
	if named == "" {
		dir := lookFor(args, "--data", "BROADSHEET_DATA", env)
		if dir == "" {
			dir = "./data"
		}
		s.file = filepath.Join(dir, "broadsheet.toml")
	}
	text, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) && named == "" {
		s.file = ""
		return s, nil
	}
	if err != nil {
		return nil, fault.Invalid("The configuration file cannot be read: %s.", err)
	}
	if err := toml.Unmarshal(text, &s.values); err != nil {
		return nil, fault.Invalid("The configuration file %s is not TOML: %s.", s.file, err)
	}
	return s, nil
}

// lookFor returns the value of a flag before the arguments are parsed, because
// the file it leads to takes part in the parsing.
func lookFor(args []string, flag, variable string, env func(string) (string, bool)) string {
	for i, a := range args {
		if a == "--" {
			break
		}
		if v, ok := strings.CutPrefix(a, flag+"="); ok {
			return v
		}
		if a == flag && i+1 < len(args) {
			return args[i+1]
		}
	}
	v, _ := env(variable)
	return v
}

// Validate refuses keys that are no setting of any command.
func (s *settings) Validate(app *kong.Application) error {
	known := map[string]bool{}
	if err := kong.Visit(app, func(n kong.Visitable, next kong.Next) error {
		if f, ok := n.(*kong.Flag); ok {
			known[f.Name] = true
		}
		return next(nil)
	}); err != nil {
		return err
	}
	delete(known, "help")
	delete(known, "config")
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		if !known[key] {
			return fault.Invalid("%s: there is no setting %q. The settings are: %s.", s.file, key, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
	return nil
}

// Resolve gives kong what the file says of a flag that no variable sets.
func (s *settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if s.fromEnv(flag) != "" {
		return nil, nil
	}
	v, ok := s.values[flag.Name]
	if !ok {
		return nil, nil
	}
	if list, ok := v.([]any); ok { // kong reads a list of words parted by commas
		words := make([]string, len(list))
		for i, e := range list {
			words[i] = fmt.Sprint(e)
		}
		return strings.Join(words, ","), nil
	}
	return fmt.Sprint(v), nil
}

func (s *settings) fromEnv(flag *kong.Flag) string {
	for _, name := range flag.Envs {
		if _, ok := s.env(name); ok {
			return name
		}
	}
	return ""
}

// print writes what holds for the chosen command, as TOML, and where each value
// came from.
func (s *settings) print(w World) {
	said := map[*kong.Value]bool{}
	for _, p := range s.parsed.Path {
		if p.Flag != nil && !p.Resolved {
			said[p.Flag.Value] = true
		}
	}
	for _, flag := range s.parsed.Flags() {
		switch flag.Name {
		case "help", "print-config", "config":
			continue
		}
		source := "default"
		switch _, inFile := s.values[flag.Name]; {
		case said[flag.Value]:
			source = "flag"
		case s.fromEnv(flag) != "":
			source = s.fromEnv(flag)
		case inFile:
			source = s.file
		}
		var value string
		switch v := flag.Target.Interface().(type) {
		case []string:
			quoted := make([]string, len(v))
			for i, e := range v {
				if flag.Name == "mail-in" {
					e = db.Redact(e)
				}
				quoted[i] = fmt.Sprintf("%q", e)
			}
			value = "[" + strings.Join(quoted, ", ") + "]"
		case bool, int:
			value = fmt.Sprint(v)
		default:
			value = fmt.Sprintf("%q", fmt.Sprint(v))
		}
		if (flag.Name == "db" || flag.Name == "backup" || flag.Name == "db-standby" || flag.Name == "mail-server") && flag.Target.String() != "" {
			value = fmt.Sprintf("%q", db.Redact(flag.Target.String()))
		}
		if strings.HasSuffix(flag.Name, "-secret") && flag.Target.String() != "" {
			value = `"xxxxx"`
		}
		fmt.Fprintf(w.Out, "%s = %s # %s\n", flag.Name, value, source)
	}
}
