package transfer

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/graph"
)

// The formats of graphs.
const (
	GraphML  Format = "graphml"
	Kumu     Format = "kumu"
	JSONLD   Format = "jsonld"
	EdgesCSV Format = "csv"
	NodesCSV Format = "nodes.csv"
)

// GraphInfo says what a file of a graph tells of itself.
type GraphInfo struct {
	// Title names the graph, Lang is the BCP 47 tag of the names to prefer.
	Title, Lang string
	// Base is the instance's URL without a trailing slash, Self that of the file.
	Base, Self string
	Now        time.Time
}

// WriteGraph writes a whole graph: every node and every edge with its date, note,
// source and who states it. The error wraps directory.ErrInvalid for an unknown format.
func WriteGraph(w io.Writer, f Format, g *graph.Graph, info GraphInfo) error {
	buf := bufio.NewWriterSize(w, 32<<10)
	write, ok := map[Format]func(io.Writer, *graph.Graph, GraphInfo) error{
		GraphML: writeGraphML, Kumu: writeKumu, JSONLD: writeGraphJSONLD, EdgesCSV: writeEdges, NodesCSV: writeNodes}[f]
	if !ok {
		return fmt.Errorf("export graph: %w: format %q", directory.ErrInvalid, f)
	}
	if err := write(buf, g, info); err != nil {
		return fmt.Errorf("export graph: %w", err)
	}
	return buf.Flush()
}

// nodeFields are the columns of nodes, edgeFields those of edges.
var (
	nodeFields = []string{"id", "name", "kind", "form", "date", "end", "authors", "language", "country", "themes", "licence", "page", "origin", "held"}
	edgeFields = []string{"subject", "subject_name", "type", "object", "object_name", "date", "note", "source", "stated_by", "confirmed"}
)

// nodeRow is a node by nodeFields.
func nodeRow(n graph.Node, info GraphInfo) []string {
	name, _ := n.Name.In(info.Lang)
	row := []string{n.URI, name, string(n.Kind), "", "", "", "", "", "", strings.Join(n.Themes, ";"), n.Licence, "", n.Origin, strconv.FormatBool(n.Held)}
	if n.Text != nil {
		row[3], row[6], row[7], row[8] = n.Text.Form, n.Text.Authors, n.Text.Language, n.Text.Country
	}
	if n.Period != nil {
		row[4], row[5] = n.Period.Start, n.Period.End
	}
	if n.Concept != nil {
		row[4], row[6] = n.Concept.FirstUse, n.Concept.FirstAuthor
	}
	if n.Held {
		row[11] = info.Base + "/" + n.Kind.Path() + "/" + n.ID
	}
	return row
}

// edgeRow is an edge by edgeFields.
func edgeRow(g *graph.Graph, e graph.Edge, info GraphInfo) []string {
	name := func(uri string) string {
		n, _ := g.Node(uri)
		s, _ := n.Name.In(info.Lang)
		return s
	}
	by := e.StatedBy
	if by == "" {
		by = info.Base
	}
	return []string{e.Subject, name(e.Subject), string(e.Type), e.Object, name(e.Object), e.Date, e.Note, e.Source, by, strconv.FormatBool(e.Confirmed)}
}

func writeEdges(w io.Writer, g *graph.Graph, info GraphInfo) error {
	c := csv.NewWriter(w)
	rows := [][]string{edgeFields}
	for _, e := range g.Edges {
		rows = append(rows, guarded(edgeRow(g, e, info)))
	}
	return c.WriteAll(rows)
}

func writeNodes(w io.Writer, g *graph.Graph, info GraphInfo) error {
	c := csv.NewWriter(w)
	rows := [][]string{nodeFields}
	for _, n := range g.Nodes {
		rows = append(rows, guarded(nodeRow(n, info)))
	}
	return c.WriteAll(rows)
}

// guarded makes cells that a spreadsheet would run harmless.
func guarded(row []string) []string {
	for i := range row {
		row[i] = guard(row[i])
	}
	return row
}

