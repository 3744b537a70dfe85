package transfer

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// csvReader reads CSV as RFC 4180 has it, and as programs write it: any line
// ends, a quote inside an unquoted cell is a letter, and a closed quote is
// followed by a delimiter or the end of the line. It keeps no more than MaxCell
// bytes of a cell.
type csvReader struct {
	r     *bufio.Reader
	delim byte
	line  int // of the next byte, from 1
}

func newCSVReader(r io.Reader, delim byte) *csvReader {
	return &csvReader{r: bufio.NewReaderSize(r, 64<<10), delim: delim, line: 1}
}

// csvRecord is one row of cells.
type csvRecord struct {
	line  int // where it begins
	cells []string
	huge  int  // index of a cell that is over MaxCell, or -1
	ended bool // by a line end, not by the end of the file
}

// next returns the next row that is not blank, io.EOF after the last, or a *FileError.
func (c *csvReader) next() (csvRecord, error) {
	for {
		rec, err := c.record()
		if err != nil || len(rec.cells) > 1 || rec.cells[0] != "" {
			return rec, err
		}
		if !rec.ended {
			return rec, io.EOF
		}
	}
}

func (c *csvReader) record() (csvRecord, error) {
	rec := csvRecord{line: c.line, huge: -1}
	for {
		cell, end, err := c.cell()
		if err != nil {
			return rec, err
		}
		if len(rec.cells) == MaxColumns {
			return rec, &FileError{rec.line, fmt.Sprintf("the row has more than %d columns", MaxColumns)}
		}
		if len(cell) > MaxCell && rec.huge < 0 {
			rec.huge = len(rec.cells)
		}
		rec.cells = append(rec.cells, cell)
		if end != c.delim {
			rec.ended = end == '\n'
			return rec, nil
		}
	}
}

// end of the file, as cell reports it: no delimiter has this value.
const endOfFile = 0

// cell reads one cell and says what ended it: the delimiter, '\n' or endOfFile.
func (c *csvReader) cell() (string, byte, error) {
	var b strings.Builder
	first := true
	for {
		ch, eof, err := c.read()
		switch {
		case err != nil:
			return "", 0, err
		case eof:
			return b.String(), endOfFile, nil
		case ch == c.delim, ch == '\n':
			return b.String(), ch, nil
		case ch == '"' && first:
			return c.quoted()
		}
		first = false
		put(&b, ch)
	}
}

func (c *csvReader) quoted() (string, byte, error) {
	var b strings.Builder
	opened := c.line
	for {
		ch, eof, err := c.read()
		switch {
		case err != nil:
			return "", 0, err
		case eof:
			return "", 0, &FileError{opened, "a quote is opened here and never closed"}
		case ch != '"':
			put(&b, ch)
			continue
		}
		at := c.line
		ch, eof, err = c.read()
		switch {
		case err != nil:
			return "", 0, err
		case eof:
			return b.String(), endOfFile, nil
		case ch == '"':
			put(&b, '"')
		case ch == c.delim, ch == '\n':
			return b.String(), ch, nil
		default:
			return "", 0, &FileError{at, fmt.Sprintf("a quote inside a quoted cell is not doubled, or the delimiter is not %q", string(c.delim))}
		}
	}
}

// put keeps one byte more than MaxCell, to know that a cell is too large.
func put(b *strings.Builder, ch byte) {
	if b.Len() <= MaxCell {
		b.WriteByte(ch)
	}
}

// read returns the next byte, with CR LF and lone CR as '\n'.
func (c *csvReader) read() (ch byte, eof bool, err error) {
	ch, err = c.r.ReadByte()
	if errors.Is(err, io.EOF) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read the file: %w", err)
	}
	if ch == '\r' {
		if next, err := c.r.Peek(1); err == nil && next[0] == '\n' {
			_, _ = c.r.Discard(1) // it was peeked
		}
		ch = '\n'
	}
	if ch == '\n' {
		c.line++
	}
	return ch, false, nil
}

// delimiters are those that are detected, in the order in which ties are won.
const delimiters = ",;\t|"

// sniffRows is how many rows are compared to detect the delimiter.
const sniffRows = 20

// detectDelimiter chooses the delimiter with which most of the first rows have
// as many cells as the header, and among those the one with most columns.
func detectDelimiter(head string) byte {
	if rest, ok := strings.CutPrefix(head, "sep="); ok && rest != "" {
		return rest[0] // a line that spreadsheets write for each other
	}
	best, bestScore := delimiters[0], 0
	for i := range len(delimiters) {
		r := newCSVReader(strings.NewReader(head), delimiters[i])
		columns, same := 0, 0
		for range sniffRows {
			rec, err := r.next()
			if err != nil {
				break
			}
			if columns == 0 {
				columns = len(rec.cells)
			}
			if len(rec.cells) == columns {
				same++
			}
		}
		if score := same*MaxColumns + columns; columns > 1 && score > bestScore {
			best, bestScore = delimiters[i], score
		}
	}
	return best
}
