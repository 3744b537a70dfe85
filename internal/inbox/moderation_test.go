package inbox_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestRateLimit: what comes too fast is told when to come back, before its
// signature is looked at, and is taken then; another origin is not affected.
func TestRateLimit(t *testing.T) {
	r, them, other := newRig(t), newRemote(t), newRemote(t)
	alice, bob := them.actor("alice", "Person"), other.actor("bob", "Person")
	if err := r.rules.SetLimits(t.Context(), system, store.OriginLimit{Origin: them.URL, Rate: 3}); err != nil {
		t.Fatal(err)
	}
	send := func(from *remote, actor string, n int) (int, string) {
		act := r.activity("Like", actor, base+"/actor")
		act["id"] = fmt.Sprintf("%s/likes/%d", actor, n)
		req := r.request(from, actor+"#main-key", encode(t, act), httpsig.Cavage)
		status, text, err := r.post(req)
		if err != nil {
			t.Fatal(err)
		}
		return status, text
	}
	for i := range 3 {
		if status, text := send(them, alice, i); status != http.StatusAccepted {
			t.Fatalf("activity %d: %d %s", i, status, text)
		}
	}
	for range 5 {
		if status, _ := send(them, alice, 3); status != http.StatusTooManyRequests {
			t.Fatalf("the fourth in a minute: %d", status)
		}
	}
	if status, text := send(other, bob, 0); status != http.StatusAccepted {
		t.Errorf("another origin: %d %s", status, text)
	}
	r.skew += 21 * time.Second
	if status, text := send(them, alice, 3); status != http.StatusAccepted {
		t.Errorf("after a while: %d %s", status, text)
	}
	rs, err := r.rules.Refusals(t.Context(), them.URL, 10)
	if err != nil || len(rs) != 1 || rs[0].Cause != moderation.CauseRate || rs[0].Count != 5 {
		t.Errorf("counted: %+v, %v", rs, err)
	}
}

