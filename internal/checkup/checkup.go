// Package checkup looks at a running instance, ours or another, as other servers
// would, and says in words what they would refuse and what to do about it: TLS,
// clock, discovery, the documents of actors with their keys, and the inbox.
//
// It asks and reports; it changes nothing, there or here, and reads no database.
// Package cmd/bocage calls it.
package checkup

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
)

// Level is how bad a finding is.
type Level string

// The levels. Warn is what costs something with somebody; Refused is what makes
// a server that is named refuse.
const (
	OK      Level = "ok"
	Warn    Level = "warning"
	Refused Level = "refused"
)

// Finding is one thing that was looked at.
type Finding struct {
	Check  string `json:"check"`
	Level  Level  `json:"level"`
	Detail string `json:"detail"`
	// Who would refuse or stumble, "" for nobody.
	Who []string `json:"who,omitempty"`
	// Do is what to do, "" for nothing.
	Do string `json:"do,omitempty"`
}

// Report is what was found at one host.
type Report struct {
	Host     string    `json:"host"`
	Software string    `json:"software,omitempty"`
	Actor    string    `json:"actor,omitempty"` // the instance's
	Findings []Finding `json:"findings"`
}

// Count is how many findings have a level.
func (r Report) Count(l Level) int {
	n := 0
	for _, f := range r.Findings {
		if f.Level == l {
			n++
		}
	}
	return n
}

// Options are what a checkup needs.
type Options struct {
	// HTTP makes the requests; it should follow no address that is not meant.
	HTTP *http.Client
	// Actor is one more actor to look at, as @name@host, "" for none.
	Actor string
	// AllowHTTP lets the host be asked over plain http, which no server does; it is
	// always so for names of this machine.
	AllowHTTP bool
	UserAgent string
	Clock     func() time.Time // nil = time.Now
}

// visit is one checkup.
type visit struct {
	opt    Options
	base   string // scheme://host[:port]
	host   string // host[:port]
	report Report
	shared string // the shared inbox
	unseen bool   // the instance's actor wants a signed request
}

// everybody is who needs what every server of the fediverse needs.
var everybody = []string{"Mastodon", "GoToSocial", "Mobilizon", "Gancio"}

// Run looks at host, which is a name or a URL. The error is ErrInvalid for what
// is neither; what goes wrong over there is a finding.
func Run(ctx context.Context, host string, opt Options) (Report, error) {
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	v := &visit{opt: opt}
	if err := v.target(host); err != nil {
		return Report{}, err
	}
	v.report.Host = v.base
	if !v.reach(ctx) {
		return v.report, nil
	}
	instance := v.nodeInfo(ctx)
	v.hostMeta(ctx)
	instance = v.instanceFinger(ctx, instance)
	if instance == "" {
		v.add("instance actor", Warn, "no actor speaks for the server", "link it in /.well-known/nodeinfo with the relation "+federation.ASContext+"#Application (FEP-2677)", "Mobilizon", "Gancio")
	} else {
		v.report.Actor = instance
		v.actor(ctx, "instance actor", instance, true)
	}
	v.unknownName(ctx)
	if opt.Actor != "" {
		v.named(ctx, opt.Actor)
	}
	v.inbox(ctx)
	return v.report, nil
}

// target reads the host and settles the scheme.
func (v *visit) target(host string) error {
	given := host
	scheme, rest, ok := strings.Cut(host, "://")
	if !ok {
		scheme, rest = "https", host
		if name, _, _ := strings.Cut(rest, ":"); peer.IsLoopbackName(name) {
			scheme = "http"
		}
	}
	u, err := url.Parse(scheme + "://" + strings.TrimSuffix(rest, "/"))
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || strings.ContainsAny(u.Host, " @") {
		return fmt.Errorf("%q is no host: give a name such as communs.example: %w", given, directory.ErrInvalid)
	}
	if v.base, err = peer.Origin(u.String()); err != nil {
		return err
	}
	_, v.host, _ = strings.Cut(v.base, "://")
	if u.Scheme == "http" && !v.opt.AllowHTTP && !peer.IsLoopbackName(u.Hostname()) {
		return fmt.Errorf("%s is not https, and no server would ask it: say --http to ask it all the same: %w", v.base, directory.ErrInvalid)
	}
	return nil
}

