package moderation_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

const mastodonList = `#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
bad.example,suspend,TRUE,TRUE,"spam, and more",false
loud.example,silence,false,false,,false
nothing.example,noop,false,true,,false
b**.ex*mple,suspend,false,false,,true
Forêt.example,suspend,false,false,copies,false
bad.example,silence,false,false,twice,false
odd.example,explode,,,,
not a domain,suspend,,,,
`

func TestReadList(t *testing.T) {
	t.Parallel()
	bare := strings.ReplaceAll(mastodonList, "#", "")
	for name, text := range map[string]string{
		"mastodon": mastodonList, "no marks": bare, "no header": strings.SplitN(bare, "\n", 2)[1], "windows": "\xef\xbb\xbf" + strings.ReplaceAll(mastodonList, "\n", "\r\n"),
	} {
		l, err := moderation.ReadList(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := []moderation.Rule{
			{Target: "bad.example", Action: "block", Comment: "spam, and more", RejectMedia: true, RejectReports: true},
			{Target: "loud.example", Action: "silence"},
			{Target: "xn--fort-ipa.example", Action: "block", Comment: "copies"},
		}
		if d := cmp.Diff(want, l.Rules); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		var codes []string
		for _, p := range l.Problems {
			codes = append(codes, p.Code)
		}
		if d := cmp.Diff([]string{"none", "obfuscated", "severity", "domain"}, codes); d != "" {
			t.Errorf("%s: problems %s", name, d)
		}
	}
	one, err := moderation.ReadList(strings.NewReader("# my list\nspam.example\n\nworse.example\n"))
	if err != nil || len(one.Rules) != 2 || one.Rules[1].Action != "block" {
		t.Errorf("one domain a line: %+v, %v", one, err)
	}
	for name, text := range map[string]string{"too large": strings.Repeat("a.example\n", moderation.MaxListBytes/10+1), "too many": strings.Repeat("a.ex\n", moderation.MaxListRows+2)} {
		if _, err := moderation.ReadList(strings.NewReader(text)); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestListRoundTrip: what was imported is exported, and importing that changes
// nothing; an exemption stays; nobody blocks their own instance.
func TestListRoundTrip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := t.Context()
		m := moderation.New(st, nil)
		if err := m.Allow(ctx, admin, "loud.example", "they are friends"); err != nil {
			t.Fatal(err)
		}
		l, err := moderation.ReadList(strings.NewReader(mastodonList + "us.example,suspend,,,,\n"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := m.CompareList(ctx, l, "www.us.example", "from a friend")
		if err != nil || len(c.New) != 2 || len(c.Changed) != 0 || c.Same != 0 || cmp.Diff(c.Kept, []string{"loud.example"}) != "" {
			t.Fatalf("compared: %+v, %v", c, err)
		}
		if p := c.Problems[len(c.Problems)-1]; p.Code != "own" || p.Domain != "us.example" {
			t.Errorf("own domain: %+v", p)
		}
		if rules, err := m.Rules(ctx); err != nil || len(rules) != 1 {
			t.Fatalf("comparing wrote: %+v, %v", rules, err)
		}
		if err := m.Set(ctx, admin, c.Rules()...); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := m.WriteList(ctx, &out); err != nil {
			t.Fatal(err)
		}
		want := "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n" +
			"bad.example,suspend,true,true,\"spam, and more\",false\nxn--fort-ipa.example,suspend,false,false,copies,false\n"
		if d := cmp.Diff(want, out.String()); d != "" {
			t.Error(d)
		}
		again, err := moderation.ReadList(&out)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := m.CompareList(ctx, again, "", ""); err != nil || c.Same != 2 || len(c.Rules()) != 0 {
			t.Errorf("again: %+v, %v", c, err)
		}
	})
}

func FuzzReadList(f *testing.F) {
	for _, s := range []string{mastodonList, "", "domain;severity\na.example;silence\n", "#domain\n*.example\n", "\"", "a.example,suspend,\x00,\xff", "domain,domain\na.b,c.d\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := moderation.ReadList(bytes.NewReader(raw))
		if err != nil {
			if !errors.Is(err, directory.ErrInvalid) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		seen := map[string]bool{}
		for _, r := range l.Rules {
			if seen[r.Target] || strings.ContainsAny(r.Target, "*/: ") || r.Target != strings.ToLower(r.Target) || r.Action != "block" && r.Action != "silence" {
				t.Errorf("rule %+v", r)
			}
			seen[r.Target] = true
		}
	})
}
