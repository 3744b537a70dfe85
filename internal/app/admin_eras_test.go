package app

import (
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestErasAreTheInstances: an administrator names the eras of the chronology, hears
// which line cannot be read, and brings the default ones back.
func TestErasAreTheInstances(t *testing.T) {
	a := testApp(t)
	far(t, a)
	admin := signIn(t, a, store.User{Name: "admin", Admin: true})
	drawn := func() string {
		t.Helper()
		w := admin.do(http.MethodGet, "/timeline?from=1500&to=2020&lang=fr", nil)
		if w.Code != http.StatusOK {
			t.Fatalf("timeline: %d", w.Code)
		}
		return w.Body.String()
	}
	if text := drawn(); !strings.Contains(text, "Trente Glorieuses") {
		t.Error("the default eras are not drawn")
	}
	body, token := admin.page("/admin/eras?lang=fr")
	if !strings.Contains(body, "1604/1914; Enclosures; Enclosures") {
		t.Error("the form does not start from what is shown")
	}
	body, _ = admin.send("/admin/eras", token, "eras", "1600/1700; Grand siècle\n1700; Lumières")
	if !strings.Contains(body, "2: ") || !strings.Contains(body, "Grand siècle") || strings.Contains(drawn(), "Grand siècle") {
		t.Errorf("a wrong line is not refused, or not given back: %.300s", body)
	}
	if _, to := admin.send("/admin/eras", token, "eras", "1600/1700; Grand <siècle>; Great century"); !strings.HasPrefix(to, "/admin/eras") {
		t.Errorf("sent to %q", to)
	}
	if text := drawn(); !strings.Contains(text, "Grand &lt;siècle&gt;") || strings.Contains(text, "Trente Glorieuses") {
		t.Error("the instance's own eras are not drawn")
	}
	admin.send("/admin/eras", token, "eras", "")
	if text := drawn(); strings.Contains(text, `class="s-ere"`) {
		t.Error("no era was asked for, and some are drawn")
	}
	admin.send("/admin/eras", token, "eras", "x", "reset", "1")
	if text := drawn(); !strings.Contains(text, "Trente Glorieuses") {
		t.Error("the default eras do not come back")
	}
	log, err := a.Store.Audit(t.Context(), "", 10)
	if err != nil || len(log) == 0 || log[0].Verb != "eras.edit" {
		t.Errorf("audit %+v, %v", log, err)
	}
	if err := a.Ledger.SetEras(t.Context(), directory.Who{Name: "quelqu’un"}, ""); err == nil {
		t.Error("anybody changes the eras")
	}
}
