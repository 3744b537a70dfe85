package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/tileset"
)

// Setting is one thing that may be configured, under its three names.
type Setting struct {
	// Key is the TOML key; the flag is --key with '-' for '_', the variable
	// BOCAGE_KEY in capitals (BOCAGE_DATABASE_URL for the database).
	Key string
	// Help is one line for `bocage serve --help`.
	Help string
	// Secret values are never printed.
	Secret bool

	env string // "" = derived from Key
	set func(*Config, string) error
	get func(Config) string
}

// Env is the setting's environment variable.
func (s Setting) Env() string {
	if s.env != "" {
		return s.env
	}
	return "BOCAGE_" + strings.ToUpper(s.Key)
}

// Flag is the setting's command line flag, without dashes.
func (s Setting) Flag() string { return strings.ReplaceAll(s.Key, "_", "-") }

// Settings lists every setting in the order in which they are documented.
func Settings() []Setting {
	return []Setting{
		{Key: "url", Help: "public address of the instance, https://host; never change it",
			set: setURL, get: func(c Config) string { return c.URL }},
		{Key: "listen", Help: "address to listen on, host:port",
			set: setListen, get: func(c Config) string { return c.Listen }},
		{Key: "database", env: "BOCAGE_DATABASE_URL", Help: "sqlite:PATH or postgres://user@host/name",
			set: setDatabase, get: func(c Config) string { return hidePassword(c.Database) }},
		{Key: "data_dir", Help: "directory of the SQLite file",
			set: setText(func(c *Config) *string { return &c.DataDir }, 1, 4096), get: func(c Config) string { return c.DataDir }},
		{Key: "secret", Secret: true, Help: "at least 16 characters; encrypts the private keys in the database",
			set: setText(func(c *Config) *string { return &c.Secret }, 16, 4096), get: func(c Config) string { return c.Secret }},
		{Key: "trusted_proxies", Help: "addresses or prefixes whose X-Forwarded-* headers are believed, separated by commas",
			set: setPrefixes(func(c *Config) *[]netip.Prefix { return &c.TrustedProxies }),
			get: func(c Config) string { return joinPrefixes(c.TrustedProxies) }},
		{Key: "name", Help: "name of the instance, on every page",
			set: setText(func(c *Config) *string { return &c.Name }, 1, 200), get: func(c Config) string { return c.Name }},
		{Key: "summary", Help: "one sentence on what the instance is for",
			set: setText(func(c *Config) *string { return &c.Summary }, 0, 2000), get: func(c Config) string { return c.Summary }},
		{Key: "language", Help: "default language of pages, fr or en",
			set: setOneOf(func(c *Config) *string { return &c.Language }, "fr", "en"), get: func(c Config) string { return c.Language }},
		{Key: "contact_email", Help: "address shown on the legal page",
			set: setEmail, get: func(c Config) string { return c.ContactEmail }},
		{Key: "allow_peers", Help: "hosts that may be reached at private addresses, separated by commas; for closed networks",
			set: setHosts, get: func(c Config) string { return strings.Join(c.AllowPeers, ",") }},
		{Key: "peer_ca", Help: "PEM file of extra certificate authorities for peers",
			set: setText(func(c *Config) *string { return &c.PeerCA }, 0, 4096), get: func(c Config) string { return c.PeerCA }},
		{Key: "log_format", Help: "text or json",
			set: setOneOf(func(c *Config) *string { return &c.LogFormat }, "text", "json"), get: func(c Config) string { return c.LogFormat }},
		{Key: "debounce", Help: "how long an edit rests before other servers are told, as in 60s; 0s tells at once",
			set: setDuration(func(c *Config) *time.Duration { return &c.Debounce }), get: func(c Config) string { return c.Debounce.String() }},
		{Key: "posts_per_hour", Help: "posts that one actor may make in an hour before the rest is told in a digest",
			set: setCount(func(c *Config) *int { return &c.PostsPerHour }), get: func(c Config) string { return strconv.Itoa(c.PostsPerHour) }},
		{Key: "posts_per_day", Help: "the same in a day",
			set: setCount(func(c *Config) *int { return &c.PostsPerDay }), get: func(c Config) string { return strconv.Itoa(c.PostsPerDay) }},
		{Key: "basemap", Help: "background of the map: a .pmtiles or .mbtiles file, https://host/{z}/{x}/{y}.png, or a vector style, https://host/style.json; empty is the built-in one",
			set: setBasemap, get: func(c Config) string { return c.Basemap }},
		{Key: "basemap_attribution", Help: "whose data the background is, shown on the map",
			set: setText(func(c *Config) *string { return &c.BasemapAttribution }, 0, 500), get: func(c Config) string { return c.BasemapAttribution }},
		{Key: "shutdown_timeout", Help: "how long open requests may take to end at shutdown, as in 10s",
			set: setDuration(func(c *Config) *time.Duration { return &c.ShutdownTimeout }), get: func(c Config) string { return c.ShutdownTimeout.String() }},
	}
}