func (v *visit) add(check string, level Level, detail, do string, who ...string) {
	v.report.Findings = append(v.report.Findings, Finding{Check: check, Level: level, Detail: detail, Who: who, Do: do})
}

func (v *visit) ok(check, format string, args ...any) {
	v.add(check, OK, fmt.Sprintf(format, args...), "")
}

// reach asks for the first page that every server asks for, and looks at how it
// comes. It reports whether there is anything to go on with.
func (v *visit) reach(ctx context.Context) bool {
	a := v.get(ctx, v.base+"/.well-known/nodeinfo", "application/json")
	if a.err != nil {
		c := peer.CauseOf(a.err)
		v.add("reach", Refused, fmt.Sprintf("%s cannot be reached: %s (%v)", v.base, c.English(), a.err), c.Do(), everybody...)
		return false
	}
	v.speed("reach", a)
	v.tls(a)
	v.clock(a)
	return true
}

// What servers wait for an answer, and what makes them slow.
const (
	slowAnswer = 2 * time.Second
	tooSlow    = 10 * time.Second
)

func (v *visit) speed(check string, a answer) {
	took := a.took.Round(time.Millisecond)
	switch {
	case a.took >= tooSlow:
		v.add(check, Refused, fmt.Sprintf("the answer took %s", took), "find what is slow; Mastodon gives up after 10 s and then asks nothing of this server for 5 minutes", "Mastodon")
	case a.took >= slowAnswer:
		v.add(check, Warn, fmt.Sprintf("the answer took %s", took), "find what is slow: documents of actors should be answered from memory", everybody...)
	default:
		v.ok(check, "%s answers %d in %s", v.base, a.status, took)
	}
}

// certificateSoon is when a certificate should have been renewed.
const certificateSoon = 10 * 24 * time.Hour

func (v *visit) tls(a answer) {
	switch {
	case a.tls == nil && peer.IsLoopbackName(strings.Split(v.host, ":")[0]):
		v.ok("tls", "plain http on this machine")
	case a.tls == nil:
		v.add("tls", Refused, "plain http", "get a certificate: ids must be https", everybody...)
	case len(a.tls.PeerCertificates) == 0:
		v.add("tls", Warn, "no certificate was shown", "")
	default:
		left := a.tls.PeerCertificates[0].NotAfter.Sub(v.opt.Clock())
		if left < certificateSoon {
			v.add("tls", Warn, fmt.Sprintf("the certificate ends in %d days", int(left.Hours()/24)), "see why it was not renewed; everybody refuses it afterwards")
			return
		}
		v.ok("tls", "the certificate is trusted, is for this name and is good for %d days", int(left.Hours()/24))
	}
}

// Windows of the date of a signature: Gancio's, and that of Mastodon and Lemmy.
const (
	strictSkew = 5 * time.Minute
	looseSkew  = time.Hour
)

func (v *visit) clock(a answer) {
	at, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		v.add("clock", Warn, "the answer has no readable Date", "let the server or its proxy send it; its clock cannot be compared")
		return
	}
	skew := v.opt.Clock().Sub(at).Abs().Round(time.Second)
	do := "set the clock by NTP; if it is right, this machine's is not"
	switch {
	case skew > looseSkew:
		v.add("clock", Refused, fmt.Sprintf("its clock is %s from ours: signatures are out of every window", skew), do, "Mastodon", "Lemmy", "Gancio", "Bocage")
	case skew > strictSkew:
		v.add("clock", Refused, fmt.Sprintf("its clock is %s from ours", skew), do, "Gancio")
	default:
		v.ok("clock", "%s from ours", skew)
	}
}
