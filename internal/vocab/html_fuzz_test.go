package vocab

import "testing"

// FuzzPlainText: what has no tags is read as what has them is.
func FuzzPlainText(f *testing.F) {
	for _, seed := range []string{"", "a  b\n\nc", " <p>a</p>", "\u00a0x\t", "a\r\nb", "&amp;", "\xff"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, s string, verbatim bool) {
		if got, want := plainText(s, verbatim), textOf(s, verbatim); got != want {
			t.Errorf("plainText(%q, %t) = %q, want %q", s, verbatim, got, want)
		}
	})
}
