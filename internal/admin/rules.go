package admin

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	rulesPath  = "/admin/moderation/rules"
	limitsPath = "/admin/moderation/limits"
	// maxUpload bounds the part of a form that is kept in memory.
	maxUpload = 1 << 20
	// refusalsShown is how many counts the page of limits lists.
	refusalsShown = 200
)

// RulesPage is the rules on other servers, and the form that adds one.
type RulesPage struct {
	Base
	Tabs      []ModerationTab
	AllowList bool
	Rules     []RuleRow
	Actions   []OutcomeChoice
	// Typed is what a refused form had, to be mended.
	Typed url.Values
}

// RuleRow is one rule.
type RuleRow struct{ Target, Action, Reason, Comment, By, Until string }

// Rules is GET /admin/moderation/rules.
func (a *Admin) Rules(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.openModeration(w, r)
	if err != nil || !ok {
		return err
	}
	return a.rulesPage(w, r, http.StatusOK, &RulesPage{Base: b, Typed: url.Values{}})
}

func (a *Admin) rulesPage(w http.ResponseWriter, r *http.Request, status int, p *RulesPage) (err error) {
	b := p.Base
	p.Tabs = moderationNav(b, "rules")
	p.part(b.T("admin.moderation.tab.rules"))
	if p.AllowList, err = a.cfg.Moderation.AllowList(r.Context()); err != nil {
		return err
	}
	rules, err := a.cfg.Moderation.Rules(r.Context())
	if err != nil {
		return err
	}
	for _, rule := range rules {
		row := RuleRow{Target: rule.Domain, Action: b.T("admin.moderation.action." + rule.Action), Reason: rule.Reason, Comment: rule.Comment, By: rule.By}
		if !rule.Expires.IsZero() {
			row.Until = b.T("admin.moderation.until", "date", b.Date(rule.Expires))
		}
		p.Rules = append(p.Rules, row)
	}
	for _, action := range []string{moderation.ActionSilence, moderation.ActionBlock, moderation.ActionAllow} {
		p.Actions = append(p.Actions, OutcomeChoice{action, b.T("admin.moderation.action." + action)})
	}
	return a.pages.Page(w, r, status, "admin-moderation-rules", p)
}

// refused shows the forms of the rules again, with what was typed and what is
// wrong beside its field.
func (a *Admin) refused(w http.ResponseWriter, r *http.Request, fault string) error {
	b, _, ok, err := a.open(w, r, "moderation")
	if err != nil || !ok {
		return err
	}
	b.Fault, b.FaultAt = b.T("admin.moderation.fault."+fault), ruleField(r.PostForm.Get("do"), fault)
	return a.rulesPage(w, r, http.StatusUnprocessableEntity, &RulesPage{Base: b, Typed: r.PostForm})
}

// ruleField is the id of the field that a fault is about.
func ruleField(do, fault string) string {
	switch {
	case fault == "reason" && do == "import":
		return "import-reason"
	case fault == "reason" && do == "allowlist":
		return "mode-reason"
	case fault == "expires":
		return "days"
	case fault == "domain_only":
		return "target"
	case fault == "reason", fault == "list", fault == "target":
		return fault
	}
	return ""
}

// PostRules is POST /admin/moderation/rules: it says what a decision would
// change, and takes it when asked a second time.
func (a *Admin) PostRules(w http.ResponseWriter, r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if err := r.ParseMultipartForm(maxUpload); err != nil {
			return a.fault(w, r, rulesPath, "list") // there is no form to show again
		}
	}
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	what := "moderation_rule"
	asked := false
	switch r.PostForm.Get("do") {
	case "allowlist":
		asked, err = a.setAllowList(w, r, who)
	case "import":
		what = "moderation_import"
		asked, err = a.importList(w, r, who)
	default:
		asked, err = a.setRule(w, r, who)
	}
	var invalid directory.Invalid
	switch {
	case asked:
		return err
	case errors.As(err, &invalid):
		return a.refused(w, r, faultOf(invalid))
	case errors.Is(err, directory.ErrNotFound):
		return a.refused(w, r, "overtaken")
	case err != nil:
		return err
	}
	done(w, r, rulesPath, what)
	return nil
}

// faultOf names the text for what is wrong with a form.
func faultOf(v directory.Invalid) string {
	switch v[0].Field {
	case "reason":
		return "reason"
	case "expires":
		return "expires"
	case "file":
		return "list"
	case "origin", "limit":
		return "limit"
	}
	if v[0].Code == "domain_only" {
		return "domain_only"
	}
	return "target"
}

