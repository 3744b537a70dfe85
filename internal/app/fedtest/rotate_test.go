package fedtest

import (
	"github.com/rogpeppe/go-internal/testscript"

	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
)

// rotate INSTANCE: replaces the keys of the instance and of its organisation
func cmdRotate(ts *testscript.TestScript, _ bool, args []string) {
	i := at(ts, args, 1)
	org, err := i.Organisation(ctxOf(ts))
	ts.Check(err)
	for _, owner := range []string{keyring.Instance, org.ID} {
		_, err := i.App.Ledger.RotateKeys(ctxOf(ts), System, ledger.RotateOptions{Owner: owner})
		ts.Check(err)
	}
}
