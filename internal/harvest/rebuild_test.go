package harvest_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// dead publishes entries of each sort at a, lets b copy them, and then a dies.
func dead(t *testing.T, engine string, count int) (a, b *node, key string) {
	t.Helper()
	ctx := context.Background()
	a, b = newNode(t, engine, "A"), newNode(t, engine, "B")
	a.publish(count)
	a.create(directory.Entry{Kind: directory.KindEvent, Name: directory.LangText{"fr": "Foire"}, Period: &directory.Period{Start: "2031-06-06"}})
	a.create(directory.Entry{Kind: directory.KindText, Name: directory.LangText{"fr": "Charte"}})
	b.follow(a.base)
	settle(t, a, b)
	live := a.create(directory.Entry{Kind: directory.KindConcept, Name: directory.LangText{"fr": "Enclosure"}}) // by delivery, not by the catalogue
	settle(t, a, b)
	same(t, a, b)
	if d, err := b.st.KeptDocument(ctx, live.URI); err != nil || d.Owner != a.org.URI {
		t.Fatalf("what was delivered: %+v, %v", d, err)
	}
	pair, err := a.keys.Pair(ctx, keyring.Instance)
	if err != nil {
		t.Fatal(err)
	}
	a.setDown(true)
	b.state(a.base, store.PeerDead)
	return a, b, pair.Public.Ed25519Multibase
}

func (n *node) state(origin string, state store.PeerState) {
	n.t.Helper()
	if err := n.st.Write(context.Background(), func(tx *store.Tx) error {
		return tx.PutPeer(context.Background(), store.Peer{Origin: origin, State: state})
	}); err != nil {
		n.t.Fatal(err)
	}
}

// digest is the digest of what n holds of origin, or publishes itself.
func (n *node) digest(origin string) map[string]string {
	n.t.Helper()
	var d federation.Digest
	f := store.EntryFilter{Limit: store.MaxLimit}
	f.Origin = origin
	if origin == n.base {
		f.Origin = directory.OriginLocal
	}
	es, err := n.st.Entries(context.Background(), f)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, e := range es {
		d.Add(e.URI, e.Hash)
	}
	return d.Buckets()
}

// TestRebuild: a dies; c, which never met it, takes what a signed from b.
func TestRebuild(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			a, b, key := dead(t, engine, 50)
			c := newNode(t, engine, "C")
			opt := harvest.RebuildOptions{Origin: a.base, Mirror: b.base}
			if _, err := c.harvester.Rebuild(ctx, system, opt); !errors.Is(err, directory.ErrInvalid) || !strings.Contains(err.Error(), "give its key") {
				t.Fatalf("without a key: %v", err)
			}
			opt.Key, opt.MaxPages = key, 1
			out, err := c.harvester.Rebuild(ctx, system, opt)
			if err != nil || out.Refused != 0 {
				t.Fatalf("%+v, %v", out, err)
			}
			for n := out.Accepted; !out.Complete; n += out.Accepted { // it goes on where it stopped
				if out, err = c.harvester.Rebuild(ctx, system, opt); err != nil || out.Refused != 0 || n > 60 {
					t.Fatalf("%+v, %v", out, err)
				}
			}
			want, got := fmt.Sprint(a.digest(a.base)), fmt.Sprint(c.digest(a.base))
			if ms, err := c.st.MirroredFrom(ctx, a.base, "", 100); got != want || err != nil || len(ms) != 54 {
				t.Errorf("c holds %d entries with another digest: %v", len(ms), err)
			}
			d, err := c.st.KeptDocument(ctx, a.org.URI)
			if err != nil || d.Via != b.base || !d.Endorsed {
				t.Errorf("kept: %+v, %v", d, err)
			}
			if p, err := c.st.Peer(ctx, a.base); err != nil || p.State != store.PeerDead {
				t.Errorf("peer: %+v, %v", p, err)
			}
			// c can serve a fourth in turn, by the key that it now has.
			e := newNode(t, engine, "E")
			if out, err = e.harvester.Rebuild(ctx, system, harvest.RebuildOptions{Origin: a.base, Mirror: c.base, Key: key}); err != nil || out.Accepted != 54 || !out.Complete {
				t.Errorf("from c: %+v, %v", out, err)
			}
			// b verifies against what it pinned itself, and has it all.
			out, err = b.harvester.Rebuild(ctx, system, harvest.RebuildOptions{Origin: a.base, Mirror: c.base})
			if err != nil || out.Unchanged != 54 || out.Accepted+out.Refused != 0 {
				t.Errorf("b from c: %+v, %v", out, err)
			}
		})
	}
}

