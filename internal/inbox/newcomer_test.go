package inbox_test

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestNewcomer: another server's actor that follows the instance hears of what is to
// come after the Accept, and only the first time; an organisation's follower does not.
func TestNewcomer(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	relay := them.actor("relay", "Application")
	org, _ := r.publishes(t)
	for _, object := range []string{r.env.InstanceURI(), r.env.InstanceURI(), org.URI} {
		if why := r.deliver(them, r.activity("Follow", relay, object)); why != "" {
			t.Fatal(why)
		}
	}
	ds, err := r.st.Deliveries(t.Context(), them.URL, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range ds {
		var a struct{ Type string }
		if err := json.Unmarshal(d.Body, &a); err != nil {
			t.Fatal(err)
		}
		got = append(got, a.Type)
	}
	if want := []string{"Accept", "Announce", "Accept", "Accept"}; !slices.Equal(got, want) {
		t.Errorf("sent %v, want %v", got, want)
	}
}
