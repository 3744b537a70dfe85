package vocab

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
)

var env = Env{Base: "https://b.ex", InstanceName: "Les communs de Bretagne"}

var keys = Keys{RSAPublicPEM: "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n", Ed25519Multibase: "z6MkExample"}

// generator makes entries out of all that a valid entry may have.
type generator struct{ *rand.Rand }

func (g generator) maybe() bool { return g.IntN(3) > 0 }

func (g generator) word() string {
	words := []string{"forêt", "<b>l’eau</b>", `"terre" & 'mer'`, "œuvre", "Ærø", "日本", "a  b", "x<y>z", "&amp;", "100 %", "\u00a0espace", "🌳"}
	return words[g.IntN(len(words))]
}

func (g generator) text() string {
	s := g.word()
	for range g.IntN(6) {
		s += []string{" ", "\n", "\n\n", "\n\n\n", " – "}[g.IntN(5)] + g.word()
	}
	return s
}

func (g generator) lang() directory.LangText {
	t := directory.LangText{}
	for _, l := range []string{"fr", "en", "br", "und"} {
		if g.maybe() {
			t[l] = g.text()
		}
	}
	if len(t) == 0 {
		return nil
	}
	return t
}

func (g generator) edtf() string {
	return []string{"1984", "1217~", "2011-03-12", "19XX", "-0043", "2011-21", "2026-06-06T18:00:00+02:00", "1998-05"}[g.IntN(8)]
}

func (g generator) url() string { return fmt.Sprintf("https://x.ex/%d?q=é&r=1", g.IntN(1000)) }

func (g generator) time() time.Time {
	return time.UnixMicro(1_600_000_000_000_000 + g.Int64N(1e14)).UTC()
}

func (g generator) id() string { return fmt.Sprintf("019aa000-0000-7000-8000-%012d", g.IntN(1e9)) }

func (g generator) place() *directory.Place {
	p := &directory.Place{Precision: directory.PrecisionExact, Locality: "Rennes"}
	if g.maybe() {
		p.Name, p.Street, p.PostalCode, p.Region, p.Country = "La Halle", "1 rue X", "35000", "Bretagne", "FR"
		p.Point = &directory.Point{Lat: float64(g.IntN(180) - 90), Lon: g.Float64()*360 - 180}
		p.PointSource = "gazetteer:commune"
	}
	if g.maybe() {
		p.Online = g.url()
	}
	p.Precision = []directory.Precision{directory.PrecisionExact, directory.PrecisionApproximate, directory.PrecisionHidden}[g.IntN(3)]
	return p
}

func (g generator) entry(kind directory.Kind) directory.Entry {
	id := g.id()
	e := directory.Entry{ID: id, URI: env.EntryURI(kind, id), Kind: kind, Name: g.lang(), Status: directory.StatusPublished,
		Summary: g.lang(), Description: g.lang(), OwnerURI: "https://b.ex/entries/org", Licence: "CC-BY-SA-4.0",
		Website: g.url(), OpeningHours: "Mo-Fr 09:00-18:00", LastConfirmed: g.time(), PublishedAt: g.time(),
		Contact: &directory.Contact{Email: "private@x.ex"}}
	e.Updated = e.PublishedAt
	if g.maybe() {
		e.Updated = e.PublishedAt.Add(time.Second + time.Duration(g.IntN(1e9))*time.Microsecond)
	}
	if e.Name == nil {
		e.Name = directory.LangText{"fr": "Nom"}
	}
	if g.maybe() {
		e.Status = directory.StatusArchived
	}
	if kind.IsActor() {
		e.Handle = "handle"
	}
	if kind == directory.KindOrganisation {
		e.OwnerURI = e.URI
	}
	if g.maybe() {
		e.Themes, e.Tags = []string{"eau", "nature"}, []string{"bien commun", "100 %", "l’eau"}
		e.Place = g.place()
		e.Period = &directory.Period{Start: g.edtf(), Timezone: "Europe/Paris"}
		if g.maybe() {
			e.Period = &directory.Period{Start: "1984", End: "2012-05"}
		}
		e.Pillars = &directory.Pillars{Resource: g.lang(), Community: g.lang(), Governance: g.lang(), RulesURL: g.url(), Protection: g.lang(),
			LegalForm: "SCIC", Members: "1 200", Ostrom: []directory.Ostrom{{Principle: 3, Answer: "yes", Evidence: g.text()}}}
		e.Links = []directory.Link{{Name: g.text(), URL: g.url()}}
		e.Images = []directory.Image{{URL: g.url(), MediaType: "image/png", Alt: g.lang(), Credit: g.text()}, {URL: g.url()}}
		e.Sources = []directory.Source{{Name: g.text(), URL: g.url(), Licence: "ODbL-1.0", Retrieved: g.time()}}
		e.Identifiers = &directory.Identifiers{RNA: "W123456789", SIREN: "732829320"}
	}
	types := []directory.RelationType{directory.RelInspires, directory.RelCites, directory.RelAmends, directory.RelRepeals,
		directory.RelTranslates, directory.RelRespondsTo, directory.RelImplements, directory.RelVersionOf, directory.RelSignedBy,
		directory.RelFoundedAt, directory.RelMemberOf, directory.RelPartnerOf, directory.RelFundedBy, directory.RelPartOf,
		directory.RelBroader, directory.RelNarrower, directory.RelRelated, directory.RelClaims, directory.RelOrganisedBy}
	for _, t := range types {
		if g.maybe() {
			e.Relations = append(e.Relations, directory.Relation{ID: g.id(), Type: t, Object: g.url(), Name: g.text(), Date: g.edtf(), Note: g.text(), Source: g.url()})
		}
	}
	switch kind {
	case directory.KindEvent:
		e.Event = &directory.Event{Status: directory.EventCancelled, Series: g.text(), Edition: "3", Organisers: g.text()}
	case directory.KindText:
		e.Text = &directory.Text{Form: "charter", Authors: g.text(), Language: "fr", Country: "FR", URL: g.url()}
	case directory.KindConcept:
		e.Concept = &directory.Concept{AltLabels: []string{g.word()}, FirstUse: g.edtf(), FirstAuthor: g.text(), SourceWork: g.text(),
			Definitions: []directory.Definition{{Text: g.lang(), Author: g.text(), Date: g.edtf(), Source: g.text()}}}
	}
	return e
}

// TestRoundTrip holds the promise to other instances: what is public comes
// back whole, and what is private never leaves.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, kind := range directory.Kinds() {
		for seed := range uint64(12) {
			g := generator{rand.New(rand.NewPCG(seed, 7))}
			public, _ := g.entry(kind).Public()
			doc, err := env.Document(public, keys)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Entry(doc, "https://b.ex")
			if err != nil {
				t.Fatalf("%s seed %d: %v\n%s", kind, seed, err, doc)
			}
			want := directory.Entry(public)
			want.ID, want.Origin = "", "https://b.ex"
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s seed %d: wire loses something (-want +got)\n%s\n%s", kind, seed, diff, doc)
			}
			if bytes.Contains(doc, []byte("private@")) {
				t.Fatalf("%s: private contact on the wire: %s", kind, doc)
			}
			again, err := env.Document(public, keys)
			if err != nil || !bytes.Equal(doc, again) || proof.Hash(doc) != proof.Hash(again) {
				t.Fatalf("%s: the same entry gave other bytes", kind)
			}
		}
	}
}
