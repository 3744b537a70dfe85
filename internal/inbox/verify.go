package inbox

import (
	"errors"
	"fmt"
	"net/http"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
)

// verify checks that actor signed this request and returns what identifies
// the signature. When the key does not fit it is fetched once more: it may
// have been rotated.
func (in *Inbox) verify(r *http.Request, body []byte, actor string) (string, error) {
	sig, err := httpsig.Parse(r)
	if err != nil {
		return "", answer{http.StatusUnauthorized, err.Error()}
	}
	if !peer.SameOrigin(sig.KeyID, actor) {
		return "", answer{http.StatusForbidden, "the key is not on the actor's host"}
	}
	key, err := in.cfg.Actors.KeyByID(r.Context(), sig.KeyID)
	if err != nil {
		return "", keyAnswer(err)
	}
	if key.Actor != actor {
		return "", answer{http.StatusForbidden, "the signer is not the actor"}
	}
	err = sig.Verify(r, body, key.Pub, in.now())
	if errors.Is(err, httpsig.ErrVerification) {
		fresh, ferr := in.cfg.Actors.RefetchKey(r.Context(), key)
		switch {
		case ferr == nil:
			err = sig.Verify(r, body, fresh.Pub, in.now())
		case errors.Is(ferr, directory.ErrUnavailable):
			return "", ferr
		}
	}
	if err != nil {
		return "", answer{http.StatusUnauthorized, err.Error()}
	}
	return sig.Hash(), nil
}

// keyAnswer: a key that its origin denies will never verify; one that could
// not be fetched may be there in a minute, and a 4xx would lose the activity.
func keyAnswer(err error) error {
	switch {
	case errors.Is(err, directory.ErrUnavailable):
		return fmt.Errorf("key: %w", err)
	case errors.Is(err, directory.ErrGone), errors.Is(err, directory.ErrNotFound):
		return answer{http.StatusUnauthorized, "the key is not there (any more)"}
	case errors.Is(err, directory.ErrForbidden), errors.Is(err, directory.ErrInvalid):
		return answer{http.StatusUnauthorized, "the key's owner does not vouch for it"}
	}
	return err
}
