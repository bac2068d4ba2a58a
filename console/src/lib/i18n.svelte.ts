/** Words in the reader's language: `t("floor.title")`, `t("floor.assets", { n: 3 })`.
 *
 * A key is FILE.KEY of src/i18n/LANG/FILE.json. A value is a text with {names}, or {"one": ..., "other": ...} chosen by `n`.
 * The two languages have the same keys; a test holds them to it.
 */

import { app } from "./state.svelte";
import type { Lang } from "./types";

type Said = string | { one?: string; other: string };
type Words = Record<string, Record<string, Said>>;
type Values = Record<string, string | number | null | undefined>;

const TABLES: Record<Lang, () => Promise<{ default: Words }>> = {
  en: () => import("../i18n/en"),
  ja: () => import("../i18n/ja"),
};

let words: Words = $state.raw({});

/** Load a language and show everything in it. */
export async function speak(lang: Lang): Promise<void> {
  words = (await TABLES[lang]()).default;
  document.documentElement.lang = lang;
}

export function t(key: string, values: Values = {}): string {
  const found = lookup(key);
  return found === undefined ? key : filled(found, values);
}

/** As `t`, or what is given where there are no such words: for codes that the service may add to. */
export function told(key: string, otherwise: string, values: Values = {}): string {
  const found = lookup(key);
  return found === undefined ? otherwise : filled(found, values);
}

function lookup(key: string): Said | undefined {
  const dot = key.indexOf(".");
  return words[key.slice(0, dot)]?.[key.slice(dot + 1)];
}

function filled(said: Said, values: Values): string {
  const text = typeof said === "string" ? said : form(said, Number(values["n"]));
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined || value === null) return whole;
    return typeof value === "number" ? value.toLocaleString(app.lang) : value;
  });
}

function form(said: { one?: string; other: string }, n: number): string {
  return new Intl.PluralRules(app.lang).select(n) === "one" ? (said.one ?? said.other) : said.other;
}
