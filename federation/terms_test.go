package federation

import (
	"encoding/json"
	"reflect"
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
