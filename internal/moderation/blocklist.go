package moderation

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Limits of a list that is read.
const (
	MaxListBytes = 4 << 20
	MaxListRows  = 50_000
)

// listColumns are the columns of Mastodon's export of domain blocks, which names
// them with a '#'.
var listColumns = [...]string{"#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"}

// ListProblem is a line that is not taken over, and why.
type ListProblem struct {
	Line   int    `json:"line"`
	Domain string `json:"domain"`
	// Code is obfuscated, severity, domain, none or own.
	Code string `json:"code"`
}

// List is a block list as read: the rules that it asks for, in its order, and
// the lines that ask for nothing.
type List struct {
	Rules    []Rule        `json:"-"`
	Problems []ListProblem `json:"problems,omitempty"`
}

// ReadList reads a list of blocks in Mastodon's CSV form: `#domain,#severity,
// #reject_media,#reject_reports,#public_comment,#obfuscate`. Headers may come
// with or without '#', in any order and case; a file without headers is one
// domain a line, or Mastodon's columns in their order. A domain without a
// severity is suspended. The error wraps ErrInvalid when it is no such list, or
// a larger one than is read.
func ReadList(r io.Reader) (List, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxListBytes+1))
	if err != nil {
		return List{}, fmt.Errorf("read the list: %w", err)
	}
	if len(raw) > MaxListBytes {
		return List{}, invalidList("too_large", "more than 4 MiB")
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	cr := csv.NewReader(bytes.NewReader(raw))
	cr.FieldsPerRecord, cr.LazyQuotes, cr.TrimLeadingSpace, cr.ReuseRecord = -1, true, true, true
	if first, _, _ := bytes.Cut(raw, []byte("\n")); !bytes.Contains(first, []byte(",")) && bytes.Contains(first, []byte(";")) {
		cr.Comma = ';'
	}
	var list List
	seen := map[string]bool{}
	columns := positions(nil)
	for n := 0; ; n++ {
		record, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return List{}, errors.Join(invalidList("csv", "not a CSV file"), err)
		}
		if n == 0 && isHeader(record) {
			columns = positions(record)
			continue
		}
		if n > MaxListRows {
			return List{}, invalidList("too_many", "more than 50 000 lines")
		}
		line, _ := cr.FieldPos(0)
		list.add(columns, record, line, seen)
	}
}

func invalidList(code, message string) error {
	return directory.Invalid{{Field: "file", Code: code, Message: message}}
}

func columnName(s string) string {
	return strings.ToLower(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "#")))
}

func isHeader(record []string) bool {
	for _, c := range record {
		if columnName(c) == "domain" {
			return true
		}
	}
	return false
}

// positions maps the names of columns to where they are; Mastodon's order for
// no header.
func positions(header []string) map[string]int {
	if header == nil {
		header = listColumns[:]
	}
	out := map[string]int{}
	for i, c := range header {
		if name := columnName(c); name != "" {
			if _, twice := out[name]; !twice {
				out[name] = i
			}
		}
	}
	return out
}

func (l *List) add(columns map[string]int, record []string, line int, seen map[string]bool) {
	get := func(name string) string {
		if i, ok := columns[name]; ok && i < len(record) {
			return strings.TrimSpace(record[i])
		}
		return ""
	}
	domain := get("domain")
	if domain == "" || strings.HasPrefix(domain, "#") && columnName(domain) != "domain" {
		return // an empty line or a comment
	}
	problem := func(code string) {
		l.Problems = append(l.Problems, ListProblem{line, cut(domain, 253), code})
	}
	if strings.ContainsAny(strings.TrimPrefix(domain, "*."), "*?") {
		problem("obfuscated") // Mastodon writes stars where its list is not told
		return
	}
	key, host, err := target(domain)
	if err != nil || key != host || len(host) > 253 || !strings.Contains(host, ".") {
		problem("domain")
		return
	}
	if seen[host] {
		return
	}
	r := Rule{Target: host, Comment: cut(get("public_comment"), maxReasonBytes), RejectMedia: truth(get("reject_media")),
		RejectReports: truth(get("reject_reports"))}
	switch strings.ToLower(get("severity")) {
	case "suspend", "":
		r.Action = ActionBlock
	case "silence", "limit":
		r.Action = ActionSilence
	case "noop", "none":
		problem("none")
		return
	default:
		problem("severity")
		return
	}
	seen[host] = true
	l.Rules = append(l.Rules, r)
}

func truth(s string) bool {
	b, err := strconv.ParseBool(strings.ToLower(s))
	return err == nil && b
}

// ListChange is what taking a list over would change.
type ListChange struct {
	// New rules, and Changed ones, which replace a decision that is there.
	New     []Rule `json:"-"`
	Changed []Rule `json:"-"`
	// Same is how many are decided so already.
	Same int `json:"same"`
	// Kept are domains for which an exemption was decided here, which stays.
	Kept     []string      `json:"kept,omitempty"`
	Problems []ListProblem `json:"problems,omitempty"`
	Effects  Effects       `json:"effects"`
}

// CompareList says what taking a list over would change. own is this instance's
// host, which nobody blocks.
func (m *Moderation) CompareList(ctx context.Context, l List, own, reason string) (ListChange, error) {
	have, err := m.st.DomainRules(ctx)
	if err != nil {
		return ListChange{}, err
	}
	byDomain := map[string]store.DomainRule{}
	for _, r := range have {
		byDomain[r.Domain] = r
	}
	c := ListChange{Problems: l.Problems}
	for _, r := range l.Rules {
		r.Reason = reason
		if r.Reason == "" {
			r.Reason = r.Comment
		}
		if r.Reason == "" {
			r.Reason = "imported"
		}
		old, ok := byDomain[r.Target]
		switch {
		case own != "" && under(own, r.Target):
			c.Problems = append(c.Problems, ListProblem{Domain: r.Target, Code: "own"})
		case !ok:
			c.New = append(c.New, r)
		case old.Action == ActionAllow:
			c.Kept = append(c.Kept, r.Target)
		case old.Action == r.Action && old.RejectReports == r.RejectReports && old.RejectMedia == r.RejectMedia:
			c.Same++
		default:
			c.Changed = append(c.Changed, r)
		}
	}
	c.Effects, err = m.Preview(ctx, nil, c.Rules()...)
	return c, err
}

// Rules are all rules that the change would set.
func (c ListChange) Rules() []Rule { return append(append([]Rule(nil), c.New...), c.Changed...) }

// WriteList writes the blocks and silences of domains in Mastodon's CSV form.
// Reasons are the administrators' and are not in it; comments are.
func (m *Moderation) WriteList(ctx context.Context, w io.Writer) error {
	rules, err := m.st.DomainRules(ctx)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	cw := csv.NewWriter(b)
	if err := cw.Write(listColumns[:]); err != nil {
		return err
	}
	now := m.clock()
	for _, r := range rules {
		severity := map[string]string{ActionBlock: "suspend", ActionSilence: "silence"}[r.Action]
		if severity == "" || strings.Contains(r.Domain, "://") || ended(r, now) {
			continue
		}
		err := cw.Write([]string{r.Domain, severity, strconv.FormatBool(r.RejectMedia), strconv.FormatBool(r.RejectReports),
			cell(r.Comment), "false"})
		if err != nil {
			return err
		}
	}
	cw.Flush()
	return errors.Join(cw.Error(), b.Flush())
}

// cell keeps a spreadsheet from reading a comment as a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
