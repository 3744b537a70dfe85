package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/store"
)

func sourceCommands() []command {
	return []command{sourceListCommand(), sourceRehearseCommand(), sourceRuleCommand(), sourceReviewCommand(),
		sourceDecideCommand("approve", store.ReviewApproved, "show entries that wait for review"),
		sourceDecideCommand("reject", store.ReviewRejected, "refuse entries of other instances, now and later"),
		followerListCommand(), followerAnswerCommand("accept", true), followerAnswerCommand("reject", false),
		followerRuleCommand(), followerApprovalCommand()}
}

// sourceLine is a followed source as listed.
type sourceLine struct {
	Object    string                `json:"object"`
	Name      string                `json:"name,omitempty"`
	State     store.FollowState     `json:"state"`
	Rule      *directory.SourceRule `json:"rule,omitempty"`
	Published int                   `json:"published"`
	Review    int                   `json:"review"`
	Ignored   int                   `json:"ignored"`
	Synced    time.Time             `json:"synced,omitzero"`
	LastError string                `json:"lastError,omitempty"`
}

func sourceListCommand() command {
	return listing("source list", "list what is followed, with its rule and what came of it", "bocage source list --json", sourceLines,
		func(l sourceLine) string {
			rule := "everything"
			if l.Rule != nil {
				rule = l.Rule.String()
			}
			return fmt.Sprintf("%-44s %-8s %6d shown %6d in review %6d ignored  %s  %s", l.Object, l.State, l.Published, l.Review, l.Ignored, rule, l.LastError)
		})
}

func sourceLines(ctx context.Context, a *app.App) (lines []sourceLine, err error) {
	for after := ""; ; {
		fs, err := a.Store.Followings(ctx, a.Env.InstanceURI(), after, store.DefaultLimit)
		if err != nil || len(fs) == 0 {
			return lines, err
		}
		for _, f := range fs {
			after = f.Object
			n, err := a.Harvest.Counted(ctx, f)
			if err != nil {
				return nil, err
			}
			l := sourceLine{Object: f.Object, Name: f.Name, State: f.State, Published: n.Publish, Review: n.Review, Ignored: n.Ignore,
				Synced: f.Synced, LastError: f.LastError}
			if f.Rule != "" {
				rule, err := directory.ParseSourceRule([]byte(f.Rule))
				if err != nil {
					return nil, err
				}
				l.Rule = &rule
			}
			lines = append(lines, l)
		}
	}
}

func sourceRehearseCommand() command {
	return command{
		name: "source rehearse", args: "TARGET", short: "look at a source before following it; nothing is stored",
		example: "bocage source rehearse https://communs.example --kinds commons --area region:53",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			rule := sourceRuleFlags(fs)
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				r, err := rule.read(directory.SourceRule{})
				if err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error {
					found, err := a.Harvest.Rehearse(ctx, system, c.args[0])
					if err != nil {
						return err
					}
					eff, err := a.Harvest.EffectOn(ctx, found, r)
					if err != nil {
						return err
					}
					if *asJSON {
						return c.print(struct {
							harvest.Preview
							Effect harvest.Effect `json:"effect"`
						}{found.Preview, eff})
					}
					printPreview(c.out, found.Preview)
					printEffect(c.out, eff)
					return nil
				})
			}
		},
	}
}

func printPreview(w io.Writer, p harvest.Preview) {
	fmt.Fprintf(w, "%s  %s\n%d entries, %d read", p.Name, p.Object, p.Total, p.Read)
	if !p.Complete {
		fmt.Fprint(w, " (not all: what follows is about those)")
	}
	fmt.Fprintln(w)
	for _, c := range p.Kinds {
		fmt.Fprintf(w, "  %-14s %6d\n", c.Key, c.N)
	}
	for _, c := range p.Unread {
		fmt.Fprintf(w, "  %-14s %6d not read\n", c.Key, c.N)
	}
	fmt.Fprintf(w, "with a place %d, without %d; without licence %d; here already %d; likely duplicates %d\n",
		p.WithPoint, p.WithoutPoint, p.NoLicence, p.Here, p.Twins)
	for _, pair := range p.Pairs {
		theirs, _ := pair.Theirs.Name.In("fr", "en")
		ours, _ := pair.Ours.Name.In("fr", "en")
		fmt.Fprintf(w, "  %s ~ %s (%s)\n", theirs, ours, strings.Join(pair.Reasons, ", "))
	}
	if p.Approves {
		fmt.Fprintln(w, "it approves its followers by hand: nothing comes before it has")
	}
	fmt.Fprintf(w, "reading everything takes about %s\n", p.Backfill.Round(time.Second))
}

