package admin

import (
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

// auditPage is how many decisions one page lists.
const auditPage = 100

// AuditPage is the log of decisions, newest first.
type AuditPage struct {
	Base
	Rows []AuditRow
	// Older leads to the page before, "" on the last.
	Older string
}

// AuditRow is one decision.
type AuditRow struct {
	When, Machine             string
	Who, Verb, Object, Detail string
}

// Audit is GET /admin/audit.
func (a *Admin) Audit(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.open(w, r, "audit")
	if err != nil || !ok {
		return err
	}
	log, err := a.cfg.Store.Audit(r.Context(), r.URL.Query().Get("before"), auditPage+1)
	if err != nil {
		return err
	}
	p := &AuditPage{Base: b}
	if len(log) > auditPage {
		log = log[:auditPage]
		p.Older = page.Address("/admin/audit", page.With(nil, "before", log[auditPage-1].ID))
	}
	for _, e := range log {
		row := AuditRow{When: b.Relative(e.At, b.Now), Machine: e.At.UTC().Format(time.RFC3339), Who: b.who(e), Verb: e.Verb, Object: e.Object, Detail: e.Detail}
		if key := "audit.verb." + e.Verb; b.Has(key) {
			row.Verb = b.T(key)
		}
		p.Rows = append(p.Rows, row)
	}
	return a.pages.Page(w, r, http.StatusOK, "admin-audit", p)
}

// who says who decided: a person, somebody at the machine, or the program by itself.
func (b *Base) who(e store.AuditEntry) string {
	switch {
	case e.WhoID != "" && e.WhoID != "system":
		return e.WhoName
	case e.WhoName == "" || e.WhoName == directory.Itself().Name:
		return b.T("audit.itself")
	case e.WhoName == directory.AtMachine().Name:
		return b.T("audit.machine")
	}
	return e.WhoName
}
