/** The one way to the service: typed, in the reader's language, as known at the moment looked at.
 *
 *     const page = await api.get<Page<EventRow>>("/events", { kind: "stay" });
 *     await api.post("/sweeps", { watchlist: "japan-comms" });
 *
 * What is read again and has not changed is answered 304 by its ETag: the browser keeps it and does so by itself.
 */

import { app } from "./state.svelte";
import type { Me } from "./types";

export const API = "/api/v1";
type Query = Record<string, string | number | boolean | null | undefined>;

/** A refusal of the service, RFC 9457: `code` is the same in every language, `detail` teaches. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: { where?: string; expected?: string }[] = [],
    readonly request = "",
  ) {
    super(detail || title);
  }
}

/** The service could not be reached at all. */
export class Unreachable extends Error {}

/** The address of a resource. The language and the moment are those of the page unless the query says another; null leaves one out. */
export function url(path: string, query: Query = {}): string {
  const asked = new URLSearchParams();
  const all: Query = { as_of: app.asOf, lang: app.lang, ...query };
  for (const [key, value] of Object.entries(all)) {
    if (value !== null && value !== undefined && value !== "") asked.set(key, String(value));
  }
  const text = asked.toString();
  return `${API}${path}${text ? `?${text}` : ""}`;
}

async function send(method: string, path: string, query: Query, init: RequestInit = {}, again = false): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Accept-Language", app.lang);
  if (method !== "GET") {
    if (app.me?.csrf) headers.set("X-CSRF", app.me.csrf);
    if (method === "POST" && !headers.has("Idempotency-Key")) headers.set("Idempotency-Key", key());
  }
  let answer: Response;
  try {
    answer = await fetch(url(path, query), { ...init, method, headers, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    app.online = false;
    throw new Unreachable("unreachable");
  }
  // A proxy that answers for a service that is gone does not speak as the service does.
  const gone = [502, 503, 504].includes(answer.status) && !answer.headers.get("Content-Type")?.includes("json");
  app.online = !gone;
  if (gone) throw new Unreachable("unreachable");
  if (answer.ok) return answer;
  const problem = await refusal(answer);
  if (problem.status === 401 && app.me) app.expired = true;
  if (problem.code === "csrf" && !again) {
    // Another tab began a new session: this page learns its word and says the same once more.
    await whoAmI();
    return send(method, path, query, { ...init, headers: { ...Object.fromEntries(headers), "X-CSRF": app.me?.csrf ?? "" } }, true);
  }
  throw problem;
}

async function refusal(answer: Response): Promise<Problem> {
  const request = answer.headers.get("X-Request-Id") ?? "";
  try {
    const told = await answer.json();
    const code = String(told.type ?? "").replace("urn:hoshimori:problem:", "") || "http";
    return new Problem(answer.status, code, told.title ?? answer.statusText, told.detail ?? "", told.errors ?? [], request);
  } catch {
    return new Problem(answer.status, "http", `${answer.status} ${answer.statusText}`, "", [], request);
  }
}

/** What makes a write happen once, however often it is sent. */
export function key(): string {
  // crypto.randomUUID is only there on https and loopback; a service behind a plain proxy still needs keys.
  const random = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(random, (b) => b.toString(16).padStart(2, "0")).join("");
}

async function tree<T>(answer: Response): Promise<T> {
  return (answer.status === 204 ? null : await answer.json()) as T;
}

/** A write: no moment belongs to it unless it is given. */
const WRITE: Query = { as_of: null };

export const api = {
  async get<T>(path: string, query: Query = {}, init: RequestInit = {}): Promise<T> {
    return tree<T>(await send("GET", path, query, init));
  },

  async post<T>(path: string, body: unknown = {}, query: Query = {}): Promise<T> {
    const init = { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
    return tree<T>(await send("POST", path, { ...WRITE, ...query }, init));
  },

  /** Raw bytes up, such as a file or a bundle. */
  async upload<T>(path: string, body: Blob | string, type = "application/octet-stream", query: Query = {}): Promise<T> {
    return tree<T>(await send("POST", path, { ...WRITE, ...query }, { body, headers: { "Content-Type": type } }));
  },

  async remove<T>(path: string): Promise<T> {
    return tree<T>(await send("DELETE", path, WRITE));
  },

  /** Bytes down, such as objects.bin. */
  async bytes(path: string, query: Query = {}, init: RequestInit = {}): Promise<ArrayBuffer> {
    return (await send("GET", path, query, init)).arrayBuffer();
  },

  async text(path: string, query: Query = {}): Promise<string> {
    return (await send("GET", path, query)).text();
  },

  /** Bytes that a write answers with (a bundle), with the name of the file. */
  async postForFile(path: string, body: unknown): Promise<{ data: Blob; filename: string }> {
    const init = { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
    const answer = await send("POST", path, WRITE, init);
    const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
    return { data: await answer.blob(), filename: named?.[1] ?? "download" };
  },
};

/** Save bytes that are at hand as a file of the reader's machine. */
export function save(data: Blob, filename: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data);
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Ask who is logged in. */
export async function whoAmI(): Promise<void> {
  try {
    app.me = await api.get<Me>("/me", WRITE);
    app.expired = false;
    app.asked = true;
  } catch (error) {
    // A session that ended under an open page is `expired`: who was here stays, and with it the page.
    if (error instanceof Problem) {
      if (error.status === 401 && !app.expired) app.me = null;
      app.asked = true;
    }
    if (!(error instanceof Problem && error.status === 401)) throw error;
  }
}

export async function logIn(token: string): Promise<void> {
  app.me = await api.post<Me>("/session", { token });
  app.expired = false;
  app.asked = true;
}

export async function logOut(): Promise<void> {
  await api.remove("/session");
  app.me = null;
}
