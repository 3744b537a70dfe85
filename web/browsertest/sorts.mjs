// The pages that an instance has, one of each sort, and what must be in it for
// some of them to show anything.
import assert from "node:assert/strict";
import { base, somePages } from "./browser.mjs";
import { Visitor } from "./forms.mjs";

const MAP = "parcours";

/** What a test added, to be taken away. */
export class Made {
  #editor;
  #paths = [];

  static async start(there, password) {
    const made = new Made();
    made.#editor = await new Visitor(base).signIn("editor", password);
    const add = async (kind, fields) => {
      const path = await made.#editor.add(kind, fields);
      made.#paths.push(path);
      return path;
    };
    made.ecosystem = await add("ecosystem", { name_fr: "Réseau des parcours", name_en: "Network of walks" });
    const relations = `member_of | ${base}${made.ecosystem}`;
    const placed = { locality: "Rennes", lat: "48.11", lon: "-1.68", relations };
    made.member = await add("commons", { name_fr: "Jardin des parcours", summary_fr: "Un jardin.", ...placed });
    await add("place", { name_fr: "Maison des parcours", ...placed });
    made.gone = await made.#editor.add("commons", { name_fr: "Parti" });
    await made.#editor.remove(made.gone);
    const words = { category: "wrong", content: "L’adresse est celle d’avant.", contact: "", website: "" };
    await new Visitor(base).send(`${made.member}/report`, words, "/report");
    await makeMap(there, password);
    return made;
  }

  async end() {
    for (const path of this.#paths.reverse()) await this.#editor.remove(path);
  }
}

/** A map of its own colours, unless it is there. */
async function makeMap(there, password) {
  if ((await fetch(`${there}/maps/${MAP}`)).ok) return;
  const admin = await new Visitor(there).signIn("admin", password);
  let page = await admin.send("/admin/maps/new", { departments: "35", do: "next" });
  page = await admin.send(page, { do: "next" });
  const names = { name_fr: "Communs des parcours", name_en: "Commons of walks", handle: MAP };
  page = await admin.send(page, { ...names, summary_fr: "Ce que nous avons vu.", do: "next" });
  page = await admin.send(page, { home_fr: "Bienvenue.", light: "#7a1f4b", dark: "#e9a3c4", do: "save" });
  assert.equal((await fetch(`${there}/maps/${MAP}`)).status, 200, page.html);
}

const ADMIN = [
  "federation",
  "moderation",
  "moderation/rules",
  "moderation/limits",
  "sources",
  "sources/review",
  "followers",
  "discussion",
  "maps",
  "maps/new",
  "tours",
  "eras",
  "moves",
  "moves/archives",
  "audit",
];

/** One page of each sort, { name, path, at, as, status }: as is who is signed in. */
export async function sorts(there, made) {
  const known = Object.fromEntries(await somePages());
  const entry = known.organisation;
  const of = encodeURIComponent(`${base}${entry}`);
  const home = await (await fetch(`${base}/`)).text();
  const pages = {
    ...known,
    "home-card": `/?entry=${home.match(/data-num="(\d+)"/)[1]}`,
    "home-near": "/?near=zzzzqq",
    "timeline-agenda": "/timeline?view=agenda",
    "timeline-calendar": "/timeline?view=calendar&month=2015-10",
    "timeline-kinds": "/timeline?lanes=kind",
    "timeline-places": "/timeline?lanes=region",
    "timeline-series": "/timeline?lanes=series",
    series: "/series/forum-social-mondial",
    "genealogy-list": "/genealogy?view=list&from=1980",
    "concepts-list": "/concepts?view=list&q=communs",
    neighbourhood: `${known.text}/neighbourhood?depth=2`,
    ecosystem: made.ecosystem,
    member: made.member,
    glossary: "/glossary",
    start: "/start",
    "start-near": "/start?near=35000",
    "start-nowhere": "/start?near=zzzzqq",
    tours: "/tours",
    tour: "/tours/un-commun",
    maps: "/maps",
    share: `/share?url=${of}`,
    embed: "/embed",
    "embed-list": "/embed?view=list",
    print: "/print",
    "print-list": "/print?format=list&q=jardin",
    "print-large": "/print?format=large&q=jardin",
    "print-poster": "/print?format=poster&q=jardin",
    "print-booklet": "/print?format=booklet&q=jardin",
    "print-sheet": `${entry}/print`,
    report: `${entry}/report`,
  };
  const list = Object.entries(pages).map(([name, path]) => ({ name, path, at: base }));
  for (const [name, path] of [
    ["new", "/new?kind=event"],
    ["edit", `${entry}/edit`],
    ["life", `${entry}/life`],
    ["history-mine", `${made.member}/history`],
    ["moderation", "/admin/moderation"],
    ["logout", "/logout"],
  ]) {
    list.push({ name: `signed-${name}`, path, at: base, as: "editor" });
  }
  list.push({ name: "gone", path: made.gone, at: base, status: 410 });
  list.push({ name: "nowhere", path: "/nulle-part", at: base, status: 404 });
  for (const path of ["", "/timeline", "/genealogy", "/concepts", "/about", "/embed"]) {
    list.push({ name: `map-of-its-own${path.replace("/", "-")}`, path: `/maps/${MAP}${path}`, at: there });
  }
  for (const path of [...ADMIN, `federation/${new URL(base).host}`]) {
    const name = `admin-${path.replace(/[^a-z]+/g, "-")}`;
    list.push({ name, path: `/admin/${path}`, at: there, as: "admin" });
  }
  return list;
}
