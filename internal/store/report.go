package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Report is what a visitor or another server says is wrong with entries.
type Report struct {
	ID string // UUIDv7; orders the queue
	// Origin is the server that reports, "" for a visitor of this instance.
	Origin string
	// Reporter is the reporting actor's id, "" for a visitor.
	Reporter string
	// Contact is how a visitor may be reached; it is private and never sent on.
	Contact  string
	Category string
	Content  string
	// Objects are the ids of what is reported, Target the first.
	Objects []string
	Target  string
	// Duplicate names what is the same report while one is open; Count is how
	// often it came.
	Duplicate string
	Count     int
	Open      bool
	// Outcome is what was decided, Reason why, By by whom.
	Outcome, Reason, By string
	// Forwarded is when it was sent to the origin of what it is about; zero = never.
	Forwarded       time.Time
	Created, Closed time.Time
}

const selectReport = `SELECT id, origin, reporter, contact, category, content, objects, target, duplicate, count, state,
	outcome, reason, author, forwarded, created, closed FROM report`

func scanReport(row scanner) (p Report, err error) {
	var objects, state string
	var forwarded, created, closed int64
	err = row.Scan(&p.ID, &p.Origin, &p.Reporter, &p.Contact, &p.Category, &p.Content, &objects, &p.Target, &p.Duplicate,
		&p.Count, &state, &p.Outcome, &p.Reason, &p.By, &forwarded, &created, &closed)
	if err != nil {
		return p, err
	}
	p.Open, p.Forwarded, p.Created, p.Closed = state == "open", instant(forwarded), instant(created), instant(closed)
	return p, json.Unmarshal([]byte(objects), &p.Objects)
}

// Report reads a report, or ErrNotFound.
func (r Reader) Report(ctx context.Context, id string) (Report, error) {
	p, err := one(ctx, r, scanReport, selectReport+" WHERE id = $1", id)
	return p, wrap(err, "report %s", id)
}

// Reports lists the open or the closed reports, newest first, before an ID ("" =
// from the newest).
func (r Reader) Reports(ctx context.Context, open bool, beforeID string, limit int) ([]Report, error) {
	ps, err := collect(ctx, r, scanReport, selectReport+
		" WHERE state = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3", reportState(open), beforeID, limit)
	return ps, wrap(err, "reports")
}

// CountReports counts the open or the closed reports.
func (r Reader) CountReports(ctx context.Context, open bool) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM report WHERE state = $1", reportState(open))
	return n, wrap(err, "count reports")
}

// CountReportsFrom counts what an origin ("" = visitors) reported since a time.
func (r Reader) CountReportsFrom(ctx context.Context, origin string, since time.Time) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM report WHERE origin = $1 AND created >= $2", origin, micros(since))
	return n, wrap(err, "count reports of %s", origin)
}

func reportState(open bool) string {
	if open {
		return "open"
	}
	return "closed"
}

// AddReport keeps a report. When the same is open already it is only counted
// there, and its ID is returned with dup true.
func (t *Tx) AddReport(ctx context.Context, p Report) (id string, dup bool, err error) {
	id, err = value[string](ctx, t.Reader, `UPDATE report SET count = count + 1 WHERE duplicate = $1 AND state = 'open'
		RETURNING id`, p.Duplicate)
	if err == nil || !errors.Is(err, directory.ErrNotFound) {
		return id, err == nil, wrap(err, "report")
	}
	objects, err := json.Marshal(p.Objects)
	if err != nil {
		return "", false, wrap(err, "report")
	}
	_, err = t.exec(ctx, `INSERT INTO report (id, origin, reporter, contact, category, content, objects, target, duplicate,
		count, state, outcome, reason, author, forwarded, created, closed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, 'open', '', '', '', 0, $10, 0)`,
		p.ID, p.Origin, p.Reporter, p.Contact, p.Category, p.Content, string(objects), p.Target, p.Duplicate, micros(p.Created))
	return p.ID, false, wrap(err, "report")
}

// CloseReport ends a report; ErrConflict when it is closed already.
func (t *Tx) CloseReport(ctx context.Context, id, outcome, reason, by string, at time.Time) error {
	n, err := t.exec(ctx, `UPDATE report SET state = 'closed', outcome = $2, reason = $3, author = $4, closed = $5
		WHERE id = $1 AND state = 'open'`, id, outcome, reason, by, micros(at))
	if err == nil && n == 0 {
		err = directory.ErrConflict
	}
	return wrap(err, "close report %s", id)
}

// ReopenReport takes a decision back; ErrConflict when it is open, or the same
// was reported again meanwhile.
func (t *Tx) ReopenReport(ctx context.Context, id string) error {
	n, err := t.exec(ctx, `UPDATE report SET state = 'open', outcome = '', reason = '', author = '', closed = 0
		WHERE id = $1 AND state = 'closed'
		AND NOT EXISTS (SELECT 1 FROM report o WHERE o.state = 'open' AND o.duplicate = report.duplicate)`, id)
	if err == nil && n == 0 {
		err = directory.ErrConflict
	}
	return wrap(err, "reopen report %s", id)
}

// MarkForwarded notes when a report was sent on.
func (t *Tx) MarkForwarded(ctx context.Context, id string, at time.Time) error {
	_, err := t.exec(ctx, "UPDATE report SET forwarded = $2 WHERE id = $1", id, micros(at))
	return wrap(err, "forward report %s", id)
}

// ForgetContacts empties the contacts of the reports closed before a time, and
// returns how many had one.
func (t *Tx) ForgetContacts(ctx context.Context, before time.Time) (int, error) {
	n, err := t.exec(ctx, "UPDATE report SET contact = '' WHERE contact <> '' AND state = 'closed' AND closed < $1", micros(before))
	return n, wrap(err, "forget contacts")
}

// CountOldContacts counts what ForgetContacts would empty.
func (r Reader) CountOldContacts(ctx context.Context, before time.Time) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM report WHERE contact <> '' AND state = 'closed' AND closed < $1", micros(before))
	return n, wrap(err, "count contacts")
}
