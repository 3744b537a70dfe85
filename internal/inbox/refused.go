package inbox

import (
	"errors"
	"fmt"
	"net/http"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/peer"
)

// unverified is the origin under which refusals are counted of who did not
// prove where it comes from: a forged request must not stain whom it names.
const unverified = ""

// causes are under what an answer is counted that refuses a request.
var causes = map[int]string{
	http.StatusBadRequest: moderation.CauseMalformed, http.StatusUnauthorized: moderation.CauseSignature,
	http.StatusForbidden: moderation.CauseForged, http.StatusRequestEntityTooLarge: moderation.CauseSize,
	http.StatusUnsupportedMediaType: moderation.CauseMalformed,
}

// countAnswer counts a request that was refused before its signature held.
func (in *Inbox) countAnswer(a answer) {
	if cause := causes[a.status]; cause != "" && a.text != blockedText && a.text != alteredText {
		in.cfg.Moderation.Refused(unverified, cause, a.text)
	}
}

// errForged marks what no honest server sends, whoever signed it.
var errForged = errors.New("forged")

// forged is drop for what speaks of what is not the signer's.
func forged(format string, args ...any) error {
	return fmt.Errorf("dropped: %w: %w: %w", directory.ErrInvalid, errForged, fmt.Errorf(format, args...))
}

// countDrop counts an activity of origin that was verified and then had no
// effect because of what it says. What is merely none of our business is not
// counted.
func (in *Inbox) countDrop(origin string, err error) {
	var doc altered
	switch {
	case errors.Is(err, federation.ErrMalformed):
		in.cfg.Moderation.Refused(origin, moderation.CauseMalformed, err.Error())
	case errors.Is(err, errForged):
		in.cfg.Moderation.Refused(origin, moderation.CauseForged, err.Error())
	case errors.Is(err, peer.ErrRefusedAddress):
		in.cfg.Moderation.Refused(origin, moderation.CauseAddress, err.Error())
	case errors.Is(err, moderation.ErrReports):
		in.cfg.Moderation.Refused(origin, moderation.CauseReports, err.Error())
	case errors.As(err, &doc):
		in.cfg.Moderation.Refused(doc.origin, causeProof, err.Error())
	case errors.Is(err, errBlocked):
		in.cfg.Moderation.Refused(origin, moderation.CauseBlocked, err.Error())
	}
}

// errBlocked marks what names somebody who is blocked here.
var errBlocked = errors.New("blocked")

func blocked(format string, args ...any) error {
	return fmt.Errorf("dropped: %w: %w: %w", directory.ErrInvalid, errBlocked, fmt.Errorf(format, args...))
}

// altered is a document of origin that is not what its owner signed; what is held of
// it stays.
type altered struct {
	origin string
	err    error
}

func (a altered) Error() string { return "dropped: " + a.err.Error() }

func (a altered) Unwrap() []error { return []error{directory.ErrInvalid, a.err} }

// alteredText is the answer to who passes on an activity that its actor did not sign;
// it is counted with who that was.
const alteredText = "the activity is not what its actor signed"

// blockedText is what a blocked host is told; it is counted with its rule.
const blockedText = "this host is blocked here"