func (a *Admin) setRule(w http.ResponseWriter, r *http.Request, who directory.Who) (asked bool, err error) {
	f := r.PostForm
	rule := moderation.Rule{Target: f.Get("target"), Action: f.Get("action"), Reason: f.Get("reason"), Comment: f.Get("comment"),
		RejectReports: f.Get("reject_reports") != ""}
	if days := strings.TrimSpace(f.Get("days")); days != "" {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 36500 {
			return false, directory.Invalid{{Field: "expires", Code: "invalid", Message: "not a number of days"}}
		}
		rule.Expires = a.cfg.Clock().Add(time.Duration(n) * 24 * time.Hour)
	}
	if f.Get("sure") == "yes" || f.Get("action") == "unset" && f.Get("ask") == "" {
		return false, a.cfg.Moderation.Set(r.Context(), who, rule)
	}
	if rule.Action != "unset" && strings.TrimSpace(rule.Reason) == "" {
		return false, directory.Invalid{{Field: "reason", Code: "required", Message: "a decision needs a reason"}}
	}
	e, err := a.cfg.Moderation.Preview(r.Context(), nil, rule)
	if err != nil {
		return false, err
	}
	b := a.pages.Base(w, r, "admin", "")
	if !b.Has("admin.moderation.does." + rule.Action) {
		return false, directory.Invalid{{Field: "target", Code: "invalid", Message: "no such action"}}
	}
	hidden := page.HiddenInputs(f, "csrf", "sure", "ask")
	return true, a.confirm(w, r, ConfirmPage{Heading: "admin.moderation.ask." + rule.Action, Words: []string{b.T("admin.moderation.does." + rule.Action)},
		Action: rulesPath, Back: rulesPath, Hidden: hidden}, rule.Target, &e)
}

func (a *Admin) setAllowList(w http.ResponseWriter, r *http.Request, who directory.Who) (asked bool, err error) {
	on := r.PostForm.Get("mode") == "on"
	if !on || r.PostForm.Get("sure") == "yes" {
		return false, a.cfg.Moderation.SetAllowList(r.Context(), who, on, r.PostForm.Get("reason"))
	}
	if strings.TrimSpace(r.PostForm.Get("reason")) == "" {
		return false, directory.Invalid{{Field: "reason", Code: "required", Message: "a decision needs a reason"}}
	}
	e, err := a.cfg.Moderation.Preview(r.Context(), &on)
	if err != nil {
		return false, err
	}
	b := a.pages.Base(w, r, "admin", "")
	return true, a.confirm(w, r, ConfirmPage{Heading: "admin.moderation.ask.allowlist", Words: []string{b.T("admin.moderation.does.allowlist")},
		Action: rulesPath, Back: rulesPath, Hidden: page.HiddenInputs(r.PostForm, "csrf", "sure")}, "", &e)
}

// importList shows what a list would change, then takes over what it showed.
func (a *Admin) importList(w http.ResponseWriter, r *http.Request, who directory.Who) (asked bool, err error) {
	list, err := moderation.ReadList(upload(r))
	if err != nil {
		return false, err
	}
	change, err := a.cfg.Moderation.CompareList(r.Context(), list, ownHost(a.pages.Host()), strings.TrimSpace(r.PostForm.Get("reason")))
	if err != nil {
		return false, err
	}
	if r.PostForm.Get("sure") == "yes" {
		if len(change.Rules()) == 0 {
			return false, nil
		}
		return false, a.cfg.Moderation.Set(r.Context(), who, change.Rules()...)
	}
	b := a.pages.Base(w, r, "admin", "")
	raw, err := listOf(change)
	if err != nil {
		return false, err
	}
	return true, a.confirm(w, r, ConfirmPage{Heading: "admin.moderation.ask.import", Words: listWords(b, change), Action: rulesPath, Back: rulesPath,
		Hidden: []page.Hidden{{Name: "do", Value: "import"}, {Name: "list", Value: raw}, {Name: "reason", Value: r.PostForm.Get("reason")}}}, "", &change.Effects)
}

// upload is the list as a file, else as it was pasted.
func upload(r *http.Request) io.Reader {
	if r.MultipartForm != nil {
		if files := r.MultipartForm.File["file"]; len(files) > 0 && files[0].Size > 0 {
			if f, err := files[0].Open(); err == nil {
				return f
			}
		}
	}
	return strings.NewReader(r.PostForm.Get("list"))
}

func ownHost(host string) string {
	name, _, _ := strings.Cut(host, ":")
	return name
}

// listOf writes what a list asks for, and nothing else of it, to be asked for
// again.
func listOf(c moderation.ListChange) (string, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment"}}
	for _, r := range c.Rules() {
		severity := "suspend"
		if r.Action == moderation.ActionSilence {
			severity = "silence"
		}
		rows = append(rows, []string{r.Target, severity, strconv.FormatBool(r.RejectMedia), strconv.FormatBool(r.RejectReports), r.Comment})
	}
	err := w.WriteAll(rows)
	return b.String(), err
}

func listWords(b page.Base, c moderation.ListChange) []string {
	out := []string{b.N("admin.moderation.list.new", len(c.New)), b.N("admin.moderation.list.changed", len(c.Changed)), b.N("admin.moderation.list.same", c.Same)}
	if n := len(c.Kept); n > 0 {
		out = append(out, b.N("admin.moderation.list.kept", n))
	}
	counts := map[string]int{}
	for _, p := range c.Problems {
		counts[p.Code]++
	}
	for _, code := range []string{"obfuscated", "severity", "domain", "none", "own"} {
		if n := counts[code]; n > 0 {
			out = append(out, b.N("admin.moderation.list."+code, n))
		}
	}
	return out
}

