package vocab

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// TestOtherIDs: alsoKnownAs is an array even of one, and both come back; what
// cannot be an id, or is too much, does not.
func TestOtherIDs(t *testing.T) {
	t.Parallel()
	env := Env{Base: "https://b.ex"}
	for _, kind := range directory.Kinds() {
		e := directory.Public{ID: "1", URI: env.EntryURI(kind, "1"), OwnerURI: "https://b.ex/entries/2", Kind: kind, Handle: "x", Status: directory.StatusPublished,
			Name: directory.LangText{"fr": "X"}, AlsoKnownAs: []string{"https://a.ex/entries/1"}, MovedTo: "https://c.ex/entries/1", ShownAs: "secret"}
		if kind == directory.KindEvent {
			e.Period, e.Event = &directory.Period{Start: "2026-06-01"}, &directory.Event{}
		}
		doc, err := env.Document(e, Keys{})
		if err != nil || !strings.Contains(string(doc), `"alsoKnownAs":["https://a.ex/entries/1"],"movedTo":"https://c.ex/entries/1"`) || strings.Contains(string(doc), "secret") {
			t.Errorf("%s: %s, %v", kind, doc, err)
		}
		back, err := Entry(doc, "https://b.ex")
		if err != nil || !cmp.Equal(back.AlsoKnownAs, e.AlsoKnownAs) || back.MovedTo != e.MovedTo {
			t.Errorf("%s: %+v, %v", kind, back, err)
		}
	}
	many := make([]string, 50)
	for i := range many {
		many[i] = fmt.Sprintf(`"https://a.ex/%d"`, i%30)
	}
	raw := `{"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.ex/g","type":"Group","name":"G","inbox":"https://a.ex/i","published":"2026-01-01T00:00:00Z",` +
		`"alsoKnownAs":["https://a.ex/g","javascript:alert(1)","",` + strings.Join(many, ",") + `],"movedTo":"https://a.ex/g"}`
	e, err := Entry([]byte(raw), "https://a.ex")
	if err != nil || len(e.AlsoKnownAs) != directory.MaxAliases || e.AlsoKnownAs[0] != "https://a.ex/0" || e.MovedTo != "" {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestMoveActivity(t *testing.T) {
	t.Parallel()
	env := Env{Base: "https://b.ex"}
	a := Act{ID: "https://b.ex/activities/1", Actor: "https://b.ex/entries/1", At: time.Unix(1_700_000_000, 0)}
	body, err := env.Move(a, "https://c.ex/entries/1")
	if err != nil {
		t.Fatal(err)
	}
	act, err := federation.Parse(body)
	if err != nil || act.Type != "Move" || act.Object.ID != a.Actor || act.Target.ID != "https://c.ex/entries/1" || !cmp.Equal(act.To, []string{a.Actor + "/followers"}) {
		t.Errorf("%s, %v", body, err)
	}
	for _, target := range []string{"", a.Actor} {
		if _, err := env.Move(a, target); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("to %q: %v", target, err)
		}
	}
}
