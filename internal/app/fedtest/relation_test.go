package fedtest

import (
	"bytes"
	"errors"
	"net/http"

	"github.com/rogpeppe/go-internal/testscript"

	"codeberg.org/bocage/bocage/internal/directory"
)

// relate INSTANCE ID TYPE OBJECT: makes an entry state a relation
func cmdRelate(ts *testscript.TestScript, _ bool, args []string) {
	i := at(ts, args, 4)
	_, err := i.App.Ledger.Edit(ctxOf(ts), System, args[1], func(e *directory.Entry) error {
		e.Relations = append(e.Relations, directory.Relation{Type: directory.RelationType(args[2]), Object: args[3]})
		return nil
	})
	ts.Check(err)
}

// confirm INSTANCE ID SUBJECT TYPE: an editor agrees with what SUBJECT states of the
// entry; negated, that is refused
func cmdConfirm(ts *testscript.TestScript, neg bool, args []string) {
	_, err := at(ts, args, 4).App.Ledger.ConfirmRelation(ctxOf(ts), System, args[1], args[2], directory.RelationType(args[3]), true)
	if neg {
		if !errors.Is(err, directory.ErrConflict) {
			ts.Fatalf("confirm %q: %v, want a conflict", args, err)
		}
		return
	}
	ts.Check(err)
}

// withdraw INSTANCE ID SUBJECT TYPE: the entry no longer agrees
func cmdWithdraw(ts *testscript.TestScript, _ bool, args []string) {
	_, err := at(ts, args, 4).App.Ledger.ConfirmRelation(ctxOf(ts), System, args[1], args[2], directory.RelationType(args[3]), false)
	ts.Check(err)
}

// shows INSTANCE PATH TEXT: waits until the page has the text, or negated has it no more
func cmdShows(ts *testscript.TestScript, neg bool, args []string) {
	i := at(ts, args, 3)
	err := Wait(ctxOf(ts), func() (bool, error) {
		status, body, err := i.Fetch(ctxOf(ts), args[1], "text/html")
		return err == nil && status == http.StatusOK && bytes.Contains(body, []byte(args[2])) != neg, err
	})
	if err != nil {
		ts.Fatalf("%s%s has %q: %t: %v", i.URL(), args[1], args[2], neg, err)
	}
}
