package resource

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/store"
)

// maxReplies bounds the collections of replies.
const maxReplies = 200

// Replies answers {entry}/replies and {note}/replies: the shown answers to that
// very object, by id, oldest first.
func (h *Handlers) Replies(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var uri string
	if strings.HasPrefix(r.URL.Path, "/notes/") {
		uri = strings.TrimSuffix(h.cfg.Env.Base+r.URL.Path, "/replies")
		note, err := h.cfg.Store.Activity(ctx, uri)
		if err == nil && (note.Type != "Note" || !note.Public) {
			err = directory.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("replies to %s: %w", uri, err)
		}
		if err := h.discussable(r, note); err != nil {
			return err
		}
	} else {
		e, err := h.discussed(r)
		if err != nil {
			return err
		}
		uri = e.URI
	}
	replies, err := h.cfg.Store.ShownAnswers(ctx, uri, maxReplies)
	if err != nil {
		return err
	}
	return h.replies(w, r, h.cfg.Env.RepliesURI(uri), replies)
}

// Discussion answers {entry}/discussion, the `context` of our posts (FEP-7888):
// all that is shown about the entry, oldest first. Browsers are sent to the page.
func (h *Handlers) Discussion(w http.ResponseWriter, r *http.Request) error {
	e, err := h.discussed(r)
	if err != nil {
		return err
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Vary", "Accept")
		http.Redirect(w, r, "/"+e.Kind.Path()+"/"+e.ID+"#discussion", http.StatusSeeOther)
		return nil
	}
	replies, err := h.cfg.Store.ShownReplies(r.Context(), e.ID, maxReplies)
	if err != nil {
		return err
	}
	slices.Reverse(replies)
	return h.replies(w, r, h.cfg.Env.DiscussionURI(e.URI), replies)
}

func (h *Handlers) replies(w http.ResponseWriter, r *http.Request, id string, replies []store.Reply) error {
	items := make([]any, len(replies))
	for i, reply := range replies {
		items[i] = reply.URI
	}
	return collection(w, r, federation.OrderedCollection{ID: id, TotalItems: len(items), OrderType: "ForwardChronological", Items: items})
}

// Reactions answers {object}/likes and {object}/shares, which only count.
func (h *Handlers) Reactions(w http.ResponseWriter, r *http.Request) error {
	ctx, uri := r.Context(), h.cfg.Env.Base+r.URL.Path
	cut := strings.LastIndexByte(uri, '/')
	object := uri[:cut]
	on, err := discussion.Reactions(ctx, h.cfg.Store.Reader)
	if err == nil && !on {
		err = directory.ErrNotFound
	}
	if err == nil {
		_, err = discussion.Reacted(ctx, h.cfg.Store.Reader, object)
	}
	if err != nil {
		return fmt.Errorf("reactions to %s: %w", object, err)
	}
	n, shares, err := h.cfg.Store.CountReactionsTo(ctx, object)
	if err != nil {
		return err
	}
	if uri[cut:] == "/shares" {
		n = shares
	}
	return collection(w, r, federation.OrderedCollection{ID: uri, Type: "Collection", TotalItems: n})
}

// discussed is the local public entry of the path.
func (h *Handlers) discussed(r *http.Request) (directory.Entry, error) {
	e, err := h.entry(r)
	if err == nil && (e.Origin != "" || !e.Status.Public()) {
		err = fmt.Errorf("discussion of %s: %w", e.ID, directory.ErrNotFound)
	}
	return e, err
}

// discussable makes sure that the entry which a note is about is still public.
func (h *Handlers) discussable(r *http.Request, note store.Activity) error {
	reply, err := h.cfg.Store.ReplyByURI(r.Context(), note.ID)
	var e directory.Entry
	switch {
	case err == nil:
		e, err = h.cfg.Store.Entry(r.Context(), reply.EntryID)
	case errors.Is(err, directory.ErrNotFound):
		if e, err = h.cfg.Store.EntryByURI(r.Context(), note.Object); errors.Is(err, directory.ErrNotFound) {
			return nil // a note about several entries
		}
	}
	if err == nil && !e.Status.Public() {
		err = directory.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("replies to %s: %w", note.ID, err)
	}
	return nil
}
