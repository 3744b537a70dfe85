package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
	"codeberg.org/bocage/bocage/internal/ledger"
)

// batchRows is how many entries go to the ledger at a time.
const batchRows = 500

// Import reads entries from r and writes them through the ledger as who. The
// error is a *FileError when the file as a whole is refused, else what the
// ledger or the disk said; the report is filled as far as it went.
//
// Entries keep the identity that their id column gives them under Owner, after
// the name of Source when there is one; rows of a file without ids are known by
// kind, name, locality and start. A second import of the same file changes
// nothing, and one that was interrupted is completed by the next.
func Import(ctx context.Context, led *ledger.Ledger, who directory.Who, r io.Reader, opt ImportOptions) (Report, error) {
	sp, err := newSpool(r, opt.Encoding, MaxBytes)
	if err != nil {
		return Report{}, err
	}
	defer sp.close()
	im := &importer{ctx: ctx, led: led, who: who, opt: opt}
	im.report.Encoding = sp.encoding
	if im.report.Format = conceptFile(sp, opt.Format); im.report.Format != "" {
		if im.opt.Lang == "" {
			im.opt.Lang = "fr"
		}
		im.report.Language = im.opt.Lang
		return im.report, im.importConcepts(sp)
	}
	if im.src, err = newSource(sp, opt); err != nil {
		return im.report, err
	}
	if im.opt.Lang == "" {
		if im.opt.Lang = im.src.lang; im.opt.Lang == "" {
			im.opt.Lang = "fr"
		}
	}
	im.report.Format, im.report.Language = im.src.format, im.opt.Lang
	if im.src.delim != 0 {
		im.report.Delimiter = string(im.src.delim)
	}
	if err := im.check(); err != nil {
		return im.report, err
	}
	if opt.DryRun {
		return im.report, nil
	}
	if opt.Strict && im.report.Rejected > 0 {
		return im.report, &FileError{Message: fmt.Sprintf("%d of %d rows are wrong, and strict imports nothing then", im.report.Rejected, im.report.Rows)}
	}
	return im.report, im.write()
}

// importer is one import: two passes over a source.
type importer struct {
	ctx    context.Context
	led    *ledger.Ledger
	who    directory.Who
	opt    ImportOptions
	src    *source
	conv   *converter
	report Report
	// bad are the numbers of the rows that the first pass refused.
	bad  map[int]bool
	keys map[string]int // line of the row that has the key

	batch []directory.Entry
	rows  []row // of the batch, without cells
}

// check is the first pass: it reads everything, refuses rows, and asks the
// ledger what it would do when that is to be known before the first write.
func (im *importer) check() error {
	m, err := newMapper(im.opt.Mapping)
	if err != nil {
		return err
	}
	im.conv = &converter{opt: im.opt, mapper: m}
	if im.conv.places, err = gazetteer.Load(); err != nil {
		return err
	}
	for _, name := range im.src.header {
		m.column(name)
	}
	if im.src.format == CSV {
		if err := im.checkHeader(m); err != nil {
			return err
		}
	}
	im.bad, im.keys, im.report.Kinds = map[int]bool{}, map[string]int{}, map[directory.Kind]int{}
	ask := im.opt.DryRun || im.opt.Strict
	err = im.src.each(m.json, func(r row) error {
		if err := im.ctx.Err(); err != nil {
			return err
		}
		if im.report.Rows++; im.report.Rows%batchRows == 0 && im.opt.Progress != nil {
			im.opt.Progress(im.report.Rows, 0)
		}
		d := im.conv.entry(r)
		im.duplicate(r, d)
		im.note(r, d.problems)
		if d.refused() {
			im.bad[r.number] = true
			im.report.Rejected++
			return nil
		}
		im.report.Kinds[d.Kind]++
		if d.geocoded {
			im.report.Geocoded++
		}
		if !ask {
			return nil
		}
		return im.add(r, d.Entry, true)
	})
	if err == nil && ask {
		err = im.flush(true)
	}
	im.report.Columns = m.columns()
	if err != nil {
		return err
	}
	if im.report.Rows == 0 {
		return &FileError{Message: "the file has no entries"}
	}
	if gone := m.missing(); len(gone) > 0 {
		return &FileError{Message: fmt.Sprintf("the mapping names columns that the file does not have: %s", strings.Join(gone, ", "))}
	}
	return nil
}

