package inbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	maxBodyBytes = federation.MaxBodyBytes
	// firstBytes is how much room is made for a body because it says that it is long.
	firstBytes = 16 << 10
	// retryAfter is what a peer is told when the fault is ours.
	retryAfter = 60 * time.Second
)

// answer is a response that refuses or accepts a delivery. It is no error of
// the program.
type answer struct {
	status int
	text   string
}

func (a answer) Error() string { return a.text }

// accepted ends the handling of what needs nothing more.
func accepted(why string) error { return answer{http.StatusAccepted, why} }

// errRepeated is the answer to what is here already.
var errRepeated = accepted("already received")

// Handler answers a POST to any inbox: 202 when the activity is stored or is
// none of our business, 4xx only for what will never be right, 503 with
// Retry-After for faults of ours, among which a key that we cannot fetch.
func (in *Inbox) Handler(w http.ResponseWriter, r *http.Request) error {
	err := in.receive(r)
	var a answer
	var busy later
	switch {
	case err == nil:
		a = answer{http.StatusAccepted, "accepted"}
	case errors.As(err, &busy):
		comeBack(w.Header(), time.Duration(busy))
		a = answer{http.StatusTooManyRequests, busy.Error()}
	case errors.As(err, &a):
		in.cfg.Logger.DebugContext(r.Context(), "inbox", "status", a.status, "reason", a.text)
	default:
		w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
		if errors.Is(err, directory.ErrUnavailable) {
			return err
		}
		return fmt.Errorf("inbox: %w: %w", directory.ErrUnavailable, err)
	}
	in.countAnswer(a)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if a.status == http.StatusUnauthorized {
		challenge(w.Header())
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.text+"\n") // the peer may be gone, which changes nothing
	return nil
}

// receive returns nil when the activity was stored, an answer, or our fault.
func (in *Inbox) receive(r *http.Request) error {
	body := &roomy{ReadCloser: r.Body, large: in.large}
	defer body.leave()
	r.Body = body
	a, err := in.verified(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := in.arrivals.do(ctx, a); err != nil {
		return err
	}
	if err := in.checkFollows(ctx, r, a.sig.Signature, a.rec.Actor); err != nil {
		in.cfg.Logger.WarnContext(ctx, "followers not compared", "actor", a.rec.Actor, "error", err)
	}
	return nil
}

// verified reads a request and makes sure whose it is, in the order of what each step
// costs; the error is as receive has it.
func (in *Inbox) verified(r *http.Request) (a arrival, err error) {
	body, err := readBody(r)
	if err != nil {
		return a, err
	}
	kept := body
	env, origin, err := in.envelope(kept)
	if err != nil {
		if kept = attributed(r, body); kept == nil {
			return a, err
		}
		if env, origin, err = in.envelope(kept); err != nil {
			return a, err
		}
	}
	if err := in.mayCome(r, origin); err != nil {
		return a, err
	}
	if err := in.cheap(r.Context(), env, origin); err != nil {
		return a, err
	}
	sig, err := in.authenticate(r, body, env)
	if err := in.counted(r, origin, err); err != nil {
		return a, err
	}
	from, err := peer.Origin(sig.KeyID)
	if err != nil {
		return a, err
	}
	return arrival{
		rec: store.Received{ID: env.ID, Actor: env.Actor, Origin: origin, Type: env.Type, Body: kept, At: in.now()},
		sig: sig, from: from, news: in.readNews(r.Context(), env, origin, kept),
	}, nil
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, answer{http.StatusMethodNotAllowed, "an inbox takes POST only"}
	}
	if !federation.IsDocumentType(r.Header.Get("Content-Type")) {
		return nil, answer{http.StatusUnsupportedMediaType, "Content-Type must be application/activity+json"}
	}
	if enc := r.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, answer{http.StatusUnsupportedMediaType, "no Content-Encoding is taken"}
	}
	if r.ContentLength > maxBodyBytes {
		return nil, answer{http.StatusRequestEntityTooLarge, "more than 1 MiB"}
	}
	var body bytes.Buffer
	body.Grow(int(min(max(r.ContentLength, 0), firstBytes)) + bytes.MinRead)
	if _, err := body.ReadFrom(io.LimitReader(r.Body, maxBodyBytes+1)); errors.Is(err, errCrowded) {
		return nil, err
	} else if err != nil {
		return nil, answer{http.StatusBadRequest, "body cut short"}
	}
	if body.Len() > maxBodyBytes {
		return nil, answer{http.StatusRequestEntityTooLarge, "more than 1 MiB"}
	}
	return body.Bytes(), nil
}

