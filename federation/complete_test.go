package federation

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestComplete: an activity speaks for an object only where that is silent, and
// not at all for one that is addressed, has a proof or is an actor.
func TestComplete(t *testing.T) {
	t.Parallel()
	const by, other = "https://a.ex/channel/ada", "https://a.ex/channel/bob"
	for name, c := range map[string]struct{ object, want string }{
		"silent":    {`{"id":"https://a.ex/event/1","type":"Event","actor":[]}`, `{"id":"https://a.ex/event/1","type":"Event","actor":[],"attributedTo":"` + by + `","to":["` + Public + `"],"cc":["https://a.ex/f"],"published":"2026-11-28T18:07:42Z","updated":"2026-11-28T18:11:27Z"}`},
		"owned":     {`{"id":"https://a.ex/event/1","type":"Event","attributedTo":"` + other + `","published":"2020-01-01T00:00:00Z"}`, `{"id":"https://a.ex/event/1","type":"Event","attributedTo":"` + other + `","published":"2020-01-01T00:00:00Z","to":["` + Public + `"],"cc":["https://a.ex/f"],"updated":"2026-11-28T18:11:27Z"}`},
		"addressed": {`{"id":"https://a.ex/event/1","type":"Event","to":["https://a.ex/f"]}`, ""},
		"to nobody": {`{"id":"https://a.ex/event/1","type":"Event","to":[],"cc":[]}`, ""},
		"proven":    {`{"id":"https://a.ex/event/1","type":"Event","proof":{"type":"DataIntegrityProof"}}`, ""},
		"an actor":  {`{"id":"https://a.ex/channel/x","type":"Group","inbox":"https://a.ex/inbox/x"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			act, err := Parse([]byte(`{"@context":"` + ASContext + `","id":"https://a.ex/activity/1","type":"Invite","actor":"` + by + `","to":"` + Public +
				`","cc":"https://a.ex/f","published":"2026-11-28T18:07:42Z","updated":"2026-11-28T18:11:27Z","object":` + c.object + `}`))
			if err != nil {
				t.Fatal(err)
			}
			want := c.want
			if want == "" {
				want = c.object
			}
			if diff := cmp.Diff(members(t, want), members(t, string(act.Complete()))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	held := CompleteAs([]byte(`{"id":"https://a.ex/event/1","type":"Event"}`), by)
	want := `{"id":"https://a.ex/event/1","type":"Event","attributedTo":"` + by + `","to":["` + Public + `"]}`
	if diff := cmp.Diff(members(t, want), members(t, string(held))); diff != "" {
		t.Errorf("held (-want +got)\n%s", diff)
	}
}

func members(t *testing.T, s string) (m map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		t.Fatal(err)
	}
	return m
}
