package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// replyLine is a reply as listed.
type replyLine struct {
	ID        string           `json:"id"`
	URI       string           `json:"uri"`
	Entry     string           `json:"entry"`
	InReplyTo string           `json:"inReplyTo"`
	State     store.ReplyState `json:"state"`
	Author    string           `json:"author"`
	Handle    string           `json:"handle,omitempty"`
	Published time.Time        `json:"published"`
	Text      string           `json:"text"`
	Reason    string           `json:"reason,omitempty"`
}

func lineReply(r store.Reply) replyLine {
	return replyLine{ID: r.ID, URI: r.URI, Entry: r.EntryID, InReplyTo: r.InReplyTo, State: r.State, Author: r.Actor, Handle: r.Handle,
		Published: r.Published, Text: sanitize.Plain(r.Body), Reason: r.Reason}
}

func discussionListCommand() command {
	return command{
		name: "discussion list", short: "list replies from the fediverse, those that wait unless told otherwise",
		example: "bocage discussion list\nbocage discussion list --state shown --entry ID --json",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			state := fs.String("state", string(store.ReplyPending), "pending, shown, hidden, removed or all")
			entry := fs.String("entry", "", "only replies to the entry of this id")
			limit := fs.Int("limit", 100, "how many at most, newest first")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				f := store.ReplyFilter{State: store.ReplyState(*state), EntryID: *entry, Limit: max(1, min(*limit, 10_000))}
				switch f.State {
				case "all":
					f.State = ""
				case store.ReplyPending, store.ReplyShown, store.ReplyHidden, store.ReplyRemoved:
				default:
					return usagef("--state is pending, shown, hidden, removed or all, not %q", *state)
				}
				return c.with(ctx, false, func(a *app.App) error { return listReplies(ctx, c, a, f, *asJSON) })
			}
		},
	}
}

func listReplies(ctx context.Context, c *call, a *app.App, f store.ReplyFilter, asJSON bool) error {
	replies, err := a.Store.Replies(ctx, f)
	if err != nil {
		return err
	}
	lines := make([]replyLine, len(replies))
	for i, r := range replies {
		lines[i] = lineReply(r)
	}
	if asJSON {
		return c.print(lines)
	}
	for _, l := range lines {
		who := l.Handle
		if who == "" {
			who = l.Author
		}
		fmt.Fprintf(c.out, "%s %-8s %s %s: %s\n", l.ID, l.State, l.Published.Format(time.RFC3339), who, strings.Join(strings.Fields(l.Text), " "))
	}
	return nil
}

// discussionVerbCommand decides about replies, by name approve, hide or remove.
func discussionVerbCommand(verb, short string) command {
	why := cmp.Or(map[string]string{discussion.Approve: "on the subject"}[verb], "advertising")
	return deciding("discussion "+verb, "ID...", short, "bocage discussion "+verb+" ID --reason '"+why+"'", 1, discussion.MaxDecide,
		func(ctx context.Context, c *call, a *app.App, reason string) error {
			if err := a.Discussions.Decide(ctx, system, verb, c.args, reason); err != nil {
				return named(err, "reply", strings.Join(c.args, " "), "discussion list --state all")
			}
			fmt.Fprintf(c.out, "%s: %d done\n", verb, len(c.args))
			return nil
		})
}

func discussionApproveCommand() command {
	return discussionVerbCommand(discussion.Approve, "show replies")
}

func discussionHideCommand() command {
	return discussionVerbCommand(discussion.Hide, "take replies off the pages and keep them")
}

func discussionRemoveCommand() command {
	return discussionVerbCommand(discussion.Remove, "erase the text of replies for good")
}

func discussionReportCommand() command {
	return discussionVerbCommand(discussion.Report, "tell the servers of replies what is wrong with them, in the instance's name")
}

func discussionReactionsCommand() command {
	return deciding("discussion reactions", "on|off", "count the likes and shares of our entries, or do not", "bocage discussion reactions off --reason 'numbers mislead'", 1, 1,
		func(ctx context.Context, c *call, a *app.App, reason string) error {
			on := c.args[0] == "on"
			if !on && c.args[0] != "off" {
				return usagef("want on or off, not %.40q", c.args[0])
			}
			if err := a.Discussions.SetReactions(ctx, system, on, reason); err != nil {
				return err
			}
			fmt.Fprintf(c.out, "likes and shares are %s\n", map[bool]string{true: "counted", false: "not counted, and not shown"}[on])
			return nil
		})
}

