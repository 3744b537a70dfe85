package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// lifeCommands rename, move and merge entries.
func lifeCommands() []command {
	return []command{
		entryRenameCommand(), entryClaimCommand("claim"), entryClaimCommand("unclaim"), entryRestoreCommand(),
		orgExportCommand(), orgImportCommand(),
		movePlanCommand(), moveStartCommand(), moveUndoCommand(), moveStatusCommand(),
		mergeCommand(), splitCommand(), twinsCommand(),
	}
}

func entryRenameCommand() command {
	return onEntry("entry rename", "@HANDLE NEW", "give an entry another handle; the old one goes on leading to it",
		"bocage entry rename @le-verger verger-commun", 1,
		func(ctx context.Context, c *call, a *app.App, e directory.Entry) error {
			now, err := a.Ledger.Rename(ctx, system, e.ID, strings.ToLower(strings.TrimPrefix(c.args[1], "@")))
			if err != nil {
				return err
			}
			fmt.Fprintf(c.out, "@%s is @%s now; @%s still leads to it\n", e.Handle, now.Handle, e.Handle)
			return nil
		})
}

func entryClaimCommand(verb string) command {
	short := "say that an entry is also known as an id of elsewhere, which may then move here"
	if verb == "unclaim" {
		short = "take a claim back"
	}
	return onEntry("entry "+verb, "ID|URI|@HANDLE URL", short, "bocage entry "+verb+" @le-verger https://mastodon.example/users/verger", 1,
		func(ctx context.Context, c *call, a *app.App, e directory.Entry) error {
			do := a.Ledger.Claim
			if verb == "unclaim" {
				do = a.Ledger.Unclaim
			}
			e, err := do(ctx, system, e.ID, c.args[1])
			if err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%s is also known as %s\n", e.URI, orNothing(e.AlsoKnownAs))
			return nil
		})
}

func orNothing(s []string) string {
	if len(s) == 0 {
		return "nothing else"
	}
	return strings.Join(s, ", ")
}

func entryRestoreCommand() command {
	return onEntry("entry restore", "ID|URI|@HANDLE", "keep an entry whose deletion on the pages is not final yet", "bocage entry restore @le-verger", 0,
		func(ctx context.Context, c *call, a *app.App, e directory.Entry) error {
			err := a.Ledger.Restore(ctx, system, e.ID)
			if errors.Is(err, directory.ErrConflict) {
				return fmt.Errorf("%s is not about to be deleted, so there is nothing to restore: it is %s", e.URI, e.Status)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%s is not deleted\n", e.URI)
			return nil
		})
}

func orgExportCommand() command {
	return onEntry("org export", "@HANDLE", "write an organisation with all its entries and their history, private parts included",
		"bocage org export @le-verger > verger.bocage.json", 0,
		func(ctx context.Context, c *call, a *app.App, e directory.Entry) error {
			return a.Ledger.WriteArchive(ctx, system, e.ID, c.out)
		})
}

func movePlanCommand() command {
	return onEntry("move plan", "@HANDLE TARGET", "ask the target whether it agrees, and say what a move would do",
		"bocage move plan @le-verger @verger@region.example", 1,
		func(ctx context.Context, c *call, a *app.App, e directory.Entry) error {
			p, err := a.Harvest.PlanMove(ctx, system, e.ID, c.args[1])
			if err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%s would become %s %s\n%d of its entries go with it, %d stay; %d followers would be told\n",
				e.URI, p.Name, p.Target, len(p.Entries), len(p.Staying), p.Followers)
			for _, s := range p.Staying {
				fmt.Fprintf(c.out, "stays  %s  %s\n", s.URI, nameOf(s))
			}
			return nil
		})
}

func moveStartCommand() command {
	return onEntryWhy("move start", "@HANDLE TARGET", "move an entry, or an organisation with its entries, to another instance that claims it",
		"bocage move start @le-verger @verger@region.example --reason 'the region takes over'", 1,
		func(ctx context.Context, c *call, a *app.App, e directory.Entry, reason string) error {
			m, err := a.Harvest.Move(ctx, system, a.Ledger, e.ID, c.args[1], reason)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%s moved to %s with %d entries; %d stay. The running server tells its followers\n", m.OldURI, m.NewURI, m.Entries, m.LeftHere)
			return nil
		})
}