// checkHeader refuses a CSV file without a column for the name: its first line
// is not a header, or the mapping is needed.
func (im *importer) checkHeader(m *mapper) error {
	for _, c := range m.known {
		if c.field == "name" {
			return nil
		}
	}
	return &FileError{1, fmt.Sprintf("no column for the name among %s: add a header, or map one (name=…)", clip(strings.Join(im.src.header, ", ")))}
}

// duplicate refuses a row whose key an earlier row has.
func (im *importer) duplicate(r row, d *draft) {
	if r.problem != nil || d.SourceKey == "" {
		return
	}
	first, ok := im.keys[d.SourceKey]
	if !ok {
		im.keys[d.SourceKey] = r.line
		return
	}
	if id := d.values["id"]; id != "" {
		d.problem("id", "duplicate", fmt.Sprintf("the id %q is already that of line %d", clip(id), first))
		return
	}
	d.problem("name", "duplicate", fmt.Sprintf("same kind, name, locality and date as line %d: add an id column to keep both", first))
}

func (im *importer) note(r row, problems []Problem) {
	for _, p := range problems {
		if len(im.report.Problems) == MaxProblems {
			im.report.Suppressed++
			continue
		}
		p.Line, p.Row = r.line, r.number
		im.report.Problems = append(im.report.Problems, p)
	}
}

// write is the second pass.
func (im *importer) write() error {
	if im.opt.Strict {
		im.report.Created, im.report.Updated, im.report.Unchanged = 0, 0, 0
	}
	done := 0
	err := im.src.each(im.conv.mapper.json, func(r row) error {
		if err := im.ctx.Err(); err != nil {
			return err
		}
		if done++; im.bad[r.number] {
			return nil
		}
		return im.add(r, im.conv.entry(r).Entry, false)
	})
	if err != nil {
		return err
	}
	if err := im.flush(false); err != nil {
		return err
	}
	im.progress(done)
	return nil
}

func (im *importer) add(r row, e directory.Entry, dry bool) error {
	im.batch = append(im.batch, e)
	im.rows = append(im.rows, row{line: r.line, number: r.number})
	if len(im.batch) < batchRows {
		return nil
	}
	return im.flush(dry)
}

// flush hands the batch to the ledger and counts what became of it.
func (im *importer) flush(dry bool) error {
	if len(im.batch) == 0 {
		return nil
	}
	res, err := im.led.Upsert(im.ctx, im.who, im.batch, ledger.UpsertOptions{DryRun: dry, Notify: im.opt.Notify})
	if err != nil {
		return fmt.Errorf("import rows up to %d: %w", im.rows[len(im.rows)-1].number, err)
	}
	for i, x := range res {
		switch x.Outcome {
		case ledger.Created:
			im.report.Created++
		case ledger.Updated:
			im.report.Updated++
		case ledger.Unchanged:
			im.report.Unchanged++
		default:
			im.report.Rejected++
			im.bad[im.rows[i].number] = true
			im.note(im.rows[i], refusal(x.Err))
		}
	}
	if !dry {
		im.progress(im.rows[len(im.rows)-1].number)
	}
	im.batch, im.rows = im.batch[:0], im.rows[:0]
	return nil
}

// refusal is what the ledger said of one entry, as problems.
func refusal(err error) []Problem {
	var inv directory.Invalid
	if errors.As(err, &inv) {
		var ps []Problem
		for _, f := range inv {
			ps = append(ps, Problem{Field: f.Field, Code: f.Code, Message: f.Message})
		}
		return ps
	}
	if err == nil {
		err = errors.New("refused")
	}
	return []Problem{{Code: "refused", Message: err.Error()}}
}

func (im *importer) progress(done int) {
	if im.opt.Progress != nil {
		im.opt.Progress(done, im.report.Rows)
	}
}
