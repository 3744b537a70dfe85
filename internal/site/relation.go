package site

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// relationOrder is the order in which the relation types are shown.
var relationOrder = [...]directory.RelationType{
	directory.RelOrganisedBy, directory.RelPartOf, directory.RelMemberOf, directory.RelPartnerOf, directory.RelFundedBy,
	directory.RelBroader, directory.RelNarrower, directory.RelRelated, directory.RelClaims,
	directory.RelInspires, directory.RelCites, directory.RelAmends, directory.RelRepeals, directory.RelTranslates,
	directory.RelRespondsTo, directory.RelImplements, directory.RelVersionOf, directory.RelSignedBy, directory.RelFoundedAt,
}

// relations are what the entry says of others, then what others say of it.
func (s *Site) relations(ctx context.Context, l *i18n.Locale, e directory.Public) ([]RelationGroup, error) {
	merged, err := s.mergedRelations(ctx, e)
	if err != nil {
		return nil, fmt.Errorf("relations of %s: %w", e.ID, err)
	}
	uris := make([]string, 0, len(e.Relations)+len(merged))
	for _, r := range e.Relations {
		uris = append(uris, r.Object)
	}
	for _, m := range merged {
		uris = append(uris, m.Relation.Object)
	}
	known := map[string]directory.Public{}
	if len(uris) > 0 {
		es, err := s.cfg.Store.EntriesByURI(ctx, uris)
		if err != nil {
			return nil, fmt.Errorf("relations of %s: %w", e.ID, err)
		}
		if es, err = s.staying(ctx, es); err == nil {
			known, err = s.shown(ctx, es)
		}
		if err != nil {
			return nil, fmt.Errorf("relations of %s: %w", e.ID, err)
		}
	}
	groups := map[string][]RelationView{}
	for _, r := range e.Relations {
		if v, ok := s.stated(l, r, known); ok {
			if o, here := known[r.Object]; here && !o.Agrees(&e, r.Type) {
				v.Doubt = l.T("relation.unconfirmed")
			}
			key := "rel." + string(r.Type)
			groups[key] = append(groups[key], v)
		}
	}
	s.addTwins(l, groups, e, merged, known)
	inbound, err := s.inbound(ctx, e)
	if err != nil {
		return nil, fmt.Errorf("relations to %s: %w", e.ID, err)
	}
	subjects, err := s.subjects(ctx, inbound)
	if err != nil {
		return nil, fmt.Errorf("relations to %s: %w", e.ID, err)
	}
	for _, in := range inbound {
		subject, ok := subjects[in.SubjectURI]
		if !ok || mutual(e, in) {
			continue
		}
		v := relationItem(l, subject, in.Relation)
		v.confirmable(l, e, subject, in.Relation.Type)
		key := "rel.inverse." + string(in.Relation.Type)
		groups[key] = append(groups[key], v)
	}
	return ordered(l, groups), nil
}

// mutual reports whether the entry states the same relation itself, seen from
// its own side, so that it would show twice.
func mutual(e directory.Public, in store.InboundRelation) bool {
	back := map[directory.RelationType]directory.RelationType{
		directory.RelBroader: directory.RelNarrower, directory.RelNarrower: directory.RelBroader,
		directory.RelRelated: directory.RelRelated, directory.RelPartnerOf: directory.RelPartnerOf,
	}[in.Relation.Type]
	return back != "" && slices.ContainsFunc(e.Relations, func(r directory.Relation) bool {
		return r.Type == back && r.Object == in.SubjectURI
	})
}

// subjects reads the public entries that state the relations.
func (s *Site) subjects(ctx context.Context, in []store.InboundRelation) (map[string]directory.Public, error) {
	out := map[string]directory.Public{}
	if len(in) == 0 {
		return out, nil
	}
	uris := make([]string, len(in))
	for i, r := range in {
		uris[i] = r.SubjectURI
	}
	es, err := s.cfg.Store.EntriesByURI(ctx, uris)
	if err != nil {
		return nil, err
	}
	if es, err = s.staying(ctx, es); err != nil {
		return nil, err
	}
	for _, p := range publics(es) {
		out[p.URI] = p
	}
	return out, nil
}

// stated shows a relation that the entry holds: to an entry that is here, or to
// one that is known only by its address.
func (s *Site) stated(l *i18n.Locale, r directory.Relation, known map[string]directory.Public) (RelationView, bool) {
	if o, ok := known[r.Object]; ok {
		return relationItem(l, o, r), true
	}
	href := sanitize.URL(r.Object)
	if href == "" || r.Name == "" {
		return RelationView{}, false
	}
	if strings.HasPrefix(href, s.cfg.Env.Base+"/") {
		return RelationView{}, false // ours and not public: say nothing of it
	}
	return RelationView{Href: href, Theme: noTheme, Icon: "lien", Name: Text{Text: r.Name}, Outside: true,
		Line: l.T("relation.outside", "host", hostOf(href)), Doubt: l.T("relation.unconfirmed"), date: r.Date, title: l.EDTF(r.Date)}, true
}

