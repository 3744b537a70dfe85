package inbox

import "testing"

func TestMisdirected(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		origin, host string
		want         bool
	}{
		{"https://b.ex", "b.ex", false},
		{"https://b.ex", "B.ex:443", false},
		{"https://b.ex", "b.ex:8443", true},
		{"https://b.ex", "evil.ex", true},
		{"https://b.ex", "b.ex.evil.ex", true},
		{"https://b.ex", "", true},
		{"https://b.ex:8443", "b.ex:8443", false},
		{"https://b.ex:8443", "b.ex", false}, // as Gancio writes it
		{"https://b.ex:8443", "b.ex:9", true},
		{"https://b.ex:8443", "evil.ex", true},
		{"http://[::1]:8080", "[::1]:8080", false},
		{"http://localhost:8080", "localhost", false},
	} {
		if got := (&Inbox{origin: tt.origin}).misdirected(tt.host); got != tt.want {
			t.Errorf("%s asked as %q: misdirected %v", tt.origin, tt.host, got)
		}
	}
}
