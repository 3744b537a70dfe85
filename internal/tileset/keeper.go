package tileset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// How often a style is asked for again, and after a failure, at first and at most.
const (
	styleAge      = 24 * time.Hour
	styleTimeout  = time.Minute
	firstRetry    = time.Minute
	longestRetry  = 2 * time.Hour
	maxKeptBytes  = 16 << 20
	styleFileMode = 0o600
)

// Keeper has the newest copy of a style, and a file with it for the next start.
// The nil Keeper has none. Its methods are safe for concurrent calls.
type Keeper struct {
	url, file string
	client    *http.Client
	now       func() time.Time
	log       *slog.Logger
	// needs is an attribution that stands in where the style has none, "" refuses it.
	needs string
	style atomic.Pointer[Style]
}

// NewKeeper reads the kept copy, where the file has one of this address that may be
// shown; file "" keeps none. attribution is the operator's, who must name whose data
// it is where the style does not.
func NewKeeper(url, file, attribution string, client *http.Client, now func() time.Time, log *slog.Logger) (*Keeper, error) {
	k := &Keeper{url: url, file: file, needs: attribution, client: client, now: now, log: log}
	if file == "" {
		return k, nil
	}
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, fmt.Errorf("kept style: %w", err)
	}
	if info.Size() > maxKeptBytes {
		return k, nil // is not ours
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("kept style: %w", err)
	}
	var s Style
	if json.Unmarshal(raw, &s) == nil && s.URL == url && len(s.JSON) > 0 && k.owned(&s) {
		k.style.Store(&s)
	}
	return k, nil
}

// Style is the newest copy, nil until there is one.
func (k *Keeper) Style() *Style {
	if k == nil {
		return nil
	}
	return k.style.Load()
}

// owned reports whether somebody is named as whose data a style shows.
func (k *Keeper) owned(s *Style) bool { return s.Attribution != "" || k.needs != "" }

// Refresh asks for the style; the copy before stays when that fails.
func (k *Keeper) Refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, styleTimeout)
	defer cancel()
	s, err := FetchStyle(ctx, k.client, k.url, k.now())
	if err != nil {
		return err
	}
	if !k.owned(s) {
		return errors.New("style: its source must be named: set basemap_attribution")
	}
	k.style.Store(s)
	if err := k.keep(s); err != nil { // it is shown all the same, and not asked for again
		k.log.WarnContext(ctx, "the style of the map's background is not kept for the next start", "error", err)
	}
	return nil
}

// keep writes the copy for the next start.
func (k *Keeper) keep(s *Style) error {
	if k.file == "" {
		return nil
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.WriteFile(k.file+".new", raw, styleFileMode); err != nil {
		return err
	}
	return os.Rename(k.file+".new", k.file)
}

// Run refreshes the style once a day until ctx ends; a failure is logged and
// tried again, later each time.
func (k *Keeper) Run(ctx context.Context) error {
	if k == nil {
		return nil
	}
	wait, retry := time.Duration(0), firstRetry
	if s := k.Style(); s != nil {
		wait = max(0, styleAge-k.now().Sub(s.Fetched))
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		if err := k.Refresh(ctx); err != nil {
			if ctx.Err() == nil {
				k.log.WarnContext(ctx, "the style of the map's background was not had; the copy before or the built-in one is shown", "error", err, "again", retry)
			}
			wait, retry = retry, min(2*retry, longestRetry)
			continue
		}
		wait, retry = styleAge, firstRetry
		if left := k.Style().Left; len(left) > 0 {
			k.log.InfoContext(ctx, "parts of the background's style are left out", "parts", left)
		}
	}
}
