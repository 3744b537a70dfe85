package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"strings"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

func orgCreateCommand() command {
	return command{
		name: "org create", args: "NAME", short: "add an organisation, which publishes entries",
		example: "bocage org create 'Le Verger commun' --lang fr --summary 'Un verger ouvert à tous' --website https://verger.example",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			lang := fs.String("lang", "fr", "language of the texts")
			handle := fs.String("handle", "", "name in the fediverse; made from the name when empty")
			summary := fs.String("summary", "", "one sentence")
			website := fs.String("website", "", "its site")
			draft := fs.Bool("draft", false, "do not publish yet")
			asJSON := fs.Bool("json", false, "print the entry")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				e := directory.Entry{Name: directory.LangText{*lang: c.args[0]}, Handle: *handle, Website: *website, Status: directory.StatusPublished}
				if *summary != "" {
					e.Summary = directory.LangText{*lang: *summary}
				}
				if *draft {
					e.Status = directory.StatusDraft
				}
				return c.with(ctx, true, func(a *app.App) error {
					e, err := a.Ledger.CreateOrganisation(ctx, system, e)
					if err != nil {
						return err
					}
					if *asJSON {
						return c.print(e)
					}
					fmt.Fprintf(c.out, "created organisation @%s %s\n", e.Handle, e.URI)
					return nil
				})
			}
		},
	}
}

func orgListCommand() command {
	cmd := entryListCommand()
	cmd.name, cmd.short, cmd.example = "org list", "list the organisations of this instance", "bocage org list --json"
	inner := cmd.setup
	cmd.setup = func(fs *flag.FlagSet) func(context.Context, *call) error {
		do := inner(fs)
		return func(ctx context.Context, c *call) error {
			for k, v := range map[string]string{"select": "kind=organisation", "local": "true"} {
				if err := fs.Set(k, v); err != nil {
					return err
				}
			}
			return do(ctx, c)
		}
	}
	return cmd
}

func entryCreateCommand() command {
	return command{
		name: "entry create", short: "add an entry from JSON on stdin, and print it",
		example: `echo '{"kind":"commons","name":{"fr":"Le Four banal"}}' | bocage entry create --owner le-verger-commun --publish`,
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			owner := fs.String("owner", "", "handle or ID of the organisation; the only one when empty")
			publish := fs.Bool("publish", false, "published instead of draft")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				var e directory.Entry
				if err := c.decode(&e); err != nil {
					return err
				}
				if *publish {
					e.Status = directory.StatusPublished
				}
				return c.with(ctx, true, func(a *app.App) error {
					if *owner != "" {
						e.Owner = *owner
					}
					var err error
					if e.Owner, err = ownerID(ctx, a, e); err != nil {
						return err
					}
					if e, err = a.Ledger.Create(ctx, system, e); err != nil {
						return err
					}
					return c.print(e)
				})
			}
		},
	}
}

// ownerID resolves the owner of a new entry: as given, else the only
// organisation of the instance.
func ownerID(ctx context.Context, a *app.App, e directory.Entry) (string, error) {
	if e.Owner != "" {
		o, err := findEntry(ctx, a, e.Owner)
		return o.ID, err
	}
	if e.Kind == directory.KindOrganisation {
		return "", nil
	}
	orgs, err := a.Store.Entries(ctx, store.EntryFilter{LocalOnly: true, Limit: 2, Statuses: liveStatuses(),
		Selection: directory.Selection{Kinds: []directory.Kind{directory.KindOrganisation}}})
	if err != nil || len(orgs) != 1 {
		return "", err
	}
	return orgs[0].ID, nil
}

func liveStatuses() []directory.Status {
	return []directory.Status{directory.StatusDraft, directory.StatusProposed, directory.StatusPublished, directory.StatusArchived}
}

func entryShowCommand() command {
	return command{
		name: "entry show", args: "ID|URI|@HANDLE", short: "print an entry as JSON", example: "bocage entry show @le-verger-commun",
		setup: func(*flag.FlagSet) func(context.Context, *call) error {
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					e, err := findEntry(ctx, a, c.args[0])
					if err != nil {
						return err
					}
					return c.print(e)
				})
			}
		},
	}
}

