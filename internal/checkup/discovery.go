package checkup

import (
	"context"
	"encoding/xml"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"codeberg.org/bocage/bocage/federation"
)

// nodeInfo looks at what the server says it is, and returns its actor.
func (v *visit) nodeInfo(ctx context.Context) (actor string) {
	const do = "serve /.well-known/nodeinfo with a link to a NodeInfo 2.0 or 2.1 document (FEP-f1d5)"
	a := v.get(ctx, v.base+"/.well-known/nodeinfo", "application/json")
	var index federation.JRD
	if !a.good() || a.json(&index) != nil {
		v.add("nodeinfo", Warn, a.said(), do, "Mobilizon", "Gancio")
		return ""
	}
	if typ, _, _ := mime.ParseMediaType(a.contentType()); typ != "application/json" {
		v.add("nodeinfo", Warn, fmt.Sprintf("/.well-known/nodeinfo is served as %q", clip(a.contentType())), "serve it as application/json", "Mobilizon")
	}
	var doc string
	for _, l := range index.Links {
		switch {
		case strings.HasPrefix(l.Rel, "http://nodeinfo.diaspora.software/ns/schema/2."):
			doc = l.Href
		case l.Rel == federation.ASContext+"#Application":
			actor = l.Href
		}
	}
	if doc == "" || !v.sameHost(doc) {
		v.add("nodeinfo", Warn, "no link to a NodeInfo 2 document of this host", do, "Mobilizon", "Gancio")
		return actor
	}
	var info federation.NodeInfo
	a = v.get(ctx, doc, "application/json")
	if !a.good() || a.json(&info) != nil || info.Software.Name == "" {
		v.add("nodeinfo", Warn, a.said()+": no NodeInfo document", do, "Mobilizon", "Gancio")
		return actor
	}
	v.report.Software = clip(strings.TrimSpace(info.Software.Name + " " + info.Software.Version))
	v.ok("nodeinfo", "%s", v.report.Software)
	return actor
}

// hostMeta: Mobilizon asks for it before WebFinger, Mastodon after a 404 of it.
func (v *visit) hostMeta(ctx context.Context) {
	a := v.get(ctx, v.base+"/.well-known/host-meta", federation.XRDType)
	const do = "serve /.well-known/host-meta as application/xrd+xml with the lrdd template of WebFinger"
	if !a.good() {
		v.add("host-meta", Warn, a.said(), do, "Mobilizon")
		return
	}
	var xrd struct {
		Links []struct {
			Rel      string `xml:"rel,attr"`
			Template string `xml:"template,attr"`
		} `xml:"Link"`
	}
	if err := xml.Unmarshal(a.body, &xrd); err != nil {
		v.add("host-meta", Warn, "it is not XML", do, "Mobilizon")
		return
	}
	for _, l := range xrd.Links {
		if l.Rel == "lrdd" && strings.Contains(l.Template, "{uri}") {
			v.ok("host-meta", "WebFinger is at %s", clip(l.Template))
			return
		}
	}
	v.add("host-meta", Warn, "no lrdd template with {uri}", do, "Mobilizon")
}

// finger asks WebFinger for a resource, with colon and at sign as Mastodon sends
// them, and as a page of another origin would: some say who may read the answer,
// Mastodon among them, to those only.
func (v *visit) finger(ctx context.Context, resource string) answer {
	escaped := strings.NewReplacer("%3A", ":", "%40", "@", "%2F", "/").Replace(url.QueryEscape(resource))
	header := http.Header{"Accept": {"application/jrd+json, application/json"}, "Origin": {"https://checkup.invalid"}}
	return v.ask(ctx, http.MethodGet, v.base+"/.well-known/webfinger?resource="+escaped, header, "")
}

