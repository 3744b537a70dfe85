package federation

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
)

const (
	formMemory = 24 * time.Hour // how long an origin's signature form is remembered
	maxForms   = 4096           // origins remembered
)

// formChoice is how requests to an origin are signed.
type formChoice struct {
	form   httpsig.Form
	wanted []httpsig.Wanted // what it asks for in RFC 9421, nil for the least
	at     time.Time        // when it was found out
}

// exchange is one request that is tried in several forms.
type exchange struct {
	method string
	url    *url.URL
	header http.Header
	body   []byte
	sign   Signer
}

// knock sends one signed request, and again in other forms of signature while
// the answer is 400 or 401: as an Accept-Signature of the answer asks for
// (RFC 9421 §5), in the other form, and a GET last without its query string in
// the signature. What worked is remembered per origin for a day; when nothing
// does, the first answer is the one that counts.
func (c *Client) knock(ctx context.Context, method, target string, header http.Header, body []byte, sign Signer) (*Response, error) {
	u, err := checkURL(target)
	if err != nil {
		return nil, err
	}
	if c.CheckRedirect != nil {
		if err := c.CheckRedirect(target); err != nil {
			return nil, err
		}
	}
	x := exchange{method: method, url: u, header: header, body: body, sign: sign}
	if sign == nil {
		return c.send(ctx, x, formChoice{})
	}
	origin := u.Scheme + "://" + u.Host
	choice, known := c.choiceFor(ctx, origin)
	first, err := c.send(ctx, x, choice)
	if err != nil {
		return nil, err
	}
	if !unsigned(first) {
		if !known && method == http.MethodPost && first.Status < 300 {
			c.remember(ctx, origin, choice) // many servers look at no GET's signature
		}
		return first, nil
	}
	for _, next := range others(x, choice, first) {
		resp, err := c.send(ctx, x, next)
		if err != nil {
			return first, nil
		}
		if resp.Status < 400 {
			c.remember(ctx, origin, next)
			return resp, nil
		}
	}
	return first, nil
}

// unsigned reports whether an answer may mean that the signature was not liked.
func unsigned(r *Response) bool {
	return r.Status == http.StatusBadRequest || r.Status == http.StatusUnauthorized
}

// others are the forms to try after tried was answered with resp.
func others(x exchange, tried formChoice, resp *Response) []formChoice {
	var out []formChoice
	wanted, err := httpsig.ParseAcceptSignature(resp.Header)
	switch {
	case err == nil:
		out = append(out, formChoice{form: httpsig.RFC9421, wanted: wanted})
	case tried.form != httpsig.RFC9421:
		out = append(out, formChoice{form: httpsig.RFC9421})
	}
	if tried.form != httpsig.Cavage {
		out = append(out, formChoice{form: httpsig.Cavage})
	}
	if x.method == http.MethodGet && x.url.RawQuery != "" && tried.form != httpsig.CavageBare {
		out = append(out, formChoice{form: httpsig.CavageBare})
	}
	return out
}

// signAs signs req in the chosen form; what a peer asks for and this key cannot
// do is answered with the least that is understood.
func (c *Client) signAs(req *http.Request, x exchange, choice formChoice) error {
	if choice.wanted != nil {
		if x.sign.SignWanted(req, x.body, choice.wanted, c.now()) == nil {
			return nil
		}
	}
	return x.sign.Sign(req, x.body, choice.form, c.now())
}

// choiceFor is how to sign for an origin; known is false when it is a guess.
func (c *Client) choiceFor(ctx context.Context, origin string) (choice formChoice, known bool) {
	c.mu.Lock()
	choice, known = c.forms[origin]
	c.mu.Unlock()
	if known && c.now().Sub(choice.at) < formMemory {
		return choice, true
	}
	if known || c.Recall == nil {
		return formChoice{}, false
	}
	form, at, ok := c.Recall(ctx, origin)
	if !ok || c.now().Sub(at) >= formMemory {
		return formChoice{}, false
	}
	choice = formChoice{form: form, at: at}
	c.put(origin, choice)
	return choice, true
}

// remember keeps what worked. A form for GETs alone says nothing of a POST, and
// a nonce is good once.
func (c *Client) remember(ctx context.Context, origin string, choice formChoice) {
	if choice.form == httpsig.CavageBare {
		return
	}
	for _, w := range choice.wanted {
		if w.Nonce != "" {
			choice.wanted = nil
			break
		}
	}
	choice.at = c.now()
	c.put(origin, choice)
	if c.Learned != nil {
		c.Learned(ctx, origin, choice.form)
	}
}

func (c *Client) put(origin string, choice formChoice) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.forms == nil || len(c.forms) >= maxForms {
		c.forms = make(map[string]formChoice)
	}
	c.forms[origin] = choice
}
