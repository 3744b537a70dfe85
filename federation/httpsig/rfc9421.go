package httpsig

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (s *Signer) signText(text string) ([]byte, error) {
	switch s.Key.Public().(type) {
	case *rsa.PublicKey:
		sum := sha256.Sum256([]byte(text))
		return s.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	case ed25519.PublicKey:
		return s.Key.Sign(rand.Reader, []byte(text), crypto.Hash(0))
	}
	return nil, fmt.Errorf("%w: key type %T", ErrMalformed, s.Key.Public())
}

// parse9421 reads the first label of Signature-Input that has a signature.
func parse9421(input, signatures string) (*Signature, error) {
	if len(input) > maxHeaderBytes {
		return nil, fmt.Errorf("%w: header too long", ErrMalformed)
	}
	values := make(map[string]string)
	for _, member := range splitOutside(signatures, ',') {
		label, value, _ := strings.Cut(strings.TrimSpace(member), "=")
		values[label] = value
	}
	for _, member := range splitOutside(input, ',') {
		label, params, ok := strings.Cut(strings.TrimSpace(member), "=")
		value, has := values[label]
		if !ok || !has {
			continue
		}
		s, err := parseInput(params)
		if err != nil {
			return nil, err
		}
		value, _, _ = strings.Cut(value, ";")
		if len(value) < 2 || value[0] != ':' || value[len(value)-1] != ':' {
			return nil, fmt.Errorf("%w: signature is not a byte sequence", ErrMalformed)
		}
		if s.sig, err = base64.StdEncoding.Strict().DecodeString(value[1 : len(value)-1]); err != nil || len(s.sig) == 0 {
			return nil, fmt.Errorf("%w: signature is not base64", ErrMalformed)
		}
		return s, nil
	}
	return nil, ErrNoSignature
}

// parseInput reads one inner list with its parameters (RFC 9421 §2.3).
func parseInput(params string) (*Signature, error) {
	s := &Signature{Form: RFC9421, params: params}
	list, rest, err := innerList(params)
	if err != nil {
		return nil, err
	}
	s.Covered = list
	seen := make(map[string]bool)
	for _, p := range splitOutside(rest, ';') {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if name == "" {
			continue
		}
		if seen[name] {
			return nil, fmt.Errorf("%w: %s given twice", ErrMalformed, name)
		}
		seen[name] = true
		switch name {
		case "keyid":
			s.KeyID = unquote(value)
		case "alg":
			s.Algorithm = strings.ToLower(unquote(value))
		case "created":
			s.created = value
		case "expires":
			s.expires = value
		}
	}
	if s.Created, err = unixTime(s.created); err != nil {
		return nil, err
	}
	if s.Expires, err = unixTime(s.expires); err != nil {
		return nil, err
	}
	if s.KeyID == "" {
		return nil, fmt.Errorf("%w: no keyid", ErrMalformed)
	}
	return s, nil
}

// innerList reads the components of an inner list, and returns what follows it.
// Components with parameters such as ;req are not spoken, and refused.
func innerList(params string) (components []string, rest string, err error) {
	list, rest, ok := strings.Cut(params, ")")
	if !ok || !strings.HasPrefix(list, "(") {
		return nil, "", fmt.Errorf("%w: no component list", ErrMalformed)
	}
	for _, item := range strings.Fields(list[1:]) {
		if len(item) < 3 || item[0] != '"' || item[len(item)-1] != '"' {
			return nil, "", fmt.Errorf("%w: component %s", ErrMalformed, item)
		}
		name := item[1 : len(item)-1]
		if slices.Contains(components, name) || name != strings.ToLower(name) {
			return nil, "", fmt.Errorf("%w: component %s", ErrMalformed, item)
		}
		components = append(components, name)
	}
	return components, rest, nil
}

// splitOutside splits at sep outside quoted strings.
func splitOutside(s string, sep byte) []string {
	var out []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s[1 : len(s)-1])
	}
	return ""
}

// derived are the derived components that are spoken (RFC 9421 §2.2).
var derived = [...]string{"@method", "@target-uri", "@authority", "@scheme", "@path", "@query", "@request-target"}

// base9421 is the signature base (RFC 9421 §2.5). The parameters are repeated
// as received rather than serialised again.
func (s *Signature) base9421(r *http.Request, scheme string) base {
	var b strings.Builder
	authority := strings.ToLower(r.Host)
	switch scheme {
	case "https":
		authority = strings.TrimSuffix(authority, ":443")
	case "http":
		authority = strings.TrimSuffix(authority, ":80")
	}
	for _, name := range s.Covered {
		var value string
		switch name {
		case "@method":
			value = r.Method
		case "@target-uri":
			value = scheme + "://" + authority + r.URL.RequestURI()
		case "@authority":
			value = authority
		case "@scheme":
			value = scheme
		case "@path":
			value = r.URL.EscapedPath()
		case "@query":
			value = "?" + r.URL.RawQuery
		case "@request-target":
			value = r.URL.RequestURI()
		case "host":
			value = r.Host
		default:
			values := fieldValues(r, name)
			if strings.HasPrefix(name, "@") || len(values) == 0 {
				return base{err: fmt.Errorf("%w: component %s", ErrIncomplete, name)}
			}
			trimmed := make([]string, len(values))
			for i, v := range values {
				trimmed[i] = strings.TrimSpace(v)
			}
			value = strings.Join(trimmed, ", ")
		}
		b.WriteString(`"` + name + `": ` + value + "\n")
	}
	b.WriteString(`"@signature-params": ` + s.params)
	return base{text: b.String()}
}

// fieldValues are the lines of a field as received; net/http takes the length
// out of what it is going to send.
func fieldValues(r *http.Request, name string) []string {
	values := r.Header.Values(name)
	if len(values) == 0 && name == "content-length" && r.ContentLength >= 0 {
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	return values
}
