package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// JobFollows is the kind of the jobs that compare with an actor who of ours follows
// it (FEP-8fcf).
const JobFollows = "follows"

const (
	// followsEvery is how often one actor's list may be asked for.
	followsEvery = time.Hour
	// maxFollowFixes bounds what one comparison sends.
	maxFollowFixes = 100
)

// Jobs are the handlers of the inbox's jobs, for the Runner.
func (in *Inbox) Jobs() map[string]jobs.Handler {
	return map[string]jobs.Handler{JobApply: in.Apply, JobFollows: in.compareFollows}
}

// FollowersAt answers a signed GET of {actor}/followers_synchronization: which
// followers of our actor are of the signer's server, and no others (FEP-8fcf).
func (in *Inbox) FollowersAt(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	uri := in.cfg.Env.Base + strings.TrimSuffix(r.URL.Path, outbox.SyncPath)
	if err := in.ours(ctx, uri); err != nil {
		return fmt.Errorf("%s: %w: %w", r.URL.Path, directory.ErrNotFound, err)
	}
	origin, err := in.reader(r)
	var a answer
	var busy later
	if errors.As(err, &busy) {
		comeBack(w.Header(), time.Duration(busy))
		a = answer{http.StatusTooManyRequests, busy.Error()}
	}
	if a.status != 0 || errors.As(err, &a) {
		http.Error(w, a.text, a.status)
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %w", directory.ErrUnavailable, err)
	}
	ids, err := in.cfg.Store.FollowerIDsAt(ctx, uri, origin)
	if err != nil {
		return err
	}
	items := make([]any, len(ids))
	for i, id := range ids {
		items[i] = id
	}
	body, err := federation.Encode(federation.OrderedCollection{ID: uri + outbox.SyncPath, Type: "OrderedCollection", TotalItems: len(ids), Items: items})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", federation.ContentType)
	w.Header().Set("Cache-Control", "private, no-store")
	_, _ = w.Write(body) // the peer may be gone, which changes nothing
	return nil
}

// reader verifies who signed a GET and returns its origin, or an answer.
func (in *Inbox) reader(r *http.Request) (string, error) {
	sig, err := httpsig.Parse(r)
	if err != nil {
		return "", answer{http.StatusUnauthorized, err.Error()}
	}
	origin, err := peer.Origin(sig.KeyID)
	if err != nil || origin == in.origin {
		return "", answer{http.StatusForbidden, "the key is not on another server"}
	}
	v, err := in.cfg.Moderation.CheckOrigin(r.Context(), origin)
	if err != nil {
		return "", err
	}
	if !v.Allowed {
		return "", answer{http.StatusForbidden, "this host is blocked here"}
	}
	if err := in.mayCome(r, origin); err != nil { // a key is fetched for it
		return "", err
	}
	key, err := in.cfg.Actors.KeyByID(r.Context(), sig.KeyID)
	if err != nil {
		err = keyAnswer(err)
	} else {
		_, err = in.verify(r, nil, key.Actor)
	}
	return origin, in.counted(r, origin, err)
}

type followsPayload struct {
	Actor string `json:"actor"`
	URL   string `json:"url"`
}

// checkFollows compares what a delivery's Collection-Synchronization header says
// with whom we follow, and has the list read when they differ. The delivery is
// taken whatever comes of it.
func (in *Inbox) checkFollows(ctx context.Context, r *http.Request, sig *httpsig.Signature, actor string) error {
	header := r.Header.Get(httpsig.SyncHeader)
	if header == "" || !sig.Covers(httpsig.SyncHeader) {
		return nil
	}
	s, err := federation.ParseFollowerSync(header)
	if err != nil || !peer.SameOrigin(s.URL, actor) {
		return nil // none that we can read is none
	}
	ra, err := in.cfg.Actors.Known(ctx, actor)
	if err != nil || ra.Followers != s.Collection {
		return nil
	}
	mine, err := in.cfg.Store.FollowingOf(ctx, actor)
	if err != nil {
		return err
	}
	var ids []string
	for _, f := range mine {
		if f.State != store.FollowRejected {
			ids = append(ids, f.Actor)
		}
	}
	if federation.ActorsDigest(ids) == s.Digest {
		return nil
	}
	last := actor + "#follows" // by who asks: the address of the list is theirs to choose
	known, err := in.cfg.Store.RemoteDocument(ctx, last)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if in.now().Sub(known.Checked) < followsEvery {
		return nil
	}
	payload, err := json.Marshal(followsPayload{actor, s.URL})
	if err != nil {
		return err
	}
	err = in.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		err := tx.PutRemoteDocument(ctx, store.RemoteDocument{URI: last, Origin: originOf(actor), Checked: in.now()})
		if err != nil {
			return err
		}
		return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobFollows, Key: actor, Payload: payload})
	})
	if err == nil {
		in.cfg.Wake()
	}
	return err
}

func originOf(uri string) string {
	origin, err := peer.Origin(uri)
	if err != nil {
		return ""
	}
	return origin
}

// compareFollows reads which of our actors an actor believes to be its followers:
// it is told of those that are not, and asked again for those that it lost.
func (in *Inbox) compareFollows(ctx context.Context, job jobs.Job) error {
	var p followsPayload
	if err := json.Unmarshal(job.Payload, &p); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	ra, err := in.cfg.Actors.Actor(ctx, p.Actor)
	if err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err) // the next delivery says it again
	}
	listed, err := in.cfg.Actors.FollowersThere(ctx, p.URL)
	if err != nil {
		return fmt.Errorf("%w: followers of %s: %w", jobs.ErrDiscard, p.Actor, err)
	}
	err = in.cfg.Store.Write(ctx, func(tx *store.Tx) error { return in.fixFollows(ctx, tx, ra, listed) })
	if err == nil {
		in.cfg.Deliver()
	}
	return err
}

func (in *Inbox) fixFollows(ctx context.Context, tx *store.Tx, ra store.RemoteActor, listed []string) error {
	mine, err := tx.FollowingOf(ctx, ra.URI)
	if err != nil {
		return err
	}
	unlisted := make(map[string]store.Following, len(mine))
	for _, f := range mine {
		unlisted[f.Actor] = f
	}
	fixes := 0
	for _, id := range listed {
		if _, ok := unlisted[id]; ok {
			delete(unlisted, id)
			continue
		}
		if fixes == maxFollowFixes || in.ours(ctx, id) != nil {
			continue
		}
		fixes++
		follow, err := uuid.NewV7()
		if err != nil {
			return err
		}
		in.cfg.Logger.InfoContext(ctx, "a follow that is none is taken back", "actor", id, "object", ra.URI)
		err = in.cfg.Publisher.Unfollow(ctx, tx, store.Following{Actor: id, Object: ra.URI, Inbox: ra.Inbox,
			FollowID: in.cfg.Env.ActivityURI(follow.String())})
		if err != nil {
			return err
		}
	}
	f, lost := unlisted[in.cfg.Env.InstanceURI()]
	if !lost || f.State != store.FollowAccepted {
		return nil
	}
	in.cfg.Logger.InfoContext(ctx, "a follow that was lost is asked for again", "object", ra.URI)
	return in.cfg.Publisher.Follow(ctx, tx, ra)
}
