package app

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/store"
)

// TestLostServer: an administrator says that a server is gone, by which key it is
// believed, and starts a rebuild; each asks for what it needs.
func TestLostServer(t *testing.T) {
	a := testApp(t)
	o := newOperator(t, a)
	const key = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
	o.see(o.path+"?lang=en", "If this server is gone", "No key of this server is pinned here")
	for _, c := range []struct {
		name   string
		form   []string
		status int
		says   string
	}{
		{"dead, not asked yet", []string{"dead"}, http.StatusOK, "Déclarer communs.example disparu"},
		{"dead without a reason", []string{"dead", "confirm", "yes", "reason", ""}, http.StatusUnprocessableEntity, "Dites pourquoi"},
		{"dead", []string{"dead", "confirm", "yes"}, http.StatusSeeOther, "done=peer_dead"},
		{"a rebuild without a key", []string{"rebuild", "mirror", "https://miroir.example"}, http.StatusUnprocessableEntity, "Il faut une clé"},
		{"a rebuild from nowhere", []string{"rebuild", "mirror", ""}, http.StatusUnprocessableEntity, "adresse de l’instance"},
		{"a key that is none", []string{"pin", "key", "abc"}, http.StatusUnprocessableEntity, "Il faut une clé"},
		{"a key", []string{"pin", "key", key}, http.StatusSeeOther, "done=peer_pin"},
		{"a rebuild with another key", []string{"rebuild", "mirror", "miroir.example", "key", strings.Replace(key, "doK", "doL", 1)}, http.StatusUnprocessableEntity, "retenue"},
		{"a rebuild", []string{"rebuild", "mirror", "miroir.example"}, http.StatusSeeOther, "done=peer_rebuild"},
		{"a second one", []string{"rebuild", "mirror", "miroir.example"}, http.StatusUnprocessableEntity, "déjà en cours"},
	} {
		if status, says := o.act(c.form[0], c.form[1:]...); status != c.status || !strings.Contains(says, c.says) {
			t.Errorf("%s: %d, without %q:\n%s", c.name, status, c.says, says)
		}
	}
	if p, err := a.Store.Peer(t.Context(), troubledOrigin); err != nil || p.State != store.PeerDead {
		t.Errorf("peer: %+v, %v", p.State, err)
	}
	o.see(o.path, key, "SHA256:", "donnée par un administrateur", "Reconstruction en cours", "https://miroir.example", "0 fiche reprise")
	o.see("/admin/audit", "déclarer disparu", "retenir une autre clé de")
	o.path = "/admin/federation"
	if status, says := o.act("mirror_down"); status != http.StatusSeeOther || !strings.Contains(says, "mirror_down") {
		t.Errorf("mirror: %d %s", status, says)
	}
	o.see("/admin/federation", "Seulement ceux des serveurs disparus")
}

// TestDisputedPin: an administrator, and whoever asks doctor, hears that a server does
// not name the actor whose key is pinned, and decides: the key that is pinned then is of
// the actor that the server names, or of the one that it was of when it is the same.
func TestDisputedPin(t *testing.T) {
	a := testApp(t)
	o := newOperator(t, a)
	const was, named = troubledOrigin + "/users/mallory", troubledOrigin + "/actor"
	const key, other = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"
	if k := checkPins(t.Context(), a); !k.OK {
		t.Errorf("doctor: %+v", k)
	}
	for _, c := range []struct{ pin, actor string }{{key, was}, {other, named}} {
		if err := a.Store.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.ReplacePinnedKey(t.Context(), store.PinnedKey{Origin: troubledOrigin, Multikey: key, Actor: was, How: store.PinFollowed}),
				tx.DisputePin(t.Context(), troubledOrigin, named))
		}); err != nil {
			t.Fatal(err)
		}
		o.see("/admin/federation", "Clés retenues à regarder", "communs.example")
		o.see(o.path, "ne désigne pas l’acteur", was, named, key)
		if k := checkPins(t.Context(), a); k.OK || !strings.Contains(k.Detail, troubledOrigin) {
			t.Errorf("doctor: %+v", k)
		}
		if status, says := o.act("rebuild", "mirror", "miroir.example"); status != http.StatusUnprocessableEntity {
			t.Errorf("a rebuild by a disputed key: %d %s", status, says)
		}
		if status, says := o.act("pin", "key", c.pin); status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", status, says)
		}
		if pin, err := a.Store.PinnedKey(t.Context(), troubledOrigin); err != nil || pin.Multikey != c.pin || pin.Actor != c.actor || pin.How != store.PinManual {
			t.Errorf("pinned: %+v, %v", pin, err)
		}
		if strings.Contains(o.see("/admin/federation"), "Clés retenues à regarder") {
			t.Error("what was decided is still to be looked at")
		}
	}
}
