package resource

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// These tests say, rule by rule, what Mastodon and Mobilizon ask of a document
// before they show it. They read raw JSON, as those do.

const as2 = "https://www.w3.org/ns/activitystreams"

type members = map[string]any

// fetched gets a document as Mastodon does, and checks what it checks of the answer.
func (s *site) fetched(uri string) members {
	s.t.Helper()
	w := s.get(strings.TrimPrefix(uri, env.Base), "Accept", `application/activity+json, application/ld+json`)
	media, _, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if err != nil || w.Code != http.StatusOK || media != "application/activity+json" {
		s.t.Fatalf("%s: %d %q %v", uri, w.Code, media, err)
	}
	var doc members
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		s.t.Fatal(err)
	}
	if doc["id"] != uri {
		s.t.Errorf("%s: its id is %v", uri, doc["id"])
	}
	if contexts, ok := doc["@context"].([]any); !ok || !slices.Contains(contexts, any(as2)) {
		s.t.Errorf("%s: the context %v does not contain the string of AS2", uri, doc["@context"])
	}
	if _, ok := doc["type"].(string); !ok {
		s.t.Errorf("%s: type %v is not one string", uri, doc["type"])
	}
	return doc
}

// finger asks WebFinger and returns the subject and the self link, which must
// have the one type that Mastodon compares with.
func (s *site) finger(resource string) (subject, self string) {
	s.t.Helper()
	w := s.get("/.well-known/webfinger?resource="+url.QueryEscape(resource), "Accept", "application/jrd+json, application/json")
	var jrd struct {
		Subject string
		Links   []struct{ Rel, Type, Href string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &jrd); err != nil || w.Code != http.StatusOK {
		s.t.Fatalf("webfinger of %s: %d %v", resource, w.Code, err)
	}
	for _, l := range jrd.Links {
		if l.Rel == "self" && l.Type == "application/activity+json" {
			self = l.Href
		}
	}
	return jrd.Subject, self
}

var mastodonUsername = regexp.MustCompile(`^(?i)[a-z0-9_]+([.-]+[a-z0-9_]+)*$`)

func TestMastodonActor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.put(entry(1, directory.KindOrganisation, func(e *directory.Entry) {
		e.Website, e.Summary = "https://verger.example", directory.LangText{"fr": "Un verger"}
	}), entry(2, directory.KindCommons, nil))
	automated := map[string]bool{"Application": true}
	for _, uri := range []string{env.Base + path(1, directory.KindOrganisation), env.Base + path(2, directory.KindCommons), env.InstanceURI()} {
		doc := s.fetched(uri)
		str := func(key string) string { v, _ := doc[key].(string); return v }
		if !slices.Contains([]string{"Application", "Group", "Organization"}, str("type")) || automated[str("type")] != (uri == env.InstanceURI()) {
			t.Errorf("%s: type %s", uri, str("type"))
		}
		if !mastodonUsername.MatchString(str("preferredUsername")) {
			t.Errorf("%s: username %q", uri, str("preferredUsername"))
		}
		for _, handle := range []string{str("webfinger"), str("preferredUsername") + "@b.ex"} {
			if subject, self := s.finger("acct:" + handle); subject != "acct:"+handle || self != uri {
				t.Errorf("%s: round trip by %s gives %s, %s", uri, handle, subject, self)
			}
		}
		if page, err := url.Parse(str("url")); err != nil || page.Host != "b.ex" {
			t.Errorf("%s: url %q is on another host", uri, str("url"))
		}
		if doc["manuallyApprovesFollowers"] != false || doc["discoverable"] != true || doc["indexable"] != true {
			t.Errorf("%s: %v %v %v", uri, doc["manuallyApprovesFollowers"], doc["discoverable"], doc["indexable"])
		}
		if endpoints, _ := doc["endpoints"].(members); str("inbox") != uri+"/inbox" || endpoints["sharedInbox"] != env.SharedInbox() {
			t.Errorf("%s: inbox %s, endpoints %v", uri, str("inbox"), endpoints)
		}
		key, _ := doc["publicKey"].(members)
		if key["id"] != uri+"#main-key" || key["owner"] != uri || key["publicKeyPem"] == "" {
			t.Errorf("%s: publicKey %v", uri, doc["publicKey"])
		}
		for _, name := range []string{"outbox", "followers", "following"} {
			col := s.fetched(str(name))
			if _, ok := col["totalItems"].(float64); !ok || col["first"] == nil {
				t.Errorf("%s: %s has totalItems %v, first %v", uri, name, col["totalItems"], col["first"])
			}
		}
		if fields, present := doc["attachment"]; present {
			checkFields(t, uri, fields)
		}
	}
}