// ExportRules is GET /admin/moderation/rules.csv.
func (a *Admin) ExportRules(w http.ResponseWriter, r *http.Request) error {
	if page.NeedSignIn(w, r) {
		return nil
	}
	if _, err := a.who(r); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := a.cfg.Moderation.WriteList(r.Context(), &b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="domain_blocks.csv"`)
	w.Header().Set("Cache-Control", "private, no-store")
	_, err := w.Write(b.Bytes())
	return err
}

// LimitsPage is how much is taken of each server, and what was refused.
type LimitsPage struct {
	Base
	Tabs     []ModerationTab
	Defaults LimitRow
	Limits   []LimitRow
	Refused  []RefusalRow
	// Typed is what a refused form had, to be mended.
	Typed url.Values
}

// LimitRow is the limits of one server, "" for the default.
type LimitRow struct{ Origin, Rate, Entries, Bytes string }

// RefusalRow is what was refused of one server for one cause.
type RefusalRow struct{ Origin, Cause, Count, When, Reason string }

// Limits is GET /admin/moderation/limits.
func (a *Admin) Limits(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.openModeration(w, r)
	if err != nil || !ok {
		return err
	}
	return a.limitsPage(w, r, http.StatusOK, &LimitsPage{Base: b, Typed: url.Values{}})
}

func (a *Admin) limitsPage(w http.ResponseWriter, r *http.Request, status int, p *LimitsPage) error {
	b := p.Base
	p.part(b.T("admin.moderation.tab.limits"))
	p.Tabs, p.Defaults = moderationNav(b, "limits"), LimitRow{Rate: limitText(b, moderation.DefaultRate),
		Entries: limitText(b, moderation.DefaultEntries), Bytes: bytesText(b, moderation.DefaultBytes)}
	limits, err := a.cfg.Store.OriginLimits(r.Context())
	if err != nil {
		return err
	}
	for _, l := range limits {
		p.Limits = append(p.Limits, LimitRow{l.Origin, limitText(b, l.Rate), limitText(b, l.Entries), bytesText(b, l.Bytes)})
	}
	refused, err := a.cfg.Moderation.Refusals(r.Context(), "", refusalsShown)
	if err != nil {
		return err
	}
	for _, f := range refused {
		origin := f.Origin
		if origin == "" { // nothing proved who it was
			origin = b.T("admin.moderation.unverified")
		}
		p.Refused = append(p.Refused, RefusalRow{origin, b.T("admin.moderation.cause." + f.Cause), b.Number(int(f.Count)), b.Relative(f.Last, b.Now), f.Reason})
	}
	return a.pages.Page(w, r, status, "admin-moderation-limits", p)
}

func limitText(b Base, v int64) string {
	switch v {
	case 0:
		return b.T("admin.moderation.limit.default")
	case -1:
		return b.T("admin.moderation.limit.none")
	}
	return b.Number(int(v))
}

// bytesText writes a number of bytes in the unit that people say it in.
func bytesText(b Base, v int64) string {
	unit := 0
	n := float64(v)
	for ; n >= 1024 && unit < 4; unit++ {
		n /= 1024
	}
	if v < 1024 {
		return limitText(b, v)
	}
	places := 1
	if n == math.Trunc(n) {
		places = 0
	}
	return b.T("admin.moderation.size."+strconv.Itoa(unit), "n", b.Decimal(n, places))
}

// limitRefused shows the form of the limits again.
func (a *Admin) limitRefused(w http.ResponseWriter, r *http.Request, field string) error {
	b, _, ok, err := a.open(w, r, "moderation")
	if err != nil || !ok {
		return err
	}
	b.Fault, b.FaultAt = b.T("admin.moderation.fault.limit"), field
	return a.limitsPage(w, r, http.StatusUnprocessableEntity, &LimitsPage{Base: b, Typed: r.PostForm})
}

// PostLimits is POST /admin/moderation/limits. An empty field is the default.
func (a *Admin) PostLimits(w http.ResponseWriter, r *http.Request) error {
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	l := store.OriginLimit{Origin: strings.TrimSpace(r.PostForm.Get("origin"))}
	for _, f := range []struct {
		name string
		to   *int64
	}{{"rate", &l.Rate}, {"entries", &l.Entries}, {"bytes", &l.Bytes}} {
		text := strings.TrimSpace(r.PostForm.Get(f.name))
		if text == "" {
			continue
		}
		if *f.to, err = strconv.ParseInt(text, 10, 64); err != nil {
			return a.limitRefused(w, r, f.name)
		}
	}
	if !strings.Contains(l.Origin, "://") {
		l.Origin = "https://" + l.Origin
	}
	err = a.cfg.Moderation.SetLimits(r.Context(), who, l)
	if errors.Is(err, directory.ErrInvalid) {
		return a.limitRefused(w, r, "origin")
	}
	if err != nil {
		return fmt.Errorf("limits of %s: %w", l.Origin, err)
	}
	done(w, r, limitsPath, "moderation_limit")
	return nil
}
