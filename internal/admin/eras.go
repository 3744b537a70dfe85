package admin

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// erasPath is where the section is.
const erasPath = "/admin/eras"

// ErasPage is the eras that the timeline draws.
type ErasPage struct {
	Base
	Text string
	// Own says that they are not the default ones.
	Own bool
}

// Eras is GET /admin/eras.
func (a *Admin) Eras(w http.ResponseWriter, r *http.Request) error {
	b, _, ok, err := a.open(w, r, "eras")
	if err != nil || !ok {
		return err
	}
	p := &ErasPage{Base: b}
	p.Text, err = a.cfg.Store.Setting(r.Context(), directory.EraSetting)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("eras: %w", err)
	}
	if p.Own = p.Text != ""; !p.Own {
		p.Text = directory.DefaultEras()
	}
	return a.pages.Page(w, r, http.StatusOK, "admin-eras", p)
}

// PostEras is POST /admin/eras: reset brings the default ones back.
func (a *Admin) PostEras(w http.ResponseWriter, r *http.Request) error {
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(r.PostFormValue("eras"), "\r\n", "\n")
	if r.PostFormValue("reset") != "" {
		text = ""
	} else if strings.TrimSpace(text) == "" {
		text = "#\n" // no era at all, which is not the default
	}
	err = a.cfg.Ledger.SetEras(r.Context(), who, text)
	var bad directory.Invalid
	if errors.As(err, &bad) {
		b, _, ok, err := a.open(w, r, "eras")
		if err != nil || !ok {
			return err
		}
		p := &ErasPage{Base: b, Text: text, Own: true}
		p.Fault, p.FaultAt = p.T("admin.eras.fault", "line", bad[0].Message), "eras"
		return a.pages.Page(w, r, http.StatusUnprocessableEntity, "admin-eras", p)
	}
	if err != nil {
		return err
	}
	done(w, r, erasPath, "eras")
	return nil
}
