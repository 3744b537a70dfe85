package vocab

import (
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
)

// sealed encodes a document with the proof of the actor that speaks for it: an
// actor for itself, an object's owner for the object. The proof was created
// when the document last changed, so that the same entry gives the same bytes.
func (v Env) sealed(o federation.Object, k Keys) ([]byte, error) {
	actor := o.ID
	if o.Inbox == "" {
		actor = o.AttributedTo
	} else if err := v.endorse(&o, k); err != nil {
		return nil, err
	}
	doc, err := federation.Encode(o)
	if err != nil {
		return nil, err
	}
	at := o.Updated
	if at.IsZero() {
		at = o.Published
	}
	return Seal(doc, actor, k, at)
}

// endorse lets the instance's actor vouch for the key of another actor. It does
// not speak for itself: its key is what others remember.
func (v Env) endorse(o *federation.Object, k Keys) (err error) {
	if k.instance == nil || o.ID == v.InstanceURI() {
		return nil
	}
	o.Endorsement, err = federation.Endorse(v.InstanceURI(), o.ID, []string{k.Ed25519Multibase}, Ed25519KeyID(v.InstanceURI()), k.instance)
	return err
}

// Seal adds the proof of actor to one of our documents, which has none yet. The
// proof covers the first part of the @context only, so that the document may be
// put inside another without it. Keys that do not sign leave it as it is.
func Seal(doc []byte, actor string, k Keys, created time.Time) ([]byte, error) {
	if k.own == nil {
		return doc, nil
	}
	// Most of our @context is not signed: what is not read is not paid for.
	p, err := proof.Make(federation.Embed(doc), proof.Options{Key: k.own, Method: Ed25519KeyID(actor), Created: created, Context: federation.SignedContext()})
	if err != nil {
		return nil, fmt.Errorf("sign as %s: %w", actor, err)
	}
	return proof.Attach(doc, p)
}

// SignActivity adds the proof of its actor to an activity of ours. It covers the
// whole @context: Fedify verifies no other, and an activity is not embedded.
func SignActivity(activity []byte, actor string, k Keys, created time.Time) ([]byte, error) {
	if k.own == nil {
		return activity, nil
	}
	signed, err := proof.Sign(activity, proof.Options{Key: k.own, Method: Ed25519KeyID(actor), Created: created})
	if err != nil {
		return nil, fmt.Errorf("sign as %s: %w", actor, err)
	}
	return signed, nil
}
