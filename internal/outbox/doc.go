// Package outbox tells other servers: it turns a change of an entry into
// activities, chooses who hears of it, and delivers, one ordered queue per
// peer, until the peer has it or says that it never will.
//
// The shapes are vocab's, the queue's tables are the store's. Package ledger
// calls Publisher in its transactions; packages inbox and harvest send follows
// and answers through it; app runs the Deliverer.
package outbox
