package fedtest

import (
	"testing"

	"codeberg.org/bocage/bocage/internal/checkup"
)

// TestCheckup: nobody refuses anything of an instance of ours, nor stumbles over it.
func TestCheckup(t *testing.T) {
	w := NewWorld(t)
	i, err := w.Instance("a", "sqlite")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Organisation(t.Context()); err != nil {
		t.Fatal(err)
	}
	rep, err := checkup.Run(t.Context(), i.URL(), checkup.Options{HTTP: w.visitor, Actor: "@coop"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range rep.Findings {
		if f.Level != checkup.OK && f.Check != "tls" { // this world's certificates last a day
			t.Errorf("%s, %s: %s", f.Level, f.Check, f.Detail)
		}
	}
	if rep.Actor != i.URL()+"/actor" || rep.Count(checkup.OK) < 15 {
		t.Errorf("%+v", rep)
	}
}
