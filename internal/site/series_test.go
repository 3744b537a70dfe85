package site

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

func edition(name, series, number, start, origin string) directory.Entry {
	e := forum()
	e.Name, e.Period = directory.LangText{"fr": name}, &directory.Period{Start: start}
	e.Event = &directory.Event{Series: series, Edition: number}
	if origin != "" {
		e.Origin, e.URI = origin, origin+"/events/"+number
		e.Status = directory.StatusPublished
	}
	return e
}

// TestSeries: a series is its editions in order, of all instances and however they
// write its name; each edition leads to those beside it.
func TestSeries(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	third := b.add(edition("Communs 2019", "Forum des Communs", "3", "2019-06", ""))
	first := b.add(edition("Communs 2009", "forum des communs", "1", "2009", "https://ailleurs.test"))
	second := b.add(edition("Communs 2012", "Forum  des communs", "2", "2012-05-03", ""))
	b.add(edition("Autre rencontre", "Rencontres", "1", "2014-05-03", ""))
	loose := b.add(forum())
	doc := b.ok("/series/forum-des-communs")
	var names []string
	for _, n := range findAll(doc, ".editions li a") {
		names = append(names, text(n))
	}
	if want := []string{"Communs 2009", "Communs 2012", "Communs 2019"}; !slices.Equal(names, want) {
		t.Errorf("editions %q, want %q", names, want)
	}
	if got := len(findAll(doc, ".serie a.ev")); got != 3 {
		t.Errorf("%d editions are drawn", got)
	}
	if find(doc, ".serie .s-serie") == nil {
		t.Error("no line joins the editions")
	}
	if got := attr(find(doc, ".flux input"), "value"); !strings.HasSuffix(got, "/feeds/events.ics?series=forum-des-communs") {
		t.Errorf("calendar at %q", got)
	}
	if got := attr(find(doc, ".flux a"), "href"); !strings.HasPrefix(got, "webcal://") {
		t.Errorf("subscribe at %q", got)
	}
	doc = b.ok("/events/" + second.ID)
	if got := attr(find(doc, ".serie-nav [rel=prev]"), "href"); got != "/events/"+first.ID {
		t.Errorf("previous edition at %q", got)
	}
	if got := attr(find(doc, ".serie-nav [rel=next]"), "href"); got != "/events/"+third.ID {
		t.Errorf("next edition at %q", got)
	}
	if got := attr(find(doc, ".serie-nav h2 a"), "href"); got != "/series/forum-des-communs" {
		t.Errorf("series at %q", got)
	}
	if find(b.ok("/events/"+loose.ID), ".serie-nav") != nil {
		t.Error("an event of no series leads to one")
	}
	doc = b.ok("/timeline?series=forum-des-communs&view=agenda")
	if got := len(findAll(doc, ".agenda li")); got != 3 {
		t.Errorf("%d entries of the series in the agenda", got)
	}
	if w, _ := b.get("/series/Forum%20des%20Communs"); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != "/series/forum-des-communs" {
		t.Errorf("another spelling: %d to %q", w.Code, w.Header().Get("Location"))
	}
	for _, path := range []string{"/series/rien", "/series/%20", "/series/..."} {
		if w, _ := b.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// TestSeriesSheet: what is part of the entry that a series is part of is an edition too.
func TestSeriesSheet(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	home := b.add(garden())
	part := directory.Relation{Type: directory.RelPartOf, Object: home.URI}
	one := edition("Communs 2009", "Forum", "1", "2009", "")
	one.Relations = []directory.Relation{part}
	two := forum()
	two.Relations = []directory.Relation{part}
	b.add(one)
	b.add(two)
	doc := b.ok("/series/forum")
	if got := len(findAll(doc, ".editions li")); got != 2 {
		t.Errorf("%d editions, want the related one too", got)
	}
	if got := attr(find(doc, ".rang a.btn[href=/@"+home.Handle+"]"), "href"); got == "" {
		t.Error("no link to the sheet of the series")
	}
}
