package site

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"codeberg.org/bocage/bocage/internal/directory"
)

// oEmbed is the answer of an oEmbed provider, type rich (oembed.com §2.3.4.4).
type oEmbed struct {
	XMLName      xml.Name `json:"-" xml:"oembed"`
	Version      string   `json:"version" xml:"version"`
	Type         string   `json:"type" xml:"type"`
	Title        string   `json:"title" xml:"title"`
	ProviderName string   `json:"provider_name" xml:"provider_name"`
	ProviderURL  string   `json:"provider_url" xml:"provider_url"`
	CacheAge     int      `json:"cache_age" xml:"cache_age"` // seconds
	Width        int      `json:"width" xml:"width"`
	Height       int      `json:"height" xml:"height"`
	HTML         string   `json:"html" xml:"html"`
}

// oEmbedAge is how long who embeds may keep an answer, in seconds.
const oEmbedAge = 3600

// OEmbed is GET /oembed?url=&format=json|xml&maxwidth=&maxheight=. An address that
// is not ours, or of nothing public, is 404; another format is 501, as the
// specification has it.
func (s *Site) OEmbed(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Vary", "Accept-Language")
	format := q.Get("format")
	if format != "" && format != "json" && format != "xml" {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "format is json or xml", http.StatusNotImplemented)
		return nil
	}
	l := s.pages.Locale(r)
	e, err := s.embeddable(r.Context(), l, q.Get("url"))
	if err != nil {
		return fmt.Errorf("oembed: %w", err)
	}
	width, err1 := within(q, "maxwidth", frameWidth)
	height, err2 := within(q, "maxheight", e.height())
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	src := e.frame(s.cfg.Env.Base, "", q.Get("lang"))
	o := oEmbed{Version: "1.0", Type: "rich", Title: e.Title, ProviderName: s.pages.InstanceName(), ProviderURL: s.cfg.Env.Base + "/",
		CacheAge: oEmbedAge, Width: width, Height: height, HTML: e.iframe(src, strconv.Itoa(width), height)}
	h.Set("Cache-Control", "public, max-age=300")
	if format == "xml" {
		body, err := xml.Marshal(o)
		if err != nil {
			return fmt.Errorf("oembed: %w", err)
		}
		h.Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = w.Write(append([]byte(`<?xml version="1.0" encoding="utf-8" standalone="yes"?>`+"\n"), body...)) // the client may have gone
		return nil
	}
	body, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("oembed: %w", err)
	}
	h.Set("Content-Type", "application/json")
	_, _ = w.Write(body) // the client may have gone
	return nil
}

// within reads the most pixels that a frame may have; usual is what it has
// without. The error wraps ErrInvalid.
func within(q url.Values, key string, usual int) (int, error) {
	text := q.Get(key)
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s %.20q is not a number of pixels: %w", key, text, directory.ErrInvalid)
	}
	return min(n, usual), nil
}
