package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// FormField is the name of the hidden field that every POST form carries.
const FormField = "csrf"

// formHeader may carry the token instead, for scripts.
const formHeader = "X-CSRF-Token"

// csrfSetting is the store's key for the secret that signs anonymous tokens.
const csrfSetting = "auth.form_key"

// ErrBadForm means that a form was not sent from a page that we gave this
// browser, or that the page is too old.
var ErrBadForm = fmt.Errorf("the form has expired, load the page again: %w", directory.ErrForbidden)

// FormToken returns the value of the FormField of a page's forms. For a visitor
// who is not signed in it may set a cookie on w, so call it before the body.
// Each call gives other text for the same secret, so that compressed pages do
// not give it away (BREACH).
func (a *Auth) FormToken(w http.ResponseWriter, r *http.Request) (string, error) {
	if s := From(r.Context()); s.SignedIn() {
		return a.mask([]byte(s.csrf))
	}
	var id string
	if c, err := r.Cookie(a.cookieName("form")); err == nil && len(c.Value) >= 40 && len(c.Value) <= 64 {
		id = c.Value
	} else {
		if id, err = a.token(); err != nil {
			return "", err
		}
		a.setCookie(w, "form", id, 0)
		r.AddCookie(&http.Cookie{Name: a.cookieName("form"), Value: id}) // a page with two forms sets one cookie
	}
	secret, err := a.sign(r.Context(), id)
	if err != nil {
		return "", err
	}
	return a.mask(secret)
}

// CheckSite refuses a request that a page of another site sent. It is enough for
// a form that changes nothing here and sends the visitor elsewhere.
func (a *Auth) CheckSite(r *http.Request) error {
	if err := a.cross.Check(r); err != nil {
		return fmt.Errorf("%w: %w", ErrBadForm, err)
	}
	return nil
}

// CheckForm refuses a request that changes something and was not sent from one
// of our own pages: by Sec-Fetch-Site or Origin, then by the token. Requests
// with a safe method pass.
func (a *Auth) CheckForm(r *http.Request) error {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	if err := a.CheckSite(r); err != nil {
		return err
	}
	sent := r.Header.Get(formHeader)
	if sent == "" {
		sent = r.PostFormValue(FormField)
	}
	got, err := unmask(sent)
	if err != nil {
		return ErrBadForm
	}
	var want []byte
	if s := From(r.Context()); s.SignedIn() {
		want = []byte(s.csrf)
	} else {
		c, err := r.Cookie(a.cookieName("form"))
		if err != nil {
			return ErrBadForm
		}
		if want, err = a.sign(r.Context(), c.Value); err != nil {
			return err
		}
	}
	if len(want) == 0 || subtle.ConstantTimeCompare(got, want) != 1 {
		return ErrBadForm
	}
	return nil
}

// sign binds an anonymous visitor's cookie to this instance.
func (a *Auth) sign(ctx context.Context, id string) ([]byte, error) {
	key, err := a.formKey(ctx)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(id))
	return m.Sum(nil), nil
}

// formKey is shared by all the processes of an instance, through the store.
func (a *Auth) formKey(ctx context.Context) ([]byte, error) {
	a.keyMu.Lock()
	defer a.keyMu.Unlock()
	if a.key != nil {
		return a.key, nil
	}
	var text string
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		v, err := tx.Setting(ctx, csrfSetting)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		if v == "" {
			if v, err = a.token(); err != nil {
				return err
			}
			if err := tx.PutSetting(ctx, csrfSetting, v); err != nil {
				return err
			}
		}
		text = v
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("form key: %w", err)
	}
	a.key = []byte(text)
	return a.key, nil
}

func (a *Auth) mask(secret []byte) (string, error) {
	out := make([]byte, 2*len(secret))
	pad := out[:len(secret)]
	if _, err := io.ReadFull(a.rand, pad); err != nil {
		return "", fmt.Errorf("form token: %w", err)
	}
	for i, b := range secret {
		out[len(secret)+i] = b ^ pad[i]
	}
	return base64.RawURLEncoding.EncodeToString(out), nil
}

func unmask(token string) ([]byte, error) {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(token))
	if err != nil || len(b) == 0 || len(b)%2 != 0 {
		return nil, ErrBadForm
	}
	pad, masked := b[:len(b)/2], b[len(b)/2:]
	out := make([]byte, len(pad))
	for i := range pad {
		out[i] = pad[i] ^ masked[i]
	}
	return out, nil
}
