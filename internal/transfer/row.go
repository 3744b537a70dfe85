package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// row is one entry of the file before it is understood.
type row struct {
	line, number int
	cells        []cell
	// point is the geometry's position; nil when the format or the row has none.
	point *[2]float64 // lon, lat
	// centre says that point is the centre of a line or an area that is no shape.
	centre bool
	// shape is the geometry when it is a line or an area.
	shape directory.Shape
	// problem refuses the row before its cells are read.
	problem *Problem
}

// source is a file that can be read several times.
type source struct {
	spool  *spool
	format Format
	delim  byte
	header []string // CSV
	lang   string   // of most of the text, "" when that is not clear
}

// newSource finds the format, and for CSV the delimiter and the header.
func newSource(s *spool, opt ImportOptions) (*source, error) {
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(s.open(), head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	text := string(head[:n])
	if strings.TrimSpace(text) == "" {
		return nil, &FileError{Message: "the file is empty"}
	}
	src := &source{spool: s, format: opt.Format, lang: guessLanguage(text)}
	if first := strings.TrimSpace(text)[0]; src.format == "" || src.format == Auto {
		switch {
		case first == '{' || first == '[':
			src.format = GeoJSON
		case first == '<':
			return nil, &FileError{1, "this is XML or HTML: CSV or GeoJSON is needed"}
		default:
			src.format = CSV
		}
	}
	switch src.format {
	case CSV:
		return src, src.readHeader(text, opt.Delimiter)
	case GeoJSON, JSON:
		return src, checkDepth(s.open())
	}
	return nil, &FileError{Message: fmt.Sprintf("format %q cannot be imported: use csv or geojson", src.format)}
}

func (s *source) readHeader(head, delimiter string) error {
	switch delimiter {
	case "":
		s.delim = detectDelimiter(head)
	case "tab", `\t`:
		s.delim = '\t'
	default:
		if len(delimiter) != 1 || !strings.Contains(delimiters+":^~", delimiter) {
			return &FileError{Message: fmt.Sprintf("delimiter %q is not one of , ; tab |", delimiter)}
		}
		s.delim = delimiter[0]
	}
	_, rec, err := s.begin()
	if err != nil {
		return err
	}
	if rec.huge >= 0 {
		return &FileError{rec.line, "a column's name is over 64 KB"}
	}
	seen := map[string]bool{}
	for i, name := range rec.cells {
		name = strings.TrimSpace(name)
		if name != "" && seen[name] {
			name = fmt.Sprintf("%s (%d)", name, i+1)
		}
		seen[name] = true
		s.header = append(s.header, name)
	}
	return nil
}

// begin opens the CSV and reads its header.
func (s *source) begin() (*csvReader, csvRecord, error) {
	r := newCSVReader(s.spool.open(), s.delim)
	rec, err := r.next()
	if err == nil && len(rec.cells) > 0 && strings.HasPrefix(rec.cells[0], "sep=") {
		rec, err = r.next()
	}
	if errors.Is(err, io.EOF) && len(rec.cells) <= 1 {
		return nil, rec, &FileError{Message: "the file is empty"}
	}
	return r, rec, err
}

// each calls fn with every row. Its errors are fn's, or make the whole file unreadable.
func (s *source) each(jsonField func(string) bool, fn func(row) error) error {
	if s.format == CSV {
		return s.eachCSV(fn)
	}
	number := 0
	j := newJSONReader(s.spool.open)
	return j.walk(func(raw json.RawMessage, line int) error {
		if number++; number > MaxRows {
			return &FileError{line, fmt.Sprintf("the file has more than %d rows", MaxRows)}
		}
		return fn(jsonRow(raw, line, number, jsonField))
	})
}

func (s *source) eachCSV(fn func(row) error) error {
	r, _, err := s.begin()
	if err != nil {
		return err
	}
	for number := 1; ; number++ {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if number > MaxRows {
			return &FileError{rec.line, fmt.Sprintf("the file has more than %d rows", MaxRows)}
		}
		if !rec.ended && len(rec.cells) < len(s.header) {
			return &FileError{rec.line, fmt.Sprintf("the file is truncated: its last row has %d cells, the header has %d", len(rec.cells), len(s.header))}
		}
		if err := fn(s.csvRow(rec, number)); err != nil {
			return err
		}
	}
}

func (s *source) csvRow(rec csvRecord, number int) row {
	out := row{line: rec.line, number: number}
	if rec.huge >= 0 {
		name := ""
		if rec.huge < len(s.header) {
			name = s.header[rec.huge]
		}
		out.problem = &Problem{Field: name, Code: "too_long", Message: "the cell is over 64 KB"}
		return out
	}
	for len(rec.cells) > len(s.header) && rec.cells[len(rec.cells)-1] == "" {
		rec.cells = rec.cells[:len(rec.cells)-1]
	}
	if len(rec.cells) != len(s.header) {
		out.problem = &Problem{Code: "columns", Message: fmt.Sprintf("the row has %d cells, the header has %d", len(rec.cells), len(s.header))}
		return out
	}
	for i, text := range rec.cells {
		if text != "" {
			out.cells = append(out.cells, cell{s.header[i], unguard(text)})
		}
	}
	return out
}

// feature is a GeoJSON feature, or any object when it has no properties.
type feature struct {
	Type       string          `json:"type"`
	ID         json.RawMessage `json:"id"`
	Geometry   json.RawMessage `json:"geometry"`
	Properties json.RawMessage `json:"properties"`
}

func jsonRow(raw json.RawMessage, line, number int, jsonField func(string) bool) row {
	out := row{line: line, number: number}
	fail := func(field, code, message string) row {
		out.problem = &Problem{Field: field, Code: code, Message: message}
		return out
	}
	if raw[0] != '{' {
		return fail("", "type", "expected an object, got "+clip(string(raw)))
	}
	var f feature
	if err := json.Unmarshal(raw, &f); err != nil {
		f = feature{} // an object of another format, with other types under these names
	}
	body := raw
	if f.Type == "Feature" || len(f.Properties) > 0 {
		body = f.Properties
		if len(f.ID) > 0 && f.ID[0] != '{' && f.ID[0] != '[' && string(f.ID) != "null" {
			out.cells = append(out.cells, cell{"id", scalar(f.ID)})
		}
		if err := out.geometry(f.Geometry); err != nil {
			return fail("geometry", "geometry", err.Error())
		}
	}
	if len(body) == 0 || string(body) == "null" {
		body = json.RawMessage("{}")
	}
	var err error
	if out.cells, err = flatten(out.cells, "", body, jsonField); err != nil {
		return fail("properties", "type", "properties: "+err.Error())
	}
	out.cells = withoutOurLinks(out.cells)
	for _, c := range out.cells {
		if len(c.text) > MaxCell {
			return fail(c.name, "too_long", "the value is over 64 KB")
		}
	}
	return out
}

// withoutOurLinks takes the address of the page and the repeated name out of a
// feature that we wrote, which has names by language.
func withoutOurLinks(cells []cell) []cell {
	for _, c := range cells {
		if strings.HasPrefix(c.name, "names.") {
			return slices.DeleteFunc(cells, func(c cell) bool { return c.name == "url" || c.name == "name" })
		}
	}
	return cells
}

// geometry reads a line or an area as a shape, and else a position: that of a
// Point, or the middle of anything else.
func (r *row) geometry(raw json.RawMessage) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var g struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
		Geometries  json.RawMessage `json:"geometries"`
	}
	if err := json.Unmarshal(raw, &g); err != nil {
		return errors.New("the geometry is not a GeoJSON geometry")
	}
	if shape, err := directory.ParseShape(raw); err == nil {
		r.shape = shape
		return nil
	}
	switch g.Type {
	case "Point":
	case "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon":
		r.centre = true
	case "GeometryCollection":
		return errors.New("a GeometryCollection has no single position")
	default:
		return fmt.Errorf("unknown geometry type %q", clip(g.Type))
	}
	var v any
	dec := json.NewDecoder(strings.NewReader(string(g.Coordinates)))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return errors.New("the geometry has no coordinates")
	}
	b := bounds{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	if err := b.add(v); err != nil {
		return err
	}
	if b.west > b.east {
		if g.Type == "Point" {
			return errors.New("the point has no coordinates")
		}
		return errors.New("the geometry is empty")
	}
	r.point = &[2]float64{(b.west + b.east) / 2, (b.south + b.north) / 2}
	return nil
}

