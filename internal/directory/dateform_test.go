package directory

import (
	"testing"
	"time"
)

func TestDateForm(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		period Period
		want   string // precision of both ends and the qualifiers
		vague  bool
		offset time.Duration
	}{
		{Period{Start: "2011-03-12"}, "day/", false, 0},
		{Period{Start: "2011-03"}, "month/", true, 0},
		{Period{Start: "199X"}, "decade/", true, 0},
		{Period{Start: "12XX?"}, "century/ ?", true, 0},
		{Period{Start: "1217~"}, "year/ ~", true, 0},
		{Period{Start: "2011-21%"}, "season/ ~?", true, 0},
		{Period{Start: "2004", End: ".."}, "year/ ..>", true, 0},
		{Period{Start: "..", End: "1789-08-04"}, "/day <..", true, 0},
		{Period{Start: "2004/2008~"}, "year/year >~", true, 0},
		{Period{Start: "2026-06-05", End: "2026-06-07"}, "day/day", false, 0},
		{Period{End: "1850"}, "year/", true, 0},
		{Period{Start: "2026-06-05T18:00:00+02:00", End: "2026-06-05T20:00:00+02:00"}, "time/time", false, 2 * time.Hour},
		{Period{Start: "2026-06-05T16:00:00Z", Timezone: "Europe/Paris"}, "time/", false, 2 * time.Hour},
		{Period{Start: "2026-01-05T16:00:00Z", Timezone: "America/St_Johns"}, "time/", false, -3*time.Hour - 30*time.Minute},
		{Period{Start: "2026-01-05T16:00:00Z"}, "time/", false, 0},
		{Period{Start: "soon"}, "/", false, 0},
		{Period{}, "/", false, 0},
	} {
		f := tt.period.Form()
		got := f.Start().String() + "/" + f.End().String()
		mark := ""
		for _, m := range []struct {
			on   bool
			text string
		}{{f.OpenStart(), "<.."}, {f.OpenEnd(), "..>"}, {f.ApproximateStart(), "~"}, {f.ApproximateEnd(), ">~"}, {f.Uncertain(), "?"}} {
			if m.on {
				mark += m.text
			}
		}
		if mark != "" {
			got += " " + mark
		}
		if got != tt.want || f.Vague() != tt.vague || f.Offset() != tt.offset {
			t.Errorf("%+v: got %q, vague %t, offset %s, want %q, %t, %s", tt.period, got, f.Vague(), f.Offset(), tt.want, tt.vague, tt.offset)
		}
	}
	var none *Period
	if none.Form() != 0 {
		t.Error("a nil period has a form")
	}
}
