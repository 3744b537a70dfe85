package federation

import (
	"encoding/json"
	"time"
)

// Complete returns an object with what its activity says in the places where the
// object is silent: whose it is, who may see it, and when it was made and changed.
// Hubzilla's events say none of it. What the object says stays, and a document
// with a proof is returned as it is. It is for objects that the activity's own
// actor signed.
func (a Activity) Complete() []byte {
	said := map[string]any{}
	if !a.Published.IsZero() {
		said["published"] = a.Published.UTC().Format(time.RFC3339)
	}
	if !a.Updated.IsZero() {
		said["updated"] = a.Updated.UTC().Format(time.RFC3339)
	}
	return complete(a.Object.Raw, a.Actor, a.To, a.CC, said)
}

// CompleteAs is Complete for a document that was fetched and is known already:
// public, by an actor. What says itself who may see it is returned as it is.
func CompleteAs(raw []byte, by string) []byte {
	return complete(raw, by, []string{Public}, nil, nil)
}

// complete fills in owner and audience, and of said what is absent, each only
// when the document has neither `to` nor `cc`: what is addressed is whole.
func complete(raw []byte, by string, to, cc []string, said map[string]any) []byte {
	m, err := ParseObject(raw)
	if err != nil || m["proof"] != nil || m["to"] != nil || m["cc"] != nil || m["inbox"] != nil {
		return raw
	}
	set := func(key string, v any) {
		if b, err := json.Marshal(v); err == nil && len(m.List(key)) == 0 {
			m[key] = b
		}
	}
	if m.Ref("attributedTo").ID == "" {
		set("attributedTo", by)
	}
	if len(to) > 0 {
		set("to", to)
	}
	if len(cc) > 0 {
		set("cc", cc)
	}
	for key, v := range said {
		set(key, v)
	}
	whole, err := json.Marshal(map[string]json.RawMessage(m))
	if err != nil {
		return raw
	}
	return whole
}
