package federation

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Media types and relations of discovery.
const (
	JRDType      = "application/jrd+json"
	XRDType      = "application/xrd+xml"
	relProfile   = "http://webfinger.net/rel/profile-page"
	relSubscribe = "http://ostatus.org/schema/1.0/subscribe"
	relService   = ASContext + "#Service" // FEP-d556
	relApp       = ASContext + "#Application"
)

// JRD is a WebFinger answer (RFC 7033 §4.4).
type JRD struct {
	Subject string    `json:"subject"`
	Aliases []string  `json:"aliases,omitempty"`
	Links   []JRDLink `json:"links"`
}

// JRDLink is one link of a JRD.
type JRDLink struct {
	Rel      string `json:"rel"`
	Type     string `json:"type,omitempty"`
	Href     string `json:"href,omitempty"`
	Template string `json:"template,omitempty"`
}

// Self is the href of the link to the ActivityPub actor, "" when there is none.
func (j JRD) Self() string {
	for _, l := range j.Links {
		if l.Rel == "self" && IsDocumentType(l.Type) {
			return l.Href
		}
	}
	return ""
}

// Service is the server's actor in the answer about an origin (FEP-d556).
func (j JRD) Service() string {
	for _, l := range j.Links {
		if l.Rel == relService || l.Rel == relApp {
			return l.Href
		}
	}
	return j.Self()
}

// ActorJRD is our answer about a local actor: name is its handle, id its
// ActivityPub id, page its profile page.
func ActorJRD(base, name, id, page string) JRD {
	aliases := []string{id}
	if page != id {
		aliases = append(aliases, page)
	}
	return JRD{Subject: "acct:" + name + "@" + hostOf(base), Aliases: aliases, Links: []JRDLink{
		{Rel: "self", Type: ContentType, Href: id},
		{Rel: relProfile, Type: "text/html", Href: page},
		{Rel: relSubscribe, Template: base + "/interact?uri={uri}"},
	}}
}

// OriginJRD adds the link to the server's actor (FEP-d556) to its JRD.
func OriginJRD(j JRD) JRD {
	j.Links = append(j.Links, JRDLink{Rel: relService, Type: ContentType, Href: j.Self()})
	return j
}

func hostOf(base string) string {
	_, host, _ := strings.Cut(base, "://")
	return host
}

// Resource is a WebFinger resource that names something of ours: either a
// handle, or a URL, or the instance itself.
type Resource struct {
	Name   string // lower-case handle, for acct: and name@host
	URL    string // for http(s) URLs, as given
	Origin bool   // the instance: https://h/, https://h, acct:h@h
}

// ParseResource reads a WebFinger resource parameter, already decoded by the
// query parser, for the instance at base. ok is false when it is malformed;
// foreign is true when it is well formed but about another host.
func ParseResource(base, resource string) (res Resource, foreign, ok bool) {
	host := strings.ToLower(hostOf(base))
	resource = strings.TrimSpace(resource)
	if strings.Contains(resource, "%") && !strings.Contains(resource, "@") {
		if decoded, err := url.PathUnescape(resource); err == nil {
			resource = decoded // encoded twice
		}
	}
	scheme, rest, hasScheme := strings.Cut(resource, ":")
	switch scheme = strings.ToLower(scheme); {
	case hasScheme && (scheme == "https" || scheme == "http"):
		u, err := url.Parse(resource)
		if err != nil || u.Host == "" {
			return Resource{}, false, false
		}
		if !strings.EqualFold(u.Host, host) {
			return Resource{}, true, true
		}
		if u.Path == "" || u.Path == "/" {
			return Resource{Origin: true}, false, true
		}
		u.Host, u.Scheme, u.Fragment = host, strings.ToLower(base[:strings.Index(base, ":")]), ""
		return Resource{URL: u.String()}, false, true
	case hasScheme && scheme == "acct":
		resource = rest
	case hasScheme && !strings.Contains(scheme, "@"):
		return Resource{}, true, true // any URI scheme is well formed, and not ours
	}
	name, at, found := strings.Cut(strings.TrimPrefix(resource, "@"), "@")
	if !found || name == "" || at == "" {
		return Resource{}, false, false
	}
	if !strings.EqualFold(at, host) {
		return Resource{}, true, true
	}
	name = strings.ToLower(name)
	return Resource{Name: name, Origin: name == host}, false, true
}

