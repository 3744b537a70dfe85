package app

import (
	"net/http"
	"strings"

	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/peer"
)

// CheckupClient reaches host as this instance reaches others, save that it may be
// this instance itself, and plain http when that was asked for.
func CheckupClient(cfg config.Config, host string, plain bool) (*http.Client, error) {
	_, name, ok := strings.Cut(host, "://")
	if !ok {
		name = host
	}
	name, _, _ = strings.Cut(name, "/")
	opt := peer.GuardOptions{AllowHosts: cfg.AllowPeers}
	bare, _, _ := strings.Cut(name, ":")
	opt.AllowLoopback = peer.IsLoopbackName(bare) || peer.IsLoopbackName(cfg.BaseURL().Hostname())
	if plain {
		opt.AllowHosts = append(append([]string(nil), opt.AllowHosts...), name)
	}
	var err error
	if opt.RootCAs, err = peerRoots(cfg); err != nil {
		return nil, err
	}
	return peer.NewTransport(opt), nil
}
