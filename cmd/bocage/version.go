package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"

	"codeberg.org/bocage/bocage/internal/app"
)

func versionCommand() command {
	return command{
		name: "version", short: "print the version", example: "bocage version --json", bare: true,
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			return func(_ context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				if *asJSON {
					return c.print(map[string]string{"version": app.Version(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH})
				}
				fmt.Fprintf(c.out, "bocage %s (%s, %s/%s)\n", app.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
				return nil
			}
		},
	}
}