// WebFinger resolves "name@host", with or without "acct:" or "@", or an
// origin "https://host", to its JRD. A 404 is asked again through host-meta's
// template, as Mastodon does. It returns a *StatusError with 410 for an
// account that is gone.
func (c *Client) WebFinger(ctx context.Context, acct string) (JRD, error) {
	base, resource, err := lookup(acct)
	if err != nil {
		return JRD{}, err
	}
	j, err := c.jrd(ctx, base+"/.well-known/webfinger?resource="+escapeResource(resource))
	var status *StatusError
	if !errors.As(err, &status) || status.Status != http.StatusNotFound {
		return j, err
	}
	template, metaErr := c.hostMeta(ctx, base)
	if metaErr != nil {
		return JRD{}, err
	}
	return c.jrd(ctx, strings.ReplaceAll(template, "{uri}", escapeResource(resource)))
}

// lookup finds the host to ask and the resource to ask for.
func lookup(acct string) (base, resource string, err error) {
	if isWebURL(acct) {
		u, err := checkURL(acct)
		if err != nil {
			return "", "", err
		}
		return u.Scheme + "://" + u.Host, acct, nil
	}
	acct = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(acct), "acct:"), "@")
	name, host, ok := strings.Cut(acct, "@")
	if !ok || name == "" || host == "" || strings.ContainsAny(host, "/?#@ ") {
		return "", "", fmt.Errorf("%w: %q is not name@host", ErrMalformed, acct)
	}
	base = "https://" + host
	if u, err := url.Parse("http://" + host); err == nil && isLoopback(u.Hostname()) {
		base = "http://" + host // instances for development have no certificate
	}
	return base, "acct:" + name + "@" + host, nil
}

// escapeResource leaves ':' and '@' as they are: some servers compare them raw.
func escapeResource(s string) string {
	return strings.NewReplacer("%3A", ":", "%40", "@", "%2F", "/").Replace(url.QueryEscape(s))
}

func (c *Client) jrd(ctx context.Context, url string) (JRD, error) {
	resp, err := c.Get(ctx, url, GetOptions{Accept: JRDType + ", application/json"})
	if err != nil {
		return JRD{}, err
	}
	var j JRD
	err = unmarshal(resp.Body, &j)
	return j, err
}

// hostMeta returns the template of the host's lrdd link (RFC 6415).
func (c *Client) hostMeta(ctx context.Context, base string) (string, error) {
	resp, err := c.Get(ctx, base+"/.well-known/host-meta", GetOptions{Accept: XRDType})
	if err != nil {
		return "", err
	}
	var doc xrd
	if err := xml.Unmarshal(resp.Body, &doc); err != nil {
		return "", fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	for _, l := range doc.Links {
		if l.Rel == "lrdd" && strings.Contains(l.Template, "{uri}") {
			return l.Template, nil
		}
	}
	return "", fmt.Errorf("%w: no lrdd template", ErrMalformed)
}

type xrd struct {
	XMLName xml.Name  `xml:"XRD"`
	Links   []xrdLink `xml:"Link"`
}

type xrdLink struct {
	Rel      string `xml:"rel,attr"`
	Template string `xml:"template,attr"`
}

// HostMetaXRD is our host-meta, which Mobilizon asks for first.
func HostMetaXRD(base string) []byte {
	var template strings.Builder
	_ = xml.EscapeText(&template, []byte(lrdd(base))) // a Builder does not fail
	return []byte(xml.Header + `<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" type="` + JRDType +
		`" template="` + template.String() + `"/></XRD>` + "\n")
}

// HostMetaJSON is the same as JRD.
func HostMetaJSON(base string) ([]byte, error) {
	return plain(map[string]any{"links": []JRDLink{{Rel: "lrdd", Type: JRDType, Template: lrdd(base)}}})
}

func lrdd(base string) string { return base + "/.well-known/webfinger?resource={uri}" }
