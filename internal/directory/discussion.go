package directory

// Discussion is what becomes of replies from the fediverse: by the instance's
// rule, or by an entry's own.
type Discussion string

// The rules. The zero value of an entry is the instance's rule, that of an
// instance is review.
const (
	DiscussionOff    Discussion = "off"    // new ones are not kept
	DiscussionReview Discussion = "review" // they wait for an editor
	DiscussionOpen   Discussion = "open"   // they are shown at once
)

// Discussions lists the rules, the most closed first.
func Discussions() []Discussion {
	return []Discussion{DiscussionOff, DiscussionReview, DiscussionOpen}
}

// Valid reports whether d is one of the rules.
func (d Discussion) Valid() bool {
	return d == DiscussionOff || d == DiscussionReview || d == DiscussionOpen
}