// confirmable says whether the entry confirms what the subject says of it, and
// gives its editors the button to; what one instance says of its own needs none.
func (v *RelationView) confirmable(l *i18n.Locale, e, subject directory.Public, t directory.RelationType) {
	if e.Origin == subject.Origin {
		return
	}
	if !e.Agrees(&subject, t) {
		v.Doubt = l.T("relation.stated_here")
		if subject.Origin != "" {
			v.Doubt = l.T("relation.stated_by", "host", hostOf(subject.Origin))
		}
		v.Confirm = &ConfirmView{subject.URI, string(t), "confirm"}
		return
	}
	v.Line = join(v.Line, l.T("relation.confirmed"))
	if slices.Contains(e.Confirmed, directory.Confirmation{Subject: subject.URI, Type: t}) {
		v.Confirm = &ConfirmView{subject.URI, string(t), "withdraw"}
	}
}

// PostRelations is POST /entries/{id}/relations and its like: an editor confirms
// what another entry says about this one, or takes that back.
func (s *Site) PostRelations(w http.ResponseWriter, r *http.Request) error {
	e, err := s.changing(w, r)
	if err != nil || e.ID == "" {
		return err
	}
	f := r.PostForm
	t, yes := directory.RelationType(f.Get("type")), f.Get("do") == "confirm"
	if !t.Valid() || f.Get("subject") == "" || !yes && f.Get("do") != "withdraw" {
		return fmt.Errorf("confirm relation %.40q: %w", t, directory.ErrInvalid)
	}
	made, err := s.cfg.Ledger.ConfirmRelation(r.Context(), auth.From(r.Context()).Who(), e.ID, f.Get("subject"), t, yes)
	if err != nil {
		return err
	}
	http.Redirect(w, r, entryPath(directory.Public(made))+"#h-liens", http.StatusSeeOther)
	return nil
}

func relationItem(l *i18n.Locale, o directory.Public, r directory.Relation) RelationView {
	from := ""
	if o.Origin != "" {
		from = l.T("list.from", "host", hostOf(o.Origin))
	}
	return RelationView{Href: entryPath(o), Theme: themeOf(o), Icon: iconOf(o), Name: textIn(l, o.Name),
		Line: join(kindName(l, o), l.EDTF(r.Date), r.Note, from), date: r.Date, title: l.EDTF(r.Date)}
}

// ordered gives the groups in relationOrder, what the entry states first.
func ordered(l *i18n.Locale, groups map[string][]RelationView) []RelationGroup {
	var out []RelationGroup
	for _, prefix := range []string{"rel.", "rel.inverse."} {
		for _, t := range relationOrder {
			items := groups[prefix+string(t)]
			if len(items) == 0 {
				continue
			}
			sort.SliceStable(items, func(i, j int) bool { return directory.Fold(items[i].Name.Text) < directory.Fold(items[j].Name.Text) })
			out = append(out, RelationGroup{Title: l.T(prefix + string(t)), Items: items})
		}
	}
	return out
}

// schema describes the entry in schema.org's words, for search engines.
func (s *Site) schema(p *EntryPage, e directory.Public) map[string]any {
	types := map[directory.Kind]string{directory.KindEvent: "Event", directory.KindText: "CreativeWork",
		directory.KindConcept: "DefinedTerm", directory.KindPlace: "Place"}
	typ := types[e.Kind]
	if typ == "" {
		typ = "Organization"
	}
	d := map[string]any{"@context": "https://schema.org", "@type": typ, "@id": e.URI, "name": p.Name.Text, "url": p.Canonical}
	set := func(key, value string) {
		if value != "" {
			d[key] = value
		}
	}
	set("description", p.Summary.Text)
	set("sameAs", p.WebHref)
	if e.Period != nil {
		switch e.Kind {
		case directory.KindEvent:
			set("startDate", e.Period.Start)
			set("endDate", e.Period.End)
		case directory.KindText:
			set("datePublished", e.Period.Start)
		default:
			set("foundingDate", e.Period.Start)
		}
	}
	if pl := e.Place; pl != nil && e.Kind != directory.KindText && e.Kind != directory.KindConcept {
		address := map[string]any{"@type": "PostalAddress"}
		for k, v := range map[string]string{"streetAddress": pl.Street, "postalCode": pl.PostalCode,
			"addressLocality": pl.Locality, "addressRegion": pl.Region, "addressCountry": pl.Country} {
			if v != "" {
				address[k] = v
			}
		}
		place := map[string]any{"@type": "Place", "address": address}
		if pl.Point != nil {
			place["geo"] = map[string]any{"@type": "GeoCoordinates", "latitude": pl.Point.Lat, "longitude": pl.Point.Lon}
		}
		d["location"] = place
	}
	if !e.Updated.IsZero() && e.Kind == directory.KindText {
		d["dateModified"] = e.Updated.UTC().Format(time.DateOnly)
	}
	return d
}

// addTwins adds what merged twins say, with whose word it is.
func (s *Site) addTwins(l *i18n.Locale, groups map[string][]RelationView, e directory.Public, merged []store.InboundRelation, known map[string]directory.Public) {
	for _, m := range merged {
		if o, ok := known[m.Relation.Object]; ok && (o.ID == e.ID || states(e, m.Relation, o, known)) {
			continue // of itself now, or said twice
		}
		if v, ok := s.stated(l, m.Relation, known); ok {
			if m.SubjectOrigin != e.Origin {
				v.Line = join(v.Line, l.T("relation.stated_by", "host", cmp.Or(hostOf(m.SubjectOrigin), s.pages.Host())))
			}
			key := "rel." + string(m.Relation.Type)
			groups[key] = append(groups[key], v)
		}
	}
}
