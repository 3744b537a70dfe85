package sanitize

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestText(t *testing.T) {
	t.Parallel()
	const rel = ` rel="nofollow noopener noreferrer ugc"`
	for in, want := range map[string]string{
		"":                         "",
		"a\n\nb":                   "<p>a</p><p>b</p>",
		"a\r\nb":                   "<p>a<br>b</p>",
		"<b>x</b> & y":             "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>",
		"https://a.ex/x":           `<p><a href="https://a.ex/x"` + rel + `>https://a.ex/x</a></p>`,
		"voir https://a.ex/x).":    `<p>voir <a href="https://a.ex/x"` + rel + `>https://a.ex/x</a>).</p>`,
		"(https://a.ex/x_(y))":     `<p>(<a href="https://a.ex/x_(y)"` + rel + `>https://a.ex/x_(y)</a>)</p>`,
		"javascript:alert(1)":      "<p>javascript:alert(1)</p>",
		"https://u:p@a.ex/":        "<p>https://u:p@a.ex/</p>",
		`https://a.ex/"onclick="x`: `<p><a href="https://a.ex/"` + rel + `>https://a.ex/</a>&#34;onclick=&#34;x</p>`,
	} {
		if got := string(Text(in)); got != want {
			t.Errorf("Text(%q)\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"https://a.ex": "https://a.ex", " http://a.ex/b ": "http://a.ex/b", "mailto:a@b.ex": "mailto:a@b.ex",
		"javascript:alert(1)": "", "data:text/html,x": "", "//a.ex": "", "/a": "", "ftp://a.ex": "", "https://": "", "https://u:p@a.ex": "",
		"JaVaScRiPt:alert(1)": "", "https://a.ex/" + strings.Repeat("x", maxLinkBytes): ""} {
		if got := URL(in); got != want {
			t.Errorf("URL(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanAndPlain(t *testing.T) {
	t.Parallel()
	const in = `<p onclick="x">a <b>b</b><script>alert(1)</script><img src=x onerror=y></p><p><a href="javascript:x">c</a> <a href="https://d.ex">d</a></p>`
	got := string(Clean(in))
	for _, bad := range []string{"script", "onclick", "img", "javascript"} {
		if strings.Contains(got, bad) {
			t.Errorf("Clean keeps %q: %s", bad, got)
		}
	}
	if !strings.Contains(got, "<b>b</b>") || !strings.Contains(got, `href="https://d.ex"`) {
		t.Errorf("Clean drops too much: %s", got)
	}
	if got, want := Plain("<p>a<br>b</p><p>c &amp; d</p><style>x</style>"), "a\nb\n\nc & d"; got != want {
		t.Errorf("Plain = %q, want %q", got, want)
	}
}

// FuzzText: whatever is written, only p, br and a with a safe href come out.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a\n\nb", "https://a.ex/?q=<script>", "http://\"><img src=x>", "https://a.ex/»", "\x00https://a.ex\xff", "https://%zz",
		"https://a.ex/#" + strings.Repeat("\x98", 1000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		z := html.NewTokenizer(strings.NewReader(string(Text(s))))
		for tt := z.Next(); tt != html.ErrorToken; tt = z.Next() {
			if tt != html.StartTagToken && tt != html.SelfClosingTagToken {
				continue
			}
			token := z.Token()
			if token.Data != "p" && token.Data != "br" && token.Data != "a" {
				t.Fatalf("element %q from %q", token.Data, s)
			}
			for _, a := range token.Attr {
				if a.Key == "href" && URL(a.Val) == "" {
					t.Fatalf("href %q from %q", a.Val, s)
				}
				if a.Key != "href" && a.Key != "rel" {
					t.Fatalf("attribute %q from %q", a.Key, s)
				}
			}
		}
	})
}
