package inbox

import (
	"context"
	"errors"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// scope is whom we follow at one origin.
type scope struct {
	// instance is true when we follow the origin's instance actor: everything.
	instance bool
	objects  []string
}

// scope reads what we follow at the origin of actor. Addressing one of our
// actors is enough to be heard (Follow, Undo), not to fill the directory.
func (in *Inbox) scope(ctx context.Context, actor string) (scope, error) {
	origin, err := peer.Origin(actor)
	if err != nil {
		return scope{}, err
	}
	followed, err := in.cfg.Store.FollowingByOrigin(ctx, origin)
	if err != nil {
		return scope{}, err
	}
	var s scope
	for _, f := range followed {
		if f.State == store.FollowRejected {
			continue
		}
		s.objects = append(s.objects, f.Object)
		whole, err := in.isInstance(ctx, f.Object)
		if err != nil {
			return scope{}, err
		}
		s.instance = s.instance || whole
	}
	return s, nil
}

// isInstance: only the Application of a server speaks for all of it.
func (in *Inbox) isInstance(ctx context.Context, uri string) (bool, error) {
	ra, err := in.cfg.Actors.Known(ctx, uri)
	if err != nil {
		if errors.Is(err, directory.ErrNotFound) {
			return false, nil
		}
		return false, err
	}
	return ra.Type == "Application", nil
}

func (s scope) any() bool { return len(s.objects) > 0 }

func (s scope) covers(uris ...string) bool {
	return s.instance || slices.ContainsFunc(uris, func(uri string) bool {
		return uri != "" && slices.Contains(s.objects, uri)
	})
}

// among returns the first of uris that we follow, "" for none: a group of the
// origin in which one of its people publishes.
func (s scope) among(uris []string) string {
	for _, uri := range uris {
		if slices.Contains(s.objects, uri) {
			return uri
		}
	}
	return ""
}
