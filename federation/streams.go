package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// Activity is an activity read in full.
type Activity struct {
	Envelope
	// Target is Add's, Remove's and Move's.
	Target Ref
	// Published and Updated are zero when absent.
	Published, Updated time.Time
	// Raw is the activity as received; it is what is stored and forwarded.
	Raw json.RawMessage
}

// Parse reads an activity and checks the types of its core properties with
// go-fed's vocabulary. Types that the vocabulary does not have are read by
// their envelope alone. It returns ErrTooLarge or ErrMalformed, never panics.
func Parse(body []byte) (Activity, error) {
	env, err := ParseEnvelope(body)
	if err != nil {
		return Activity{}, err
	}
	m, err := parseMembers(body)
	if err != nil {
		return Activity{}, err
	}
	act := Activity{Envelope: env, Target: m.Ref("target"), Published: m.Time("published"), Updated: m.Time("updated"), Raw: body}
	if err := typed(body, env); err != nil {
		return Activity{}, err
	}
	return act, nil
}

// typed reads body with go-fed and compares it with the envelope. go-fed
// panics on some values, of which "duration":"" is one and an id without a
// scheme another; a panic is ErrMalformed.
func typed(body []byte, env Envelope) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrMalformed, r)
		}
	}()
	var m map[string]any
	if err := json.Unmarshal(body, &m); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if _, ok := m["@context"]; !ok {
		m["@context"] = ASContext // collection items and embedded objects come without
	}
	t, err := streams.ToType(context.Background(), outline(m, 1))
	if errors.Is(err, streams.ErrUnhandledType) || streams.IsUnmatchedErr(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return agrees(t, env)
}

// maxOutlined is how many items of a list go-fed is shown.
const maxOutlined = 4

// outline is what go-fed is shown of an activity: itself and what it is about, each
// with the plain values of its properties. All that is deeper costs it a tenth of a
// millisecond for each object, so that a megabyte of them would take half a minute,
// and is read by our own readers only.
func outline(m map[string]any, depth int) map[string]any {
	out := make(map[string]any, len(m))
	for name, v := range m {
		if short, ok := outlined(v, depth); ok {
			out[name] = short
		}
	}
	return out
}

func outlined(v any, depth int) (short any, ok bool) {
	switch v := v.(type) {
	case map[string]any:
		if depth < 0 {
			return nil, false
		}
		return outline(v, depth-1), true
	case []any:
		list := []any{}
		for _, item := range v[:min(len(v), maxOutlined)] {
			if short, ok := outlined(item, depth); ok {
				list = append(list, short)
			}
		}
		return list, true
	}
	return v, true
}

// agrees makes sure that go-fed read the same actor as the envelope: a
// difference would mean that what was checked is not what is applied.
func agrees(t vocab.Type, env Envelope) error {
	a, ok := t.(interface {
		GetActivityStreamsActor() vocab.ActivityStreamsActorProperty
	})
	if !ok {
		return fmt.Errorf("%w: %s is not an activity", ErrMalformed, t.GetTypeName())
	}
	prop := a.GetActivityStreamsActor()
	if prop == nil || prop.Len() != 1 {
		return fmt.Errorf("%w: an activity needs one actor", ErrMalformed)
	}
	first := prop.At(0)
	if first.IsIRI() {
		if first.GetIRI().String() != env.Actor {
			return fmt.Errorf("%w: actor read in two ways", ErrMalformed)
		}
		return nil
	}
	if v := first.GetType(); v != nil && v.GetJSONLDId() != nil && v.GetJSONLDId().GetIRI().String() != env.Actor {
		return fmt.Errorf("%w: actor read in two ways", ErrMalformed)
	}
	return nil
}
