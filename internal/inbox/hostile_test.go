package inbox_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
)

// hostile is one thing that a hostile server tries: what it sends, the answer
// or the reason that refuses it, and under which cause of which origin it is
// counted ("" = of nobody in particular, since nothing proved who it was).
type hostile struct {
	try    func() (status int, why string)
	status int
	why    string
	cause  string
	origin string
}

// TestHostilePeers: each attempt is refused, shows nothing, and is counted.
func TestHostilePeers(t *testing.T) {
	ctx := context.Background()
	r, them, evil := newRig(t), newRemote(t), newRemote(t)
	org, relay := them.actor("org", "Group"), them.actor("relay", "Application")
	mallory, bad := evil.actor("mallory", "Application"), evil.actor("bad", "Person")
	blockedHost := newRemote(t)
	spammer := blockedHost.actor("spammer", "Organization")
	r.follows(relay)
	r.follows(mallory)
	fair := them.URL + "/fair"
	them.set("/fair", event(fair, org, "Foire", day))
	if why := r.deliver(them, r.activity("Create", org, event(fair, org, "Foire", day))); why != "" {
		t.Fatal(why)
	}
	spam := blockedHost.URL + "/spam"
	blockedHost.set("/spam", event(spam, spammer, "Spam", day))
	if err := r.rules.Block(ctx, system, spammer, "spam"); err != nil {
		t.Fatal(err)
	}
	evil.set("/inside", object{"@context": as, "id": evil.URL + "/inside"})
	send := func(from *remote, keyID string, body []byte) func() (int, string) {
		return func() (int, string) { return r.knock(r.request(from, keyID, body, httpsig.Cavage)) }
	}
	signed := func(from *remote, act object) func() (int, string) {
		return send(from, act["actor"].(string)+"#main-key", encode(t, act))
	}
	applied := func(from *remote, act object) func() (int, string) {
		return func() (int, string) { return http.StatusAccepted, r.deliver(from, act) }
	}
	create := r.activity("Create", org, event(them.URL+"/other", org, "Autre", day))
	trap := event(them.URL+"/trap", org, "Piège", day)
	trap["duration"], trap["startTime"] = "", ""
	for name, c := range map[string]hostile{
		"a forged actor":                      {send(evil, mallory+"#main-key", encode(t, r.activity("Create", org, fair))), 403, "not on", moderation.CauseForged, ""},
		"an actor that another one signs":     {send(evil, bad+"#main-key", encode(t, r.activity("Create", mallory, fair))), 403, "signer", moderation.CauseForged, ""},
		"a key of another host":               {send(evil, mallory+"#main-key", encode(t, r.activity("Update", org, event(fair, org, "Faux", day)))), 403, "not on", moderation.CauseForged, ""},
		"a look-alike host":                   {send(them, org+"#main-key", encode(t, r.activity("Create", strings.Replace(org, "127.0.0.1", "127.0.0.1.evil.example", 1), fair))), 403, "not on", moderation.CauseForged, ""},
		"a look-alike letter":                 {send(them, strings.Replace(org, "127.0.0.1", "1２7.0.0.1", 1)+"#main-key", encode(t, r.activity("Create", strings.Replace(org, "127.0.0.1", "ехаmple.org", 1), fair))), 403, "not on", moderation.CauseForged, ""},
		"a changed body":                      {r.tampered(them, org, r.activity("Create", org, event(them.URL+"/third", org, "Autre", day))), 401, "digest", moderation.CauseSignature, ""},
		"a wrong digest":                      {r.wrongDigest(them, org, r.activity("Create", org, event(them.URL+"/third", org, "Autre", day))), 401, "digest", moderation.CauseSignature, ""},
		"1 MiB and one byte":                  {send(them, org+"#main-key", make([]byte, federation.MaxBodyBytes+1)), 413, "1 MiB", moderation.CauseSize, ""},
		"ten thousand levels":                 {send(them, org+"#main-key", []byte(`{"type":"Create","actor":"`+org+`","object":`+strings.Repeat(`[`, 10000)+strings.Repeat(`]`, 10000)+"}")), 400, "malformed", moderation.CauseMalformed, ""},
		"a page":                              {send(them, org+"#main-key", []byte("<!doctype html>")), 400, "malformed", moderation.CauseMalformed, ""},
		"the same again":                      {r.twice(them, org, create), 202, "already", moderation.CauseRepeated, ""},
		"an object of another host, embedded": {applied(evil, r.activity("Delete", mallory, fair)), 202, "another host", moderation.CauseForged, evil.URL},
		"an object of ours":                   {applied(evil, r.activity("Create", mallory, event(base+"/events/1", mallory, "Faux", day))), 202, "ours", moderation.CauseForged, evil.URL},
		"a deletion of what is there":         {applied(them, r.activity("Delete", relay, fair)), 202, "still there", moderation.CauseForged, them.URL},
		"somebody else's follow undone":       {applied(evil, r.activity("Undo", bad, object{"type": "Follow", "actor": org, "object": base + "/actor"})), 202, "Follow by", moderation.CauseForged, evil.URL},
		"an answer to nothing":                {applied(evil, r.activity("Accept", bad, object{"type": "Follow", "actor": base + "/actor", "object": bad})), 202, "did not send", moderation.CauseForged, evil.URL},
		"what a blocked actor published":      {applied(evil, r.activity("Announce", mallory, object{"type": "Create", "id": spam + "/create", "actor": spammer, "object": event(spam, spammer, "Spam", day)})), 202, "", moderation.CauseBlocked, blockedHost.URL},
		"a blocked actor inside":              {signed(blockedHost, r.activity("Create", spammer, event(spam, spammer, "Spam", day))), 403, "blocked", moderation.CauseBlocked, blockedHost.URL},
		"an object on a private address":      {applied(evil, r.activity("Announce", mallory, "https://169.254.169.254/latest/meta-data")), 202, "refused", moderation.CauseAddress, evil.URL},
		"an object by way of one":             {applied(evil, r.activity("Announce", mallory, r.redirect(evil, "/away", "https://10.0.0.1/x"))), 202, "refused", moderation.CauseAddress, evil.URL},
		"a duration that is empty":            {applied(them, r.activity("Create", org, trap)), 202, "malformed", moderation.CauseMalformed, them.URL},
	} {
		before := r.refused(c.origin, c.cause)
		status, why := c.try()
		if status != c.status || !strings.Contains(why, c.why) {
			t.Errorf("%s: %d %q, want %d %q", name, status, why, c.status, c.why)
		}
		if c.cause != "" && r.refused(c.origin, c.cause) != before+1 {
			t.Errorf("%s is not counted as %q of %q", name, c.cause, c.origin)
		}
	}
	shown := map[string]string{fair: "Foire", them.URL + "/other": "Autre", spam: "", base + "/events/1": "", them.URL + "/trap": "", them.URL + "/third": ""}
	for uri, want := range shown {
		if got := r.name(uri); got != want {
			t.Errorf("%s shows %q, want %q", uri, got, want)
		}
	}
}

