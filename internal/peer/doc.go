// Package peer knows the other servers: whom we may connect to, which actors
// they have, with which keys they sign, and whether they answer.
//
// It holds the guarded HTTP client that every outgoing request uses, the cache
// of remote actors and keys, and the health of each peer. It does not decide
// who may speak (package moderation) nor what is sent (package outbox).
// Packages outbox, inbox, harvest and app call it.
package peer
