package store

import (
	"encoding/json"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// IndexRow is what the in-memory indexes (map, timeline) know of one entry.
// It carries public data only.
type IndexRow struct {
	// Num is the entry's small dense number, Seq its last public change.
	Num, Seq int64
	ID, URI  string
	// Origin is "" for this instance's entries.
	Origin string
	// Name is the display name (French, else English, else any).
	Name   string
	Kind   directory.Kind
	Status directory.Status
	// ThemeMask has a bit per theme, see directory.ThemeMask.
	ThemeMask uint64
	// Theme is the dominant root theme, 0 to 7, or -1.
	Theme int
	// Lat, Lon are the public point when HasPoint.
	HasPoint bool
	Lat, Lon float64
	// From, To bound the period in Unix seconds, [From, To), when HasDate.
	From, To int64
	HasDate  bool
	// DateForm says how well these dates are known.
	DateForm directory.DateForm
	// Series is the slug of the series that an event is an edition of, Country the
	// ISO 3166-1 code of its place; "" without.
	Series, Country string
	// Gone is true when the entry is no longer public: take it out of the index.
	Gone bool
	// LastConfirmed and Updated are Unix microseconds, 0 = never.
	LastConfirmed, Updated int64
	// Rank orders entries where not all can be shown; higher is more important.
	Rank float64
	// Licence is an SPDX id, Department the INSEE code of the public place; "" = unknown.
	Licence, Department string
	// Rules says that it is written where the rules can be read.
	Rules bool
	// Languages are primary tags, Concepts the addresses of the concepts it claims.
	Languages, Concepts []string
	Tags                []Tag
}

// Tag is a free tag, as it is searched for and as it was written.
type Tag struct{ Folded, Shown string }

// CatalogRow is one line of the catalog that peers reconcile with.
type CatalogRow struct {
	Seq     int64
	ID, URI string
	Kind    directory.Kind
	Handle  string
	Updated time.Time
	Hash    string
	// Deleted is true for a tombstone or an entry that is no longer public; then
	// Updated is when it left.
	Deleted bool
}

// InboundRelation is a relation seen from its object: who states it.
type InboundRelation struct {
	Relation    directory.Relation
	SubjectID   string
	SubjectURI  string
	SubjectName directory.LangText
	SubjectKind directory.Kind
	// SubjectHandle is "" for entries that are not actors.
	SubjectHandle string
	SubjectOrigin string
}

// Revision is one step in the history of an entry.
type Revision struct {
	EntryID string
	Number  int64
	At      time.Time
	// WhoID is the user, or the origin of a remote change; WhoName is for display.
	WhoID, WhoName string
	Summary        string
	// Doc is the whole entry after the change, as JSON.
	Doc json.RawMessage
}

// User is a person who may sign in.
type User struct {
	ID           string
	Name         string // sign-in name, unique, folded to lower case
	Email        string
	PasswordHash string
	Admin        bool
	Orgs         []string // IDs of the organisations that the user edits
	Disabled     bool
	Created      time.Time
}

// Who is the user as the domain's rules see it.
func (u User) Who() directory.Who {
	return directory.Who{UserID: u.ID, Name: u.Name, Admin: u.Admin, Orgs: u.Orgs}
}

// Session is one signed-in browser. Hash is the hash of its secret token.
type Session struct {
	Hash                   string
	UserID                 string
	CSRF                   string
	Created, Seen, Expires time.Time
}

// AuditEntry records who did something to the instance, for its administrators.
type AuditEntry struct {
	ID                   string // UUIDv7; orders the log
	At                   time.Time
	WhoID, WhoName       string
	Verb, Object, Detail string
}

// Key is the signing key pair of one actor (an organisation, or the instance).
type Key struct {
	// Owner is the ID of the organisation, or "instance".
	Owner string
	// RSAPrivate and Ed25519Private are PKCS #8, sealed when Encrypted.
	RSAPrivate, Ed25519Private []byte
	Encrypted                  bool
	Created                    time.Time
}

// FollowState is where a follow stands.
type FollowState string

// The states of a follow.
const (
	FollowPending  FollowState = "pending"
	FollowAccepted FollowState = "accepted"
	FollowRejected FollowState = "rejected"
)

// Follower is a remote actor that follows one of ours. (Actor, Object) is unique.
type Follower struct {
	Actor string // remote actor's id
	// Object is the id of our actor that is followed.
	Object string
	Inbox  string
	// SharedInbox is "" when the peer has none.
	SharedInbox string
	FollowID    string
	// Bocage says that the follower is an instance of Bocage, which takes every
	// change and not only Notes.
	Bocage  bool
	State   FollowState
	Created time.Time
}

// DeliveryInbox is the shared inbox when there is one, else the inbox.
func (f Follower) DeliveryInbox() string {
	if f.SharedInbox != "" {
		return f.SharedInbox
	}
	return f.Inbox
}

// Following is a remote actor that one of ours follows. (Actor, Object) is unique.
type Following struct {
	// Actor is the id of our actor that follows, usually the instance actor.
	Actor string
	// Object is the id of the remote actor.
	Object   string
	Origin   string // scheme://host[:port] of Object
	Name     string
	Handle   string // name@host, "" when unknown
	Inbox    string
	Outbox   string
	Catalog  string // catalog URL of a Bocage actor, "" for others
	FollowID string
	State    FollowState
	// Cursor is the last catalog seq applied; Page the next page URL of an unfinished pass.
	Cursor int64
	Page   string
	// Synced is when the last complete pass ended.
	Synced    time.Time
	LastError string
	// Rule is the acceptance rule as JSON, "" accepts everything.
	Rule             string
	Created, Changed time.Time
}

// PeerState is the health of a peer.
type PeerState string

// The states of a peer: up → failing → down (seven days) → dead; blocked by an administrator.
const (
	PeerUp      PeerState = "up"
	PeerFailing PeerState = "failing"
	PeerDown    PeerState = "down"
	PeerDead    PeerState = "dead"
	PeerBlocked PeerState = "blocked"
)

// Peer is one remote instance: what we know of it and the head of its queue.
type Peer struct {
	Origin string // scheme://host[:port]
	State  PeerState
	// Fails counts consecutive failures; 0 after a success.
	Fails int
	// NextTry is the earliest next delivery; LeaseUntil and LeaseOwner say who is delivering.
	NextTry, LeaseUntil     time.Time
	LeaseOwner              string
	LastSuccess, LastFailed time.Time
	// FailingSince is the first failure since the last success; zero when up.
	FailingSince time.Time
	LastError    string
	Software     string // NodeInfo software.name
	Version      string
	// Actor is the id of its instance actor, Catalog its catalog, "" when unknown.
	Actor, Catalog string
	// Signature is the form in which its requests are signed, as httpsig.Form has
	// it, "" until one has worked; SignatureAt is when that was last seen.
	Signature   string
	SignatureAt time.Time
	// SignatureIn is the form in which it signs what it sends.
	SignatureIn string
	// SoftwareAt is when its NodeInfo was last asked for.
	SoftwareAt time.Time
	// Paused is since when nothing is sent to it and nothing fetched; zero when it is not.
	Paused  time.Time
	Created time.Time
	// Queued is the number of deliveries that wait; filled by Peers and Peer.
	Queued int
	// Entries is the number of public entries held from it; filled by Peers.
	Entries int
	// Reader says that it reads our catalogue: see Enqueue.
	Reader bool
	// Agreed is when our copy of it was last the same as the original, as the
	// digests say; zero when it never was, or when it has no digest.
	Agreed time.Time
	// Heal is since when the digests are to be compared, Greet since when
	// something signed is to be sent, Resync since when one greeting stands for
	// all that it missed; zero when not.
	Heal, Greet, Resync time.Time
	// Dropped is how many deliveries were given up unsent, because the queue was
	// full or they were too old.
	Dropped int64
	// FailedDays is on how many days it failed since it last worked.
	FailedDays int
}

// RemoteActor is the cached document of a remote actor.
type RemoteActor struct {
	URI          string
	Type         string
	Name         string
	Handle       string // preferredUsername@host
	Doc          []byte // as received
	KeyID        string
	PublicKeyPEM string
	// Ed25519 is the Multikey of its assertionMethod, "" without one.
	Ed25519                    string
	Inbox, SharedInbox         string
	Outbox, Followers, Catalog string
	FetchedAt                  time.Time
	// Gone says that its origin answered 410 or sent a Delete.
	Gone bool
}

// Delivery is one activity that waits for one inbox.
type Delivery struct {
	ID   int64  // given by the store, the order of delivery at a peer
	Peer string // origin
	// ActivityID names the Activity whose Body is sent; Body is filled by Deliveries.
	ActivityID string
	Body       []byte
	// Sender is the owner of the key that signs: an organisation's ID, or "instance".
	Sender string
	// KeyID is the id of the key as the peer resolves it.
	KeyID   string
	Inbox   string
	Created time.Time
	// Denied is how often the inbox answered 401 or 403.
	Denied int
	// Listed says that our catalogue tells of it too; read by Enqueue only.
	Listed bool
}

// Activity is an activity or a Note that we made, as sent and as served on GET.
type Activity struct {
	ID     string // its URI
	Actor  string
	Type   string // Create, Update, Delete, Announce, Follow… or Note
	Object string // URI of what it is about
	Body   []byte
	// Public documents are served on GET; Outbox ones are listed in the actor's outbox.
	Public, Outbox bool
	Created        time.Time
	// Num orders an outbox, newest = highest; given by the store.
	Num int64
}

// Received is an activity that a peer sent, as received.
type Received struct {
	ID     string // activity id
	Actor  string
	Origin string
	Type   string
	Body   []byte
	At     time.Time
	// Done is when it was applied or dropped; zero while it waits.
	Done  time.Time
	Error string
}

// OriginCount is how much an instance holds from one origin ("" = itself).
type OriginCount struct {
	Origin  string
	Entries int
	// Updated is the newest public change; zero without entries.
	Updated time.Time
}