type bounds struct{ west, south, east, north float64 }

// add extends the bounds by nested positions, as encoding/json gives them.
func (b *bounds) add(v any) error {
	list, ok := v.([]any)
	if !ok {
		return errors.New("the coordinates are not numbers in a list")
	}
	if len(list) == 0 {
		return nil
	}
	if _, ok := list[0].([]any); ok {
		for _, m := range list {
			if err := b.add(m); err != nil {
				return err
			}
		}
		return nil
	}
	if len(list) < 2 {
		return errors.New("a position needs a longitude and a latitude")
	}
	var at [2]float64
	for i, limit := range [...]float64{180, 90} {
		n, ok := list[i].(json.Number)
		if !ok {
			return fmt.Errorf("the coordinate %v is not a number", list[i])
		}
		axis := [...]string{"longitude", "latitude"}[i]
		f, err := degrees(n.String(), axis, limit)
		if err != nil {
			if i == 1 && math.Abs(at[0]) <= 90 {
				return fmt.Errorf("%w: longitude and latitude look swapped, GeoJSON has the longitude first", err)
			}
			return err
		}
		at[i] = f
	}
	b.west, b.east = math.Min(b.west, at[0]), math.Max(b.east, at[0])
	b.south, b.north = math.Min(b.south, at[1]), math.Max(b.north, at[1])
	return nil
}
