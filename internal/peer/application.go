package peer

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// Application is the id of the actor that speaks for all of an origin, as the
// origin itself says: in NodeInfo (FEP-2677), else by WebFinger for its own address
// (FEP-d556). "" when it names none: that an actor calls itself Application says
// nothing, since anybody who may have an actor there could. What it says must come
// from the origin and name an actor of it. A failure is remembered for a while.
func (a *Actors) Application(ctx context.Context, origin string) (string, error) {
	name := "application " + origin
	v, err, _ := a.flight.Do(name, func() (any, error) {
		if f, ok := a.failed.get(name); ok && a.cfg.Clock().Before(f.until) {
			return "", f.err
		}
		id, err := a.askApplication(context.WithoutCancel(ctx), origin)
		if err == nil && id == "" {
			a.failed.put(name, failure{nil, a.cfg.Clock().Add(negativeAge)})
		}
		if err != nil {
			a.fail(name, err)
		}
		return id, err
	})
	if err != nil {
		return "", err
	}
	return v.(string), nil
}

func (a *Actors) askApplication(ctx context.Context, origin string) (string, error) {
	id, err := a.linked(ctx, origin, origin+"/.well-known/nodeinfo", "application/json", relApplication)
	if err != nil || id != "" {
		return id, err
	}
	return a.linked(ctx, origin, origin+"/.well-known/webfinger?resource="+url.QueryEscape(origin+"/"), "application/jrd+json, application/json", relService)
}

// linked reads a link of a document at the origin itself; "" when there is no such
// document, or no such link to an id of the origin.
func (a *Actors) linked(ctx context.Context, origin, rawURL, accept, rel string) (string, error) {
	resp, err := a.get(ctx, rawURL, federation.GetOptions{Accept: accept})
	if errors.Is(err, directory.ErrUnavailable) || ctx.Err() != nil {
		return "", err
	}
	var jrd federation.JRD
	if err != nil || !SameOrigin(resp.URL, origin+"/") || json.Unmarshal(resp.Body, &jrd) != nil {
		return "", nil
	}
	if href := linkTo(jrd, rel); SameOrigin(href, origin+"/") {
		return href, nil
	}
	return "", nil
}
