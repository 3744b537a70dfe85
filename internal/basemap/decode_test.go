package basemap

import (
	"encoding/binary"
	"testing"
)

// decoded is what a test needs of a tile: per layer, its features.
type decoded map[string][]feature

type feature struct {
	kind  uint64
	parts [][][2]int64
	tags  map[string]any
}

// field is one field of a protocol buffers message.
type field struct {
	number int
	num    uint64
	data   []byte
}

func fields(t *testing.T, b []byte) (out []field) {
	t.Helper()
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 {
			t.Fatal("truncated key")
		}
		b = b[n:]
		v, n := binary.Uvarint(b)
		if n <= 0 {
			t.Fatal("truncated value")
		}
		b = b[n:]
		f := field{number: int(key >> 3), num: v}
		if key&7 == 2 {
			if uint64(len(b)) < v {
				t.Fatal("truncated bytes")
			}
			f.data, b = b[:v], b[v:]
		}
		out = append(out, f)
	}
	return out
}

func uvarints(t *testing.T, b []byte) (out []uint64) {
	t.Helper()
	for len(b) > 0 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			t.Fatal("truncated list")
		}
		out, b = append(out, v), b[n:]
	}
	return out
}

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// decode reads a tile back with nothing of the encoder's.
func decode(t *testing.T, tile []byte) decoded {
	t.Helper()
	out := decoded{}
	for _, l := range fields(t, tile) {
		var name string
		var keys []string
		var values []any
		var raw [][]byte
		for _, f := range fields(t, l.data) {
			switch f.number {
			case 1:
				name = string(f.data)
			case 2:
				raw = append(raw, f.data)
			case 3:
				keys = append(keys, string(f.data))
			case 4:
				v := fields(t, f.data)[0]
				if v.number == 1 {
					values = append(values, string(v.data))
				} else {
					values = append(values, unzigzag(v.num))
				}
			}
		}
		for _, r := range raw {
			out[name] = append(out[name], decodeFeature(t, r, keys, values))
		}
	}
	return out
}

func decodeFeature(t *testing.T, raw []byte, keys []string, values []any) feature {
	t.Helper()
	f := feature{tags: map[string]any{}}
	for _, p := range fields(t, raw) {
		switch p.number {
		case 2:
			tags := uvarints(t, p.data)
			for i := 0; i+1 < len(tags); i += 2 {
				f.tags[keys[tags[i]]] = values[tags[i+1]]
			}
		case 3:
			f.kind = p.num
		case 4:
			f.parts = decodeGeometry(uvarints(t, p.data))
		}
	}
	return f
}

func decodeGeometry(cmds []uint64) (parts [][][2]int64) {
	var at [2]int64
	for i := 0; i < len(cmds); {
		op, n := cmds[i]&7, int(cmds[i]>>3)
		i++
		if op == 7 {
			continue
		}
		for range n {
			at[0] += unzigzag(cmds[i])
			at[1] += unzigzag(cmds[i+1])
			i += 2
			if op == 1 {
				parts = append(parts, nil)
			}
			last := len(parts) - 1
			parts[last] = append(parts[last], at)
		}
	}
	return parts
}

// contains tells by the even-odd rule whether the layer's polygons hold the point.
func (d decoded) contains(layer string, x, y float64) bool {
	in := false
	for _, f := range d[layer] {
		for _, ring := range f.parts {
			prev := ring[len(ring)-1]
			for _, p := range ring {
				ax, ay, bx, by := float64(prev[0]), float64(prev[1]), float64(p[0]), float64(p[1])
				if (ay > y) != (by > y) && x < ax+(bx-ax)*(y-ay)/(by-ay) {
					in = !in
				}
				prev = p
			}
		}
	}
	return in
}
