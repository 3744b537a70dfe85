package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"syscall"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/config"
)

func serveCommand() command {
	return command{
		name: "serve", short: "run one instance",
		example: "bocage serve --url https://communs.example --listen 127.0.0.1:8080 --data-dir /var/lib/bocage --trusted-proxies 127.0.0.1",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			debug := fs.Bool("debug", false, "log more")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				cfg, err := c.config()
				if err != nil {
					return err
				}
				level := slog.LevelInfo
				if *debug {
					level = slog.LevelDebug
				}
				return serve(ctx, c, cfg, c.logger(cfg, level))
			}
		},
	}
}

func serve(ctx context.Context, c *call, cfg config.Config, log *slog.Logger) error {
	l, err := listen(ctx, cfg.Listen, "--listen")
	if err != nil {
		return err
	}
	a, err := app.New(ctx, cfg, app.Options{Logger: log, Claim: true})
	if err != nil {
		_ = l.Close() // the first error says more
		return err
	}
	fmt.Fprintf(c.out, "ready: %s (listening on %s)\n", a.Config.URL, l.Addr())
	err = a.Serve(ctx, l)
	if cerr := a.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("close database: %w", cerr)
	}
	return err
}

// listen opens a TCP address; flagName is what the user may change when it is taken.
func listen(ctx context.Context, address, flagName string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("another program already listens on %s: stop it, or choose another address with %s", address, flagName)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}

func migrateCommand() command {
	return command{
		name: "migrate", short: "bring the database to this version's schema",
		example: "bocage migrate --database postgres://bocage@db/bocage",
		setup: func(*flag.FlagSet) func(context.Context, *call) error {
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				cfg, err := c.config()
				if err != nil {
					return err
				}
				from, to, err := app.Migrate(ctx, cfg, c.logger(cfg, slog.LevelWarn))
				if err != nil {
					return err
				}
				if from == to {
					fmt.Fprintf(c.out, "schema is at version %d, nothing to do\n", to)
				} else {
					fmt.Fprintf(c.out, "schema migrated from version %d to %d\n", from, to)
				}
				return nil
			}
		},
	}
}

func doctorCommand() command {
	return command{
		name: "doctor", short: "check the configuration, the database and the surroundings",
		example: "bocage doctor --config /etc/bocage.toml",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				cfg, err := c.config()
				if err != nil {
					return err
				}
				return doctor(ctx, c, cfg, *asJSON)
			}
		},
	}
}

func doctor(ctx context.Context, c *call, cfg config.Config, asJSON bool) error {
	checks := app.Doctor(ctx, cfg, c.logger(cfg, slog.LevelError))
	failed := 0
	for _, k := range checks {
		if !k.OK {
			failed++
		}
	}
	if asJSON {
		settings := map[string]string{}
		for _, l := range cfg.Lines() {
			settings[l.Key] = l.Value
		}
		if err := c.print(map[string]any{"settings": settings, "checks": checks}); err != nil {
			return err
		}
	} else {
		for _, l := range cfg.Lines() {
			fmt.Fprintf(c.out, "      %-17s %s\n", l.Key, l.Value)
		}
		for _, k := range checks {
			mark := "ok  "
			if !k.OK {
				mark = "FAIL"
			}
			fmt.Fprintf(c.out, "%s  %-17s %s\n", mark, k.Name, k.Detail)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(checks))
	}
	return nil
}
