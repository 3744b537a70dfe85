package inbox

import (
	"context"
	"errors"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/peer"
)

const (
	// causeProof is under which documents are counted that are not what their
	// owner signed.
	causeProof = "proof"
	// relayedAge is how old a relayed activity may be: as long as we remember
	// which ones we had, so that none is applied twice.
	relayedAge = 30 * 24 * time.Hour
)

// authenticate checks that the actor made this activity: by its signature on the
// request or, when another server passes the activity on, by its proof. What an
// actor signs itself is not verified twice.
func (in *Inbox) authenticate(r *http.Request, body []byte, env federation.Envelope) (signed, error) {
	sig, err := in.verify(r, body, env.Actor)
	var a answer
	if err == nil || !errors.As(err, &a) || a.status != http.StatusForbidden || !proof.Has(body) || !relayable(env) {
		return sig, err
	}
	return in.relayed(r, body, env, a)
}

// relayable reports whether an activity may be passed on: what a publisher says of
// what it publishes. What an actor says of itself (its keys, that it is gone, whom
// it follows, where it moves) is taken from nobody else, who might hold it back
// until it is no longer true.
func relayable(env federation.Envelope) bool {
	switch env.Type {
	case "Create", "Update", "Delete":
		return env.ID != env.Actor && env.Object.ID != env.Actor
	}
	return false
}

// relayed takes an activity that another actor's server passes on: that one must
// sign the request, and the actor the activity (FEP-8b32). Without a usable
// proof the answer is refused.
func (in *Inbox) relayed(r *http.Request, body []byte, env federation.Envelope, refused answer) (out signed, err error) {
	ctx := r.Context()
	sig, err := httpsig.Parse(r)
	if err != nil {
		return out, answer{http.StatusUnauthorized, err.Error()}
	}
	from, err := peer.Origin(sig.KeyID)
	if err != nil {
		return out, refused
	}
	switch v, err := in.cfg.Moderation.CheckOrigin(ctx, from); {
	case err != nil:
		return out, err
	case !v.Allowed:
		in.cfg.Moderation.Refused(from, moderation.CauseBlocked, v.Reason)
		return out, answer{http.StatusForbidden, blockedText}
	}
	key, err := in.cfg.Actors.KeyByID(ctx, sig.KeyID)
	if err != nil {
		return out, keyAnswer(err)
	}
	by, err := in.verify(r, body, key.Actor)
	if err != nil {
		return out, err
	}
	proven, err := in.cfg.Actors.Prove(ctx, body, env.ID, env.Actor)
	switch {
	case errors.Is(err, peer.ErrUnproven):
		return out, refused
	case errors.Is(err, peer.ErrAltered):
		in.cfg.Moderation.Refused(from, causeProof, err.Error())
		return out, answer{http.StatusUnauthorized, alteredText}
	case err != nil:
		return out, keyAnswer(err)
	case in.now().Sub(proven.Created) > relayedAge:
		return out, answer{http.StatusForbidden, "the proof has no date or is too old to be relayed"}
	}
	return by, nil
}

// embedded is an object of another server as an activity carries it, when its
// own owner signed it; ok is false when it is to be fetched.
func (in *Inbox) embedded(ctx context.Context, act federation.Activity, ref federation.Ref, origin string) (doc document, ok bool, err error) {
	if !ref.Embedded() || !proof.Has(ref.Raw) {
		return document{}, false, nil
	}
	v, err := in.cfg.Moderation.CheckOrigin(ctx, origin)
	if err != nil {
		return document{}, false, err
	}
	if !v.Allowed {
		return document{}, false, blocked("%s is blocked", origin)
	}
	o, err := federation.ReadObject(ref.Raw)
	if err != nil || o.ID != ref.ID {
		return document{}, false, nil // its origin may know better
	}
	_, owner, err := peer.OwnerOf(ref.Raw)
	if err != nil {
		return document{}, false, nil // as above
	}
	switch proven, err := in.cfg.Actors.Prove(ctx, ref.Raw, o.ID, owner); {
	case err == nil:
		known, err := in.trusted(ctx, origin, proven)
		return document{object: o, raw: ref.Raw, origin: origin}, known, err
	case errors.Is(err, peer.ErrAltered):
		if from, oerr := peer.Origin(act.Actor); oerr == nil && !in.altered.has(act.ID) {
			in.altered.add(act.ID) // it is read again when the origin does not answer
			in.cfg.Moderation.Refused(from, causeProof, err.Error())
		}
	}
	return document{}, false, nil
}
