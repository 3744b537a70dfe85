package transfer

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// icsEncoder writes an iCalendar stream (RFC 5545) of the events.
//
// Date-times are in UTC, which needs no VTIMEZONE. A date without a time is an
// all-day event. An event that is known to the month or less finely is an
// all-day span over the whole of it, TRANSPARENT so that it makes nobody busy,
// and X-BOCAGE-DATE keeps the date as written: an export leaves nothing out.
// Its description starts with that date in words. Only events without any date are
// not in it, since DTSTART is required.
type icsEncoder struct {
	w    *bufio.Writer
	info ExportInfo
}

// icsRefresh is how often a program that subscribes to a calendar is asked to look.
const icsRefresh = "PT4H"

func (c *icsEncoder) begin() error {
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Bocage//Bocage//FR")
	c.line("CALSCALE", "GREGORIAN")
	if c.info.Title != "" {
		c.text("X-WR-CALNAME", c.info.Title)
		c.text("NAME", c.info.Title)
	}
	if c.info.Home != "" {
		c.line("URL", c.info.Home)
	}
	// Both are read: RFC 7986 §5.7, and what came before it.
	c.line("REFRESH-INTERVAL;VALUE=DURATION", icsRefresh)
	c.line("X-PUBLISHED-TTL", icsRefresh)
	return nil
}

func (c *icsEncoder) end() error {
	c.line("END", "VCALENDAR")
	return nil
}

func (c *icsEncoder) entry(p directory.Public) error {
	if p.Period == nil {
		return nil
	}
	from, to, ok := p.Period.Interval()
	if !ok || !icsYear(from) || !icsYear(to) {
		return nil
	}
	c.line("BEGIN", "VEVENT")
	c.line("UID", p.URI)
	stamp := p.Updated
	if stamp.IsZero() {
		stamp = c.info.Now
	}
	c.line("DTSTAMP", utc(stamp))
	c.when(p.Period, from, to)
	name, lang := p.Name.In()
	c.text("SUMMARY", name)
	if s := icsDescription(p, lang); s != "" {
		c.text("DESCRIPTION", s)
	}
	c.line("URL", PageURL(p, c.info.Base))
	c.line("STATUS", icsStatus(p))
	if p.Event != nil && p.Event.Organisers != "" {
		c.text("CONTACT", p.Event.Organisers)
	}
	if pl := p.Place; pl != nil {
		if l := location(pl); l != "" {
			c.text("LOCATION", l)
		}
		if online := sanitize.URL(pl.Online); online != "" {
			c.line("CONFERENCE;VALUE=URI", online)
		}
		if pl.Point != nil {
			c.line("GEO", coordinateText(pl.Point.Lat)+";"+coordinateText(pl.Point.Lon))
		}
	}
	if words := append(append([]string(nil), p.Themes...), p.Tags...); len(words) > 0 {
		for i := range words {
			words[i] = icsEscape(words[i])
		}
		c.line("CATEGORIES", strings.Join(words, ","))
	}
	if !p.Created.IsZero() {
		c.line("CREATED", utc(p.Created))
	}
	if !p.Updated.IsZero() {
		c.line("LAST-MODIFIED", utc(p.Updated))
	}
	if p.Revision > 0 {
		c.line("SEQUENCE", strconv.FormatInt(p.Revision-1, 10))
	}
	c.line("END", "VEVENT")
	return nil
}

// icsDescription is the pitch, after the date in words when no day can be named.
func icsDescription(p directory.Public, lang string) string {
	s, _ := p.Summary.In()
	if !p.Period.Form().Vague() {
		return s
	}
	return strings.TrimSpace(p.Period.Human(lang) + ". " + s)
}

// when writes the dates, in the precision in which they are known.
func (c *icsEncoder) when(p *directory.Period, from, to int64) {
	start, err := directory.ParseEDTF(p.Start)
	if err == nil && start.Precision == directory.PrecisionTime {
		c.line("DTSTART", utc(unix(from)))
		if end, err := directory.ParseEDTF(p.End); err == nil && end.Precision == directory.PrecisionTime && end.From > from {
			c.line("DTEND", utc(unix(end.From)))
		}
		return
	}
	c.line("DTSTART;VALUE=DATE", unix(from).Format("20060102"))
	c.line("DTEND;VALUE=DATE", unix(to-1).AddDate(0, 0, 1).Format("20060102"))
	if err != nil || start.Precision != directory.PrecisionDay || start.Approximate || start.Uncertain {
		written := p.Start
		if p.End != "" {
			written += "/" + p.End
		}
		c.line("TRANSP", "TRANSPARENT")
		c.text("X-BOCAGE-DATE", written)
	}
}

func icsStatus(p directory.Public) string {
	if p.Event == nil || p.Event.Status == "" {
		return string(directory.EventConfirmed)
	}
	return string(p.Event.Status)
}

// icsYear reports whether a moment can be written with four digits for the year.
func icsYear(seconds int64) bool {
	y := unix(seconds).Year()
	return y >= 1 && y <= 9999
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func coordinateText(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// location is a place on one line.
func location(p *directory.Place) string {
	var parts []string
	for _, s := range [...]string{p.Name, p.Street, strings.TrimSpace(p.PostalCode + " " + p.Locality), p.Country} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 {
		return p.Online
	}
	return strings.Join(parts, ", ")
}

// text writes a TEXT property (§3.3.11).
func (c *icsEncoder) text(name, value string) { c.line(name, icsEscape(value)) }

var icsEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

func icsEscape(s string) string { return icsEscapes.Replace(s) }

// line writes a content line folded at 75 octets, never inside a character
// (§3.1). Control characters cannot be in one. The buffer keeps the first error
// until Flush.
func (c *icsEncoder) line(name, value string) {
	const octets = 75
	l := strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, name+":"+value)
	room := octets
	for len(l) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(l[cut]) {
			cut--
		}
		fmt.Fprintf(c.w, "%s\r\n ", l[:cut])
		l, room = l[cut:], octets-1
	}
	fmt.Fprintf(c.w, "%s\r\n", l)
}
