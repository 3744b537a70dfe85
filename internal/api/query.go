package api

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Page sizes of a listing.
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// asked is a listing's query, checked.
type asked struct {
	filter store.EntryFilter
	values url.Values // canonical, for links and cache keys
}

// ask reads the selection and the page of a query; the error is a
// directory.Invalid with every wrong parameter.
func ask(r *http.Request) (asked, error) {
	var bad directory.Invalid
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return asked{}, directory.Invalid{{Field: "query", Code: "malformed", Message: "the query is not percent-encoded"}}
	}
	sel, err := directory.ParseSelection(q)
	if err != nil && !errors.As(err, &bad) {
		return asked{}, err
	}
	a := asked{filter: store.EntryFilter{Selection: sel, Limit: defaultLimit}, values: sel.Values()}
	if s := q.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxLimit {
			bad = append(bad, directory.FieldError{Field: "limit", Code: "out_of_range", Message: "limit is a number from 1 to " + strconv.Itoa(maxLimit)})
		} else {
			a.filter.Limit = n
			a.values.Set("limit", s)
		}
	}
	if s := q.Get("after"); s != "" {
		n, err := strconv.ParseInt(s, 36, 64)
		if err != nil || n < 0 {
			bad = append(bad, directory.FieldError{Field: "after", Code: "malformed", Message: "after is the cursor of a next link"})
		}
		a.filter.AfterNum = n
	}
	if s := q.Get("since"); s != "" {
		t, err := since(s)
		if err != nil {
			bad = append(bad, directory.FieldError{Field: "since", Code: "date", Message: "since is a date-time such as 2026-05-01T00:00:00Z, or a date"})
		}
		a.filter.Since = t
		a.values.Set("since", s)
	}
	if len(bad) > 0 {
		return asked{}, bad
	}
	return a, nil
}

// since reads an RFC 3339 date-time, in which a query's '+' came as a space, or an EDTF date.
func since(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339Nano, strings.Replace(s, " ", "+", 1)); err == nil {
		return t, nil
	}
	d, err := directory.ParseEDTF(s)
	return time.Unix(d.From, 0).UTC(), err
}

// cursor is the after parameter that continues after an entry.
func cursor(num int64) string { return strconv.FormatInt(num, 36) }

// with is the query of v with one more value.
func with(v url.Values, key, value string) string {
	c := url.Values{}
	for k, vs := range v {
		c[k] = vs
	}
	c.Set(key, value)
	return c.Encode()
}
