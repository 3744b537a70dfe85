package app

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"
)

// minCompressBytes is the size below which gzip gains nothing.
const minCompressBytes = 1024

var gzipWriters = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed+3)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

// compress answers with gzip whatever is text, not yet encoded and not tiny.
func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead || !accepts(r, "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		c := &compressor{ResponseWriter: w}
		defer c.close()
		next.ServeHTTP(c, r)
	})
}

// accepts reports whether a content coding is in Accept-Encoding and not refused.
func accepts(r *http.Request, coding string) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		if name, q := mediaRange(part); name == coding {
			return q > 0
		}
	}
	return false
}

// compressible says which content types are worth it.
func compressible(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	switch {
	case strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "json"), strings.HasSuffix(kind, "xml"):
		return true
	case kind == "application/vnd.mapbox-vector-tile", kind == "application/yaml", kind == "application/javascript":
		return true
	}
	return false
}

// compressor holds the first bytes back until it knows whether to compress.
type compressor struct {
	http.ResponseWriter
	status  int
	decided bool
	held    []byte
	gz      *gzip.Writer
}

// WriteHeader remembers the status until the first bytes are known.
func (c *compressor) WriteHeader(status int) {
	if status < http.StatusOK {
		c.ResponseWriter.WriteHeader(status)
		return
	}
	if c.status == 0 {
		c.status = status
	}
}

// Write holds or compresses.
func (c *compressor) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	if !c.decided {
		c.held = append(c.held, b...)
		if len(c.held) < minCompressBytes {
			return len(b), nil
		}
		if err := c.decide(true); err != nil {
			return 0, err
		}
		return len(b), nil
	}
	if c.gz != nil {
		return c.gz.Write(b)
	}
	return c.ResponseWriter.Write(b)
}

func (c *compressor) decide(large bool) error {
	c.decided = true
	h := c.Header()
	if h.Get("Content-Type") == "" && len(c.held) > 0 {
		h.Set("Content-Type", http.DetectContentType(c.held))
	}
	fit := compressible(h.Get("Content-Type")) && h.Get("Content-Encoding") == ""
	if fit {
		h.Add("Vary", "Accept-Encoding")
	}
	if large && fit && c.status != http.StatusPartialContent {
		h.Del("Content-Length")
		h.Del("Accept-Ranges")
		h.Set("Content-Encoding", "gzip")
		c.gz = gzipWriters.Get().(*gzip.Writer)
		c.gz.Reset(c.ResponseWriter)
	}
	if c.status != 0 {
		c.ResponseWriter.WriteHeader(c.status)
	}
	held := c.held
	c.held = nil
	if len(held) == 0 {
		return nil
	}
	var err error
	if c.gz != nil {
		_, err = c.gz.Write(held)
	} else {
		_, err = c.ResponseWriter.Write(held)
	}
	return err
}

func (c *compressor) close() {
	if !c.decided {
		_ = c.decide(false) // a broken connection; there is nobody to tell
	}
	if c.gz != nil {
		_ = c.gz.Close() // the same
		c.gz.Reset(io.Discard)
		gzipWriters.Put(c.gz)
		c.gz = nil
	}
}

// FlushError sends what there is, for http.ResponseController.
func (c *compressor) FlushError() error {
	if !c.decided {
		if err := c.decide(len(c.held) > 0); err != nil {
			return err
		}
	}
	if c.gz != nil {
		if err := c.gz.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// Unwrap gives http.ResponseController the connection.
func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *compressor) wrote() bool { return c.status != 0 }
