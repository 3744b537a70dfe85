package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/web"
)

// moderationCommands are what an operator decides about other servers.
func moderationCommands() []command {
	return []command{
		moderationListCommand(),
		ruleCommand("block", "refuse a domain, or one actor, and withhold what it published"),
		ruleCommand("silence", "keep a domain, or one actor, out of every list"),
		ruleCommand("allow", "exempt a domain from a rule, and list it when only listed ones may speak"),
		ruleCommand("unset", "take a rule back"),
		allowListCommand(), moderationImportCommand(), moderationExportCommand(), limitsCommand(), reportsCommand(), quarantineCommand(),
	}
}

// ruleLine is a rule as listed.
type ruleLine struct {
	Target  string    `json:"target"`
	Action  string    `json:"action"`
	Reason  string    `json:"reason,omitempty"`
	Comment string    `json:"comment,omitempty"`
	By      string    `json:"by,omitempty"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
}

func moderationListCommand() command {
	return command{
		name: "moderation list", short: "list the rules on other servers", example: "bocage moderation list --json",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error { return listRules(ctx, c, a, *asJSON) })
			}
		},
	}
}

func listRules(ctx context.Context, c *call, a *app.App, asJSON bool) error {
	rules, err := a.Moderation.Rules(ctx)
	if err != nil {
		return err
	}
	mode, err := a.Moderation.AllowList(ctx)
	if err != nil {
		return err
	}
	lines := make([]ruleLine, len(rules))
	for i, r := range rules {
		lines[i] = ruleLine{r.Domain, r.Action, r.Reason, r.Comment, r.By, r.Created, r.Expires}
	}
	if asJSON {
		return c.print(struct {
			AllowList bool       `json:"allowList"`
			Rules     []ruleLine `json:"rules"`
		}{mode, lines})
	}
	if mode {
		fmt.Fprintln(c.out, "only allowed domains may speak (allow-list mode)")
	}
	for _, r := range lines {
		until := ""
		if !r.Expires.IsZero() {
			until = " until " + stamp(r.Expires)
		}
		fmt.Fprintf(c.out, "%-8s %-40s %s%s\n", r.Action, r.Target, r.Reason, until)
	}
	return nil
}

func ruleCommand(action, short string) command {
	example := map[string]string{"allow": " communs.example --reason 'we know them'", "unset": " spam.example --reason 'they stopped'"}[action]
	return command{
		name: "moderation " + action, args: "DOMAIN|ACTOR", short: short,
		example: "bocage moderation " + action + cmp.Or(example, " spam.example --reason 'advertising'"),
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			r := moderation.Rule{Action: action}
			fs.StringVar(&r.Reason, "reason", "", "why, for the administrators")
			fs.StringVar(&r.Comment, "comment", "", "why, for everybody")
			lasts := fs.Duration("for", 0, "how long the rule holds, such as 720h; 0 is until it is taken back")
			dry := fs.Bool("dry-run", false, "say what would change and change nothing")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				r.Target = c.args[0]
				if *lasts > 0 {
					r.Expires = time.Now().UTC().Add(*lasts)
				}
				return c.with(ctx, false, func(a *app.App) error {
					e, err := a.Moderation.Preview(ctx, nil, r)
					if err != nil {
						return err
					}
					if !*dry {
						if err := a.Moderation.Set(ctx, system, r); err != nil {
							return err
						}
					}
					printEffects(c.out, *dry, e)
					return nil
				})
			}
		},
	}
}

// printEffects tells what a decision does.
func printEffects(w io.Writer, dry bool, e moderation.Effects) {
	if dry {
		fmt.Fprint(w, "dry run, nothing changed: ")
	}
	if e.None() {
		fmt.Fprintln(w, "nothing that is here now changes")
		return
	}
	fmt.Fprintf(w, "%d entries leave the lists (%d of them the map), %d come back, %d are on no page; %d followers dropped, %d follows at rest, %d deliveries dropped\n",
		e.Leave, e.OnMap, e.Return, e.Hidden, e.Followers, e.Following, e.Queued)
}

func allowListCommand() command {
	return command{
		name: "moderation allow-list", args: "on|off", short: "let only allowed domains speak, or everybody",
		example: "bocage moderation allow-list on --reason 'a closed circle'",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			reason := fs.String("reason", "", "why")
			dry := fs.Bool("dry-run", false, "say what would change and change nothing")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				on := c.args[0] == "on"
				if !on && c.args[0] != "off" {
					return usagef("want on or off, not %q", c.args[0])
				}
				return c.with(ctx, false, func(a *app.App) error {
					e, err := a.Moderation.Preview(ctx, &on)
					if err == nil && !*dry {
						err = a.Moderation.SetAllowList(ctx, system, on, *reason)
					}
					if err != nil {
						return err
					}
					printEffects(c.out, *dry, e)
					return nil
				})
			}
		},
	}
}

func moderationImportCommand() command {
	return command{
		name: "moderation import", args: "FILE", short: "take a block list over (Mastodon's CSV; - is stdin)",
		example: "bocage moderation import blocks.csv --dry-run",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			reason := fs.String("reason", "", "why, for lines that have no comment of their own")
			dry := fs.Bool("dry-run", false, "say what would change and change nothing")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				list, err := c.blockList()
				if err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					change, err := a.Moderation.CompareList(ctx, list, a.Config.BaseURL().Hostname(), *reason)
					if err != nil {
						return err
					}
					if !*dry && len(change.Rules()) > 0 {
						if err := a.Moderation.Set(ctx, system, change.Rules()...); err != nil {
							return err
						}
					}
					printListChange(c.out, *dry, change)
					return nil
				})
			}
		},
	}
}

func (c *call) blockList() (moderation.List, error) {
	if c.args[0] == "-" {
		return moderation.ReadList(c.in)
	}
	f, err := os.Open(c.args[0])
	if err != nil {
		return moderation.List{}, err
	}
	list, err := moderation.ReadList(f)
	_ = f.Close() // it was only read
	return list, err
}

func printListChange(w io.Writer, dry bool, change moderation.ListChange) {
	for _, p := range change.Problems {
		fmt.Fprintf(w, "line %d: %s: %s\n", p.Line, p.Domain, map[string]string{
			"obfuscated": "the domain is partly hidden, ask for the whole list", "severity": "unknown severity",
			"domain": "not a domain", "none": "noop: nothing to do", "own": "that is this instance"}[p.Code])
	}
	for _, d := range change.Kept {
		fmt.Fprintf(w, "%s is allowed here and stays so\n", d)
	}
	fmt.Fprintf(w, "%d new rules, %d changed, %d the same\n", len(change.New), len(change.Changed), change.Same)
	printEffects(w, dry, change.Effects)
}

func moderationExportCommand() command {
	return command{
		name: "moderation export", short: "write the blocked and silenced domains as Mastodon's CSV", example: "bocage moderation export > blocks.csv",
		setup: func(*flag.FlagSet) func(context.Context, *call) error {
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error { return a.Moderation.WriteList(ctx, c.out) })
			}
		},
	}
}

func limitsCommand() command {
	return command{
		name: "moderation limits", args: "[HOST]", short: "show or set how much is taken of one server, and what was refused",
		example: "bocage moderation limits https://communs.example --entries 1000",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			var l store.OriginLimit
			fs.Int64Var(&l.Rate, "rate", 0, "activities a minute; 0 is the default, -1 no limit")
			fs.Int64Var(&l.Entries, "entries", 0, "entries kept; 0 is the default, -1 no limit")
			fs.Int64Var(&l.Bytes, "bytes", 0, "bytes of documents kept; 0 is the default, -1 no limit")
			reset := fs.Bool("default", false, "go back to the defaults")
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := cmp.Or(c.want(0, 1), c.origins(0)); err != nil {
					return err
				}
				l.Origin = strings.Join(c.args, "") // one at most
				given := map[string]bool{}
				fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
				set := *reset || given["rate"] || given["entries"] || given["bytes"]
				if set && l.Origin == "" {
					return usagef("say of which server, as in https://communs.example")
				}
				return c.with(ctx, false, func(a *app.App) error {
					if set {
						if err := setLimits(ctx, a, l, given, *reset); err != nil {
							return err
						}
					}
					return showLimits(ctx, c, a, l.Origin, *asJSON)
				})
			}
		},
	}
}

// setLimits changes the limits that were given and keeps the others, which go
// back to the defaults with reset.
func setLimits(ctx context.Context, a *app.App, l store.OriginLimit, given map[string]bool, reset bool) error {
	all, err := a.Store.OriginLimits(ctx)
	if err != nil {
		return err
	}
	for _, old := range all {
		if old.Origin != l.Origin || reset {
			continue
		}
		for name, v := range map[string][2]*int64{"rate": {&l.Rate, &old.Rate}, "entries": {&l.Entries, &old.Entries}, "bytes": {&l.Bytes, &old.Bytes}} {
			if !given[name] {
				*v[0] = *v[1]
			}
		}
	}
	return a.Moderation.SetLimits(ctx, system, l)
}

func showLimits(ctx context.Context, c *call, a *app.App, origin string, asJSON bool) error {
	limits, err := a.Store.OriginLimits(ctx)
	if err != nil {
		return err
	}
	if origin != "" {
		limits = []store.OriginLimit{{Origin: origin}}
	}
	for i, l := range limits { // a limit that is not set is the default
		if limits[i], err = a.Moderation.Limits(ctx, l.Origin); err != nil {
			return err
		}
	}
	refused, err := a.Moderation.Refusals(ctx, origin, 200)
	if err != nil {
		return err
	}
	if asJSON {
		return c.print(struct {
			Limits  []store.OriginLimit `json:"limits"`
			Refused []store.Refusal     `json:"refused"`
		}{limits, refused})
	}
	for _, l := range limits {
		fmt.Fprintf(c.out, "%-40s %d activities a minute, %d entries, %d bytes\n", l.Origin, l.Rate, l.Entries, l.Bytes)
	}
	for _, r := range refused {
		fmt.Fprintf(c.out, "refused %d of %s (%s), last %s: %s\n", r.Count, r.Origin, r.Cause, stamp(r.Last), r.Reason)
	}
	return nil
}

func reportsCommand() command {
	return command{
		name: "moderation reports", args: "[ID OUTCOME]", short: "list what was reported, or close a report",
		example: "bocage moderation reports\nbocage moderation reports 0193a000-0000-7000-8000-000000000001 dismissed --reason 'it is right'",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			closed := fs.Bool("closed", false, "list the closed ones")
			reason := fs.String("reason", "", "why")
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 2); err != nil {
					return err
				}
				if err := reportArguments(c.args, *reason); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					if len(c.args) == 2 {
						return closeReport(ctx, c, a, *reason)
					}
					rs, err := a.Store.Reports(ctx, !*closed, "", 200)
					if err != nil {
						return err
					}
					if *asJSON {
						return c.print(rs)
					}
					for _, r := range rs {
						tellReport(c.out, r)
					}
					return nil
				})
			}
		},
	}
}

// tellReport writes a report: what it is about first, then what else it names, a
// post of it for instance, then its words.
func tellReport(w io.Writer, r store.Report) {
	from := r.Origin
	if from == "" {
		from = "a visitor"
	}
	fmt.Fprintf(w, "%s  %s  %-8s by %s (%d times)  %s\n", r.ID, stamp(r.Created), r.Category, from, r.Count, r.Target)
	for _, object := range r.Objects {
		if object != r.Target {
			fmt.Fprintf(w, "  about %s\n", object)
		}
	}
	fmt.Fprintf(w, "  %.200s\n", r.Content)
}

// reportArguments checks the arguments that close a report.
func reportArguments(args []string, reason string) error {
	if len(args) == 0 {
		return nil
	}
	outcomes := strings.Join(moderation.Outcomes(), ", ")
	switch _, err := uuid.Parse(args[0]); {
	case err != nil:
		return usagef("%.100q is not the id of a report: without arguments the open ones are listed, with --closed the others", args[0])
	case len(args) == 1:
		return usagef("say what became of the report: one of %s", outcomes)
	case !slices.Contains(moderation.Outcomes(), args[1]):
		return usagef("%.100q is not what may become of a report: one of %s", args[1], outcomes)
	case reason == "":
		return usagef("say why, with --reason")
	}
	return nil
}

func closeReport(ctx context.Context, c *call, a *app.App, reason string) error {
	err := a.Moderation.Close(ctx, system, c.args[0], c.args[1], reason)
	if errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("there is no report %s: 'bocage moderation reports' lists the open ones, with --closed the others", c.args[0])
	}
	if errors.Is(err, directory.ErrConflict) {
		return fmt.Errorf("report %s is closed already: 'bocage moderation reports --closed' says how", c.args[0])
	}
	if err == nil {
		fmt.Fprintf(c.out, "report %s: %s\n", c.args[0], c.args[1])
	}
	return err
}

func quarantineCommand() command {
	return command{
		name: "moderation quarantine", args: "[accept|refuse HOST]", short: "list the servers that came back and are not believed yet, and decide",
		example: "bocage moderation quarantine accept https://communs.example --reason 'they confirmed it by telephone'",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			reason := fs.String("reason", "", "why")
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 2); err != nil {
					return err
				}
				if len(c.args) > 0 && (len(c.args) != 2 || c.args[0] != "accept" && c.args[0] != "refuse") {
					return usagef("want accept or refuse, and the server")
				}
				if err := c.origins(1); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					if len(c.args) == 2 && c.args[0] == "accept" {
						return a.Harvest.AcceptKey(ctx, system, c.args[1], *reason)
					}
					if len(c.args) == 2 {
						return a.Moderation.RefuseKey(ctx, system, c.args[1], *reason)
					}
					qs, err := a.Moderation.Quarantines(ctx)
					if err != nil {
						return err
					}
					if *asJSON {
						return c.print(qs)
					}
					ds, err := a.Moderation.Doubts(ctx)
					if err != nil {
						return err
					}
					return printQuarantines(c, qs, ds)
				})
			}
		},
	}
}

// printQuarantines says why each server is in quarantine, in the language of the
// terminal, and which ones have some time left.
func printQuarantines(c *call, qs []store.Quarantine, ds []store.Doubt) error {
	l, err := terminalLocale(c.environ)
	if err != nil {
		return err
	}
	for _, q := range qs {
		fmt.Fprintf(c.out, "%s since %s: %s\n  actor    %s\n  old key  %s\n", q.Origin, stamp(q.Since), moderation.Why(l.T, l.Date, q), q.Actor, q.OldKey)
		if q.NewKey != q.OldKey {
			fmt.Fprintf(c.out, "  new key  %s\n", q.NewKey)
		}
	}
	for _, d := range ds {
		fmt.Fprintf(c.out, "%s in doubt until %s: %s\n", d.Origin, stamp(d.Back.Add(moderation.DoubtFor)),
			moderation.Why(l.T, l.Date, store.Quarantine{Cause: store.CauseUnproven, Arg: d.Since.Format(time.DateOnly)}))
	}
	return nil
}

// terminalLocale has the texts of pages in the language that the environment asks for
// (POSIX: LC_ALL, LC_MESSAGES, LANG), English when it asks for none.
func terminalLocale(environ []string) (*i18n.Locale, error) {
	all, err := i18n.Load(web.Locales())
	if err != nil {
		return nil, err
	}
	set := map[string]string{}
	for _, v := range environ {
		name, value, _ := strings.Cut(v, "=")
		set[name] = value
	}
	tag, _, _ := strings.Cut(cmp.Or(set["LC_ALL"], set["LC_MESSAGES"], set["LANG"]), "_")
	return all.Match(tag, "en"), nil
}
