package federation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Decimal is a number that is always written with a decimal point: Mobilizon
// drops the coordinates of a place whose latitude is 48 and keeps 48.0.
type Decimal float64

// MarshalJSON writes at least one digit after the point.
func (d Decimal) MarshalJSON() ([]byte, error) {
	f := float64(d)
	if f-f != 0 {
		return nil, fmt.Errorf("%w: %v is not a number", ErrMalformed, f)
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.AppendFloat(nil, f, 'f', 1, 64), nil
	}
	return strconv.AppendFloat(nil, f, 'f', -1, 64), nil
}

// Attachments and Tags are written as arrays even when empty.
type (
	Attachments []Attachment
	Tags        []Tag
)

// MarshalJSON writes [] for nil.
func (a Attachments) MarshalJSON() ([]byte, error) { return array([]Attachment(a)) }

// MarshalJSON writes [] for nil.
func (t Tags) MarshalJSON() ([]byte, error) { return array([]Tag(t)) }

func array[T any](list []T) ([]byte, error) {
	if list == nil {
		return []byte("[]"), nil
	}
	return plain(list)
}

// plain marshals without HTML escaping and without a final newline.
func plain(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// contextPrefix opens every document that Encode writes.
const contextPrefix = `{"@context":` + contextJSON + `,`

// Encode writes v, a struct or map that marshals to a non-empty JSON object,
// as a document: the constant @context first, then v's fields in their order; the
// texts by language of an Object or a FeaturedCollection come last.
// The same value gives the same bytes.
func Encode(v any) ([]byte, error) {
	body, err := plain(inOrder(v))
	if err != nil {
		return nil, fmt.Errorf("encode document: %w", err)
	}
	if len(body) < 3 || body[0] != '{' {
		return nil, fmt.Errorf("encode document: %w: not an object", ErrMalformed)
	}
	return append([]byte(contextPrefix), body[1:]...), nil
}

// Embed returns one of our own documents without its @context, to be put
// inside another; other bytes are returned as they are.
func Embed(document []byte) json.RawMessage {
	if rest, ok := bytes.CutPrefix(document, []byte(contextPrefix)); ok {
		return append([]byte{'{'}, rest...)
	}
	return document
}

// WithContext gives a document that was taken out of another its @context back,
// when it has none of its own: ours, whose beginning is what proofs cover.
func WithContext(document []byte) []byte {
	m, err := ParseObject(document)
	if err != nil || m["@context"] != nil || len(m) == 0 {
		return document
	}
	return append([]byte(contextPrefix), document[bytes.IndexByte(document, '{')+1:]...)
}

// Act is an activity that we send. Object is an id (a string), a
// json.RawMessage or a struct.
type Act struct {
	ID        string   `json:"id,omitempty"`
	Type      string   `json:"type"`
	Actor     string   `json:"actor"`
	Object    any      `json:"object"`
	Target    string   `json:"target,omitempty"` // Move's
	Result    string   `json:"result,omitempty"` // of an Accept: a FeatureAuthorization
	Published string   `json:"published,omitempty"`
	To        []string `json:"to,omitempty"`
	CC        []string `json:"cc,omitempty"`
}

// Tombstone stands where an object was.
type Tombstone struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	FormerType string `json:"formerType,omitempty"`
	Deleted    string `json:"deleted,omitempty"`
}

// OrderedCollection is a collection that we serve, or with PartOf a page of one.
type OrderedCollection struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	TotalItems int    `json:"totalItems"`
	OrderType  string `json:"orderType,omitempty"` // FEP-1985
	First      string `json:"first,omitempty"`
	PartOf     string `json:"partOf,omitempty"`
	Next       string `json:"next,omitempty"`
	Via        string `json:"via,omitempty"` // the mirror that made it
	// Items is an array even with one item; nil leaves it out.
	Items []any `json:"orderedItems,omitzero"`
}
