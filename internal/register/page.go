package register

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strings"
)

const (
	pageBits = 9
	pageRows = 1 << pageBits
)

// Bits of a row's state.
const (
	isLive = 1 << iota
	isPlaced
	isDated
	hasRules
	plainID // the ID is no UUID and is among the texts
)

// page is pageRows rows side by side. It never changes once it is in a snapshot.
type page struct {
	state      [pageRows]uint8
	kind       [pageRows]uint8
	licence    [pageRows]uint8
	department [pageRows]uint8
	origin     [pageRows]uint16
	languages  [pageRows]uint16
	confirmed  [pageRows]uint32 // Unix seconds, 0 = never
	themes     [pageRows]uint64
	id         [pageRows][16]byte
	at         [pageRows]uint32 // where it begins in data
	// data has the texts of the rows, one after the other.
	data []byte
}

// count is the number of live rows; 0 for no page.
func (p *page) count() (n int) {
	if p == nil {
		return 0
	}
	for _, s := range p.state {
		n += int(s & isLive)
	}
	return n
}

// with is a copy of the page, which may be nil, with rows changed.
func (p *page) with(w *words, changes []change) *page {
	q := &page{}
	size := 0
	if p != nil {
		*q = *p
		size = len(p.data)
	}
	data := make([]byte, 0, size+48*len(changes))
	for i := range pageRows {
		if len(changes) > 0 && int(changes[0].num&(pageRows-1)) == i {
			row := changes[0].row
			changes = changes[1:]
			q.state[i] = 0
			if row != nil {
				q.at[i] = uint32(len(data))
				data = q.put(w, i, row, data)
			}
			continue
		}
		if q.state[i]&isLive != 0 {
			begin, old := int(p.at[i]), p.texts(i)
			end := len(p.data) - len(old) + old.len(q.state[i])
			q.at[i] = uint32(len(data))
			data = append(data, p.data[begin:end]...)
		}
	}
	q.data = append(make([]byte, 0, len(data)), data...)
	return q
}

// put writes a row and appends its texts.
func (p *page) put(w *words, i int, r *Row, data []byte) []byte {
	p.state[i] = isLive
	if r.Placed {
		p.state[i] |= isPlaced
	}
	if r.Dated {
		p.state[i] |= isDated
	}
	if r.Rules {
		p.state[i] |= hasRules
	}
	p.kind[i], p.themes[i] = r.Kind, r.Themes
	p.licence[i] = uint8(w.licences.number(r.Licence))
	p.department[i] = uint8(w.departments.number(r.Department))
	p.origin[i] = uint16(w.origins.number(r.Origin))
	p.languages[i] = uint16(w.languages.number(strings.Join(r.Languages, ",")))
	p.confirmed[i] = uint32(max(0, min(r.Confirmed, math.MaxUint32)))
	data = binary.AppendUvarint(data, uint64(len(r.Tags)))
	for _, t := range r.Tags {
		data = binary.AppendUvarint(data, uint64(w.tags.numberAs(t.Folded, t.Shown)))
	}
	data = binary.AppendUvarint(data, uint64(len(r.Concepts)))
	for _, c := range r.Concepts {
		data = binary.AppendUvarint(data, uint64(w.concepts.number(c)))
	}
	data = binary.AppendUvarint(data, uint64(len(r.Name)))
	data = append(data, r.Name...)
	if id, ok := parseID(r.ID); ok {
		p.id[i] = id
		return data
	}
	p.state[i] |= plainID
	data = binary.AppendUvarint(data, uint64(len(r.ID)))
	return append(data, r.ID...)
}

// texts are what is of any length in a row: its tags and its concepts, each as
// their number and their numbers, then its name and, with plainID, its ID, each
// as its length and its bytes. Numbers and lengths are varints.
type texts []byte

func (p *page) texts(i int) texts { return p.data[p.at[i]:] }

// varint reads a number and how long it is.
func (t texts) varint(at int) (v uint32, next int) {
	b := t[at]
	if b < 0x80 {
		return uint32(b), at + 1
	}
	w, k := binary.Uvarint(t[at:])
	return uint32(w), at + k
}

// count adds the numbers of the list that the texts begin with, and says where it ends.
func (t texts) count(into []uint32) (after int) {
	n, at := t.varint(0)
	for range n {
		v := uint32(t[at])
		at++
		if v >= 0x80 { // most numbers have two bytes at most
			v = v&0x7f | uint32(t[at])<<7
			if at++; v >= 1<<14 {
				v, at = t.varint(at - 2)
			}
		}
		into[v]++
	}
	return at
}

// any reports whether the list that the texts begin with has any of the numbers.
func (t texts) any(of []uint32) bool {
	n, at := t.varint(0)
	for range n {
		var v uint32
		if v, at = t.varint(at); slices.Contains(of, v) {
			return true
		}
	}
	return false
}

// skip is what is after the list that the texts begin with.
func (t texts) skip() texts {
	n, k := binary.Uvarint(t)
	for ; n > 0; n-- {
		for t[k] >= 0x80 {
			k++
		}
		k++
	}
	return t[k:]
}

// word cuts the word that the texts begin with.
func (t texts) word() (word []byte, rest texts) {
	n, k := binary.Uvarint(t)
	return t[k : k+int(n)], t[k+int(n):]
}

func (t texts) name() []byte {
	name, _ := t.skip().skip().word()
	return name
}

func (t texts) len(state uint8) int {
	_, rest := t.skip().skip().word()
	if state&plainID != 0 {
		_, rest = rest.word()
	}
	return len(t) - len(rest)
}

func (p *page) idOf(i int, t texts) string {
	if p.state[i]&plainID != 0 {
		_, rest := t.skip().skip().word()
		id, _ := rest.word()
		return string(id)
	}
	var b [36]byte
	id := p.id[i][:]
	hex.Encode(b[:8], id[:4])
	hex.Encode(b[9:13], id[4:6])
	hex.Encode(b[14:18], id[6:8])
	hex.Encode(b[19:23], id[8:10])
	hex.Encode(b[24:], id[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// parseID reads a UUID in the one form in which idOf writes it.
func parseID(s string) (id [16]byte, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' || strings.ToLower(s) != s {
		return id, false
	}
	text := s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	_, err := hex.Decode(id[:], []byte(text))
	return id, err == nil
}