// maxAnswerBytes bounds what is read; the answer itself may be shorter.
const maxAnswerBytes = 64 << 10

func discussionAnswerCommand() command {
	return command{
		name: "discussion answer", args: "ID", short: "answer a reply that is shown, in the entry's name; the text is read from stdin",
		example: "echo 'Oui, dimanche.' | bocage discussion answer ID --lang fr",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			lang := fs.String("lang", "fr", "language of the text")
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				text, err := io.ReadAll(io.LimitReader(c.in, maxAnswerBytes))
				if err != nil {
					return fmt.Errorf("read the answer: %w", err)
				}
				return c.with(ctx, true, func(a *app.App) error {
					answer, err := a.Discussions.Answer(ctx, system, c.args[0], strings.TrimSpace(string(text)), *lang)
					if err != nil {
						return named(err, "reply", c.args[0], "discussion list --state all")
					}
					if *asJSON {
						return c.print(lineReply(answer))
					}
					fmt.Fprintf(c.out, "answered: %s\n", answer.URI)
					return nil
				})
			}
		},
	}
}

func discussionRuleCommand() command {
	return command{
		name: "discussion rule", args: "[off|review|open]", short: "show or set what becomes of new replies, and the exceptions",
		example: "bocage discussion rule\nbocage discussion rule open\nbocage discussion rule off --entry ID\nbocage discussion rule --never spam.example --reason 'réclames'",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			var r ruleFlags
			fs.StringVar(&r.entry, "entry", "", "set the rule of the entry of this id; 'instance' as the rule gives it the instance's again")
			fs.StringVar(&r.show, "show", "", "always show the replies of this domain or actor")
			fs.StringVar(&r.never, "never", "", "never keep the replies of this domain or actor")
			fs.StringVar(&r.forget, "forget", "", "forget the exception for this domain or actor")
			fs.StringVar(&r.reason, "reason", "", "why, for the log of decisions")
			fs.BoolVar(&r.json, "json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 1); err != nil {
					return err
				}
				if r.entry != "" && len(c.args) == 0 {
					return usagef("say which rule the entry is to have: off, review, open or instance")
				}
				return c.with(ctx, true, func(a *app.App) error { return r.apply(ctx, c, a) })
			}
		},
	}
}

type ruleFlags struct {
	entry, show, never, forget, reason string
	json                               bool
}

// ruleException is an exception to the rule as listed.
type ruleException struct {
	Action  string `json:"action"`
	Subject string `json:"subject"`
	Reason  string `json:"reason,omitempty"`
}

func (r ruleFlags) apply(ctx context.Context, c *call, a *app.App) error {
	for _, x := range []struct{ subject, action string }{{r.show, discussion.ActionShow}, {r.never, discussion.ActionNever}, {r.forget, ""}} {
		if x.subject == "" {
			continue
		}
		if err := a.Discussions.SetException(ctx, system, x.subject, x.action, r.reason); err != nil {
			return err
		}
	}
	if len(c.args) == 1 {
		rule := directory.Discussion(c.args[0])
		var err error
		switch {
		case r.entry == "":
			err = a.Discussions.SetRule(ctx, system, rule, r.reason)
		case rule == "instance":
			rule = ""
			fallthrough
		default:
			var e directory.Entry
			if e, err = findEntry(ctx, a, r.entry); err != nil {
				return err
			}
			_, err = a.Ledger.Edit(ctx, system, e.ID, func(e *directory.Entry) error { e.Discussion = rule; return nil })
		}
		if err != nil {
			return err
		}
	}
	return showReplyRules(ctx, c, a, r.json)
}

// showReplyRules prints the instance's rule and the exceptions to it.
func showReplyRules(ctx context.Context, c *call, a *app.App, asJSON bool) error {
	rule, err := discussion.Rule(ctx, a.Store.Reader)
	if err != nil {
		return err
	}
	rows, err := a.Store.ReplyRules(ctx)
	if err != nil {
		return err
	}
	exceptions := make([]ruleException, len(rows))
	for i, x := range rows {
		exceptions[i] = ruleException{x.Action, x.Subject, x.Reason}
	}
	if asJSON {
		return c.print(struct {
			Rule       directory.Discussion `json:"rule"`
			Exceptions []ruleException      `json:"exceptions"`
		}{rule, exceptions})
	}
	fmt.Fprintf(c.out, "rule of the instance: %s\n", rule)
	for _, x := range exceptions {
		fmt.Fprintf(c.out, "%-5s %s %s\n", x.Action, x.Subject, x.Reason)
	}
	return nil
}
