package api

import (
	"encoding/json"
	"math"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	a := New(Config{})
	for q, want := range map[string]string{"rennes": "Rennes", "35000": "Rennes", "Fougè": "Fougères", "99999": "", "zzzzzz": ""} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/api/v1/places", nil)
		r.URL.RawQuery = "q=" + strings.ReplaceAll(q, "è", "%C3%A8")
		var got struct{ Places []placeJSON }
		if err := a.Places(w, r); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Places) > mostPlaces || (want == "") != (len(got.Places) == 0) {
			t.Errorf("%s: %v %+v", q, err, got)
			continue
		}
		if want != "" && (got.Places[0].Name != want || math.Abs(got.Places[0].Lat-48) > 1) {
			t.Errorf("%s: %+v", q, got.Places[0])
		}
	}
	r := httptest.NewRequest("GET", "/api/v1/places?q="+strings.Repeat("a", 200), nil)
	if err := a.Places(httptest.NewRecorder(), r); err == nil {
		t.Error("a long text is taken")
	}
}
