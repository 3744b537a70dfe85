package checkup

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
)

// username is what Mastodon takes for a name.
var username = regexp.MustCompile(`^(?i)[a-z0-9_]+([.-]+[a-z0-9_]+)*$`)

// literal are the content types that Lemmy compares byte for byte.
var literal = []string{federation.ContentType, federation.ContentType + "; charset=utf-8", federation.LDContentType}

// maxSummary is what Mobilizon takes of a summary, in characters.
const maxSummary = 5000

// named looks at an actor that is given by its handle.
func (v *visit) named(ctx context.Context, handle string) {
	handle = strings.TrimPrefix(strings.TrimPrefix(handle, "acct:"), "@")
	if !strings.Contains(handle, "@") {
		handle += "@" + v.host
	}
	a := v.finger(ctx, "acct:"+handle)
	var jrd federation.JRD
	if !a.good() || a.json(&jrd) != nil || jrd.Self() == "" {
		v.add("actor "+handle, Refused, "WebFinger does not lead to an actor: "+a.said(), "see that the handle is right, and that WebFinger links the actor with rel self", everybody...)
		return
	}
	v.actor(ctx, "actor "+handle, jrd.Self(), false)
}

// actor looks at an actor's document. The instance's must be readable unsigned:
// with it others verify what asks them for documents.
func (v *visit) actor(ctx context.Context, check, id string, instance bool) {
	if !v.sameHost(id) {
		v.add(check, Warn, clip(id)+" is on another host than "+v.host, "check that host too")
		return
	}
	a := v.get(ctx, id, federation.Accept)
	if instance && a.unsigned() && v.keyApart(ctx, check, id, a) || !v.fetched(check, a, instance) {
		return
	}
	v.contentType(check, a)
	m, err := federation.ParseObject(a.body)
	if err != nil {
		v.add(check, Refused, "the document cannot be read: "+clip(err.Error()), "serve a JSON object of at most 1 MB", everybody...)
		return
	}
	if got := m.Text("id", "@id"); got != id {
		v.add(check, Refused, fmt.Sprintf("the document at %s calls itself %q", clip(id), clip(got)), "let the id be the address, byte for byte, without a redirect", everybody...)
	}
	v.shape(check, m)
	act, err := federation.ParseActor(a.body)
	v.key(check, id, m, act.PublicKeys)
	if err != nil {
		v.add(check, Refused, clip(err.Error()), "an actor needs id, type and inbox", everybody...)
		return
	}
	v.boxes(ctx, check, act)
	v.speed(check, a)
	host := v.host
	if act.WebFinger != "" {
		v.roundTrip(ctx, check+": handle", act.WebFinger, id)
	} else if act.PreferredUsername != "" {
		v.roundTrip(ctx, check+": handle", act.PreferredUsername+"@"+host, id)
	}
}

// keyApart looks for the key of an actor whose document wants a signature at an
// address of its own, where GoToSocial serves it to everybody with the actor's id.
func (v *visit) keyApart(ctx context.Context, check, id string, refused answer) bool {
	a := v.get(ctx, id+"/main-key", federation.Accept)
	m, err := federation.ParseObject(a.body)
	if !a.good() || err != nil || m.Text("id", "@id") != id {
		return false
	}
	key := m.Object("publicKey")
	v.key(check, id, m, []federation.PublicKey{{ID: key.Text("id"), Owner: key.Text("owner"), PEM: key.Text("publicKeyPem")}})
	v.add(check, Warn, refused.said()+": it wants a signed request but for its key, so no more can be seen from here", "")
	v.unseen = true
	return true
}

func (v *visit) fetched(check string, a answer, instance bool) bool {
	switch {
	case a.good():
		return true
	case a.long:
		v.add(check, Refused, "the document is larger than 1 MB", "shorten it; the fields of a profile and its summary are what grows", everybody...)
	case a.unsigned() && !instance:
		v.add(check, Warn, a.said()+": it wants a signed request, so no more can be seen from here", "")
	case a.unsigned():
		v.add(check, Refused, a.said()+": the key cannot be read without a signature", "serve the actor that signs requests to everybody: servers that sign every request would ask each other for ever", "Mastodon (secure mode)", "GoToSocial")
	case a.err == nil && a.status >= 300 && a.status < 400:
		v.add(check, Refused, a.said(), "serve the document at its id without a redirect", "Mastodon", "GoToSocial")
	default:
		v.add(check, Refused, a.said(), "serve the document with 200; 503 with Retry-After in maintenance, never 404 or 410", everybody...)
	}
	return false
}

func (v *visit) contentType(check string, a answer) {
	got := a.contentType()
	switch {
	case slices.Contains(literal, got):
		v.ok(check, "served as %s", got)
	case federation.IsDocumentType(got):
		v.add(check, Warn, fmt.Sprintf("served as %q", clip(got)), "serve application/activity+json, byte for byte", "Lemmy")
	default:
		v.add(check, Refused, fmt.Sprintf("served as %q", clip(got)), "serve application/activity+json when Accept asks for it; see that the proxy passes Accept and Content-Type untouched", everybody...)
	}
	if !strings.Contains(strings.ToLower(strings.Join(a.header.Values("Vary"), ",")), "accept") {
		v.add(check, Warn, "no Vary: Accept", "send it where one address serves a page and a document, or a cache mixes them up")
	}
}

