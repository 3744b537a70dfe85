package transfer

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/graph"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// ldContext is whole in the file, so that nobody has to fetch one.
var ldContext = map[string]any{
	"schema": "https://schema.org/", "dcterms": "http://purl.org/dc/terms/", "skos": "http://www.w3.org/2004/02/skos/core#",
	"as": "https://www.w3.org/ns/activitystreams#", "bocage": federation.NS, "xsd": "http://www.w3.org/2001/XMLSchema#",
	"subject": map[string]any{"@id": "as:subject", "@type": "@id"}, "object": map[string]any{"@id": "as:object", "@type": "@id"},
	"relationship": map[string]any{"@id": "as:relationship", "@type": "@id"},
	"confirmed":    map[string]any{"@id": "bocage:confirmed", "@type": "xsd:boolean"},
	"statedBy":     map[string]any{"@id": "dcterms:provenance", "@type": "@id"},
}

// ldNames writes a text in its languages.
func ldNames(t directory.LangText) []map[string]string {
	var out []map[string]string
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		v := map[string]string{"@value": t[lang]}
		if lang != "und" {
			v["@language"] = lang
		}
		out = append(out, v)
	}
	return out
}

// ldType is the class of a node in schema.org's words.
func ldType(n graph.Node) string {
	switch n.Kind {
	case directory.KindText:
		if n.Text != nil && n.Text.Form == "law" {
			return "schema:Legislation"
		}
		return "schema:CreativeWork"
	case directory.KindEvent:
		return "schema:Event"
	case directory.KindConcept:
		return "skos:Concept"
	case directory.KindPlace:
		return "schema:Place"
	case "":
		return "schema:Thing"
	}
	return "schema:Organization"
}

// ldNode is a node with its edges as properties.
func ldNode(n graph.Node, edges []graph.Edge, info GraphInfo) map[string]any {
	d := map[string]any{"@id": n.URI, "@type": ldType(n), "schema:name": ldNames(n.Name)}
	set := func(key, value string) {
		if value != "" {
			d[key] = value
		}
	}
	row := nodeRow(n, info)
	set("dcterms:issued", row[4])
	set("schema:author", row[6])
	set("schema:inLanguage", row[7])
	if row[11] != "" {
		d["schema:url"] = map[string]string{"@id": row[11]}
	}
	if l, ok := directory.LicenceByID(n.Licence); ok && l.URL != "" {
		d["dcterms:license"] = map[string]string{"@id": l.URL}
	} else {
		set("dcterms:license", n.Licence)
	}
	if s := ldNames(n.Summary); len(s) > 0 {
		d["schema:abstract"] = s
	}
	for _, e := range edges {
		key := vocab.RelationIRI(e.Type)
		list, _ := d[key].([]map[string]string)
		d[key] = append(list, map[string]string{"@id": e.Object})
	}
	return d
}

// ldEdge is an edge as a thing of its own, with what is known of it.
func ldEdge(e graph.Edge, info GraphInfo) map[string]any {
	by := e.StatedBy
	if by == "" {
		by = info.Base
	}
	d := map[string]any{"@type": "as:Relationship", "subject": e.Subject, "relationship": vocab.RelationIRI(e.Type), "object": e.Object,
		"confirmed": e.Confirmed, "statedBy": by}
	for key, value := range map[string]string{"dcterms:date": e.Date, "schema:description": e.Note, "dcterms:source": e.Source} {
		if value != "" {
			d[key] = value
		}
	}
	return d
}

func writeGraphJSONLD(w io.Writer, g *graph.Graph, info GraphInfo) error {
	of := map[string][]graph.Edge{}
	for _, e := range g.Edges {
		of[e.Subject] = append(of[e.Subject], e)
	}
	parts := []any{map[string]any{"@id": info.Self, "@type": "schema:Dataset", "schema:name": info.Title, "dcterms:publisher": map[string]string{"@id": info.Base},
		"dcterms:modified": info.Now.UTC().Format(time.RFC3339)}}
	for _, n := range g.Nodes {
		parts = append(parts, ldNode(n, of[n.URI], info))
	}
	for _, e := range g.Edges {
		parts = append(parts, ldEdge(e, info))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(map[string]any{"@context": ldContext, "@graph": parts})
}
