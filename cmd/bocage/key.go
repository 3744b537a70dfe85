package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
)

func keyRotateCommand() command {
	return command{
		name: "key rotate", short: "replace the key that signs requests to other servers",
		example: "bocage key rotate\nbocage key rotate --owner @verger --reason 'yearly'\nbocage key rotate --compromised --reason 'a backup was stolen'",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			owner := fs.String("owner", "", "the organisation whose key it is, by handle or id; default: the instance's own")
			compromised := fs.Bool("compromised", false, "forget the old key at once: followers are not told by it, and find the new one by themselves")
			reason := fs.String("reason", "", "why, for the log of decisions")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error {
					opt := ledger.RotateOptions{Owner: keyring.Instance, Compromised: *compromised, Reason: *reason}
					name := "the instance"
					if *owner != "" {
						e, err := findEntry(ctx, a, *owner)
						if err != nil {
							return err
						}
						opt.Owner, name = e.ID, nameOf(e)
					}
					n, err := a.Ledger.RotateKeys(ctx, system, opt)
					if errors.Is(err, directory.ErrNotFound) {
						return fmt.Errorf("%s has no key yet: it is made when it is first needed", name)
					}
					if err != nil {
						return err
					}
					fmt.Fprintf(c.out, "the key of %s was replaced in %d documents; the running server uses it from now on\n", name, n)
					if !*compromised {
						fmt.Fprintln(c.out, "followers are told with the old key, which is kept for what was queued before")
					}
					return nil
				})
			}
		},
	}
}
