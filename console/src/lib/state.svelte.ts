/** What the whole console knows: who asks, how it is shown, which moment is looked at. */

import { router } from "./router.svelte";
import type { Lang, Me } from "./types";

export type Theme = "system" | "dark" | "light";

function kept(key: string): string {
  try {
    return localStorage.getItem(`hoshimori.${key}`) ?? "";
  } catch {
    return ""; // a browser that keeps nothing
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(`hoshimori.${key}`, value);
  } catch {
    // then it is asked again next time
  }
}

function firstLanguage(): Lang {
  const chosen = kept("lang") || navigator.language;
  return chosen.startsWith("ja") ? "ja" : "en";
}

class App {
  /** Null before anybody is known, and after the session ended. */
  me: Me | null = $state.raw(null);
  /** True once the service has said who asks or that nobody does. */
  asked = $state(false);
  /** Set when a session ended while a page was open: the page stays and the door is shown over it. */
  expired = $state(false);
  /** False while the service cannot be reached. */
  online = $state(true);
  lang: Lang = $state(firstLanguage());
  theme: Theme = $state((["dark", "light"].includes(kept("theme")) ? kept("theme") : "system") as Theme);
  /** The theme that is in force, for what is drawn on a canvas. */
  shade: "dark" | "light" = $state("dark");

  // Derived, so that only a change of these two, not of the whole address, has things read again.
  #asOf = $derived(router.now.query.get("as_of"));
  #watchlist = $derived(router.now.query.get("watchlist") ?? "");

  /** The moment looked at as the address says it: ISO 8601, "now", "data", or null for the service's own. */
  get asOf(): string | null {
    return this.#asOf;
  }

  set asOf(moment: string | null) {
    router.set("as_of", moment);
  }

  /** The watchlist looked at: an id, or "" for the service's first. */
  get watchlist(): string {
    return this.#watchlist;
  }

  set watchlist(id: string) {
    router.set("watchlist", id || null);
  }

  may(permission: "read" | "work" | "sign" | "run"): boolean {
    return this.me?.permissions.includes(permission) ?? false;
  }
}

export const app = new App();

export function chooseLanguage(lang: Lang): void {
  app.lang = lang;
  keep("lang", lang);
}

export function chooseTheme(theme: Theme): void {
  app.theme = theme;
  keep("theme", theme);
  applyTheme();
}

export function applyTheme(): void {
  const light = matchMedia("(prefers-color-scheme: light)").matches;
  app.shade = app.theme === "system" ? (light ? "light" : "dark") : app.theme;
  document.documentElement.dataset.theme = app.shade;
}
