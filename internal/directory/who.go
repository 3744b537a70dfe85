package directory

import "slices"

// Role is what a user may do in an organisation.
type Role string

// The roles. An admin also runs the instance.
const (
	RoleAdmin       Role = "admin"
	RoleEditor      Role = "editor"
	RoleContributor Role = "contributor"
)

// Who is the person or the part of the program that acts. The zero value is an
// anonymous visitor, who may change nothing.
type Who struct {
	UserID, Name string
	// Admin may change everything on the instance.
	Admin bool
	// Orgs are the IDs of the organisations that the user edits.
	Orgs []string
	// System is the program itself: imports, the demo, the command line.
	System bool
}

// MayEdit reports whether w may change e. A remote entry is changed only by its origin.
func (w Who) MayEdit(e *Entry) bool {
	return e.Origin == "" && w.MayPublishAs(e.Owner)
}

// MayPublishAs reports whether w may create entries that the organisation owns.
func (w Who) MayPublishAs(org string) bool {
	return w.System || w.Admin || (org != "" && slices.Contains(w.Orgs, org))
}

// MaySee reports whether w may see e before it is public.
func (w Who) MaySee(e *Entry) bool { return e.Status.Public() && !e.Withheld || w.MayEdit(e) }

// MayAdminister reports whether w may change the instance's settings, peers and users.
func (w Who) MayAdminister() bool { return w.System || w.Admin }

// Itself is the program when it acts by itself, because a time has come or a
// server did something.
func Itself() Who { return Who{Name: "Bocage", System: true} }

// AtMachine is whoever types commands on the machine of the instance.
func AtMachine() Who { return Who{Name: "command line", System: true} }
