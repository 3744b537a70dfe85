package site

import (
	"fmt"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

func gathering(name string, p directory.Period) directory.Entry {
	e := forum()
	e.Name, e.Period = directory.LangText{"fr": name}, &p
	return e
}

// TestCalendar: a month is a table of weeks with what each day has, and the days
// beside it; what has no day, or lasts longer than days can tell, is under it.
func TestCalendar(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.add(gathering("Trois jours", directory.Period{Start: "2027-05-31", End: "2027-06-02"}))
	b.add(gathering("Soirée", directory.Period{Start: "2027-06-10T23:30:00+02:00", End: "2027-06-11T01:00:00+02:00", Timezone: "Europe/Paris"}))
	b.add(gathering("En juin", directory.Period{Start: "2027-06"}))
	b.add(gathering("Toute l’année", directory.Period{Start: "2027-01-01", End: "2027-12-31"}))
	called := gathering("Reportée", directory.Period{Start: "2027-06-20"})
	called.Event = &directory.Event{Status: directory.EventCancelled}
	b.add(called)
	for i := range 6 {
		b.add(gathering(fmt.Sprint("Atelier ", i), directory.Period{Start: "2027-06-25"}))
	}
	doc := b.ok("/timeline?view=calendar&month=2027-06")
	if n := len(findAll(doc, "table.calendrier thead th")); n != 7 {
		t.Errorf("%d days of the week", n)
	}
	if n := len(findAll(doc, "table.calendrier td")); n != 35 {
		t.Errorf("%d cells, want five weeks from Monday 31 May", n)
	}
	cells := map[string]string{}
	for _, td := range findAll(doc, "table.calendrier td") {
		if day := attr(find(td, "time"), "datetime"); day != "" {
			cells[day] = text(td)
		}
	}
	for day, want := range map[string]string{"2027-06-01": "Trois jours", "2027-06-02": "Trois jours", "2027-06-10": "23:30 Soirée", "2027-06-11": "Soirée", "2027-06-20": "(Annulé)", "2027-06-25": "+ 3 autres"} {
		if !strings.Contains(strings.ReplaceAll(cells[day], "23 h 30", "23:30"), want) {
			t.Errorf("%s has %q, want %q in it", day, cells[day], want)
		}
	}
	if len(cells) != 30 || strings.Contains(cells["2027-06-03"], "Trois") || strings.Contains(cells["2027-06-12"], "Soirée") {
		t.Errorf("%d days; the 3rd has %q, the 12th %q", len(cells), cells["2027-06-03"], cells["2027-06-12"])
	}
	loose := text(find(doc, ".libres"))
	if !strings.Contains(loose, "En juin") || !strings.Contains(loose, "au mois près") || !strings.Contains(loose, "Toute l’année") {
		t.Errorf("without a day: %q", loose)
	}
	if n := len(findAll(doc, ".calendrier-liste li")); n != 9 {
		t.Errorf("the list has %d entries, each once: want 9", n)
	}
	if got := attr(find(doc, "[rel=prev]"), "href"); got != "/timeline?month=2027-05&view=calendar" {
		t.Errorf("the month before is at %q", got)
	}
	day := b.ok(attr(find(doc, ".plus-jour a"), "href"))
	if n := len(findAll(day, ".agenda li")); n != 8 { // the six, and what lasts all June or all year
		t.Errorf("the agenda of the day has %d entries", n)
	}
	doc = b.ok("/timeline?view=calendar&month=2027-06&kind=text")
	if n := len(findAll(doc, "table.calendrier td a")); n != 0 {
		t.Errorf("%d entries are not of the selection", n)
	}
	for _, month := range []string{"1850-02", "-0043-03", "x", "9999-12"} {
		b.ok("/timeline?view=calendar&month=" + month)
	}
}
