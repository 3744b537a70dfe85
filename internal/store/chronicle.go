package store

import (
	"context"
	"database/sql"
	"encoding/json"

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
	const chunk = 2000
	for after := int64(0); ; {
		var rows [][]any
		last, n := after, 0
		err := t.each(ctx, func(row scanner) error {
			var doc string
			if err := row.Scan(&last, &doc); err != nil {
				return err
			}
			n++
			var entry directory.Entry
			if json.Unmarshal([]byte(doc), &entry) != nil {
				return nil // it is read, and complained of, elsewhere
			}
			p, _ := entry.Public()
			rows = append(rows, []any{last, int64(dateForm(&entry)), seriesOf(&entry), countryOf(&p)})
			return nil
		}, "SELECT num, doc FROM entry_doc WHERE num > $1 ORDER BY num LIMIT $2", after, chunk)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if _, err := t.exec(ctx, "UPDATE entry SET date_form = $2, series = $3, country = $4 WHERE num = $1", row...); err != nil {
				return err
			}
		}
		if n < chunk {
			return nil
		}
		after = last
	}
}