// TestForgersPay: signatures that do not hold empty the bucket of the network
// they come from, and not that of the origin that they claim.
func TestForgersPay(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	r.still = time.Now() // no bucket fills again, however slow the machine is
	alice := them.actor("alice", "Person")
	forged := func(address string) int {
		act := r.activity("Like", alice, base+"/actor")
		req := r.request(them, alice+"#main-key", encode(t, act), httpsig.Cavage)
		req.Header.Set("Signature", strings.Replace(req.Header.Get("Signature"), `signature="`, `signature="AAAA`, 1))
		req.RemoteAddr = address
		status, _, err := r.post(req)
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
	last := 0
	for range 700 {
		last = forged("203.0.113.9:4000")
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the 700th forgery: %d", last)
	}
	act := r.activity("Like", alice, base+"/actor")
	req := r.request(them, alice+"#main-key", encode(t, act), httpsig.Cavage)
	req.RemoteAddr = "198.51.100.1:4000"
	if status, text, err := r.post(req); err != nil || status != http.StatusAccepted {
		t.Errorf("the honest one: %d %s %v", status, text, err)
	}
}

// TestLimitedBurst: of a burst within the limits nothing is lost.
func TestLimitedBurst(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	if err := r.rules.SetLimits(t.Context(), system, store.OriginLimit{Origin: them.URL, Rate: 100}); err != nil {
		t.Fatal(err)
	}
	const burst = 400
	told := 0
	for i := range burst {
		act := r.activity("Like", alice, base+"/actor")
		act["id"] = alice + "/likes/" + strconv.Itoa(i)
		body := encode(t, act)
		for {
			status, text, err := r.post(r.request(them, alice+"#main-key", body, httpsig.Cavage))
			if err != nil {
				t.Fatal(err)
			}
			if status == http.StatusAccepted {
				break
			}
			if status != http.StatusTooManyRequests {
				t.Fatalf("activity %d: %d %s", i, status, text)
			}
			told++
			r.skew += time.Minute
		}
	}
	r.apply()
	for i := range burst {
		if rec, err := r.st.Received(t.Context(), alice+"/likes/"+strconv.Itoa(i)); err != nil || rec.Done.IsZero() {
			t.Fatalf("activity %d: %+v, %v", i, rec.Done, err)
		}
	}
	if told < 2 {
		t.Errorf("told to come back %d times", told)
	}
}

// TestBlockedPublisher: what an actor published comes in neither by itself nor by
// somebody who shares it, and the actor is not heard.
func TestBlockedPublisher(t *testing.T) {
	r, them, other := newRig(t), newRemote(t), newRemote(t)
	alice, bob := them.actor("alice", "Organization"), other.actor("bob", "Group")
	r.follows(bob)
	id := them.URL + "/events/1"
	doc := event(id, alice, "Fête", time.Now())
	doc["@context"] = as
	them.set("/events/1", doc)
	if err := r.rules.Set(t.Context(), system, moderation.Rule{Target: alice, Action: "block", Reason: "spam"}); err != nil {
		t.Fatal(err)
	}
	create := r.activity("Create", alice, doc)
	for _, announced := range []any{id, doc, create} {
		r.deliver(other, r.activity("Announce", bob, announced))
		if got := r.name(id); got != "" {
			t.Fatalf("a blocked actor's %q came in", got)
		}
	}
	if status, _, err := r.post(r.request(them, alice+"#main-key", encode(t, create), httpsig.Cavage)); err != nil || status != http.StatusForbidden {
		t.Errorf("the blocked actor: %d, %v", status, err)
	}
	if err := r.rules.Unset(t.Context(), system, alice, ""); err != nil {
		t.Fatal(err)
	}
	if r.deliver(other, r.activity("Announce", bob, id)); r.name(id) != "Fête" {
		t.Error("it does not come in when the block is taken back")
	}
}

// TestFlag: a report in Mastodon's shape is kept once, without markup and without
// what is not known here; one about nothing known is dropped; limits and
// decisions hold.
func TestFlag(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	instance := them.actor("actor", "Application")
	ours, theirs := base+"/entries/0193a000-0000-7000-8000-000000000001", "https://third.example/users/x"
	flag := func(n int, objects any, content string) string {
		act := r.activity("Flag", instance, objects)
		act["id"], act["content"] = fmt.Sprintf("%s#flag-%d", instance, n), content
		return r.deliver(them, act)
	}
	for n := range 2 {
		if why := flag(n, []string{ours, theirs, base + "/notes/1"}, "C’est <b>faux</b>"); why != "" {
			t.Fatal(why)
		}
	}
	open, err := r.st.Reports(t.Context(), true, "", 10)
	if err != nil || len(open) != 1 {
		t.Fatalf("reports: %+v, %v", open, err)
	}
	got := open[0]
	if got.Count != 2 || len(got.Objects) != 2 || got.Target != ours || got.Origin != them.URL || got.Reporter != instance || strings.Contains(got.Content, "<") || !strings.Contains(got.Content, "faux") {
		t.Errorf("kept: %+v", got)
	}
	if why := flag(3, []string{theirs}, "x"); !strings.Contains(why, "nothing that is known here") {
		t.Errorf("about nothing: %q", why)
	}
	if why := flag(4, ours, "a single id"); why != "" {
		t.Error(why)
	}
	refused := 0
	for n := range 110 {
		if flag(100+n, base+"/notes/"+strconv.Itoa(n), "x") != "" {
			refused++
		}
	}
	if n, err := r.st.CountReports(t.Context(), true); err != nil || n != 100 || refused != 12 {
		t.Errorf("%d reports are open, %d were refused, %v", n, refused, err)
	}
	r.skew += 25 * time.Hour
	if err := r.rules.Set(t.Context(), system, moderation.Rule{Target: instance, Action: "silence", Reason: "noise", RejectReports: true}); err != nil {
		t.Fatal(err)
	}
	if why := flag(5, base+"/notes/a", "x"); !strings.Contains(why, "not taken") {
		t.Errorf("from one whose reports are not taken: %q", why)
	}
}
