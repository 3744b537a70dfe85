package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// The keys of both published vectors.
const (
	vectorSecret = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
	vectorPublic = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
)

var vectorTime = time.Date(2023, 2, 24, 23, 36, 38, 0, time.UTC)

// vectors are the signed documents that the specifications publish.
var vectors = []struct{ name, method, document, context, value string }{
	{
		"FEP-8b32", "https://server.example/users/alice#ed25519-key",
		`{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v2"],"id":"https://server.example/activities/1","type":"Create","actor":"https://server.example/users/alice","object":{"id":"https://server.example/objects/1","type":"Note","attributedTo":"https://server.example/users/alice","content":"Hello world","location":{"type":"Place","longitude":-71.184902,"latitude":25.273962}}}`,
		`["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v2"]`,
		"z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL",
	},
	{
		"W3C vc-di-eddsa, representation: eddsa-jcs-2022", "did:key:" + vectorPublic + "#" + vectorPublic,
		`{"@context":["https://www.w3.org/ns/credentials/v2","https://www.w3.org/ns/credentials/examples/v2"],"id":"urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33","type":["VerifiableCredential","AlumniCredential"],"name":"Alumni Credential","description":"A minimum viable example of an Alumni Credential.","issuer":"https://vc.example/issuers/5678","validFrom":"2023-01-01T00:00:00Z","credentialSubject":{"id":"did:example:abcdefgh","alumniOf":"The School of Examples"}}`,
		`["https://www.w3.org/ns/credentials/v2","https://www.w3.org/ns/credentials/examples/v2"]`,
		"z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX",
	},
}

func vectorKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	raw, err := decodeBase58(vectorSecret[1:])
	if err != nil || !bytes.HasPrefix(raw, []byte{0x80, 0x26}) || len(raw) != 34 {
		t.Fatalf("secret key: %x, %v", raw, err)
	}
	key := ed25519.NewKeyFromSeed(raw[2:])
	if got := EncodeMultikey(key.Public().(ed25519.PublicKey)); got != vectorPublic {
		t.Fatalf("public key %s", got)
	}
	return key
}

