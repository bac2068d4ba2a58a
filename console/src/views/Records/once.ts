/** A write that happens once: while one is under way a second is not begun, and what is sent again carries the same key.
 *
 * The key of `$lib/api` is new at each call; a form needs one for as long as it says the same thing.
 */

import { key, Problem, Unreachable, url } from "$lib/api";
import { app } from "$lib/state.svelte";

export class Once {
  #last: { what: string; key: string } | null = null;
  #running = false;

  /** What the service answers, or null where the same form is being sent already. */
  async post(path: string, body: unknown): Promise<Response | null> {
    if (this.#running) return null;
    const data = JSON.stringify(body);
    const what = `${path}\n${data}`;
    if (this.#last?.what !== what) this.#last = { what, key: key() };
    this.#running = true;
    try {
      return await this.#send(path, data, this.#last.key);
    } catch (error) {
      // A refusal is final for these words; what was not heard may have been done, and keeps its key.
      if (error instanceof Problem && error.status < 500) this.#last = null;
      throw error;
    } finally {
      this.#running = false;
    }
  }

  async #send(path: string, body: string, idempotency: string): Promise<Response> {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotency, "X-CSRF": app.me?.csrf ?? "" };
    let answer: Response;
    try {
      answer = await fetch(url(path, { as_of: null }), { method: "POST", headers, body, credentials: "same-origin" });
    } catch {
      throw new Unreachable("unreachable");
    }
    if (answer.ok) return answer;
    const told = await answer.json().catch(() => ({}));
    const code = String(told.type ?? "http").replace("urn:hoshimori:problem:", "");
    throw new Problem(answer.status, code, told.title ?? answer.statusText, told.detail ?? "", told.errors ?? [], answer.headers.get("X-Request-Id") ?? "");
  }
}
