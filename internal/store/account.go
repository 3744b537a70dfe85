package store

import (
	"context"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Setting reads a setting of the instance, or ErrNotFound.
func (r Reader) Setting(ctx context.Context, name string) (string, error) {
	v, err := value[string](ctx, r, "SELECT value FROM setting WHERE name = $1", name)
	return v, wrap(err, "setting %s", name)
}

// PutSetting sets a setting of the instance.
func (t *Tx) PutSetting(ctx context.Context, name, value string) error {
	_, err := t.exec(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return wrap(err, "set %s", name)
}

const selectUser = "SELECT id, name, email, password_hash, admin, disabled, created FROM account"

func scanUser(row scanner) (u User, err error) {
	var created int64
	err = row.Scan(&u.ID, &u.Name, &u.Email, &u.PasswordHash, &u.Admin, &u.Disabled, &created)
	u.Created = instant(created)
	return u, err
}

func (r Reader) user(ctx context.Context, condition, key string) (User, error) {
	u, err := one(ctx, r, scanUser, selectUser+condition, key)
	if err == nil {
		u.Orgs, err = collect(ctx, r, scanValue[string], "SELECT org FROM account_org WHERE account_id = $1 ORDER BY org", u.ID)
	}
	return u, wrap(err, "user")
}

// User reads a user by ID, or ErrNotFound.
func (r Reader) User(ctx context.Context, id string) (User, error) {
	return r.user(ctx, " WHERE id = $1", id)
}

// UserByName reads a user by sign-in name in any case, or ErrNotFound.
func (r Reader) UserByName(ctx context.Context, name string) (User, error) {
	return r.user(ctx, " WHERE name = $1", strings.ToLower(name))
}

// UserByEmail reads a user by e-mail address in any case, or ErrNotFound.
func (r Reader) UserByEmail(ctx context.Context, email string) (User, error) {
	return r.user(ctx, " WHERE email = $1 AND email <> ''", strings.ToLower(email))
}

// Users lists every user by name.
func (r Reader) Users(ctx context.Context) ([]User, error) {
	users, err := collect(ctx, r, scanUser, selectUser+" ORDER BY name")
	if err != nil {
		return nil, wrap(err, "users")
	}
	orgs := map[string][]string{}
	err = r.each(ctx, func(row scanner) error {
		var id, org string
		err := row.Scan(&id, &org)
		orgs[id] = append(orgs[id], org)
		return err
	}, "SELECT account_id, org FROM account_org ORDER BY org")
	for i := range users {
		users[i].Orgs = orgs[users[i].ID]
	}
	return users, wrap(err, "users")
}

// PutUser inserts or replaces a user by ID, with its organisations. Name and
// e-mail are kept in lower case. The error wraps ErrConflict when either is taken.
func (t *Tx) PutUser(ctx context.Context, u User) error {
	created := micros(u.Created)
	if created == 0 {
		created = t.now()
	}
	_, err := t.exec(ctx, `INSERT INTO account (id, name, email, password_hash, admin, disabled, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email,
		password_hash = excluded.password_hash, admin = excluded.admin, disabled = excluded.disabled`,
		u.ID, strings.ToLower(u.Name), strings.ToLower(u.Email), u.PasswordHash, u.Admin, u.Disabled, created)
	if err != nil {
		return wrap(err, "put user %s", u.Name)
	}
	if _, err := t.exec(ctx, "DELETE FROM account_org WHERE account_id = $1", u.ID); err != nil {
		return wrap(err, "put user %s", u.Name)
	}
	rows := make([][]any, len(u.Orgs))
	for i, org := range u.Orgs {
		rows[i] = []any{u.ID, org}
	}
	return wrap(t.insertRows(ctx, "account_org (account_id, org)", placeholders(2), "ON CONFLICT DO NOTHING", rows),
		"put user %s", u.Name)
}

// DeleteUser removes a user with its sessions, or returns ErrNotFound.
func (t *Tx) DeleteUser(ctx context.Context, id string) error {
	n, err := t.exec(ctx, "DELETE FROM account WHERE id = $1", id)
	if err == nil && n == 0 {
		err = directory.ErrNotFound
	}
	return wrap(err, "delete user %s", id)
}

// Session reads a session by the hash of its token, or ErrNotFound; also when it
// has expired.
func (r Reader) Session(ctx context.Context, hash string) (Session, error) {
	s, err := one(ctx, r, func(row scanner) (s Session, err error) {
		var created, seen, expires int64
		err = row.Scan(&s.Hash, &s.UserID, &s.CSRF, &created, &seen, &expires)
		s.Created, s.Seen, s.Expires = instant(created), instant(seen), instant(expires)
		return s, err
	}, `SELECT hash, account_id, csrf, created, seen, expires FROM session
		WHERE hash = $1 AND expires > $2`, hash, r.now())
	return s, wrap(err, "session")
}

// PutSession inserts or replaces a session.
func (t *Tx) PutSession(ctx context.Context, s Session) error {
	_, err := t.exec(ctx, `INSERT INTO session (hash, account_id, csrf, created, seen, expires)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash) DO UPDATE SET seen = excluded.seen, expires = excluded.expires`,
		s.Hash, s.UserID, s.CSRF, micros(s.Created), micros(s.Seen), micros(s.Expires))
	return wrap(err, "put session")
}

// DeleteSession ends a session; an unknown one is not an error.
func (t *Tx) DeleteSession(ctx context.Context, hash string) error {
	_, err := t.exec(ctx, "DELETE FROM session WHERE hash = $1", hash)
	return wrap(err, "delete session")
}

// DeleteSessionsOf ends every session of a user.
func (t *Tx) DeleteSessionsOf(ctx context.Context, userID string) error {
	_, err := t.exec(ctx, "DELETE FROM session WHERE account_id = $1", userID)
	return wrap(err, "delete sessions")
}

// AddAudit appends to the log of the instance.
func (t *Tx) AddAudit(ctx context.Context, a AuditEntry) error {
	at := micros(a.At)
	if at == 0 {
		at = t.now()
	}
	_, err := t.exec(ctx, `INSERT INTO audit (id, at, who_id, who_name, verb, object, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, a.ID, at, a.WhoID, a.WhoName, a.Verb, a.Object, a.Detail)
	return wrap(err, "audit")
}

// Audit lists the log, newest first, before an ID ("" = from the newest).
func (r Reader) Audit(ctx context.Context, beforeID string, limit int) ([]AuditEntry, error) {
	log, err := collect(ctx, r, func(row scanner) (a AuditEntry, err error) {
		var at int64
		err = row.Scan(&a.ID, &at, &a.WhoID, &a.WhoName, &a.Verb, &a.Object, &a.Detail)
		a.At = instant(at)
		return a, err
	}, `SELECT id, at, who_id, who_name, verb, object, detail FROM audit
		WHERE $1 = '' OR id < $1 ORDER BY id DESC LIMIT $2`, beforeID, limit)
	return log, wrap(err, "audit")
}

// Key reads the signing keys of an owner, or ErrNotFound.
func (r Reader) Key(ctx context.Context, owner string) (Key, error) {
	k, err := one(ctx, r, func(row scanner) (k Key, err error) {
		var created int64
		err = row.Scan(&k.Owner, &k.RSAPrivate, &k.Ed25519Private, &k.Encrypted, &created)
		k.Created = instant(created)
		return k, err
	}, "SELECT owner, rsa_private, ed25519_private, encrypted, created FROM signing_key WHERE owner = $1", owner)
	return k, wrap(err, "key of %s", owner)
}

// PutKey keeps the first key pair of an owner and returns the pair that is kept:
// the one given, or the one that another process was quicker to make.
func (t *Tx) PutKey(ctx context.Context, k Key) (Key, error) {
	created := micros(k.Created)
	if created == 0 {
		created = t.now()
	}
	_, err := t.exec(ctx, `INSERT INTO signing_key (owner, rsa_private, ed25519_private, encrypted, created)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (owner) DO NOTHING`,
		k.Owner, k.RSAPrivate, k.Ed25519Private, k.Encrypted, created)
	if err != nil {
		return Key{}, wrap(err, "put key of %s", k.Owner)
	}
	return t.Key(ctx, k.Owner)
}

// ReplaceKey overwrites the key pair of an owner: when it is sealed with another secret.
func (t *Tx) ReplaceKey(ctx context.Context, k Key) error {
	_, err := t.exec(ctx, `UPDATE signing_key SET rsa_private = $2, ed25519_private = $3, encrypted = $4
		WHERE owner = $1`, k.Owner, k.RSAPrivate, k.Ed25519Private, k.Encrypted)
	return wrap(err, "replace key of %s", k.Owner)
}