func printEffect(w io.Writer, e harvest.Effect) {
	fmt.Fprintf(w, "the rule would publish %d, review %d, ignore %d\n", e.Total.Publish, e.Total.Review, e.Total.Ignore)
	for _, k := range e.ByKind {
		fmt.Fprintf(w, "  %-14s publish %6d  review %6d  ignore %6d\n", k.Kind, k.Publish, k.Review, k.Ignore)
	}
	fmt.Fprintf(w, "of what is shown now %d would leave; %d would appear\n", e.Leave, e.Appear)
}

func sourceRuleCommand() command {
	return command{
		name: "source rule", args: "HOST|ACTOR", short: "show or change what is taken from a followed source",
		example: "bocage source rule https://communs.example --kinds commons,place --area dep:35,22 --action review --dry-run",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			dry := fs.Bool("dry-run", false, "show what would change and save nothing")
			undo := fs.Bool("undo", false, "give the source the rule back that it had before")
			reason := fs.String("reason", "", "why, for the log")
			rule := sourceRuleFlags(fs)
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, !*dry, func(a *app.App) error {
					f, err := followed(ctx, a, c.args[0])
					if err != nil {
						return err
					}
					if *undo {
						if err := a.Harvest.UndoRule(ctx, system, f.Object); err != nil {
							return err
						}
						fmt.Fprintf(c.out, "%s has the rule again that it had before; the running server applies it\n", f.Object)
						return nil
					}
					old, err := directory.ParseSourceRule([]byte(f.Rule))
					if err != nil {
						return err
					}
					r, err := rule.read(old)
					if err != nil {
						return err
					}
					eff, err := a.Harvest.Effect(ctx, f.Object, r)
					if err != nil {
						return err
					}
					if !*dry && rule.given() {
						if err := a.Harvest.SetRule(ctx, system, f.Object, r, *reason); err != nil {
							return err
						}
					}
					if *asJSON {
						return c.print(struct {
							Object string               `json:"object"`
							Rule   directory.SourceRule `json:"rule"`
							Effect harvest.Effect       `json:"effect"`
						}{f.Object, r, eff})
					}
					fmt.Fprintf(c.out, "%s\nrule %s\n", f.Object, orEverything(r))
					printEffect(c.out, eff)
					printSaved(c.out, *dry, rule.given())
					return nil
				})
			}
		},
	}
}

// printSaved says what became of a rule that was given.
func printSaved(w io.Writer, dry, given bool) {
	switch {
	case dry:
		fmt.Fprintln(w, "dry run, nothing saved")
	case given:
		fmt.Fprintln(w, "saved; the running server applies it; --undo goes back")
	}
}

func orEverything(r directory.SourceRule) string {
	if r.All() {
		return "everything is published"
	}
	return r.String()
}

// followed finds the source that a person means: an actor's id, or an instance.
func followed(ctx context.Context, a *app.App, arg string) (store.Following, error) {
	if f, err := a.Store.Following(ctx, a.Env.InstanceURI(), arg); err == nil {
		return f, nil
	}
	origin, err := originOf(arg)
	if err != nil {
		return store.Following{}, err
	}
	fs, err := a.Store.FollowingByOrigin(ctx, origin)
	if err != nil {
		return store.Following{}, err
	}
	switch len(fs) {
	case 0:
		return store.Following{}, fmt.Errorf("%q is not followed: 'bocage source list' shows what is", arg)
	case 1:
		return fs[0], nil
	}
	for _, f := range fs {
		if actor, err := a.Actors.Known(ctx, f.Object); err == nil && actor.Type == "Application" {
			return f, nil
		}
	}
	return store.Following{}, fmt.Errorf("several actors of %s are followed: name one of 'bocage source list'", arg)
}

// sourceRuleFlag are the flags that make a rule.
type sourceRuleFlag struct {
	rule, kinds, themes, languages, area, action, review, otherwise *string
	placeless                                                       *bool
	fs                                                              *flag.FlagSet
}

func sourceRuleFlags(fs *flag.FlagSet) sourceRuleFlag {
	return sourceRuleFlag{fs: fs,
		rule:      fs.String("rule", "", "the whole rule as JSON, or @FILE; {} takes everything"),
		kinds:     fs.String("kinds", "", "only these kinds, separated by commas"),
		themes:    fs.String("themes", "", "only these themes, by slug; a root has its children"),
		languages: fs.String("languages", "", "only these languages, as in fr,br"),
		area:      fs.String("area", "", "only there: dep:35,22 or region:53 or bbox:WEST,SOUTH,EAST,NORTH or @FILE.geojson; several with ;"),
		placeless: fs.Bool("placeless", false, "let through what has no place although there is an area"),
		action:    fs.String("action", "", "what becomes of what matches: publish, review or ignore"),
		review:    fs.String("review-kinds", "", "kinds to look at although they do not match"),
		otherwise: fs.String("otherwise", "", "what becomes of the rest: ignore or review"),
	}
}

