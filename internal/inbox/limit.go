package inbox

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

// later is the answer to what comes faster than its origin's limit: it was not
// kept, and is to be sent again after a while (RFC 6585 §4).
type later time.Duration

func (l later) Error() string { return "too many activities from this host, try again later" }

// mayCome ends a request before its signature is looked at, when its origin's
// limit is reached or too many signatures from its network did not hold.
func (in *Inbox) mayCome(r *http.Request, origin string) error {
	wait, err := in.cfg.Moderation.Wait(r.Context(), r.RemoteAddr, origin)
	if err != nil || wait == 0 {
		return err
	}
	return later(wait)
}

// counted counts a request whose signature was looked at: against its origin
// when it held, else against the network that it came from.
func (in *Inbox) counted(r *http.Request, origin string, verr error) error {
	var a answer
	if errors.As(verr, &a) && a.status == http.StatusUnauthorized {
		in.cfg.Moderation.Failed(r.RemoteAddr)
	}
	if verr != nil {
		return verr
	}
	wait, err := in.cfg.Moderation.Verified(r.Context(), origin)
	if err != nil || wait == 0 {
		return err
	}
	return later(wait)
}

// comeBack writes how many seconds to wait, rounded up.
func comeBack(h http.Header, wait time.Duration) {
	h.Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
}
