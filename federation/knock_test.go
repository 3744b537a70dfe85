package federation

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation/httpsig"
)

// picky is a server that takes one form of signature only.
type picky struct {
	key    *rsa.PrivateKey
	form   httpsig.Form
	bare   bool   // wants a signature without the query
	accept string // Accept-Signature of its 401
	now    func() time.Time

	mu   sync.Mutex
	seen []string // the form of each request
}

func (p *picky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what is cut short does not verify
	s, err := httpsig.Parse(r)
	form := "unsigned"
	if err == nil {
		form = s.Form.String()
		if p.bare {
			query := r.URL.RawQuery
			r.URL.RawQuery = ""
			err = s.Verify(r, body, p.key.Public(), p.now())
			r.URL.RawQuery = query
		} else {
			err = s.Verify(r, body, p.key.Public(), p.now())
		}
		if p.accept != "" && err == nil && !strings.Contains(r.Header.Get("Signature-Input"), `;tag="bocage-test"`) {
			err = errors.New("not as asked for")
		}
		if s.Form != p.form {
			err = errors.New("another form")
		}
	}
	p.mu.Lock()
	p.seen = append(p.seen, form)
	p.mu.Unlock()
	if err != nil {
		if p.accept != "" {
			w.Header().Set("Accept-Signature", p.accept)
		}
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", ContentType)
	_, _ = io.WriteString(w, "{}") // the test sees what is missing
}

func (p *picky) took() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.seen
	p.seen = nil
	return out
}

// TestKnock: each sort of server is spoken to as it wants, and without a second
// knock from then on, for a day, and after a restart.
func TestKnock(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 6, 6, 18, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	signer := &httpsig.Signer{KeyID: "https://b.ex/actor#main-key", Key: key}
	asked := httpsig.AcceptSignature(true) + `;tag="bocage-test"`
	for name, c := range map[string]struct {
		server        *picky
		first, second []string
		learned       httpsig.Form
	}{
		"draft-cavage":   {&picky{}, []string{"draft-cavage"}, []string{"draft-cavage"}, httpsig.Cavage},
		"RFC 9421 alone": {&picky{form: httpsig.RFC9421}, []string{"draft-cavage", "rfc9421"}, []string{"rfc9421"}, httpsig.RFC9421},
		"as it asks for": {&picky{form: httpsig.RFC9421, accept: asked}, []string{"draft-cavage", "rfc9421"}, []string{"rfc9421"}, httpsig.RFC9421},
	} {
		c.server.key, c.server.now = key, clock
		url := server(t, c.server.ServeHTTP)
		var learned []httpsig.Form
		client := &Client{Clock: clock, Learned: func(_ context.Context, origin string, form httpsig.Form) {
			if origin != url {
				t.Errorf("%s: learned of %s", name, origin)
			}
			learned = append(learned, form)
		}}
		post := func() []string {
			if _, err := client.Post(context.Background(), url+"/inbox?a=1", []byte("{}"), signer); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			return c.server.took()
		}
		if d := cmp.Diff(c.first, post()); d != "" {
			t.Errorf("%s, first (-want +got):\n%s", name, d)
		}
		if d := cmp.Diff(c.second, post()); d != "" {
			t.Errorf("%s, second (-want +got):\n%s", name, d)
		}
		if d := cmp.Diff([]httpsig.Form{c.learned}, learned); d != "" {
			t.Errorf("%s, learned (-want +got):\n%s", name, d)
		}
		client.Recall = func(context.Context, string) (httpsig.Form, time.Time, bool) {
			return c.learned, now.Add(-time.Hour), true
		}
		client.forms = nil
		if c.server.accept == "" {
			if d := cmp.Diff(c.second, post()); d != "" {
				t.Errorf("%s, after a restart (-want +got):\n%s", name, d)
			}
		}
		client.Recall = nil
		now = now.Add(25 * time.Hour)
		if d := cmp.Diff(c.first, post()); d != "" {
			t.Errorf("%s, a day later (-want +got):\n%s", name, d)
		}
	}
}

// TestKnockQuery: a GET is signed without its query when nothing else is taken,
// which says nothing of POSTs.
func TestKnockQuery(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &picky{key: key, bare: true, now: time.Now}
	url := server(t, p.ServeHTTP)
	client := &Client{}
	opt := GetOptions{Sign: &httpsig.Signer{KeyID: "k", Key: key}}
	if _, err := client.Get(context.Background(), url+"/outbox?page=2", opt); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff([]string{"draft-cavage", "rfc9421", "draft-cavage"}, p.took()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if _, err := client.Post(context.Background(), url+"/inbox", []byte("{}"), opt.Sign); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff([]string{"draft-cavage"}, p.took()); d != "" {
		t.Errorf("a POST (-want +got):\n%s", d)
	}
	p.key, _ = rsa.GenerateKey(rand.Reader, 2048)
	var status *StatusError
	if _, err := client.Get(context.Background(), url+"/x", opt); !errors.As(err, &status) || status.Status != http.StatusUnauthorized {
		t.Errorf("nothing is taken: %v", err)
	}
}

// BenchmarkDelivery is one POST to a server on this machine, signed and not, and
// its limit: one RSA signature. The ratio of signed to unsigned is what signing
// costs a delivery.
func BenchmarkDelivery(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the client sees what fails
		w.WriteHeader(http.StatusAccepted)
	}))
	b.Cleanup(srv.Close)
	body := []byte(strings.Repeat("x", 2500))
	signer := &httpsig.Signer{KeyID: "https://b.ex/actor#main-key", Key: key}
	var limit time.Duration
	b.Run("limit", func(b *testing.B) { // the signature alone
		req, err := http.NewRequest(http.MethodPost, srv.URL+"/inbox", nil)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := signer.Sign(req, body, httpsig.Cavage, time.Now()); err != nil {
				b.Fatal(err)
			}
		}
		limit = b.Elapsed() / time.Duration(b.N)
	})
	for _, run := range []struct {
		name string
		sign Signer
	}{{"unsigned", nil}, {"signed", signer}} {
		b.Run(run.name, func(b *testing.B) {
			client := &Client{}
			for b.Loop() {
				if _, err := client.Post(context.Background(), srv.URL+"/inbox", body, run.sign); err != nil {
					b.Fatal(err)
				}
			}
			if limit > 0 {
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(limit), "×limit")
			}
		})
	}
}
