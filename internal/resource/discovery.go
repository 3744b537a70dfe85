package resource

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// WebFinger answers /.well-known/webfinger (RFC 7033) for acct: URIs and bare
// name@host in any case, for the id and the page of an actor, and for the
// instance itself by its origin (FEP-d556), its host name or as a relay.
// A missing or malformed resource is ErrInvalid, an unknown one ErrNotFound, a
// deleted actor ErrGone.
func (h *Handlers) WebFinger(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Access-Control-Allow-Origin", "*") // on errors too
	w.Header().Set("Cache-Control", minutes)
	env := h.cfg.Env
	res, foreign, ok := federation.ParseResource(env.Base, r.URL.Query().Get("resource"))
	if !ok {
		return directory.Invalid{{Field: "resource", Code: "invalid", Message: "is missing or is neither acct:name@host nor a URL"}}
	}
	if foreign {
		return notHere(r)
	}
	jrd, err := h.jrd(r, res)
	if err != nil {
		return err
	}
	body, err := json.Marshal(jrd)
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: body, media: federation.JRDType, cache: days})
}

func notHere(r *http.Request) error {
	return errors.Join(directory.ErrNotFound, errors.New("no such account: "+r.URL.Query().Get("resource")))
}

func (h *Handlers) jrd(r *http.Request, res federation.Resource) (federation.JRD, error) {
	env, ctx := h.cfg.Env, r.Context()
	instance := federation.ActorJRD(env.Base, vocab.InstanceHandle, env.InstanceURI(), env.Base+"/about")
	var e directory.Entry
	var err error
	path := strings.TrimPrefix(res.URL, env.Base)
	switch {
	case res.Origin:
		return federation.OriginJRD(instance), nil
	case res.Name == vocab.InstanceHandle || res.Name == "relay" || path == "/actor" || path == "/about":
		return instance, nil
	case res.Name != "":
		e, err = h.cfg.Store.EntryByHandle(ctx, res.Name)
	case strings.HasPrefix(path, "/@"):
		e, err = h.cfg.Store.EntryByHandle(ctx, strings.ToLower(path[2:]))
	default:
		e, err = h.cfg.Store.EntryByURI(ctx, res.URL)
	}
	if errors.Is(err, directory.ErrNotFound) {
		if jrd, merr := h.mapJRD(ctx, res); !errors.Is(merr, directory.ErrNotFound) {
			return jrd, merr
		}
	}
	switch {
	case err != nil:
		return federation.JRD{}, err
	case e.Origin != "" || !e.Kind.IsActor():
		return federation.JRD{}, notHere(r)
	}
	p, public := e.Public()
	if !public {
		return federation.JRD{}, notHere(r)
	}
	return federation.ActorJRD(env.Base, e.Handle, e.URI, env.PageURL(p)), nil
}

// HostMeta answers /.well-known/host-meta, which Mobilizon asks for first.
func (h *Handlers) HostMeta(w http.ResponseWriter, r *http.Request) error {
	if strings.Contains(r.Header.Get("Accept"), "json") && !strings.Contains(r.Header.Get("Accept"), "xml") {
		return h.HostMetaJSON(w, r)
	}
	return serve(w, r, answer{body: federation.HostMetaXRD(h.cfg.Env.Base), media: federation.XRDType, cache: days})
}

// HostMetaJSON answers /.well-known/host-meta.json.
func (h *Handlers) HostMetaJSON(w http.ResponseWriter, r *http.Request) error {
	body, err := federation.HostMetaJSON(h.cfg.Env.Base)
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: body, media: "application/json", cache: days})
}

// NodeInfoIndex answers /.well-known/nodeinfo, with the link to the instance's
// actor (FEP-2677). It is a JRD served as plain JSON, since Mobilizon reads no other.
func (h *Handlers) NodeInfoIndex(w http.ResponseWriter, r *http.Request) error {
	body, err := federation.NodeInfoIndex(h.cfg.Env.Base, h.cfg.Env.InstanceURI())
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: body, media: "application/json", cache: days})
}

// NodeInfo20 answers /nodeinfo/2.0.
func (h *Handlers) NodeInfo20(w http.ResponseWriter, r *http.Request) error {
	return h.nodeInfo(w, r, "2.0")
}

// NodeInfo21 answers /nodeinfo/2.1.
func (h *Handlers) NodeInfo21(w http.ResponseWriter, r *http.Request) error {
	return h.nodeInfo(w, r, "2.1")
}

// nodeInfo counts the people who may sign in as users and the public entries
// as posts: it is what statistics of the fediverse understand.
func (h *Handlers) nodeInfo(w http.ResponseWriter, r *http.Request, version string) error {
	users, err := h.cfg.Store.Users(r.Context())
	if err != nil {
		return err
	}
	entries, err := h.cfg.Store.CountCatalog(r.Context(), "")
	if err != nil {
		return err
	}
	body, err := federation.EncodeNodeInfo(federation.NodeInfo{
		Software: federation.Software{Name: "bocage", Version: h.cfg.Version,
			Repository: "https://codeberg.org/bocage/bocage", Homepage: "https://codeberg.org/bocage/bocage"},
		Usage:    federation.Usage{Users: federation.Users{Total: len(users)}, LocalPosts: entries},
		Metadata: map[string]any{"nodeName": h.cfg.Env.InstanceName},
	}, version)
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: body, media: federation.NodeInfoType(version), cache: minutes})
}
