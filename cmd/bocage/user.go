package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// list is a flag that may be given several times.
type list []string

// String is the list as typed.
func (l *list) String() string { return strings.Join(*l, ",") }

// Set adds a value.
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

func userCreateCommand() command {
	return command{
		name: "user create", args: "NAME", short: "add a person who may sign in; the password is read from stdin",
		example: "printf '%s\\n' \"$PASSWORD\" | bocage user create alice --email alice@communs.example --org le-verger-commun",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			email := fs.String("email", "", "e-mail address")
			admin := fs.Bool("admin", false, "may change everything on the instance")
			generate := fs.Bool("generate", false, "make a password and print it")
			var orgs list
			fs.Var(&orgs, "org", "handle or ID of an organisation that the person edits; may be repeated")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					u := store.User{Name: c.args[0], Email: *email, Admin: *admin}
					for _, o := range orgs {
						e, err := findEntry(ctx, a, o)
						if err != nil {
							return err
						}
						u.Orgs = append(u.Orgs, e.ID)
					}
					return createUser(ctx, c, a, u, *generate)
				})
			}
		},
	}
}

func createUser(ctx context.Context, c *call, a *app.App, u store.User, generate bool) error {
	password := newPassword()
	if !generate {
		var err error
		if password, err = c.password(); err != nil {
			return err
		}
	}
	u, err := a.Auth.CreateUser(ctx, u, password)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "created user %s (%s)\n", u.Name, u.ID)
	if generate {
		fmt.Fprintf(c.out, "password: %s\n", password)
	}
	return nil
}

// newPassword is 26 characters of base32, 130 random bits.
func newPassword() string { return strings.ToLower(rand.Text()) }

func userPasswordCommand() command {
	return command{
		name: "user password", args: "NAME", short: "give a person a new password, read from stdin, and end their sessions",
		example: "printf '%s\\n' \"$PASSWORD\" | bocage user password alice",
		setup: func(*flag.FlagSet) func(context.Context, *call) error {
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					u, err := a.Store.UserByName(ctx, directory.Fold(c.args[0]))
					if err != nil {
						return fmt.Errorf("user %q: %w", c.args[0], err)
					}
					password, err := c.password()
					if err != nil {
						return err
					}
					if err := auth.CheckNewPassword(password); err != nil {
						return err
					}
					if err := a.Auth.SetPassword(ctx, u.ID, password); err != nil {
						return err
					}
					if err := a.Store.Write(ctx, func(tx *store.Tx) error { return tx.DeleteSessionsOf(ctx, u.ID) }); err != nil {
						return err
					}
					fmt.Fprintf(c.out, "password of %s changed\n", u.Name)
					return nil
				})
			}
		},
	}
}

// userLine is a user as listed; the hash stays where it is.
type userLine struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Email    string    `json:"email,omitempty"`
	Admin    bool      `json:"admin"`
	Disabled bool      `json:"disabled"`
	Orgs     []string  `json:"orgs,omitempty"`
	Created  time.Time `json:"created"`
}

func userListCommand() command {
	return listing("user list", "list the people who may sign in", "bocage user list --json",
		func(ctx context.Context, a *app.App) ([]userLine, error) {
			us, err := a.Store.Users(ctx)
			lines := make([]userLine, len(us))
			for i, u := range us {
				lines[i] = userLine{u.ID, u.Name, u.Email, u.Admin, u.Disabled, u.Orgs, u.Created}
			}
			return lines, err
		},
		func(u userLine) string {
			role := "editor"
			if u.Admin {
				role = "admin"
			}
			return fmt.Sprintf("%-20s %-7s %s", u.Name, role, u.Email)
		})
}
