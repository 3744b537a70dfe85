package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"codeberg.org/bocage/bocage/internal/directory"
)

// FileError is what makes a whole file unreadable; it wraps directory.ErrInvalid.
type FileError struct {
	Line    int // from 1; 0 = the whole file
	Message string
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Message)
}

// Unwrap makes errors.Is(err, directory.ErrInvalid) true.
func (e *FileError) Unwrap() error { return directory.ErrInvalid }

// The encodings that are detected or may be asked for.
const (
	encUTF8    = "utf-8"
	encUTF16LE = "utf-16le"
	encUTF16BE = "utf-16be"
	encCP1252  = "windows-1252"
	encLatin1  = "iso-8859-1"
)

// memoryBytes is how much of an input is kept in memory before it goes to a
// temporary file.
const memoryBytes = 4 << 20

// spool holds a whole input so that it can be read twice, as UTF-8 without BOM.
type spool struct {
	src      io.ReaderAt
	size     int64
	skip     int64 // bytes of BOM
	encoding string
	remove   func()
}

// newSpool reads all of r, at most limit bytes, and decides its encoding: that
// given, else that of the BOM, else UTF-16 when every second byte is mostly
// zero, else UTF-8 when all of it is valid, else Windows-1252.
func newSpool(r io.Reader, name string, limit int64) (*spool, error) {
	s := &spool{remove: func() {}}
	check := &utf8Check{valid: true}
	var mem bytes.Buffer
	n, err := io.Copy(io.MultiWriter(&mem, check), io.LimitReader(r, min(memoryBytes, limit+1)))
	if err != nil {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	s.size, s.src = n, bytes.NewReader(mem.Bytes())
	if n == memoryBytes {
		f, err := os.CreateTemp("", "bocage-import-*")
		if err != nil {
			return nil, fmt.Errorf("spool the file: %w", err)
		}
		s.src, s.remove = f, func() { _ = f.Close(); _ = os.Remove(f.Name()) } // a temporary file
		rest, err := spill(f, &mem, io.TeeReader(io.LimitReader(r, limit+1-n), check))
		if err != nil {
			s.remove()
			return nil, fmt.Errorf("spool the file: %w", err)
		}
		s.size += rest
	}
	if err := s.decide(name, check.whole(), limit); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

// spill writes the head and then all of rest to f, and says how long rest was.
func spill(f io.Writer, head *bytes.Buffer, rest io.Reader) (int64, error) {
	if _, err := head.WriteTo(f); err != nil {
		return 0, err
	}
	return io.Copy(f, rest)
}

func (s *spool) decide(name string, valid bool, limit int64) error {
	if s.size > limit {
		return &FileError{Message: fmt.Sprintf("the file has more than %d MB", limit>>20)}
	}
	head := make([]byte, min(s.size, 4096))
	if _, err := s.src.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the file: %w", err)
	}
	if len(bytes.TrimSpace(head)) == 0 && s.size <= int64(len(head)) {
		return &FileError{Message: "the file is empty"}
	}
	if kind := binary(head); kind != "" {
		return &FileError{Message: "this is " + kind + ", not text: save it as CSV or GeoJSON first"}
	}
	bom, skip := byteOrderMark(head)
	s.skip = skip
	switch name = strings.ToLower(strings.TrimSpace(name)); {
	case name == "":
		s.encoding = guess(head, bom, valid)
	case name == "utf8":
		s.encoding = encUTF8
	case name == "latin1", name == "latin-1":
		s.encoding = encLatin1
	case name == "cp1252":
		s.encoding = encCP1252
	case name == encUTF8, name == encUTF16LE, name == encUTF16BE, name == encCP1252, name == encLatin1:
		s.encoding = name
	default:
		return &FileError{Message: fmt.Sprintf("unknown encoding %q: use utf-8, utf-16le, utf-16be, windows-1252 or iso-8859-1", name)}
	}
	if s.encoding == encUTF8 && !valid {
		return &FileError{Message: "the file is not valid UTF-8: try the encoding windows-1252"}
	}
	return nil
}

func byteOrderMark(head []byte) (encoding string, skip int64) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return encUTF8, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return encUTF16LE, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return encUTF16BE, 2
	}
	return "", 0
}

func guess(head []byte, bom string, valid bool) string {
	if bom != "" {
		return bom
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch half := len(head) / 2; {
	case half > 4 && zeros[1] > half*3/4 && zeros[0] < half/8+1:
		return encUTF16LE
	case half > 4 && zeros[0] > half*3/4 && zeros[1] < half/8+1:
		return encUTF16BE
	case valid:
		return encUTF8
	}
	return encCP1252
}

// binary names the well-known formats that people take for CSV.
func binary(head []byte) string {
	for _, m := range [...]struct{ magic, name string }{
		{"PK\x03\x04", "a spreadsheet or a ZIP archive"}, {"\xd0\xcf\x11\xe0", "an old Excel file"}, {"\x1f\x8b", "a gzip archive"},
		{"%PDF", "a PDF"}, {"\x89PNG", "an image"}, {"\xff\xd8\xff", "an image"}, {"SQLite format 3", "a database"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.name
		}
	}
	return ""
}

// open reads the input from its beginning, as UTF-8 without BOM.
func (s *spool) open() io.Reader {
	var r io.Reader = io.NewSectionReader(s.src, s.skip, s.size-s.skip)
	var e encoding.Encoding
	switch s.encoding {
	case encUTF16LE:
		e = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case encUTF16BE:
		e = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case encCP1252:
		e = charmap.Windows1252
	case encLatin1:
		e = charmap.ISO8859_1
	default:
		return r
	}
	return transform.NewReader(r, e.NewDecoder())
}

func (s *spool) close() { s.remove() }

// utf8Check says whether what is written to it is UTF-8, across writes.
type utf8Check struct {
	tail  []byte
	valid bool
}

func (c *utf8Check) Write(p []byte) (int, error) {
	n := len(p)
	if !c.valid {
		return n, nil
	}
	b := p
	if len(c.tail) > 0 {
		b = append(c.tail, p...)
	}
	cut := len(b)
	for i := 1; i <= utf8.UTFMax && i <= len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				cut = len(b) - i
			}
			break
		}
	}
	c.valid = utf8.Valid(b[:cut])
	c.tail = append([]byte(nil), b[cut:]...)
	return n, nil
}

func (c *utf8Check) whole() bool { return c.valid && len(c.tail) == 0 }
