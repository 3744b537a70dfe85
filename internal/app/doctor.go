package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/web"
)

// Limits of what doctor accepts.
const (
	doctorTimeout = 10 * time.Second
	// maxSkew is the strictest window that peers have for the date of a signature.
	maxSkew      = 5 * time.Minute
	minFreeBytes = 500 << 20
)

// Check is one thing that doctor looked at.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// Doctor looks at everything that an instance needs. It changes nothing but
// the schema, and that only forward.
func Doctor(ctx context.Context, cfg config.Config, log *slog.Logger) []Check {
	ctx, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	out := checkDatabase(ctx, cfg, log)
	out = append(out, checkReach(ctx, cfg)...)
	client, err := CheckupClient(cfg, cfg.Basemap, strings.HasPrefix(cfg.Basemap, "http://"))
	if err != nil {
		return append(out, checkDisk(cfg.DataDir), checkAssets(), Check{"basemap", false, err.Error()})
	}
	return append(out, checkDisk(cfg.DataDir), checkAssets(), checkGround(ctx, cfg, client))
}

func checkDatabase(ctx context.Context, cfg config.Config, log *slog.Logger) []Check {
	a, err := New(ctx, cfg, Options{Offline: true, Logger: log})
	if err != nil {
		return []Check{{"database", false, err.Error()}}
	}
	defer func() { _ = a.Close() }() // only read
	out := []Check{{"database", true, a.Store.Engine() + " answers"}, checkSecret(ctx, a)}
	_, version, err := a.Store.Migrate(ctx)
	if err != nil {
		return append(out, Check{"schema", false, err.Error()})
	}
	out = append(out, Check{"schema", true, fmt.Sprintf("version %d", version)})
	n, err := a.Store.CountEntries(ctx, store.EntryFilter{})
	if err != nil {
		return append(out, Check{"entries", false, err.Error()})
	}
	return append(out, Check{"entries", true, fmt.Sprintf("%d public", n)}, checkPins(ctx, a))
}

// checkPins looks whether servers name the actors whose keys are pinned, as they were
// asked last.
func checkPins(ctx context.Context, a *App) Check {
	pins, err := a.Store.DisputedPins(ctx)
	if err != nil {
		return Check{"pinned keys", false, err.Error()}
	}
	if len(pins) == 0 {
		return Check{"pinned keys", true, "no server disputes the one that is known here"}
	}
	var hosts []string
	for _, pin := range pins {
		hosts = append(hosts, pin.Origin)
	}
	return Check{"pinned keys", false, fmt.Sprintf("%s: of an actor that the server does not name as its own, so not believed; "+
		"compare with another instance and set the right one with 'bocage peer pin', or look at /admin/federation", strings.Join(hosts, ", "))}
}

// checkReach asks the instance at its public URL, and compares the clocks.
func checkReach(ctx context.Context, cfg config.Config) []Check {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, cfg.URL+"/healthz", nil)
	if err != nil {
		return []Check{{"url", false, err.Error()}}
	}
	roots, err := peerRoots(cfg)
	if err != nil {
		return []Check{{"peer_ca", false, err.Error()}}
	}
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	start := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return []Check{{"url", false, fmt.Sprintf("%s does not answer: %v; does 'bocage serve' run, and does the proxy pass to %s?", cfg.URL, errors.Unwrap(err), cfg.Listen)}}
	}
	_ = resp.Body.Close() // nothing is read
	out := []Check{{"url", resp.StatusCode == http.StatusOK, fmt.Sprintf("%s answers %s in %s", cfg.URL, resp.Status, time.Since(start).Round(time.Millisecond))}}
	at, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return append(out, Check{"clock", false, "the answer has no date"})
	}
	skew := time.Since(at).Abs()
	out = append(out, Check{"clock", skew < maxSkew, fmt.Sprintf("%s from that of %s", skew.Round(time.Second), cfg.URL)})
	return append(out, checkSearch(ctx, client, cfg.URL)...)
}

// checkSearch asks the instance who answers searches; nothing when it is not ready.
func checkSearch(ctx context.Context, client *http.Client, url string) []Check {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
	if err != nil {
		return nil // checkReach told of the address
	}
	resp, err := client.Do(req)
	if err != nil {
		return []Check{{"search", false, err.Error()}}
	}
	defer func() { _ = resp.Body.Close() }() // only read
	const most = 1 << 10
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return []Check{{"search", false, err.Error()}}
	}
	for line := range strings.Lines(string(body)) {
		switch by, ok := strings.CutPrefix(strings.TrimSpace(line), searchLine); {
		case ok && by == searchMemory:
			return []Check{{"search", true, "answered from memory"}}
		case ok:
			return []Check{{"search", true, "answered by the " + by + " until the words are in memory"}}
		}
	}
	return nil
}

func checkDisk(dir string) Check {
	free, err := freeBytes(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Check{"disk", true, dir + " will be made"}
	}
	if err != nil {
		return Check{"disk", false, err.Error()}
	}
	return Check{"disk", free >= minFreeBytes, fmt.Sprintf("%d MB free in %s", free>>20, dir)}
}

func checkAssets() Check {
	m, err := web.LoadManifest()
	if err != nil {
		return Check{"assets", false, err.Error()}
	}
	return Check{"assets", true, fmt.Sprintf("%d files", len(m))}
}

func checkSecret(ctx context.Context, a *App) Check {
	switch err := a.openKeys(ctx); {
	case err != nil:
		return Check{"secret", false, err.Error()}
	case a.Config.Secret == "":
		return Check{"secret", true, "none: private keys are in the database unsealed"}
	}
	return Check{"secret", true, "private keys are sealed"}
}
