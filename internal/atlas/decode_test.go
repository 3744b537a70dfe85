package atlas

import (
	"encoding/binary"
	"fmt"
	"math"
)

// decoded is a feature as a reader of vector tiles sees it.
type decoded struct {
	id    uint64
	hasID bool
	x, y  int32
	tags  map[string]float64
}

// decodeTile reads a tile, written from the specification and not from the
// encoder, and refuses what the specification forbids.
func decodeTile(b []byte) ([]decoded, error) {
	var layers [][]byte
	if err := fields(b, func(n int, w int, v uint64, raw []byte) error {
		if n != 3 || w != 2 {
			return fmt.Errorf("tile field %d/%d", n, w)
		}
		layers = append(layers, raw)
		return nil
	}); err != nil || len(layers) != 1 {
		return nil, fmt.Errorf("%d layers: %w", len(layers), err)
	}
	var name string
	var version, extent uint64
	var keys []string
	var values []float64
	var features [][]byte
	err := fields(layers[0], func(n, w int, v uint64, raw []byte) error {
		switch n {
		case 1:
			name = string(raw)
		case 2:
			features = append(features, raw)
		case 3:
			keys = append(keys, string(raw))
		case 4:
			return fields(raw, func(n, w int, v uint64, raw []byte) error {
				switch n {
				case 3:
					values = append(values, math.Float64frombits(v))
				case 5:
					values = append(values, float64(v))
				default:
					return fmt.Errorf("value field %d", n)
				}
				return nil
			})
		case 5:
			extent = v
		case 15:
			version = v
		}
		return nil
	})
	if err != nil || name != "entries" || version != 2 || extent != 4096 {
		return nil, fmt.Errorf("layer %q version %d extent %d: %w", name, version, extent, err)
	}
	var out []decoded
	for _, raw := range features {
		f, err := decodeFeature(raw, keys, values)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func decodeFeature(b []byte, keys []string, values []float64) (decoded, error) {
	f := decoded{tags: map[string]float64{}}
	kind := uint64(0)
	err := fields(b, func(n, w int, v uint64, raw []byte) error {
		switch n {
		case 1:
			f.id, f.hasID = v, true
		case 2:
			tags, err := packed(raw)
			if err != nil || len(tags)%2 != 0 {
				return fmt.Errorf("tags %v: %w", tags, err)
			}
			for i := 0; i < len(tags); i += 2 {
				if tags[i] >= uint64(len(keys)) || tags[i+1] >= uint64(len(values)) {
					return fmt.Errorf("tag %d=%d out of the tables", tags[i], tags[i+1])
				}
				if _, twice := f.tags[keys[tags[i]]]; twice {
					return fmt.Errorf("tag %q twice", keys[tags[i]])
				}
				f.tags[keys[tags[i]]] = values[tags[i+1]]
			}
		case 3:
			kind = v
		case 4:
			g, err := packed(raw)
			if err != nil || len(g) != 3 || g[0] != 9 {
				return fmt.Errorf("geometry %v: %w", g, err)
			}
			f.x, f.y = unzigzag(g[1]), unzigzag(g[2])
		}
		return nil
	})
	if err == nil && kind != 1 {
		err = fmt.Errorf("geometry type %d", kind)
	}
	return f, err
}

func unzigzag(v uint64) int32 { return int32(v>>1) ^ -int32(v&1) }

func packed(b []byte) ([]uint64, error) {
	var out []uint64
	for len(b) > 0 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, fmt.Errorf("bad varint")
		}
		out = append(out, v)
		b = b[n:]
	}
	return out, nil
}

// fields walks the fields of a protocol buffer message.
func fields(b []byte, fn func(number, wire int, v uint64, raw []byte) error) error {
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 {
			return fmt.Errorf("bad key")
		}
		b = b[n:]
		var v uint64
		var raw []byte
		switch key & 7 {
		case 0:
			if v, n = binary.Uvarint(b); n <= 0 {
				return fmt.Errorf("bad varint")
			}
			b = b[n:]
		case 1:
			if len(b) < 8 {
				return fmt.Errorf("short double")
			}
			v, b = binary.LittleEndian.Uint64(b), b[8:]
		case 2:
			size, n := binary.Uvarint(b)
			if n <= 0 || size > uint64(len(b)-n) {
				return fmt.Errorf("bad length")
			}
			raw, b = b[n:n+int(size)], b[n+int(size):]
		default:
			return fmt.Errorf("wire type %d", key&7)
		}
		if err := fn(int(key>>3), int(key&7), v, raw); err != nil {
			return err
		}
	}
	return nil
}
