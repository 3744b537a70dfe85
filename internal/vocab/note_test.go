package vocab

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

var at = time.Date(2026, 6, 6, 18, 0, 0, 123456789, time.UTC)

func event() directory.Public {
	p, _ := directory.Entry{ID: "1", URI: "https://b.ex/events/1", Kind: directory.KindEvent, Status: directory.StatusPublished,
		OwnerURI: "https://b.ex/entries/org", Name: directory.LangText{"fr": "Assemblée <des> communs"}, Summary: directory.LangText{"fr": "Venez & parlez.", "en": "Come & talk."},
		Tags: []string{"bien commun", "2026"}, Event: &directory.Event{}, PublishedAt: at, Updated: at,
		Place:  &directory.Place{Name: "La Halle", Locality: "Rennes", Country: "FR", Point: &directory.Point{Lat: 48, Lon: -1.6778}},
		Period: &directory.Period{Start: "2026-06-06T18:00:00+02:00", End: "2026-06-06T20:00:00+02:00", Timezone: "Europe/Paris"}}.Public()
	return p
}

func TestEventDocument(t *testing.T) {
	t.Parallel()
	raw, err := env.Document(event(), Keys{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"id":"https://b.ex/events/1","type":"Event","kind":"event","actor":"https://b.ex/entries/org","attributedTo":"https://b.ex/entries/org"`,
		`"startTime":"2026-06-06T18:00:00+02:00","endTime":"2026-06-06T20:00:00+02:00"`, `"timezone":"Europe/Paris","status":"CONFIRMED","joinMode":"external"`,
		`"latitude":48.0,"longitude":-1.6778`, `"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://b.ex/entries/org/followers"]`,
		`"attachment":[],`, `"organizers":{"type":"Collection","totalItems":1,"items":["https://b.ex/entries/org"]}`,
		`"tag":[{"type":"Hashtag","name":"#bienCommun","href":"https://b.ex/?tag=bien+commun"}]`,
		`La Halle, Rennes</p><p>Venez &amp; parlez.</p>`, `"published":"2026-06-06T18:00:00.123456Z"`,
		`"content":"<p>Venez &amp; parlez.</p>"`, `<p>samedi 6 juin 2026, 18:00–20:00 – La Halle, Rennes</p>`,
	} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in\n%s", want, raw)
		}
	}
}

// TestUpdated: a new object is not an edited one, and an edited one says so.
func TestUpdated(t *testing.T) {
	t.Parallel()
	text := event()
	text.Kind, text.Event, text.Text = directory.KindText, nil, &directory.Text{}
	for name, tt := range map[string]struct {
		e    directory.Public
		add  time.Duration
		want bool
	}{
		"new event": {event(), 0, false}, "event written in two steps": {event(), 20 * time.Millisecond, false},
		"edited event": {event(), time.Second, true}, "new text": {text, 0, false}, "edited text": {text, time.Hour, true},
	} {
		tt.e.Updated = tt.e.PublishedAt.Add(tt.add)
		raw, err := env.Document(tt.e, Keys{})
		if err != nil {
			t.Fatal(err)
		}
		o, err := federation.ReadObject(raw)
		if err != nil || o.Published.IsZero() || o.Updated.IsZero() == tt.want {
			t.Errorf("%s: published %s, updated %s, %v", name, o.Published, o.Updated, err)
		}
		read, err := Entry(raw, "")
		if err != nil || read.Updated.IsZero() || read.Updated.Before(read.PublishedAt) {
			t.Errorf("%s: read as updated %s, %v", name, read.Updated, err)
		}
	}
	note, err := env.Note(event(), NoteMoved, "7", at)
	if err != nil || strings.Contains(string(note), `"updated"`) {
		t.Errorf("note %s, %v", note, err)
	}
}

// TestLanguage: a name in no language must not make a French entry English.
func TestLanguage(t *testing.T) {
	t.Parallel()
	e := event()
	e.Name = directory.LangText{"und": "IASC 2026"}
	raw, err := env.Document(e, Keys{})
	if err != nil {
		t.Fatal(err)
	}
	o, err := federation.ReadObject(raw)
	if err != nil {
		t.Fatal(err)
	}
	if o.InLanguage != "fr" || o.Name != "IASC 2026" || !strings.Contains(o.Summary, "juin") || !strings.Contains(o.SummaryMap["en"], "June") || len(o.SummaryMap) != 2 {
		t.Errorf("%s %s %v", o.InLanguage, o.Summary, o.SummaryMap)
	}
}

// TestOnlineInWords: all that people on Mastodon see of an event says that it can be
// joined from anywhere, and by which clock.
func TestOnlineInWords(t *testing.T) {
	t.Parallel()
	hybrid, there, allDay := event(), event(), event()
	place := *hybrid.Place
	place.Online = "https://visio.example/x"
	hybrid.Place = &place
	there.Place = &directory.Place{Online: place.Online}
	allDay.Place, allDay.Period = there.Place, &directory.Period{Start: "2026-06-06", Timezone: "Europe/Paris"}
	for name, c := range map[string]struct {
		e      directory.Public
		fr, en string
		zone   bool
	}{
		"at a place": {event(), "La Halle, Rennes</p>", "La Halle, Rennes</p>", false},
		"hybrid":     {hybrid, "La Halle, Rennes – en ligne</p>", "La Halle, Rennes – online</p>", true},
		"online":     {there, "20:00 (Europe/Paris) – en ligne</p>", "(Europe/Paris) – online</p>", true},
		"all day":    {allDay, "2026 – en ligne</p>", "2026 – online</p>", false},
	} {
		raw, err := env.Document(c.e, Keys{})
		if err != nil {
			t.Fatal(err)
		}
		o, err := federation.ReadObject(raw)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(o.SummaryMap["fr"], c.fr) || !strings.Contains(o.SummaryMap["en"], c.en) || strings.Contains(o.Summary, "Europe/Paris") != c.zone {
			t.Errorf("%s: %q", name, o.SummaryMap)
		}
		if note := env.noteHTML(c.e, NoteAnnounced, "fr"); !strings.Contains(note, c.fr) {
			t.Errorf("%s: note %q", name, note)
		}
	}
}

func TestActorDocument(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(1, 1))}
	for kind, wantType := range map[directory.Kind]string{directory.KindOrganisation: "Organization", directory.KindCommons: "Group", directory.KindPractice: "Group"} {
		public, _ := g.entry(kind).Public()
		raw, err := env.Document(public, keys)
		if err != nil {
			t.Fatal(err)
		}
		a, err := federation.ParseActor(raw)
		if err != nil {
			t.Fatal(err)
		}
		if a.Type != wantType || a.Inbox != a.ID+"/inbox" || a.SharedInbox != "https://b.ex/inbox" || a.URL != "https://b.ex/@handle" ||
			a.WebFinger != "handle@b.ex" || a.KeyByID(KeyID(a.ID)) != keys.RSAPublicPEM || !a.Discoverable || !a.Indexable {
			t.Errorf("%s: %+v", kind, a)
		}
		if (a.Catalog != "") != (kind == directory.KindOrganisation) || len(a.AssertionMethods) != 1 {
			t.Errorf("%s: catalog %q, %v", kind, a.Catalog, a.AssertionMethods)
		}
		o, err := federation.ReadObject(raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, att := range o.Attachment {
			if att.Type != "PropertyValue" || att.MediaType != "text/html" || att.Name == "" || att.Value == "" || utf8.RuneCountInString(att.Value) > 2047 {
				t.Errorf("%s: attachment %+v", kind, att)
			}
		}
		if utf8.RuneCountInString(o.Summary) > 5000*2 {
			t.Errorf("%s: summary of %d", kind, len(o.Summary))
		}
	}
	raw, err := env.InstanceActor(keys, at)
	if err != nil {
		t.Fatal(err)
	}
	a, err := federation.ParseActor(raw)
	if err != nil || a.Type != "Application" || a.ID != "https://b.ex/actor" || a.PreferredUsername != "instance" || a.Catalog == "" || a.Digest == "" || a.KeyByID("https://b.ex/actor#main-key") == "" {
		t.Errorf("instance: %+v, %v", a, err)
	}
}

func TestActivities(t *testing.T) {
	t.Parallel()
	a := Act{ID: "https://b.ex/activities/1", Actor: "https://b.ex/entries/org", At: at}
	doc, _ := env.Document(event(), Keys{})
	follow := []byte(`{"id":"https://m.ex/random","type":"Follow","actor":"https://m.ex/u","object":"https://b.ex/entries/org","x":1.50}`)
	ours, _ := env.Follow(a, "https://c.ex/actor")
	create, _ := env.Create(a, doc)
	for name, tt := range map[string]struct {
		make       func() ([]byte, error)
		typ        string
		object     string
		objectType string
		to         []string
	}{
		"create":          {func() ([]byte, error) { return env.Create(a, doc) }, "Create", "https://b.ex/events/1", "Event", []string{federation.Public}},
		"update":          {func() ([]byte, error) { return env.Update(a, doc) }, "Update", "https://b.ex/events/1", "Event", []string{federation.Public}},
		"delete":          {func() ([]byte, error) { return env.Delete(a, "https://b.ex/events/1", "Event") }, "Delete", "https://b.ex/events/1", "Tombstone", []string{federation.Public}},
		"announce":        {func() ([]byte, error) { return env.Announce(a, "https://b.ex/events/1") }, "Announce", "https://b.ex/events/1", "", []string{federation.Public}},
		"announce create": {func() ([]byte, error) { return env.AnnounceCreate(a, create) }, "Announce", a.ID, "Create", []string{federation.Public}},
		"follow":          {func() ([]byte, error) { return env.Follow(a, "https://c.ex/actor") }, "Follow", "https://c.ex/actor", "", []string{"https://c.ex/actor"}},
		"accept":          {func() ([]byte, error) { return env.Accept(a, follow) }, "Accept", "https://m.ex/random", "Follow", []string{"https://m.ex/u"}},
		"reject":          {func() ([]byte, error) { return env.Reject(a, follow) }, "Reject", "https://m.ex/random", "Follow", []string{"https://m.ex/u"}},
		"undo":            {func() ([]byte, error) { return env.Undo(a, ours) }, "Undo", a.ID, "Follow", []string{"https://c.ex/actor"}},
	} {
		raw, err := tt.make()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		act, err := federation.Parse(raw)
		if err != nil || act.Type != tt.typ || act.Actor != a.Actor || act.Object.ID != tt.object || act.Object.Type != tt.objectType || cmp.Diff(tt.to, act.To) != "" {
			t.Errorf("%s: %+v, %v", name, act, err)
		}
		if strings.Count(string(raw), `"@context"`) != 1 {
			t.Errorf("%s: contexts in %s", name, raw)
		}
	}
	accept, _ := env.Accept(a, follow)
	if !strings.Contains(string(accept), string(follow)) {
		t.Errorf("the Follow is not embedded as received: %s", accept)
	}
	if _, err := env.Accept(a, []byte("x")); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("accept of nothing: %v", err)
	}
	if _, err := env.Create(Act{}, doc); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("create by nobody: %v", err)
	}
}

func TestNote(t *testing.T) {
	t.Parallel()
	raw, err := env.Note(event(), NoteAnnounced, "7", at)
	if err != nil {
		t.Fatal(err)
	}
	o, err := federation.ReadObject(raw)
	if err != nil {
		t.Fatal(err)
	}
	if o.ID != "https://b.ex/notes/7" || o.Type != "Note" || o.AttributedTo != "https://b.ex/entries/org" || o.URL != "https://b.ex/events/1" ||
		len(o.ContentMap) != 2 || o.Content != o.ContentMap["fr"] || len(o.Tag) != 1 {
		t.Errorf("%+v", o)
	}
	for _, want := range []string{"Événement annoncé\u00a0: <strong>Assemblée &lt;des&gt; communs</strong>", "La Halle, Rennes", "Venez &amp; parlez.", `href="https://b.ex/events/1"`, "#bienCommun"} {
		if !strings.Contains(o.Content, want) {
			t.Errorf("no %s in %s", want, o.Content)
		}
	}
	if !strings.Contains(o.ContentMap["en"], "Come &amp; talk.") {
		t.Errorf("English: %s", o.ContentMap["en"])
	}
	if _, err := env.Note(event(), "", "7", at); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("no change: %v", err)
	}
}

// TestNoteFits: any entry's note has at most 500 visible characters.
func TestNoteFits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("un très long résumé <b>&amp; ", 100)
	for _, change := range []NoteKind{NoteCreated, NoteUpdated, NoteAnnounced, NoteCancelled, NoteMoved, NoteClosed} {
		e := event()
		e.Name, e.Summary = directory.LangText{"fr": long}, directory.LangText{"fr": long}
		e.Place.Name, e.Tags = long, []string{strings.Repeat("mot ", 60), "a", "b", strings.Repeat("tag", 40), "c", "d"}
		raw, err := env.Note(e, change, "7", at)
		if err != nil {
			t.Fatal(err)
		}
		var o struct{ ContentMap map[string]string }
		if err := json.Unmarshal(raw, &o); err != nil {
			t.Fatal(err)
		}
		for lang, content := range o.ContentMap {
			if n := utf8.RuneCountInString(foreignText(content)); n > maxNote+10 { // paragraphs count as line breaks here
				t.Errorf("%s %s: %d characters", change, lang, n)
			}
		}
	}
}

func BenchmarkDocument(b *testing.B) {
	g := generator{rand.New(rand.NewPCG(2, 2))}
	for _, kind := range []directory.Kind{directory.KindCommons, directory.KindEvent} {
		public, _ := g.entry(kind).Public()
		b.Run(string(kind), func(b *testing.B) {
			for b.Loop() {
				if _, err := env.Document(public, keys); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEntry(b *testing.B) {
	g := generator{rand.New(rand.NewPCG(2, 2))}
	public, _ := g.entry(directory.KindCommons).Public()
	doc, err := env.Document(public, keys)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Entry(doc, ""); err != nil {
			b.Fatal(err)
		}
	}
}
