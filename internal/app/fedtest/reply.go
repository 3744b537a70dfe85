package fedtest

import (
	"context"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
)

// Replies waits until an instance holds n replies in a state.
func (i *Instance) Replies(ctx context.Context, state store.ReplyState, n int) error {
	var got int
	err := Wait(ctx, func() (bool, error) {
		var err error
		got, err = i.App.Store.CountReplies(ctx, store.ReplyFilter{State: state})
		return got == n, err
	})
	if err != nil {
		return fmt.Errorf("%s holds %d %s replies, want %d: %w", i.name, got, state, n, err)
	}
	return nil
}

// Decide applies approve, hide or remove to the reply of an id.
func (i *Instance) Decide(ctx context.Context, verb, uri string) error {
	r, err := i.App.Store.ReplyByURI(ctx, uri)
	if err != nil {
		return err
	}
	return i.App.Discussions.Decide(ctx, System, verb, []string{r.ID}, "story")
}

// Answer answers the reply of an id and returns the answer.
func (i *Instance) Answer(ctx context.Context, uri, text string) (store.Reply, error) {
	r, err := i.App.Store.ReplyByURI(ctx, uri)
	if err != nil {
		return r, err
	}
	return i.App.Discussions.Answer(ctx, System, r.ID, text, "fr")
}

// Says sends a Create, Update or Delete of a public post of the person to the
// actor about: path names the post on the person's server.
func (p *Person) Says(ctx context.Context, typ, path, inReplyTo, html, about string) error {
	const public = "https://www.w3.org/ns/activitystreams#Public"
	id := p.id + path
	if typ == "Delete" {
		return p.Send(ctx, object{"type": "Delete", "object": object{"id": id, "type": "Tombstone"}, "to": []string{public}}, about)
	}
	note := object{"id": id, "type": "Note", "attributedTo": p.id, "inReplyTo": inReplyTo, "content": html, "to": []string{public},
		"cc": []string{p.id + "/followers"}, "published": time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)}
	if typ == "Update" {
		note["updated"] = time.Now().UTC().Format(time.RFC3339)
	}
	return p.Send(ctx, object{"type": typ, "object": note, "to": []string{public}}, about)
}
