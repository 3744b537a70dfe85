package peer

import (
	"context"
	"encoding/json"
	"fmt"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// maxListed bounds what one list of followers may hold, maxListPages its pages.
const (
	maxListed    = 10_000
	maxListPages = 10
)

// FollowersThere reads, with our signature, the part of a followers collection
// that an actor shows to our server (FEP-8fcf): ids.
func (a *Actors) FollowersThere(ctx context.Context, url string) (ids []string, err error) {
	for page, pages := url, 0; page != ""; pages++ {
		if pages == maxListPages || !SameOrigin(page, url) {
			return nil, fmt.Errorf("followers %s do not end: %w", clip(url), directory.ErrInvalid)
		}
		resp, err := a.get(ctx, page, federation.GetOptions{})
		if err != nil {
			return nil, err
		}
		col, err := federation.ParseCollection(resp.Body)
		if err != nil || !SameOrigin(resp.URL, url) {
			return nil, fmt.Errorf("followers %s: %w", clip(url), directory.ErrInvalid)
		}
		if col.FirstPage != nil {
			col = *col.FirstPage
		}
		for _, raw := range col.Items {
			var id string
			if json.Unmarshal(raw, &id) == nil {
				ids = append(ids, id)
			}
		}
		if len(ids) > maxListed {
			return nil, fmt.Errorf("more than %d followers at %s: %w", maxListed, clip(url), directory.ErrInvalid)
		}
		if page = col.Next; page == "" && len(col.Items) == 0 {
			page = col.First
		}
		if page == url {
			return nil, fmt.Errorf("followers %s lead to themselves: %w", clip(url), directory.ErrInvalid)
		}
	}
	return ids, nil
}
