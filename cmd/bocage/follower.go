package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
)

// followerLine is a follower as listed.
type followerLine struct {
	Actor   string            `json:"actor"`
	Object  string            `json:"object"`
	Name    string            `json:"name,omitempty"`
	Handle  string            `json:"handle,omitempty"`
	State   store.FollowState `json:"state"`
	Created time.Time         `json:"created"`
}

func followerListCommand() command {
	var pending *bool
	return listing("follower list", "list who follows us, those who wait first", "bocage follower list --pending --json",
		func(ctx context.Context, a *app.App) (lines []followerLine, err error) {
			states := []store.FollowState{store.FollowPending, store.FollowAccepted}
			if *pending {
				states = states[:1]
			}
			for _, s := range states {
				rows, err := a.Store.FollowerRows(ctx, s, 10_000)
				if err != nil {
					return nil, err
				}
				for _, f := range rows {
					lines = append(lines, followerLine{f.Actor, f.Object, f.Name, f.Handle, f.State, f.Created})
				}
			}
			return lines, nil
		},
		func(l followerLine) string {
			return fmt.Sprintf("%-8s %s follows %s  %s", l.State, l.Actor, l.Object, l.Name)
		}).withFlags(func(fs *flag.FlagSet) { pending = fs.Bool("pending", false, "only those who wait") })
}

func followerAnswerCommand(word string, accept bool) command {
	short, did := "accept a follower who waits", "accepted"
	if !accept {
		short, did = "refuse a follower who waits, or remove one", "refused"
	}
	return deciding("follower "+word, "ACTOR [OBJECT]", short, "bocage follower "+word+" https://communs.example/actor", 1, 2,
		func(ctx context.Context, c *call, a *app.App, reason string) error {
			object := a.Env.InstanceURI()
			if len(c.args) == 2 {
				object = c.args[1]
			}
			if err := a.Ledger.AnswerFollower(ctx, system, c.args[0], object, accept, reason); err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%s: %s; the running server tells it\n", c.args[0], did)
			return nil
		})
}

func followerRuleCommand() command {
	return command{
		name: "follower rule", args: "HOST", short: "always accept or always refuse the followers of one server",
		example: "bocage follower rule https://communs.example --action accept",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			action := fs.String("action", "", "accept, reject (also removes those there are) or none")
			reason := fs.String("reason", "", "why, for the log")
			return func(ctx context.Context, c *call) error {
				if err := cmp.Or(c.want(1, 1), c.origins(0)); err != nil {
					return err
				}
				said, ok := map[string]string{"accept": "its followers are always accepted", "reject": "its followers are always refused", "none": "no rule any more"}[*action]
				if !ok {
					return usagef("say what is to be done: --action accept, reject or none")
				}
				if *action == "none" {
					*action = ""
				}
				return c.with(ctx, true, func(a *app.App) error {
					if err := a.Ledger.SetFollowerRule(ctx, system, c.args[0], *action, *reason); err != nil {
						return err
					}
					fmt.Fprintf(c.out, "%s: %s\n", c.args[0], said)
					return nil
				})
			}
		},
	}
}

func followerApprovalCommand() command {
	return command{
		name: "follower approval", args: "[open|instances|everybody]", short: "show or change whose follows wait for an administrator",
		example: "bocage follower approval instances",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			reason := fs.String("reason", "", "why, for the log")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 1); err != nil {
					return err
				}
				return c.with(ctx, len(c.args) == 1, func(a *app.App) error {
					if len(c.args) == 1 {
						if err := a.Moderation.SetApproval(ctx, system, moderation.Approval(c.args[0]), *reason); err != nil {
							return err
						}
					}
					now, err := a.Moderation.Approval(ctx, a.Store.Reader)
					if err == nil {
						fmt.Fprintln(c.out, now)
					}
					return err
				})
			}
		},
	}
}
