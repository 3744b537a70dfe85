package inbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// signed is a signature that was verified, and the key that made it.
type signed struct {
	*httpsig.Signature
	key peer.Key
}

// verify checks that actor signed this request, for us, and returns its
// signature. When the key does not fit it is fetched once more: it may have been
// rotated.
func (in *Inbox) verify(r *http.Request, body []byte, actor string) (out signed, err error) {
	sig, err := httpsig.Parse(r)
	if err != nil {
		return out, answer{http.StatusUnauthorized, err.Error()}
	}
	if in.misdirected(r.Host) {
		// Signed for another server, which may have passed it on; or our proxy
		// does not pass the Host, and then no signature can verify.
		return out, answer{http.StatusUnauthorized, "signed for another host than this one"}
	}
	if !peer.SameOrigin(sig.KeyID, actor) {
		return out, answer{http.StatusForbidden, "the key is not on the actor's host"}
	}
	key, err := in.cfg.Actors.KeyOf(r.Context(), actor, sig.KeyID)
	if err != nil {
		return out, keyAnswer(err)
	}
	if key.Actor != actor {
		return out, answer{http.StatusForbidden, "the signer is not the actor"}
	}
	err = key.Signed(sig, r, body, in.now())
	if errors.Is(err, httpsig.ErrVerification) {
		fresh, ferr := in.cfg.Actors.RefetchKey(r.Context(), key)
		switch {
		case ferr == nil:
			key, err = fresh, fresh.Signed(sig, r, body, in.now())
		case errors.Is(ferr, directory.ErrUnavailable):
			return out, ferr
		}
	}
	if err != nil {
		return out, answer{http.StatusUnauthorized, err.Error()}
	}
	return signed{sig, key}, nil
}

// misdirected reports whether a request was made to another host than ours.
// Gancio leaves the port out of every Host, and of what it signs.
func (in *Inbox) misdirected(host string) bool {
	scheme, ours, _ := strings.Cut(in.origin, "://")
	origin, err := peer.Origin(scheme + "://" + host)
	if err != nil || origin == in.origin {
		return err != nil
	}
	bare, _, err := net.SplitHostPort(ours)
	return err != nil || origin != scheme+"://"+bare
}

// challenge are the headers of a 401: how to sign, in both forms.
func challenge(h http.Header) {
	h.Set("Accept-Signature", httpsig.AcceptSignature(true))
	h.Set("WWW-Authenticate", httpsig.Challenge(true))
}

// noteForm keeps how a peer signs, in the transaction that keeps what it sent;
// memory saves the write when it is known.
func (in *Inbox) noteForm(ctx context.Context, tx *store.Tx, origin string, form httpsig.Form) error {
	if known, ok := in.forms.Load(origin); ok && known == form {
		return nil
	}
	changed, err := tx.NoteSignatureIn(ctx, origin, form.String())
	if err == nil && changed {
		in.forms.Store(origin, form)
	}
	return err
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
