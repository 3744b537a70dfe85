// Bocage and a server that others wrote (Fedify) follow the protocol with one
// another, over loopback. Needs BOCAGE_BIN, the program to test.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { freePort, program, start, stop, until } from "./process.mjs";

const AP = "application/activity+json";
const data = mkdtempSync(join(tmpdir(), "bocage-peer-"));
let bocage, peer, org, garden, fair, url, ctl, lectrice;

/** Runs a bocage command against the instance's database. */
function cli(args, input) {
  return program([...args], { url, data, input });
}

async function control(path, body) {
  const res = await fetch(ctl + path, body && { method: "POST", body: JSON.stringify(body) });
  const answer = await res.json();
  assert.equal(res.status, 200, JSON.stringify(answer));
  return answer;
}

const received = () => control("/control/received");
const about = async (type, id) => (await received()).filter((a) => a.type === type && a.objectId === id);
const document = async (uri) => (await fetch(uri, { headers: { accept: AP } })).json();

before(async () => {
  const ports = [await freePort(), await freePort()];
  url = `http://localhost:${ports[0]}`;
  ctl = `http://localhost:${ports[1]}`;
  bocage = start(process.env.BOCAGE_BIN, ["serve"], { url, data });
  await until("bocage is ready", async () => (await fetch(`${url}/readyz`)).ok);
  peer = start(process.execPath, [join(import.meta.dirname, "peer.mjs"), ports[1]], {});
  await until("the peer is ready", async () => (await fetch(`${ctl}/control/received`)).ok);
  lectrice = `${ctl}/users/lectrice`;
  org = JSON.parse(
    await cli([
      "org",
      "create",
      "Le Verger commun",
      "--website",
      "https://verger.example",
      "--summary",
      "Un verger",
      "--json",
    ]),
  );
});

after(async () => {
  await stop(peer);
  await stop(bocage);
  rmSync(data, { recursive: true, force: true });
});

test("an actor is found by its id and by WebFinger, with its fields", async () => {
  for (const q of [org.uri, `acct:${org.handle}@${new URL(url).host}`, `${url}/@${org.handle}`]) {
    const seen = await control(`/control/lookup?q=${encodeURIComponent(q)}`);
    assert.equal(seen?.id, org.uri, q);
    assert.equal(seen.type, "Organization");
    assert.equal(seen.name, "Le Verger commun");
    assert.equal(seen.preferredUsername, org.handle);
    assert.match(seen.summary, /Un verger/);
    const site = seen.fields.find((f) => f.name === "Site");
    assert.match(site?.value ?? "", /verger\.example/);
  }
});

test("a Follow is accepted, at the first knock, with the same id", async () => {
  const { follow } = await control("/control/follow", { actor: org.uri });
  const [accept] = await until("Accept", async () => {
    const all = (await received()).filter((a) => a.type === "Accept");
    return all.length > 0 && all;
  });
  assert.equal(accept.objectId, follow);
  assert.equal(accept.actor, org.uri);
  assert.equal((await document(`${org.uri}/followers`)).totalItems, 1);
  const sent = await control("/control/sent");
  assert.equal(sent.length, 1, "one POST was enough: RFC 9421 is understood");
  assert.ok(sent[0].headers["signature-input"], "signed with RFC 9421");
  assert.equal(sent[0].status, 202);
});

test("a new event arrives as one Event, and a change of place as Update and one Note", async () => {
  fair = JSON.parse(
    await cli(
      ["entry", "create", "--publish"],
      JSON.stringify({
        kind: "event",
        owner: org.id,
        name: { fr: "Assemblée des haies" },
        summary: { fr: "Décider ensemble." },
        period: { start: "2037-06-07T18:00:00+02:00", end: "2037-06-07T20:00:00+02:00", timezone: "Europe/Paris" },
        place: { name: "La Halle", locality: "Rennes", country: "FR" },
      }),
    ),
  );
  const [event] = await until("Create{Event}", async () => one(await about("Create", fair.uri)));
  assert.equal(event.objectType, "Event");
  assert.equal(event.name, "Assemblée des haies");
  assert.equal(Date.parse(event.startTime), Date.parse("2037-06-07T16:00:00Z"));
  assert.equal(event.edited, undefined, "new, not edited");
  assert.match(event.summary, /dimanche 7 juin 2037, 18:00–20:00 – La Halle, Rennes/);
  const proof = (query) => control(`/control/proof?q=${encodeURIComponent(event.id)}${query}`);
  assert.deepEqual(await proof(""), { proof: "eddsa-jcs-2022", verified: event.id }, "Fedify verifies the proof");
  assert.equal((await proof("&alter=name")).verified, undefined, "and not of an altered one");

  await cli(
    ["entry", "edit", fair.id],
    JSON.stringify({ place: { name: "Le Préau", locality: "Rennes", country: "FR" } }),
  );
  const [update] = await until("Update{Event}", async () => one(await about("Update", fair.uri)));
  assert.match(update.summary, /Le Préau/);
  assert.ok(update.edited, "an edit says when");
  const [note] = await until("Create{Note}", async () => one(await notes()));
  assert.match(note.content, /Changement de date ou de lieu\u00a0: <strong>Assemblée des haies/);
  assert.match(note.content, new RegExp(`href="${fair.uri}"`));
  assert.ok(note.languages.includes("fr") && note.languages.includes("en"), `languages ${note.languages}`);
  assert.equal((await about("Create", fair.uri)).length, 1);
});

