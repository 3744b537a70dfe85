package pdf

import (
	"encoding/binary"
	"maps"
	"slices"
)

// kept are the tables that a TrueType font needs inside a PDF (ISO 32000-1, 9.9).
var kept = []string{"cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"}

// subsetTrueType keeps of a font only the outlines of the used glyphs and of those
// that they are made of; glyphs keep their numbers. A font that it does not
// understand is given back whole.
func subsetTrueType(file []byte, used map[int]bool) []byte {
	tables := tablesOf(file)
	head, loca, glyf := tables["head"], tables["loca"], tables["glyf"]
	if len(head) < 54 || len(loca) == 0 || len(glyf) == 0 {
		return file
	}
	offsets := locations(loca, binary.BigEndian.Uint16(head[50:]) != 0)
	whole := maps.Clone(used)
	var outlines []byte
	newLoca := make([]byte, 0, 4*len(offsets))
	for g := range whole {
		addParts(glyf, offsets, g, whole)
	}
	for g := range len(offsets) - 1 {
		newLoca = binary.BigEndian.AppendUint32(newLoca, uint32(len(outlines)))
		if whole[g] && offsets[g] < offsets[g+1] && offsets[g+1] <= len(glyf) {
			outlines = append(outlines, glyf[offsets[g]:offsets[g+1]]...)
			for len(outlines)%4 != 0 {
				outlines = append(outlines, 0)
			}
		}
	}
	newLoca = binary.BigEndian.AppendUint32(newLoca, uint32(len(outlines)))
	long := slices.Clone(head)
	binary.BigEndian.PutUint16(long[50:], 1) // offsets of 32 bits
	binary.BigEndian.PutUint32(long[8:], 0)  // the sum over the file, which no viewer checks
	tables["head"], tables["loca"], tables["glyf"] = long, newLoca, outlines
	return assemble(tables)
}

// tablesOf reads the directory of a font; broken entries are left out.
func tablesOf(file []byte) map[string][]byte {
	out := map[string][]byte{}
	if len(file) < 12 {
		return out
	}
	for i := range int(binary.BigEndian.Uint16(file[4:])) {
		at := 12 + 16*i
		if at+16 > len(file) {
			break
		}
		from, size := int(binary.BigEndian.Uint32(file[at+8:])), int(binary.BigEndian.Uint32(file[at+12:]))
		if from >= 0 && size >= 0 && from+size <= len(file) {
			out[string(file[at:at+4])] = file[from : from+size]
		}
	}
	return out
}

// locations are where the outline of each glyph starts, and where the last one ends.
func locations(loca []byte, long bool) []int {
	var out []int
	if long {
		for i := 0; i+4 <= len(loca); i += 4 {
			out = append(out, int(binary.BigEndian.Uint32(loca[i:])))
		}
		return out
	}
	for i := 0; i+2 <= len(loca); i += 2 {
		out = append(out, 2*int(binary.BigEndian.Uint16(loca[i:])))
	}
	return out
}

// addParts adds the glyphs that a composite one is made of (OpenType, glyf table).
func addParts(glyf []byte, offsets []int, g int, into map[int]bool) {
	if g+1 >= len(offsets) || offsets[g+1] > len(glyf) || offsets[g]+10 > offsets[g+1] {
		return
	}
	data := glyf[offsets[g]:offsets[g+1]]
	if int16(binary.BigEndian.Uint16(data)) >= 0 {
		return
	}
	const words, scale, more, scales, matrix = 1, 8, 32, 64, 128
	for at := 10; at+4 <= len(data); {
		flags, part := binary.BigEndian.Uint16(data[at:]), int(binary.BigEndian.Uint16(data[at+2:]))
		if !into[part] {
			into[part] = true
			addParts(glyf, offsets, part, into)
		}
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&scales != 0:
			at += 4
		case flags&matrix != 0:
			at += 8
		}
		if flags&more == 0 {
			return
		}
	}
}

// assemble writes a font file of the kept tables.
func assemble(tables map[string][]byte) []byte {
	var names []string
	for _, n := range kept {
		if len(tables[n]) > 0 {
			names = append(names, n)
		}
	}
	n := len(names)
	power := 1
	shift := 0
	for power*2 <= n {
		power, shift = power*2, shift+1
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, power * 16, shift, (n - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at := 12 + 16*n
	var body []byte
	for _, name := range names {
		t := tables[name]
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, checksum(t))
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t)))
		body = append(body, t...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	return append(out, body...)
}

func checksum(t []byte) uint32 {
	var sum uint32
	for i := 0; i < len(t); i += 4 {
		var word [4]byte
		copy(word[:], t[i:])
		sum += binary.BigEndian.Uint32(word[:])
	}
	return sum
}
