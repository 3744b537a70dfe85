package vocab

import (
	"crypto/ed25519"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
)

func signingKeys() (Keys, ed25519.PublicKey) {
	own, instance := ed25519.NewKeyFromSeed(make([]byte, 32)), ed25519.NewKeyFromSeed([]byte(strings.Repeat("i", 32)))
	pub := own.Public().(ed25519.PublicKey)
	return Keys{RSAPublicPEM: keys.RSAPublicPEM, Ed25519Multibase: proof.EncodeMultikey(pub)}.Signing(own, instance), pub
}

// TestSigned: whatever an entry has, its document verifies alone and inside
// another, has the hash of the unsigned one, and comes back the same.
func TestSigned(t *testing.T) {
	t.Parallel()
	k, pub := signingKeys()
	for _, kind := range directory.Kinds() {
		for seed := range uint64(8) {
			public, _ := generator{rand.New(rand.NewPCG(seed, 11))}.entry(kind).Public()
			doc, err := env.Document(public, k)
			if err != nil {
				t.Fatal(err)
			}
			bare, err := env.Document(public, k.Unsigned())
			if err != nil || proof.Hash(bare) != proof.Hash(doc) || strings.Contains(string(bare), `"proof"`) {
				t.Fatalf("%s: the hash covers the proof, %v", kind, err)
			}
			create, err := env.Create(Act{ID: "https://b.ex/activities/1", Actor: "https://b.ex/entries/org", At: time.Unix(1, 0)}, doc)
			if err != nil {
				t.Fatal(err)
			}
			if create, err = SignActivity(create, "https://b.ex/entries/org", k, time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
			act, err := federation.ParseEnvelope(create)
			if err != nil {
				t.Fatal(err)
			}
			for name, raw := range map[string][]byte{"alone": doc, "activity": create, "inside": act.Object.Raw, "taken out": federation.WithContext(act.Object.Raw)} {
				s, err := proof.Read(raw)
				if err != nil || len(s.Proofs) != 1 {
					t.Fatalf("%s %s: %d proofs, %v", kind, name, len(s.Proofs), err)
				}
				if err := s.Verify(s.Proofs[0], pub, time.Now()); err != nil {
					t.Errorf("%s seed %d, %s: %v", kind, seed, name, err)
				}
			}
		}
	}
	if strings.Contains(k.String()+k.GoString(), "PRIVATE") || k.String() != k.Ed25519Multibase {
		t.Error("keys print more than they should")
	}
}

// BenchmarkSignedDocument compares rendering with rendering and signing.
func BenchmarkSignedDocument(b *testing.B) {
	k, _ := signingKeys()
	for _, kind := range []directory.Kind{directory.KindCommons, directory.KindEvent} {
		public, _ := generator{rand.New(rand.NewPCG(1, 11))}.entry(kind).Public()
		for name, keys := range map[string]Keys{"unsigned": k.Unsigned(), "signed": k} {
			b.Run(string(kind)+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := env.Document(public, keys); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
