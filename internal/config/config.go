// Package config reads the one configuration of a Bocage process.
//
// What belongs: the Config struct, its three sources (flag over environment
// over TOML file), their validation and the printed form with secrets hidden.
// What does not: what the values are used for. Package cmd/bocage calls Load;
// package app receives the Config as a value.
package config

import (
	"net/netip"
	"net/url"
	"time"
)

// Config is everything that an operator may choose. Load returns it validated;
// Default is the zero configuration of an instance on this machine.
type Config struct {
	// URL is the identity of the instance, scheme://host[:port], no trailing
	// slash. Every ActivityPub id begins with it, so it never changes.
	URL string
	// URLDefault says that no source named the URL: a database that knows its
	// instance's URL then decides.
	URLDefault bool
	// Listen is the TCP address to accept connections on, "host:port".
	Listen string
	// Database is "sqlite:PATH" or "postgres://…".
	Database string
	// DataDir holds the SQLite file and what the instance writes beside it.
	DataDir string
	// Secret encrypts the private keys at rest; empty = stored as they are.
	Secret string
	// TrustedProxies are the peers whose X-Forwarded-* headers are believed.
	TrustedProxies []netip.Prefix
	// Name is shown in the header of every page.
	Name string
	// Summary says in a sentence what the instance is for.
	Summary string
	// Language is the default language of pages, "fr" or "en".
	Language string
	// ContactEmail is shown on the legal page; empty = none.
	ContactEmail string
	// AllowPeers are "host" or "host:port" values that may be reached although
	// their addresses are private; for closed networks.
	AllowPeers []string
	// PeerCA is a PEM file of extra authorities for outgoing TLS; empty = none.
	PeerCA string
	// LogFormat is "text" or "json".
	LogFormat string
	// Debounce is how long an edit rests before other servers are told, so that
	// several edits of an entry are told as one; 0 = at once.
	Debounce time.Duration
	// PostsPerHour and PostsPerDay are how many posts each of the instance's actors
	// may make to people; what comes above is told in one digest.
	PostsPerHour, PostsPerDay int
	// ShutdownTimeout is how long open requests may take to end at shutdown.
	ShutdownTimeout time.Duration
	// Basemap is the operator's background of the map: a .pmtiles or .mbtiles file,
	// the template of a raster tile server, or the address of a vector style; empty =
	// the built-in one alone.
	Basemap string
	// BasemapAttribution names whose data it is; a file or style may say so itself.
	BasemapAttribution string
	// File is the configuration file that was read; empty = none.
	File string
}

// Default returns the configuration of an instance on this machine, before
// any source is read.
func Default() Config {
	return Config{
		URL: "http://localhost:8080", URLDefault: true, Listen: "localhost:8080", DataDir: "data",
		Name: "Bocage", Language: "fr", LogFormat: "text", Debounce: time.Minute, PostsPerHour: 10, PostsPerDay: 40,
		ShutdownTimeout: 10 * time.Second,
	}
}

// BaseURL is URL parsed; Load has checked it.
func (c Config) BaseURL() *url.URL {
	u, err := url.Parse(c.URL)
	if err != nil {
		return &url.URL{}
	}
	return u
}

// HTTPS reports whether the instance is reached by TLS.
func (c Config) HTTPS() bool { return c.BaseURL().Scheme == "https" }
