package transfer

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// months in French and English, as directory.Fold leaves them, by their first letters.
var months = [...][]string{
	{"janv", "jan"}, {"fevr", "fev", "feb"}, {"mars", "mar"}, {"avr", "apr"}, {"mai", "may"}, {"juin", "jun"},
	{"juil", "jul"}, {"aout", "aug"}, {"sept", "sep"}, {"oct"}, {"nov"}, {"dec"},
}

func month(word string) int {
	w := strings.Trim(directory.Fold(word), ".,")
	for i, names := range months {
		for _, n := range names {
			if len(w) >= 3 && strings.HasPrefix(w, n) && !(n == "mar" && w != "mar" && w != "march" && w != "mars") {
				return i + 1
			}
		}
	}
	return 0
}

// date reads a date as files write them and gives EDTF: EDTF itself, 31/12/2024,
// 31.12.24 is refused, "12 mai 2017", "2024-05-01 10:00", Unix seconds. zone is
// used for times without an offset; without a zone the time is left out and
// warn says so.
func date(s string, zone *time.Location) (edtf, warn string, err error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", "", nil
	}
	if len(s) >= 9 && len(s) <= 11 && digitsOnly(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		return time.Unix(n, 0).UTC().Format("2006-01-02T15:04:05Z"), "", err
	}
	if d, err := directory.ParseEDTF(s); err == nil {
		return d.Text, "", nil
	}
	day, clock := s, ""
	if i := strings.IndexAny(s, "T "); i > 0 && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' && strings.ContainsRune(s[i:], ':') {
		day, clock = s[:i], s[i+1:]
	}
	iso, err := calendarDate(day)
	if err != nil {
		return "", "", err
	}
	if clock == "" {
		return iso, "", nil
	}
	return clockTime(s, iso, clock, zone)
}

// clockTime adds a time of day to a date.
func clockTime(s, iso, clock string, zone *time.Location) (edtf, warn string, err error) {
	for _, layout := range [...]string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, iso+"T"+clock); err == nil {
			return t.Format("2006-01-02T15:04:05Z07:00"), "", nil
		}
	}
	for _, layout := range [...]string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05.999999"} {
		t, err := time.ParseInLocation(layout, iso+"T"+clock, time.UTC)
		if err != nil {
			continue
		}
		if zone == nil {
			return iso, fmt.Sprintf("%q has no time zone: the time of day is left out", s), nil
		}
		t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone)
		return t.Format("2006-01-02T15:04:05Z07:00"), "", nil
	}
	return "", "", fmt.Errorf("%q is not a date: the time of day is not hours:minutes", s)
}

// calendarDate reads d/m/Y, m/Y, Y/m/d, Y-Y and dates with a month's name.
func calendarDate(s string) (string, error) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("/.- ,", r) })
	if len(parts) == 3 && len(parts[0]) <= 2 && month(parts[1]) > 0 && digitsOnly(parts[0]) {
		return numericDate(s, parts[2], strconv.Itoa(month(parts[1])), parts[0])
	}
	if len(parts) == 3 && month(parts[0]) > 0 {
		return numericDate(s, parts[2], strconv.Itoa(month(parts[0])), parts[1])
	}
	if len(parts) == 2 && month(parts[0]) > 0 {
		return numericDate(s, parts[1], strconv.Itoa(month(parts[0])), "")
	}
	for _, p := range parts {
		if !digitsOnly(p) {
			return "", fmt.Errorf("%q is not a date: write 2024, 2024-05, 2024-05-31 or 31/05/2024", s)
		}
	}
	switch {
	case len(parts) == 3 && len(parts[0]) == 4:
		return numericDate(s, parts[0], parts[1], parts[2])
	case len(parts) == 3 && len(parts[2]) == 4:
		return numericDate(s, parts[2], parts[1], parts[0])
	case len(parts) == 2 && len(parts[0]) == 4 && len(parts[1]) == 4:
		if d, err := directory.ParseEDTF(parts[0] + "/" + parts[1]); err == nil {
			return d.Text, nil
		}
		return "", fmt.Errorf("%q is not a date: the years are back to front", s)
	case len(parts) == 2 && len(parts[1]) == 4:
		return numericDate(s, parts[1], parts[0], "")
	}
	return "", fmt.Errorf("%q is not a date: write 2024, 2024-05, 2024-05-31 or 31/05/2024", s)
}

