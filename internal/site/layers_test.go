package site

import (
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// TestLayers: the counts by area have a legend and a table whose rows lead to
// the entries of the area; lines and areas can be switched off; what is unknown
// shows the entries.
func TestLayers(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.add(garden()) // in Rennes
	b.add(forum())  // in Lyon
	e := garden()
	e.Name = directory.LangText{"fr": "Pré"}
	e.Place.Shape = meadow
	b.add(e)
	b.refresh()
	doc := b.ok("/?layer=region&theme=jardin")
	var row string
	for _, n := range findAll(doc, "#tableau tbody tr") {
		if strings.HasPrefix(text(n), "Bretagne") {
			row = text(n)
			if href := attr(find(n, "a"), "href"); !strings.Contains(href, "area=region%3A53") || strings.Contains(href, "layer=") || !strings.Contains(href, "theme=jardin") {
				t.Errorf("Bretagne leads to %q", href)
			}
		}
	}
	if !strings.Contains(row, "2") || !strings.Contains(row, "Alimentation") {
		t.Errorf("the row of Bretagne is %q", row)
	}
	if n := len(findAll(doc, "#legende li")); n != 2 { // 1, 2 and more
		t.Errorf("%d classes in the legend", n)
	}
	if find(doc, "input[name=layer][value=region][checked]") == nil || find(doc, "#filtres input[name=layer][value=region]") == nil {
		t.Error("the choice is not kept")
	}
	if doc := b.ok("/?layer=heat"); find(doc, "#legende .rampe") == nil || len(findAll(doc, ".carte-fond circle")) < 2 || find(doc, "a.amas") != nil {
		t.Error("the density is not drawn")
	}
	if doc := b.ok("/?layer=nonsense&c=48.1,-1.65,10"); find(doc, "#legende[hidden]") == nil || find(doc, ".contour") == nil {
		t.Error("an unknown layer does not show the entries")
	}
	if doc := b.ok("/?shapes=0&c=48.1,-1.65,10"); find(doc, ".contour") != nil {
		t.Error("areas are drawn though switched off")
	}
	if doc := b.ok("/?shapes=1&shapes=0&c=48.1,-1.65,10"); find(doc, ".contour") == nil {
		t.Error("the form's box does not win over its default")
	}
	if w, _ := b.get("/?layer=dep&fragment=list"); !strings.Contains(w.Body.String(), `id="tableau"`) || !strings.Contains(w.Body.String(), `id="legende"`) {
		t.Error("the fragment has no legend or table")
	}
}
