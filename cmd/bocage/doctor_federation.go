package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/checkup"
	"codeberg.org/bocage/bocage/internal/directory"
)

func doctorFederationCommand() command {
	return command{
		name: "doctor federation", args: "HOST", short: "look at a running instance, ours or another, as other servers do",
		example: "bocage doctor federation communs.example\nbocage doctor federation communs.example --actor @verger\nbocage doctor federation http://localhost:8080 --json",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			actor := fs.String("actor", "", "one more actor to look at, as @name or @name@host")
			plain := fs.Bool("http", false, "ask over plain http, which no server does")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				cfg, err := c.config()
				if err != nil {
					return err
				}
				opt := checkup.Options{Actor: *actor, AllowHTTP: *plain, UserAgent: "Bocage/" + app.Version() + " (checkup)"}
				if opt.HTTP, err = app.CheckupClient(cfg, c.args[0], *plain); err != nil {
					return err
				}
				rep, err := checkup.Run(ctx, c.args[0], opt)
				if errors.Is(err, directory.ErrInvalid) {
					return usagef("%s", strings.TrimSuffix(err.Error(), ": "+directory.ErrInvalid.Error()))
				}
				if err != nil {
					return err
				}
				if *asJSON {
					err = c.print(rep)
				} else {
					err = printCheckup(c.out, rep)
				}
				if err != nil {
					return err
				}
				return refusedBy(rep)
			}
		},
	}
}

// refusedBy says in one line what is wrong, nil when nothing is.
func refusedBy(rep checkup.Report) error {
	n := rep.Count(checkup.Refused)
	switch {
	case n == 0:
		return nil
	case len(rep.Findings) == 1:
		return fmt.Errorf("%s does not answer, so nothing else could be looked at", rep.Host)
	}
	return fmt.Errorf("%d of %d things would be refused by other servers", n, len(rep.Findings))
}

// printCheckup prints the findings, what is refused last, where it is seen.
func printCheckup(w io.Writer, rep checkup.Report) error {
	out := &strings.Builder{}
	fmt.Fprintf(out, "%s", rep.Host)
	if rep.Software != "" {
		fmt.Fprintf(out, ", %s", rep.Software)
	}
	fmt.Fprintln(out)
	for _, level := range []checkup.Level{checkup.OK, checkup.Warn, checkup.Refused} {
		for _, f := range rep.Findings {
			if f.Level != level {
				continue
			}
			fmt.Fprintf(out, "%-8s %s: %s\n", level, f.Check, f.Detail)
			if len(f.Who) > 0 {
				fmt.Fprintf(out, "         refused or misread by: %s\n", strings.Join(f.Who, ", "))
			}
			if f.Do != "" {
				fmt.Fprintf(out, "         what to do: %s\n", f.Do)
			}
		}
	}
	fmt.Fprintf(out, "%d in order, %d warnings, %d refused\n", rep.Count(checkup.OK), rep.Count(checkup.Warn), rep.Count(checkup.Refused))
	_, err := io.WriteString(w, out.String())
	return err
}
