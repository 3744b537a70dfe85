package qr

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// read takes a code apart as a reader does: the mask from the format bits, the
// bytes, the syndromes of each block, the text.
func read(t *testing.T, c *Code) string {
	t.Helper()
	version := (c.Size - 17) / 4
	format := 0
	for i := range 6 {
		format |= bit(c.Dark(8, i)) << i
	}
	format |= bit(c.Dark(8, 7))<<6 | bit(c.Dark(8, 8))<<7 | bit(c.Dark(7, 8))<<8
	for i := 9; i < 15; i++ {
		format |= bit(c.Dark(14-i, 8)) << i
	}
	mask := (format ^ 0x5412) >> 10 & 7
	var raw []byte
	n, b := 0, byte(0)
	for right := c.Size - 1; right >= 1; right -= 2 {
		if right == 6 {
			right = 5
		}
		for v := range c.Size {
			for j := range 2 {
				x, y := right-j, v
				if (right+1)&2 == 0 {
					y = c.Size - 1 - v
				}
				if c.fixed[y*c.Size+x] {
					continue
				}
				b = b<<1 | byte(bit(c.Dark(x, y) != masked(mask, x, y)))
				if n++; n%8 == 0 {
					raw = append(raw, b)
				}
			}
		}
	}
	raw = raw[:rawBytes(version)]
	count, ecc := blocks[version], eccPerBlock[version]
	short, long := len(raw)/count-ecc, len(raw)%count
	var data []byte
	for i := range count {
		var block []byte
		size := short
		if i >= count-long {
			size++
		}
		for j := range size {
			at := j*count + i
			if j == short {
				at = short*count + i - (count - long)
			}
			block = append(block, raw[at])
		}
		data = append(data, block...)
		for j := range ecc {
			block = append(block, raw[len(raw)-ecc*count+j*count+i])
		}
		root := byte(1)
		for k := range ecc {
			sum := byte(0)
			for _, v := range block {
				sum = mul(sum, root) ^ v
			}
			if sum != 0 {
				t.Fatalf("version %d: syndrome %d of block %d is %d", version, k, i, sum)
			}
			root = mul(root, 2)
		}
	}
	skip := 4 + countBits(version)
	length := 0
	get := func(i int) int { return int(data[i/8]>>(7-i%8)) & 1 }
	for i := 4; i < skip; i++ {
		length = length<<1 | get(i)
	}
	out := make([]byte, length)
	for i := range 8 * length {
		out[i/8] = out[i/8]<<1 | byte(get(skip+i))
	}
	return string(out)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestEncodeCanBeRead(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for n := 0; n <= MaxBytes; n += 1 + n/40 {
		text := strings.Repeat("https://carte.example/maps/bretagne?c=48,-3,8&", 60)[:n]
		c, err := Encode(text)
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		seen[c.Size] = true
		if got := read(t, c); got != text {
			t.Fatalf("%d bytes: read %q", n, got)
		}
	}
	if len(seen) != 40 {
		t.Errorf("%d versions were tried, want 40", len(seen))
	}
	if _, err := Encode(strings.Repeat("x", MaxBytes)); err != nil {
		t.Error(err)
	}
	if _, err := Encode(strings.Repeat("x", MaxBytes+1)); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("too long: %v", err)
	}
}

// TestKnownCapacities: level M of table 7.
func TestKnownCapacities(t *testing.T) {
	t.Parallel()
	for version, want := range map[int]int{1: 14, 2: 26, 5: 84, 7: 122, 10: 213, 20: 666, 27: 1125, 40: 2331} {
		got := (8*dataBytes(version) - 4 - countBits(version)) / 8
		if got != want {
			t.Errorf("version %d holds %d bytes, want %d", version, got, want)
		}
	}
	if got := alignments(7); len(got) != 3 || got[0] != 6 || got[1] != 22 || got[2] != 38 {
		t.Errorf("alignment patterns of version 7: %v", got)
	}
	if got := alignments(32); len(got) != 6 || got[1] != 34 || got[2] != 60 || got[5] != 138 {
		t.Errorf("alignment patterns of version 32: %v", got)
	}
}

func TestSVG(t *testing.T) {
	t.Parallel()
	c, err := Encode("https://carte.example/")
	if err != nil {
		t.Fatal(err)
	}
	got := c.SVG(`a "<b>`)
	if !bytes.Contains(got, []byte("<title>a &#34;&lt;b&gt;</title>")) || bytes.Count(got, []byte("<path")) != 2 {
		t.Errorf("%.200s", got)
	}
}