// given reports whether any of the flags was written.
func (r sourceRuleFlag) given() bool {
	given := false
	r.fs.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "rule", "kinds", "themes", "languages", "area", "placeless", "action", "review-kinds", "otherwise":
			given = true
		}
	})
	return given
}

// read changes what was written of a rule.
func (r sourceRuleFlag) read(rule directory.SourceRule) (directory.SourceRule, error) {
	if *r.rule != "" {
		raw, err := textOrFile(*r.rule)
		if err != nil {
			return rule, err
		}
		if rule, err = directory.ParseSourceRule(raw); err != nil {
			return rule, err
		}
	}
	var err error
	r.fs.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "kinds":
			rule.Kinds = kindsOf(*r.kinds)
		case "themes":
			rule.Themes = listWords(*r.themes)
		case "languages":
			rule.Languages = listWords(*r.languages)
		case "placeless":
			rule.Placeless = *r.placeless
		case "action":
			rule.Action = directory.DecisionAction(*r.action)
		case "review-kinds":
			rule.ReviewKinds = kindsOf(*r.review)
		case "otherwise":
			rule.Otherwise = directory.DecisionAction(*r.otherwise)
		case "area":
			rule.Area, err = areaFlag(*r.area)
		}
	})
	if err != nil {
		return rule, err
	}
	return rule, rule.Validate()
}

// maxRuleFile bounds what is read of a file.
const maxRuleFile = 1 << 20

func textOrFile(s string) ([]byte, error) {
	name, ok := strings.CutPrefix(s, "@")
	if !ok {
		return []byte(s), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxRuleFile))
}

func areaFlag(s string) (*directory.Area, error) {
	if s == "" {
		return nil, nil
	}
	var a directory.Area
	for part := range strings.SplitSeq(s, ";") {
		sort, value, _ := strings.Cut(strings.TrimSpace(part), ":")
		switch {
		case strings.HasPrefix(part, "@"):
			raw, err := textOrFile(strings.TrimSpace(part))
			if err != nil {
				return nil, err
			}
			a.GeoJSON = raw
		case sort == "dep":
			a.Departments = append(a.Departments, listWords(value)...)
		case sort == "region":
			a.Regions = append(a.Regions, listWords(value)...)
		case sort == "bbox":
			box, err := directory.ParseBBox(value)
			if err != nil {
				return nil, usagef("--area: %q is not west,south,east,north", value)
			}
			a.BBox = box
		default:
			return nil, usagef("--area: %q is none of dep:35,22 region:53 bbox:… @file.geojson", part)
		}
	}
	return &a, a.Validate()
}

func listWords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func kindsOf(s string) (kinds []directory.Kind) {
	for _, w := range listWords(s) {
		kinds = append(kinds, directory.Kind(w))
	}
	return kinds
}

func sourceReviewCommand() command {
	return command{
		name: "source review", args: "[HOST]", short: "list the entries of other instances that wait for a decision",
		example: "bocage source review https://communs.example --json",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			limit := fs.Int("limit", 100, "how many at most")
			return func(ctx context.Context, c *call) error {
				if err := cmp.Or(c.want(0, 1), c.origins(0)); err != nil {
					return err
				}
				origin := strings.Join(c.args, "") // one at most
				return c.with(ctx, false, func(a *app.App) error {
					es, err := a.Store.Proposed(ctx, origin, 0, max(1, min(*limit, 1000)))
					if err != nil {
						return err
					}
					if *asJSON {
						return c.print(es)
					}
					for _, e := range es {
						name, _ := e.Name.In("fr", "en")
						fmt.Fprintf(c.out, "%-13s %s  %s\n", e.Kind, name, e.URI)
					}
					return nil
				})
			}
		},
	}
}

func sourceDecideCommand(word, decision, short string) command {
	var undo *bool
	why := map[string]string{"approve": "read it", "reject": "not a commons"}[word]
	return deciding("source "+word, "URI…", short, "bocage source "+word+" https://communs.example/texts/01 --reason '"+why+"'", 1, 1000,
		func(ctx context.Context, c *call, a *app.App, reason string) error {
			d, said := decision, word
			if *undo {
				d, said = "", "decision taken back"
			}
			if err := a.Harvest.Review(ctx, system, c.args, d, reason); err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%s: %d done\n", said, len(c.args))
			return nil
		}).withFlags(func(fs *flag.FlagSet) {
		undo = fs.Bool("undo", false, "take the decision back; the rules decide again")
	})
}
