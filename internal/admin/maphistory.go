package admin

import (
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// mapEditsShown is how many edits of a map its form lists.
const mapEditsShown = 20

// MapEditRow is one edit of a map.
type MapEditRow struct {
	Revision            int64
	When, Machine       string
	Who, Reason, Change string
	// Current is what the map is now.
	Current bool
}

// mapEdits lists the edits of a map with what each changed.
func (a *Admin) mapEdits(r *http.Request, p *MapPage, id string) error {
	edits, err := a.cfg.Store.MapEdits(r.Context(), id, mapEditsShown+1)
	if err != nil {
		return err
	}
	for i, e := range edits[:min(len(edits), mapEditsShown)] {
		row := MapEditRow{Revision: e.Map.Revision, When: p.Relative(e.At, p.Now), Machine: e.At.UTC().Format("2006-01-02T15:04:05Z"),
			Who: e.Who, Reason: e.Reason, Current: i == 0}
		if row.Who == directory.AtMachine().Name {
			row.Who = p.T("audit.machine")
		}
		if i+1 < len(edits) {
			row.Change = p.changed(edits[i+1].Map, e.Map)
		} else {
			row.Change = p.T("admin.maps.first")
		}
		p.Edits = append(p.Edits, row)
	}
	return nil
}

// changed names the steps of the form in which two versions differ.
func (p *MapPage) changed(before, after directory.Map) string {
	parts := func(m directory.Map) [4]any {
		area := m.Selection.Area
		what := m.Selection
		origins := what.Origins
		what.Area, what.Origins = directory.Area{}, nil
		return [4]any{area.String(), what, []any{m.Name, m.Summary, origins}, m.Look}
	}
	a, b := parts(before), parts(after)
	var out []string
	for i := range a {
		if !reflect.DeepEqual(a[i], b[i]) {
			out = append(out, p.T(stepNames[i]))
		}
	}
	if len(out) == 0 {
		return p.T("admin.maps.unchanged")
	}
	return strings.Join(out, ", ")
}

// PostRevertMap is POST /admin/maps/{id}/revert.
func (a *Admin) PostRevertMap(w http.ResponseWriter, r *http.Request) error {
	who, err := a.post(w, r)
	if err != nil {
		return err
	}
	revision, err := strconv.ParseInt(r.PostForm.Get("revision"), 10, 64)
	if err != nil {
		return fmt.Errorf("revision %.20q: %w", r.PostForm.Get("revision"), directory.ErrInvalid)
	}
	id := r.PathValue("id")
	if _, err := a.cfg.Ledger.RevertMap(r.Context(), who, id, revision, strings.TrimSpace(r.PostForm.Get("reason"))); err != nil {
		return err
	}
	done(w, r, "/admin/maps/"+id, "map_reverted")
	return nil
}