test("a new commons is announced once, by a readable note", async () => {
  garden = JSON.parse(
    await cli(
      ["entry", "create", "--publish"],
      JSON.stringify({ kind: "commons", owner: org.id, name: { fr: "Le Lavoir" }, summary: { fr: "Un lavoir." } }),
    ),
  );
  const [announce] = await until("Announce", async () => one((await received()).filter((a) => a.type === "Announce")));
  assert.equal(announce.actor, org.uri);
  assert.equal(announce.objectType, "Note", "the peer could fetch what is announced");
  assert.match(announce.content, /Nouvelle fiche dans l’annuaire\u00a0: <strong>Le Lavoir/);
});

test("a reply waits for a decision, is shown, edited and deleted", async () => {
  const replies = async (state) => JSON.parse(await cli(["discussion", "list", "--state", state, "--json"]));
  const { note } = await control("/control/say", { object: fair.uri, text: "<p>Qui vient\u00a0?</p>", do: "Create" });
  const [waiting] = await until("a reply that waits", async () => one(await replies("pending")));
  assert.equal(waiting.uri, note);
  await cli(["discussion", "approve", waiting.id]);
  assert.deepEqual((await document(`${fair.uri}/replies`)).orderedItems, [note]);
  await cli(["discussion", "answer", waiting.id], "Nous tous.");
  const [answer] = await until("our answer", async () => one((await received()).filter((a) => a.replyTo === note)));
  assert.equal(answer.type, "Create");
  assert.match(answer.content, /Nous tous/);
  assert.match(answer.content, /lectrice/, "who is answered is named");
  await control("/control/say", { object: fair.uri, text: "<p>Qui vient, et avec quoi\u00a0?</p>", do: "Update" });
  const [edited] = await until("the edit waits again", async () => one(await replies("pending")));
  assert.match(JSON.stringify(edited), /avec quoi/);
  await control("/control/say", { object: fair.uri, text: "", do: "Delete" });
  await until("the reply is gone", async () => (await replies("pending")).length === 0);
  assert.deepEqual((await document(`${fair.uri}/replies`)).orderedItems ?? [], []);
});

test("a like and a boost are counted, shown and taken back", async () => {
  const counts = async () => [
    (await document(`${fair.uri}/likes`)).totalItems,
    (await document(`${fair.uri}/shares`)).totalItems,
  ];
  const react = async (kind, undo, want) => {
    await control("/control/react", { object: fair.uri, kind, undo });
    await until(`${undo ? "no " : ""}${kind}`, async () => String(await counts()) === String(want));
  };
  assert.deepEqual(await counts(), [0, 0]);
  await react("Like", false, [1, 0]);
  await react("Announce", false, [1, 1]);
  const shown = await (await fetch(fair.uri, { headers: { accept: "text/html", "accept-language": "fr" } })).text();
  assert.match(shown, /1 personne du fediverse l.{1,5}aime · 1 partage/);
  await react("Like", true, [0, 1]);
  await react("Announce", true, [0, 0]);
});

test("a Flag is a report", async () => {
  await control("/control/flag", { object: fair.uri, text: "Contenu douteux" });
  const list = () => cli(["moderation", "reports", "--json"]);
  assert.match(await until("the report", async () => /douteux/.test(await list()) && list()), new RegExp(fair.id));
});

test("who follows an organisation and a map hears once of what enters it", async () => {
  await cli(["map", "create", "fours", "--name", "Carte des fours", "--tags", "four"]);
  const map = `${url}/maps/fours`;
  assert.equal((await control(`/control/lookup?q=${encodeURIComponent(map)}`))?.type, "Service");
  await control("/control/follow", { actor: map });
  await until("Accept of the map", async () => (await received()).some((a) => a.type === "Accept" && a.actor === map));
  await oven("Le Four");
  const [told] = await until("the news", async () => one(await toldOf("Le Four<")));
  assert.equal(told.actor, org.uri, "from the first that tells it");
});

