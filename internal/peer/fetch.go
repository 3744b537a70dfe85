package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// Fetch gets the document id with our signature. The answer is believed only
// if it comes from id's origin and calls itself id; one that calls itself
// otherwise is asked for once more by that name (FEP-fe34). It is not cached.
func (a *Actors) Fetch(ctx context.Context, id string) ([]byte, error) {
	body, self, err := a.fetchOnce(ctx, id)
	if err != nil {
		return nil, err
	}
	if self != id {
		return nil, fmt.Errorf("%s answers with the document %s: %w", clip(id), clip(self), directory.ErrInvalid)
	}
	return body, nil
}

// FetchIf is Fetch of a document that may have been read before: with the ETag that
// it had then it returns a nil body when it is still the same.
func (a *Actors) FetchIf(ctx context.Context, id, etag string) (body []byte, newTag string, err error) {
	resp, err := a.get(ctx, id, federation.GetOptions{ETag: etag})
	if err != nil {
		return nil, "", err
	}
	if resp.Status == http.StatusNotModified {
		return nil, etag, nil
	}
	doc, err := federation.ParseObject(resp.Body)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w: %w", clip(id), directory.ErrInvalid, err)
	}
	if doc.Text("id", "@id") == id && SameOrigin(id, resp.URL) {
		return resp.Body, resp.Header.Get("ETag"), nil
	}
	body, err = a.Fetch(ctx, id) // which says what is wrong, or follows its name
	return body, "", err
}

// FetchAny is Fetch for a URL that a person gave: it follows the document's
// own id once, and returns that id.
func (a *Actors) FetchAny(ctx context.Context, url string) (body []byte, id string, err error) {
	body, id, err = a.fetchOnce(ctx, url)
	if err != nil || id == url {
		return body, id, err
	}
	body, err = a.Fetch(ctx, id)
	return body, id, err
}

// fetchOnce returns a document and its id, which is of the origin that
// answered.
func (a *Actors) fetchOnce(ctx context.Context, url string) (body []byte, id string, err error) {
	resp, err := a.get(ctx, url, federation.GetOptions{})
	if err != nil {
		return nil, "", err
	}
	doc, err := federation.ParseObject(resp.Body) // exact names: "Id" must not stand in for "id"
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w: %w", clip(url), directory.ErrInvalid, err)
	}
	id = doc.Text("id", "@id")
	if !SameOrigin(id, resp.URL) {
		return nil, "", fmt.Errorf("%s answers with a document of %s: %w", clip(resp.URL), clip(id), directory.ErrInvalid)
	}
	return resp.Body, id, nil
}

// Get is one signed GET with errors as Actors has them. A 304 is no error.
func (a *Actors) Get(ctx context.Context, url string, opt federation.GetOptions) (*federation.Response, error) {
	return a.get(ctx, url, opt)
}

func (a *Actors) get(ctx context.Context, url string, opt federation.GetOptions) (*federation.Response, error) {
	if _, err := Origin(url); err != nil {
		return nil, err
	}
	if a.cfg.Sign != nil && opt.Sign == nil {
		s, err := a.cfg.Sign(ctx)
		if err != nil {
			return nil, fmt.Errorf("sign GET: %w", err)
		}
		opt.Sign = s
	}
	resp, err := a.cfg.Client.Get(ctx, url, opt)
	if err != nil {
		return nil, classify(err) // it names the address
	}
	return resp, nil
}

// classify gives a client's error its sentinel. What is not known to be for
// good is unavailable: only an answer can say that something is gone.
func classify(err error) error {
	var status *federation.StatusError
	switch {
	case errors.Is(err, ErrRefusedAddress):
		return err // forbidden
	case errors.Is(err, federation.ErrMalformed), errors.Is(err, federation.ErrTooLarge):
		return fmt.Errorf("%w: %w", directory.ErrInvalid, err)
	case errors.As(err, &status):
		switch status.Status {
		case http.StatusGone:
			return fmt.Errorf("%w: %w", directory.ErrGone, err)
		case http.StatusNotFound:
			return fmt.Errorf("%w: %w", directory.ErrNotFound, err)
		case http.StatusUnauthorized, http.StatusForbidden:
			return fmt.Errorf("%w: %w", directory.ErrForbidden, err)
		}
	}
	return fmt.Errorf("%w: %w", directory.ErrUnavailable, err)
}
