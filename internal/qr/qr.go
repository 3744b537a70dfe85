// Package qr draws QR codes (ISO/IEC 18004, model 2) of addresses: byte mode,
// error correction level M, versions 1 to 40.
//
// What belongs: the code and its SVG. What does not: which addresses may be drawn.
// Package site asks for them. Our own because it is small and final, and the Go
// modules that do it have not been touched for years.
package qr

import (
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Code is a square of modules.
type Code struct {
	// Size is the number of modules of a side, without the quiet zone.
	Size int
	// dark are the modules, row by row; fixed those that hold no data.
	dark, fixed []bool
}

// Dark reports whether the module at column x and row y is dark.
func (c *Code) Dark(x, y int) bool {
	return x >= 0 && y >= 0 && x < c.Size && y < c.Size && c.dark[y*c.Size+x]
}

// MaxBytes is the longest text that fits.
const MaxBytes = 2331

// Encode makes the code of a text; one longer than MaxBytes wraps ErrInvalid.
func Encode(text string) (*Code, error) {
	version, ok := versionFor(len(text))
	if !ok {
		return nil, fmt.Errorf("QR code of %d bytes: %w", len(text), directory.ErrInvalid)
	}
	all := interleave(version, dataOf(version, text))
	var best *Code
	least := 0
	for mask := range 8 {
		c := draw(version, all, mask)
		if p := c.penalty(); best == nil || p < least {
			best, least = c, p
		}
	}
	return best, nil
}

// eccPerBlock and blocks are those of level M by version (table 9).
var (
	eccPerBlock = [41]int{0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28,
		28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28}
	blocks = [41]int{0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35,
		37, 38, 40, 43, 45, 47, 49}
)

// rawBytes is how many bytes a version holds, correction included.
func rawBytes(version int) int {
	bits := (16*version+128)*version + 64
	if version >= 2 {
		n := version/7 + 2
		bits -= (25*n-10)*n - 55
		if version >= 7 {
			bits -= 36
		}
	}
	return bits / 8
}

func dataBytes(version int) int { return rawBytes(version) - eccPerBlock[version]*blocks[version] }

// countBits is the length of the length in byte mode.
func countBits(version int) int {
	if version < 10 {
		return 8
	}
	return 16
}

func versionFor(n int) (int, bool) {
	for v := 1; v <= 40; v++ {
		if 4+countBits(v)+8*n <= 8*dataBytes(v) {
			return v, true
		}
	}
	return 0, false
}

// dataOf is the header, the text and the padding.
func dataOf(version int, text string) []byte {
	const byteMode = 4
	out := make([]byte, dataBytes(version))
	at := 0
	put := func(v, bits int) {
		for i := bits - 1; i >= 0; i-- {
			if v>>i&1 == 1 {
				out[at/8] |= 0x80 >> (at % 8)
			}
			at++
		}
	}
	put(byteMode, 4)
	put(len(text), countBits(version))
	for i := range len(text) {
		put(int(text[i]), 8)
	}
	at = (min(8*len(out), at+4) + 7) / 8 // the terminator
	for i := at; i < len(out); i++ {
		out[i] = [2]byte{0xec, 0x11}[(i-at)%2]
	}
	return out
}

// interleave cuts the data in blocks, corrects each, and mixes them (§7.6).
func interleave(version int, data []byte) []byte {
	n, ecc, raw := blocks[version], eccPerBlock[version], rawBytes(version)
	short, long := raw/n-ecc, raw%n // the last blocks have one byte more
	divisor := generator(ecc)
	parts, checks := make([][]byte, n), make([][]byte, n)
	for i := range parts {
		size := short
		if i >= n-long {
			size++
		}
		parts[i], data = data[:size], data[size:]
		checks[i] = remainder(parts[i], divisor)
	}
	out := make([]byte, 0, raw)
	for i := range short + 1 {
		for _, p := range parts {
			if i < len(p) {
				out = append(out, p[i])
			}
		}
	}
	for i := range ecc {
		for _, c := range checks {
			out = append(out, c[i])
		}
	}
	return out
}

// mul multiplies in GF(2⁸) modulo x⁸+x⁴+x³+x²+1.
func mul(a, b byte) byte {
	z := 0
	for i := 7; i >= 0; i-- {
		z = z<<1 ^ z>>7*0x11d
		z ^= int(b>>i&1) * int(a)
	}
	return byte(z)
}

// generator is the polynomial of the Reed-Solomon code without its first term.
func generator(degree int) []byte {
	out := make([]byte, degree)
	out[degree-1] = 1
	root := byte(1)
	for range degree {
		for j := range out {
			out[j] = mul(out[j], root)
			if j+1 < degree {
				out[j] ^= out[j+1]
			}
		}
		root = mul(root, 2)
	}
	return out
}

func remainder(data, divisor []byte) []byte {
	out := make([]byte, len(divisor))
	for _, b := range data {
		factor := b ^ out[0]
		copy(out, out[1:])
		out[len(out)-1] = 0
		for i, d := range divisor {
			out[i] ^= mul(d, factor)
		}
	}
	return out
}
