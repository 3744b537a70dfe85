package app

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

const readyTimeout = 2 * time.Second

// healthz says that the process answers.
func (a *App) healthz(w http.ResponseWriter, _ *http.Request) error {
	return text(w, "ok\n")
}

// Who answers searches, as readyz says it.
const (
	searchLine     = "search: "
	searchMemory   = "memory"
	searchDatabase = "database" // until memory is filled
)

// readyz says that the instance can do its work: the database answers. It says too
// who answers searches yet.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := a.Store.Ping(ctx); err != nil {
		return fmt.Errorf("database does not answer: %w", directory.ErrUnavailable)
	}
	by := searchDatabase
	if a.View.WordsInMemory() {
		by = searchMemory
	}
	return text(w, "ready\n"+searchLine+by+"\n")
}

func text(w http.ResponseWriter, s string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write([]byte(s))
	return err
}
