// Command bocage runs a federated directory of the commons: one instance for
// real (serve), two on this machine to try (demo), and the commands that an
// administrator needs.
//
// This package parses a subcommand, builds an app.App and exits with a code: 0
// done, 1 failed, 2 wrongly called or configured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"sort"
	"strings"
	"syscall"

	"codeberg.org/bocage/bocage/internal/config"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ()})
	stop()
	os.Exit(code)
}

// streams is what a process has from the outside.
type streams struct {
	in       io.Reader
	out, err io.Writer
	environ  []string
}

// usageError means that the command was wrongly called.
type usageError struct{ message string }

// Error is the sentence for the user.
func (e usageError) Error() string { return e.message }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// command is one subcommand.
type command struct {
	name    string // one or two words
	args    string // positional arguments, for the usage line
	short   string
	example string
	// setup adds the command's flags and returns what runs it.
	setup func(fs *flag.FlagSet) func(ctx context.Context, c *call) error
	// bare commands read no configuration.
	bare bool
}

// call is one invocation of a command.
type call struct {
	streams
	args  []string
	flags config.Flags
	name  string
}

func commands() []command {
	return slices.Concat([]command{
		serveCommand(), demoCommand(), versionCommand(), migrateCommand(), doctorCommand(), doctorFederationCommand(),
		userCreateCommand(), userPasswordCommand(), userListCommand(),
		orgCreateCommand(), orgListCommand(),
		entryCreateCommand(), entryListCommand(), entryShowCommand(), entryEditCommand(), entryDeleteCommand(),
		importCommand(), exportCommand(),
		discussionListCommand(), discussionApproveCommand(), discussionHideCommand(), discussionRemoveCommand(), discussionReportCommand(), discussionAnswerCommand(),
		discussionRuleCommand(), discussionReactionsCommand(),
		followCommand(), unfollowCommand(), peerListCommand(), peerShowCommand(), peerRebuildCommand(), peerPinCommand(), peerDeadCommand(), mirrorCommand(), keyRotateCommand(),
	}, peerActCommands(), sourceCommands(), moderationCommands(), lifeCommands(), mapCommands(), tourCommands(), []command{benchCommand()})
}

// run runs one command line and returns its exit code.
func run(ctx context.Context, args []string, s streams) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		return help(args, s)
	}
	cmd, rest, ok := find(args)
	if !ok {
		if group := groupOf(args[0]); group != nil && len(args) > 1 && isHelp(args[1]) {
			listCommands(group, s.out)
			return exitOK
		}
		unknown(args, s.err)
		return exitUsage
	}
	fs := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c := &call{streams: s, name: cmd.name}
	do := cmd.setup(fs)
	own := map[string]bool{}
	fs.VisitAll(func(f *flag.Flag) { own[f.Name] = true })
	if !cmd.bare {
		c.flags.Register(fs)
	}
	positional, err := parseMixed(fs, rest)
	if errors.Is(err, flag.ErrHelp) {
		describe(cmd, fs, own, s.out)
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(s.err, "bocage %s: %s\nrun 'bocage %s --help' for its flags\n", cmd.name, err, cmd.name)
		return exitUsage
	}
	c.args = positional
	return report(cmd, do(ctx, c), s.err)
}

// report prints a command's error and gives its exit code.
func report(cmd command, err error, w io.Writer) int {
	var usage usageError
	var problems config.Problems
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(w, "bocage %s: interrupted; what was done is kept, run it again to go on\n", cmd.name)
		return exitFailure
	case errors.As(err, &problems):
		fmt.Fprintf(w, "bocage %s: the configuration is wrong:\n%s\n", cmd.name, problems.Error())
		return exitUsage
	case errors.Is(err, config.ErrFile):
		fmt.Fprintf(w, "bocage %s: %s\n", cmd.name, err)
		return exitUsage
	case errors.As(err, &usage):
		fmt.Fprintf(w, "bocage %s: %s\nusage: %s\n", cmd.name, usage.message, usageLine(cmd))
		return exitUsage
	}
	fmt.Fprintf(w, "bocage %s: %s\n", cmd.name, err)
	return exitFailure
}

