package fedtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store"
)

// digest INSTANCE OTHER FILE: writes the digest of what INSTANCE holds from OTHER,
// or publishes itself, to a file; OTHER may be down
func cmdDigest(ts *testscript.TestScript, _ bool, args []string) {
	i, other := at(ts, args, 3), at(ts, args[1:], 1)
	held, err := i.Held(ctxOf(ts), other.URL())
	if i == other {
		held, err = i.Published(ctxOf(ts))
	}
	ts.Check(err)
	var d federation.Digest
	for uri, hash := range held {
		d.Add(uri, hash)
	}
	raw, err := json.MarshalIndent(d.Buckets(), "", " ")
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), append(raw, '\n'), 0o600))
}

// key INSTANCE: the key of its own actor is then in $key
func cmdKey(ts *testscript.TestScript, _ bool, args []string) {
	pair, err := at(ts, args, 1).App.Keyring.Pair(ctxOf(ts), keyring.Instance)
	ts.Check(err)
	ts.Setenv("key", pair.Public.Ed25519Multibase)
}

// dead INSTANCE OTHER: INSTANCE holds OTHER to be dead
func cmdDead(ts *testscript.TestScript, _ bool, args []string) {
	i, other := at(ts, args, 2), at(ts, args[1:], 1)
	ts.Check(i.App.Harvest.DeclareDead(ctxOf(ts), System, other.URL(), "story"))
}

// forge INSTANCE OTHER FROM TO: INSTANCE changes a word in one document of OTHER that
// it kept; its id is then in $forged. One that has the new word already is left: what
// INSTANCE was reading of OTHER when that went down may have given it back
func cmdForge(ts *testscript.TestScript, _ bool, args []string) {
	i, other := at(ts, args, 4), at(ts, args[1:], 1)
	rows, err := i.App.Store.MirrorCatalog(ctxOf(ts), other.URL(), 0, store.MaxLimit)
	ts.Check(err)
	for _, row := range rows {
		if bytes.Contains(row.Body, []byte(args[3])) {
			ts.Setenv("forged", row.URI)
			return
		}
		if !bytes.Contains(row.Body, []byte(args[2])) {
			continue
		}
		row.Body = bytes.ReplaceAll(row.Body, []byte(args[2]), []byte(args[3]))
		ts.Check(i.App.Store.Write(ctxOf(ts), func(tx *store.Tx) error { return tx.KeepDocument(ctxOf(ts), row.KeptDocument) }))
		ts.Setenv("forged", row.URI)
		return
	}
	ts.Fatalf("%s keeps no document with %q", i.name, args[2])
}

// rebuild INSTANCE OTHER MIRROR [KEY]: what came of it is what stdout matches
func cmdRebuild(ts *testscript.TestScript, neg bool, args []string) {
	i, other, mirror := at(ts, args, 3), at(ts, args[1:], 1), at(ts, args[2:], 1)
	opt := harvest.RebuildOptions{Origin: other.URL(), Mirror: mirror.URL()}
	if len(args) > 3 {
		opt.Key = args[3]
	}
	out, err := i.App.Harvest.Rebuild(ctxOf(ts), System, opt)
	if neg {
		if err == nil {
			ts.Fatalf("rebuilt: %+v", out)
		}
		_, err = fmt.Fprintln(ts.Stdout(), strings.ReplaceAll(err.Error(), "\n", " "))
		ts.Check(err)
		return
	}
	ts.Check(err)
	raw, err := json.Marshal(out)
	ts.Check(err)
	_, err = ts.Stdout().Write(append(raw, '\n'))
	ts.Check(err)
}

// kept INSTANCE URI: its entry is there and says from which mirror it came, in stdout
func cmdKept(ts *testscript.TestScript, neg bool, args []string) {
	i := at(ts, args, 2)
	e, err := i.App.Store.EntryByURI(ctxOf(ts), args[1])
	if neg {
		if !errors.Is(err, directory.ErrNotFound) {
			ts.Fatalf("%s is there: %v", args[1], err)
		}
		return
	}
	ts.Check(err)
	d, err := i.App.Store.KeptDocument(ctxOf(ts), args[1])
	ts.Check(err)
	_, err = fmt.Fprintf(ts.Stdout(), "origin %s via %s\n", e.Origin, d.Via)
	ts.Check(err)
}
