package inbox_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestChallenge: a 401 says how to sign, in both forms; what is asked for can be
// made, and is taken.
func TestChallenge(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	body := encode(t, r.activity("Like", alice, base+"/actor"))
	req := r.request(them, alice+"#main-key", body, httpsig.Cavage)
	req.Header.Del("Signature")
	w := httptest.NewRecorder()
	if err := r.inbox.Handler(w, req); err != nil || w.Code != http.StatusUnauthorized {
		t.Fatalf("unsigned: %d %v", w.Code, err)
	}
	if got := w.Header().Get("WWW-Authenticate"); !strings.Contains(got, `headers="(request-target) host date digest"`) {
		t.Errorf("WWW-Authenticate: %q", got)
	}
	wanted, err := httpsig.ParseAcceptSignature(w.Header())
	if err != nil {
		t.Fatal(err)
	}
	out, err := http.NewRequest(http.MethodPost, base+"/inbox", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	out.Header.Set("Content-Type", federation.ContentType)
	if err := (&httpsig.Signer{KeyID: alice + "#main-key", Key: them.key}).SignWanted(out, body, wanted, r.now()); err != nil {
		t.Fatal(err)
	}
	if status, text, err := r.post(served(out, body)); status != http.StatusAccepted || err != nil {
		t.Errorf("signed as asked for: %d %s %v", status, text, err)
	}
}

// TestPassedOn: what was signed for another server is not taken when somebody
// sends it on, whole and with its Host.
func TestPassedOn(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	body := encode(t, r.activity("Like", alice, base+"/actor"))
	for _, form := range []httpsig.Form{httpsig.Cavage, httpsig.RFC9421} {
		for _, host := range []string{"elsewhere.example", strings.TrimPrefix(base, "https://") + ".evil.example", ""} {
			out, err := http.NewRequest(http.MethodPost, "https://elsewhere.example/inbox", bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			out.Host = host
			out.Header.Set("Content-Type", federation.ContentType)
			if err := (&httpsig.Signer{KeyID: alice + "#main-key", Key: them.key}).Sign(out, body, form, r.now()); err != nil {
				t.Fatal(err)
			}
			in := served(out, body)
			in.Host = host
			if status, text, err := r.post(in); status != http.StatusUnauthorized || err != nil || !strings.Contains(text, "another host") {
				t.Errorf("%s for %q: %d %s %v", form, host, status, text, err)
			}
		}
	}
}

// TestFormIsKept: the form in which a known peer signs is seen by the administrator.
func TestFormIsKept(t *testing.T) {
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	for _, form := range []httpsig.Form{httpsig.Cavage, httpsig.RFC9421} {
		if err := r.st.Write(t.Context(), func(tx *store.Tx) error { return tx.EnsurePeer(t.Context(), them.URL) }); err != nil {
			t.Fatal(err)
		}
		body := encode(t, r.activity("Like", alice, base+"/actor"))
		if status, text, err := r.post(r.request(them, alice+"#main-key", body, form)); status != http.StatusAccepted || err != nil {
			t.Fatalf("%d %s %v", status, text, err)
		}
		if p, err := r.st.Peer(t.Context(), them.URL); err != nil || p.SignatureIn != form.String() {
			t.Errorf("kept %q, want %s: %v", p.SignatureIn, form, err)
		}
	}
}
