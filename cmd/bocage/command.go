package main

import (
	"context"
	"flag"
	"fmt"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
)

// withFlags adds flags to a command.
func (cmd command) withFlags(add func(fs *flag.FlagSet)) command {
	setup := cmd.setup
	cmd.setup = func(fs *flag.FlagSet) func(context.Context, *call) error {
		add(fs)
		return setup(fs)
	}
	return cmd
}

// listing is a command without arguments that lists what get gives: as JSON, or as
// the line of each for a person.
func listing[T any](name, short, example string, get func(ctx context.Context, a *app.App) ([]T, error), line func(T) string) command {
	return command{name: name, short: short, example: example,
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					list, err := get(ctx, a)
					if err != nil {
						return err
					}
					if *asJSON {
						return c.print(append([]T{}, list...)) // never null
					}
					for _, v := range list {
						fmt.Fprintln(c.out, line(v))
					}
					return nil
				})
			}
		}}
}

// deciding is a command that decides something about its arguments, at least and at
// most so many, and may be told why.
func deciding(name, args, short, example string, least, most int, do func(ctx context.Context, c *call, a *app.App, reason string) error) command {
	return command{name: name, args: args, short: short, example: example,
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			reason := fs.String("reason", "", "why, for the log of decisions")
			return func(ctx context.Context, c *call) error {
				if err := c.want(least, most); err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error { return do(ctx, c, a, *reason) })
			}
		}}
}

// onEntry is a command about one entry, the first argument, and so many others.
func onEntry(name, args, short, example string, others int, do func(ctx context.Context, c *call, a *app.App, e directory.Entry) error) command {
	return command{name: name, args: args, short: short, example: example,
		setup: func(*flag.FlagSet) func(context.Context, *call) error {
			return func(ctx context.Context, c *call) error {
				if err := c.want(1+others, 1+others); err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error {
					e, err := findEntry(ctx, a, c.args[0])
					if err != nil {
						return err
					}
					return do(ctx, c, a, e)
				})
			}
		}}
}

// onEntryWhy is onEntry for a decision, which may be told why.
func onEntryWhy(name, args, short, example string, others int, do func(ctx context.Context, c *call, a *app.App, e directory.Entry, reason string) error) command {
	return deciding(name, args, short, example, 1+others, 1+others, func(ctx context.Context, c *call, a *app.App, reason string) error {
		e, err := findEntry(ctx, a, c.args[0])
		if err != nil {
			return err
		}
		return do(ctx, c, a, e, reason)
	})
}
