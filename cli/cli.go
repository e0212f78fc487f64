// Package cli is the command line: one file a command, and the configuration
// that they share. It holds no logic of its own.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"broadsheet/db"
	"broadsheet/fault"
)

// World is what a command sees of the outside, so that tests can be it.
type World struct {
	Out, Err io.Writer
	In       io.Reader
	Env      func(string) (string, bool)
	// Terminal says that Err is a terminal, where a progress bar may be redrawn.
	Terminal bool
}

// System is the world of the running process.
func System() World {
	st, err := os.Stderr.Stat()
	return World{
		Out: os.Stdout, Err: os.Stderr, In: os.Stdin, Env: os.LookupEnv,
		Terminal: err == nil && st.Mode()&os.ModeCharDevice != 0,
	}
}

type commands struct {
	Serve    serveCommand    `cmd:"" help:"Serve the pages and the API, and harvest by arXiv's timetable."`
	Demo     demoCommand     `cmd:"" help:"Show everything on the built-in sample, in a temporary folder."`
	Harvest  harvestCommand  `cmd:"" help:"Harvest now, and print the ledger."`
	Import   importCommand   `cmd:"" help:"Take in papers from files."`
	Export   exportCommand   `cmd:"" help:"Write the whole instance as JSON Lines."`
	Backup   backupCommand   `cmd:"" help:"Take backups, and look after them."`
	Restore  restoreCommand  `cmd:"" help:"Bring an instance back from a backup."`
	Press    pressCommand    `cmd:"" help:"Print the public pages as a site of files that any file server can serve."`
	Account  accountCommand  `cmd:"" help:"Look after accounts: add, invite, give roles."`
	Hook     hookCommand     `cmd:"" help:"Have other programs told of what happens."`
	Today    todayCommand    `cmd:"" help:"Print the newest edition, of the papers here or of a server."`
	Trending trendingCommand `cmd:"" help:"Print what is rising."`
	Read     readCommand     `cmd:"" help:"Print a paper."`
	MCP      mcpCommand      `cmd:"" name:"mcp" help:"Let a language model read, over the Model Context Protocol."`
	Search   searchCommand   `cmd:"" help:"Find papers by words, meaning, author, date."`
	Digest   digestCommand   `cmd:"" help:"See and send the mails that readers subscribed to."`
	Mail     mailCommand     `cmd:"" help:"Pause mail, and go on with it."`
	Model    modelCommand    `cmd:"" help:"Choose the encoder by which papers are found by meaning."`
	Eval     evalCommand     `cmd:"" help:"Measure how good the search is on judged collections."`
	Move     moveCommand     `cmd:"" help:"Carry a running instance to another database."`
	Doctor   doctorCommand   `cmd:"" help:"Examine the set-up and name what is wrong with it."`
	Bench    benchCommand    `cmd:"" help:"Measure, on data of yours."`
	Version  versionCommand  `cmd:"" help:"Print the version."`

	Config string `help:"A TOML file with any of these settings (its keys are the names of the flags)." placeholder:"FILE" env:"BROADSHEET_CONFIG"`
	Log    string `help:"How much to log." enum:"debug,info,warn,error" default:"info" env:"BROADSHEET_LOG"`
}

// Main runs the command that args name and returns the status to exit with: 0
// when all went well, 1 when something failed, 2 when args make no sense.
func Main(args []string, w World) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, args, w)
}

func run(ctx context.Context, args []string, w World) int {
	var c commands
	status := -1
	settings, err := readSettings(args, w.Env)
	if err != nil {
		fmt.Fprintf(w.Err, "broadsheet: %s\n", err)
		return 2
	}
	k, err := kong.New(&c,
		kong.Name("broadsheet"),
		kong.Description("A daily paper of research papers, on your own machine.\n\nBegin with: broadsheet demo"),
		kong.Writers(w.Out, w.Err),
		kong.Exit(func(code int) { status = code }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Resolvers(settings),
		kong.Vars{"version": Version()},
		kong.Vars(defaultSources),
	)
	if err != nil {
		panic(err) // the commands are constant
	}
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help":
		args = append(slices.Clone(args[1:]), "--help")
	}
	parsed, err := k.Parse(args)
	if status >= 0 { // --help has been printed
		return status
	}
	if err != nil {
		fmt.Fprintf(w.Err, "broadsheet: %s\nTry: broadsheet --help\n", err)
		return 2
	}
	settings.parsed = parsed
	level := slog.LevelInfo
	if err := level.UnmarshalText([]byte(c.Log)); err != nil {
		panic(err) // the flag's enum
	}
	log := slog.New(slog.NewTextHandler(w.Err, &slog.HandlerOptions{Level: level}))
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(w, log, settings); err != nil {
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return 130 // interrupted, as a shell says it
		}
		fmt.Fprintf(w.Err, "broadsheet: %s\n", err)
		if fault.KindOf(err) == fault.KindInvalid {
			return 2
		}
		return 1
	}
	return 0
}

// store are the flags that say where the papers are.
type store struct {
	Data string `help:"The data folder." default:"./data" placeholder:"DIR" env:"BROADSHEET_DATA"`
	DB   string `name:"db" help:"A PostgreSQL database instead of the SQLite file in the data folder: postgres://…" placeholder:"DSN" env:"BROADSHEET_DB"`
}

// dsn returns the name by which package db opens the papers.
func (s store) dsn() (string, error) {
	if s.DB == "" {
		return filepath.Join(s.Data, "broadsheet.db"), nil
	}
	if !strings.HasPrefix(s.DB, "postgres://") && !strings.HasPrefix(s.DB, "postgresql://") {
		return "", fault.Invalid("--db takes an address that begins with postgres://; for a SQLite file name its folder with --data.")
	}
	return s.DB, nil
}

// held is dsn where papers are; it refuses a folder in which nobody ever kept any, so that
// a folder that was misspelt is no empty instance.
func (s store) held() (string, error) {
	dsn, err := s.dsn()
	if err != nil || s.DB != "" {
		return dsn, err
	}
	if _, err := os.Stat(dsn); errors.Is(err, os.ErrNotExist) {
		return "", fault.NotFound("There are no papers in %s. Name another folder with --data, or a database with --db.", s.Data)
	}
	return dsn, nil
}

// open opens what is held.
func (s store) open(ctx context.Context) (*db.DB, error) {
	dsn, err := s.held()
	if err != nil {
		return nil, err
	}
	return db.Open(ctx, dsn)
}

// create opens what is held, or makes it.
func (s store) create(ctx context.Context) (*db.DB, error) {
	dsn, err := s.dsn()
	if err != nil {
		return nil, err
	}
	return db.Open(ctx, dsn)
}

// Version returns the version of the program, as the build recorded it.
func Version() string {
	b, ok := debug.ReadBuildInfo()
	if !ok || b.Main.Version == "" || b.Main.Version == "(devel)" {
		return "development"
	}
	return strings.TrimPrefix(b.Main.Version, "v")
}

type versionCommand struct{}

func (versionCommand) Run(w World) error {
	fmt.Fprintf(w.Out, "broadsheet %s\n", Version())
	if b, ok := debug.ReadBuildInfo(); ok {
		i := slices.IndexFunc(b.Settings, func(s debug.BuildSetting) bool { return s.Key == "vcs.revision" })
		if i >= 0 {
			fmt.Fprintf(w.Out, "revision %s\n", b.Settings[i].Value)
		}
		fmt.Fprintln(w.Out, b.GoVersion)
	}
	return nil
}
