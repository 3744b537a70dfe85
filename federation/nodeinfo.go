package federation

import (
	"context"
	"encoding/json"
	"fmt"
)

const nodeInfoNS = "http://nodeinfo.diaspora.software/ns/schema/"

// NodeInfoType is the media type of NodeInfo of a version, "2.0" or "2.1".
func NodeInfoType(version string) string {
	return `application/json; profile="` + nodeInfoNS + version + `#"`
}

// NodeInfo says what software a server runs (FEP-f1d5). Numbers are of local
// things only.
type NodeInfo struct {
	Version           string         `json:"version"`
	Software          Software       `json:"software"`
	Protocols         []string       `json:"protocols"`
	Services          Services       `json:"services"`
	OpenRegistrations bool           `json:"openRegistrations"`
	Usage             Usage          `json:"usage"`
	Metadata          map[string]any `json:"metadata"`
}

// Software names the program; Repository and Homepage exist from 2.1 on.
type Software struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	Repository string `json:"repository,omitempty"`
	Homepage   string `json:"homepage,omitempty"`
}

// Services lists bridges; Bocage has none.
type Services struct {
	Inbound  []string `json:"inbound"`
	Outbound []string `json:"outbound"`
}

// Usage counts.
type Usage struct {
	Users      Users `json:"users"`
	LocalPosts int   `json:"localPosts"`
}

// Users counts accounts; Total is left out when zero.
type Users struct {
	Total int `json:"total,omitempty"`
}

// NodeInfoIndex is /.well-known/nodeinfo with the link to the instance's
// actor (FEP-2677), by which Mobilizon and Gancio find it.
func NodeInfoIndex(base, actor string) ([]byte, error) {
	return plain(linkSet{Links: []JRDLink{
		{Rel: nodeInfoNS + "2.0", Href: base + "/nodeinfo/2.0"},
		{Rel: nodeInfoNS + "2.1", Href: base + "/nodeinfo/2.1"},
		{Rel: relApp, Type: ContentType, Href: actor},
	}})
}

// linkSet is a JRD without a subject.
type linkSet struct {
	Links []JRDLink `json:"links"`
}

// EncodeNodeInfo fills in what is constant and writes info as version "2.0" or "2.1".
func EncodeNodeInfo(info NodeInfo, version string) ([]byte, error) {
	info.Version, info.Protocols = version, []string{"activitypub"}
	info.Services = Services{Inbound: []string{}, Outbound: []string{}}
	if version == "2.0" {
		info.Software.Repository, info.Software.Homepage = "", ""
	}
	if info.Metadata == nil {
		info.Metadata = map[string]any{}
	}
	return plain(info)
}

// Server asks the server at base what it runs and which actor speaks for it;
// actor is "" when its NodeInfo has no such link. Nothing is to be inferred
// from the software's name but what a page shows.
func (c *Client) Server(ctx context.Context, base string) (info NodeInfo, actor string, err error) {
	resp, err := c.Get(ctx, base+"/.well-known/nodeinfo", GetOptions{Accept: "application/json"})
	if err != nil {
		return NodeInfo{}, "", err
	}
	var index linkSet
	if err := unmarshal(resp.Body, &index); err != nil {
		return NodeInfo{}, "", err
	}
	var href string
	for _, l := range index.Links {
		switch l.Rel {
		case nodeInfoNS + "2.1":
			href = l.Href
		case nodeInfoNS + "2.0":
			if href == "" {
				href = l.Href
			}
		case relApp:
			actor = l.Href
		}
	}
	if href == "" {
		return NodeInfo{}, actor, fmt.Errorf("%w: no NodeInfo 2", ErrMalformed)
	}
	if resp, err = c.Get(ctx, href, GetOptions{Accept: "application/json"}); err != nil {
		return NodeInfo{}, actor, err
	}
	err = unmarshal(resp.Body, &info)
	return info, actor, err
}

func unmarshal(body []byte, v any) error {
	if err := check(body); err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return nil
}