func moveUndoCommand() command {
	return onEntryWhy("move undo", "@HANDLE", "publish here again what moved; followers who went do not come back by themselves",
		"bocage move undo @le-verger", 0,
		func(ctx context.Context, c *call, a *app.App, e directory.Entry, reason string) error {
			if err := a.Ledger.Return(ctx, system, e.ID, reason); err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%s is published here again\n", e.URI)
			return nil
		})
}

// moveLine is a Move as listed.
type moveLine struct {
	Direction string    `json:"direction"`
	Name      string    `json:"name"`
	Old       string    `json:"old"`
	New       string    `json:"new"`
	At        time.Time `json:"at"`
	Undone    time.Time `json:"undone,omitzero"`
	Entries   int       `json:"entries"`
	Staying   int       `json:"staying"`
	Waiting   int       `json:"waiting"`
}

func moveStatusCommand() command {
	return listing("move status", "list the moves out of this instance and those that it followed", "bocage move status --json",
		func(ctx context.Context, a *app.App) ([]moveLine, error) {
			ms, err := a.Store.Moves(ctx, "", "", 500)
			lines := make([]moveLine, len(ms))
			for i, m := range ms {
				lines[i] = moveLine{m.Direction, m.Name, m.OldURI, m.NewURI, m.At, m.Undone, m.Entries, m.LeftHere, m.Waiting}
			}
			return lines, err
		},
		func(m moveLine) string {
			state := "done"
			switch {
			case !m.Undone.IsZero():
				state = "undone"
			case m.Waiting > 0:
				state = fmt.Sprintf("%d waiting", m.Waiting)
			}
			return fmt.Sprintf("%-3s %s %-10s %s -> %s", m.Direction, stamp(m.At), state, m.Old, m.New)
		})
}

func mergeCommand() command {
	return onEntryWhy("merge", "KEPT OTHER", "show two entries as one, the first; both keep their sources and their updates",
		"bocage merge @le-verger https://ailleurs.example/entries/01a2… --reason 'one orchard'", 1,
		func(ctx context.Context, c *call, a *app.App, e directory.Entry, reason string) error {
			o, err := findEntry(ctx, a, c.args[1])
			if err != nil {
				return err
			}
			if err := a.Ledger.Merge(ctx, system, e.ID, o.ID, reason); err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%s is shown as %s; 'bocage split %s' undoes it\n", o.URI, e.URI, o.ID)
			return nil
		})
}

func splitCommand() command {
	return onEntryWhy("split", "OTHER", "show an entry again that was merged into another", "bocage split 01a2017e-2a47-7885-a01c-4ad441b38c7c", 0,
		func(ctx context.Context, c *call, a *app.App, e directory.Entry, reason string) error {
			err := a.Ledger.Split(ctx, system, e.ID, reason)
			if errors.Is(err, directory.ErrConflict) || errors.Is(err, directory.ErrNotFound) {
				return fmt.Errorf("%s is not merged into another entry, so there is nothing to split; 'bocage twins' lists entries that are likely one", e.URI)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%s is shown again\n", e.URI)
			return nil
		})
}

// twinLine is a pair of likely twins as listed.
type twinLine struct {
	A       string   `json:"a"`
	B       string   `json:"b"`
	Name    string   `json:"name"`
	Score   float64  `json:"score"`
	Reasons []string `json:"reasons"`
}

func twinsCommand() command {
	return listing("twins", "list pairs of entries that are likely one thing", "bocage twins --json", likelyTwins,
		func(t twinLine) string {
			return fmt.Sprintf("%.1f %-20s %s\n    %s\n    %s", t.Score, strings.Join(t.Reasons, "+"), t.Name, t.A, t.B)
		})
}

func likelyTwins(ctx context.Context, a *app.App) ([]twinLine, error) {
	st := a.Store
	const chunk = 1000
	for complete := false; !complete; {
		var err error
		if complete, err = st.IndexTwins(ctx, chunk); err != nil {
			return nil, err
		}
	}
	lines := []twinLine{}
	for after := (store.TwinPair{}); ; {
		pairs, err := st.LikelyTwins(ctx, after, chunk)
		if err != nil {
			return nil, err
		}
		for _, p := range pairs.Twins {
			lines = append(lines, twinLine{p.A.URI, p.B.URI, nameOf(p.A), p.Score, p.Reasons})
		}
		if after = pairs.Next; after == (store.TwinPair{}) {
			return lines, nil
		}
	}
}
