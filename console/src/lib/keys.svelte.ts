/** Keys that do something, listed by `?`. A key may be one ("?", "n") or two in a row ("g f").
 *
 *     $effect(() => shortcut("p", "globe.play", toggle));
 */

import { untrack } from "svelte";

interface Shortcut {
  keys: string;
  label: string;
  run: () => void;
}

const PAUSE_MS = 1200;

class Keys {
  all: Shortcut[] = $state.raw([]);
  #first = "";
  #at = 0;

  /** Untracked: the effect that adds a key must not wait on the keys of others. */
  add(one: Shortcut): () => void {
    untrack(() => (this.all = [...this.all, one]));
    return () => untrack(() => (this.all = this.all.filter((s) => s !== one)));
  }

  /** For `onkeydown` of the window. */
  press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const pair = Date.now() - this.#at < PAUSE_MS && this.#first ? `${this.#first} ${event.key}` : "";
    const found = this.all.findLast((s) => s.keys === pair) ?? this.all.findLast((s) => s.keys === event.key);
    [this.#first, this.#at] = [event.key, Date.now()];
    if (!found) return;
    event.preventDefault();
    this.#first = "";
    found.run();
  }
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export const keys = new Keys();

/** Add a shortcut while the surrounding $effect lives. label: a key of i18n. */
export function shortcut(pressed: string, label: string, run: () => void): () => void {
  return keys.add({ keys: pressed, label, run });
}
