package federation

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/proof"
)

func TestEndorsement(t *testing.T) {
	t.Parallel()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	pub := key.Public().(ed25519.PublicKey)
	raw, err := Endorse("https://b.ex/actor", "https://b.ex/entries/1", []string{"z6MkA", "z6MkB"}, "https://b.ex/actor#ed25519-key", key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Endorse("https://b.ex/actor", "https://b.ex/entries/1", []string{"z6MkA", "z6MkB"}, "https://b.ex/actor#ed25519-key", key)
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("other bytes: %s, %v", again, err)
	}
	for _, k := range []string{"z6MkA", "z6MkB"} {
		if actor, err := VerifyEndorsement(raw, "https://b.ex/entries/1", k, pub, time.Now()); err != nil || actor != "https://b.ex/actor" {
			t.Errorf("%s: %q, %v", k, actor, err)
		}
	}
	two := strings.Replace(string(raw), `"proof":{`, `"proof":[{},{`, 1)
	for _, tt := range []struct {
		name, raw, object, key string
		want                   error
	}{
		{"another key", string(raw), "https://b.ex/entries/1", "z6MkC", proof.ErrVerification},
		{"another actor", string(raw), "https://b.ex/entries/2", "z6MkA", proof.ErrVerification},
		{"altered", strings.Replace(string(raw), "z6MkB", "z6MkC", 1), "https://b.ex/entries/1", "z6MkC", proof.ErrVerification},
		{"another instance", strings.Replace(string(raw), "https://b.ex/actor", "https://c.ex/actor", 1), "https://b.ex/entries/1", "z6MkA", proof.ErrVerification},
		{"no proof", `{"type":"Endorsement","actor":"x","object":"y","publicKeyMultibase":["z"]}`, "y", "z", ErrMalformed},
		{"two proofs", two[:len(two)-1] + "]}", "https://b.ex/entries/1", "z6MkA", ErrMalformed},
		{"no keys", `{"type":"Endorsement","actor":"x","object":"y"}`, "y", "z", ErrMalformed},
		{"a list", `[]`, "y", "z", ErrMalformed},
	} {
		if _, err := VerifyEndorsement([]byte(tt.raw), tt.object, tt.key, pub, time.Now()); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func FuzzEndorsement(f *testing.F) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	raw, err := Endorse("https://b.ex/actor", "https://b.ex/entries/1", []string{"z6MkA"}, "https://b.ex/actor#ed25519-key", key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(raw))
	f.Add([]byte(`{"type":"Endorsement","actor":"x","object":"https://b.ex/entries/1","publicKeyMultibase":"z6MkA","proof":{"type":"DataIntegrityProof"}}`))
	other := ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := VerifyEndorsement(raw, "https://b.ex/entries/1", "z6MkA", other, time.Unix(0, 0)); err == nil {
			t.Fatalf("endorsed by a key that signed nothing: %q", raw)
		}
	})
}
