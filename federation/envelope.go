package federation

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Limits of what is read from outside.
const (
	// MaxBodyBytes bounds any document, after decompression. Mastodon's is the same.
	MaxBodyBytes = 1 << 20
	// MaxDepth bounds the nesting of arrays and objects.
	MaxDepth = 32
	// MaxIDBytes bounds an id: databases index them, in pairs.
	MaxIDBytes = 1024
	// maxItems bounds the tags and the attachments that are read of an object.
	maxItems = 1000
)

// Public is the audience of everyone (ActivityPub §5.6).
const Public = "https://www.w3.org/ns/activitystreams#Public"

// Errors of the readers.
var (
	// ErrMalformed means that the bytes are not a document that we can read.
	ErrMalformed = errors.New("malformed document")
	// ErrTooLarge means more bytes than the limit.
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
func (r Ref) Embedded() bool { return first(r.Raw) == '{' }

// Envelope is what the inbox needs to know of an activity before it verifies
// anything: enough to refuse, dedupe and route. It is read without go-fed.
type Envelope struct {
	ID     string
	Type   string
	Actor  string
	Object Ref
	To, CC []string
	// OneActor says that the actor is one id, as it should be, and neither a list nor
	// an embedded object.
	OneActor bool
}

// ParseEnvelope reads an activity's outside. It needs a type and an actor: an
// id may be missing (Undo and Accept of some software). It returns ErrTooLarge
// or ErrMalformed, never panics.
func ParseEnvelope(body []byte) (Envelope, error) {
	m, err := ParseObject(body)
	if err != nil {
		return Envelope{}, err
	}
	e := Envelope{
		ID:     m.Text("id", "@id"),
		Type:   m.Text("type", "@type"),
		Actor:  m.Ref("actor").ID,
		Object: m.Ref("object"),
		To:     m.IDs("to"),
		CC:     m.IDs("cc"),

		OneActor: first(m["actor"]) == '"',
	}
	if e.Type == "" || e.Actor == "" {
		return Envelope{}, fmt.Errorf("%w: an activity needs a type and an actor", ErrMalformed)
	}
	if !isID(e.ID) || !isID(e.Type) || len(m["object"]) > 0 && !e.Object.Embedded() && !isID(m.Text("object")) {
		return Envelope{}, fmt.Errorf("%w: an id or a type that is none", ErrMalformed)
	}
	return e, nil
}

// isID reports whether a text can be an id, or none: it is not too long, and nothing
// that no text of a database may have is in it.
func isID(s string) bool {
	return len(s) <= MaxIDBytes && strings.IndexFunc(s, unicode.IsControl) < 0
}

// idOf is s when it can be an id, else "".
func idOf(s string) string {
	if !isID(s) {
		return ""
	}
	return s
}

// IsPublic reports whether the activity is addressed to everyone.
func (e Envelope) IsPublic() bool {
	for _, list := range [][]string{e.To, e.CC} {
		for _, id := range list {
			if id == Public {
				return true
			}
		}
	}
	return false
}
