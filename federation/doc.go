// Package federation is the wire: what another program needs to speak
// Bocage's dialect of ActivityPub. It holds the JSON shapes of actors,
// objects, activities and collections, their tolerant readers and their
// deterministic writer, a bounded HTTP client, WebFinger (RFC 7033),
// host-meta (RFC 6415) and NodeInfo.
//
// It does not know what a directory entry is (package vocab translates), whom
// to believe (package inbox), nor whom to tell (package outbox). It imports
// the standard library, x/net and go-fed only, and streams.go alone imports go-fed.
package federation
