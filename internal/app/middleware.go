package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"
)

// contentSecurity lets a page load from its own instance only. It has been
// tried with every script of the front end.
const contentSecurity = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"worker-src 'self'; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

const strictTransport = "max-age=31536000"

// secure sets the headers that every answer has.
func (a *App) secure(next http.Handler) http.Handler {
	https := a.Config.HTTPS()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", a.ground.contentSecurity())
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "geolocation=(self)")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if https {
			h.Set("Strict-Transport-Security", strictTransport)
		}
		next.ServeHTTP(w, r)
	})
}

// forwarded believes X-Forwarded-For, -Proto and -Host of configured proxies,
// and forgets those headers of anybody else. After it, RemoteAddr is the
// visitor and Host the name that the visitor used.
func (a *App) forwarded(next http.Handler) http.Handler {
	trusted := func(addr netip.Addr) bool {
		for _, p := range a.Config.TrustedProxies {
			if p.Contains(addr) {
				return true
			}
		}
		return false
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from, ok := hostAddr(r.RemoteAddr); ok && trusted(from) {
			if client, ok := clientAddr(r.Header.Values("X-Forwarded-For"), trusted); ok {
				r.RemoteAddr = net.JoinHostPort(client.String(), "0")
			}
			if h := firstValue(r.Header.Get("X-Forwarded-Host")); h != "" {
				r.Host = h
			}
		} else {
			for _, k := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"} {
				r.Header.Del(k)
			}
		}
		next.ServeHTTP(w, r)
	})
}

// clientAddr is the last address of the chain that is not one of our proxies:
// what stands before it anybody may have written.
func clientAddr(values []string, trusted func(netip.Addr) bool) (netip.Addr, bool) {
	chain := strings.Split(strings.Join(values, ","), ",")
	var last netip.Addr
	for i := len(chain) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(chain[i]))
		if err != nil {
			break
		}
		last = addr.Unmap()
		if !trusted(last) {
			break
		}
	}
	return last, last.IsValid()
}

func firstValue(s string) string {
	s, _, _ = strings.Cut(s, ",")
	return strings.TrimSpace(s)
}

func hostAddr(hostport string) (netip.Addr, bool) {
	ap, err := netip.ParseAddrPort(hostport)
	if err != nil {
		return netip.Addr{}, false
	}
	return ap.Addr().Unmap(), true
}

// requestLog is what the log line of a request gathers on the way.
type requestLog struct {
	id  string
	err error
}

type requestKey struct{}

// noteError keeps an error for the request's log line.
func noteError(ctx context.Context, err error) {
	if l, ok := ctx.Value(requestKey{}).(*requestLog); ok {
		l.err = err
	}
}

// observe gives each request an id, writes one log line for it, and turns a
// panic into an answer. No address, query or name of a person is logged.
func (a *App) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := a.clock()
		l := &requestLog{id: requestID()}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, l))
		rec := &recorder{ResponseWriter: w}
		rec.Header().Set("X-Request-Id", l.id)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				l.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
				if !rec.wrote() {
					a.panicked(rec, r)
				}
			}
			a.logRequest(r, rec, l, start)
		}()
		next.ServeHTTP(rec, r)
	})
}

// panicked answers with the error page, or, should that panic too, with text.
func (a *App) panicked(w *recorder, r *http.Request) {
	defer func() {
		if recover() != nil && !w.wrote() {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}
	}()
	a.site.ErrorPage(w, r, http.StatusInternalServerError, errPanic)
}

var errPanic = fmt.Errorf("unexpected failure")

func requestID() string {
	id, err := uuid.NewRandom()
	if err != nil {
		return "-"
	}
	return id.String()[:8]
}

func (a *App) logRequest(r *http.Request, w *recorder, l *requestLog, start time.Time) {
	level := slog.LevelInfo
	switch {
	case w.status >= http.StatusInternalServerError || strings.HasPrefix(errText(l.err), "panic"):
		level = slog.LevelError
	case strings.HasPrefix(r.URL.Path, assetPrefix), strings.HasPrefix(r.URL.Path, "/tiles/"), r.URL.Path == "/healthz", r.URL.Path == "/readyz":
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{
		slog.String("id", l.id), slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.Int("status", w.status), slog.Int64("bytes", w.bytes), slog.Duration("took", a.clock().Sub(start)),
	}
	if l.err != nil {
		attrs = append(attrs, slog.String("error", errText(l.err)))
	}
	a.log.LogAttrs(r.Context(), level, "request", attrs...)
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader records the status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write records the size.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap gives http.ResponseController the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) wrote() bool { return w.status != 0 }

// written reports whether an answer has begun.
func written(w http.ResponseWriter) bool {
	for {
		if r, ok := w.(interface{ wrote() bool }); ok {
			return r.wrote()
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return false
		}
		w = u.Unwrap()
	}
}

// limitBody refuses bodies over a number of bytes.
func limitBody(maxBytes int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength > maxBytes {
				http.Error(w, http.StatusText(http.StatusRequestEntityTooLarge), http.StatusRequestEntityTooLarge)
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, maxBytes)
			next.ServeHTTP(w, r)
		})
	}
}