func entryEditCommand() command {
	return command{
		name: "entry edit", args: "ID|URI|@HANDLE", short: "change the fields given as JSON on stdin (RFC 7396), and print the entry",
		example: `echo '{"status":"archived","website":null}' | bocage entry edit @le-four-banal`,
		setup: func(*flag.FlagSet) func(context.Context, *call) error {
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				patch, err := c.document()
				if err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error {
					e, err := findEntry(ctx, a, c.args[0])
					if err != nil {
						return err
					}
					e, err = a.Ledger.Edit(ctx, system, e.ID, func(e *directory.Entry) error { return applyPatch(e, patch) })
					if err != nil {
						return err
					}
					return c.print(e)
				})
			}
		},
	}
}

// applyPatch applies a JSON merge patch to an entry.
func applyPatch(e *directory.Entry, patch []byte) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	var doc, change any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return err
	}
	if err := json.Unmarshal(patch, &change); err != nil {
		return jsonError(patch, err)
	}
	if _, ok := change.(map[string]any); !ok {
		return fmt.Errorf("JSON on stdin: want an object")
	}
	merged, err := json.Marshal(mergePatch(doc, change))
	if err != nil {
		return err
	}
	next := directory.Entry{Num: e.Num, Seq: e.Seq, Hash: e.Hash}
	dec := json.NewDecoder(strings.NewReader(string(merged)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&next); err != nil {
		return jsonError(nil, err) // of the merged document, whose lines nobody sees
	}
	*e = next
	return nil
}

// mergePatch is RFC 7396 §2.
func mergePatch(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	t, ok := target.(map[string]any)
	if !ok {
		t = map[string]any{}
	}
	for k, v := range p {
		if v == nil {
			delete(t, k)
		} else {
			t[k] = mergePatch(t[k], v)
		}
	}
	return t
}

func entryDeleteCommand() command {
	return onEntryWhy("entry delete", "ID|URI|@HANDLE", "delete an entry here and at every peer", "bocage entry delete @le-four-banal --reason 'closed in 2024'", 0,
		func(ctx context.Context, c *call, a *app.App, e directory.Entry, reason string) error {
			if err := a.Ledger.Delete(ctx, system, e.ID, reason); err != nil {
				return err
			}
			fmt.Fprintf(c.out, "deleted %s\n", e.URI)
			return nil
		})
}

func entryListCommand() command {
	return command{
		name: "entry list", short: "list entries", example: "bocage entry list --select 'kind=commons&theme=eau&q=lavoir' --json",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			selection := fs.String("select", "", "selection as in the address of a page: q, kind, theme, tag, from, to, bbox, origin")
			local := fs.Bool("local", false, "only this instance's own, whatever their status")
			limit := fs.Int("limit", 0, "at most that many; 0 = all")
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				if *limit < 0 {
					return usagef("--limit: want 0 or more, got %d", *limit)
				}
				values, err := url.ParseQuery(*selection)
				if err != nil {
					return usagef("--select: %s", err)
				}
				sel, err := directory.ParseSelection(values)
				if err != nil {
					return usagef("--select: %s", err)
				}
				f := store.EntryFilter{Selection: sel, LocalOnly: *local}
				if *local {
					f.Statuses = liveStatuses()
				}
				return c.with(ctx, false, func(a *app.App) error { return listEntries(ctx, c, a, f, *limit, *asJSON) })
			}
		},
	}
}

func listEntries(ctx context.Context, c *call, a *app.App, f store.EntryFilter, limit int, asJSON bool) error {
	all := []directory.Entry{}
	for {
		f.Limit = 1000
		if limit > 0 {
			f.Limit = min(f.Limit, limit-len(all))
		}
		page, err := a.Store.Entries(ctx, f)
		if err != nil {
			return err
		}
		all = append(all, page...)
		if len(page) < f.Limit || (limit > 0 && len(all) >= limit) {
			break
		}
		f = f.After(page[len(page)-1])
	}
	if asJSON {
		return c.print(all)
	}
	for _, e := range all {
		at := e.Handle
		if at != "" {
			at = "@" + at
		} else {
			at = e.ID
		}
		fmt.Fprintf(c.out, "%-12s %-9s %-38s %s\n", e.Kind, e.Status, at, nameOf(e))
	}
	return nil
}
