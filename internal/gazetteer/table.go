package gazetteer

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

//go:embed data/places.bin.gz
var packed []byte

// Class is what a row of the table is, in the order in which homonyms win.
type Class uint8

// The classes of rows.
const (
	ClassCommune Class = iota
	ClassDistrict
	ClassFormer
	ClassCity
)

// Row is one place of the table, as gen writes it.
type Row struct {
	Name       string
	Class      Class
	Lat, Lon   float64
	Population uint32
	// INSEE and Postcodes are of French rows only.
	INSEE     string
	Postcodes []uint32
	// Country and Admin1 are GeoNames codes of ClassCity only.
	Country, Admin1 string
}

// Area is a French département or région.
type Area struct{ Code, Name, Region string }

// magic begins the unpacked table; its last byte is the version of the layout.
const magic = "BOCGAZ\x00\x01"

// unit is the resolution of coordinates, degrees.
const unit = 1e-4

// Gazetteer answers queries; it never changes, so concurrent calls are safe.
type Gazetteer struct {
	names  []string
	keys   []string // sorted; parallel to names
	class  []Class
	points [][2]int32
	people []uint32
	insee  []uint32 // of French rows
	region []uint16 // of cities: index into zones
	zones  []string // "CC" + admin1
	// post holds postcode<<32 | row, sorted.
	post    []uint64
	first   []uint32 // first postcode of each French row
	depts   []Area
	regions []Area
}

// load unpacks the table once for the whole process: it is a constant that is
// too large to be written as one.
var load = sync.OnceValues(func() (*Gazetteer, error) { return unpack(packed) })

// Load returns the gazetteer; the first call unpacks it, in some 50 ms.
func Load() (*Gazetteer, error) { return load() }

// Pack writes the table that Load reads. The order of rows does not matter.
func Pack(w io.Writer, rows []Row, departments, regions []Area) error {
	type keyed struct {
		key string
		row Row
	}
	sorted := make([]keyed, len(rows))
	for i, r := range rows {
		sorted[i] = keyed{string(key(nil, r.Name, false)), r}
	}
	slices.SortFunc(sorted, func(a, b keyed) int {
		if c := strings.Compare(a.key, b.key); c != 0 {
			return c
		}
		if c := int(a.row.Class) - int(b.row.Class); c != 0 {
			return c
		}
		return strings.Compare(a.row.INSEE+a.row.Country+a.row.Name, b.row.INSEE+b.row.Country+b.row.Name)
	})
	var p packer
	p.b.WriteString(magic)
	p.areas(departments)
	p.areas(regions)
	p.num(uint64(len(sorted)))
	ordered := make([]Row, len(sorted))
	for i, k := range sorted {
		ordered[i] = k.row
	}
	p.rows(ordered)
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(p.b.Bytes()); err != nil {
		return err
	}
	return z.Close()
}

// rows writes the columns, one after the other: likeness packs well.
func (p *packer) rows(rows []Row) {
	prev := ""
	for _, r := range rows {
		n := shared(prev, r.Name)
		p.num(uint64(n))
		p.text(r.Name[n:])
		prev = r.Name
	}
	for _, r := range rows {
		p.b.WriteByte(byte(r.Class))
	}
	for _, r := range rows {
		p.signed(r.Lat)
	}
	for _, r := range rows {
		p.signed(r.Lon)
	}
	for _, r := range rows {
		p.num(uint64(r.Population))
	}
	for _, r := range rows {
		if r.Class == ClassCity {
			p.text(r.Country + r.Admin1)
			continue
		}
		p.num(uint64(inseeNumber(r.INSEE)))
		p.num(uint64(len(r.Postcodes)))
		for _, c := range r.Postcodes {
			p.num(uint64(c))
		}
	}
}

func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

type packer struct{ b bytes.Buffer }

func (p *packer) num(n uint64) { p.b.Write(binary.AppendUvarint(nil, n)) }
func (p *packer) text(s string) {
	p.num(uint64(len(s)))
	p.b.WriteString(s)
}
func (p *packer) signed(deg float64) {
	n := uint32(int32(round(deg / unit)))
	p.b.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16)})
}
func (p *packer) areas(as []Area) {
	p.num(uint64(len(as)))
	for _, a := range as {
		p.text(a.Code)
		p.text(a.Name)
		p.text(a.Region)
	}
}

