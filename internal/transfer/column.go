package transfer

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// field is one of the names that a Mapping uses for our side.
type field string

// aliases are the names of columns that mean each field, folded to letters and
// digits. GoGoCarto's, OpenFairDB's and Murmurations' are among them, as are
// the usual ones in French and English. The first is the field itself.
var aliases = map[field]string{
	"id":            "id identifiant idfiche uniqueid uuid refid reference sourceid identifier",
	"kind":          "kind nature genre typeannonce",
	"status":        "status statut",
	"handle":        "handle",
	"name":          "name names nom title titre bftitre term label libelle intitule denomination raisonsociale organisation organization tradingname registeredname",
	"lang":          "lang langue language locale locales",
	"summary":       "summary resume abstract chapo accroche",
	"description":   "description descriptif descriptionmore texte presentation mission",
	"translations":  "translations",
	"themes":        "themes theme categories category categorie taxonomy taxonomie types type",
	"tags":          "tags tag etiquettes motscles keywords hashtags",
	"place":         "place placename lieu venue nomdulieu locationname",
	"address":       "address adressecomplete fulladdress customformatedaddress",
	"street":        "street rue streetaddress adresse address1 voie streetname",
	"postcode":      "postcode codepostal cp zip zipcode postalcode postal",
	"locality":      "locality ville city commune town addresslocality localite",
	"region":        "region state departement county addressregion",
	"country":       "country pays addresscountry countryiso3166 countryname countryid countrycode codepays",
	"lat":           "lat latitude geolatitude bflatitude geolat y",
	"lon":           "lon lng long longitude geolongitude bflongitude geolon geolng x",
	"latlon":        "latlon latlng coordinates coordonnees coordonneesgeo geopoint geopoint2d gps position",
	"shape":         "shape geojson geoshape contour trace",
	"precision":     "precision",
	"pointSource":   "pointsource coordsource",
	"online":        "online enligne",
	"start":         "start debut datedebut startdate dtstart datededebut date bfdatedebutevenement startsat foundedon foundingdate fondation datecreation datedecreation ouverture begin annee year",
	"end":           "end fin datefin enddate dtend datedefin bfdatefinevenement endsat dissolutiondate",
	"timezone":      "timezone fuseau",
	"eventStatus":   "eventstatus",
	"series":        "series serie",
	"edition":       "edition",
	"organisers":    "organisers organizers organisateurs organizer organiser",
	"form":          "form forme textform",
	"authors":       "authors auteurs auteur author",
	"textLanguage":  "textlanguage",
	"textCountry":   "textcountry",
	"textUrl":       "texturl",
	"altLabels":     "altlabels variants variantes",
	"firstUse":      "firstuse firstuseyear",
	"firstAuthor":   "firstauthor firstuseauthor",
	"sourceWork":    "sourcework",
	"definitions":   "definitions",
	"resource":      "resource ressource",
	"community":     "community communaute",
	"governance":    "governance gouvernance",
	"rulesUrl":      "rulesurl",
	"protection":    "protection",
	"legalForm":     "legalform formejuridique statutjuridique",
	"members":       "members membres",
	"ostrom":        "ostrom",
	"relations":     "relations",
	"licence":       "licence license",
	"website":       "website siteweb site web url homepage showurl lien link primaryurl www",
	"links":         "links",
	"images":        "images image imageurl photo img",
	"sources":       "sources",
	"source":        "source sourcekey",
	"sourceUrl":     "sourceurl sourceuri",
	"rna":           "rna",
	"siren":         "siren",
	"siret":         "siret",
	"contactName":   "contactname nomcontact",
	"email":         "email courriel mail contactemail",
	"phone":         "phone telephone tel contactphone",
	"openingHours":  "openinghours horaires openhours",
	"lastConfirmed": "lastconfirmed confirme",
	"extra":         "extra",
	// Written by our exports and read by nobody: an import makes its own.
	ignored: "uri page origin owner ownerid created updated createdat updatedat createdby version avgrating modifiedelement",
}

// ignored is the field of columns that are read and forgotten.
const ignored field = "-"

// translated are the fields that a column may give in one language, as in
// name_fr, "Résumé (en)" or title:en.
var translated = []field{"name", "summary", "description", "resource", "community", "governance", "protection"}

// jsonFields hold JSON in a cell.
var jsonFields = []field{"translations", "relations", "definitions", "ostrom", "links", "sources", "extra", "shape"}

