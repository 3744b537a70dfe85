package store

import (
	"context"
	"database/sql"

	"codeberg.org/bocage/bocage/internal/directory"
)

// chronicleVersion is the step of the schema that gave entries what the
// chronology draws of them.
const chronicleVersion = 17

// dateForm is how well the dates of entryInterval are known.
func dateForm(e *directory.Entry) directory.DateForm {
	if _, _, ok := e.Period.Interval(); ok || e.Concept == nil {
		return e.Period.Form()
	}
	first := directory.Period{Start: e.Concept.FirstUse}
	return first.Form()
}

// seriesOf is the slug of the series of an event, "" for none.
func seriesOf(e *directory.Entry) string {
	if e.Kind != directory.KindEvent || e.Event == nil {
		return ""
	}
	return directory.SeriesSlug(e.Event.Series)
}

func countryOf(p *directory.Public) string {
	if p.Place == nil {
		return ""
	}
	return p.Place.Country
}

// fillChronicle writes what the chronology draws for the entries that were there
// before the columns.
func fillChronicle(ctx context.Context, tx *sql.Tx, e engine) error {
	t := &Tx{Reader: Reader{q: tx, engine: e}}
	var rows [][]any
	return t.eachEntryThen(ctx, func(num int64, e *directory.Entry, p *directory.Public) {
		rows = append(rows, []any{num, int64(dateForm(e)), seriesOf(e), countryOf(p)})
	}, func() error {
		err := t.execEach(ctx, "UPDATE entry SET date_form = $2, series = $3, country = $4 WHERE num = $1", rows)
		rows = rows[:0]
		return err
	})
}