// shape is what is read of the outside of an actor.
func (v *visit) shape(check string, m federation.Members) {
	if !hasContext(m["@context"]) {
		v.add(check, Refused, "@context is not "+federation.ASContext+" nor a list with it", "put it there as a plain string", "Mastodon", "GoToSocial")
	}
	typ := m.Text("type", "@type")
	switch {
	case isArray(m["type"]):
		v.add(check, Refused, "type is a list", "write one type as a string", "Mobilizon", "Gancio")
	case !slices.Contains([]string{"Application", "Group", "Organization", "Person", "Service"}, typ):
		v.add(check, Refused, fmt.Sprintf("type is %q", clip(typ)), "an actor is an Application, Group, Organization, Person or Service", everybody...)
	}
	if name := m.Text("preferredUsername"); !username.MatchString(name) {
		v.add(check, Refused, fmt.Sprintf("preferredUsername is %q", clip(name)), "use a to z, 0 to 9 and _, with . and - inside", "Mastodon")
	}
	if n := len([]rune(m.Text("summary"))); n > maxSummary {
		v.add(check, Refused, fmt.Sprintf("summary has %d characters", n), "keep it under 5000", "Mobilizon")
	}
	if raw := m["attachment"]; len(raw) > 0 && !isArray(raw) {
		v.add(check, Warn, "attachment is not a list, and the profile's fields are lost", "write a list, also of one", "Mastodon")
	}
}

func isArray(raw json.RawMessage) bool { return strings.HasPrefix(strings.TrimSpace(string(raw)), "[") }

func hasContext(raw json.RawMessage) bool {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return one == federation.ASContext
	}
	var many []any
	return json.Unmarshal(raw, &many) == nil && slices.Contains(many, any(federation.ASContext))
}

// key is what is read of the key that signs requests.
func (v *visit) key(check, id string, m federation.Members, keys []federation.PublicKey) {
	check += ": key"
	if isArray(m["publicKey"]) {
		v.add(check, Refused, "publicKey is a list", "write one object; further keys belong into assertionMethod (FEP-521a)", "Mobilizon")
	}
	if len(keys) == 0 {
		v.add(check, Refused, "there is no publicKey", "add publicKey with id, owner and publicKeyPem", everybody...)
		return
	}
	k := keys[0]
	if k.Owner != id {
		v.add(check, Refused, fmt.Sprintf("its owner is %q", clip(k.Owner)), "let owner be the actor's id", "Mastodon", "GoToSocial")
	}
	switch before, _, fragment := strings.Cut(k.ID, "#"); {
	case !v.sameHost(k.ID):
		v.add(check, Refused, fmt.Sprintf("its id %q is on another host", clip(k.ID)), "serve the key in the actor's own document", everybody...)
	case !fragment || before != id:
		v.add(check, Warn, fmt.Sprintf("its id is %q", clip(k.ID)), "use the actor's id with a fragment, such as #main-key", "Lemmy")
	}
	pub, err := httpsig.ParseKey(k.PEM)
	if err != nil {
		v.add(check, Refused, clip(err.Error()), "use an RSA key of 2048 bits, as PEM", everybody...)
		return
	}
	rsaKey, ok := pub.(*rsa.PublicKey)
	switch {
	case !ok:
		v.add(check, Refused, "it is no RSA key", "use an RSA key of 2048 bits here; an Ed25519 key belongs into assertionMethod", everybody...)
	case rsaKey.N.BitLen() > 4096:
		v.add(check, Warn, fmt.Sprintf("RSA of %d bits", rsaKey.N.BitLen()), "2048 bits are enough, and ten times as fast to verify as 4096")
	default:
		v.ok(check, "RSA of %d bits, %s", rsaKey.N.BitLen(), clip(k.ID))
	}
}

// boxes looks at the inbox and the collections, each of which Mastodon fetches.
func (v *visit) boxes(ctx context.Context, check string, act federation.Actor) {
	if !v.sameHost(act.Inbox) {
		v.add(check, Refused, fmt.Sprintf("its inbox %q is on another host", clip(act.Inbox)), "keep the inbox on the actor's host", "Bocage", "GoToSocial")
		return
	}
	v.shared = act.Inbox
	if act.SharedInbox == "" {
		v.add(check, Warn, "there is no endpoints.sharedInbox", "offer one: without it every follower is a delivery of its own")
	} else if v.sameHost(act.SharedInbox) {
		v.shared = act.SharedInbox
	}
	for _, c := range []struct{ name, url string }{{"outbox", act.Outbox}, {"followers", act.Followers}} {
		if c.url == "" {
			v.add(check, Warn, "there is no "+c.name, "offer it, empty if need be", "Mobilizon")
			continue
		}
		a := v.get(ctx, c.url, federation.Accept)
		if _, err := federation.ParseCollection(a.body); !a.good() || err != nil {
			v.add(check, Warn, c.name+": "+a.said(), "serve an OrderedCollection with totalItems and first", "Mastodon", "Mobilizon")
		}
	}
}
