package fedtest

import "net/http"

// counter counts the requests that go out on the wire.
type counter struct {
	net  *network
	next http.RoundTripper
}

func (c counter) RoundTrip(req *http.Request) (*http.Response, error) {
	c.net.mu.Lock()
	c.net.asked[req.Method+" "+req.URL.Hostname()]++
	c.net.mu.Unlock()
	return c.next.RoundTrip(req)
}

// requests is how many requests of a method went to an instance so far.
func (n *network) requests(method string, i *Instance) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked[method+" "+host(i.name)]
}
