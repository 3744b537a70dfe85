package harvest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/harvest"
)

// TestRebuildJob: a rebuild that an administrator starts runs in jobs, says what it
// did, and is in the log once.
func TestRebuildJob(t *testing.T) {
	ctx := context.Background()
	a, b, key := dead(t, "sqlite", 50)
	c := newNode(t, "sqlite", "C")
	opt := harvest.RebuildOptions{Origin: a.base, Mirror: b.base}
	if err := c.harvester.StartRebuild(ctx, system, opt); !errors.Is(err, directory.ErrInvalid) {
		t.Fatalf("without a key: %v", err)
	}
	opt.Key = key
	if err := c.harvester.StartRebuild(ctx, directory.Who{UserID: "u"}, opt); !errors.Is(err, directory.ErrForbidden) {
		t.Fatalf("by a stranger: %v", err)
	}
	if err := c.harvester.StartRebuild(ctx, system, opt); err != nil {
		t.Fatal(err)
	}
	if err := c.harvester.StartRebuild(ctx, system, opt); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("twice: %v", err)
	}
	settle(t, c)
	got, err := c.harvester.LastRebuild(ctx, a.base)
	if err != nil || got.State != harvest.RebuildDone || got.Report.Accepted != 54 || got.Report.Refused != 0 || got.Error != "" || got.Ended.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	if x, y := fmt.Sprint(a.digest(a.base)), fmt.Sprint(c.digest(a.base)); x != y {
		t.Error("another digest")
	}
	log, err := c.st.Audit(ctx, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, e := range log {
		if e.Verb == "rebuild" {
			rows++
		}
	}
	if rows != 1 {
		t.Errorf("%d rows in the log", rows)
	}
	// From an instance that has nothing it fails, and can be started again.
	d := newNode(t, "sqlite", "D")
	empty := newNode(t, "sqlite", "E")
	if err := d.harvester.StartRebuild(ctx, system, harvest.RebuildOptions{Origin: a.base, Mirror: empty.base, Key: key}); err != nil {
		t.Fatal(err)
	}
	settle(t, d)
	if got, err = d.harvester.LastRebuild(ctx, a.base); err != nil || got.State != harvest.RebuildFailed || !strings.Contains(got.Error, "mirrors nothing") {
		t.Errorf("from nothing: %+v, %v", got, err)
	}
	if err := d.harvester.StartRebuild(ctx, system, opt); err != nil {
		t.Errorf("again: %v", err)
	}
}
