package site

import (
	"errors"
	"net/http"
)

// Site answers requests for pages. Its methods are safe for concurrent calls.
type Site struct{}

var errLater = errors.New("site: not ready")

// Home is GET /: search, filters, map and list.
func (s *Site) Home(w http.ResponseWriter, r *http.Request) error { return errLater }
