package vocab

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
)

// What an entry confirms comes back as what it confirms, and what a document says
// of two others is nobody's word.
func TestConfirmationsTravel(t *testing.T) {
	t.Parallel()
	const self, other = "https://a.example/texts/1", "https://b.example/texts/2"
	env := Env{Base: "https://a.example"}
	e := directory.Public{URI: self, Kind: directory.KindText, Name: directory.LangText{"fr": "Charte"}, Status: directory.StatusPublished,
		Relations: []directory.Relation{{Type: directory.RelCites, Object: other, Name: "Autre"}},
		Confirmed: []directory.Confirmation{{Subject: other, Type: directory.RelInspires}, {Subject: "https://c.example/3", Type: directory.RelAmends}}}
	doc, err := env.Document(e, Keys{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Entry(doc, "https://a.example")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e.Relations, got.Relations); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(e.Confirmed, got.Confirmed); diff != "" {
		t.Error(diff)
	}
	strange := bytes.ReplaceAll(doc, []byte(`"object":"`+self+`"`), []byte(`"object":"https://d.example/4"`))
	if got, err := Entry(strange, "https://a.example"); err != nil || len(got.Confirmed) != 0 {
		t.Errorf("of two others: %v %v", got.Confirmed, err)
	}
}