// TestRebuildRefuses: who asks for the wrong thing is told what to do.
func TestRebuildRefuses(t *testing.T) {
	ctx := context.Background()
	a, b, key := dead(t, "sqlite", 2)
	c := newNode(t, "sqlite", "C")
	other := proof.EncodeMultikey(ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey))
	nobody := directory.Who{UserID: "u", Name: "u"}
	for _, tt := range []struct {
		name string
		at   *node
		who  directory.Who
		opt  harvest.RebuildOptions
		want error
		text string
	}{
		{"not an administrator", c, nobody, harvest.RebuildOptions{Origin: a.base, Mirror: b.base, Key: key}, directory.ErrForbidden, ""},
		{"ours", c, system, harvest.RebuildOptions{Origin: c.base, Mirror: b.base, Key: key}, directory.ErrForbidden, ""},
		{"from itself", b, system, harvest.RebuildOptions{Origin: a.base, Mirror: b.base}, directory.ErrForbidden, ""},
		{"no key", c, system, harvest.RebuildOptions{Origin: a.base, Mirror: b.base, Key: "z6Mk"}, directory.ErrInvalid, "key"},
		{"another key", c, system, harvest.RebuildOptions{Origin: a.base, Mirror: b.base, Key: other}, directory.ErrForbidden, "does not have the key"},
		{"not the pinned key", b, system, harvest.RebuildOptions{Origin: a.base, Mirror: c.base, Key: other}, directory.ErrConflict, "knows of"},
		{"mirrors nothing", c, system, harvest.RebuildOptions{Origin: b.base, Mirror: b.base, Key: key}, directory.ErrInvalid, "mirrors nothing"},
	} {
		_, err := tt.at.harvester.Rebuild(ctx, tt.who, tt.opt)
		if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	a.setDown(false)
	c = newNode(t, "sqlite", "C") // one that has not just heard that a is silent
	if _, err := c.harvester.Rebuild(ctx, system, harvest.RebuildOptions{Origin: a.base, Mirror: b.base, Key: key}); !errors.Is(err, directory.ErrConflict) || !strings.Contains(err.Error(), "follow it instead") {
		t.Errorf("alive: %v", err)
	}
	b.state(a.base, store.PeerDown)
	if _, err := c.harvester.Rebuild(ctx, system, harvest.RebuildOptions{Origin: a.base, Mirror: b.base, Key: key}); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("down only: %v", err)
	}
	if ms, err := c.st.MirroredFrom(ctx, a.base, "", 100); err != nil || len(ms) != 0 {
		t.Errorf("c took %d entries: %v", len(ms), err)
	}
}

// forger is a mirror that changes what b says.
func forger(t *testing.T, b *node, change func(items []map[string]any) []map[string]any) string {
	t.Helper()
	var base string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, b.base+r.URL.RequestURI(), nil)
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Accept", r.Header.Get("Accept"))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		body, err := io.ReadAll(resp.Body)
		if cerr := resp.Body.Close(); err != nil || cerr != nil {
			t.Error(err, cerr)
		}
		body = bytes.ReplaceAll(body, []byte(b.base), []byte(base))
		var page map[string]json.RawMessage
		if json.Unmarshal(body, &page) == nil && page["orderedItems"] != nil {
			var items []map[string]any
			if err := json.Unmarshal(page["orderedItems"], &items); err != nil {
				t.Error(err)
			}
			page["orderedItems"], _ = json.Marshal(change(items))
			body, _ = json.Marshal(page)
		}
		w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
		w.WriteHeader(resp.StatusCode)
		_, _ = w.Write(body)
	}))
	base = srv.URL
	t.Cleanup(srv.Close)
	return base
}

