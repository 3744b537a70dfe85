package store

import (
	"context"
	"errors"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

var errNotYet = errors.ErrUnsupported

func (r Reader) Entry(ctx context.Context, id string) (e directory.Entry, err error) {
	return e, errNotYet
}
func (r Reader) EntryByURI(ctx context.Context, uri string) (e directory.Entry, err error) {
	return e, errNotYet
}
func (r Reader) EntryByHandle(ctx context.Context, handle string) (e directory.Entry, err error) {
	return e, errNotYet
}
func (r Reader) EntryBySourceKey(ctx context.Context, owner, key string) (e directory.Entry, err error) {
	return e, errNotYet
}
func (r Reader) EntryByNum(ctx context.Context, num int64) (e directory.Entry, err error) {
	return e, errNotYet
}
func (r Reader) Entries(ctx context.Context, f EntryFilter) ([]directory.Entry, error) {
	return nil, errNotYet
}
func (r Reader) CountEntries(ctx context.Context, f EntryFilter) (int, error)  { return 0, errNotYet }
func (r Reader) EntryNums(ctx context.Context, f EntryFilter) ([]int64, error) { return nil, errNotYet }
func (r Reader) EntriesByNum(ctx context.Context, nums []int64) ([]directory.Entry, error) {
	return nil, errNotYet
}
func (r Reader) EntriesByURI(ctx context.Context, uris []string) ([]directory.Entry, error) {
	return nil, errNotYet
}
func (r Reader) EntriesBySourceKey(ctx context.Context, owner string, keys []string) ([]directory.Entry, error) {
	return nil, errNotYet
}
func (r Reader) EntryWire(ctx context.Context, id string) ([]byte, error) { return nil, errNotYet }
func (r Reader) SearchNums(ctx context.Context, q string, limit int) ([]int64, error) {
	return nil, errNotYet
}
func (r Reader) ScanIndex(ctx context.Context, fn func(IndexRow) error) error { return errNotYet }
func (r Reader) ChangesSince(ctx context.Context, seq int64, limit int) ([]IndexRow, error) {
	return nil, errNotYet
}
func (r Reader) LastSeq(ctx context.Context) (int64, error) { return 0, errNotYet }
func (r Reader) Catalog(ctx context.Context, ownerURI string, after int64, limit int) ([]CatalogRow, error) {
	return nil, errNotYet
}
func (r Reader) CountCatalog(ctx context.Context, ownerURI string) (int, error) { return 0, errNotYet }
func (r Reader) RelationsTo(ctx context.Context, uri string) ([]InboundRelation, error) {
	return nil, errNotYet
}
func (r Reader) Relation(ctx context.Context, id string) (InboundRelation, error) {
	return InboundRelation{}, errNotYet
}
func (r Reader) Revisions(ctx context.Context, entryID string) ([]Revision, error) {
	return nil, errNotYet
}
func (r Reader) Revision(ctx context.Context, entryID string, number int64) (v Revision, err error) {
	return v, errNotYet
}
func (r Reader) OriginCounts(ctx context.Context) ([]OriginCount, error) { return nil, errNotYet }

func (t *Tx) PutEntry(ctx context.Context, e *directory.Entry, opt PutOptions) error {
	return errNotYet
}
func (t *Tx) PutEntries(ctx context.Context, es []*directory.Entry, opt PutOptions) error {
	return errNotYet
}
func (t *Tx) AddRevision(ctx context.Context, v Revision) error                { return errNotYet }
func (t *Tx) AddRevisions(ctx context.Context, v []Revision) error             { return errNotYet }
func (t *Tx) DeleteEntry(ctx context.Context, id string, at time.Time) error   { return errNotYet }
func (t *Tx) PutHandleAlias(ctx context.Context, handle, entryID string) error { return errNotYet }
func (r Reader) HandleTaken(ctx context.Context, handle string) (bool, error) {
	return false, errNotYet
}

func (r Reader) Setting(ctx context.Context, key string) (string, error) { return "", errNotYet }
func (t *Tx) PutSetting(ctx context.Context, key, value string) error    { return errNotYet }

func (r Reader) User(ctx context.Context, id string) (u User, err error)         { return u, errNotYet }
func (r Reader) UserByName(ctx context.Context, name string) (u User, err error) { return u, errNotYet }
func (r Reader) UserByEmail(ctx context.Context, email string) (u User, err error) {
	return u, errNotYet
}
func (r Reader) Users(ctx context.Context) ([]User, error)    { return nil, errNotYet }
func (t *Tx) PutUser(ctx context.Context, u User) error       { return errNotYet }
func (t *Tx) DeleteUser(ctx context.Context, id string) error { return errNotYet }

func (r Reader) Session(ctx context.Context, hash string) (s Session, err error) { return s, errNotYet }
func (t *Tx) PutSession(ctx context.Context, s Session) error                    { return errNotYet }
func (t *Tx) DeleteSession(ctx context.Context, hash string) error               { return errNotYet }
func (t *Tx) DeleteSessionsOf(ctx context.Context, userID string) error          { return errNotYet }

func (t *Tx) AddAudit(ctx context.Context, a AuditEntry) error { return errNotYet }
func (r Reader) Audit(ctx context.Context, beforeID string, limit int) ([]AuditEntry, error) {
	return nil, errNotYet
}

func (r Reader) Key(ctx context.Context, owner string) (k Key, err error) { return k, errNotYet }
func (t *Tx) PutKey(ctx context.Context, k Key) error                     { return errNotYet }

func (r Reader) Follower(ctx context.Context, actor, object string) (f Follower, err error) {
	return f, errNotYet
}
func (r Reader) CountFollowers(ctx context.Context, object string) (int, error) { return 0, errNotYet }
func (r Reader) Followers(ctx context.Context, object, afterActor string, limit int) ([]Follower, error) {
	return nil, errNotYet
}
func (r Reader) FollowersOfAny(ctx context.Context, objects []string) ([]Follower, error) {
	return nil, errNotYet
}
func (t *Tx) PutFollower(ctx context.Context, f Follower) error { return errNotYet }
func (t *Tx) DeleteFollower(ctx context.Context, actor, object string) (bool, error) {
	return false, errNotYet
}
func (t *Tx) DeleteFollowersBy(ctx context.Context, actor string) (int, error) { return 0, errNotYet }

func (r Reader) Following(ctx context.Context, actor, object string) (f Following, err error) {
	return f, errNotYet
}
func (r Reader) FollowingOf(ctx context.Context, object string) ([]Following, error) {
	return nil, errNotYet
}
func (r Reader) Followings(ctx context.Context, actor, afterObject string, limit int) ([]Following, error) {
	return nil, errNotYet
}
func (r Reader) CountFollowing(ctx context.Context, actor string) (int, error) { return 0, errNotYet }
func (r Reader) FollowingByOrigin(ctx context.Context, origin string) ([]Following, error) {
	return nil, errNotYet
}
func (t *Tx) PutFollowing(ctx context.Context, f Following) error { return errNotYet }
func (t *Tx) DeleteFollowing(ctx context.Context, actor, object string) (bool, error) {
	return false, errNotYet
}

func (r Reader) Peer(ctx context.Context, origin string) (p Peer, err error) { return p, errNotYet }
func (r Reader) Peers(ctx context.Context) ([]Peer, error)                   { return nil, errNotYet }
func (t *Tx) EnsurePeer(ctx context.Context, origin string) error            { return errNotYet }
func (t *Tx) PutPeer(ctx context.Context, p Peer) error                      { return errNotYet }
func (t *Tx) LeasePeer(ctx context.Context, owner string, lease time.Duration) (p Peer, err error) {
	return p, errNotYet
}
func (t *Tx) ExtendLease(ctx context.Context, origin, owner string, lease time.Duration) error {
	return errNotYet
}
func (t *Tx) ReleasePeer(ctx context.Context, origin, owner string) error { return errNotYet }
func (t *Tx) DeferPeer(ctx context.Context, origin, owner string, next time.Time, reason string) error {
	return errNotYet
}
func (t *Tx) PeerSucceeded(ctx context.Context, origin string) error { return errNotYet }
func (t *Tx) Enqueue(ctx context.Context, ds ...Delivery) error      { return errNotYet }
func (r Reader) Deliveries(ctx context.Context, origin string, limit int) ([]Delivery, error) {
	return nil, errNotYet
}
func (r Reader) NextDeliveryAt(ctx context.Context) (time.Time, error)         { return time.Time{}, errNotYet }
func (t *Tx) AckDeliveries(ctx context.Context, ids ...int64) error            { return errNotYet }
func (t *Tx) DropDeliveriesTo(ctx context.Context, inbox string) (int, error)  { return 0, errNotYet }
func (t *Tx) DropDeliveriesOf(ctx context.Context, origin string) (int, error) { return 0, errNotYet }

func (t *Tx) PutActivity(ctx context.Context, a Activity) error                  { return errNotYet }
func (r Reader) Activity(ctx context.Context, id string) (a Activity, err error) { return a, errNotYet }
func (r Reader) ActivitiesAbout(ctx context.Context, object string, limit int) ([]Activity, error) {
	return nil, errNotYet
}
func (t *Tx) DeleteActivity(ctx context.Context, id string) error { return errNotYet }
func (r Reader) Outbox(ctx context.Context, actor string, before int64, limit int) ([]Activity, error) {
	return nil, errNotYet
}
func (r Reader) CountOutbox(ctx context.Context, actor string) (int, error) { return 0, errNotYet }

func (t *Tx) InsertReceived(ctx context.Context, v Received) (duplicate bool, err error) {
	return false, errNotYet
}
func (r Reader) Received(ctx context.Context, id string) (v Received, err error) { return v, errNotYet }
func (t *Tx) FinishReceived(ctx context.Context, id, reason string) error        { return errNotYet }
func (t *Tx) InsertSignature(ctx context.Context, hash string, expires time.Time) (duplicate bool, err error) {
	return false, errNotYet
}
func (t *Tx) Prune(ctx context.Context, p PruneOptions) error { return errNotYet }

func (r Reader) RemoteActor(ctx context.Context, uri string) (a RemoteActor, err error) {
	return a, errNotYet
}
func (r Reader) RemoteActorByKey(ctx context.Context, keyID string) (a RemoteActor, err error) {
	return a, errNotYet
}
func (t *Tx) PutRemoteActor(ctx context.Context, a RemoteActor) error { return errNotYet }
func (t *Tx) DeleteRemoteActor(ctx context.Context, uri string) error { return errNotYet }

func (r Reader) DomainRules(ctx context.Context) ([]DomainRule, error) { return nil, errNotYet }
func (r Reader) DomainRule(ctx context.Context, domain string) (d DomainRule, err error) {
	return d, errNotYet
}
func (t *Tx) PutDomainRule(ctx context.Context, d DomainRule) error     { return errNotYet }
func (t *Tx) DeleteDomainRule(ctx context.Context, domain string) error { return errNotYet }

// PruneOptions says how long what federation remembers is kept.
type PruneOptions struct {
	// Received is the age of applied activities to forget.
	Received time.Duration
	// Activities is the age of our own activities, without a waiting delivery, to forget.
	Activities time.Duration
}
