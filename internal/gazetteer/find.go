package gazetteer

import (
	"slices"
	"strconv"
	"strings"
)

// none is the row that does not exist.
const none = -1

// largeCity is the population from which a foreign city's name is believed
// against a French postcode, when no country is given.
const largeCity = 100_000

// Find returns the best place for a query, and false when there is none or
// when the name and the postcode contradict each other abroad. France's
// overseas territories are French. Homonyms are told apart by country, then by
// postcode and region, then by population.
func (g *Gazetteer) Find(q Query) (Match, bool) {
	country := strings.ToUpper(strings.TrimSpace(q.Country))
	if overseas(country) {
		country = "FR"
	}
	post := postcode(q.PostalCode)
	if country != "" && country != "FR" {
		post = 0
	}
	name := q.Locality
	if before, after, ok := strings.Cut(name, "("); ok {
		name = before // "Montreuil (93)"
		if hint := strings.TrimRight(strings.TrimSpace(after), ") "); q.Region == "" {
			q.Region = hint
		}
	}
	if n, rest, ok := leadingPostcode(name); ok && post == 0 && (country == "" || country == "FR") {
		post, name = n, rest // "56000 Vannes"
	}
	want := g.wanted(q.Region)
	i := g.best(name, post, country, want)
	if i == none {
		i = g.best(head(name), post, country, want)
	}
	if i == none {
		i = g.best(exonym(name, country), post, country, want)
	}
	if i != none {
		return g.match(g.refine(i, post), ""), true
	}
	if post != 0 {
		if i := g.byPostcode(post); i != none {
			return g.match(i, PrecisionPostcode), true
		}
	}
	return Match{}, false
}

// best is the row of that name which fits the rest best, or none.
func (g *Gazetteer) best(name string, post uint32, country string, want wanted) int {
	var buf [maxKey * 2]byte
	k := key(buf[:0], name, false)
	if len(k) == 0 {
		return none
	}
	best, bestScore := none, -1
	french := country == "" && post != 0 && len(g.withPostcode(post)) > 0
	for i := g.search(k); i < len(g.keys) && g.keys[i] == string(k); i++ {
		if country != "" && country != g.country(i) {
			continue
		}
		if french && g.class[i] == ClassCity && g.people[i] < largeCity {
			continue // with a French postcode, a small town abroad is a coincidence
		}
		score := g.score(i, post, want)
		if score > bestScore || score == bestScore && best != none && g.people[i] > g.people[best] {
			best, bestScore = i, score
		}
	}
	return best
}

// score ranks homonyms; below zero the row contradicts the postcode.
func (g *Gazetteer) score(i int, post uint32, want wanted) int {
	s := 0
	if g.class[i] != ClassCity {
		s = 4 - int(g.class[i])
		switch {
		case post == 0:
		case g.hasPostcode(i, post):
			s += 64
		case sameDepartment(post, g.insee[i]):
			s += 32
		default:
			return -1
		}
	}
	if want.set && want.has(g, i) {
		s += 16
	}
	return s
}

// refine turns Paris, Lyon or Marseille with a district's postcode into the district.
func (g *Gazetteer) refine(i int, post uint32) int {
	if g.class[i] != ClassCommune || post == 0 {
		return i
	}
	switch g.insee[i] {
	case 75056, 69123, 13055:
	default:
		return i
	}
	for _, p := range g.withPostcode(post) {
		if j := int(uint32(p)); g.class[j] == ClassDistrict {
			return j
		}
	}
	return i
}

// byPostcode is the most populous commune of a postcode.
func (g *Gazetteer) byPostcode(post uint32) int {
	best := none
	for _, p := range g.withPostcode(post) {
		j := int(uint32(p))
		if g.class[j] == ClassFormer {
			continue
		}
		if best == none || g.class[j] == ClassDistrict || g.class[best] != ClassDistrict && g.people[j] > g.people[best] {
			best = j
		}
	}
	return best
}

// withPostcode is the run of g.post for a postcode.
func (g *Gazetteer) withPostcode(post uint32) []uint64 {
	from, _ := slices.BinarySearch(g.post, uint64(post)<<32)
	to, _ := slices.BinarySearch(g.post, uint64(post+1)<<32)
	return g.post[from:to]
}