// languages are the suffixes that are taken for languages.
var languages = strings.Fields("ar bg br ca co cs da de el en es et eu fi fr ga gl hr hu is it ja ko la lb lt lv mt nl no oc pl pt ro ru sk sl sq sr sv tr uk und zh")

// byAlias is aliases turned round.
var byAlias = func() map[string]field {
	m := map[string]field{}
	for f, names := range aliases {
		if f != ignored {
			m[squash(string(f))] = f
		}
		for _, n := range strings.Fields(names) {
			m[n] = f
		}
	}
	return m
}()

// squash folds a column's name to letters and digits.
func squash(s string) string {
	var b strings.Builder
	for _, r := range directory.Fold(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// column is where the values of one column of the file go.
type column struct {
	field field  // "" = Extra, under the column's name
	lang  string // of a translated field
}

// guessColumn finds the field of a column by its name; nested names such as
// geo.latitude are tried whole and then by their last part.
func guessColumn(name string) column {
	if f, ok := byAlias[squash(name)]; ok {
		return column{field: f}
	}
	if base, lang, ok := splitLanguage(name); ok {
		for _, b := range [...]string{base, lastPart(base)} {
			if f := byAlias[squash(b)]; slices.Contains(translated, f) {
				return column{f, lang}
			}
		}
	}
	if f, ok := byAlias[squash(lastPart(name))]; ok {
		return column{field: f}
	}
	return column{}
}

// lastPart is "latitude" of "geo.latitude".
func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// splitLanguage takes "name_fr", "name:fr", "name-fr", "name.fr", "name (fr)" apart.
func splitLanguage(name string) (base, lang string, ok bool) {
	s := strings.TrimRight(strings.TrimSpace(name), ")]")
	i := strings.LastIndexAny(s, "_:-. ([@")
	if i <= 0 {
		return "", "", false
	}
	lang = strings.ToLower(s[i+1:])
	return s[:i], lang, slices.Contains(languages, lang)
}

// mapper finds the field of each column, once per name.
type mapper struct {
	forced map[string]column // by column name, from the mapping
	taken  map[field]bool    // fields that the mapping forces, not to be guessed
	known  map[string]column
	order  []string
}

// newMapper reads a mapping of fields to columns. Unknown fields are an error.
func newMapper(mapping map[string]string) (*mapper, error) {
	m := &mapper{forced: map[string]column{}, taken: map[field]bool{}, known: map[string]column{}}
	names := make([]string, 0, len(mapping))
	for n := range mapping {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		c := column{field: field(n)}
		if base, lang, ok := splitLanguage(n); ok && slices.Contains(translated, field(base)) {
			c = column{field(base), lang}
		}
		if _, ok := aliases[c.field]; !ok {
			return nil, &FileError{Message: fmt.Sprintf("the mapping names an unknown field %q; the fields are %s", n, strings.Join(fieldNames(), ", "))}
		}
		if c.lang == "" {
			m.taken[c.field] = true
		}
		if mapping[n] != "" {
			m.forced[mapping[n]] = c
		}
	}
	return m, nil
}

func fieldNames() []string {
	var names []string
	for f := range aliases {
		if f != ignored {
			names = append(names, string(f))
		}
	}
	sort.Strings(names)
	return names
}

// column is the field of a column of the file.
func (m *mapper) column(name string) column {
	if c, ok := m.known[name]; ok {
		return c
	}
	c, ok := m.forced[name]
	if !ok {
		if c = guessColumn(name); c.lang == "" && m.taken[c.field] {
			c = column{}
		}
	}
	m.known[name] = c
	m.order = append(m.order, name)
	return c
}

// missing says which columns of the mapping the file does not have.
func (m *mapper) missing() []string {
	var gone []string
	for name := range m.forced {
		if _, ok := m.known[name]; !ok {
			gone = append(gone, name)
		}
	}
	sort.Strings(gone)
	return gone
}

// columns is the mapping as used, for the report.
func (m *mapper) columns() map[string]string {
	out := make(map[string]string, len(m.order))
	for _, name := range m.order {
		c := m.known[name]
		out[name] = string(c.field)
		if c.lang != "" {
			out[name] += ":" + c.lang
		}
	}
	return out
}

// json reports whether a column holds JSON that must not be taken apart.
func (m *mapper) json(name string) bool {
	return slices.Contains(jsonFields, m.column(name).field)
}
