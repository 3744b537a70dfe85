package transfer

import (
	"context"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const base = "https://b.test"

// instance is a store with a ledger over it and one organisation.
type instance struct {
	st  *store.Store
	led *ledger.Ledger
	who directory.Who
	org directory.Entry
}

func newInstance(t testing.TB) *instance {
	t.Helper()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	st := storetest.OpenClock(t, "sqlite", clock)
	env := vocab.Env{Base: base, InstanceName: "Test"}
	keys := keyring.New(st, nil, nil)
	led := ledger.New(ledger.Config{Store: st, Keyring: keys, Env: env, Clock: clock,
		Publisher: outbox.New(outbox.Config{Store: st, Keyring: keys, Env: env, Clock: clock})})
	i := &instance{st: st, led: led, who: directory.Who{System: true, Name: "test"}}
	return i.publisher(t, 0)
}

// publisher is the same instance with another organisation, whose entries are none yet.
func (i *instance) publisher(t testing.TB, n int) *instance {
	t.Helper()
	org, err := i.led.CreateOrganisation(context.Background(), i.who, directory.Entry{
		Kind: directory.KindOrganisation, Name: directory.LangText{"fr": "Association " + itoa(n)}, Status: directory.StatusPublished,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &instance{i.st, i.led, i.who, org}
}

// read imports text into the instance with what a command line would say.
func (i *instance) read(t testing.TB, text string, opt ImportOptions) (Report, error) {
	t.Helper()
	opt.Owner = i.org.ID
	return Import(context.Background(), i.led, i.who, strings.NewReader(text), opt)
}

// entries are the entries of the organisation other than itself, in order of import.
func (i *instance) entries(t testing.TB) []directory.Entry {
	t.Helper()
	es, err := i.st.Entries(context.Background(), store.EntryFilter{Owner: i.org.ID, Limit: store.MaxLimit,
		Statuses: []directory.Status{directory.StatusDraft, directory.StatusProposed, directory.StatusPublished, directory.StatusArchived}})
	if err != nil {
		t.Fatal(err)
	}
	out := es[:0]
	for _, e := range es {
		if e.ID != i.org.ID {
			out = append(out, e)
		}
	}
	return out
}

// problems are the report's, one per line, in a short form.
func problems(r Report) string {
	var b strings.Builder
	for _, p := range r.Problems {
		if p.Warning {
			b.WriteString("warning ")
		}
		b.WriteString(strings.Join([]string{itoa(p.Line), p.Field, p.Message}, ": ") + "\n")
	}
	return b.String()
}
