package directory

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
)

var ostromAnswers = []string{"yes", "partly", "no", "not_applicable"}

// ostromPrinciples is how many design principles Ostrom gave.
const ostromPrinciples = 8

func (v *validator) pillars(p *Pillars) {
	if p == nil {
		return
	}
	v.langText("pillars.resource", &p.Resource, MaxDescription, true)
	v.langText("pillars.community", &p.Community, MaxDescription, true)
	v.langText("pillars.governance", &p.Governance, MaxDescription, true)
	v.langText("pillars.protection", &p.Protection, MaxDescription, true)
	v.webURL("pillars.rulesUrl", &p.RulesURL)
	v.line("pillars.legalForm", &p.LegalForm, MaxLine)
	v.line("pillars.members", &p.Members, MaxLine)
	seen := map[int]bool{}
	for i := range p.Ostrom {
		o, at := &p.Ostrom[i], fmt.Sprintf("pillars.ostrom[%d]", i)
		v.failIf(o.Principle < 1 || o.Principle > ostromPrinciples, at+".principle", "out_of_range",
			"is not between 1 and %d", ostromPrinciples)
		v.failIf(seen[o.Principle], at+".principle", "duplicate", "is answered twice")
		seen[o.Principle] = true
		v.failIf(!slices.Contains(ostromAnswers, o.Answer), at+".answer", "unknown_answer",
			"is not yes, partly, no or not_applicable")
		v.paragraph(at+".evidence", &o.Evidence, MaxNote)
	}
}

var relationTypes = [...]RelationType{
	RelInspires, RelCites, RelAmends, RelRepeals, RelTranslates, RelRespondsTo, RelImplements, RelVersionOf,
	RelSignedBy, RelFoundedAt, RelMemberOf, RelPartnerOf, RelFundedBy, RelPartOf, RelBroader, RelNarrower,
	RelRelated, RelClaims, RelOrganisedBy,
}

// RelationTypes returns every relation type, in a fresh slice.
func RelationTypes() []RelationType { return append([]RelationType(nil), relationTypes[:]...) }

// Valid reports whether t is one of RelationTypes.
func (t RelationType) Valid() bool { return slices.Contains(relationTypes[:], t) }

func (v *validator) relations(e *Entry) {
	v.failIf(len(e.Relations) > MaxRelations, "relations", "too_many", "are more than %d", MaxRelations)
	type edge struct {
		t      RelationType
		object string
	}
	seen := map[edge]bool{}
	for i := range e.Relations {
		r, at := &e.Relations[i], fmt.Sprintf("relations[%d]", i)
		v.failIf(!r.Type.Valid(), at+".type", "unknown_type", "%.40q is not a type of relation", r.Type)
		v.webURL(at+".object", &r.Object)
		v.failIf(r.Object == "", at+".object", "required", "is required")
		v.failIf(r.Object != "" && r.Object == e.URI, at+".object", "self", "is the entry itself")
		v.failIf(seen[edge{r.Type, r.Object}], at, "duplicate", "is stated twice")
		seen[edge{r.Type, r.Object}] = true
		v.line(at+".name", &r.Name, MaxName)
		v.edtf(at+".date", &r.Date, false)
		v.paragraph(at+".note", &r.Note, MaxNote)
		v.line(at+".source", &r.Source, MaxNote)
	}
}

