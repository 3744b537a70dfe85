package directory

import (
	"errors"
	"testing"
	"time"
)

func unix(t *testing.T, s string) int64 {
	t.Helper()
	v, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return v.Unix()
}

func TestParseEDTF(t *testing.T) {
	for _, tt := range []struct {
		in, from, to string
		precision    DatePrecision
		human, en    string
	}{
		{"2011", "2011-01-01", "2012-01-01", PrecisionYear, "2011", "2011"},
		{"2011-03", "2011-03-01", "2011-04-01", PrecisionMonth, "mars 2011", "March 2011"},
		{"2011-12", "2011-12-01", "2012-01-01", PrecisionMonth, "décembre 2011", "December 2011"},
		{" 2011-03-12 ", "2011-03-12", "2011-03-13", PrecisionDay, "12 mars 2011", "12 March 2011"},
		{"2011-03-01", "2011-03-01", "2011-03-02", PrecisionDay, "1er mars 2011", "1 March 2011"},
		{"2012-02-29", "2012-02-29", "2012-03-01", PrecisionDay, "29 février 2012", "29 February 2012"},
		{"1217~", "1217-01-01", "1218-01-01", PrecisionYear, "vers 1217", "c. 1217"},
		{"2011-03-12~", "2011-03-12", "2011-03-13", PrecisionDay, "vers le 12 mars 2011", "c. 12 March 2011"},
		{"1984?", "1984-01-01", "1985-01-01", PrecisionYear, "1984 (incertain)", "1984 (uncertain)"},
		{"1984%", "1984-01-01", "1985-01-01", PrecisionYear, "vers 1984 (incertain)", "c. 1984 (uncertain)"},
		{"12XX", "1200-01-01", "1300-01-01", PrecisionCentury, "XIIIe siècle", "13th century"},
		{"00XX", "0000-01-01", "0100-01-01", PrecisionCentury, "Ier siècle", "1st century"},
		{"199X", "1990-01-01", "2000-01-01", PrecisionDecade, "années 1990", "1990s"},
		{"2011-XX", "2011-01-01", "2012-01-01", PrecisionYear, "2011", "2011"},
		{"2011-03-XX", "2011-03-01", "2011-04-01", PrecisionMonth, "mars 2011", "March 2011"},
		{"2011-XX-XX", "2011-01-01", "2012-01-01", PrecisionYear, "2011", "2011"},
		{"2011-21", "2011-03-01", "2011-06-01", PrecisionSeason, "printemps 2011", "spring 2011"},
		{"2011-24", "2011-12-01", "2012-03-01", PrecisionSeason, "hiver 2011", "winter 2011"},
		{"2004/2008", "2004-01-01", "2009-01-01", PrecisionInterval, "2004 – 2008", "2004 – 2008"},
		{"2004-06/2006-08", "2004-06-01", "2006-09-01", PrecisionInterval, "juin 2004 – août 2006", "June 2004 – August 2006"},
	} {
		got, err := ParseEDTF(tt.in)
		if err != nil {
			t.Errorf("ParseEDTF(%q): %v", tt.in, err)
			continue
		}
		if from, to := unix(t, tt.from), unix(t, tt.to); got.From != from || got.To != to {
			t.Errorf("ParseEDTF(%q) = [%d, %d), want [%d, %d)", tt.in, got.From, got.To, from, to)
		}
		if got.Precision != tt.precision {
			t.Errorf("ParseEDTF(%q) precision = %d, want %d", tt.in, got.Precision, tt.precision)
		}
		if h := got.Human("fr"); h != tt.human {
			t.Errorf("Human(%q, fr) = %q, want %q", tt.in, h, tt.human)
		}
		if h := got.Human("en"); h != tt.en {
			t.Errorf("Human(%q, en) = %q, want %q", tt.in, h, tt.en)
		}
	}
}

func TestParseEDTFOpenAndFar(t *testing.T) {
	d, err := ParseEDTF("2004/..")
	if err != nil || !d.Open || d.To != MaxUnix || d.Human("fr") != "depuis 2004" {
		t.Errorf("2004/.. = %+v, %v, %q", d, err, d.Human("fr"))
	}
	d, err = ParseEDTF("../1985")
	if err != nil || !d.Open || d.From != MinUnix || d.Human("en") != "until 1985" {
		t.Errorf("../1985 = %+v, %v, %q", d, err, d.Human("en"))
	}
	d, err = ParseEDTF("-0043")
	if err != nil || d.Human("fr") != "44 av. J.-C." || d.Human("en") != "44 BCE" {
		t.Errorf("-0043 = %+v, %v, %q", d, err, d.Human("fr"))
	}
	if d, err = ParseEDTF("-9999"); err != nil || d.From != MinUnix {
		t.Errorf("-9999 starts at %d, %v, want MinUnix %d", d.From, err, MinUnix)
	}
	if d, err = ParseEDTF("9999"); err != nil || d.To != MaxUnix {
		t.Errorf("9999 ends at %d, %v, want MaxUnix %d", d.To, err, MaxUnix)
	}
}

func TestParseEDTFTime(t *testing.T) {
	d, err := ParseEDTF("2026-06-06T18:00:00+02:00")
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 6, 6, 16, 0, 0, 0, time.UTC).Unix(); d.From != want || d.To != want+1 {
		t.Errorf("bounds = [%d, %d), want [%d, %d)", d.From, d.To, want, want+1)
	}
	if got, want := d.Human("fr"), "samedi 6 juin 2026, 18:00"; got != want {
		t.Errorf("Human = %q, want %q", got, want)
	}
}

