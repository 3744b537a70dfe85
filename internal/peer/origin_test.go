package peer

import "testing"

func TestOrigin(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"https://b.ex/entries/1":      "https://b.ex",
		"https://B.EX:443/x#main-key": "https://b.ex",
		"http://b.ex:80":              "http://b.ex",
		"https://b.ex:8443/x":         "https://b.ex:8443",
		"https://b.ex./x":             "https://b.ex",
		"https://forêt.example/x":     "https://xn--fort-ipa.example",
		"https://[::1]:8080/":         "https://[::1]:8080",
		"https://[::1]/":              "https://[::1]",
		"https://b.ex@evil.ex/":       "", "ftp://b.ex/": "", "acct:a@b.ex": "", "": "", "https://": "", "//b.ex/x": "", "https://b_ex\x00/": "",
	} {
		got, err := Origin(uri)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("Origin(%q) = %q, %v, want %q", uri, got, err, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://b.ex/1", "https://b.ex:443/2", true},
		{"https://b.ex/1", "http://b.ex/1", false},
		{"https://b.ex/1", "https://b.ex.evil.ex/1", false},
		{"https://b.ex/1", "https://b.ex:444/1", false},
		{"", "", false},
	} {
		if got := SameOrigin(c.a, c.b); got != c.want {
			t.Errorf("SameOrigin(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
