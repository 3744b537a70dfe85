package peer

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// The link relations by which an instance names its own actor.
const (
	relApplication = "https://www.w3.org/ns/activitystreams#Application" // FEP-2677
	relService     = "https://www.w3.org/ns/activitystreams#Service"     // FEP-d556
)

// Resolve finds the actor that target names: @user@host, user@host,
// acct:user@host, an actor's URL (its id or its page) or the base URL or the
// bare host of an instance. ErrInvalid when it is none of these.
func (a *Actors) Resolve(ctx context.Context, target string) (store.RemoteActor, error) {
	target = strings.TrimSpace(target)
	if !strings.Contains(target, "://") {
		acct := strings.TrimPrefix(strings.TrimPrefix(target, "acct:"), "@")
		if strings.Contains(acct, "@") {
			return a.byHandle(ctx, acct)
		}
		if acct == "" || strings.ContainsAny(acct, "/ ") {
			return store.RemoteActor{}, fmt.Errorf("%q is neither a handle nor a URL: %w", clip(target), directory.ErrInvalid)
		}
		target = "https://" + acct
	}
	origin, err := Origin(target)
	if err != nil {
		return store.RemoteActor{}, err
	}
	if u, err := url.Parse(target); err == nil && strings.Trim(u.Path, "/") == "" {
		return a.instance(ctx, origin)
	}
	return a.byURL(ctx, target)
}

func (a *Actors) byHandle(ctx context.Context, acct string) (store.RemoteActor, error) {
	jrd, err := a.cfg.Client.WebFinger(ctx, acct)
	if err != nil {
		return store.RemoteActor{}, fmt.Errorf("look up %s: %w", clip(acct), classify(err))
	}
	self := jrd.Self()
	if self == "" {
		return store.RemoteActor{}, fmt.Errorf("%s is no ActivityPub actor: %w", clip(acct), directory.ErrNotFound)
	}
	return a.byURL(ctx, self)
}

// byURL follows the URL of a page or an alias to the actor's id.
func (a *Actors) byURL(ctx context.Context, target string) (store.RemoteActor, error) {
	if ra, err := a.Known(ctx, target); err == nil && !ra.Gone {
		return a.Actor(ctx, target)
	}
	body, id, err := a.FetchAny(ctx, target)
	if err != nil {
		return store.RemoteActor{}, err
	}
	ra, err := a.read(body, id)
	if err != nil {
		return store.RemoteActor{}, err
	}
	ra = a.named(ctx, ra)
	return ra, a.save(ctx, ra, false) // nobody signed it
}

// instance asks NodeInfo for the instance's actor (FEP-2677), then WebFinger
// (FEP-d556), then the relay handle that Mobilizon has.
func (a *Actors) instance(ctx context.Context, origin string) (store.RemoteActor, error) {
	var jrd federation.JRD
	resp, err := a.get(ctx, origin+"/.well-known/nodeinfo", federation.GetOptions{Accept: "application/json"})
	if err == nil && json.Unmarshal(resp.Body, &jrd) == nil {
		if href := linkTo(jrd, relApplication); SameOrigin(href, origin) {
			return a.byURL(ctx, href)
		}
	}
	finger := origin + "/.well-known/webfinger?resource=" + url.QueryEscape(origin+"/")
	resp, ferr := a.get(ctx, finger, federation.GetOptions{Accept: "application/jrd+json, application/json"})
	if ferr == nil && json.Unmarshal(resp.Body, &jrd) == nil {
		if href := linkTo(jrd, relService); SameOrigin(href, origin) {
			return a.byURL(ctx, href)
		}
		if self := jrd.Self(); SameOrigin(self, origin) {
			return a.byURL(ctx, self)
		}
	}
	ra, rerr := a.byHandle(ctx, "relay@"+hostOf(origin))
	if rerr != nil && err != nil {
		return ra, err // the first failure says more than the last guess
	}
	return ra, rerr
}

func linkTo(jrd federation.JRD, rel string) string {
	for _, l := range jrd.Links {
		if l.Rel == rel && l.Href != "" {
			return l.Href
		}
	}
	return ""
}
