/** Something read from the service for as long as a component lives.
 *
 *     const floor = resource(() => api.get<Floor>("/floor"), ["sweep", "condition"]);
 *     {#if floor.data} ...
 *
 * Read again when anything that `load` looks at before its first await changes (moment, language, a parameter), and when the
 * service tells one of the topics. The old answer stays until the new one is there; of two that cross, the later asked wins.
 */

import { untrack } from "svelte";
import { app } from "./state.svelte";
import { stream, type Topic } from "./stream.svelte";

/** A sweep tells many lines at once: wait for the last. */
const SETTLE_MS = 400;
const RETRY_MS = 4000;

export class Resource<T> {
  data: T | undefined = $state.raw(undefined);
  error: unknown = $state.raw(undefined);
  loading = $state(true);
  #asked = 0;
  #load: () => Promise<T> | null;

  constructor(load: () => Promise<T> | null, topics: readonly Topic[]) {
    this.#load = load;
    $effect(() => {
      // While the door is shown over the page nothing is asked; after it everything is asked again.
      if (!app.expired) void this.reload();
    });
    $effect(() => {
      let soon: ReturnType<typeof setTimeout> | undefined;
      const stop = stream.on(topics, () => {
        clearTimeout(soon);
        soon = setTimeout(() => void this.reload(), SETTLE_MS);
      });
      return () => {
        clearTimeout(soon);
        stop();
      };
    });
    $effect(() => {
      // What could not be read while the service was away is read when it is back.
      if (app.online && untrack(() => this.error)) {
        const later = setTimeout(() => void this.reload(), RETRY_MS);
        return () => clearTimeout(later);
      }
    });
  }

  async reload(): Promise<void> {
    const mine = ++this.#asked;
    const coming = this.#load();
    if (coming === null) {
      untrack(() => (this.loading = false));
      return;
    }
    untrack(() => (this.loading = true));
    try {
      const data = await coming;
      if (mine === this.#asked) [this.data, this.error] = [data, undefined];
    } catch (error) {
      if (mine === this.#asked) this.error = error;
    } finally {
      if (mine === this.#asked) this.loading = false;
    }
  }
}

/** Call it while a component is made. `load` may give null: nothing to read yet. */
export function resource<T>(load: () => Promise<T> | null, topics: readonly Topic[] = []): Resource<T> {
  return new Resource(load, topics);
}
