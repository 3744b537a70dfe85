package auth

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"regexp"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

var userName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,62}$`)

// CreateUser adds a person who may sign in. Name is folded to lower case; all
// that is wrong is reported at once, a taken name as ErrConflict.
func (a *Auth) CreateUser(ctx context.Context, u store.User, password string) (store.User, error) {
	u.Name = directory.Fold(u.Name)
	if err := checkUser(u, password); err != nil {
		return store.User{}, fmt.Errorf("create user: %w", err)
	}
	hash, err := a.Hash(ctx, password)
	if err != nil {
		return store.User{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return store.User{}, fmt.Errorf("create user: %w", err)
	}
	u.ID, u.PasswordHash, u.Created = id.String(), hash, a.clock()
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.UserByName(ctx, u.Name); err == nil {
			return fmt.Errorf("name %q is taken: %w", u.Name, directory.ErrConflict)
		} else if !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		for _, org := range u.Orgs {
			if _, err := tx.Entry(ctx, org); err != nil {
				return fmt.Errorf("organisation %s: %w", org, err)
			}
		}
		return tx.PutUser(ctx, u)
	})
	if err != nil {
		return store.User{}, fmt.Errorf("create user: %w", err)
	}
	return u, nil
}

func checkUser(u store.User, password string) error {
	var bad directory.Invalid
	if !userName.MatchString(u.Name) {
		bad = append(bad, directory.FieldError{Field: "name", Code: "format", Message: "want 2 to 63 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit"})
	}
	if u.Email != "" {
		if m, err := mail.ParseAddress(u.Email); err != nil || m.Address != u.Email {
			bad = append(bad, directory.FieldError{Field: "email", Code: "format", Message: "is not an e-mail address"})
		}
	}
	var pw directory.Invalid
	if errors.As(CheckNewPassword(password), &pw) {
		bad = append(bad, pw...)
	}
	if len(bad) > 0 {
		return bad
	}
	return nil
}
