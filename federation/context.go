package federation

import "encoding/json"

// Names of the vocabularies.
const (
	// ASContext is ActivityStreams 2.0's own context.
	ASContext = "https://www.w3.org/ns/activitystreams"
	// NS is the namespace of our own terms: an opaque IRI that nobody has to
	// fetch, since every document carries the terms inline.
	NS = "https://codeberg.org/bocage/bocage/ns#"
)

// contextTerms are the terms that ActivityStreams and security/v1 do not have.
// They are written by hand and inline: strict JSON-LD readers (Fedify) fetch
// every context URL that they do not bundle, and refuse the delivery when the
// fetch fails.
const contextTerms = `"toot":"http://joinmastodon.org/ns#","schema":"http://schema.org#","sc":"https://schema.org/","mz":"https://joinmobilizon.org/ns#",` +
	`"sec":"https://w3id.org/security#","dcterms":"http://purl.org/dc/terms/","skos":"http://www.w3.org/2004/02/skos/core#","boc":"` + NS + `",` +
	`"manuallyApprovesFollowers":"as:manuallyApprovesFollowers","alsoKnownAs":{"@id":"as:alsoKnownAs","@type":"@id"},"movedTo":{"@id":"as:movedTo","@type":"@id"},"sensitive":"as:sensitive",` +
	`"discoverable":"toot:discoverable","indexable":"toot:indexable","featured":{"@id":"toot:featured","@type":"@id"},` +
	`"Hashtag":"as:Hashtag","PropertyValue":"schema:PropertyValue","value":"schema:value","webfinger":"https://purl.archive.org/socialweb/webfinger#webfinger",` +
	`"assertionMethod":{"@id":"sec:assertionMethod","@type":"@id"},"Multikey":"sec:Multikey","controller":{"@id":"sec:controller","@type":"@id"},"publicKeyMultibase":"sec:publicKeyMultibase",` +
	`"implements":{"@id":"https://w3id.org/fep/844e#implements","@type":"@id"},` +
	`"PostalAddress":"sc:PostalAddress","address":"sc:address","streetAddress":"sc:streetAddress","postalCode":"sc:postalCode","addressLocality":"sc:addressLocality","addressRegion":"sc:addressRegion","addressCountry":"sc:addressCountry",` +
	`"license":{"@id":"sc:license","@type":"@id"},"keywords":"sc:keywords","inLanguage":"sc:inLanguage","openingHours":"sc:openingHours",` +
	`"pt":"https://joinpeertube.org/ns#","commentsEnabled":"pt:commentsEnabled","repliesModerationOption":"mz:repliesModerationOption","timezone":"mz:timezone","joinMode":"mz:joinMode","externalParticipationUrl":{"@id":"mz:externalParticipationUrl","@type":"sc:URL"},"isOnline":"mz:isOnline","status":"http://www.w3.org/2002/12/cal/ical#status","category":"sc:category",` +
	`"organizers":{"@id":"https://w3id.org/fep/8a8e/organizers","@type":"@id"},"displayEndTime":"https://w3id.org/fep/8a8e/displayEndTime","upcomingEvents":{"@id":"https://w3id.org/fep/8a8e/upcomingEvents","@type":"@id"},` +
	`"kind":"boc:kind","archived":"boc:archived","pitch":{"@id":"boc:pitch","@container":"@language"},"themes":{"@id":"boc:themes","@container":"@list"},"dateEdtf":"boc:dateEdtf","lastConfirmed":{"@id":"boc:lastConfirmed","@type":"http://www.w3.org/2001/XMLSchema#dateTime"},` +
	`"precision":"boc:precision","pointSource":"boc:pointSource","onlineUrl":{"@id":"boc:onlineUrl","@type":"@id"},"website":{"@id":"boc:website","@type":"@id"},` +
	`"relations":{"@id":"boc:relations","@type":"@id"},"via":{"@id":"boc:via","@type":"@id"},"catalog":{"@id":"boc:catalog","@type":"@id"},"digest":{"@id":"boc:digest","@type":"@id"},"hash":"boc:hash","orderType":"https://w3id.org/fep/1985/orderType",` +
	featureTerms

// plainTerms are those whose value is plain JSON and ours alone. JSON-LD 1.1 has
// the type @json for them; readers of 1.0 (Friendica) refuse the whole
// document over it, so in documents they are null: known, and nothing to them.
const plainTerms = `"shape":null,"pillars":null,"edition":null,"text":null,"concept":null,"links":null,"pictures":null,"sources":null,"identifiers":null,"endorsement":null`

// plainDefinitions say of the same terms, to people, what they are.
const plainDefinitions = `"shape":{"@id":"boc:shape","@type":"@json"},"pillars":{"@id":"boc:pillars","@type":"@json"},"edition":{"@id":"boc:edition","@type":"@json"},` +
	`"text":{"@id":"boc:text","@type":"@json"},"concept":{"@id":"boc:concept","@type":"@json"},"links":{"@id":"boc:links","@type":"@json"},"pictures":{"@id":"boc:pictures","@type":"@json"},` +
	`"sources":{"@id":"boc:sources","@type":"@json"},"identifiers":{"@id":"boc:identifiers","@type":"@json"},"endorsement":{"@id":"boc:endorsement","@type":"@json"}`

// featureTerms are those of collections of actors (FEP-7aa9) and of policies, which
// are GoToSocial's.
const featureTerms = `"gts":"https://gotosocial.org/ns#","interactionPolicy":{"@id":"gts:interactionPolicy","@type":"@id"},"automaticApproval":{"@id":"gts:automaticApproval","@type":"@id"},"canReply":{"@id":"gts:canReply","@type":"@id"},` +
	`"interactingObject":{"@id":"gts:interactingObject","@type":"@id"},"interactionTarget":{"@id":"gts:interactionTarget","@type":"@id"},` +
	`"fep7aa9":"https://w3id.org/fep/7aa9#","canFeature":{"@id":"fep7aa9:canFeature","@type":"@id"},"FeaturedCollection":"fep7aa9:FeaturedCollection","FeaturedItem":"fep7aa9:FeaturedItem",` +
	`"FeatureAuthorization":"fep7aa9:FeatureAuthorization","featuredObject":{"@id":"fep7aa9:featuredObject","@type":"@id"},"featuredObjectType":{"@id":"fep7aa9:featuredObjectType","@type":"@id"},` +
	`"featureAuthorization":{"@id":"fep7aa9:featureAuthorization","@type":"@id"},"featuredCollections":{"@id":"fep7aa9:featuredCollections","@type":"@id"}`

// contextJSON is the @context of every document, the same bytes each time.
const contextJSON = "[" + signedContexts + ",{" + contextTerms + "," + plainTerms + "}]"

// signedContexts are the first elements of every @context, and what the proofs
// of our documents cover of it: a document keeps its proof when a new version
// appends a term, and inside a page that has the @context for all.
const signedContexts = `"` + ASContext + `","https://w3id.org/security/v1","https://w3id.org/security/data-integrity/v1"`

// SignedContext is the part of Context that the proofs of our documents cover.
func SignedContext() json.RawMessage { return json.RawMessage("[" + signedContexts + "]") }

// Context marshals as the constant @context.
type Context struct{}

// MarshalJSON writes the constant.
func (Context) MarshalJSON() ([]byte, error) { return []byte(contextJSON), nil }

// ContextDocument is the JSON-LD 1.1 document of the terms, for those who want
// to look one up; no reader needs it.
func ContextDocument() []byte {
	return []byte(`{"@context":{` + contextTerms + "," + plainDefinitions + `}}`)
}
