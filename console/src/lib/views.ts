/** The views, each loaded when it is first asked for: src/views/NAME/index.svelte. */

import type { Component } from "svelte";

export interface ViewProps {
  params: string[];
  /** The first word of the address: a view may serve two ("asset" and "object"). */
  route: string;
}
export type View = Component<ViewProps>;

const FOUND = import.meta.glob<{ default: View }>("../views/*/index.svelte");

/** First word of the address, folder of the view, its key, and whether it stands in the bar. */
export const ROUTES: readonly { name: string; folder: string; keys?: string; bar?: boolean }[] = [
  { name: "floor", folder: "Floor", keys: "g f", bar: true },
  { name: "globe", folder: "Globe", keys: "g g", bar: true },
  { name: "geo-belt", folder: "GeoBelt", keys: "g b", bar: true },
  { name: "incidents", folder: "Incidents", keys: "g i", bar: true },
  { name: "alliance", folder: "Alliance", keys: "g a", bar: true },
  { name: "data", folder: "Data", keys: "g d", bar: true },
  { name: "asset", folder: "Asset" },
  { name: "object", folder: "Asset" },
  { name: "event", folder: "Event" },
  { name: "incident", folder: "Incident" },
  { name: "api", folder: "Api" },
  { name: "about", folder: "About" },
];

/** The view of an address, or null where this console has none. */
export async function view(name: string): Promise<View | null> {
  const folder = ROUTES.find((r) => r.name === name)?.folder;
  const load = folder && FOUND[`../views/${folder}/index.svelte`];
  return load ? (await load()).default : null;
}

/** Which word of the bar a view belongs under. */
export function barOf(name: string): string {
  return { asset: "floor", object: "floor", event: "floor", incident: "incidents" }[name] ?? name;
}
