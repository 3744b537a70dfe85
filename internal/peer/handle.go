package peer

import (
	"context"
	"strings"
	"unicode"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/store"
)

// handle is the name@host of an actor as far as its own document can say it: on its own
// host. "" when it has none that can be written.
func handle(act federation.Actor) string {
	o, err := Origin(act.ID)
	if err != nil {
		return ""
	}
	if name, host := splitHandle(act.WebFinger); host != "" && SameOrigin("https://"+host, "https://"+hostOf(o)) {
		return name + "@" + hostOf(o)
	}
	if !isName(act.PreferredUsername) {
		return ""
	}
	return act.PreferredUsername + "@" + hostOf(o)
}

// claimed is the handle that an actor's document has in its webfinger property
// (FEP-2c59), "" for none.
func claimed(ra store.RemoteActor) string {
	act, err := federation.ParseActor(ra.Doc)
	if err != nil {
		return ""
	}
	name, host := splitHandle(act.WebFinger)
	if host == "" {
		return ""
	}
	return name + "@" + host
}

// named gives an actor the handle that it claims on another host than its own, when
// that host says that the handle is its: anybody may write any name. When it cannot be
// asked the name on its own host stays.
func (a *Actors) named(ctx context.Context, ra store.RemoteActor) store.RemoteActor {
	acct := claimed(ra)
	_, host := splitHandle(acct)
	own, err := Origin(ra.URI)
	if host == "" || err != nil || SameOrigin("https://"+host, "https://"+hostOf(own)) || a.mayAsk("https://"+host) != nil {
		return ra
	}
	if jrd, err := a.cfg.Client.WebFinger(ctx, acct); err == nil && jrd.Self() == ra.URI {
		ra.Handle = acct
	}
	return ra
}

// splitHandle takes name@host apart, the host as in an origin; "" when it is none.
func splitHandle(acct string) (name, host string) {
	name, host, ok := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(acct, "acct:"), "@"), "@")
	o, err := Origin("https://" + host)
	if !ok || !isName(name) || strings.ContainsAny(host, "/?#@") || err != nil {
		return "", ""
	}
	return name, hostOf(o)
}

// isName reports whether a text can be the name in a handle: it has nothing that
// separates, hides or turns around what stands beside it.
func isName(s string) bool {
	return s != "" && len(s) <= MaxNameBytes && !strings.ContainsAny(s, "@/:?#") && strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}) < 0
}

// MaxNameBytes bounds the name in a handle.
const MaxNameBytes = 256
