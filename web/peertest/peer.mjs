// A small fediverse server built on Fedify, which nobody of Bocage wrote: it
// has one actor, follows whom it is told to, and keeps what its inbox accepts.
// Fedify verifies each delivery's signature before a listener sees it.
//
// Usage: node peer.mjs PORT. It prints "ready http://localhost:PORT/…actor".
//
//	POST /control/follow   {"actor": "<uri>"}  resolve, then send Follow
//	POST /control/unfollow {"actor": "<uri>"}  send Undo{Follow}
//	POST /control/say      {"object": "<uri>", "text", "do": "Create|Update|Delete"}  a Note in reply to an object
//	POST /control/claim    {"object": "<uri>"}  a second actor says that it is also known as object
//	POST /control/flag     {"object": "<uri>", "text"}  report it to its publisher's server
//	POST /control/react    {"object": "<uri>", "kind": "Like|Announce", "undo": true}  like or boost it, or take that back
//	GET  /control/received                     what came, in order
//	GET  /control/sent                         what its inbox deliveries were answered
//	GET  /control/lookup?q=<handle or uri>     what Fedify reads of an actor or object
//	GET  /control/proof?q=<uri>[&alter=name]   whether Fedify verifies its proof (FEP-8b32)
import { createServer } from "node:http";
import { Buffer } from "node:buffer";
import {
  createFederation,
  generateCryptoKeyPair,
  InProcessMessageQueue,
  MemoryKvStore,
  verifyObject,
} from "@fedify/fedify";
import {
  Accept,
  Activity,
  Announce,
  Create,
  Delete,
  Endpoints,
  Flag,
  Follow,
  Like,
  Move,
  Note,
  Person,
  PUBLIC_COLLECTION,
  Reject,
  Tombstone,
  Undo,
  Update,
} from "@fedify/fedify/vocab";

const port = Number(process.argv[2]);
const origin = `http://localhost:${port}`;
const name = "lectrice";
const heir = "repreneuse"; // to whom an entry may move
let claimed = [];
const received = [];
const follows = new Map();
const notes = new Map();
const sent = [];
const keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];

// Fedify asks WebFinger over https alone; here all is plain http on loopback.
const plainFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const asked = new Request(input, init);
  const request = asked.url.startsWith("https://localhost:")
    ? new Request(asked.url.replace("https:", "http:"), { headers: asked.headers, redirect: asked.redirect })
    : asked;
  const body = request.method === "POST" ? await request.clone().text() : undefined;
  const response = await plainFetch(request);
  if (body !== undefined) {
    sent.push({ url: request.url, status: response.status, headers: Object.fromEntries(request.headers), body });
  }
  return response;
};

const federation = createFederation({
  kv: new MemoryKvStore(),
  queue: new InProcessMessageQueue(),
  allowPrivateAddress: true,
  origin,
});

federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (identifier !== name && identifier !== heir) return null;
    const pairs = await ctx.getActorKeyPairs(identifier);
    return new Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: identifier === heir ? "Une repreneuse" : "Une lectrice",
      aliases: identifier === heir ? claimed : [],
      inbox: ctx.getInboxUri(identifier),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      publicKey: pairs[0].cryptographicKey,
      assertionMethods: pairs.map((p) => p.multikey),
    });
  })
  .setKeyPairsDispatcher(() => keys);
federation.setObjectDispatcher(Note, "/notes/{id}", (_ctx, { id }) => notes.get(id) ?? null);

/** Keeps an accepted activity with what a client would show of its object. */
async function keep(ctx, activity) {
  const opts = { documentLoader: ctx.documentLoader, contextLoader: ctx.contextLoader, suppressError: true };
  const object = await activity.getObject(opts);
  received.push({
    type: activity.constructor.name,
    id: activity.id?.href,
    target: activity.targetId?.href,
    replyTo: object?.replyTargetId?.href,
    actor: activity.actorId?.href,
    objectId: (object?.id ?? activity.objectId)?.href,
    objectType: object?.constructor.name,
    name: object?.name?.toString(),
    summary: object?.summary?.toString(),
    content: object?.content?.toString(),
    languages: object?.contents?.map((c) => c.locale?.toString()).filter(Boolean),
    startTime: object?.startTime?.toString(),
    edited: object?.updated?.toString(),
    url: object?.url?.href?.toString(),
  });
}

const listeners = federation.setInboxListeners("/users/{identifier}/inbox", "/inbox");
for (const type of [Accept, Reject, Create, Update, Delete, Announce, Move, Undo]) {
  listeners.on(type, keep);
}
listeners.onError((_ctx, error) => {
  received.push({ type: "Error", name: String(error) });
});

