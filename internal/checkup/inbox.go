package checkup

import (
	"context"
	"net/http"

	"codeberg.org/bocage/bocage/federation"
)

// unsignedActivity is what is sent to the inbox: by an actor that cannot be, and
// without effect wherever it is taken.
const unsignedActivity = `{"@context":"` + federation.ASContext + `","id":"https://checkup.invalid/activities/1",` +
	`"type":"View","actor":"https://checkup.invalid/actor","object":"https://checkup.invalid/nothing"}`

// inbox sends an unsigned activity, which must be refused with 401: that is what
// makes a server try its other form of signature.
func (v *visit) inbox(ctx context.Context) {
	url := v.shared
	if url == "" && v.unseen {
		return
	}
	if url == "" {
		url = v.base + "/inbox"
	}
	a := v.ask(ctx, http.MethodPost, url, http.Header{"Content-Type": {federation.ContentType}, "Accept": {federation.Accept}}, unsignedActivity)
	const check = "inbox"
	switch {
	case a.err != nil:
		v.add(check, Refused, a.said(), "see that the proxy passes POST to the server", everybody...)
	case a.status == http.StatusUnauthorized:
		v.ok(check, "an unsigned activity is answered 401 at %s", url)
	case a.status >= 200 && a.status < 300:
		v.add(check, Warn, "an unsigned activity is answered "+http.StatusText(a.status)+": what is refused later is never known to the sender", "verify before the answer, and answer 401")
	case a.status == http.StatusBadRequest || a.status == http.StatusForbidden:
		v.add(check, Warn, a.said()+" to an unsigned activity", "answer 401, so that senders try the other form of signature", "Mastodon", "Fedify")
	case a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed || a.status == http.StatusGone:
		v.add(check, Refused, a.said()+": nothing can be delivered", "route POST to the inbox; servers give up for good after this answer", everybody...)
	case a.status >= 500:
		v.add(check, Refused, a.said()+": deliveries are tried again for days", "see the server's log; an unsigned activity is no fault", everybody...)
	case a.status >= 300 && a.status < 400:
		v.add(check, Refused, a.said(), "let the inbox answer where it is: a signed POST is not sent elsewhere", everybody...)
	default:
		v.add(check, Warn, a.said(), "answer 401 to what is not signed")
	}
}