// nameless ends the id of every Undo by which a Mastodon takes back a follow of which
// it has no record (FEP-8fcf): the number of the follow is missing, so that all of
// one actor have the same id.
const nameless = "#follows//undo"

// envelope reads the activity's outside and checks that it can be what it says.
func (in *Inbox) envelope(body []byte) (federation.Envelope, string, error) {
	env, err := federation.ParseEnvelope(body)
	if err != nil {
		return env, "", answer{http.StatusBadRequest, err.Error()}
	}
	origin, err := peer.Origin(env.Actor)
	if err != nil {
		return env, "", answer{http.StatusBadRequest, "actor is not a URL"}
	}
	if origin == in.origin {
		return env, "", answer{http.StatusForbidden, "the actor is one of ours"}
	}
	if env.ID == "" || env.Type == "Undo" && strings.HasSuffix(env.ID, nameless) {
		// Some software sends answers without an id; the bytes identify them.
		env.ID = env.Actor + ofBytes(body)
	} else if env.Type == "Update" && strings.HasSuffix(env.ID, "/activity") {
		// Mobilizon gives every Update of an object the id of its Create, {object}/activity.
		env.ID += ofBytes(body)
	}
	if at := editedAt(env, body); at != "" {
		env.ID += "#updated-" + at
	}
	if !peer.SameOrigin(env.ID, env.Actor) {
		return env, "", answer{http.StatusForbidden, "the activity's id is not on its actor's host"}
	}
	return env, origin, nil
}

// ofBytes is the end of an activity's id that tells it from others of the same id.
func ofBytes(body []byte) string {
	sum := sha256.Sum256(body)
	return "#sha256-" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// editedAt is when an Invite says that it was changed, in seconds, "" for never:
// Hubzilla sends an event that was edited under the id of its first Invite.
func editedAt(env federation.Envelope, body []byte) string {
	if env.Type != "Invite" {
		return ""
	}
	m, err := federation.ParseObject(body)
	if err != nil || m.Time("updated").IsZero() {
		return ""
	}
	return strconv.FormatInt(m.Time("updated").Unix(), 10)
}

// cheap ends what can be ended before a key is fetched: blocked hosts,
// duplicates, and the bulk of the fediverse's junk, which is Delete and Update
// of actors that we have never met.
func (in *Inbox) cheap(ctx context.Context, env federation.Envelope, origin string) error {
	v, err := in.cfg.Moderation.CheckActor(ctx, env.Actor)
	if err != nil {
		return err
	}
	if !v.Allowed {
		in.cfg.Moderation.Refused(origin, moderation.CauseBlocked, v.Reason)
		return answer{http.StatusForbidden, blockedText}
	}
	if in.seen.has(env.ID) {
		in.cfg.Moderation.Refused(unverified, moderation.CauseRepeated, env.ID)
		return errRepeated
	}
	if env.Type != "Delete" && env.Type != "Update" {
		return nil
	}
	switch _, err := in.cfg.Actors.Known(ctx, env.Actor); {
	case err == nil:
		return nil
	case !errors.Is(err, directory.ErrNotFound):
		return err
	}
	followed, err := in.cfg.Store.FollowingByOrigin(ctx, origin)
	if err != nil {
		return err
	}
	if len(followed) == 0 {
		return accepted("unknown actor")
	}
	return nil
}
