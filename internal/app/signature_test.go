package app

import (
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestFormSurvives: the form that a peer takes is there for the next process.
func TestFormSurvives(t *testing.T) {
	a := testApp(t)
	const origin = "https://communs.example"
	if _, _, ok := a.recallForm(t.Context(), origin); ok {
		t.Error("a form is known of a stranger")
	}
	if err := a.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.EnsurePeer(t.Context(), origin) }); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := a.recallForm(t.Context(), origin); ok {
		t.Error("a form is known that nobody learned")
	}
	for _, form := range []httpsig.Form{httpsig.Cavage, httpsig.RFC9421} {
		a.learnForm(t.Context(), "https://Communs.example:443", form)
		got, at, ok := a.recallForm(t.Context(), origin)
		if !ok || got != form || time.Since(at) > time.Minute {
			t.Errorf("recalled %s of %s, %v, want %s", got, at, ok, form)
		}
	}
}
