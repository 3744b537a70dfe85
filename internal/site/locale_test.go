package site

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/graph"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/web"
)

// families are the keys that the program completes with a value: any key that
// begins with one of them counts as used.
var families = []string{"export.format.", "print.", "around.depth.", "embed.view.", "embed.scheme.", "layers.", "start.", "admin.tours.did.", "admin.tours.step.",
	"discussion.done.", "discussion.fault.", "discussion.rule.", "admin.discussion.action.", "admin.discussion.state.", "kind.", "kinds.", "count.", "textform.", "language.", "date.month.", "date.season.", "entry.notice.",
	"follow.", "fact.", "pillar.", "ostrom.", "rel.", "edge.", "event.status.", "field.", "scale.", "lineage.depth.", "peer.", "error.",
	"form.", "fault.", "filter.other_kinds.", "date.ago.", "theme.short.", "admin.done.", "audit.verb.", "life.done.", "life.fault.", "twin.", "history.",
	"admin.federation.follow.", "admin.federation.lost.fault.", "admin.federation.lost.how.", "admin.federation.lost.reason.",
	"admin.federation.lost.state.", "admin.federation.show.", "admin.federation.state.", "admin.followers.approval.", "admin.moderation.action.",
	"admin.moderation.ask.", "admin.moderation.cause.", "admin.moderation.does.", "admin.moderation.effect.", "admin.moderation.fault.",
	"admin.moderation.list.", "admin.moderation.why.", "admin.moderation.outcome.", "admin.moderation.size.", "admin.moderation.tab.", "admin.sources.action.",
	"admin.sources.fault.", "admin.sources.field.", "admin.sources.reason.", "admin.sources.review.", "admin.sources.state.", "admin.sources.twin.",
	"admin.sources.words.", "admin.archive.fault.", "admin.archive.state.", "admin.archive.use.", "admin.archive.words.",
	"cause.", "report.category.", "lanes.", "vague.", "weekday."}

var (
	templateKey = regexp.MustCompile(`\.(T|N) "([a-z0-9_.]+)"`)
	literal     = regexp.MustCompile(`"([a-z][a-z0-9_]*(?:\.[a-zA-Z0-9_]+)*)"`)
	call        = regexp.MustCompile(`\.(T|N)\("([a-zA-Z0-9_.]+)"`)
)

func catalogue(t *testing.T) *i18n.Catalogue {
	t.Helper()
	c, err := i18n.Load(web.Locales())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sources reads the Go files of the packages that ask for texts.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, dir := range []string{".", "../i18n", "../page", "../admin"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(raw)
		}
	}
	return all.String()
}

func TestLocalesHaveTheSameKeys(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	fr, _ := c.Locale("fr")
	en, _ := c.Locale("en")
	for _, k := range fr.Keys() {
		if !en.Has(k) {
			t.Errorf("en.json lacks %q", k)
		}
		if fr.Plural(k) != en.Plural(k) {
			t.Errorf("%q has plural forms in one language only", k)
		}
	}
	for _, k := range en.Keys() {
		if !fr.Has(k) {
			t.Errorf("fr.json lacks %q", k)
		}
	}
}

func TestEveryKeyExistsAndIsUsed(t *testing.T) {
	t.Parallel()
	fr, _ := catalogue(t).Locale("fr")
	used := map[string]bool{}
	need := func(where, method, key string) {
		used[key] = true
		if strings.HasSuffix(key, ".") {
			return
		}
		if !fr.Has(key) {
			t.Errorf("%s asks for %q, which no locale has", where, key)
		} else if (method == "N") != fr.Plural(key) {
			t.Errorf("%s asks for %q by %s, and its plural forms say otherwise", where, key, method)
		}
	}
	templates := web.Templates()
	err := fs.WalkDir(templates, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(templates, path)
		if err != nil {
			return err
		}
		for _, m := range templateKey.FindAllStringSubmatch(string(raw), -1) {
			need(path, m[1], m[2])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	src := sources(t)
	for _, m := range call.FindAllStringSubmatch(src, -1) {
		need("the program", m[1], m[2])
	}
	for _, m := range literal.FindAllStringSubmatch(src, -1) {
		used[m[1]] = true
	}
	for _, k := range fr.Keys() {
		family := slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(k, f) })
		name := strings.TrimPrefix(strings.TrimSuffix(k, ".title"), "admin.") // pages and sections are titled by their names
		page := strings.HasSuffix(k, ".title") && used[name]
		if !used[k] && !family && !page {
			t.Errorf("nothing asks for %q", k)
		}
	}
}

func TestEveryValueHasAName(t *testing.T) {
	t.Parallel()
	fr, _ := catalogue(t).Locale("fr")
	var keys []string
	for _, k := range directory.Kinds() {
		keys = append(keys, "kind."+string(k), "kinds."+string(k), "count."+string(k))
	}
	for _, r := range relationOrder {
		keys = append(keys, "rel."+string(r), "rel.inverse."+string(r))
	}
	for _, r := range graph.DescentTypes() {
		keys = append(keys, "edge."+string(r), "edge.up."+string(r), "edge.down."+string(r))
	}
	for _, f := range textForms {
		keys = append(keys, "textform."+f)
	}
	for _, g := range formGroups() {
		keys = append(keys, "form.group."+g.name)
		for _, f := range g.fields {
			keys = append(keys, "form."+f.name)
		}
	}
	for _, k := range keys {
		if !fr.Has(k) {
			t.Errorf("no text for %q", k)
		}
	}
}

func TestPlaceholdersAgree(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	fr, _ := c.Locale("fr")
	en, _ := c.Locale("en")
	names := regexp.MustCompile(`\{[a-z]+\}`)
	for _, k := range fr.Keys() {
		a, b := names.FindAllString(fr.T(k), -1), names.FindAllString(en.T(k), -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%q: placeholders %v in French, %v in English", k, a, b)
		}
	}
}
