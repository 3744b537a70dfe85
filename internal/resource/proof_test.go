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

func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteOf(t, func(owner string) vocab.Keys {
		return vocab.Keys{RSAPublicPEM: "PEM of " + owner, Ed25519Multibase: "z6Mk" + owner}
	})
}

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

// gone is a server whose documents were kept, and which may not answer any more.
type gone struct {
	*site
	env      vocab.Env
	body     map[string][]byte // as received
	instance []byte
	event    string
}

func (g *gone) write(fn func(tx *store.Tx) error) {
	g.t.Helper()
	if err := g.st.Write(context.Background(), fn); err != nil {
		g.t.Fatal(err)
	}
}

func (g *gone) state(st store.PeerState) {
	g.write(func(tx *store.Tx) error {
		return tx.PutPeer(context.Background(), store.Peer{Origin: g.env.Base, State: st})
	})
}

func (g *gone) document(id string) string { return "/mirror/document?id=" + url.QueryEscape(id) }

func newGone(t *testing.T) *gone {
	t.Helper()
	ctx := context.Background()
	const origin = "https://a.example"
	g := &gone{site: newSite(t), env: vocab.Env{Base: origin}, body: map[string][]byte{}}
	org := g.env.EntryURI(directory.KindOrganisation, orgID)
	for n, kind := range []directory.Kind{directory.KindOrganisation, directory.KindEvent, directory.KindText} {
		e := entry(n+1, kind, nil)
		e.URI, e.OwnerURI = g.env.EntryURI(kind, e.ID), org
		p, _ := e.Public()
		doc, err := g.env.Document(p, signing(orgID))
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			doc = federation.Embed(doc) // as a page has it
		}
		e.Origin, e.Hash = origin, proof.Hash(doc)
		g.body[e.URI] = doc
		if kind == directory.KindEvent {
			g.event = e.URI
		}
		kept := store.KeptDocument{URI: e.URI, Origin: origin, Owner: org, Hash: e.Hash, Body: doc, Multikey: signing(orgID).Ed25519Multibase, Endorsed: n == 0}
		g.write(func(tx *store.Tx) error {
			if err := tx.PutEntry(ctx, e, store.PutOptions{Public: true, Wire: doc}); err != nil {
				return err
			}
			return tx.KeepDocument(ctx, kept)
		})
	}
	var err error
	if g.instance, err = g.env.InstanceActor(signing(InstanceKeys), now); err != nil {
		t.Fatal(err)
	}
	g.write(func(tx *store.Tx) error {
		return tx.PinKey(ctx, store.PinnedKey{Origin: origin, Multikey: signing(InstanceKeys).Ed25519Multibase, Actor: g.env.InstanceURI(), Doc: g.instance})
	})
	return g
}

const mirroredCatalog = "/mirror/a.example/catalog"

// TestMirrored: nothing is served of a server that lives, and of one that is
// down only by decision.
func TestMirrored(t *testing.T) {
	t.Parallel()
	g := newGone(t)
	closed := func(why string) {
		t.Helper()
		for _, path := range []string{mirroredCatalog, mirroredCatalog + "?after=0", g.document(g.event), g.document(g.env.InstanceURI())} {
			if w := g.get(path); w.Code != http.StatusNotFound {
				t.Errorf("%s: %s answers %d", why, path, w.Code)
			}
		}
		if w := g.get("/mirror"); w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"origins":[]}` {
			t.Errorf("%s: %s", why, w.Body)
		}
	}
	closed("unknown")
	g.state(store.PeerUp)
	closed("up")
	g.state(store.PeerDown)
	closed("down")
	g.write(func(tx *store.Tx) error { return tx.PutSetting(context.Background(), store.SettingMirrorDown, "1") })
	if w := g.get(g.document(g.event)); w.Code != 200 {
		t.Errorf("down, and mirrored by decision: %d", w.Code)
	}
}

// TestMirrorOfATakenName: that somebody answers in the place of a dead server ends its
// mirror only when they have shown that they are who was there.
func TestMirrorOfATakenName(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	g := newGone(t)
	g.write(func(tx *store.Tx) error { return tx.MarkPeerDead(ctx, g.env.Base, time.Time{}) })
	g.write(func(tx *store.Tx) error { return tx.PeerAnswered(ctx, g.env.Base) })
	if w := g.get(g.document(g.event)); w.Code != 200 || !strings.Contains(g.get("/mirror").Body.String(), `"state":"dead"`) {
		t.Errorf("somebody answered: %d", w.Code)
	}
	g.write(func(tx *store.Tx) error { return tx.EndDoubt(ctx, g.env.Base) })
	if w := g.get(g.document(g.event)); w.Code != http.StatusNotFound {
		t.Errorf("it is back: %d", w.Code)
	}
}

// TestMirror: what is served of a dead server is what it signed, to the byte.
func TestMirror(t *testing.T) {
	t.Parallel()
	g := newGone(t)
	g.state(store.PeerDead)
	var list struct{ Origins []mirrored }
	if err := json.Unmarshal(g.get("/mirror").Body.Bytes(), &list); err != nil || len(list.Origins) != 1 || list.Origins[0].Count != 3 ||
		list.Origins[0].Key != signing(InstanceKeys).Ed25519Multibase || list.Origins[0].Actor != g.env.InstanceURI() ||
		list.Origins[0].Catalog != env.Base+mirroredCatalog || list.Origins[0].State != store.PeerDead {
		t.Errorf("%+v, %v", list, err)
	}
	if col := g.collection(mirroredCatalog); col.TotalItems != 3 {
		t.Errorf("%+v", col)
	}
	stubs := g.collection(mirroredCatalog + "?after=0&limit=500")
	if len(stubs.Items) != 3 || !strings.Contains(string(stubs.Items[0]), `"via":"https://b.ex/mirror"`) || !strings.Contains(string(stubs.Items[0]), `"hash":"sha256-`) {
		t.Errorf("%s", stubs.Items)
	}
	n, path := 0, mirroredCatalog+"?after=0&limit=2&full=1"
	for path != "" {
		col := g.collection(path)
		for _, raw := range col.Items {
			m, err := federation.ParseObject(raw)
			if err != nil || !bytes.Equal(raw, g.body[m.Text("id")]) {
				t.Errorf("not as received: %s, %v", raw, err)
			}
			n++
		}
		path = strings.TrimPrefix(col.Next, env.Base)
	}
	if n != 3 {
		t.Errorf("%d documents", n)
	}
	w := g.get(g.document(g.event))
	proven(t, w.Body.Bytes(), g.env.EntryURI(directory.KindOrganisation, orgID)+"#ed25519-key", publicOf(orgID), now.Format(time.RFC3339))
	if !strings.HasPrefix(w.Body.String(), `{"@context":[`) || w.Header().Get("Content-Type") != federation.ContentType ||
		w.Header().Get("Link") != "<"+g.event+`>; rel="original"` {
		t.Errorf("%v %.100s", w.Header(), w.Body)
	}
	if again := g.get(g.document(g.event), "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("by its ETag: %d", again.Code)
	}
	if got := g.get(g.document(g.env.InstanceURI())).Body.Bytes(); !bytes.Equal(got, g.instance) {
		t.Errorf("instance: %s", got)
	}
	for path, want := range map[string]int{g.document("https://a.example/none"): 404, g.document("nothing"): 400, mirroredCatalog + "?after=0&bucket=ab": 400,
		mirroredCatalog + "?after=x": 400, g.document(env.Base + "/actor"): 404, "/mirror/b.example/mirroredCatalog": 404} {
		if w := g.get(path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
