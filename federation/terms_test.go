package federation

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// standardTerms are those of ActivityStreams, security/v1 and data-integrity/v1
// that our documents use.
const standardTerms = ` id type actor object target result origin instrument attributedTo attachment audience cc bcc bto to content contentMap context duration
 endTime startTime endpoints sharedInbox first next prev last partOf items orderedItems totalItems followers following inbox outbox formerType deleted generator
 href hreflang mediaType rel height width icon image inReplyTo latitude longitude location name nameMap preferredUsername published updated relationship subject
 replies likes shares summary summaryMap tag url publicKey publicKeyPem owner proof cryptosuite proofPurpose proofValue verificationMethod created @context `

// Every property that a document of ours may have is in the @context that it
// carries: a reader of JSON-LD drops the others.
func TestEveryPropertyIsInTheContext(t *testing.T) {
	var doc struct {
		Terms map[string]any `json:"@context"`
	}
	if err := json.Unmarshal(ContextDocument(), &doc); err != nil {
		t.Fatal(err)
	}
	seen := map[reflect.Type]bool{}
	var look func(typ reflect.Type)
	look = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			look(typ.Elem())
			return
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			f := typ.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" || !f.IsExported() {
				continue
			}
			if _, ok := doc.Terms[name]; name != "" && !ok && !strings.Contains(standardTerms, " "+name+" ") && !strings.Contains(standardTerms, "\n "+name+" ") &&
				!strings.Contains(standardTerms, " "+name+"\n") {
				t.Errorf("%s.%s: %q is in no @context", typ.Name(), f.Name, name)
			}
			look(f.Type)
		}
	}
	for _, v := range []any{Object{}, Act{}, Tombstone{}, OrderedCollection{}, FeaturedCollection{}, FeatureAuthorization{}, Relationship{}} {
		look(reflect.TypeOf(v))
	}
}

// Friendica, and what else reads with a JSON-LD processor of 1.0, refuses a
// document whose @context has more than that version knows, be it in a proof.
func TestInlineContextIsJSONLD10(t *testing.T) {
	known := []string{"@id", "@type", "@container"}
	terms := func(raw []byte) map[string]any {
		var all []json.RawMessage
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(all[len(all)-1], &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	inline := terms([]byte(contextJSON))
	iri := func(s string) bool { return s == "@id" || s == "@vocab" || strings.Contains(s, ":") }
	for term, def := range inline {
		switch def := def.(type) {
		case nil:
		case string:
			if !iri(def) {
				t.Errorf("%s: %q is no IRI", term, def)
			}
		case map[string]any:
			for k, v := range def {
				s, _ := v.(string)
				switch {
				case !slices.Contains(known, k), s == "":
					t.Errorf("%s: %s is not of 1.0", term, k)
				case k == "@container" && !slices.Contains([]string{"@list", "@set", "@language", "@index"}, s):
					t.Errorf("%s: %s %s is not of 1.0", term, k, s)
				case k != "@container" && !iri(s):
					t.Errorf("%s: %s %s is neither an IRI nor of 1.0", term, k, s)
				}
			}
		default:
			t.Errorf("%s: %v", term, def)
		}
	}
	var doc struct {
		Terms map[string]any `json:"@context"`
	}
	if err := json.Unmarshal(ContextDocument(), &doc); err != nil {
		t.Fatal(err)
	}
	for term := range doc.Terms {
		if _, ok := inline[term]; !ok {
			t.Errorf("%s is explained and in no document", term)
		}
	}
	if len(doc.Terms) != len(inline) {
		t.Errorf("%d terms are explained, %d written", len(doc.Terms), len(inline))
	}
}