func numericDate(s, year, mon, day string) (string, error) {
	m, err := strconv.Atoi(mon)
	if err != nil || m < 1 || m > 12 {
		return "", fmt.Errorf("%q is not a date: there is no month %s (dates are read day/month/year)", s, mon)
	}
	if !digitsOnly(year) || len(year) != 4 {
		return "", fmt.Errorf("%q is not a date: the year must have four digits", s)
	}
	iso := fmt.Sprintf("%s-%02d", year, m)
	if day != "" {
		d, err := strconv.Atoi(day)
		if err != nil || d < 1 || d > 31 {
			return "", fmt.Errorf("%q is not a date: there is no day %s", s, day)
		}
		iso += fmt.Sprintf("-%02d", d)
	}
	if _, err := directory.ParseEDTF(iso); err != nil {
		return "", fmt.Errorf("%q is not a date of the calendar", s)
	}
	return iso, nil
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// degrees reads a latitude or a longitude, with a decimal point or comma, with
// or without a degree sign and a letter for the hemisphere.
func degrees(s, axis string, limit float64) (float64, error) {
	t := strings.ReplaceAll(strings.TrimSpace(s), ",", ".")
	sign := 1.0
	if n := len(t); n > 0 {
		switch t[n-1] {
		case 'S', 's', 'W', 'w', 'O', 'o':
			sign, t = -1, t[:n-1]
		case 'N', 'E', 'e':
			t = t[:n-1]
		}
	}
	t = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(t), "°"))
	v, err := strconv.ParseFloat(t, 64)
	if err != nil && !math.IsInf(v, 0) {
		if strings.ContainsAny(s, "°'′\"″") {
			return 0, fmt.Errorf("%s %q is in degrees and minutes: write decimal degrees, such as 48.8566", axis, clip(s))
		}
		return 0, fmt.Errorf("%s %q is not a number", axis, clip(s))
	}
	v *= sign
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("%s %q is not a number of degrees", axis, clip(s))
	case math.Abs(v) > 1000:
		return 0, fmt.Errorf("%s %s is out of range: these are not degrees but metres of a projection (Lambert 93, Web Mercator…), convert them to WGS 84", axis, clip(s))
	case math.Abs(v) > limit:
		return 0, fmt.Errorf("%s %s is out of range, -%g to %g", axis, clip(s), limit, limit)
	}
	return v, nil
}

// pair splits "48.85, 2.35", "48,85; 2,35" or "48.85 2.35" in two.
func pair(s string) (lat, lon string, ok bool) {
	s = strings.Trim(strings.TrimSpace(s), "()[]")
	for _, sep := range [...]string{";", ", ", " ", ","} {
		if parts := strings.Split(s, sep); len(parts) == 2 {
			return strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1]), true
		}
	}
	return "", "", false
}

// clip shortens a value for a message.
func clip(s string) string {
	const most = 60
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}

// list splits a cell with several values.
func list(s string) []string {
	sep := ";"
	if !strings.Contains(s, sep) {
		if sep = "|"; !strings.Contains(s, sep) {
			sep = ","
		}
	}
	var out []string
	for _, p := range strings.Split(s, sep) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// country turns a name into ISO 3166-1 alpha-2; anything else comes back as it is.
func country(s string) string {
	s = strings.TrimSpace(s)
	if len(s) == 2 {
		return strings.ToUpper(s)
	}
	if c, ok := countries[squash(s)]; ok {
		return c
	}
	return s
}

// countries are names in French and English, and alpha-3 codes, of those that
// are met in our sources.
var countries = map[string]string{
	"france": "FR", "fra": "FR", "belgique": "BE", "belgium": "BE", "bel": "BE", "belgie": "BE", "luxembourg": "LU", "lux": "LU",
	"allemagne": "DE", "germany": "DE", "deutschland": "DE", "deu": "DE", "suisse": "CH", "switzerland": "CH", "schweiz": "CH", "che": "CH",
	"italie": "IT", "italy": "IT", "italia": "IT", "ita": "IT", "espagne": "ES", "spain": "ES", "espana": "ES", "esp": "ES", "andorre": "AD", "andorra": "AD",
	"monaco": "MC", "royaumeuni": "GB", "unitedkingdom": "GB", "uk": "GB", "gbr": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "angleterre": "GB",
	"irlande": "IE", "ireland": "IE", "paysbas": "NL", "netherlands": "NL", "thenetherlands": "NL", "nld": "NL", "autriche": "AT", "austria": "AT", "osterreich": "AT", "aut": "AT",
	"portugal": "PT", "prt": "PT", "grece": "GR", "greece": "GR", "danemark": "DK", "denmark": "DK", "suede": "SE", "sweden": "SE", "norvege": "NO", "norway": "NO",
	"finlande": "FI", "finland": "FI", "pologne": "PL", "poland": "PL", "tchequie": "CZ", "czechia": "CZ", "czechrepublic": "CZ", "hongrie": "HU", "hungary": "HU",
	"roumanie": "RO", "romania": "RO", "bulgarie": "BG", "bulgaria": "BG", "croatie": "HR", "croatia": "HR", "slovenie": "SI", "slovenia": "SI",
	"slovaquie": "SK", "slovakia": "SK", "canada": "CA", "can": "CA", "quebec": "CA", "etatsunis": "US", "unitedstates": "US", "usa": "US", "unitedstatesofamerica": "US", "us": "US",
	"bresil": "BR", "brazil": "BR", "mexique": "MX", "mexico": "MX", "inde": "IN", "india": "IN", "chine": "CN", "china": "CN", "japon": "JP", "japan": "JP",
	"australie": "AU", "australia": "AU", "maroc": "MA", "morocco": "MA", "tunisie": "TN", "tunisia": "TN", "algerie": "DZ", "algeria": "DZ", "senegal": "SN",
	"cotedivoire": "CI", "lareunion": "RE", "reunion": "RE", "guadeloupe": "GP", "martinique": "MQ", "guyane": "GF", "mayotte": "YT", "southkorea": "KR", "singapore": "SG",
	"turkey": "TR", "turquie": "TR", "ukraine": "UA", "israel": "IL", "southafrica": "ZA", "afriquedusud": "ZA", "newzealand": "NZ", "argentina": "AR", "argentine": "AR", "chile": "CL", "chili": "CL",
	"estonia": "EE", "estonie": "EE", "latvia": "LV", "lettonie": "LV", "lithuania": "LT", "lituanie": "LT", "serbia": "RS", "serbie": "RS", "malta": "MT", "malte": "MT", "cyprus": "CY", "chypre": "CY",
}

func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