func round(f float64) float64 {
	if f < 0 {
		return float64(int64(f - 0.5))
	}
	return float64(int64(f + 0.5))
}

// errTable means that the embedded file is not what gen writes.
var errTable = errors.New("gazetteer: the embedded table is damaged")

type unpacker struct {
	s   string
	bad bool
}

func (u *unpacker) num() uint64 {
	var n uint64
	for i := 0; i < len(u.s) && i < 10; i++ {
		c := u.s[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			u.s = u.s[i+1:]
			return n
		}
	}
	u.s, u.bad = "", true
	return 0
}

func (u *unpacker) text() string {
	n := u.num()
	if n > uint64(len(u.s)) {
		u.s, u.bad = "", true
		return ""
	}
	t := u.s[:n]
	u.s = u.s[n:]
	return t
}

func (u *unpacker) signed() int32 {
	if len(u.s) < 3 {
		u.s, u.bad = "", true
		return 0
	}
	n := int32(uint32(u.s[0])<<8|uint32(u.s[1])<<16|uint32(u.s[2])<<24) >> 8
	u.s = u.s[3:]
	return n
}

func (u *unpacker) areas() []Area {
	n := int(u.num())
	if n > len(u.s) {
		u.bad = true
		return nil
	}
	as := make([]Area, n)
	for i := range as {
		as[i] = Area{Code: u.text(), Name: u.text(), Region: u.text()}
	}
	return as
}

func unpack(gz []byte) (*Gazetteer, error) {
	z, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errTable, err)
	}
	var raw strings.Builder
	raw.Grow(4 << 20)
	if _, err := io.Copy(&raw, z); err != nil {
		return nil, fmt.Errorf("%w: %w", errTable, err)
	}
	u := &unpacker{s: raw.String()}
	if !strings.HasPrefix(u.s, magic) {
		return nil, errTable
	}
	u.s = u.s[len(magic):]
	g := &Gazetteer{depts: u.areas(), regions: u.areas()}
	n := int(u.num())
	if n > len(u.s) {
		return nil, errTable
	}
	g.readNames(u, n)
	g.readColumns(u, n)
	if u.bad || u.s != "" {
		return nil, errTable
	}
	slices.Sort(g.post)
	return g, nil
}

// readNames reads the names and makes their keys, each as a slice of one string.
func (g *Gazetteer) readNames(u *unpacker, n int) {
	g.names, g.keys = make([]string, n), make([]string, n)
	names, keys := make([]byte, 0, 20*n), make([]byte, 0, 20*n)
	ends := make([][2]int, n+1)
	last := 0
	for i := range n {
		start := len(names)
		keep := int(u.num())
		if keep > start-last {
			u.bad = true
			return
		}
		names = append(names, names[last:last+keep]...)
		names = append(names, u.text()...)
		keys = append(keys, key(keys[len(keys):], string(names[start:]), false)...)
		last, ends[i+1] = start, [2]int{len(names), len(keys)}
	}
	allNames, allKeys := string(names), string(keys)
	for i := range n {
		g.names[i] = allNames[ends[i][0]:ends[i+1][0]]
		g.keys[i] = allKeys[ends[i][1]:ends[i+1][1]]
	}
}

func (g *Gazetteer) readColumns(u *unpacker, n int) {
	g.class, g.points, g.people = make([]Class, n), make([][2]int32, n), make([]uint32, n)
	g.insee, g.first, g.region = make([]uint32, n), make([]uint32, n), make([]uint16, n)
	if len(u.s) < n {
		u.bad = true
		return
	}
	for i := range n {
		g.class[i] = Class(u.s[i])
	}
	u.s = u.s[n:]
	for i := range n {
		g.points[i][0] = u.signed()
	}
	for i := range n {
		g.points[i][1] = u.signed()
	}
	for i := range n {
		g.people[i] = uint32(u.num())
	}
	zones := map[string]uint16{}
	for i := 0; i < n && !u.bad; i++ {
		if g.class[i] == ClassCity {
			z := u.text()
			id, ok := zones[z]
			if !ok {
				id = uint16(len(g.zones))
				zones[z] = id
				g.zones = append(g.zones, z)
			}
			g.region[i] = id
			continue
		}
		g.insee[i] = uint32(u.num())
		for j := range u.num() {
			c := u.num()
			if j == 0 {
				g.first[i] = uint32(c)
			}
			g.post = append(g.post, c<<32|uint64(i))
		}
	}
}
