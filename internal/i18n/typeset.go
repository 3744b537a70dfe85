package i18n

import (
	"regexp"
	"strings"
)

// Narrow no-break space, the French separator of thousands and of high
// punctuation (Imprimerie nationale); no-break space before a colon.
const (
	nnbsp = "\u202f"
	nbsp  = "\u00a0"
)

// Rules for texts written on a keyboard, without the no-break spaces.
var (
	opening = regexp.MustCompile(`«[ \x{a0}\x{202f}]*(\S)`)
	closing = regexp.MustCompile(`(\S)[ \x{a0}\x{202f}]*»`)
	high    = regexp.MustCompile(`[ \x{a0}\x{202f}]+([;!?])`)
	colon   = regexp.MustCompile(`[ \x{a0}\x{202f}]+:(\s|$)`)
	glued   = regexp.MustCompile(`(\p{L})([!?;])(\s|$)`)
	gluedIn = regexp.MustCompile(`(\p{L}):(\s)`)
)

// French gives a French text of the directory the spaces of French typography:
// inside « », before ; ! ? and before a colon. Addresses keep their colons and
// question marks, since no space follows these.
func French(s string) string {
	if !strings.ContainsAny(s, "«»;:!?") {
		return s
	}
	s = opening.ReplaceAllString(s, "«"+nnbsp+"$1")
	s = closing.ReplaceAllString(s, "$1"+nnbsp+"»")
	s = high.ReplaceAllString(s, nnbsp+"$1")
	s = colon.ReplaceAllString(s, nbsp+":$1")
	s = glued.ReplaceAllString(s, "$1"+nnbsp+"$2$3")
	return gluedIn.ReplaceAllString(s, "$1"+nbsp+":$2")
}

// typeset gives the French texts the spaces that a keyboard does not have.
func (l *Locale) typeset() {
	if l.Tag != "fr" {
		return
	}
	r := strings.NewReplacer(" ;", nnbsp+";", " !", nnbsp+"!", " ?", nnbsp+"?",
		" :", nbsp+":", "« ", "«"+nnbsp, " »", nnbsp+"»", "'", "’")
	for k, m := range l.messages {
		m.text = r.Replace(m.text)
		for f, s := range m.forms {
			m.forms[f] = r.Replace(s)
		}
		l.messages[k] = m
	}
}
