// Package auth knows who is here: passwords, sessions, form tokens and the
// limits on sign-in attempts.
//
// What belongs: everything between a cookie and a directory.Who. What does not:
// what a person may do (package directory says that) and the sign-in page
// (package site). Packages app, site and cmd/bocage call it.
package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Lifetimes of a session: it ends after sessionIdle without a request and in
// any case after sessionMax.
const (
	sessionIdle = 30 * 24 * time.Hour
	sessionMax  = 180 * 24 * time.Hour
	// touchEvery is how often a session's last use is written.
	touchEvery = time.Hour
	tokenBytes = 32
)

// ErrBadLogin is the one answer to an unknown name and to a wrong password.
var ErrBadLogin = fmt.Errorf("name or password is wrong: %w", directory.ErrForbidden)

// TooManyError says that sign-in is closed for a while; it is answered with 429.
type TooManyError struct{ RetryAfter time.Duration }

// Error names the wait.
func (e *TooManyError) Error() string {
	return fmt.Sprintf("too many sign-in attempts, try again in %s", e.RetryAfter.Round(time.Second))
}

// Config is what New needs. Store and Base are required.
type Config struct {
	Store *store.Store
	// Base is the instance's URL; https makes cookies Secure.
	Base string
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// Rand gives tokens and salts; nil means crypto/rand.
	Rand io.Reader
	// Cost of password hashes; zero means DefaultCost.
	Cost Cost
}

// Auth checks people in. Its methods may be called concurrently.
type Auth struct {
	store  *store.Store
	base   *url.URL
	clock  func() time.Time
	rand   io.Reader
	cost   Cost
	hashes chan struct{} // bounds the memory that concurrent hashes take
	dummy  func() string // hash that unknown names are checked against
	cross  *http.CrossOriginProtection

	byAccount, byAddress *limiter

	keyMu sync.Mutex
	key   []byte // signs anonymous form tokens; loaded from the store when first needed
}

// New returns an Auth.
func New(cfg Config) (*Auth, error) {
	u, err := url.Parse(cfg.Base)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("auth: base URL %q: %w", cfg.Base, directory.ErrInvalid)
	}
	a := &Auth{store: cfg.Store, base: u, clock: cfg.Clock, rand: cfg.Rand, cost: cfg.Cost, hashes: make(chan struct{}, 4)}
	if a.clock == nil {
		a.clock = time.Now
	}
	if a.rand == nil {
		a.rand = rand.Reader
	}
	if a.cost == (Cost{}) {
		a.cost = DefaultCost
	}
	a.dummy = sync.OnceValue(func() string {
		h, err := hashPassword(rand.Reader, a.cost, "nobody has this password")
		if err != nil {
			return ""
		}
		return h
	})
	a.cross = http.NewCrossOriginProtection()
	if err := a.cross.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
		return nil, fmt.Errorf("auth: base URL: %w", err)
	}
	a.byAccount = newLimiter(10, 15*time.Minute)
	a.byAddress = newLimiter(50, 15*time.Minute)
	return a, nil
}

// Session is the signed-in visitor of a request; the zero value is anonymous.
type Session struct {
	User store.User
	// Hash is the key of the stored session.
	Hash string
	csrf string
}

// SignedIn reports whether somebody is signed in.
func (s Session) SignedIn() bool { return s.Hash != "" }

// Who is the visitor as the domain's rules see them; anonymous is the zero Who.
func (s Session) Who() directory.Who {
	if !s.SignedIn() {
		return directory.Who{}
	}
	return s.User.Who()
}

type sessionKey struct{}

// From returns the session that Middleware found.
func From(ctx context.Context) Session {
	s, _ := ctx.Value(sessionKey{}).(Session)
	return s
}

// WithSession returns a context with a session, as Middleware makes it.
func WithSession(ctx context.Context, s Session) context.Context {
	return context.WithValue(ctx, sessionKey{}, s)
}

// Middleware puts the session of the request's cookie in the context.
func (a *Auth) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie(a.cookieName("session"))
		if err != nil || c.Value == "" {
			next.ServeHTTP(w, r)
			return
		}
		s, err := a.session(r.Context(), c.Value)
		switch {
		case err == nil:
			r = r.WithContext(WithSession(r.Context(), s))
		case errors.Is(err, directory.ErrNotFound):
			a.clearCookie(w, "session")
		}
		next.ServeHTTP(w, r)
	})
}

// Login checks a name and password and opens a session, whose token is the
// value for SetCookie. address is the visitor's IP. The errors are ErrBadLogin,
// *TooManyError, or the store's.
func (a *Auth) Login(ctx context.Context, name, password, address string) (store.User, string, error) {
	account, network := directory.Fold(name), networkOf(address)
	now := a.clock()
	if wait := max(a.byAccount.wait(account, now), a.byAddress.wait(network, now)); wait > 0 {
		return store.User{}, "", &TooManyError{wait}
	}
	// Counted before the slow hash, so that parallel guesses are all counted.
	a.byAccount.hit(account, now)
	a.byAddress.hit(network, now)
	u, err := a.userByLogin(ctx, name)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return store.User{}, "", fmt.Errorf("sign in: %w", err)
	}
	known := err == nil && !u.Disabled && u.PasswordHash != ""
	hash := a.dummy()
	if known {
		hash = u.PasswordHash
	}
	ok, outdated := a.checkPassword(ctx, hash, password)
	if !ok || !known {
		return store.User{}, "", ErrBadLogin
	}
	a.byAccount.forget(account)
	if outdated {
		if err := a.SetPassword(ctx, u.ID, password); err != nil {
			return store.User{}, "", err
		}
	}
	token, err := a.open(ctx, u.ID, now)
	return u, token, err
}

func (a *Auth) userByLogin(ctx context.Context, name string) (store.User, error) {
	u, err := a.store.UserByName(ctx, directory.Fold(name))
	if errors.Is(err, directory.ErrNotFound) {
		return a.store.UserByEmail(ctx, name)
	}
	return u, err
}

// token returns random bytes as base64url text.
func (a *Auth) token() (string, error) {
	b := make([]byte, tokenBytes)
	if _, err := io.ReadFull(a.rand, b); err != nil {
		return "", fmt.Errorf("random token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}
