package atlas

import (
	"encoding/binary"
	"math"
	"testing"
)

// FuzzApplyTile reads a list of changes and compares a tile with the model's.
func FuzzApplyTile(f *testing.F) {
	f.Add([]byte{}, uint8(0), uint16(0), uint64(0))
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz"), uint8(5), uint16(3), uint64(1))
	f.Add(make([]byte, 200), uint8(13), uint16(0), uint64(6))
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\xf8\x7f\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x48\x42\x00\x00\x20\x40"), uint8(18), uint16(9), uint64(0))
	f.Fuzz(func(t *testing.T, raw []byte, z uint8, kindMask uint16, themeMask uint64) {
		m, a := model{}, New(nil)
		filter := Filter{Kinds: kindMask & allKinds, Themes: themeMask}
		var up []Point
		var last Point
		for len(raw) >= 12 {
			p := Point{
				Num:    int64(raw[0] % 32),
				Kind:   raw[1] % 9,
				Theme:  int8(raw[2]%9) - 1,
				Themes: uint64(raw[3]) << (raw[2] % 48),
				Lat:    float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4:]))),
				Lon:    float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[8:]))),
			}
			up = append(up, p)
			if p.acceptable() {
				last = p
			}
			if raw[1]&0x40 != 0 {
				gone := []int64{int64(raw[3] % 32)}
				m.apply(up, gone)
				a.Apply(up, gone)
				up = nil
			}
			raw = raw[12:]
		}
		m.apply(up, nil)
		a.Apply(up, nil)
		if a.Len() != len(m) {
			t.Fatalf("Len %d, want %d", a.Len(), len(m))
		}
		zoom := uint32(z % 23)
		x, y := cellOf(last.Lat, last.Lon)
		checkTile(t, a, m, zoom, x>>(axisBits-zoom), y>>(axisBits-zoom), filter)
		checkTile(t, a, m, 0, 0, 0, filter)
	})
}

func FuzzBox(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 4.0, uint8(3))
	f.Add(170.0, -90.0, -170.0, 90.0, uint8(22))
	f.Add(math.Inf(-1), math.NaN(), 1e300, -1e300, uint8(0))
	f.Add(-1e9, -89.0, 1e9, 89.0, uint8(255))
	a := New([]Point{{Num: 1, Lat: 1, Lon: 1}, {Num: 2, Lat: -80, Lon: 179.99}, {Num: 3, Lat: 85.2, Lon: -180}})
	f.Fuzz(func(t *testing.T, west, south, east, north float64, z uint8) {
		box := BBox{west, south, east, north}
		n := len(a.Within(box, Filter{}, 0))
		if got := a.Count(box, Filter{}); got != n {
			t.Fatalf("Count %d, Within %d", got, n)
		}
		sum := 0
		for _, c := range a.Clusters(box, uint32(z), Filter{}) {
			sum += c.N
		}
		if sum < n {
			t.Fatalf("clusters of %d, within %d", sum, n)
		}
		a.Nearest(south, west, Filter{}, int(z), 0)
	})
}
