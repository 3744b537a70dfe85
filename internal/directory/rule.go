package directory

// DecisionAction is what becomes of an entry that another instance sends. Its
// zero value is DecidePublish.
type DecisionAction string

// The actions, the most generous first.
const (
	// DecidePublish keeps the entry and shows it.
	DecidePublish DecisionAction = "publish"
	// DecideSilence keeps it, readable at its own address and in no list, map,
	// feed or announce.
	DecideSilence DecisionAction = "silence"
	// DecideReview keeps it as proposed, on no public surface, until an
	// administrator has looked at it.
	DecideReview DecisionAction = "review"
	// DecideIgnore does not keep it; one that was kept leaves and may come back.
	DecideIgnore DecisionAction = "ignore"
)

// Decision is what becomes of an entry of another instance, and why.
type Decision struct {
	Action DecisionAction `json:"action"`
	// Reason is in English words, for logs and the review queue.
	Reason string `json:"reason,omitempty"`
}
