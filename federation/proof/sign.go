package proof

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// What a proof of ours says of itself.
const (
	proofType    = "DataIntegrityProof"
	proofPurpose = "assertionMethod"
	// Suite is the only cryptosuite that is written and read.
	Suite = "eddsa-jcs-2022"
)

// Options say how a document is signed.
type Options struct {
	Key ed25519.PrivateKey
	// Method is the key's id, in the assertionMethod of the actor that owns the document.
	Method string
	// Created is written with whole seconds; zero leaves it out.
	Created time.Time
	// Expires is written with whole seconds; zero leaves it out.
	Expires time.Time
	// Context is the part of the document's @context that is signed: its first
	// elements. Terms may be appended to what is signed, and a document inside
	// another can leave its own @context out. Nil is all of it.
	Context json.RawMessage
}

// options is a proof without its value, in the order of the wire.
type options struct {
	Context json.RawMessage `json:"@context,omitempty"`
	Type    string          `json:"type"`
	Suite   string          `json:"cryptosuite"`
	Method  string          `json:"verificationMethod"`
	Purpose string          `json:"proofPurpose"`
	Created string          `json:"created,omitempty"`
	Expires string          `json:"expires,omitempty"`
	Value   string          `json:"proofValue,omitempty"`
}

// Sign returns the document with an eddsa-jcs-2022 proof as its last member
// (FEP-8b32, W3C vc-di-eddsa §3.3.1). The bytes before it stay as they are, and
// the same document, key and options give the same bytes. The error wraps
// ErrMalformed for what is no JSON object or has a proof already.
func Sign(document []byte, opt Options) ([]byte, error) {
	p, err := Make(document, opt)
	if err != nil {
		return nil, err
	}
	return Attach(document, p)
}

// Make returns the proof of a document, as Sign would add it. A document
// without an @context is signed as if it had Options.Context.
func Make(document []byte, opt Options) (json.RawMessage, error) {
	v, err := decode(document)
	if err != nil {
		return nil, err
	}
	doc, ok := v.(map[string]any)
	if !ok || len(doc) == 0 || doc["proof"] != nil {
		return nil, fmt.Errorf("%w: not an object without a proof", ErrMalformed)
	}
	p := options{Context: opt.Context, Type: proofType, Suite: Suite, Method: opt.Method, Purpose: proofPurpose,
		Created: seconds(opt.Created), Expires: seconds(opt.Expires)}
	if p.Context == nil && doc["@context"] != nil {
		if p.Context, err = write(nil, doc["@context"], 0); err != nil {
			return nil, err
		}
	}
	if p.Context != nil {
		signed, err := decode(p.Context)
		if err != nil {
			return nil, err
		}
		if doc["@context"] != nil && !isPrefix(signed, doc["@context"]) {
			return nil, fmt.Errorf("%w: the signed @context does not begin the document's", ErrMalformed)
		}
		doc["@context"] = signed
	}
	config, err := plain(p)
	if err != nil {
		return nil, err
	}
	if config, err = JCS(config); err != nil {
		return nil, err
	}
	sum, err := hashData(config, doc)
	if err != nil {
		return nil, err
	}
	p.Value = "z" + encodeBase58(ed25519.Sign(opt.Key, sum))
	return plain(p)
}

// Attach adds a proof to a document, which must be a JSON object with a member
// and without a proof.
func Attach(document []byte, p json.RawMessage) ([]byte, error) {
	const name = `,"proof":`
	end := bytes.LastIndexByte(document, '}')
	if end < 0 {
		return nil, fmt.Errorf("%w: not an object", ErrMalformed)
	}
	out := make([]byte, 0, end+len(name)+len(p)+1)
	out = append(append(append(out, document[:end]...), name...), p...)
	return append(out, '}'), nil
}

// plain marshals without HTML escaping, so that URLs stay as they are.
func plain(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

func seconds(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Second).Format(time.RFC3339)
}

// hashData is what is signed: the hash of the canonical proof options, then
// that of the canonical document without its proof (vc-di-eddsa §3.3.4).
func hashData(config []byte, doc map[string]any) ([]byte, error) {
	canonical, err := write(nil, doc, 0)
	if err != nil {
		return nil, err
	}
	a, b := sha256.Sum256(config), sha256.Sum256(canonical)
	return append(a[:], b[:]...), nil
}

// isPrefix reports whether the contexts of a proof begin those of its document.
// A single context is a list of one.
func isPrefix(signed, whole any) bool {
	short, long := contexts(signed), contexts(whole)
	if len(short) > len(long) {
		return false
	}
	for i := range short {
		a, errA := write(nil, short[i], 0)
		b, errB := write(nil, long[i], 0)
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			return false
		}
	}
	return true
}

func contexts(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}