// instanceFinger looks for the server's actor by WebFinger, and compares.
func (v *visit) instanceFinger(ctx context.Context, known string) string {
	for _, resource := range []string{v.base + "/", "acct:" + v.host + "@" + v.host, "acct:relay@" + v.host} {
		a := v.finger(ctx, resource)
		var jrd federation.JRD
		if !a.good() || a.json(&jrd) != nil {
			continue
		}
		if href := jrd.Service(); href != "" {
			if known != "" && known != href {
				v.add("webfinger of the server", Warn, fmt.Sprintf("%s names %s, NodeInfo names %s", resource, clip(href), clip(known)), "name one actor in both", "Mobilizon")
				return known
			}
			v.ok("webfinger of the server", "%s is %s", resource, clip(href))
			return href
		}
	}
	if known == "" {
		v.add("webfinger of the server", Warn, "neither "+v.base+"/ nor relay@"+v.host+" is known", "answer WebFinger about the server itself (FEP-d556)", "Mobilizon")
	}
	return known
}

// roundTrip checks that a handle leads to its actor and back (federation of
// Mastodon, discovery).
func (v *visit) roundTrip(ctx context.Context, check, handle, id string) {
	a := v.finger(ctx, "acct:"+handle)
	if !a.good() {
		v.add(check, Refused, "WebFinger of "+handle+": "+a.said(), "answer 200 at this very address; redirects may not be followed", everybody...)
		return
	}
	var jrd federation.JRD
	if err := a.json(&jrd); err != nil {
		v.add(check, Refused, "WebFinger of "+handle+" is not JSON", "answer with a JRD (RFC 7033)", everybody...)
		return
	}
	v.jrdType(check, a)
	self, typ := "", ""
	for _, l := range jrd.Links {
		if l.Rel == "self" && (self == "" || federation.IsDocumentType(l.Type)) {
			self, typ = l.Href, l.Type
		}
	}
	switch {
	case self == "":
		v.add(check, Refused, "WebFinger of "+handle+" has no link with rel self", "link the actor with rel self and type application/activity+json", everybody...)
	case typ != federation.ContentType && typ != federation.LDContentType:
		v.add(check, Refused, fmt.Sprintf("the self link of %s has the type %q", handle, clip(typ)), "write application/activity+json, byte for byte", "Mastodon", "Mobilizon")
	case self != id:
		v.add(check, Refused, fmt.Sprintf("WebFinger of %s leads to %s, which is not the actor's id %s", handle, clip(self), clip(id)), "let the self link be the id, byte for byte", everybody...)
	case jrd.Subject == "":
		v.add(check, Refused, "WebFinger of "+handle+" has no subject", "say the canonical acct: as subject", "Mastodon")
	default:
		v.ok(check, "%s leads to %s and back", handle, clip(id))
	}
}

func (v *visit) jrdType(check string, a answer) {
	media, _, _ := mime.ParseMediaType(a.contentType()) // "" is another type
	if media != federation.JRDType {
		v.add(check, Warn, fmt.Sprintf("WebFinger is served as %q", clip(a.contentType())), "serve it as application/jrd+json", "GoToSocial")
	}
	if a.header.Get("Access-Control-Allow-Origin") == "" {
		v.add(check, Warn, "WebFinger has no Access-Control-Allow-Origin", "send Access-Control-Allow-Origin: * (RFC 7033 §5)")
	}
}

// unknownName: a name that nobody has is 404; a 410 would say that it was deleted.
func (v *visit) unknownName(ctx context.Context) {
	a := v.finger(ctx, "acct:nobody-has-this-name-4711@"+v.host)
	switch {
	case a.err == nil && a.status == http.StatusNotFound:
		v.ok("unknown names", "answered 404")
	case a.err == nil && a.status == http.StatusOK:
		v.add("unknown names", Warn, "WebFinger knows a name that nobody has", "answer 404 for what is not there", "Mastodon")
	default:
		v.add("unknown names", Warn, "WebFinger of a name that nobody has: "+a.said(), "answer 404; 410 is for what was deleted, and 5xx looks like a fault", "Mastodon")
	}
}