// attachments checks what hangs on an entry: licence, links, images, sources, extras.
func (v *validator) attachments(e *Entry) {
	v.licence("licence", &e.Licence)
	v.webURL("website", &e.Website)
	v.failIf(len(e.Links) > MaxLinks, "links", "too_many", "are more than %d", MaxLinks)
	for i := range e.Links {
		at := fmt.Sprintf("links[%d]", i)
		v.line(at+".name", &e.Links[i].Name, MaxName)
		v.webURL(at+".url", &e.Links[i].URL)
		v.failIf(e.Links[i].URL == "", at+".url", "required", "is required")
	}
	v.failIf(len(e.Images) > MaxImages, "images", "too_many", "are more than %d", MaxImages)
	for i := range e.Images {
		im, at := &e.Images[i], fmt.Sprintf("images[%d]", i)
		v.webURL(at+".url", &im.URL)
		v.failIf(im.URL == "", at+".url", "required", "is required")
		v.line(at+".mediaType", &im.MediaType, 100)
		v.line(at+".credit", &im.Credit, MaxLine)
		v.langText(at+".alt", &im.Alt, MaxNote, true)
	}
	v.failIf(len(e.Sources) > MaxSources, "sources", "too_many", "are more than %d", MaxSources)
	for i := range e.Sources {
		s, at := &e.Sources[i], fmt.Sprintf("sources[%d]", i)
		v.line(at+".name", &s.Name, MaxNote)
		v.webURL(at+".url", &s.URL)
		v.licence(at+".licence", &s.Licence)
	}
	size := 0
	for k, raw := range e.Extra {
		size += len(k) + len(raw)
	}
	v.failIf(size > MaxExtraBytes, "extra", "too_long", "has %d bytes, at most %d are allowed", size, MaxExtraBytes)
}

func (v *validator) licence(field string, id *string) {
	*id = strings.TrimSpace(*id)
	if *id == "" || KnownLicence(*id) {
		return
	}
	for _, l := range licences {
		if strings.EqualFold(l.ID, *id) {
			*id = l.ID
			return
		}
	}
	v.fail(field, "unknown_licence", "%.40q is not a known SPDX licence id such as CC-BY-4.0 or ODbL-1.0", *id)
}

var (
	rnaPattern   = regexp.MustCompile(`^W[0-9A-Z]{9}$`)
	sirenPattern = regexp.MustCompile(`^[0-9]{9}$`)
	siretPattern = regexp.MustCompile(`^[0-9]{14}$`)
)

// laPosteSIREN is the one company whose establishments have a SIRET that fails
// Luhn: the sum of its digits is a multiple of 5 instead.
const laPosteSIREN = "356000000"

func (v *validator) identifiers(i *Identifiers) {
	if i == nil {
		return
	}
	squeeze := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ".", "", "-", "")
	i.RNA = strings.ToUpper(squeeze.Replace(i.RNA))
	i.SIREN, i.SIRET = squeeze.Replace(i.SIREN), squeeze.Replace(i.SIRET)
	v.failIf(i.RNA != "" && !rnaPattern.MatchString(i.RNA), "identifiers.rna", "invalid_rna",
		"is not a W followed by nine characters")
	v.failIf(i.SIREN != "" && !ValidSIREN(i.SIREN), "identifiers.siren", "invalid_siren",
		"is not nine digits with a right check digit")
	v.failIf(i.SIRET != "" && !ValidSIRET(i.SIRET), "identifiers.siret", "invalid_siret",
		"is not fourteen digits with a right check digit")
	v.failIf(i.SIREN != "" && i.SIRET != "" && !strings.HasPrefix(i.SIRET, i.SIREN), "identifiers.siret", "mismatch",
		"does not start with the SIREN")
}

// ValidSIREN reports whether s is nine digits that pass Luhn.
func ValidSIREN(s string) bool { return sirenPattern.MatchString(s) && luhn(s) }

// ValidSIRET reports whether s is fourteen digits that pass Luhn, or La Poste's own rule.
func ValidSIRET(s string) bool {
	if !siretPattern.MatchString(s) {
		return false
	}
	if luhn(s) {
		return true
	}
	sum := 0
	for _, c := range s {
		sum += int(c - '0')
	}
	return strings.HasPrefix(s, laPosteSIREN) && sum%5 == 0
}

// luhn is ISO/IEC 7812-1, annex B.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func (v *validator) contact(c *Contact) {
	if c == nil {
		return
	}
	v.line("contact.name", &c.Name, MaxLine)
	v.line("contact.phone", &c.Phone, 50)
	c.Email = strings.TrimSpace(c.Email)
	if c.Email == "" {
		return
	}
	a, err := mail.ParseAddress(c.Email)
	v.failIf(err != nil || a.Address != c.Email || len(c.Email) > 254, "contact.email", "invalid_email",
		"is not an e-mail address")
}
