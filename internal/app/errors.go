package app

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/api"
	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
)

// statusTable maps error kinds to status codes; the first that matches counts.
var statusTable = []struct {
	err    error
	status int
}{
	{errMethod, http.StatusMethodNotAllowed},
	{federation.ErrTooLarge, http.StatusRequestEntityTooLarge},
	{federation.ErrMalformed, http.StatusBadRequest},
	{directory.ErrInvalid, http.StatusBadRequest},
	{directory.ErrNotFound, http.StatusNotFound},
	{directory.ErrGone, http.StatusGone},
	{directory.ErrForbidden, http.StatusForbidden},
	{directory.ErrConflict, http.StatusConflict},
	{directory.ErrUnavailable, http.StatusServiceUnavailable},
	{context.DeadlineExceeded, http.StatusServiceUnavailable},
}

// retryAfterSeconds is what a 503 asks for; federation peers honour it.
const retryAfterSeconds = 60

// statusOf is the status that answers an error; 500 for one that nobody foresaw.
func statusOf(err error) int {
	var many *auth.TooManyError
	if errors.As(err, &many) {
		return http.StatusTooManyRequests
	}
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return http.StatusRequestEntityTooLarge
	}
	for _, row := range statusTable {
		if errors.Is(err, row.err) {
			return row.status
		}
	}
	return http.StatusInternalServerError
}

// handlerFunc is a handler as the doors write them.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// answerError writes one error in one representation.
type answerError func(w http.ResponseWriter, r *http.Request, status int, err error)

// handle makes an http handler that answers h's error with answer.
func (a *App) handle(h handlerFunc, answer answerError) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		a.fail(w, r, err, answer)
	}
}

func (a *App) fail(w http.ResponseWriter, r *http.Request, err error, answer answerError) {
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return // the visitor left
	}
	status := statusOf(err)
	noteError(r.Context(), err)
	if written(w) {
		return // too late for another answer; the log line has it
	}
	h := w.Header()
	for _, k := range []string{"Cache-Control", "Content-Encoding", "Content-Length", "Content-Disposition", "Etag", "Last-Modified"} {
		h.Del(k)
	}
	switch status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(retryAfterSeconds))
	case http.StatusTooManyRequests:
		var many *auth.TooManyError
		if errors.As(err, &many) {
			h.Set("Retry-After", strconv.Itoa(int(many.RetryAfter.Seconds())+1))
		}
	}
	h.Set("Cache-Control", "no-store")
	answer(w, r, status, err)
}

// page answers with the site's error page.
func (a *App) page(w http.ResponseWriter, r *http.Request, status int, err error) {
	a.site.ErrorPage(w, r, status, err)
}

// problem answers with an RFC 9457 document.
func (a *App) problem(w http.ResponseWriter, r *http.Request, status int, err error) {
	api.WriteProblem(w, r, status, err)
}

// plain answers other servers: a line of text, which only says what is safe.
func (a *App) plain(w http.ResponseWriter, _ *http.Request, status int, err error) {
	text := http.StatusText(status)
	if status < http.StatusInternalServerError {
		text = strings.ReplaceAll(err.Error(), "\n", " ")
	}
	http.Error(w, text, status)
}
