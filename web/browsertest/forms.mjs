// What a test needs to be there before it looks: pages' own forms, sent as a
// browser without script sends them, but without a browser.
import assert from "node:assert/strict";

const plain = (html) =>
  html.replace(/&(#(\d+)|amp|quot|lt|gt|#39|#34);/g, (all, name, code) =>
    code ? String.fromCodePoint(code) : ({ amp: "&", quot: '"', lt: "<", gt: ">" }[name] ?? all),
  );

/** Somebody who reads and fills in the pages of one instance. */
export class Visitor {
  #cookies = new Map();

  /** at is the instance's address, without a trailing slash. */
  constructor(at) {
    this.at = at;
  }

  /** Gives { status, url, html } of a path after its redirects. */
  async read(path, init = {}) {
    const url = new URL(path, `${this.at}/`);
    const cookie = [...this.#cookies].map(([n, v]) => `${n}=${v}`).join("; ");
    const response = await fetch(url, { ...init, headers: { Cookie: cookie }, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      this.#cookies.set(name, value);
    }
    const next = response.headers.get("Location");
    if (next) return this.read(new URL(next, url).href);
    return { status: response.status, url: url.href, html: await response.text() };
  }

  /** Fills in the form whose action ends as told, of a path or of what read or send gave, and sends it. */
  async send(page, fields, action = "") {
    const { html, status, url } = typeof page === "string" ? await this.read(page) : page;
    const forms = html.slice(html.indexOf("<main")).match(/<form[\s\S]*?<\/form>/g) ?? [];
    const where = (form) => plain(form.match(/^[^>]* action="([^"]*)"/)?.[1] ?? url);
    const form = forms.find((f) => / method="post"/.test(f) && where(f).endsWith(action));
    assert.ok(form, `${url} (${status}) has a form to ${action}`);
    const body = new FormData();
    for (const [tag] of form.matchAll(/<input[^>]* type="hidden"[^>]*>/g)) {
      body.append(tag.match(/ name="([^"]*)"/)[1], plain(tag.match(/ value="([^"]*)"/)?.[1] ?? ""));
    }
    for (const [, head, options] of form.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/g)) {
      const name = head.match(/ name="([^"]*)"/)[1];
      const first = / multiple/.test(head) ? undefined : options.match(/value="([^"]*)"/);
      const value = options.match(/value="([^"]*)" selected/) ?? first;
      if (value && !(name in fields)) body.append(name, plain(value[1]));
    }
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const multipart = / enctype="multipart/.test(form);
    return this.read(new URL(where(form), url).href, {
      method: "POST",
      body: multipart ? body : new URLSearchParams(body),
    });
  }

  async signIn(name, password) {
    const { url } = await this.send("/login", { name, password });
    assert.ok(!new URL(url).pathname.startsWith("/login"), `${name} is signed in`);
    return this;
  }

  /** Publishes an entry of a kind and gives its path. */
  async add(kind, fields) {
    const all = { kind, ...fields, do: "publish" };
    let answer = await this.send(`/new?kind=${kind}`, all, "/new");
    if (/id="h-jumelles"/.test(answer.html)) answer = await this.send(answer, all, "/new"); // one looks like it
    const { url, html } = answer;
    const edit = html.match(/href="([^"]+)\/edit"/);
    assert.ok(
      edit && !url.endsWith("/new"),
      `${kind} ${fields.name_fr}: ${html.match(/class="avis erreur[\s\S]*?<\/div>/)}`,
    );
    return new URL(edit[1], this.at).pathname;
  }

  /** Deletes an entry at once. */
  async remove(path) {
    const sure = await this.send(`${path}/edit`, {}, "/delete");
    await this.send(sure, { reason: "", do: "now" }, "/delete");
    assert.equal((await this.read(path)).status, 410, `${path} is gone`);
  }
}