// writeGraphML writes the format of graphml.graphdrawing.org, which yEd, Gephi and
// Cytoscape read.
func writeGraphML(w io.Writer, g *graph.Graph, info GraphInfo) error {
	b := &strings.Builder{}
	b.WriteString(xml.Header + `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">` + "\n")
	keys := func(of string, fields []string) {
		for _, f := range fields {
			typ := "string"
			if f == "held" || f == "confirmed" {
				typ = "boolean"
			}
			fmt.Fprintf(b, `<key id="%s_%s" for="%s" attr.name="%s" attr.type="%s"/>`+"\n", of, f, of, f, typ)
		}
	}
	keys("node", nodeFields[1:])
	keys("edge", edgeFieldsOfGraph)
	fmt.Fprintf(b, `<graph id="%s" edgedefault="directed"><desc>%s</desc>`+"\n", xmlText(info.Self), xmlText(info.Title))
	data := func(of string, fields, row []string) {
		for i, f := range fields {
			if row[i] != "" {
				fmt.Fprintf(b, `<data key="%s_%s">%s</data>`, of, f, xmlText(row[i]))
			}
		}
	}
	for _, n := range g.Nodes {
		fmt.Fprintf(b, `<node id="%s">`, xmlText(n.URI))
		data("node", nodeFields[1:], nodeRow(n, info)[1:])
		b.WriteString("</node>\n")
	}
	for i, e := range g.Edges {
		row := edgeRow(g, e, info)
		fmt.Fprintf(b, `<edge id="e%d" source="%s" target="%s">`, i, xmlText(e.Subject), xmlText(e.Object))
		data("edge", edgeFieldsOfGraph, []string{row[2], row[5], row[6], row[7], row[8], row[9]})
		b.WriteString("</edge>\n")
	}
	b.WriteString("</graph></graphml>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// edgeFieldsOfGraph are the fields of an edge besides its two ends.
var edgeFieldsOfGraph = []string{"type", "date", "note", "source", "stated_by", "confirmed"}

// xmlText escapes text, and what XML cannot hold is replaced.
func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(strings.ToValidUTF8(s, "�"))) // a Builder takes everything
	return b.String()
}

// kumuElement and kumuConnection are what kumu.io imports; a connection names the
// labels of its two ends.
type kumuElement struct {
	Label       string   `json:"label"`
	Type        string   `json:"type,omitempty"`
	Description string   `json:"description,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	ID          string   `json:"id"`
	Date        string   `json:"date,omitempty"`
	Authors     string   `json:"authors,omitempty"`
	Licence     string   `json:"licence,omitempty"`
	URL         string   `json:"url,omitempty"`
}

type kumuConnection struct {
	From        string `json:"from"`
	To          string `json:"to"`
	Type        string `json:"type"`
	Direction   string `json:"direction"`
	Date        string `json:"date,omitempty"`
	Description string `json:"description,omitempty"`
	Source      string `json:"source,omitempty"`
	StatedBy    string `json:"stated by"`
	Confirmed   bool   `json:"confirmed"`
}

func writeKumu(w io.Writer, g *graph.Graph, info GraphInfo) error {
	out := struct {
		Elements    []kumuElement    `json:"elements"`
		Connections []kumuConnection `json:"connections"`
	}{[]kumuElement{}, []kumuConnection{}}
	labels, taken := map[string]string{}, map[string]bool{}
	for _, n := range g.Nodes {
		row := nodeRow(n, info)
		label := kumuLabel(row, taken)
		taken[label], labels[n.URI] = true, label
		summary, _ := n.Summary.In(info.Lang)
		typ := row[2]
		if row[3] != "" {
			typ = row[3]
		}
		out.Elements = append(out.Elements, kumuElement{Label: label, Type: typ, Description: summary, Tags: append(slices.Clone(n.Themes), n.Tags...),
			ID: n.URI, Date: row[4], Authors: row[6], Licence: row[10], URL: row[11]})
	}
	for _, e := range g.Edges {
		row := edgeRow(g, e, info)
		out.Connections = append(out.Connections, kumuConnection{From: labels[e.Subject], To: labels[e.Object], Type: row[2], Direction: "directed",
			Date: e.Date, Description: e.Note, Source: e.Source, StatedBy: row[8], Confirmed: e.Confirmed})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

// kumuLabel is a name that no other element has: with its date or a number where two
// are called the same.
func kumuLabel(row []string, taken map[string]bool) string {
	label := row[1]
	if label == "" {
		label = row[0]
	}
	if taken[label] && row[4] != "" {
		label += " (" + row[4] + ")"
	}
	for n, plain := 2, label; taken[label]; n++ {
		label = plain + " (" + strconv.Itoa(n) + ")"
	}
	return label
}
