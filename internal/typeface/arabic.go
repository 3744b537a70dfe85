package typeface

import (
	"strings"
	"unicode"
)

// letters are those that change with their neighbours: the code of the form that
// stands alone in the Arabic Presentation Forms (Unicode 16, charts FB50 and FE70),
// after which are the one that ends, and where a letter joins on both sides those that
// begin and that stand within a word.
var letters = map[rune]struct {
	alone rune
	both  bool
}{
	0x622: {0xFE81, false}, 0x623: {0xFE83, false}, 0x624: {0xFE85, false}, 0x625: {0xFE87, false}, 0x626: {0xFE89, true},
	0x627: {0xFE8D, false}, 0x628: {0xFE8F, true}, 0x629: {0xFE93, false}, 0x62A: {0xFE95, true}, 0x62B: {0xFE99, true},
	0x62C: {0xFE9D, true}, 0x62D: {0xFEA1, true}, 0x62E: {0xFEA5, true}, 0x62F: {0xFEA9, false}, 0x630: {0xFEAB, false},
	0x631: {0xFEAD, false}, 0x632: {0xFEAF, false}, 0x633: {0xFEB1, true}, 0x634: {0xFEB5, true}, 0x635: {0xFEB9, true},
	0x636: {0xFEBD, true}, 0x637: {0xFEC1, true}, 0x638: {0xFEC5, true}, 0x639: {0xFEC9, true}, 0x63A: {0xFECD, true},
	0x641: {0xFED1, true}, 0x642: {0xFED5, true}, 0x643: {0xFED9, true}, 0x644: {0xFEDD, true}, 0x645: {0xFEE1, true},
	0x646: {0xFEE5, true}, 0x647: {0xFEE9, true}, 0x648: {0xFEED, false}, 0x649: {0xFEEF, false}, 0x64A: {0xFEF1, true},
	0x671: {0xFB50, false}, 0x679: {0xFB66, true}, 0x67E: {0xFB56, true}, 0x686: {0xFB7A, true}, 0x688: {0xFB88, false},
	0x691: {0xFB8C, false}, 0x698: {0xFB8A, false}, 0x6A9: {0xFB8E, true}, 0x6AF: {0xFB92, true}, 0x6BA: {0xFB9E, false},
	0x6BE: {0xFBAA, true}, 0x6C1: {0xFBA6, true}, 0x6CC: {0xFBFC, true}, 0x6D2: {0xFBAE, false},
}

// alefs are the letters that lam makes one form with, and that form alone.
var alefs = map[rune]rune{0x622: 0xFEF5, 0x623: 0xFEF7, 0x625: 0xFEF9, 0x627: 0xFEFB}

const lam, tatweel, joiner = 0x644, 0x640, 0x200d

// join gives the letters of Arabic the forms that they have between their neighbours,
// and takes marks and invisible characters away.
func join(s string) string {
	rs := []rune(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Inherited) || unicode.Is(unicode.Cf, r) && r != joiner {
			return -1
		}
		return r
	}, s))
	out := make([]rune, 0, len(rs))
	before := false // the letter before joins this one
	for i := 0; i < len(rs); i++ {
		r := rs[i]
		l, known := letters[r]
		if !known {
			before = r == tatweel || r == joiner
			if r != joiner {
				out = append(out, r)
			}
			continue
		}
		if r == lam && i+1 < len(rs) && alefs[rs[i+1]] != 0 {
			out = append(out, alefs[rs[i+1]]+form(before, false))
			i++
			before = false
			continue
		}
		after := l.both && i+1 < len(rs) && joins(rs[i+1])
		out = append(out, l.alone+form(before, after))
		before = l.both
	}
	return string(out)
}

// joins reports whether a letter joins the one before it.
func joins(r rune) bool {
	_, known := letters[r]
	return known || r == tatweel || r == joiner
}

// form is how far after the form that stands alone another is.
func form(before, after bool) rune {
	switch {
	case before && after:
		return 3
	case after:
		return 2
	case before:
		return 1
	}
	return 0
}