func checkFields(t *testing.T, uri string, attachment any) {
	t.Helper()
	fields, ok := attachment.([]any)
	if !ok || len(fields) > 50 {
		t.Errorf("%s: attachment is not an array of at most 50: %v", uri, attachment)
	}
	for _, f := range fields {
		field, _ := f.(members)
		value, _ := field["value"].(string)
		if field["type"] != "PropertyValue" || field["name"] == "" || value == "" || len(value) > 2047 {
			t.Errorf("%s: field %v", uri, field)
		}
	}
}

// TestMastodonEvent: what Mobilizon, Gancio and Mastodon refuse or lose an
// event for.
func TestMastodonEvent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.put(entry(1, directory.KindOrganisation, nil), entry(3, directory.KindEvent, func(e *directory.Entry) {
		e.Period = &directory.Period{Start: "2026-06-06T18:00:00+02:00", End: "2026-06-06T20:00:00+02:00", Timezone: "Europe/Paris"}
		e.Place = &directory.Place{Name: "La Halle", Locality: "Rennes", Country: "FR", Point: &directory.Point{Lat: 48, Lon: -2}}
		e.Images = []directory.Image{{URL: "https://b.ex/1.jpg"}}
		e.Tags = []string{"communs"}
	}))
	uri := env.Base + path(3, directory.KindEvent)
	doc, org := s.fetched(uri), env.Base+path(1, directory.KindOrganisation)
	for key, want := range map[string]any{
		"type": "Event", "actor": org, "attributedTo": org, "startTime": "2026-06-06T18:00:00+02:00", "endTime": "2026-06-06T20:00:00+02:00",
		"timezone": "Europe/Paris", "status": "CONFIRMED", "joinMode": "external",
		"summary": "<p>samedi 6 juin 2026, 18:00–20:00 – La Halle, Rennes</p>",
	} {
		if doc[key] != want {
			t.Errorf("%s: got %v, want %v", key, doc[key], want)
		}
	}
	if to, _ := doc["to"].([]any); !slices.Contains(to, any(as2+"#Public")) {
		t.Errorf("to: %v", doc["to"])
	}
	if _, has := doc["updated"]; has {
		t.Error("a new event says that it was edited")
	}
	if place, _ := doc["location"].(members); place["type"] != "Place" || place["name"] != "La Halle" {
		t.Errorf("location is not one Place: %v", doc["location"])
	}
	if raw := s.get(path(3, directory.KindEvent)).Body.String(); !strings.Contains(raw, `"latitude":48.0,"longitude":-2.0`) {
		t.Error("coordinates without a decimal point")
	}
	if image, _ := doc["image"].(members); image["type"] != "Image" {
		t.Errorf("image is not one object: %v", doc["image"])
	}
	attachments, _ := doc["attachment"].([]any)
	for _, a := range attachments {
		a, _ := a.(members)
		_, isString := a["url"].(string)
		if a["mediaType"] == nil || a["name"] == nil || a["type"] == "Document" && !isString {
			t.Errorf("attachment %v", a)
		}
	}
	if tags, _ := doc["tag"].([]any); len(tags) != 1 || len(attachments) != 2 {
		t.Errorf("tag %v, attachment %v", doc["tag"], doc["attachment"])
	}
}

// TestMastodonNote: a post that reaches home timelines in the right language.
func TestMastodonNote(t *testing.T) {
	t.Parallel()
	e, _ := entry(2, directory.KindCommons, nil).Public()
	raw, err := env.Note(e, vocab.NoteCreated, "7", now)
	if err != nil {
		t.Fatal(err)
	}
	var doc members
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	actor := env.Base + path(2, directory.KindCommons)
	if doc["id"] != env.NoteURI("7") || doc["type"] != "Note" || doc["attributedTo"] != actor || doc["updated"] != nil {
		t.Errorf("%v", doc)
	}
	to, _ := doc["to"].([]any)
	cc, _ := doc["cc"].([]any)
	if !slices.Contains(to, any(as2+"#Public")) || !slices.Contains(cc, any(actor+"/followers")) {
		t.Errorf("to %v, cc %v", to, cc)
	}
	if _, err := time.Parse(time.RFC3339, doc["published"].(string)); err != nil {
		t.Error(err)
	}
	content, _ := doc["contentMap"].(members)
	if len(content) != 2 || content["fr"] != doc["content"] || doc["content"] == "" {
		t.Errorf("contentMap %v", content)
	}
	if page, err := url.Parse(doc["url"].(string)); err != nil || page.Host != "b.ex" {
		t.Errorf("url %v", doc["url"])
	}
}