// Line is one setting as it is, for people.
type Line struct{ Key, Value string }

// Lines lists every setting with its value, secrets hidden.
func (c Config) Lines() []Line {
	var out []Line
	for _, s := range Settings() {
		v := s.get(c)
		if s.Secret && v != "" {
			v = "(hidden)"
		}
		out = append(out, Line{s.Key, v})
	}
	return out
}

func setURL(c *Config, v string) error {
	v = strings.TrimSuffix(v, "/")
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("want https://host, as in https://communs.example")
	}
	if u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errors.New("want scheme and host only, without path, query or user")
	}
	if u.Host != strings.ToLower(u.Host) {
		return errors.New("write the host in lower case")
	}
	if u.Scheme == "http" && !loopbackName(u.Hostname()) {
		return fmt.Errorf("plain http is for localhost only; write https://%s", u.Host)
	}
	c.URL = v
	return nil
}

// loopbackName reports whether a host name can only be this machine (RFC 6761
// §6.3, RFC 4291 §2.5.3).
func loopbackName(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

func setListen(c *Config, v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return errors.New("want host:port, as in localhost:8080 or :8080")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("port %q is not a number from 0 to 65535", port)
	}
	c.Listen = v
	return nil
}

func setDatabase(c *Config, v string) error {
	if path, ok := strings.CutPrefix(v, "sqlite:"); ok {
		if path == "" {
			return errors.New("want sqlite:PATH, the path is missing")
		}
		c.Database = v
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return errors.New("want sqlite:PATH or postgres://user@host/name")
	}
	c.Database = v
	return nil
}

func setText(field func(*Config) *string, least, most int) func(*Config, string) error {
	return func(c *Config, v string) error {
		if len(v) < least || len(v) > most {
			return fmt.Errorf("want %d to %d bytes, got %d", least, most, len(v))
		}
		*field(c) = v
		return nil
	}
}

func setOneOf(field func(*Config) *string, allowed ...string) func(*Config, string) error {
	return func(c *Config, v string) error {
		if !slices.Contains(allowed, v) {
			return fmt.Errorf("%q is not one of %s", v, strings.Join(allowed, ", "))
		}
		*field(c) = v
		return nil
	}
}

func setEmail(c *Config, v string) error {
	a, err := mail.ParseAddress(v)
	if err != nil || a.Address != v {
		return fmt.Errorf("%q is not an e-mail address", v)
	}
	c.ContactEmail = v
	return nil
}

func setDuration(field func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d < 0 || d > 10*time.Minute {
			return fmt.Errorf("%q is not a duration from 0s to 10m", v)
		}
		*field(c) = d
		return nil
	}
}

func setBasemap(c *Config, v string) error {
	if _, err := tileset.ParseSource(v); err != nil {
		return err
	}
	c.Basemap = strings.TrimSpace(v)
	return nil
}

func setCount(field func(*Config) *int) func(*Config, string) error {
	return func(c *Config, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 10_000 {
			return fmt.Errorf("%q is not a number from 1 to 10000", v)
		}
		*field(c) = n
		return nil
	}
}

func setHosts(c *Config, v string) error {
	var out []string
	for _, s := range strings.Split(v, ",") {
		s = strings.TrimSpace(s)
		if s == "" {
			continue
		}
		if strings.ContainsAny(s, "/ @") {
			return fmt.Errorf("%q is not a host or host:port", s)
		}
		out = append(out, strings.ToLower(s))
	}
	c.AllowPeers = out
	return nil
}

func setPrefixes(field func(*Config) *[]netip.Prefix) func(*Config, string) error {
	return func(c *Config, v string) error {
		var out []netip.Prefix
		for _, s := range strings.Split(v, ",") {
			s = strings.TrimSpace(s)
			if s == "" {
				continue
			}
			p, err := netip.ParsePrefix(s)
			if err != nil {
				a, err := netip.ParseAddr(s)
				if err != nil {
					return fmt.Errorf("%q is neither an address nor a prefix such as 10.0.0.0/8", s)
				}
				p = netip.PrefixFrom(a, a.BitLen())
			}
			out = append(out, p.Masked())
		}
		*field(c) = out
		return nil
	}
}

func joinPrefixes(ps []netip.Prefix) string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.String()
	}
	return strings.Join(out, ",")
}

// hidePassword keeps the password of a database URL off the screen.
func hidePassword(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.User == nil {
		return dsn
	}
	return u.Redacted()
}
