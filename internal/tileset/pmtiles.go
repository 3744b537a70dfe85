package tileset

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"sync"
)

// Source: the PMTiles specification, version 3 (BSD-3-Clause and CC0),
// https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md

const (
	headerBytes       = 127
	maxDirectoryBytes = 4 << 20
	maxEntries        = 1 << 20
	maxDepth          = 4
	maxMetadataBytes  = 4 << 20
	maxKeptLeaves     = 64
)

// Compressions of the header.
const (
	plain  = 1
	gzip_  = 2
	brotli = 3
	zstd   = 4
)

// pmtiles is an open file. Leaf directories are kept, a few of them.
type pmtiles struct {
	f                      io.ReaderAt
	packed                 byte // compression of directories and metadata
	leafAt, leafLen        uint64
	tilesAt, tilesLen      uint64
	root                   []entry
	mu                     sync.Mutex
	leaves                 map[uint64][]entry
	metadataAt, metadataLn uint64
}

// entry is a run of tiles with the same bytes, or a leaf directory when run is 0.
type entry struct {
	id     uint64
	offset uint64
	length uint32
	run    uint32
}

func openPMTiles(path string) (*Set, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s, err := readPMTiles(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	s.close = f.Close
	return s, nil
}

// readPMTiles reads the header and the root directory.
func readPMTiles(f io.ReaderAt) (*Set, error) {
	var h [headerBytes]byte
	if _, err := f.ReadAt(h[:], 0); err != nil {
		return nil, fmt.Errorf("read the header: %w", err)
	}
	if string(h[:7]) != "PMTiles" || h[7] != 3 {
		return nil, errors.New("is not a PMTiles file of version 3")
	}
	u := func(at int) uint64 { return binary.LittleEndian.Uint64(h[at:]) }
	p := &pmtiles{f: f, packed: h[97], leafAt: u(40), leafLen: u(48), tilesAt: u(56), tilesLen: u(64), leaves: map[uint64][]entry{},
		metadataAt: u(24), metadataLn: u(32)}
	if p.packed != plain && p.packed != gzip_ {
		return nil, errors.New("its directories are packed with something else than gzip")
	}
	formats := map[byte]string{1: MVT, 2: PNG, 3: JPEG, 4: WebP}
	s := &Set{Format: formats[h[99]], MinZoom: uint32(h[100]), MaxZoom: uint32(h[101]), Gzipped: h[98] == gzip_, read: p.tile}
	if s.Format == "" {
		return nil, fmt.Errorf("tiles of type %d are not read: want vector tiles, PNG, JPEG or WebP", h[99])
	}
	if h[98] == brotli || h[98] == zstd {
		return nil, errors.New("its tiles are packed with something else than gzip")
	}
	var err error
	if p.root, err = p.directory(u(8), u(16)); err != nil {
		return nil, fmt.Errorf("root directory: %w", err)
	}
	s.Attribution, err = p.attribution()
	return s, err
}

// bytes reads a stretch of the file.
func (p *pmtiles) bytes(at, n, most uint64) ([]byte, error) {
	if n > most || at > 1<<62 {
		return nil, fmt.Errorf("a part of %d bytes at %d", n, at)
	}
	b := make([]byte, n)
	if _, err := p.f.ReadAt(b, int64(at)); err != nil {
		return nil, err
	}
	return b, nil
}

func (p *pmtiles) unpacked(at, n, most uint64) ([]byte, error) {
	b, err := p.bytes(at, n, most)
	if err != nil || p.packed == plain {
		return b, err
	}
	return Unzip(b)
}

func (p *pmtiles) attribution() (string, error) {
	if p.metadataLn == 0 {
		return "", nil
	}
	raw, err := p.unpacked(p.metadataAt, p.metadataLn, maxMetadataBytes)
	if err != nil {
		return "", fmt.Errorf("metadata: %w", err)
	}
	var m struct {
		Attribution string `json:"attribution"`
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return "", fmt.Errorf("metadata: %w", err)
	}
	return m.Attribution, nil
}

// directory reads and decodes a directory.
func (p *pmtiles) directory(at, n uint64) ([]entry, error) {
	raw, err := p.unpacked(at, n, maxDirectoryBytes)
	if err != nil {
		return nil, err
	}
	return decodeDirectory(raw)
}

// decodeDirectory reads four columns of varints: ids as steps, runs, lengths,
// and offsets, 0 for "after the one before".
func decodeDirectory(raw []byte) ([]entry, error) {
	next := func() (v uint64, err error) {
		v, n := binary.Uvarint(raw)
		if n <= 0 {
			return 0, io.ErrUnexpectedEOF
		}
		raw = raw[n:]
		return v, nil
	}
	n, err := next()
	if err != nil {
		return nil, err
	}
	if n > maxEntries || n > uint64(len(raw)) {
		return nil, fmt.Errorf("%d entries in %d bytes", n, len(raw))
	}
	es := make([]entry, n)
	id := uint64(0)
	for column := range 4 {
		for i := range es {
			v, err := next()
			if err != nil {
				return nil, err
			}
			e := &es[i]
			switch {
			case column == 0:
				if id += v; i > 0 && v == 0 {
					return nil, errors.New("ids do not grow")
				}
				e.id = id
			case column == 1 && v <= 1<<32-1:
				e.run = uint32(v)
			case column == 2 && v <= maxTileBytes:
				e.length = uint32(v)
			case column == 3 && v == 0 && i > 0:
				e.offset = es[i-1].offset + uint64(es[i-1].length)
			case column == 3 && v > 0:
				e.offset = v - 1
			default:
				return nil, fmt.Errorf("entry %d has the value %d", i, v)
			}
		}
	}
	return es, nil
}

// tile follows the directories down to a tile.
func (p *pmtiles) tile(z, x, y uint32) ([]byte, error) {
	id := tileID(z, x, y)
	es := p.root
	for range maxDepth {
		i := sort.Search(len(es), func(i int) bool { return es[i].id > id }) - 1
		if i < 0 {
			return nil, ErrNoTile
		}
		e := es[i]
		if e.run > 0 {
			if id-e.id >= uint64(e.run) || e.length == 0 {
				return nil, ErrNoTile
			}
			if e.offset > p.tilesLen || uint64(e.length) > p.tilesLen-e.offset {
				return nil, errors.New("a tile outside the file's tiles")
			}
			return p.bytes(p.tilesAt+e.offset, uint64(e.length), maxTileBytes)
		}
		var err error
		if es, err = p.leaf(e); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("directories inside directories")
}

func (p *pmtiles) leaf(e entry) ([]entry, error) {
	p.mu.Lock()
	es, ok := p.leaves[e.offset]
	p.mu.Unlock()
	if ok {
		return es, nil
	}
	if e.offset > p.leafLen || uint64(e.length) > p.leafLen-e.offset {
		return nil, errors.New("a directory outside the file's directories")
	}
	es, err := p.directory(p.leafAt+e.offset, uint64(e.length))
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.leaves) >= maxKeptLeaves {
		clear(p.leaves)
	}
	p.leaves[e.offset] = es
	return es, nil
}

// tileID is a tile's place along the Hilbert curves of all zooms.
func tileID(z, x, y uint32) uint64 {
	id := (uint64(1)<<(2*z) - 1) / 3 // the tiles of lower zooms
	for s := uint32(1) << z >> 1; s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s > 0 {
			rx = 1
		}
		if y&s > 0 {
			ry = 1
		}
		id += uint64(s) * uint64(s) * uint64((3*rx)^ry)
		if ry == 0 {
			if rx == 1 {
				x, y = s-1-x&(s-1), s-1-y&(s-1)
			}
			x, y = y, x
		}
	}
	return id
}
