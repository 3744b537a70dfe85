package discussion

import (
	"context"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// maxDepth is how deep answers are nested; those below are listed at that
// depth, each naming whom it answers.
const maxDepth = 4

// Node is one reply in its thread.
type Node struct {
	store.Reply
	// Gone says that the reply is not to be seen and keeps its place for its answers.
	Gone bool
	// To is the author that it answers, "" where the nesting says so.
	To      string
	Answers []*Node
}

// Thread is the discussion of an entry, as somebody may see it.
type Thread struct {
	Roots []*Node
	// Shown and Waiting count the replies that are public and that wait.
	Shown, Waiting int
	// Rule is the one that holds for the entry.
	Rule directory.Discussion
}

// Thread reads the discussion of an entry: what is shown and, for its editors,
// what waits or was hidden.
func (d *Discussions) Thread(ctx context.Context, e *directory.Entry, editor bool) (Thread, error) {
	var t Thread
	var err error
	if t.Rule, err = RuleOf(ctx, d.cfg.Store.Reader, e); err != nil {
		return t, err
	}
	replies, err := d.cfg.Store.RepliesOf(ctx, e.ID, maxPerEntry+store.MaxLimit)
	if err != nil {
		return t, err
	}
	for _, r := range replies {
		switch r.State {
		case store.ReplyShown:
			t.Shown++
		case store.ReplyPending:
			t.Waiting++
		}
	}
	if !editor {
		t.Waiting = 0
	}
	t.Roots = tree(replies, editor)
	return t, nil
}

// tree nests replies, which are in the order of their dates, under what they
// answer. To whom is no editor, one that waits does not exist: its answers are
// where it would be.
func tree(replies []store.Reply, editor bool) []*Node {
	byURI := make(map[string]*Node, len(replies))
	parent := make(map[string]string, len(replies))
	for _, r := range replies {
		parent[r.URI] = r.InReplyTo
		if r.State == store.ReplyPending && !editor {
			continue
		}
		n := &Node{Reply: r, Gone: r.State == store.ReplyRemoved || r.State == store.ReplyHidden && !editor}
		if n.Gone {
			n.Reply = store.Reply{ID: r.ID, URI: r.URI, State: store.ReplyRemoved}
		}
		byURI[r.URI] = n
	}
	var roots []*Node
	for _, r := range replies {
		n, ok := byURI[r.URI]
		if !ok {
			continue
		}
		if p := byURI[above(r.URI, parent, byURI)]; p != nil {
			p.Answers = append(p.Answers, n)
		} else {
			roots = append(roots, n)
		}
	}
	return flatten(prune(roots), 1)
}

// above is the nearest ancestor that has a node, "" for a root and for a reply
// that answers itself by way of others.
func above(uri string, parent map[string]string, nodes map[string]*Node) string {
	seen := map[string]bool{uri: true}
	found := ""
	for at := parent[uri]; at != ""; at = parent[at] {
		if seen[at] {
			return ""
		}
		seen[at] = true
		if found == "" && nodes[at] != nil {
			found = at
		}
	}
	return found
}

// prune drops the places of those that are gone and have no answer.
func prune(nodes []*Node) []*Node {
	var out []*Node
	for _, n := range nodes {
		n.Answers = prune(n.Answers)
		if !n.Gone || len(n.Answers) > 0 {
			out = append(out, n)
		}
	}
	return out
}

// flatten lists what is nested deeper than maxDepth at that depth.
func flatten(nodes []*Node, depth int) []*Node {
	for _, n := range nodes {
		if depth < maxDepth {
			n.Answers = flatten(n.Answers, depth+1)
		}
	}
	if depth < maxDepth {
		return nodes
	}
	var out []*Node
	var walk func(n *Node, to string)
	walk = func(n *Node, to string) {
		n.To = to
		answers := n.Answers
		n.Answers = nil
		out = append(out, n)
		for _, a := range answers {
			walk(a, n.Name)
		}
	}
	for _, n := range nodes {
		walk(n, "")
	}
	return out
}
