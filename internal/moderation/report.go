package moderation

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// Limits of reports.
const (
	MaxReportBytes   = 5000
	MaxReportObjects = 50
	maxContactBytes  = 200
	// maxReportsADay is how many reports are taken of one origin a day, and
	// maxVisitorsADay of all visitors together.
	maxReportsADay  = 100
	maxVisitorsADay = 500
	// visitorRate is how many reports a minute are taken from one network.
	visitorRate = 5
)

// Categories are what a report may be about, in the order of the form.
func Categories() []string {
	return []string{"wrong", "closed", "twin", "privacy", "spam", "illegal", "other"}
}

// ErrTooMany says that a reporter has sent as many reports as are taken in a day.
var ErrTooMany = fmt.Errorf("%w: too many a day", ErrReports)

// ErrReports says that a reporter's reports are not taken (any more).
var ErrReports = fmt.Errorf("reports: %w", directory.ErrForbidden)

// The outcomes of a report: what was done about what it is about.
const (
	OutcomeDismissed   = "dismissed"
	OutcomeContacted   = "contacted"
	OutcomeArchived    = "archived"
	OutcomeUnpublished = "unpublished"
	OutcomeSilenced    = "silenced"
	OutcomeBlocked     = "blocked"
)

// Outcomes are all outcomes, in the order of the form.
func Outcomes() []string {
	return []string{OutcomeDismissed, OutcomeContacted, OutcomeArchived, OutcomeUnpublished, OutcomeSilenced, OutcomeBlocked}
}

// NewReport is what somebody says is wrong.
type NewReport struct {
	// Reporter is the reporting actor's id, "" for a visitor.
	Reporter string
	// Contact is how to reach a visitor, "" for none; it is never sent on.
	Contact           string
	Category, Content string
	Objects           []string
}

// TakeReport keeps a report in the caller's transaction. The same again while it
// is open is counted and not kept. The error wraps ErrReports when the reporter's
// domain sends no reports here any more, and ErrTooMany above its limit; the caller
// counts that as CauseReports, once, when the transaction has ended.
func (m *Moderation) TakeReport(ctx context.Context, tx *store.Tx, n NewReport) (id string, err error) {
	now := m.clock().UTC()
	objects := slices.Clone(n.Objects)
	slices.Sort(objects)
	objects = slices.Compact(objects)
	if len(objects) == 0 || len(objects) > MaxReportObjects {
		return "", directory.Invalid{{Field: "objects", Code: "count", Message: "a report is about 1 to 50 things"}}
	}
	origin, most := "", maxVisitorsADay
	if n.Reporter != "" {
		if origin, err = peer.Origin(n.Reporter); err != nil {
			return "", err
		}
		most = maxReportsADay
		st, err := m.current(ctx, tx.Reader)
		if err != nil {
			return "", err
		}
		host, _ := hostname(origin) // an origin has one
		if s := st.standing(now, host, n.Reporter); s.Rule.RejectReports || s.Action == ActionBlock {
			return "", fmt.Errorf("%w: those of %s are not taken: %s", ErrReports, origin, s.Rule.Reason)
		}
	}
	id, err = newID()
	if err != nil {
		return "", err
	}
	r := store.Report{ID: id, Origin: origin, Reporter: n.Reporter, Contact: cut(n.Contact, maxContactBytes),
		Category: category(n.Category), Content: cut(n.Content, MaxReportBytes), Objects: objects, Target: n.Objects[0],
		Duplicate: sameReport(origin, n, objects), Created: now}
	taken, err := tx.CountReportsFrom(ctx, origin, now.Add(-24*time.Hour))
	if err != nil {
		return "", err
	}
	if taken >= most {
		return "", fmt.Errorf("%w: %d", ErrTooMany, most)
	}
	id, _, err = tx.AddReport(ctx, r)
	return id, err
}

// VisitorWait is how long a visitor has to wait before another report; 0 = it is
// taken. It counts the report.
func (m *Moderation) VisitorWait(address string) time.Duration {
	key := network(address)
	if key == "" {
		key = "local"
	}
	return m.rate.take("report "+key, visitorRate, 1, m.clock())
}

func category(c string) string {
	if slices.Contains(Categories(), c) {
		return c
	}
	return "other"
}

// sameReport names a report by who sends it and what it is about; visitors are
// told apart by what they say only.
func sameReport(origin string, n NewReport, objects []string) string {
	said := ""
	if origin == "" {
		said = category(n.Category) + "\n" + strings.TrimSpace(n.Content)
	}
	sum := sha256.Sum256([]byte(origin + "\n" + said + "\n" + strings.Join(objects, "\n")))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Close ends a report with what was done about it and why.
func (m *Moderation) Close(ctx context.Context, who directory.Who, id, outcome, reason string) error {
	if err := m.mayDecide(who, reason); err != nil {
		return err
	}
	if !slices.Contains(Outcomes(), outcome) {
		return directory.Invalid{{Field: "outcome", Code: "invalid", Message: "not an outcome of a report"}}
	}
	err := m.st.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Report(ctx, id); err != nil {
			return err
		}
		reason := cut(reason, maxReasonBytes)
		if err := tx.CloseReport(ctx, id, outcome, reason, who.Name, m.clock().UTC()); err != nil {
			return err
		}
		return m.audit(ctx, tx, who, "report."+outcome, id, reason)
	})
	if err != nil {
		return fmt.Errorf("close report: %w", err)
	}
	return nil
}

// Reopen takes the decision about a report back; what was done is not undone.
func (m *Moderation) Reopen(ctx context.Context, who directory.Who, id, reason string) error {
	if err := m.mayDecide(who, reason); err != nil {
		return err
	}
	err := m.st.Write(ctx, func(tx *store.Tx) error {
		if err := tx.ReopenReport(ctx, id); err != nil {
			return err
		}
		return m.audit(ctx, tx, who, "report.reopened", id, cut(reason, maxReasonBytes))
	})
	if err != nil {
		return fmt.Errorf("reopen report: %w", err)
	}
	return nil
}

// Forwarded notes in the caller's transaction that a report was sent to the
// origin of what it is about.
func (m *Moderation) Forwarded(ctx context.Context, tx *store.Tx, who directory.Who, id, origin string) error {
	if err := tx.MarkForwarded(ctx, id, m.clock().UTC()); err != nil {
		return err
	}
	return m.audit(ctx, tx, who, "report.forwarded", id, origin)
}

func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("new id: %w", err)
	}
	return id.String(), nil
}
