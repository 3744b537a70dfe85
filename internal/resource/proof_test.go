package resource

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

func keyOf(owner string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(owner))
	return ed25519.NewKeyFromSeed(seed[:])
}

func publicOf(owner string) ed25519.PublicKey { return keyOf(owner).Public().(ed25519.PublicKey) }

func signing(owner string) vocab.Keys {
	k := vocab.Keys{RSAPublicPEM: "PEM of " + owner, Ed25519Multibase: proof.EncodeMultikey(publicOf(owner))}
	return k.Signing(keyOf(owner), keyOf(InstanceKeys))
}

// proven checks what Mastodon checks of a proof before it verifies it, verifies
// it with the key of owner, and returns the document's @context.
func proven(t *testing.T, raw []byte, method string, pub ed25519.PublicKey, created string) {
	t.Helper()
	var doc struct {
		Context json.RawMessage `json:"@context"`
		ID      string          `json:"id"`
		Proof   struct {
			Context []json.RawMessage `json:"@context"`
			Type    string            `json:"type"`
			Suite   string            `json:"cryptosuite"`
			Method  string            `json:"verificationMethod"`
			Purpose string            `json:"proofPurpose"`
			Created string            `json:"created"`
			Value   string            `json:"proofValue"`
		} `json:"proof"` // one object: a list would not decode
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	p := doc.Proof
	if p.Type != "DataIntegrityProof" || p.Suite != "eddsa-jcs-2022" || p.Purpose != "assertionMethod" || p.Method != method ||
		p.Created != created || p.Value == "" {
		t.Errorf("%s: %+v", doc.ID, p)
	}
	if doc.Context != nil {
		var whole []json.RawMessage
		if err := json.Unmarshal(doc.Context, &whole); err != nil || len(whole) < len(p.Context) || len(p.Context) == 0 {
			t.Fatalf("%s: the @context is no array that begins with the proof's: %v", doc.ID, err)
		}
		for i, c := range p.Context {
			if !bytes.Equal(c, whole[i]) {
				t.Errorf("%s: %s is not %s", doc.ID, c, whole[i])
			}
		}
	}
	signed, err := proof.Read(raw)
	if err != nil || len(signed.Proofs) != 1 {
		t.Fatalf("%s: %d proofs, %v", doc.ID, len(signed.Proofs), err)
	}
	if err := signed.Verify(signed.Proofs[0], pub, now.AddDate(10, 0, 0)); err != nil {
		t.Errorf("%s: %v", doc.ID, err)
	}
}

// TestProofs: every document is signed by who speaks for it, with a key that
// its actor's document lists, alone and inside a page of the catalogue.
func TestProofs(t *testing.T) {
	t.Parallel()
	s := newSiteOf(t, signing)
	nobody := func(e *directory.Entry) { e.Owner, e.OwnerURI = "", "" }
	edited := func(e *directory.Entry) { e.Updated = now.Add(time.Hour + 5*time.Microsecond) }
	org := entry(1, directory.KindOrganisation, nil)
	entries := map[*directory.Entry]string{ // and the key's owner
		org: orgID, entry(2, directory.KindCommons, edited): orgID, entry(3, directory.KindEvent, edited): orgID, entry(4, directory.KindText, nil): orgID,
		entry(5, directory.KindConcept, nobody): InstanceKeys, entry(6, directory.KindPlace, nobody): InstanceKeys,
	}
	for e := range entries {
		s.put(e)
	}
	page := s.collection("/actor/catalog?after=0&limit=100&full=1")
	items := map[string]json.RawMessage{}
	for _, raw := range page.Items {
		m, err := federation.ParseObject(raw)
		if err != nil || m["@context"] != nil {
			t.Fatalf("%s, %v", raw, err)
		}
		items[m.Text("id")] = raw
	}
	for e, owner := range entries {
		speaker := e.URI
		if !e.Kind.IsActor() {
			speaker = e.OwnerURI
			if speaker == "" {
				speaker = env.InstanceURI()
			}
		}
		created := e.Updated.Truncate(time.Second).Format(time.RFC3339)
		w := s.get(strings.TrimPrefix(e.URI, env.Base))
		proven(t, w.Body.Bytes(), speaker+"#ed25519-key", publicOf(owner), created)
		proven(t, items[e.URI], speaker+"#ed25519-key", publicOf(owner), created)
		if again := s.get(strings.TrimPrefix(e.URI, env.Base)); !bytes.Equal(again.Body.Bytes(), w.Body.Bytes()) {
			t.Errorf("%s: the same entry gave other bytes", e.URI)
		}
		act, err := federation.ParseActor(w.Body.Bytes())
		if !e.Kind.IsActor() {
			if bytes.Contains(w.Body.Bytes(), []byte("endorsement\":\"")) || err == nil {
				t.Errorf("%s reads as an actor", e.URI)
			}
			continue
		}
		multikey := proof.EncodeMultikey(publicOf(owner))
		if err != nil || len(act.AssertionMethods) != 1 || act.AssertionMethods[0].Multibase != multikey || act.AssertionMethods[0].ID != e.URI+"#ed25519-key" {
			t.Errorf("%s: %+v, %v", e.URI, act.AssertionMethods, err)
		}
		if by, err := federation.VerifyEndorsement(act.Endorsement, e.URI, multikey, publicOf(InstanceKeys), now); err != nil || by != env.InstanceURI() {
			t.Errorf("%s: endorsed by %q, %v", e.URI, by, err)
		}
		for _, other := range []struct{ id, key string }{{e.URI + "x", multikey}, {e.URI, vectorKey}} {
			if _, err := federation.VerifyEndorsement(act.Endorsement, other.id, other.key, publicOf(InstanceKeys), now); err == nil {
				t.Errorf("%s: endorses %s of %s", e.URI, other.key, other.id)
			}
		}
		if _, err := federation.VerifyEndorsement(act.Endorsement, e.URI, multikey, publicOf("another"), now); err == nil {
			t.Errorf("%s: endorsed by anybody", e.URI)
		}
	}
	proven(t, s.get("/actor").Body.Bytes(), env.InstanceURI()+"#ed25519-key", publicOf(InstanceKeys), now.Format(time.RFC3339))
}

const vectorKey = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"

// TestMirror: what is served of a dead origin is what it signed, to the byte,
// and nothing of one that lives.
func TestMirror(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newSite(t)
	const origin = "https://a.example"
	theirs := vocab.Env{Base: origin}
	write := func(fn func(tx *store.Tx) error) {
		t.Helper()
		if err := s.st.Write(ctx, fn); err != nil {
			t.Fatal(err)
		}
	}
	body := map[string][]byte{}
	for n, kind := range []directory.Kind{directory.KindOrganisation, directory.KindEvent, directory.KindText} {
		e := entry(n+1, kind, nil)
		e.URI, e.OwnerURI = theirs.EntryURI(kind, e.ID), theirs.EntryURI(directory.KindOrganisation, orgID)
		p, _ := e.Public()
		doc, err := theirs.Document(p, signing(orgID))
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			doc = federation.Embed(doc) // as a page has it
		}
		e.Origin, e.Hash = origin, proof.Hash(doc)
		body[e.URI] = doc
		kept := store.KeptDocument{URI: e.URI, Origin: origin, Owner: theirs.EntryURI(directory.KindOrganisation, orgID), Hash: e.Hash, Body: doc,
			Multikey: signing(orgID).Ed25519Multibase, Endorsed: n == 0}
		write(func(tx *store.Tx) error {
			if err := tx.PutEntry(ctx, e, store.PutOptions{Public: true, Wire: doc}); err != nil {
				return err
			}
			return tx.KeepDocument(ctx, kept)
		})
	}
	instance, err := theirs.InstanceActor(signing(InstanceKeys), now)
	if err != nil {
		t.Fatal(err)
	}
	write(func(tx *store.Tx) error {
		return tx.PinKey(ctx, store.PinnedKey{Origin: origin, Multikey: signing(InstanceKeys).Ed25519Multibase, Actor: theirs.InstanceURI(), Doc: instance})
	})
	state := func(st store.PeerState) {
		write(func(tx *store.Tx) error { return tx.PutPeer(ctx, store.Peer{Origin: origin, State: st}) })
	}
	const catalog = "/mirror/a.example/catalog"
	event := theirs.EntryURI(directory.KindEvent, entry(2, directory.KindEvent, nil).ID)
	document := func(id string) string { return "/mirror/document?id=" + url.QueryEscape(id) }
	closed := func(why string) {
		t.Helper()
		for _, path := range []string{catalog, catalog + "?after=0", document(event), document(theirs.InstanceURI())} {
			if w := s.get(path); w.Code != http.StatusNotFound {
				t.Errorf("%s: %s answers %d", why, path, w.Code)
			}
		}
		if w := s.get("/mirror"); w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"origins":[]}` {
			t.Errorf("%s: %s", why, w.Body)
		}
	}
	closed("unknown")
	state(store.PeerUp)
	closed("up")
	state(store.PeerDown)
	closed("down")
	write(func(tx *store.Tx) error { return tx.PutSetting(ctx, store.SettingMirrorDown, "1") })
	if w := s.get(document(event)); w.Code != 200 {
		t.Errorf("down, and mirrored by decision: %d", w.Code)
	}
	state(store.PeerDead)
	var list struct{ Origins []mirrored }
	if err := json.Unmarshal(s.get("/mirror").Body.Bytes(), &list); err != nil || len(list.Origins) != 1 || list.Origins[0].Count != 3 ||
		list.Origins[0].Key != signing(InstanceKeys).Ed25519Multibase || list.Origins[0].Actor != theirs.InstanceURI() ||
		list.Origins[0].Catalog != env.Base+catalog || list.Origins[0].State != store.PeerDead {
		t.Errorf("%+v, %v", list, err)
	}
	if col := s.collection(catalog); col.TotalItems != 3 {
		t.Errorf("%+v", col)
	}
	stubs := s.collection(catalog + "?after=0&limit=500")
	if len(stubs.Items) != 3 || !strings.Contains(string(stubs.Items[0]), `"via":"https://b.ex/mirror"`) || !strings.Contains(string(stubs.Items[0]), `"hash":"sha256-`) {
		t.Errorf("%s", stubs.Items)
	}
	n, path := 0, catalog+"?after=0&limit=2&full=1"
	for path != "" {
		col := s.collection(path)
		for _, raw := range col.Items {
			m, err := federation.ParseObject(raw)
			if err != nil || !bytes.Equal(raw, body[m.Text("id")]) {
				t.Errorf("not as received: %s, %v", raw, err)
			}
			n++
		}
		path = strings.TrimPrefix(col.Next, env.Base)
	}
	if n != 3 {
		t.Errorf("%d documents", n)
	}
	w := s.get(document(event))
	proven(t, w.Body.Bytes(), theirs.EntryURI(directory.KindOrganisation, orgID)+"#ed25519-key", publicOf(orgID), now.Format(time.RFC3339))
	if !strings.HasPrefix(w.Body.String(), `{"@context":[`) || w.Header().Get("Content-Type") != federation.ContentType ||
		w.Header().Get("Link") != "<"+event+`>; rel="original"` {
		t.Errorf("%v %.100s", w.Header(), w.Body)
	}
	if again := s.get(document(event), "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("by its ETag: %d", again.Code)
	}
	if got := s.get(document(theirs.InstanceURI())).Body.Bytes(); !bytes.Equal(got, instance) {
		t.Errorf("instance: %s", got)
	}
	for path, want := range map[string]int{document("https://a.example/none"): 404, document("nothing"): 400, catalog + "?after=0&bucket=ab": 400,
		catalog + "?after=x": 400, document(env.Base + "/actor"): 404, "/mirror/b.example/catalog": 404} {
		if w := s.get(path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
