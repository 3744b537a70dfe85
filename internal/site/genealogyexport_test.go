package site

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
)

// exported is a small graph: a law, a manifesto that answers it, what is not held.
func exported(b *bench) (law, answer directory.Entry) {
	law = b.add(manifesto("=Loi <des> communs & cætera", "1990"))
	born := b.add(forum())
	answer = b.add(manifesto("Manifeste", "2000-05",
		directory.Relation{Type: directory.RelRespondsTo, Object: law.URI, Date: "2000-06", Note: "=Une note", Source: "Archives, p. 3"},
		directory.Relation{Type: directory.RelCites, Object: "https://loin.test/texts/1", Name: "Texte lointain"},
		directory.Relation{Type: directory.RelFoundedAt, Object: born.URI}))
	draft := manifesto("Brouillon", "2010", directory.Relation{Type: directory.RelCites, Object: law.URI})
	draft.Status = directory.StatusDraft
	b.add(draft)
	return law, answer
}

func (b *bench) file(path string) []byte {
	b.t.Helper()
	w, _ := b.get(path)
	if w.Code != http.StatusOK {
		b.t.Fatalf("%s: status %d", path, w.Code)
	}
	if bytes.Contains(w.Body.Bytes(), []byte("Brouillon")) {
		b.t.Errorf("%s names a draft", path)
	}
	return w.Body.Bytes()
}

func TestExportGraphML(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	law, answer := exported(b)
	type data struct {
		Key   string `xml:"key,attr"`
		Value string `xml:",chardata"`
	}
	var doc struct {
		Graph struct {
			Nodes []struct {
				ID   string `xml:"id,attr"`
				Data []data `xml:"data"`
			} `xml:"node"`
			Edges []struct {
				Source string `xml:"source,attr"`
				Target string `xml:"target,attr"`
				Data   []data `xml:"data"`
			} `xml:"edge"`
		} `xml:"graph"`
	}
	if err := xml.Unmarshal(b.file("/export/genealogy.graphml"), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Graph.Nodes) != 4 || len(doc.Graph.Edges) != 3 {
		t.Fatalf("%d nodes and %d edges, want 4 and 3", len(doc.Graph.Nodes), len(doc.Graph.Edges))
	}
	e := doc.Graph.Edges[0]
	if e.Source != answer.URI || e.Target != law.URI {
		t.Errorf("edge from %s to %s", e.Source, e.Target)
	}
	got := map[string]string{}
	for _, d := range e.Data {
		got[d.Key] = d.Value
	}
	for key, want := range map[string]string{"edge_type": "responds_to", "edge_date": "2000-06", "edge_note": "=Une note", "edge_source": "Archives, p. 3", "edge_stated_by": testBase, "edge_confirmed": "true"} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
}

func TestExportTables(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	_, answer := exported(b)
	rows, err := csv.NewReader(bytes.NewReader(b.file("/export/genealogy.csv"))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		for _, cell := range row {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("a spreadsheet runs %q", cell)
			}
		}
	}
	if rows[1][0] != answer.URI || rows[1][6] != "'=Une note" || rows[2][9] != "false" {
		t.Errorf("edges %q", rows)
	}
	rows, err = csv.NewReader(bytes.NewReader(b.file("/export/genealogy.nodes.csv?from=1999"))).ReadAll()
	if err != nil || len(rows) != 4 { // the manifesto, where it was born, what is not held
		t.Fatalf("%d rows: %v", len(rows), err)
	}
}

func TestExportKumuAndJSONLD(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	law, answer := exported(b)
	b.add(manifesto("Manifeste", "2001"))
	var kumu struct {
		Elements    []struct{ Label, ID string }
		Connections []struct{ From, To, Type, Source, Date string }
	}
	if err := json.Unmarshal(b.file("/export/genealogy.kumu.json"), &kumu); err != nil {
		t.Fatal(err)
	}
	labels := map[string]bool{}
	for _, e := range kumu.Elements {
		if labels[e.Label] {
			t.Errorf("two elements are called %q", e.Label)
		}
		labels[e.Label] = true
	}
	for _, c := range kumu.Connections {
		if !labels[c.From] || !labels[c.To] {
			t.Errorf("connection between unknown elements: %+v", c)
		}
	}
	var ld struct {
		Context map[string]any   `json:"@context"`
		Graph   []map[string]any `json:"@graph"`
	}
	if err := json.Unmarshal(b.file("/export/genealogy.jsonld"), &ld); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, v := range ld.Graph {
		if v["@type"] == "as:Relationship" && v["subject"] == answer.URI && v["object"] == law.URI {
			found++
			if v["dcterms:source"] != "Archives, p. 3" || v["confirmed"] != true || v["schema:description"] != "=Une note" {
				t.Errorf("edge %v", v)
			}
		}
	}
	if found != 1 || len(ld.Context) == 0 {
		t.Errorf("the edge is there %d times", found)
	}
}

func TestExportDrawings(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	law, _ := exported(b)
	for _, path := range []string{"/export/genealogy.svg", "/export/genealogy.svg?id=" + law.ID + "&depth=1", "/export/genealogy.svg?theme=eau"} {
		svg := b.file(path)
		if err := xml.Unmarshal(svg, &struct{}{}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if path != "/export/genealogy.svg?theme=eau" && !bytes.Contains(svg, []byte(testBase+"/genealogy/"+law.ID)) {
			t.Errorf("%s: no link to the text", path)
		}
	}
	if pdf := b.file("/export/genealogy.pdf?id=" + law.ID); !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.Contains(pdf, []byte("/URI("+testBase+"/genealogy/"+law.ID+")")) {
		t.Error("no PDF, or without links")
	}
	for path, want := range map[string]int{"/export/genealogy.exe": 404, "/export/genealogy.svg?id=nobody": 404, "/export/genealogy.svg?theme=nosuch": 400} {
		if w, _ := b.get(path); w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
	}
	w, _ := b.get("/export/genealogy.csv")
	if again, _ := b.get("/export/genealogy.csv", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("asked again: status %d", again.Code)
	}
}

// More texts than can be drawn are a list, page by page, and the page says so.
func TestGenealogyOfManyTexts(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	var es []directory.Entry
	for i := range overviewMost + 1 {
		e := manifesto(fmt.Sprintf("Texte %04d", i), fmt.Sprint(1000+i))
		e.Owner, e.Status, e.SourceKey = b.org.ID, directory.StatusPublished, fmt.Sprint(i)
		es = append(es, e)
	}
	if _, err := b.ledger.Upsert(t.Context(), system, es, ledger.UpsertOptions{}); err != nil {
		t.Fatal(err)
	}
	b.refresh()
	doc := b.ok("/genealogy")
	if find(doc, ".toile") != nil || !strings.Contains(text(doc), "n’est pas fait au-delà de 600") {
		t.Error("it is drawn, or does not say why not")
	}
	seen := 0
	for path := "/genealogy"; path != ""; {
		doc := b.ok(path)
		seen += len(findAll(doc, "tbody tr"))
		path = ""
		if next := find(doc, "a[rel=next]"); next != nil {
			path, _, _ = strings.Cut(attr(next, "href"), "#")
		}
	}
	if seen != overviewMost+1 {
		t.Errorf("the pages list %d texts, want %d", seen, overviewMost+1)
	}
	if find(b.ok("/genealogy?from=1500"), ".toile") == nil {
		t.Error("a selection that is small enough is not drawn")
	}
}
