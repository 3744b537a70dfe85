package inbox_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
)

// TestFollowsAreComparedSeldom: who says in each delivery that we follow it
// otherwise than it thinks, and names another list each time, is asked once an hour.
func TestFollowsAreComparedSeldom(t *testing.T) {
	ctx := context.Background()
	r, them := newRig(t), newRemote(t)
	org := them.actor("org", "Organization")
	doc := them.docs["/org"].(object)
	doc["followers"] = org + "/followers"
	if _, err := r.actors.Actor(ctx, org); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		them.requests()
		for i := range 4 {
			body := encode(t, r.activity("Like", org, base+"/actor"))
			req, err := http.NewRequest(http.MethodPost, base+"/inbox", strings.NewReader(string(body)))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", federation.ContentType)
			sync := federation.FollowerSync{Collection: org + "/followers", URL: fmt.Sprintf("%s/list/%d", org, i), Digest: strings.Repeat("ab", 32)}
			req.Header.Set(httpsig.SyncHeader, sync.String())
			if err := (&httpsig.Signer{KeyID: org + "#main-key", Key: them.key}).Sign(req, body, httpsig.Cavage, r.now()); err != nil {
				t.Fatal(err)
			}
			if status, text, err := r.post(served(req, body)); status != 202 || err != nil {
				t.Fatalf("%d %q %v", status, text, err)
			}
			r.apply()
		}
		lists := them.requests()
		if lists != 1 {
			t.Errorf("%d lists were read", lists)
		}
		r.skew += 61 * time.Minute
	}
}
