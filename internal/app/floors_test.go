package app

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "codeberg.org/bocage/bocage/"

// floors is the house: a package imports only packages of lower floors, and on
// its own floor only those that are listed below it.
var floors = map[string]int{
	"cmd/bocage": 11, "internal/app/fedtest": 10, "internal/bench": 10,
	"internal/app":  9,
	"internal/site": 8, "internal/admin": 8, "internal/api": 8, "internal/resource": 8, "internal/demo": 8,
	"internal/inbox": 7, "internal/harvest": 7, "internal/transfer": 7,
	"internal/ledger": 6, "internal/discussion": 6,
	"internal/outbox":     5,
	"internal/moderation": 4, "internal/page": 4, "internal/checkup": 4,
	"internal/graph": 3, "internal/preview": 3, "internal/peer": 3, "internal/keyring": 3, "internal/auth": 3, "internal/view": 3, "internal/store/storetest": 3, "internal/store/storetest/withpostgres": 4,
	"internal/store": 2, "internal/vocab": 2, "internal/atlas": 2, "internal/register": 2, "internal/lexicon": 2, "internal/chronicle": 2,
	"internal/qr": 2, "internal/plate": 2, "internal/skos": 1, "internal/genealogy": 2, "internal/i18n": 2, "internal/sanitize": 2, "internal/basemap": 2,
	"federation": 1, "internal/directory": 1, "migrations": 1, "internal/jobs": 1, "internal/config": 1,
	"web":               1,
	"internal/glossary": 2,
	"internal/tileset":  0, "internal/gazetteer": 0, "federation/httpsig": 0, "federation/proof": 1, "federation/internal/raw": 0, "internal/mvt": 0, "internal/pdf": 0, "internal/glyph": 0, "internal/typeface": 0,
}

// onlyIn says which packages alone may import an outside module.
var onlyIn = map[string][]string{
	"github.com/go-fed/":         {"federation"},
	"github.com/jackc/pgx":       {"internal/store", "internal/store/storetest"},
	"modernc.org/sqlite":         {"internal/store", "internal/store/storetest"},
	"github.com/go-chi/chi":      {"internal/app"},
	"golang.org/x/image":         {"internal/pdf", "internal/preview", "internal/typeface"},
	"github.com/microcosm-cc/":   {"internal/sanitize"},
	"github.com/BurntSushi/toml": {"internal/config"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

// TestFloors holds the picture of the architecture.
func TestFloors(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./cmd/...", "./federation/...", "./internal/...", "./migrations/...", "./web")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		floor, ok := floors[name]
		if !ok && !strings.Contains(name, "/gen") {
			t.Errorf("%s is on no floor", name)
			continue
		}
		for _, imp := range p.Imports {
			checkImport(t, name, floor, imp)
		}
	}
}

func checkImport(t *testing.T, name string, floor int, imp string) {
	t.Helper()
	for prefix, who := range onlyIn {
		if strings.HasPrefix(imp, prefix) && !slices.Contains(who, name) {
			t.Errorf("%s imports %s, which is for %v only", name, imp, who)
		}
	}
	below, ours := strings.CutPrefix(imp, module)
	if !ours || strings.Contains(name, "/gen") {
		return
	}
	if strings.HasPrefix(name, "federation") && strings.HasPrefix(below, "internal/") {
		t.Errorf("%s imports %s: federation is for other programs too", name, below)
	}
	if f, ok := floors[below]; ok && f >= floor && !strings.HasPrefix(below, name+"/") {
		if below != "internal/directory" || floor != f { // the gazetteer and jobs speak of points and errors
			t.Errorf("%s (floor %d) imports %s (floor %d)", name, floor, below, f)
		}
	}
}

// TestOneFileImportsGoFed: the wire library's quirks are behind one file.
func TestOneFileImportsGoFed(t *testing.T) {
	out, err := exec.Command("grep", "-rlE", "--include=*.go", `^[[:space:]]*([a-z_.]+ )?"github.com/go-fed/[^"]*"$`, "../../federation", "../../internal", "../../cmd").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(out)); got != "../../federation/streams.go" {
		t.Errorf("go-fed is imported by %q", got)
	}
}
