package vocab

import (
	"fmt"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// otherIDs are the other ids that a document claims, as far as they can be ids,
// and where it says that it moved.
func otherIDs(o federation.Object) (aka []string, movedTo string) {
	for _, id := range o.AlsoKnownAs {
		if Origin(id) != "" && len(id) <= directory.MaxURL && id != o.ID && !slices.Contains(aka, id) && len(aka) < directory.MaxAliases {
			aka = append(aka, id)
		}
	}
	if Origin(o.MovedTo) != "" && len(o.MovedTo) <= directory.MaxURL && o.MovedTo != o.ID {
		movedTo = o.MovedTo
	}
	return aka, movedTo
}

// Move says that the actor is now target (FEP-7628, push mode): to its followers.
func (v Env) Move(a Act, target string) ([]byte, error) {
	if a.ID == "" || a.Actor == "" || target == "" || target == a.Actor {
		return nil, fmt.Errorf("Move: %w: it needs an id, an actor and another target", directory.ErrInvalid)
	}
	return federation.Encode(federation.Act{ID: a.ID, Type: "Move", Actor: a.Actor, Object: a.Actor, Target: target,
		Published: wireTime(a.At).Format(time.RFC3339Nano), To: []string{a.Actor + "/followers"}})
}
