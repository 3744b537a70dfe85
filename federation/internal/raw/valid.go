package raw

// Valid reports whether text is one JSON text (RFC 8259), as json.Valid does, in which
// no arrays and objects are nested deeper than depth; deep says that this is what is
// wrong with it.
func Valid(text []byte, depth int) (valid, deep bool) {
	v := validator{cursor: cursor{text: text}}
	valid = v.one(depth) && v.space() == 0 && v.at == len(text)
	return valid, v.deep
}

// validator is a cursor that goes over valid JSON only: its steps return whether what
// they went over is.
type validator struct {
	cursor
	deep bool
}

// one goes over one value and the space before it.
func (v *validator) one(depth int) bool {
	switch c := v.space(); c {
	case '"':
		return v.quoted()
	case '{', '[':
		if depth == 0 {
			v.deep = true
			return false
		}
		v.at++
		return v.inside(c == '{', depth-1)
	case 't':
		return v.word("true")
	case 'f':
		return v.word("false")
	case 'n':
		return v.word("null")
	}
	return v.number()
}

// inside goes over the rest of an object or array.
func (v *validator) inside(object bool, depth int) bool {
	end := byte(']')
	if object {
		end = '}'
	}
	if v.space() == end {
		v.at++
		return true
	}
	for {
		if object {
			if v.space() != '"' || !v.quoted() || v.space() != ':' {
				return false
			}
			v.at++
		}
		if !v.one(depth) {
			return false
		}
		switch c := v.space(); c {
		case ',', end:
			v.at++
			if c == end {
				return true
			}
		default:
			return false
		}
	}
}

// quoted goes over a string.
func (v *validator) quoted() bool {
	for v.at++; v.at < len(v.text); v.at++ {
		switch c := v.text[v.at]; {
		case c == '"':
			v.at++
			return true
		case c < ' ':
			return false
		case c == '\\' && !v.escape():
			return false
		}
	}
	return false
}

// escape goes over an escape, up to its last byte.
func (v *validator) escape() bool {
	v.at++
	if v.at >= len(v.text) {
		return false
	}
	switch v.text[v.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			v.at++
			if v.at >= len(v.text) || !hex(v.text[v.at]) {
				return false
			}
		}
		return true
	}
	return false
}

func hex(c byte) bool { return digit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }

func digit(c byte) bool { return '0' <= c && c <= '9' }

func (v *validator) word(w string) bool {
	if len(v.text)-v.at < len(w) || string(v.text[v.at:v.at+len(w)]) != w {
		return false
	}
	v.at += len(w)
	return true
}

func (v *validator) number() bool {
	v.over("-")
	if !v.over("0") && !v.digits() {
		return false
	}
	if v.over(".") && !v.digits() {
		return false
	}
	if v.over("eE") {
		v.over("+-")
		return v.digits()
	}
	return true
}

// over goes over one byte of those, if it is there.
func (v *validator) over(those string) bool {
	if v.at >= len(v.text) {
		return false
	}
	for i := range len(those) {
		if v.text[v.at] == those[i] {
			v.at++
			return true
		}
	}
	return false
}

// digits goes over at least one digit.
func (v *validator) digits() bool {
	begin := v.at
	for v.at < len(v.text) && digit(v.text[v.at]) {
		v.at++
	}
	return v.at > begin
}
