package federation

import (
	"errors"
	"strings"
	"testing"
)

// TestFollowerSync reads the header as Mastodon writes it, and computes the digest of
// FEP-8fcf's example.
func TestFollowerSync(t *testing.T) {
	const id = "https://testing.example.org/users/1"
	const header = `collectionId="https://social.example/users/alice/followers", url="https://social.example/users/alice/followers_synchronization", digest="b08ab6951c7b6cc2b91e17ebd9557da7fae02489728e9ef59fd8c2cfa4a4d7cb"`
	got, err := ParseFollowerSync(header)
	if err != nil || got.Collection != "https://social.example/users/alice/followers" || got.URL != got.Collection+"_synchronization" {
		t.Fatalf("%+v, %v", got, err)
	}
	if again, err := ParseFollowerSync(got.String()); err != nil || again != got {
		t.Errorf("written and read again: %+v, %v", again, err)
	}
	for _, bad := range []string{"", "x", `digest="00"`, strings.Replace(header, "b08a", "xxxx", 1), header + `, "`,
		strings.Repeat("a", 5000), `collectionId="a", url="b"`} {
		if _, err := ParseFollowerSync(bad); !errors.Is(err, ErrMalformed) {
			t.Errorf("%.60q: %v", bad, err)
		}
	}
	const pair = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
	if got := ActorsDigest([]string{id, "https://testing.example.org/users/2"}); got != pair {
		t.Errorf("digest of two: %s, want %s", got, pair)
	}
	one, two := ActorsDigest([]string{id, "b"}), ActorsDigest([]string{"b", id})
	if one != two || one == ActorsDigest([]string{id}) || ActorsDigest(nil) != strings.Repeat("0", 64) {
		t.Errorf("digests: %s, %s", one, two)
	}
}

func FuzzParseFollowerSync(f *testing.F) {
	f.Add(`collectionId="https://a/f", url="https://a/s", digest="00"`)
	f.Add(`digest = "` + strings.Repeat("0", 64) + `",url="u" ,collectionId="c"`)
	f.Add(`,,="",a="\"`)
	f.Fuzz(func(t *testing.T, header string) {
		s, err := ParseFollowerSync(header)
		if err != nil {
			return
		}
		if again, err := ParseFollowerSync(s.String()); err != nil && !strings.Contains(header, ",") || err == nil && again != s {
			t.Errorf("%q: %+v, then %+v, %v", header, s, again, err)
		}
	})
}