// resigned is doc as somebody else would sign it, who put a key of their own in
// it, and an endorsement by that key when they also forge that.
func resigned(t *testing.T, doc map[string]any, endorse bool) map[string]any {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	multikey := proof.EncodeMultikey(key.Public().(ed25519.PublicKey))
	id, _ := doc["id"].(string)
	doc["name"] = "Forgé"
	delete(doc, "proof")
	if methods, ok := doc["assertionMethod"].([]any); ok {
		methods[0].(map[string]any)["publicKeyMultibase"] = multikey
	}
	if endorse {
		base := id[:strings.Index(id[8:], "/")+8]
		e, err := federation.Endorse(base+"/actor", id, []string{multikey}, base+"/actor#ed25519-key", key)
		if err != nil {
			t.Fatal(err)
		}
		doc["endorsement"] = e
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	signer := id
	if doc["inbox"] == nil {
		signer, _ = doc["attributedTo"].(string)
	}
	signed, err := proof.Sign(raw, proof.Options{Key: key, Method: signer + "#ed25519-key", Created: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(signed, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestForgedMirror: whatever a mirror does to a document, that one is refused
// and counted, and the rest is taken.
func TestForgedMirror(t *testing.T) {
	ctx := context.Background()
	a, b, key := dead(t, "sqlite", 12)
	find := func(items []map[string]any, name string) (int, map[string]any) {
		for i, it := range items {
			if it["name"] == name {
				return i, it
			}
		}
		return -1, nil
	}
	cases := []struct {
		name, target, reason string
		change               func(doc map[string]any) map[string]any
	}{
		{"altered", "Commun 1", harvest.RefusedAltered, func(d map[string]any) map[string]any { d["name"] = "Autre"; return d }},
		{"altered inside", "Commun 2", harvest.RefusedAltered, func(d map[string]any) map[string]any {
			d["location"].(map[string]any)["latitude"] = 47.0
			return d
		}},
		{"a member more", "Foire", harvest.RefusedAltered, func(d map[string]any) map[string]any { d["website"] = "https://evil.example/"; return d }},
		{"no proof", "Commun 3", harvest.RefusedNoProof, func(d map[string]any) map[string]any { delete(d, "proof"); return d }},
		{"another cryptosuite", "Commun 4", harvest.RefusedNoProof, func(d map[string]any) map[string]any {
			d["proof"].(map[string]any)["cryptosuite"] = "none"
			return d
		}},
		{"another key", "Commun 5", harvest.RefusedKey, func(d map[string]any) map[string]any { return resigned(t, d, false) }},
		{"another key with its own endorsement", "Commun 6", harvest.RefusedKey, func(d map[string]any) map[string]any { return resigned(t, d, true) }},
		{"an event by another key", "Charte", harvest.RefusedAltered, func(d map[string]any) map[string]any { return resigned(t, d, false) }},
		{"no endorsement", "Commun 7", harvest.RefusedKey, func(d map[string]any) map[string]any { delete(d, "endorsement"); return d }},
		{"another server's", "Commun 8", harvest.RefusedForeign, func(d map[string]any) map[string]any {
			d["id"] = "https://other.example/entries/1"
			return d
		}},
		{"the proof of another document", "Commun 9", harvest.RefusedAltered, func(d map[string]any) map[string]any {
			d["proof"].(map[string]any)["proofValue"] = "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"
			return d
		}},
		{"nothing", "Commun 10", harvest.RefusedUnreadable, func(map[string]any) map[string]any { return map[string]any{} }},
	}
	var ids []string
	evil := forger(t, b, func(items []map[string]any) []map[string]any {
		ids = nil
		for _, c := range cases {
			i, doc := find(items, c.target)
			if doc == nil {
				t.Fatalf("no %s in the mirror", c.target)
			}
			ids = append(ids, doc["id"].(string))
			items[i] = c.change(doc)
		}
		return items
	})
	c := newNode(t, "sqlite", "C")
	out, err := c.harvester.Rebuild(ctx, system, harvest.RebuildOptions{Origin: a.base, Mirror: evil, Key: key})
	if err != nil || !out.Complete || out.Refused != len(cases) || out.Accepted != 16-len(cases) {
		t.Fatalf("%+v, %v", out, err)
	}
	for i, tt := range cases {
		if r := out.Refusals[indexOf(out.Refusals, ids[i], tt.reason)]; r.Reason != tt.reason {
			t.Errorf("%s: %+v, want %s", tt.name, r, tt.reason)
		}
		if _, err := c.st.EntryByURI(ctx, ids[i]); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("%s: taken in, %v", tt.name, err)
		}
	}
	// The honest mirror fills in what was refused.
	if out, err = c.harvester.Rebuild(ctx, system, harvest.RebuildOptions{Origin: a.base, Mirror: b.base}); err != nil || out.Accepted != len(cases) || out.Refused != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	if fmt.Sprint(c.digest(a.base)) != fmt.Sprint(a.digest(a.base)) {
		t.Error("another digest")
	}
}

// indexOf finds the refusal of id; one whose id the forger changed is found by
// its reason.
func indexOf(list []harvest.RebuildRefusal, id, reason string) int {
	for i, r := range list {
		if r.ID == id {
			return i
		}
	}
	for i, r := range list {
		if r.Reason == reason {
			return i
		}
	}
	return 0
}

// TestAlteredAtItsOrigin: a document whose proof does not verify is refused even
// from its origin, and the copy that is held stays.
func TestAlteredAtItsOrigin(t *testing.T) {
	ctx := context.Background()
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	a.publish(3)
	b.follow(a.base)
	settle(t, a, b)
	var uri string
	for u, name := range b.mirror(a.base) {
		if name == "Commun 1" {
			uri = u
		}
	}
	d, err := b.st.KeptDocument(ctx, uri)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.actors.Vouch(ctx, d.Body, d.Hash); err != nil {
		t.Errorf("as received: %v", err)
	}
	bad := bytes.Replace(d.Body, []byte("Commun 1"), []byte("Commun I"), 1)
	if kept, err := b.actors.Vouch(ctx, bad, "h"); !errors.Is(err, directory.ErrInvalid) || kept != nil {
		t.Errorf("altered: %+v, %v", kept, err)
	}
}
