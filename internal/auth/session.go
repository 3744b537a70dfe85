package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// open stores a new session and returns its token; the store sees its hash only.
func (a *Auth) open(ctx context.Context, userID string, now time.Time) (string, error) {
	token, err := a.token()
	if err != nil {
		return "", err
	}
	csrf, err := a.token()
	if err != nil {
		return "", err
	}
	s := store.Session{Hash: hashToken(token), UserID: userID, CSRF: csrf, Created: now, Seen: now, Expires: now.Add(sessionIdle)}
	if err := a.store.Write(ctx, func(tx *store.Tx) error { return tx.PutSession(ctx, s) }); err != nil {
		return "", fmt.Errorf("open session: %w", err)
	}
	return token, nil
}

// session finds the session of a token; ErrNotFound when there is none, when it
// has expired, or when its user may no longer sign in.
func (a *Auth) session(ctx context.Context, token string) (Session, error) {
	s, err := a.store.Session(ctx, hashToken(token))
	if err != nil {
		return Session{}, err
	}
	now := a.clock()
	if now.After(s.Expires) || now.After(s.Created.Add(sessionMax)) {
		return Session{}, fmt.Errorf("session expired: %w", directory.ErrNotFound)
	}
	u, err := a.store.User(ctx, s.UserID)
	if err != nil {
		return Session{}, err
	}
	if u.Disabled {
		return Session{}, fmt.Errorf("user %s is disabled: %w", u.Name, directory.ErrNotFound)
	}
	if now.Sub(s.Seen) > touchEvery {
		s.Seen, s.Expires = now, now.Add(sessionIdle)
		if err := a.store.Write(ctx, func(tx *store.Tx) error { return tx.PutSession(ctx, s) }); err != nil {
			return Session{}, fmt.Errorf("touch session: %w", err)
		}
	}
	return Session{User: u, Hash: s.Hash, csrf: s.CSRF}, nil
}

// Logout ends the request's session and forgets its cookie.
func (a *Auth) Logout(w http.ResponseWriter, r *http.Request) error {
	s := From(r.Context())
	a.clearCookie(w, "session")
	if !s.SignedIn() {
		return nil
	}
	ctx := r.Context()
	if err := a.store.Write(ctx, func(tx *store.Tx) error { return tx.DeleteSession(ctx, s.Hash) }); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// SetCookie gives the browser the token that Login returned.
func (a *Auth) SetCookie(w http.ResponseWriter, token string) {
	a.setCookie(w, "session", token, int(sessionMax/time.Second))
}

func (a *Auth) setCookie(w http.ResponseWriter, kind, value string, maxAgeSeconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: a.cookieName(kind), Value: value, Path: "/", MaxAge: maxAgeSeconds,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: a.base.Scheme == "https",
	})
}

func (a *Auth) clearCookie(w http.ResponseWriter, kind string) { a.setCookie(w, kind, "", -1) }

// cookieName is bound to the host by the browser when https (RFC 6265bis
// §4.1.3.2). Cookies know no ports, so two instances on one machine are told
// apart by name.
func (a *Auth) cookieName(kind string) string {
	name := "bocage_" + kind
	if p := a.base.Port(); p != "" {
		name += "_" + p
	}
	if a.base.Scheme == "https" {
		return "__Host-" + name
	}
	return name
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
