package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	maxFileLines     = 500
	maxFunctionLines = 60
	maxTestLines     = 80 // the table of cases is in it
)

// longer are the functions and files that are above the limits, with the reason.
var longer = map[string]string{
	"internal/outbox/publish_test.go TestPublish":             "one table of who hears of what",
	"internal/directory/validate_test.go TestValidateRefuses": "one table of each field's errors",
}

// TestShape holds the tree to its own style: every package says what it is,
// every exported name what it means, a file is one subject and a function fits
// a screen. Tests need no comments.
func TestShape(t *testing.T) {
	documented := map[string]bool{}
	fset := token.NewFileSet()
	for _, path := range sources(t) {
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			continue
		}
		name := strings.TrimPrefix(filepath.ToSlash(path), "../../")
		if n := fset.File(f.FileStart).LineCount(); n > maxFileLines && longer[name] == "" {
			t.Errorf("%s has %d lines", name, n)
		}
		dir := filepath.Dir(name)
		if !strings.HasSuffix(name, "_test.go") {
			documented[dir] = documented[dir] || f.Doc != nil
		}
		for _, d := range f.Decls {
			checkDecl(t, fset, name, d)
		}
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("package %s does not say what it is", dir)
		}
	}
}

func checkDecl(t *testing.T, fset *token.FileSet, name string, d ast.Decl) {
	t.Helper()
	limit := maxFunctionLines
	if strings.HasSuffix(name, "_test.go") {
		limit = maxTestLines
	} else {
		for _, what := range undocumented(d) {
			t.Errorf("%s: %s has no comment", fset.Position(d.Pos()), what)
		}
	}
	fn, ok := d.(*ast.FuncDecl)
	if !ok {
		return
	}
	n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1
	if key := name + " " + fn.Name.Name; n > limit && longer[key] == "" {
		t.Errorf("%s has %d lines", key, n)
	}
}

// sources are the Go files of the module.
func sources(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, root := range []string{"cmd", "federation", "internal", "migrations", "web"} {
		err := filepath.WalkDir(filepath.Join("../..", root), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Name() == "node_modules" {
				return fs.SkipDir
			}
			if strings.HasSuffix(path, ".go") {
				paths = append(paths, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// undocumented are the exported names of a declaration without a comment. One
// comment on a group of constants, variables or types is enough for all of it.
func undocumented(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		known := d.Recv != nil && (d.Name.Name == "Error" || d.Name.Name == "String" || d.Name.Name == "Unwrap")
		if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) && !known {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		if d.Doc == nil && d.Tok != token.IMPORT {
			return undocumentedSpecs(d.Specs)
		}
	}
	return nil
}

func undocumentedSpecs(specs []ast.Spec) []string {
	var names []string
	for _, s := range specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Doc == nil && s.Comment == nil && s.Name.IsExported() {
				names = append(names, s.Name.Name)
			}
		case *ast.ValueSpec:
			for _, n := range s.Names {
				if s.Doc == nil && s.Comment == nil && n.IsExported() {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

// exportedReceiver reports whether a function is no method, or one of an
// exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if generic, ok := typ.(*ast.IndexExpr); ok {
		typ = generic.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

// licences are the direct dependencies with their licences, each of which a
// program under the AGPL may link.
var licences = map[string]string{
	"filippo.io/bigmod":                  "BSD-3-Clause",
	"github.com/andybalholm/brotli":      "MIT",
	"github.com/BurntSushi/toml":         "MIT",
	"github.com/arran4/golang-ical":      "Apache-2.0", // tests only
	"github.com/go-chi/chi/v5":           "MIT",
	"github.com/go-fed/activity":         "BSD-3-Clause",
	"github.com/google/go-cmp":           "BSD-3-Clause", // tests only
	"github.com/google/uuid":             "BSD-3-Clause",
	"github.com/jackc/pgx/v5":            "MIT",
	"github.com/microcosm-cc/bluemonday": "BSD-3-Clause",
	"github.com/rogpeppe/go-internal":    "BSD-3-Clause", // tests only
	"golang.org/x/crypto":                "BSD-3-Clause",
	"golang.org/x/image":                 "BSD-3-Clause",
	"golang.org/x/net":                   "BSD-3-Clause",
	"golang.org/x/sync":                  "BSD-3-Clause",
	"golang.org/x/term":                  "BSD-3-Clause",
	"golang.org/x/text":                  "BSD-3-Clause",
	"modernc.org/sqlite":                 "BSD-3-Clause",
}

// TestDependencies: one more dependency is a decision, taken here.
func TestDependencies(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) == 2 && strings.HasPrefix(f[1], "v") && strings.Contains(f[0], ".") {
			have[f[0]] = true
			if licences[f[0]] == "" {
				t.Errorf("%s is on no list", f[0])
			}
		}
	}
	for name := range licences {
		if !have[name] {
			t.Errorf("%s is listed and not used", name)
		}
	}
}