func (g *Gazetteer) hasPostcode(i int, post uint32) bool {
	_, ok := slices.BinarySearch(g.post, uint64(post)<<32|uint64(i))
	return ok
}

// search is the first row whose key is at least k.
func (g *Gazetteer) search(k []byte) int {
	lo, hi := 0, len(g.keys)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); g.keys[mid] < string(k) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

func (g *Gazetteer) country(i int) string {
	if g.class[i] == ClassCity {
		return g.zones[g.region[i]][:2]
	}
	return "FR"
}

func (g *Gazetteer) match(i int, p Precision) Match {
	m := Match{
		Point: Point{float64(g.points[i][0]) / (1 / unit), float64(g.points[i][1]) / (1 / unit)},
		Name:  g.names[i], Country: g.country(i), Population: int(g.people[i]), Precision: p,
	}
	if p == "" {
		m.Precision = [...]Precision{PrecisionCommune, PrecisionDistrict, PrecisionFormer, PrecisionCity}[g.class[i]]
	}
	m.Source = "gazetteer:" + string(m.Precision)
	if g.class[i] == ClassCity {
		m.Region = g.zones[g.region[i]][2:]
		return m
	}
	m.Code = inseeCode(g.insee[i])
	if g.first[i] != 0 {
		m.PostalCode = digits(g.first[i])
	}
	if d := g.department(g.insee[i]); d != nil {
		m.Department = d.Name
		m.Region = g.regionName(d.Region)
	}
	return m
}

func (g *Gazetteer) department(insee uint32) *Area {
	code := department(insee)
	for i := range g.depts {
		if g.depts[i].Code == code {
			return &g.depts[i]
		}
	}
	return nil
}

func (g *Gazetteer) regionName(code string) string {
	for _, r := range g.regions {
		if r.Code == code {
			return r.Name
		}
	}
	return ""
}

// wanted is the region of a query, resolved once.
type wanted struct {
	set          bool
	dept, region string // codes
	admin1       string
}

func (g *Gazetteer) wanted(s string) wanted {
	s = strings.TrimSpace(s)
	if s == "" {
		return wanted{}
	}
	w := wanted{set: true, admin1: strings.ToUpper(s)}
	var a, b [maxKey]byte
	k := letters(a[:0], s)
	for _, d := range g.depts {
		if strings.EqualFold(d.Code, s) || string(letters(b[:0], d.Name)) == string(k) {
			w.dept = d.Code
			break
		}
	}
	for _, r := range g.regions {
		if string(letters(b[:0], r.Name)) == string(k) {
			w.region = r.Code
			break
		}
	}
	return w
}

func (w wanted) has(g *Gazetteer, i int) bool {
	if g.class[i] == ClassCity {
		return g.zones[g.region[i]][2:] == w.admin1
	}
	d := g.department(g.insee[i])
	return d != nil && (d.Code == w.dept || w.region != "" && d.Region == w.region)
}

// postcode reads a French postcode, with or without the old "F-"; 0 is none.
func postcode(s string) uint32 {
	s = strings.TrimSpace(s)
	s = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(s, "FR-"), "F-"), "F ")
	if len(s) == 6 && s[2] == ' ' {
		s = s[:2] + s[3:] // "56 000"
	}
	if len(s) == 4 {
		s = "0" + s // a spreadsheet ate the zero of 01000
	}
	if len(s) != 5 {
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

func leadingPostcode(s string) (uint32, string, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 7 || s[5] != ' ' {
		return 0, s, false
	}
	n, err := strconv.ParseUint(s[:5], 10, 32)
	return uint32(n), s[6:], err == nil
}

// head is a name before its first comma, slash or " - ", "" when it has none.
func head(name string) string {
	end := strings.IndexAny(name, ",/")
	if i := strings.Index(name, " - "); i >= 0 && (end < 0 || i < end) {
		end = i
	}
	if end < 0 {
		return ""
	}
	return name[:end]
}

func digits(n uint32) string {
	s := strconv.FormatUint(uint64(n), 10)
	if len(s) < 5 {
		s = "00000"[:5-len(s)] + s
	}
	return s
}

// overseas are the codes that ISO 3166-1 gives to parts of France.
func overseas(country string) bool {
	switch country {
	case "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF":
		return true
	}
	return false
}
