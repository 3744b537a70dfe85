package federation

import "time"

// Collections of recommended actors (FEP-7aa9, a draft; Mastodon 4.6 calls them
// Collections). A server asks with a FeatureRequest before it puts an actor of
// another one in a collection, and shows the FeatureAuthorization that it got.

// InteractionPolicy is what an actor, or who made an object, lets others do
// without asking; nil is nothing said.
type InteractionPolicy struct {
	CanFeature *Approval `json:"canFeature,omitempty"`
	// CanReply is GoToSocial's: who may answer the object.
	CanReply *Approval `json:"canReply,omitempty"`
}

// Approval names who need not ask; Public is everybody.
type Approval struct {
	AutomaticApproval []string `json:"automaticApproval"`
}

// FeaturedCollection is a list of actors that its owner recommends.
type FeaturedCollection struct {
	ID           string            `json:"id"`
	Type         string            `json:"type"`
	AttributedTo string            `json:"attributedTo"`
	Name         string            `json:"name"`
	NameMap      map[string]string `json:"nameMap,omitempty"`
	Summary      string            `json:"summary,omitempty"`
	SummaryMap   map[string]string `json:"summaryMap,omitempty"`
	URL          string            `json:"url,omitempty"`
	Sensitive    bool              `json:"sensitive"`
	Discoverable bool              `json:"discoverable"`
	Published    time.Time         `json:"published,omitzero"`
	Updated      time.Time         `json:"updated,omitzero"`
	TotalItems   int               `json:"totalItems"`
	Items        []FeaturedItem    `json:"orderedItems"`
}

// FeaturedItem is one actor of a collection, with its leave to be there.
type FeaturedItem struct {
	ID                   string    `json:"id"`
	Type                 string    `json:"type"`
	FeaturedObject       string    `json:"featuredObject"`
	FeaturedObjectType   string    `json:"featuredObjectType"`
	FeatureAuthorization string    `json:"featureAuthorization,omitempty"`
	Published            time.Time `json:"published,omitzero"`
}

// FeatureAuthorization says that an actor (InteractionTarget) may be in a
// collection (InteractingObject). Its id is on the actor's host.
type FeatureAuthorization struct {
	ID                string `json:"id"`
	Type              string `json:"type"`
	AttributedTo      string `json:"attributedTo"`
	InteractingObject string `json:"interactingObject"`
	InteractionTarget string `json:"interactionTarget"`
}
