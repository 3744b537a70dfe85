// Somebody of another server: an actor with a key of its own, whose posts are
// delivered with a signature as the fediverse signs them.
import { createHash, createSign, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

/** Starts the server of one actor; say posts an answer, end closes it. */
export async function stranger(name) {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const notes = new Map();
  const server = createServer((request, response) => {
    const document = request.url === `/users/${name}` ? actor : notes.get(request.url);
    response.writeHead(document ? 200 : 404, { "Content-Type": "application/activity+json" });
    response.end(document ? JSON.stringify(document) : "");
  });
  await new Promise((listening) => server.listen(0, "localhost", listening));
  const origin = `http://localhost:${server.address().port}`;
  const id = `${origin}/users/${name}`;
  const actor = {
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
    id,
    type: "Person",
    preferredUsername: name,
    name: "Solène Le Goff",
    inbox: `${id}/inbox`,
    outbox: `${id}/outbox`,
    publicKey: { id: `${id}#main-key`, owner: id, publicKeyPem: publicKey },
  };

  async function deliver(inbox, activity) {
    const url = new URL(inbox);
    const body = JSON.stringify(activity);
    const date = new Date().toUTCString();
    const digest = `SHA-256=${createHash("sha256").update(body).digest("base64")}`;
    const signed = `(request-target): post ${url.pathname}\nhost: ${url.host}\ndate: ${date}\ndigest: ${digest}`;
    const signature = createSign("sha256").update(signed).sign(privateKey, "base64");
    return fetch(url, {
      method: "POST",
      body,
      headers: {
        "Content-Type": "application/activity+json",
        Date: date,
        Digest: digest,
        Signature: `keyId="${id}#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="${signature}"`,
      },
    });
  }

  return {
    id,
    end: () => new Promise((closed) => server.close(closed).closeAllConnections()),
    async say(inbox, inReplyTo, content) {
      const path = `/notes/${notes.size + 1}`;
      const note = {
        "@context": "https://www.w3.org/ns/activitystreams",
        id: origin + path,
        type: "Note",
        attributedTo: id,
        inReplyTo,
        content,
        published: new Date().toISOString(),
        to: ["https://www.w3.org/ns/activitystreams#Public"],
      };
      notes.set(path, note);
      return deliver(inbox, {
        "@context": note["@context"],
        id: `${note.id}/create`,
        type: "Create",
        actor: id,
        object: note,
        to: note.to,
      });
    },
  };
}
