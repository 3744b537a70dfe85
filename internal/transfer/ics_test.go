package transfer

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"codeberg.org/bocage/bocage/internal/directory"
)

// calendar writes events and reads them again with another program's parser.
func calendar(t *testing.T, ps ...directory.Public) *ics.Calendar {
	t.Helper()
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	c := &icsEncoder{w: w, info: ExportInfo{Base: "https://b.test", Title: "Forum; agenda, commun", Home: "https://b.test/timeline"}}
	if err := c.begin(); err != nil {
		t.Fatal(err)
	}
	for _, p := range ps {
		if err := c.entry(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.end(); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	cal, err := ics.ParseCalendar(&b)
	if err != nil {
		t.Fatalf("another parser refuses it: %v", err)
	}
	return cal
}

func value(e *ics.VEvent, name string) string {
	if p := e.GetProperty(ics.ComponentProperty(name)); p != nil {
		return p.Value
	}
	return ""
}

// TestICSByAnotherParser: what a calendar program understands is what the entry says.
func TestICSByAnotherParser(t *testing.T) {
	t.Parallel()
	updated := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	base := directory.Public{Kind: directory.KindEvent, ID: "1", URI: "https://b.test/events/1", Revision: 3, Created: updated.AddDate(0, -1, 0), Updated: updated,
		Name:    directory.LangText{"fr": "Chantier, haies; et fossés \\ " + strings.Repeat("é", 90)},
		Summary: directory.LangText{"fr": "Première ligne\nseconde ligne"}, Tags: []string{"haie, vive"}, Themes: []string{"foret"},
		Event:  &directory.Event{Status: directory.EventCancelled, Organisers: "Le hameau"},
		Place:  &directory.Place{Name: "Verger", Locality: "Redon", Country: "FR", Online: "https://salle.example/1", Point: &directory.Point{Lat: 47.65, Lon: -2.08}},
		Period: &directory.Period{Start: "2027-04-18T10:00:00+02:00", End: "2027-04-18T12:00:00+02:00", Timezone: "Europe/Paris"}}
	for _, tt := range []struct {
		name       string
		start, end string // of the period
		from, to   string // as read, in UTC
		allDay     bool
		note       string
	}{
		{"hours", "2027-04-18T10:00:00+02:00", "2027-04-18T12:00:00+02:00", "2027-04-18T08:00:00Z", "2027-04-18T10:00:00Z", false, ""},
		{"a day", "2026-10-02", "", "2026-10-02T00:00:00Z", "2026-10-03T00:00:00Z", true, ""},
		{"days", "2026-10-02", "2026-10-04", "2026-10-02T00:00:00Z", "2026-10-05T00:00:00Z", true, ""},
		{"a month", "2009-01", "", "2009-01-01T00:00:00Z", "2009-02-01T00:00:00Z", true, "janvier 2009. "},
		{"about a year", "2031~", "", "2031-01-01T00:00:00Z", "2032-01-01T00:00:00Z", true, "vers 2031. "},
		{"a doubtful day", "2011-03-12?", "", "2011-03-12T00:00:00Z", "2011-03-13T00:00:00Z", true, "12 mars 2011 (incertain). "},
	} {
		p := base
		p.Period = &directory.Period{Start: tt.start, End: tt.end, Timezone: base.Period.Timezone}
		cal := calendar(t, p)
		if len(cal.Events()) != 1 {
			t.Fatalf("%s: %d events", tt.name, len(cal.Events()))
		}
		e := cal.Events()[0]
		start, errStart := e.GetStartAt()
		end, errEnd := e.GetEndAt()
		if tt.allDay {
			start, errStart = e.GetAllDayStartAt()
			end, errEnd = e.GetAllDayEndAt()
		}
		if errStart != nil || errEnd != nil {
			t.Errorf("%s: %v, %v", tt.name, errStart, errEnd)
		}
		layout := time.RFC3339
		if tt.allDay { // a date has no zone
			layout = "2006-01-02T15:04:05Z"
		} else {
			start, end = start.UTC(), end.UTC()
		}
		if got, gotTo := start.Format(layout), end.Format(layout); got != tt.from || gotTo != tt.to {
			t.Errorf("%s: from %s to %s, want %s to %s", tt.name, got, gotTo, tt.from, tt.to)
		}
		if got, want := value(e, "DESCRIPTION"), tt.note+"Première ligne\nseconde ligne"; got != want {
			t.Errorf("%s: description %q, want %q", tt.name, got, want)
		}
		if got := value(e, "TRANSP"); (got == "TRANSPARENT") != (tt.note != "") {
			t.Errorf("%s: TRANSP %q", tt.name, got)
		}
		for name, want := range map[string]string{"UID": p.URI, "SUMMARY": p.Name["fr"], "STATUS": "CANCELLED", "GEO": "47.65;-2.08", "SEQUENCE": "2",
			"DTSTAMP": "20260501T120000Z", "LAST-MODIFIED": "20260501T120000Z", "CREATED": "20260401T120000Z", "URL": "https://b.test/events/1",
			"LOCATION": "Verger, Redon, FR", "CONFERENCE": "https://salle.example/1", "CONTACT": "Le hameau"} {
			if got := value(e, name); got != want {
				t.Errorf("%s: %s is %q, want %q", tt.name, name, got, want)
			}
		}
	}
}

// TestICSChanges: a change keeps the UID and raises the SEQUENCE.
func TestICSChanges(t *testing.T) {
	t.Parallel()
	p := directory.Public{Kind: directory.KindEvent, ID: "1", URI: "https://b.test/events/1", Revision: 1, Name: directory.LangText{"fr": "Foire"},
		Period: &directory.Period{Start: "2026-10-02"}}
	before := calendar(t, p).Events()[0]
	p.Revision, p.Period = 2, &directory.Period{Start: "2026-10-09"}
	after := calendar(t, p).Events()[0]
	if value(before, "UID") != value(after, "UID") || value(before, "SEQUENCE") != "0" || value(after, "SEQUENCE") != "1" {
		t.Errorf("before %s %s, after %s %s", value(before, "UID"), value(before, "SEQUENCE"), value(after, "UID"), value(after, "SEQUENCE"))
	}
}
