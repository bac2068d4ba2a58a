/** What the service tells by itself, as server-sent events.
 *
 *     $effect(() => stream.on(["sweep", "alert"], reload));
 */

import { API } from "./api";
import { app } from "./state.svelte";

export const TOPICS = ["sweep", "job", "alert", "condition", "incident", "record", "data"] as const;
export type Topic = (typeof TOPICS)[number];
export interface Told {
  topic: Topic;
  record: Record<string, unknown>;
}

const AGAIN_MS = 5000;

class Stream {
  /** Whether the line is open now. */
  open = $state(false);
  #listeners = new Set<{ topics: readonly Topic[]; hear: (told: Told) => void }>();
  #source: EventSource | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  /** Hear some topics; gives back what ends it, as $effect wants it. */
  on(topics: readonly Topic[], hear: (told: Told) => void): () => void {
    const one = { topics, hear };
    this.#listeners.add(one);
    return () => this.#listeners.delete(one);
  }

  start(): void {
    if (this.#source) return;
    const source = (this.#source = new EventSource(`${API}/stream`));
    source.onopen = () => {
      this.open = true;
      app.online = true;
    };
    source.onerror = () => {
      this.open = false;
      // A browser tries again by itself unless it was refused; then the way in may be closed, or the service gone.
      if (source.readyState === EventSource.CLOSED) {
        this.stop();
        this.#again = setTimeout(() => app.me && this.start(), AGAIN_MS);
      }
    };
    // Lines were missed while the line was down: everything is looked at afresh.
    source.addEventListener("reset", () => {
      for (const one of this.#listeners) one.hear({ topic: one.topics[0]!, record: {} });
    });
    for (const topic of TOPICS) source.addEventListener(topic, (message) => this.#tell(topic, message as MessageEvent<string>));
  }

  stop(): void {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = null;
    this.open = false;
  }

  #tell(topic: Topic, message: MessageEvent<string>): void {
    let record: Record<string, unknown> = {};
    try {
      record = JSON.parse(message.data);
    } catch {
      // a line without a record still says that something changed
    }
    for (const one of this.#listeners) if (one.topics.includes(topic)) one.hear({ topic, record });
  }
}

export const stream = new Stream();