func TestPeriodHuman(t *testing.T) {
	for _, tt := range []struct {
		p      *Period
		fr, en string
	}{
		{nil, "", ""},
		{&Period{}, "", ""},
		{&Period{Start: "2027-06-06T18:00:00+02:00", End: "2027-06-06T20:00:00+02:00"}, "dimanche 6 juin 2027, 18:00–20:00", "Sunday 6 June 2027, 18:00–20:00"},
		{&Period{Start: "2027-06-06T16:00:00Z", End: "2027-06-06T18:00:00Z", Timezone: "Europe/Paris"}, "dimanche 6 juin 2027, 18:00–20:00", "Sunday 6 June 2027, 18:00–20:00"},
		{&Period{Start: "2027-06-06T16:00:00Z", Timezone: "Nowhere/Here"}, "dimanche 6 juin 2027, 16:00", "Sunday 6 June 2027, 16:00"},
		{&Period{Start: "2027-06-06T18:00", End: "2027-06-06T18:00"}, "dimanche 6 juin 2027, 18:00", "Sunday 6 June 2027, 18:00"},
		{&Period{Start: "2027-05-01T22:00:00+02:00", End: "2027-05-02T02:00:00+02:00"}, "samedi 1er mai 2027, 22:00 – dimanche 2 mai 2027, 02:00", "Saturday 1 May 2027, 22:00 – Sunday 2 May 2027, 02:00"},
		{&Period{Start: "2027-06-06T18:00/2027-06-06T20:00"}, "dimanche 6 juin 2027, 18:00–20:00", "Sunday 6 June 2027, 18:00–20:00"},
		{&Period{Start: "2027-06-06", End: "2027-06-08"}, "6 juin 2027 – 8 juin 2027", "6 June 2027 – 8 June 2027"},
		{&Period{Start: "1217~", Timezone: "Europe/Paris"}, "vers 1217", "c. 1217"},
		{&Period{Start: "2004", End: ".."}, "depuis 2004", "since 2004"},
		{&Period{End: "2013"}, "2013", "2013"},
		{&Period{Start: "soon"}, "soon", "soon"},
	} {
		if got := tt.p.Human("fr"); got != tt.fr {
			t.Errorf("%+v.Human(fr) = %q, want %q", tt.p, got, tt.fr)
		}
		if got := tt.p.Human("en"); got != tt.en {
			t.Errorf("%+v.Human(en) = %q, want %q", tt.p, got, tt.en)
		}
	}
}

func TestParseEDTFRefuses(t *testing.T) {
	for _, in := range []string{
		"", " ", "11", "20111", "2011-13", "2011-00", "2011-2-3", "2011-02-30", "2011-3", "X", "XXXX", "1XXX",
		"2011/2010", "2011-05/2011-03", "/", "../..", "2011/2012/2013", "2011-03-12T25:00:00Z", "12 mars 2011", "2011-03-12-1",
		"199X-03", "2011-XX-03", "2011-25", "2011-21-03", "-0000", "Y12345", "2011~?", "١٩٩٠", "2011-+1",
	} {
		if d, err := ParseEDTF(in); !errors.Is(err, ErrInvalid) {
			t.Errorf("ParseEDTF(%q) = %+v, %v, want ErrInvalid", in, d, err)
		}
	}
}

func TestPeriodInterval(t *testing.T) {
	for _, tt := range []struct {
		p        *Period
		from, to int64
		ok       bool
	}{
		{nil, 0, 0, false},
		{&Period{}, 0, 0, false},
		{&Period{Start: "2011"}, unix(t, "2011-01-01"), unix(t, "2012-01-01"), true},
		{&Period{Start: "2011", End: "2013-02"}, unix(t, "2011-01-01"), unix(t, "2013-03-01"), true},
		{&Period{Start: "2011", End: ".."}, unix(t, "2011-01-01"), MaxUnix, true},
		{&Period{Start: "2011", End: "2011-02"}, unix(t, "2011-01-01"), unix(t, "2012-01-01"), true},
		{&Period{End: "2013"}, unix(t, "2013-01-01"), unix(t, "2014-01-01"), true},
		{&Period{Start: "2013", End: "2011"}, 0, 0, false},
		{&Period{Start: "soon"}, 0, 0, false},
	} {
		from, to, ok := tt.p.Interval()
		if ok != tt.ok || (ok && (from != tt.from || to != tt.to)) {
			t.Errorf("%+v.Interval() = %d, %d, %v, want %d, %d, %v", tt.p, from, to, ok, tt.from, tt.to, tt.ok)
		}
	}
}

func FuzzParseEDTF(f *testing.F) {
	for _, s := range []string{"2011", "-0043", "19XX", "2011-21", "2004/..", "../1985", "2026-06-06T18:00:00+02:00",
		"1984%", "2011-XX-XX", "2011-02-30", "//", "9999-12-31/9999", "0000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseEDTF(s)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("error does not wrap ErrInvalid: %v", err)
			}
			return
		}
		if d.From >= d.To {
			t.Fatalf("ParseEDTF(%q): empty interval [%d, %d)", s, d.From, d.To)
		}
		// A date-time's offset may put it up to a day outside the bounds.
		if d.From < MinUnix-86400 || d.To > MaxUnix+86400 {
			t.Fatalf("ParseEDTF(%q): [%d, %d) is out of bounds", s, d.From, d.To)
		}
		if d.Human("fr") == "" || d.Human("en") == "" {
			t.Fatalf("ParseEDTF(%q) has no words", s)
		}
		if again, err := ParseEDTF(d.Text); err != nil || again != d {
			t.Fatalf("ParseEDTF(%q) = %+v, again %+v, %v", s, d, again, err)
		}
	})
}
