package federation

import (
	"encoding/json"
	"errors"
)

// Limits of what is read from outside.
const (
	// MaxBodyBytes bounds any document, after decompression. Mastodon's is the same.
	MaxBodyBytes = 1 << 20
	// MaxDepth bounds the nesting of arrays and objects.
	MaxDepth = 32
)

// Errors of the readers.
var (
	// ErrMalformed: the bytes are not a document that we can read.
	ErrMalformed = errors.New("malformed document")
	// ErrTooLarge: more than MaxBodyBytes; it wraps nothing.
	ErrTooLarge = errors.New("document too large")
)

// Ref is a property's value that is either an id or an embedded object.
type Ref struct {
	// ID is the id, "" for an embedded object without one.
	ID string
	// Type is the embedded object's first type, "" for a bare id.
	Type string
	// Raw is the value as received: a JSON string or object.
	Raw json.RawMessage
}

// Embedded reports whether the value is an object and not a bare id.
func (r Ref) Embedded() bool { return len(r.Raw) > 0 && r.Raw[0] == '{' }

// Envelope is what the inbox needs to know of an activity before it verifies
// anything: enough to refuse, dedupe and route. It is read without go-fed.
type Envelope struct {
	ID     string
	Type   string
	Actor  string
	Object Ref
	To, CC []string
}

// ParseEnvelope reads an activity's outside. It returns ErrTooLarge or
// ErrMalformed, never panics.
func ParseEnvelope(body []byte) (Envelope, error) { return Envelope{}, ErrMalformed }

// Activity is an activity read in full.
type Activity struct {
	Envelope
	// Raw is the activity as received.
	Raw json.RawMessage
}

// Parse reads an activity with AS2's types checked. It returns ErrTooLarge or
// ErrMalformed, never panics.
func Parse(body []byte) (Activity, error) { return Activity{}, ErrMalformed }
