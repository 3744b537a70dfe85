package main

import (
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/store"
)

// TestTellReport: a report from elsewhere names the account and the posts, and says so.
func TestTellReport(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	tellReport(&out, store.Report{ID: "1", Origin: "https://m.example", Category: "spam", Count: 2, Content: "adverts", Target: "https://b.ex/entries/org",
		Objects: []string{"https://b.ex/entries/org", "https://b.ex/events/1", "https://b.ex/notes/1"}})
	lines := strings.Split(out.String(), "\n")
	if len(lines) != 5 || !strings.HasSuffix(lines[0], "by https://m.example (2 times)  https://b.ex/entries/org") ||
		lines[1] != "  about https://b.ex/events/1" || lines[2] != "  about https://b.ex/notes/1" || lines[3] != "  adverts" {
		t.Errorf("%q", lines)
	}
}
