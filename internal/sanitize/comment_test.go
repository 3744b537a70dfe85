package sanitize

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestComment(t *testing.T) {
	t.Parallel()
	const rel = ` rel="nofollow ugc noopener noreferrer"`
	for _, tt := range []struct{ name, in, want string }{
		{"paragraphs", "<p>un</p><p>deux<br>trois</p>", "<p>un</p><p>deux<br>trois</p>"},
		{"plain", "bonjour  à\n tous", "<p>bonjour à tous</p>"},
		{"script", `<p>a<script>alert(1)</script>b</p><style>p{}</style>`, "<p>ab</p>"},
		{"nested script", `<svg><script>x</script><svg></svg>y</svg>z`, "<p>z</p>"},
		{"image", `<p>avant <img src="https://x.test/pixel.png" onerror="alert(1)"> après</p>`, "<p>avant après</p>"},
		{"emoji", `<p>merci <img class="emoji" alt=":feuille:" src="https://x.test/e.png"></p>`, "<p>merci :feuille:</p>"},
		{"javascript", `<a href="javascript:alert(1)" onclick="x">là</a>`, "<p>là</p>"},
		{"data", `<a href="data:text/html,x">là</a> <a href="//x.test/a">ici</a>`, "<p>là ici</p>"},
		{"link", `<p>voir <a class="u" target="_blank" style="x" href="https://x.test/a?b=1&amp;c">le site</a>.</p>`,
			`<p>voir <a href="https://x.test/a?b=1&amp;c"` + rel + `>le site</a>.</p>`},
		{"open link", `<a href="https://x.test/">a<p>b`, `<p><a href="https://x.test/"` + rel + `>a</a></p><p>b</p>`},
		{"link in a link", `<a href="https://x.test/1">a<a href="https://x.test/2">b</a>`,
			`<p><a href="https://x.test/1"` + rel + `>a</a><a href="https://x.test/2"` + rel + `>b</a></p>`},
		{"empty link", `a <a href="https://x.test/"></a> b`, "<p>a b</p>"},
		{"override", "ab\u202egnp.exe\u202c\u2066x\u2069\u200f", "<p>abgnp.exex</p>"},
		{"control", "a\x00b\x1bc", "<p>abc</p>"},
		{"pile", "e" + strings.Repeat("\u0301", 50) + "x", "<p>e" + strings.Repeat("\u0301", 4) + "x</p>"},
		{"escaped", "1 &lt; 2 &amp;&amp; <b>gras</b>", "<p>1 &lt; 2 &amp;&amp; gras</p>"},
		{"list", "<ul><li>un</li><li>deux</li></ul>", "<p>– un<br>– deux</p>"},
		{"nothing", "<p> </p><img src=x>", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := string(Comment(tt.in)); got != tt.want {
				t.Errorf("Comment(%q) =\n %q, want\n %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestCommentIsBounded(t *testing.T) {
	t.Parallel()
	got := string(Comment("<p>" + strings.Repeat("bocage ", 150_000) + "</p>"))
	if n := utf8.RuneCountInString(got); n > MaxCommentRunes+10 || !strings.HasSuffix(got, "…</p>") {
		t.Errorf("a text of 1 MB became %d characters that end with %q", n, got[len(got)-20:])
	}
	links := string(Comment(strings.Repeat(`<a href="https://x.test/">x</a> `, 1000)))
	if n := strings.Count(links, "<a "); n != maxCommentLinks {
		t.Errorf("%d links are kept, want %d", n, maxCommentLinks)
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" Ada \n Lovelace ": "Ada Lovelace",
		"<b>x</b>":          "<b>x</b>",
		"\u202eevil\u0000":  "evil",
		"abcdefghijklmnopq": "abcdefghijklmn…",
		"":                  "",
		"🌱 Haie":            "🌱 Haie",
	} {
		if got := Line(in, 15); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzComment(f *testing.F) {
	for _, s := range []string{
		`<p>a<script>alert(1)</script></p>`, `<a href="javascript:x">y`, `<img src=x onerror=y>`, `<li><a href="https://x/">z<br>w</a>`,
		"\u202e<p title='", `<a href='https://x/"onclick=alert(1)'>q</a>`, `<a href="https://x/` + "\u2028" + `">`, "<br><br><br>a<hr>",
		`<svg><style><a title="</style><img src=x onerror=alert(1)>">`, "<textarea><script>", "&#0;&#x202e;", "<plaintext><b>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := string(Comment(s))
		if again := string(Comment(out)); again != out {
			t.Errorf("twice:\n %q\n %q", out, again)
		}
		rest := out
		for {
			i := strings.IndexByte(rest, '<')
			if i < 0 {
				break
			}
			rest = rest[i:]
			switch {
			case strings.HasPrefix(rest, "<p>"), strings.HasPrefix(rest, "</p>"), strings.HasPrefix(rest, "<br>"), strings.HasPrefix(rest, "</a>"):
				rest = rest[1:]
			case strings.HasPrefix(rest, `<a href="http`):
				tag, after, ok := strings.Cut(rest, ">")
				if !ok || !strings.HasSuffix(tag, ` rel="`+commentRel+`"`) || strings.Count(tag, `"`) != 4 {
					t.Fatalf("tag %q in %q", tag, out)
				}
				rest = after
			default:
				t.Fatalf("markup %.40q in %q", rest, out)
			}
		}
		if strings.ContainsAny(out, "\u202e\u202d\u2066\x00") {
			t.Errorf("%q turns text", out)
		}
	})
}