const control = {
  async "/control/follow"(ctx, { actor }) {
    const target = await ctx.lookupObject(actor);
    if (target?.id == null) throw new Error(`no actor at ${actor}`);
    const follow = new Follow({
      id: new URL(`${origin}/follows/${follows.size + 1}`),
      actor: ctx.getActorUri(name),
      object: target.id,
    });
    follows.set(target.id.href, { follow, target });
    await ctx.sendActivity({ identifier: name }, target, follow, { immediate: true });
    return { follow: follow.id.href, actor: target.id.href, name: target.name?.toString() };
  },
  async "/control/unfollow"(ctx, { actor }) {
    const { follow, target } = follows.get(actor);
    const undo = new Undo({ id: new URL(`${follow.id.href}/undo`), actor: ctx.getActorUri(name), object: follow });
    await ctx.sendActivity({ identifier: name }, target, undo, { immediate: true });
    return { undo: undo.id.href };
  },
  async "/control/say"(ctx, { object, text, do: verb }) {
    const target = await ctx.lookupObject(object);
    const author = target.attributionId ? await target.getAttribution() : target;
    const json = {
      "@context": "https://www.w3.org/ns/activitystreams",
      type: "Note",
      id: `${origin}/notes/1`,
      attributedTo: ctx.getActorUri(name).href,
      to: PUBLIC_COLLECTION.href,
      cc: author.id.href,
      content: text,
      inReplyTo: target.id.href,
      tag: { type: "Mention", href: author.id.href, name: "@qui" },
      published: new Date().toISOString(),
      ...(verb === "Update" && { updated: new Date().toISOString() }),
    };
    const note = await Note.fromJsonLd(json, { documentLoader: ctx.documentLoader, contextLoader: ctx.contextLoader });
    notes.set("1", note);
    const parts = {
      id: new URL(`${origin}/notes/1/${verb}`),
      actor: ctx.getActorUri(name),
      to: PUBLIC_COLLECTION,
      object: verb === "Delete" ? new Tombstone({ id: note.id }) : note,
    };
    const activity = verb === "Create" ? new Create(parts) : verb === "Update" ? new Update(parts) : new Delete(parts);
    await ctx.sendActivity({ identifier: name }, author, activity, { immediate: true });
    return { note: note.id.href };
  },
  async "/control/claim"(ctx, { object }) {
    claimed = [new URL(object)];
    return { actor: ctx.getActorUri(heir).href };
  },
  async "/control/flag"(ctx, { object, text }) {
    const target = await ctx.lookupObject(object);
    const author = await target.getAttribution();
    const id = new URL(`${origin}/flags/1`);
    const flag = new Flag({ id, actor: ctx.getActorUri(name), objects: [author.id, target.id], content: text });
    await ctx.sendActivity({ identifier: name }, author, flag, { immediate: true });
    return { flag: id.href };
  },
  async "/control/react"(ctx, { object, kind, undo }) {
    const target = await ctx.lookupObject(object);
    const author = target.attributionId ? await target.getAttribution() : target;
    const me = { actor: ctx.getActorUri(name), to: PUBLIC_COLLECTION };
    const parts = { id: new URL(`${origin}/reactions/${kind}`), object: target.id, ...me };
    const reaction = kind === "Like" ? new Like(parts) : new Announce(parts);
    const activity = undo ? new Undo({ id: new URL(`${reaction.id.href}/undo`), object: reaction, ...me }) : reaction;
    await ctx.sendActivity({ identifier: name }, author, activity, { immediate: true });
    return { activity: activity.id.href };
  },
  async "/control/received"() {
    return received;
  },
  async "/control/sent"() {
    return sent;
  },
  async "/control/proof"(ctx, _body, query) {
    const res = await fetch(query.get("q"), { headers: { accept: "application/activity+json" } });
    const json = await res.json();
    if (query.has("alter")) json.object[query.get("alter")] = "altered";
    const opts = { documentLoader: ctx.documentLoader, contextLoader: ctx.contextLoader };
    const verified = await verifyObject(Activity, json, opts);
    return { proof: json.proof?.cryptosuite, verified: verified?.id?.href };
  },
  async "/control/lookup"(ctx, _body, query) {
    const object = await ctx.lookupObject(query.get("q"));
    if (object == null) return null;
    const fields = [];
    for await (const a of object.getAttachments?.() ?? [])
      fields.push({ name: a.name?.toString(), value: a.value?.toString() });
    return {
      type: object.constructor.name,
      id: object.id?.href,
      name: object.name?.toString(),
      preferredUsername: object.preferredUsername?.toString(),
      summary: object.summary?.toString(),
      fields,
    };
  },
};

async function body(req) {
  const chunks = [];
  for await (const c of req) chunks.push(c);
  return Buffer.concat(chunks);
}

createServer(async (req, res) => {
  const url = new URL(req.url, origin);
  const bytes = await body(req);
  try {
    const act = control[url.pathname];
    if (act) {
      const ctx = federation.createContext(new URL(origin), undefined);
      const answer = await act(ctx, bytes.length ? JSON.parse(bytes) : {}, url.searchParams);
      res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
      return;
    }
    const request = new Request(url, {
      method: req.method,
      headers: req.headers,
      body: bytes.length ? bytes : undefined,
    });
    const response = await federation.fetch(request, { contextData: undefined });
    res.writeHead(response.status, Object.fromEntries(response.headers)).end(Buffer.from(await response.arrayBuffer()));
  } catch (error) {
    res
      .writeHead(500, { "content-type": "application/json" })
      .end(JSON.stringify({ error: String(error?.stack ?? error) }));
  }
}).listen(port, "localhost", () => console.log(`ready ${origin}/users/${name}`));
