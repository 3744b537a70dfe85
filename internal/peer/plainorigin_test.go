package peer

import "testing"

// FuzzPlainOrigin: the quick way says what the thorough one says.
func FuzzPlainOrigin(f *testing.F) {
	for _, seed := range []string{"https://b.ex/x", "http://b.ex:80?a#b", "https://a-b.c1:8443/x/%20", "https://b.ex:443", "https://b.ex:", "http://127.0.0.1:39841/u#main-key",
		"https://a--b.ex", "https://-a.ex", "https://a..b", "https://a.b./", "https://B.ex", "https://a@b", "https://[::1]/", "https://b.ex\\x", "https://b.ex:99999/", "https://b.ex:080/", "https://xn--a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		got, ok := plainOrigin(uri)
		if !ok {
			return
		}
		if want, err := parseOrigin(uri); err != nil || got != want {
			t.Errorf("plainOrigin(%q) = %q, want %q, %v", uri, got, want, err)
		}
	})
}
