package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"codeberg.org/bocage/bocage/internal/directory"
)

// problem is an RFC 9457 problem document with an extension member for fields.
type problem struct {
	Type     string                 `json:"type"`
	Title    string                 `json:"title"`
	Status   int                    `json:"status"`
	Detail   string                 `json:"detail,omitempty"`
	Instance string                 `json:"instance,omitempty"`
	Errors   []directory.FieldError `json:"errors,omitempty"`
}

// WriteProblem writes err as an RFC 9457 problem document. Of an error of the
// server only the status is told.
func WriteProblem(w http.ResponseWriter, r *http.Request, status int, err error) {
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Instance: r.URL.Path}
	if err != nil && status < http.StatusInternalServerError {
		p.Detail = err.Error()
		var fields directory.Invalid
		if errors.As(err, &fields) {
			p.Errors = fields
		}
	}
	raw, err := json.Marshal(p)
	if err != nil {
		raw = []byte(`{}`) // strings and numbers always marshal
	}
	open(w)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(raw, '\n')) // the client may have gone
}
