package directory

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// TwinMetres is how far apart two positions of one thing may be.
const TwinMetres = 300

// TwinScore is the score from which two entries are worth showing to a person as
// the same thing. Nothing is ever merged by a score alone.
const TwinScore = 0.5

// earthMetres is the mean radius of the Earth.
const earthMetres = 6371008.8

// Twin says how likely two entries are the same thing: 0 is not at all, 1 is a
// register number in common. The reasons are stable words for translation:
// "siret", "siren", "rna", "osm", "wikidata", "website", "name", "near", "date".
// Names count only together with the place (or, for what has no place, the
// date), since there are a hundred gardens of one name.
//
// It is symmetric, and false for entries of kinds that cannot be one thing.
func Twin(a, b *Entry) (score float64, reasons []string) {
	if a.URI == b.URI && a.URI != "" || !sameSort(a.Kind, b.Kind) {
		return 0, nil
	}
	x, y := TwinKeys(a), TwinKeys(b)
	for _, k := range x {
		if slices.Contains(y, k) {
			sort, _, _ := strings.Cut(k, ":")
			if sort == "name" || slices.Contains(reasons, sort) {
				continue
			}
			score, reasons = math.Max(score, keyWeight[sort]), append(reasons, sort)
		}
	}
	if !sameName(a, b) {
		return score, reasons
	}
	switch near, known := nearBy(a, b); {
	case known && near:
		score, reasons = score+0.7, append(reasons, "name", "near")
	case known:
		score -= 0.3 // one name, two towns
	case sameDate(a, b):
		score, reasons = score+0.7, append(reasons, "name", "date")
	default:
		score, reasons = score+0.3, append(reasons, "name")
	}
	return math.Max(0, math.Min(1, score)), reasons
}

// keyWeight is what each kind of key in common is worth. A website may be shared
// by a federation of places.
var keyWeight = map[string]float64{
	"siret": 1, "rna": 0.9, "siren": 0.8, "osm": 1, "wikidata": 1, "website": 0.6,
}

// TwinKeys are the values that an entry has in common with its twins, each
// "sort:value": register numbers, OpenStreetMap and Wikidata ids, the website
// without scheme, "www." and final slash, and "name:" with the folded name in
// each language. The store indexes them to find candidates.
func TwinKeys(e *Entry) []string {
	var keys []string
	add := func(sort, value string) {
		if value != "" && !slices.Contains(keys, sort+":"+value) {
			keys = append(keys, sort+":"+value)
		}
	}
	if id := e.Identifiers; id != nil {
		add("siret", compact(id.SIRET))
		add("siren", compact(id.SIREN))
		if s := compact(id.SIRET); len(s) == 14 {
			add("siren", s[:9])
		}
		add("rna", compact(id.RNA))
	}
	urls := []string{e.Website}
	for _, l := range e.Links {
		urls = append(urls, l.URL)
	}
	for _, s := range e.Sources {
		urls = append(urls, s.URL)
	}
	for _, raw := range urls {
		sort, value := linkedData(raw)
		add(sort, value)
	}
	if sort, _ := linkedData(e.Website); sort == "" {
		add("website", BareURL(e.Website))
	}
	for _, name := range e.Name {
		if words := strings.Join(Words(name), " "); len(words) <= maxTwinName {
			add("name", words)
		}
	}
	slices.Sort(keys)
	return keys
}

// maxTwinName bounds the names that are compared, in bytes.
const maxTwinName = 200

// BareURL is a web address without scheme, "www.", query, fragment and final
// slash, in lower case as far as the host goes; "" for what is none.
func BareURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || len(raw) > 500 {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	return host + strings.TrimRight(u.EscapedPath(), "/")
}

// linkedData reads the address of an OpenStreetMap object or a Wikidata item.
func linkedData(raw string) (sort, id string) {
	bare := BareURL(raw)
	host, path, _ := strings.Cut(bare, "/")
	parts := strings.Split(path, "/")
	switch {
	case host == "openstreetmap.org" && len(parts) == 2 && slices.Contains([]string{"node", "way", "relation"}, parts[0]):
		if _, err := strconv.ParseUint(parts[1], 10, 64); err == nil {
			return "osm", parts[0] + "/" + parts[1]
		}
	case strings.HasSuffix(host, "wikidata.org") && len(parts) == 2:
		if n, ok := strings.CutPrefix(parts[1], "Q"); ok {
			if _, err := strconv.ParseUint(n, 10, 64); err == nil {
				return "wikidata", parts[1]
			}
		}
	}
	return "", ""
}

func compact(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

// sameSort: a garden may be listed as a place here and as a commons there, but
// an event is never a text.
func sameSort(a, b Kind) bool { return a == b || a.IsActor() && b.IsActor() }

func sameName(a, b *Entry) bool {
	for _, x := range a.Name {
		key := strings.Join(Words(x), " ")
		for _, y := range b.Name {
			if key != "" && key == strings.Join(Words(y), " ") {
				return true
			}
		}
	}
	return false
}

// nearBy reports whether the public positions are within TwinMetres, and whether
// both are known. An approximate position is as wide as its grid.
func nearBy(a, b *Entry) (near, known bool) {
	p, q := a.Place.public(), b.Place.public()
	if p == nil || q == nil || p.Point == nil || q.Point == nil {
		return false, false
	}
	limit := float64(TwinMetres)
	if p.Precision == PrecisionApproximate || q.Precision == PrecisionApproximate {
		limit = ApproximateDegrees * 111_000
	}
	return p.Point.Metres(*q.Point) <= limit, true
}

// Metres is the great-circle distance to q (haversine).
func (p Point) Metres(q Point) float64 {
	rad := func(d float64) float64 { return d * math.Pi / 180 }
	h := sq(math.Sin(rad(q.Lat-p.Lat)/2)) + math.Cos(rad(p.Lat))*math.Cos(rad(q.Lat))*sq(math.Sin(rad(q.Lon-p.Lon)/2))
	return 2 * earthMetres * math.Asin(math.Sqrt(math.Min(1, h)))
}

func sq(x float64) float64 { return x * x }

// sameDate: two editions of a festival are not one, two sheets of one law are.
func sameDate(a, b *Entry) bool {
	af, at, aok := a.Period.Interval()
	bf, bt, bok := b.Period.Interval()
	return aok && bok && af < bt && bf < at
}