// parseMixed lets flags stand before, between and after arguments.
func parseMixed(fs *flag.FlagSet, args []string) ([]string, error) {
	var positional []string
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		args = fs.Args()
		if len(args) == 0 {
			return positional, nil
		}
		positional = append(positional, args[0])
		args = args[1:]
	}
}

// find looks for the command of two words, then of one.
func find(args []string) (command, []string, bool) {
	for words := min(2, len(args)); words >= 1; words-- {
		name := strings.Join(args[:words], " ")
		for _, c := range commands() {
			if c.name == name {
				return c, args[words:], true
			}
		}
	}
	return command{}, nil, false
}

func unknown(args []string, w io.Writer) {
	typed := args[0]
	if group := groupOf(args[0]); group != nil {
		if len(args) > 1 && !strings.HasPrefix(args[1], "-") {
			typed += " " + args[1]
		}
		names := make([]string, len(group))
		for i, c := range group {
			names[i] = c.name
		}
		fmt.Fprintf(w, "bocage: %.100q is not a command; there are: %s\n", typed, strings.Join(names, ", "))
		return
	}
	best, at := "", len(typed)/3+2
	for _, c := range commands() {
		first, _, _ := strings.Cut(c.name, " ")
		if d := config.Distance(typed, first); d < at {
			best, at = first, d
		}
	}
	fmt.Fprintf(w, "bocage: unknown command %.100q", typed)
	if best != "" {
		fmt.Fprintf(w, ", did you mean %q?", best)
	}
	fmt.Fprintln(w, "\nrun 'bocage help' for the list")
}

// groupOf are the commands whose first word is this one, without that of one word.
func groupOf(word string) (group []command) {
	for _, c := range commands() {
		if strings.HasPrefix(c.name, word+" ") {
			group = append(group, c)
		}
	}
	return group
}

func isHelp(arg string) bool { return arg == "--help" || arg == "-h" || arg == "-help" }

// listCommands prints commands, one a line.
func listCommands(cs []command, w io.Writer) {
	width := 0
	for _, c := range cs {
		width = max(width, len(c.name))
	}
	for _, c := range cs {
		fmt.Fprintf(w, "  %-*s  %s\n", width, c.name, c.short)
	}
}

func usageLine(c command) string {
	return strings.TrimSpace("bocage " + c.name + " " + c.args)
}

// help prints the list of commands, or the help of one.
func help(args []string, s streams) int {
	if len(args) > 1 {
		return run(context.Background(), append(append([]string(nil), args[1:]...), "--help"), s)
	}
	fmt.Fprintln(s.out, "Bocage, a federated directory of the commons.\n\nusage: bocage COMMAND [flags] [arguments]\n\ncommands:")
	listCommands(commands(), s.out)
	fmt.Fprintln(s.out, "\n'bocage COMMAND --help' shows a command's flags and an example.\nexit codes: 0 done, 1 failed, 2 wrongly called or configured")
	if len(args) == 0 {
		return exitUsage
	}
	return exitOK
}

// describe prints a command's help: its own flags first, then the settings.
func describe(c command, fs *flag.FlagSet, own map[string]bool, w io.Writer) {
	fmt.Fprintf(w, "%s\n\nusage: %s\n", c.short, usageLine(c))
	var mine, settings []*flag.Flag
	fs.VisitAll(func(f *flag.Flag) {
		if own[f.Name] {
			mine = append(mine, f)
		} else {
			settings = append(settings, f)
		}
	})
	printFlags(w, "flags", mine)
	switch {
	case len(settings) == 0:
	case c.name == "serve":
		printFlags(w, "settings (also by environment BOCAGE_… and in the file of --config)", settings)
	default:
		fmt.Fprint(w, "\nwhich instance: --config FILE or BOCAGE_CONFIG, or --url and --database; 'bocage serve --help' lists every setting\n")
	}
	fmt.Fprintf(w, "\nexample:\n  %s\n", strings.ReplaceAll(c.example, "\n", "\n  "))
}

func printFlags(w io.Writer, title string, fs []*flag.Flag) {
	if len(fs) == 0 {
		return
	}
	sort.Slice(fs, func(i, j int) bool { return fs[i].Name < fs[j].Name })
	fmt.Fprintf(w, "\n%s:\n", title)
	for _, f := range fs {
		text := f.Usage
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			text += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(w, "  --%-18s %s\n", f.Name, text)
	}
}
