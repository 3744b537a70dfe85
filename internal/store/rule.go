package store

import (
	"context"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// DomainRule is an administrator's decision on a domain and its subdomains, or
// on one actor.
type DomainRule struct {
	// Domain is a host name in its ASCII form or, for a rule on one actor, its id.
	Domain string
	Action string // block, silence, allow
	// Reason is for the administrators; Comment is told to the public.
	Reason, Comment string
	By              string
	// Expires is when the rule ends by itself; zero is never.
	Expires time.Time
	// RejectMedia is kept for other programs' lists: pages show no pictures of
	// other servers. RejectReports drops what the domain reports.
	RejectMedia, RejectReports bool
	Created                    time.Time
}

const selectRule = `SELECT domain, action, reason, comment, author, expires, reject_media, reject_reports, created
	FROM domain_rule`

func scanRule(row scanner) (d DomainRule, err error) {
	var created, expires int64
	err = row.Scan(&d.Domain, &d.Action, &d.Reason, &d.Comment, &d.By, &expires, &d.RejectMedia, &d.RejectReports, &created)
	d.Created, d.Expires = instant(created), instant(expires)
	return d, err
}

// DomainRules lists the administrator's decisions by domain, those that have
// ended too.
func (r Reader) DomainRules(ctx context.Context) ([]DomainRule, error) {
	ds, err := collect(ctx, r, scanRule, selectRule+" ORDER BY domain")
	return ds, wrap(err, "domain rules")
}

// DomainRule reads the decision on exactly this domain, or ErrNotFound.
func (r Reader) DomainRule(ctx context.Context, domain string) (DomainRule, error) {
	d, err := one(ctx, r, scanRule, selectRule+" WHERE domain = $1", domain)
	return d, wrap(err, "domain rule %s", domain)
}

// PutDomainRule inserts or replaces a decision.
func (t *Tx) PutDomainRule(ctx context.Context, d DomainRule) error {
	created := micros(d.Created)
	if created == 0 {
		created = t.now()
	}
	_, err := t.exec(ctx, `INSERT INTO domain_rule (domain, action, reason, comment, author, expires, reject_media,
		reject_reports, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (domain) DO UPDATE SET action = excluded.action, reason = excluded.reason, comment = excluded.comment,
		author = excluded.author, expires = excluded.expires, reject_media = excluded.reject_media,
		reject_reports = excluded.reject_reports`,
		d.Domain, d.Action, d.Reason, d.Comment, d.By, micros(d.Expires), d.RejectMedia, d.RejectReports, created)
	return wrap(err, "put domain rule %s", d.Domain)
}

// DeleteDomainRule removes a decision, or returns ErrNotFound.
func (t *Tx) DeleteDomainRule(ctx context.Context, domain string) error {
	n, err := t.exec(ctx, "DELETE FROM domain_rule WHERE domain = $1", domain)
	if err == nil && n == 0 {
		err = directory.ErrNotFound
	}
	return wrap(err, "delete domain rule %s", domain)
}

// Visibility is how an entry of another instance stands, as far as rules go.
type Visibility struct {
	Num               int64
	ID, URI, OwnerURI string
	Origin            string
	Public            bool
	HasPoint          bool
	Status            directory.Status
}

// RemoteOrigins lists the origins of which entries are held.
func (r Reader) RemoteOrigins(ctx context.Context) ([]string, error) {
	os, err := collect(ctx, r, scanValue[string], "SELECT DISTINCT origin FROM entry WHERE origin <> '' ORDER BY origin")
	return os, wrap(err, "origins")
}

// EntriesOfOrigin lists the entries of one origin that are published or
// archived, listed or not, by number after one.
func (r Reader) EntriesOfOrigin(ctx context.Context, origin string, afterNum int64, limit int) ([]Visibility, error) {
	vs, err := collect(ctx, r, func(row scanner) (v Visibility, err error) {
		return v, row.Scan(&v.Num, &v.ID, &v.URI, &v.OwnerURI, &v.Origin, &v.Public, &v.HasPoint, &v.Status)
	}, `SELECT num, id, uri, owner_uri, origin, public, has_point, status FROM entry
		WHERE origin = $1 AND num > $2 AND status IN ('published', 'archived') ORDER BY num LIMIT $3`, origin, afterNum, limit)
	return vs, wrap(err, "entries of %s", origin)
}

// FollowOrigins counts the accepted followers of ours and what we follow there,
// by the origin's prefix of the actor's id.
func (r Reader) FollowOrigins(ctx context.Context, origin string) (followers, following int, err error) {
	err = r.q.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM follower WHERE substr(actor, 1, $2) = $1),
		(SELECT COUNT(*) FROM following WHERE origin = $3)`, origin+"/", len(origin)+1, origin).Scan(&followers, &following)
	return followers, following, wrap(err, "follows of %s", origin)
}

// AuditOf lists the log about one object, newest first.
func (r Reader) AuditOf(ctx context.Context, object string, limit int) ([]AuditEntry, error) {
	log, err := collect(ctx, r, func(row scanner) (a AuditEntry, err error) {
		var at int64
		err = row.Scan(&a.ID, &at, &a.WhoID, &a.WhoName, &a.Verb, &a.Object, &a.Detail)
		a.At = instant(at)
		return a, err
	}, `SELECT id, at, who_id, who_name, verb, object, detail FROM audit WHERE object = $1 ORDER BY id DESC LIMIT $2`,
		object, limit)
	return log, wrap(err, "audit of %s", object)
}

// CountFollowersBy counts the accepted follows by one remote actor.
func (r Reader) CountFollowersBy(ctx context.Context, actor string) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM follower WHERE actor = $1 AND state = 'accepted'", actor)
	return n, wrap(err, "count follows by %s", actor)
}