func (p options) of(t testing.TB, signed []byte) options {
	t.Helper()
	var doc struct{ Proof options }
	if err := json.Unmarshal(signed, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Proof
}

// verified is what a reader makes of a signed document.
func verified(signed []byte, pub ed25519.PublicKey, now time.Time) error {
	s, err := Read(signed)
	if err != nil {
		return err
	}
	if len(s.Proofs) != 1 {
		return fmt.Errorf("%d proofs", len(s.Proofs))
	}
	return s.Verify(s.Proofs[0], pub, now)
}

func TestVectors(t *testing.T) {
	t.Parallel()
	key := vectorKey(t)
	for _, v := range vectors {
		got, err := Sign([]byte(v.document), Options{Key: key, Method: v.method, Created: vectorTime})
		if err != nil {
			t.Fatalf("%s: %v", v.name, err)
		}
		p := options{}.of(t, got)
		if p.Value != v.value || string(p.Context) != v.context || p.Type != "DataIntegrityProof" || p.Suite != "eddsa-jcs-2022" ||
			p.Method != v.method || p.Purpose != "assertionMethod" || p.Created != "2023-02-24T23:36:38Z" || p.Expires != "" {
			t.Errorf("%s: %+v", v.name, p)
		}
		if !bytes.HasPrefix(got, []byte(v.document[:len(v.document)-1])) {
			t.Errorf("%s: the document changed: %s", v.name, got)
		}
		if err := verified(got, key.Public().(ed25519.PublicKey), vectorTime); err != nil {
			t.Errorf("%s: %v", v.name, err)
		}
	}
}

// TestTampered changes each value of a signed document, at any depth, removes
// and adds members, and changes the proof itself: none verifies. Another order
// of members and another way to write the same values do.
func TestTampered(t *testing.T) {
	t.Parallel()
	key := vectorKey(t)
	pub := key.Public().(ed25519.PublicKey)
	signed, err := Sign([]byte(vectors[0].document), Options{Key: key, Method: vectors[0].method, Created: vectorTime, Expires: vectorTime.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(signed, &doc); err != nil {
		t.Fatal(err)
	}
	n := 0
	tamper(doc, "", func(where string) {
		n++
		raw, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if verified(raw, pub, vectorTime) == nil {
			t.Errorf("verifies with another %s: %s", where, raw)
		}
	})
	if n < 40 {
		t.Errorf("only %d changes", n)
	}
	again, err := json.MarshalIndent(doc, "", "  ") // sorted names, spaces, other escapes
	if err != nil {
		t.Fatal(err)
	}
	for _, same := range [][]byte{signed, again, bytes.Replace(signed, []byte("25.273962"), []byte("2.5273962E1"), 1),
		bytes.Replace(signed, []byte("Hello"), []byte(`\u0048ello`), 1),
		bytes.Replace(signed, []byte(`{`), []byte(`{"signature":{"type":"RsaSignature2017"},`), 1)} {
		if err := verified(same, pub, vectorTime); err != nil {
			t.Errorf("%s: %v", same, err)
		}
	}
	other := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	if err := verified(signed, other.Public().(ed25519.PublicKey), vectorTime); !errors.Is(err, ErrVerification) {
		t.Errorf("another key: %v", err)
	}
}

// tamper calls try with each value of v changed in turn, and puts it back.
func tamper(v any, path string, try func(where string)) {
	switch v := v.(type) {
	case map[string]any:
		v["added"] = "x"
		try(path + ".added")
		delete(v, "added")
		for k, old := range v {
			at := path + "." + k
			if k == "@context" {
				// Without it a document has its proof's: only its parts are changed.
				tamper(old, at, try)
				continue
			}
			delete(v, k)
			try(at + " removed")
			v[k] = changed(old)
			try(at)
			v[k] = old
			tamper(old, at, try)
		}
	case []any:
		for i, old := range v {
			v[i] = changed(old)
			try(fmt.Sprint(path, i))
			v[i] = old
		}
	}
}

func changed(v any) any {
	switch v := v.(type) {
	case string:
		return v + "x"
	case float64:
		return v + 1
	}
	return nil
}

// TestContext: the proof's @context must begin the document's; a document that
// was taken out of another has its proof's; a proof without one covers the
// document as it is.
func TestContext(t *testing.T) {
	t.Parallel()
	key := vectorKey(t)
	pub := key.Public().(ed25519.PublicKey)
	opt := Options{Key: key, Method: "https://a.example/#k", Context: json.RawMessage(`["https://a.example/1","https://a.example/2"]`)}
	signed, err := Sign([]byte(`{"@context":["https://a.example/1","https://a.example/2",{"t":"x:t"}],"id":"x"}`), opt)
	if err != nil {
		t.Fatal(err)
	}
	const whole = `"@context":["https://a.example/1","https://a.example/2",{"t":"x:t"}],`
	for _, tt := range []struct {
		context string
		ok      bool
	}{
		{whole, true}, {"", true}, {`"@context":["https://a.example/1","https://a.example/2"],`, true},
		{`"@context":["https://a.example/1","https://a.example/2",{"t":"x:other"}],`, true},
		{`"@context":["https://a.example/1"],`, false}, {`"@context":"https://a.example/1",`, false}, {`"@context":{},`, false},
		{`"@context":["https://a.example/2","https://a.example/1"],`, false}, {`"@context":["https://evil.example/","https://a.example/1","https://a.example/2"],`, false},
	} {
		err := verified(bytes.Replace(signed, []byte(whole), []byte(tt.context), 1), pub, vectorTime)
		if (err == nil) != tt.ok || err != nil && !errors.Is(err, ErrVerification) {
			t.Errorf("%s: %v", tt.context, err)
		}
	}
	opt.Context = json.RawMessage(`["https://b.example/"]`)
	if _, err := Sign([]byte(`{"@context":["https://a.example/1"],"id":"x"}`), opt); !errors.Is(err, ErrMalformed) {
		t.Errorf("signed another context: %v", err)
	}
	bare, err := Sign([]byte(`{"id":"x"}`), Options{Key: key, Method: "https://a.example/#k"})
	if err != nil || bytes.Contains(bare, []byte("@context")) || verified(bare, pub, vectorTime) != nil {
		t.Errorf("without a context: %s, %v", bare, err)
	}
	// Fedify signs the options with the document's @context and does not write it.
	inner, err := Sign([]byte(`{"@context":"https://a.example/1","id":"x"}`), Options{Key: key, Method: "https://a.example/#k"})
	if err != nil {
		t.Fatal(err)
	}
	fedify := bytes.Replace(inner, []byte(`"proof":{"@context":"https://a.example/1",`), []byte(`"proof":{`), 1)
	if bytes.Equal(fedify, inner) || verified(fedify, pub, vectorTime) != nil {
		t.Errorf("as Fedify: %s", fedify)
	}
}

// TestUnusable: what proves nothing here is as if it were absent; what cannot
// be read is malformed.
func TestUnusable(t *testing.T) {
	t.Parallel()
	key := vectorKey(t)
	pub := key.Public().(ed25519.PublicKey)
	sign := func(created, expires time.Time) []byte {
		signed, err := Sign([]byte(`{"id":"x"}`), Options{Key: key, Method: "k", Created: created, Expires: expires})
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	now := vectorTime
	good := string(sign(now, now.Add(time.Minute)))
	for _, tt := range []struct {
		name, signed string
		want         error
	}{
		{"good", good, nil},
		{"old", string(sign(now.AddDate(-20, 0, 0), time.Time{})), nil},
		{"a clock that is ahead", string(sign(now.Add(59*time.Minute), time.Time{})), nil},
		{"the future", string(sign(now.Add(61*time.Minute), time.Time{})), ErrUnusable},
		{"expired", string(sign(now.Add(-time.Hour), now)), ErrUnusable},
		{"cryptosuite", strings.Replace(good, Suite, "eddsa-rdfc-2022", 1), ErrUnusable},
		{"purpose", strings.Replace(good, proofPurpose, "authentication", 1), ErrUnusable},
		{"type", strings.Replace(good, proofType, "Ed25519Signature2020", 1), ErrUnusable},
		{"chained", strings.Replace(good, `"proof":{`, `"proof":{"previousProof":"x",`, 1), ErrUnusable},
		{"created", strings.Replace(good, "2023-", "2O23-", 1), ErrMalformed},
		{"value", strings.Replace(good, `"proofValue":"z`, `"proofValue":"u`, 1), ErrMalformed},
		{"long value", strings.Replace(good, `"proofValue":"z`, `"proofValue":"z`+strings.Repeat("2", 200), 1), ErrMalformed},
		{"short value", strings.Replace(good, `"proofValue":"z`, `"proofValue":"z2","x":"`, 1), ErrVerification},
		{"no object", `{"id":"x","proof":"y"}`, ErrMalformed},
		{"too many", `{"id":"x","proof":[{},{},{},{},{},{},{},{},{}]}`, ErrMalformed},
		{"no document", `[]`, ErrMalformed},
	} {
		if err := verified([]byte(tt.signed), pub, now); !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	for _, bad := range []string{``, `[]`, `{}`, good, `{"a":`} {
		if got, err := Sign([]byte(bad), Options{Key: key}); !errors.Is(err, ErrMalformed) {
			t.Errorf("signed %q: %s, %v", bad, got, err)
		}
	}
}

// TestSeveral: of an array each proof is over the document without any.
func TestSeveral(t *testing.T) {
	t.Parallel()
	key := vectorKey(t)
	other := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	var proofs []string
	for _, k := range []ed25519.PrivateKey{key, other} {
		signed, err := Sign([]byte(`{"id":"x"}`), Options{Key: k, Method: "k"})
		if err != nil {
			t.Fatal(err)
		}
		_, p, _ := strings.Cut(string(signed), `"proof":`)
		proofs = append(proofs, p[:len(p)-1])
	}
	s, err := Read([]byte(`{"id":"x","proof":[` + strings.Join(proofs, ",") + `]}`))
	if err != nil || len(s.Proofs) != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	for i, k := range []ed25519.PrivateKey{key, other} {
		if err := s.Verify(s.Proofs[i], k.Public().(ed25519.PublicKey), vectorTime); err != nil {
			t.Errorf("proof %d: %v", i, err)
		}
		if err := s.Verify(s.Proofs[1-i], k.Public().(ed25519.PublicKey), vectorTime); !errors.Is(err, ErrVerification) {
			t.Errorf("proof %d by the other key: %v", i, err)
		}
	}
	if none, err := Read([]byte(`{"id":"x"}`)); err != nil || len(none.Proofs) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}

func FuzzRead(f *testing.F) {
	key := vectorKey(f)
	for _, v := range vectors {
		signed, err := Sign([]byte(v.document), Options{Key: key, Method: v.method, Created: vectorTime})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(signed)
	}
	f.Add([]byte(`{"proof":[{"type":"DataIntegrityProof","cryptosuite":"eddsa-jcs-2022","proofPurpose":"assertionMethod","proofValue":"z"},{}],"@context":[]}`))
	f.Add([]byte(`{"proof":{"@context":{"a":[[]]},"created":"x"},"a":1e999}`))
	other := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := Read(raw)
		if err != nil {
			return
		}
		for _, p := range s.Proofs {
			if s.Verify(p, other, vectorTime) == nil {
				t.Fatalf("verified with a key that signed nothing: %q", raw)
			}
		}
	})
}

// FuzzSign: whatever is signed verifies, and no other bytes of it are touched.
func FuzzSign(f *testing.F) {
	key := vectorKey(f)
	for _, v := range vectors {
		f.Add([]byte(v.document))
	}
	f.Add([]byte(`{"@context":"x","a":{"b":[1,2.50,{"é":"\u0001\ud83d\ude00"}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		signed, err := Sign(raw, Options{Key: key, Method: "k", Created: vectorTime})
		if err != nil {
			return
		}
		if err := verified(signed, key.Public().(ed25519.PublicKey), vectorTime); err != nil {
			t.Fatalf("%q: %v", signed, err)
		}
		if Hash(signed) != Hash(raw) {
			t.Fatalf("the proof changes the hash of %q", raw)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	key := vectorKey(b)
	raw := []byte(vectors[0].document)
	opt := Options{Key: key, Method: vectors[0].method, Created: vectorTime}
	b.Run("proof", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = Sign(raw, opt)
		}
	})
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			ed25519.Sign(key, raw[:64])
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	key := vectorKey(b)
	pub := key.Public().(ed25519.PublicKey)
	signed, err := Sign([]byte(vectors[0].document), Options{Key: key, Method: vectors[0].method, Created: vectorTime})
	if err != nil {
		b.Fatal(err)
	}
	bare := ed25519.Sign(key, signed[:64])
	b.Run("proof", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := verified(signed, pub, vectorTime); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			ed25519.Verify(pub, signed[:64], bare)
		}
	})
}
