package directory

import "fmt"

// MaxAliases bounds the other ids that an entry says are its own.
const MaxAliases = 20

// aliases checks the other ids of an entry.
func (v *validator) aliases(e *Entry) {
	v.failIf(len(e.AlsoKnownAs) > MaxAliases, "alsoKnownAs", "too_many", "has %d ids, at most %d are allowed", len(e.AlsoKnownAs), MaxAliases)
	for i := range e.AlsoKnownAs {
		at := fmt.Sprintf("alsoKnownAs[%d]", i)
		v.webURL(at, &e.AlsoKnownAs[i])
		v.failIf(e.AlsoKnownAs[i] == "" || e.AlsoKnownAs[i] == e.URI, at, "invalid", "is not another id")
	}
	v.webURL("movedTo", &e.MovedTo)
	v.failIf(e.MovedTo != "" && e.MovedTo == e.URI, "movedTo", "invalid", "is the entry itself")
}