test("a deleted event is deleted at the peer, with its notes", async () => {
  const [note] = await notes();
  await cli(["entry", "delete", fair.id]);
  await until("Delete of the event", async () => one(await about("Delete", fair.uri)));
  await until("Delete of the note", async () => one(await about("Delete", note.objectId)));
  for (const gone of [fair.uri, note.objectId]) {
    const res = await fetch(gone, { headers: { accept: AP } });
    assert.equal(res.status, 410, gone);
    assert.equal((await res.json()).type, "Tombstone");
  }
});

test("after an unfollow nothing is delivered", async () => {
  await control("/control/unfollow", { actor: org.uri });
  await until("no followers", async () => (await document(`${org.uri}/followers`)).totalItems === 0);
  const before = (await received()).length;
  await cli(["entry", "edit", garden.id], JSON.stringify({ name: { fr: "Le Grand Lavoir" } }));
  // What the instance sends next to the same peer comes after what it would
  // have sent of the edit: deliveries are in order.
  await control("/control/follow", { actor: garden.uri });
  await until("the next Accept", async () =>
    (await received()).some((a) => a.type === "Accept" && a.actor === garden.uri),
  );
  const later = (await received()).slice(before);
  assert.deepEqual(
    later.map((a) => a.type),
    ["Accept"],
  );
});

test("who follows the map alone hears it from there, as a note that can be fetched", async () => {
  await oven("Le Fournil");
  const [told] = await until("the map tells", async () => one(await toldOf("Le Fournil")));
  assert.deepEqual([told.type, told.actor, told.objectType], ["Announce", `${url}/maps/fours`, "Note"]);
  assert.equal((await toldOf("Le Four<")).length, 1);
});

test("an entry that moves says so to who follows it, and leads on", async () => {
  const { actor: target } = await control("/control/claim", { object: garden.uri });
  await cli(["move", "start", garden.id, target, "--reason", "reprise"]);
  const [move] = await until("Move", async () => one((await received()).filter((a) => a.type === "Move")));
  assert.deepEqual([move.actor, move.objectId, move.target], [garden.uri, garden.uri, target]);
  assert.equal((await document(garden.uri)).movedTo, target);
});

test("what is not signed, or was changed on its way, is 401", async () => {
  const [knock] = await control("/control/sent");
  const { host, connection, "content-length": _, ...headers } = knock.headers;
  const changed = knock.body.replace("/follows/1", "/follows/9");
  assert.notEqual(changed, knock.body);
  const digest = `sha-256=:${createHash("sha256").update(changed).digest("base64")}:`;
  const strangers = headers["signature-input"].replace("lectrice", "personne");
  for (const [what, h, body] of [
    ["unsigned", { "content-type": AP }, changed],
    ["another body", headers, changed],
    ["another body with its digest", { ...headers, "content-digest": digest }, changed],
    ["another key", { ...headers, "content-digest": digest, "signature-input": strangers }, changed],
  ]) {
    const res = await fetch(`${org.uri}/inbox`, { method: "POST", headers: h, body });
    assert.equal(res.status, 401, `${what}: ${await res.text()}`);
  }
  assert.equal((await document(`${org.uri}/followers`)).totalItems, 0);
});

test("the peer could verify and read all that came", async () => {
  const faults = (await received()).filter((a) => a.type === "Error");
  assert.deepEqual(faults, []);
  assert.deepEqual(peer.faults(), []);
  assert.ok((await control(`/control/lookup?q=${encodeURIComponent(lectrice)}`)).id, "the peer itself is well");
});

/** Makes a commons that the map of ovens has. */
const oven = (name) =>
  cli(
    ["entry", "create", "--publish"],
    JSON.stringify({
      kind: "commons",
      owner: org.id,
      name: { fr: name },
      summary: { fr: "On y cuit." },
      tags: ["four"],
    }),
  );
const toldOf = async (name) => (await received()).filter((a) => a.content?.includes(`<strong>${name}`));

const notes = async () => (await received()).filter((a) => a.type === "Create" && a.objectType === "Note");

/** What came, once there is something; that it is one and stays one is asserted. */
function one(all) {
  assert.ok(all.length <= 1, `came ${all.length} times: ${JSON.stringify(all)}`);
  return all.length === 1 && all;
}
