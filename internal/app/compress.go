package app

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// minCompressBytes is the size below which gzip gains nothing.
const minCompressBytes = 1024

// encoder is a writer of one content coding, used again after Reset.
type encoder interface {
	io.WriteCloser
	Reset(io.Writer)
}

// coding is a content coding (RFC 9110 §8.4.1) with its idle encoders.
type coding struct {
	name string
	pool sync.Pool
}

var (
	gzipped = &coding{"gzip", sync.Pool{New: func() any {
		w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed+3)
		if err != nil {
			panic(err) // the level is a constant
		}
		return w
	}}}
	// brotlied makes pages 5 % smaller than gzip does in half its time: this level
	// of the library's second implementation, which cannot flush in between.
	brotlied = &coding{"br", sync.Pool{New: func() any { return brotli.NewWriterV2(io.Discard, 3) }}}
)

// compress answers with gzip whatever is text, not yet encoded and not tiny;
// pages, which are written whole, with brotli where it is understood.
func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &compressor{ResponseWriter: w, gzip: accepts(r, "gzip"), brotli: accepts(r, "br")}
		if r.Method == http.MethodHead || !c.gzip && !c.brotli {
			next.ServeHTTP(w, r)
			return
		}
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
	// gzip and brotli say what the client takes.
	gzip, brotli bool
	status       int
	decided      bool
	held         []byte
	// with is what the body is written through, out of the pool of the coding; nil
	// of a body that is sent as it is.
	with   encoder
	coding *coding
}

// choose is the coding for a body of the type, nil for none.
func (c *compressor) choose(contentType string) *coding {
	switch {
	case c.brotli && strings.HasPrefix(contentType, "text/html"):
		return brotlied
	case c.gzip:
		return gzipped
	}
	return nil
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
	if c.with != nil {
		return c.with.Write(b)
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
	if c.coding = c.choose(h.Get("Content-Type")); large && fit && c.coding != nil && c.status != http.StatusPartialContent {
		h.Del("Content-Length")
		h.Del("Accept-Ranges")
		h.Set("Content-Encoding", c.coding.name)
		c.with = c.coding.pool.Get().(encoder)
		c.with.Reset(c.ResponseWriter)
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
	if c.with != nil {
		_, err = c.with.Write(held)
	} else {
		_, err = c.ResponseWriter.Write(held)
	}
	return err
}

func (c *compressor) close() {
	if !c.decided {
		_ = c.decide(false) // a broken connection; there is nobody to tell
	}
	if c.with != nil {
		_ = c.with.Close() // the same
		c.with.Reset(io.Discard)
		c.coding.pool.Put(c.with)
		c.with = nil
	}
}

// FlushError sends what there is, for http.ResponseController; of a page in
// brotli, whole blocks.
func (c *compressor) FlushError() error {
	if !c.decided {
		if err := c.decide(len(c.held) > 0); err != nil {
			return err
		}
	}
	if z, ok := c.with.(*gzip.Writer); ok {
		if err := z.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// Unwrap gives http.ResponseController the connection.
func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *compressor) wrote() bool { return c.status != 0 }
