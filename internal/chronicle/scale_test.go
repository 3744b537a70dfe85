package chronicle

import (
	"fmt"
	"testing"
	"time"
)

func at(s string) int64 {
	if s[0] == '-' {
		var y int
		_, _ = fmt.Sscanf(s, "%d-", &y)
		return yearStart(y)
	}
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		panic(err)
	}
	return t.Unix()
}

func TestTickLabels(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		step   step
		at     int64
		fr, en string
	}{
		{step{years: 100}, yearStart(1800), "XIXe siècle", "19th century"},
		{step{years: 100}, yearStart(0), "Ier siècle", "1st century"},
		{step{years: 100}, yearStart(2000), "XXIe siècle", "21st century"},
		{step{years: 100}, yearStart(1000), "XIe siècle", "11th century"},
		{step{years: 100}, yearStart(-500), "Ve s. av. J.-C.", "5th c. BCE"},
		{step{years: 200}, yearStart(-400), "−400", "−400"},
		{step{years: 10}, yearStart(1970), "années 1970", "1970s"},
		{step{years: 2}, yearStart(1972), "1972", "1972"},
		{step{months: 1}, at("2012-01-01"), "janv. 2012", "Jan 2012"},
		{step{months: 3}, at("2012-07-01"), "juil. 2012", "Jul 2012"},
		{step{days: 1}, at("2012-03-01"), "1er mars", "1 Mar"},
		{step{days: 7}, at("2012-03-05"), "5 mars", "5 Mar"},
		{step{days: 1}, at("2012-01-01"), "1er janv. 2012", "1 Jan 2012"},
		{step{minutes: 180}, at("2012-03-05") + 9*hour, "9 h", "09:00"},
		{step{minutes: 180}, at("2012-03-05"), "5 mars", "5 Mar"},
		{step{minutes: 15}, at("2012-03-05") + 9*hour + 900, "9 h 15", "09:15"},
	} {
		if got := tt.step.label(tt.at, "fr"); got != tt.fr {
			t.Errorf("French label %q, want %q", got, tt.fr)
		}
		if got := tt.step.label(tt.at, "en-GB"); got != tt.en {
			t.Errorf("English label %q, want %q", got, tt.en)
		}
	}
}

func TestScaleOfWindows(t *testing.T) {
	t.Parallel()
	c := New(nil)
	for _, tt := range []struct {
		from, to string
		want     Scale
		first    string
	}{
		{"1000-01-01", "2026-01-01", Centuries, "XIe siècle"},
		{"1920-01-01", "2020-01-01", Decades, "années 1920"},
		{"1960-01-01", "2026-01-01", Years, "1960"},
		{"2010-01-01", "2020-01-01", Years, "2010"},
		{"2012-01-01", "2013-01-01", Months, "janv. 2012"},
		{"2012-03-01", "2012-03-15", Days, "1er mars"},
		{"2012-03-05", "2012-03-06", Hours, "5 mars"},
		{"2012-03-01", "2012-06-01", Weeks, "5 mars"},
		{"-0500-01-01", "2100-01-01", Centuries, "−400"},
	} {
		w := c.Window(at(tt.from), at(tt.to), Filter{}, Options{})
		first := ""
		for i := 0; first == "" && i < len(w.Ticks); i++ {
			first = w.Ticks[i].Label
		}
		if w.Scale != tt.want || first != tt.first {
			t.Errorf("%s to %s: scale %s, first label %q", tt.from, tt.to, w.Scale, first)
		}
		for i := 1; i < len(w.Ticks); i++ {
			if w.Ticks[i].At <= w.Ticks[i-1].At {
				t.Errorf("%s: tick %d is not after the one before", tt.from, i)
			}
		}
	}
	w := c.Window(at("2012-01-01"), at("2013-01-01"), Filter{}, Options{Now: at("2012-07-01")})
	if w.Today < 590 || w.Today > 600 {
		t.Errorf("today at %v", w.Today)
	}
}

func TestZoom(t *testing.T) {
	t.Parallel()
	decade := Span{yearStart(2010), yearStart(2020)}
	for _, tt := range []struct {
		name      string
		got, want Span
	}{
		{"in", ZoomIn(decade), Span{yearStart(2013), yearStart(2018)}},
		{"out", ZoomOut(decade), Span{yearStart(2006), yearStart(2026)}},
		{"later", Pan(decade, 1), Span{yearStart(2015), yearStart(2025)}},
		{"earlier", Pan(decade, -2), decadeAt(2000)},
		{"month later", Pan(Span{at("2012-01-01"), at("2012-03-01")}, 1), Span{at("2012-02-01"), at("2012-04-01")}},
		{"month in", ZoomIn(Span{at("2012-01-01"), at("2013-01-01")}), Span{at("2012-04-01"), at("2012-10-01")}},
		{"day", AtScale(Span{at("2012-03-05"), at("2012-03-06")}, Hours), Span{at("2012-03-05"), at("2012-03-06")}},
		{"before the epoch", AtScale(Span{at("1943-05-27"), at("1943-05-28")}, Hours), Span{at("1943-05-27"), at("1943-05-28")}},
		{"centuries", AtScale(decade, Centuries), Span{yearStart(1500), yearStart(2500)}},
		{"decades", AtScale(decade, Decades), Span{yearStart(1970), yearStart(2070)}},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %v to %v, want %v to %v", tt.name, utc(tt.got.From), utc(tt.got.To), utc(tt.want.From), utc(tt.want.To))
		}
	}
	// Zooming in and out must end, and always change the length meanwhile.
	s := Span{yearStart(-3000), yearStart(7000)}
	for range 40 {
		next := ZoomIn(s)
		if next.To-next.From >= s.To-s.From && next.To-next.From > hour {
			t.Fatalf("ZoomIn(%v) = %v", s, next)
		}
		s = next
	}
	if s.To-s.From != hour {
		t.Errorf("the shortest window is %d s", s.To-s.From)
	}
}

func decadeAt(y int) Span { return Span{yearStart(y), yearStart(y + 10)} }