// knock posts a request and returns the answer.
func (r *rig) knock(req *http.Request) (int, string) {
	r.t.Helper()
	status, text, err := r.post(req)
	if err != nil {
		r.t.Errorf("%s: our fault: %v", req.URL, err)
	}
	return status, text
}

// tampered is a well signed activity of which one byte is another when it arrives.
func (r *rig) tampered(from *remote, actor string, act object) func() (int, string) {
	return func() (int, string) {
		body := encode(r.t, act)
		req := r.request(from, actor+"#main-key", body, httpsig.Cavage)
		in := httptest.NewRequest(http.MethodPost, "/inbox", bytes.NewReader(bytes.Replace(body, []byte("Autre"), []byte("autre"), 1)))
		in.Header, in.Host = req.Header, req.Host
		return r.knock(in)
	}
}

// wrongDigest signs the digest of something else.
func (r *rig) wrongDigest(from *remote, actor string, act object) func() (int, string) {
	return func() (int, string) {
		req := r.request(from, actor+"#main-key", []byte(`{"type":"Like"}`), httpsig.Cavage)
		in := httptest.NewRequest(http.MethodPost, "/inbox", bytes.NewReader(encode(r.t, act)))
		in.Header, in.Host = req.Header, req.Host
		return r.knock(in)
	}
}

// twice sends the same request again, headers and all.
func (r *rig) twice(from *remote, actor string, act object) func() (int, string) {
	return func() (int, string) {
		body := encode(r.t, act)
		req := r.request(from, actor+"#main-key", body, httpsig.Cavage)
		if status, why := r.knock(req); status != http.StatusAccepted {
			r.t.Errorf("the first time: %d %s", status, why)
		}
		r.apply()
		again := httptest.NewRequest(http.MethodPost, "/inbox", bytes.NewReader(body))
		again.Header, again.Host = req.Header, req.Host
		return r.knock(again)
	}
}

// redirect makes a path of the remote lead elsewhere, and returns its URL.
func (r *rig) redirect(from *remote, path, to string) string {
	next := from.Config.Handler
	from.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == path {
			http.Redirect(w, req, to, http.StatusFound)
			return
		}
		next.ServeHTTP(w, req)
	})
	return from.URL + path
}

// refused is how many refusals are counted, written down or not.
func (r *rig) refused(origin, cause string) int {
	r.t.Helper()
	if err := r.rules.Flush(context.Background()); err != nil {
		r.t.Fatal(err)
	}
	list, err := r.st.Refusals(context.Background(), "", store.MaxLimit)
	if err != nil {
		r.t.Fatal(err)
	}
	n := 0
	for _, f := range list {
		if f.Origin == origin && f.Cause == cause {
			n += int(f.Count)
		}
	}
	return n
}
