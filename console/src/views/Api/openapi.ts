/** The part of an OpenAPI document that is shown. */

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Record<string, unknown>;
}

interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, unknown> };
  responses?: Record<string, { description?: string; content?: Record<string, unknown> }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
}

export interface Route {
  key: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  text: string;
  parameters: Parameter[];
  takes: string[];
  gives: string[];
}

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Every method of every path, in the order of the document. */
export function routes(document: OpenApi): Route[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    METHODS.filter((m) => methods[m]).map((m) => route(path, m, methods[m]!)),
  );
}

function route(path: string, method: string, o: Operation): Route {
  const [first = "", ...more] = (o.description ?? "").split("\n\n");
  const good = Object.entries(o.responses ?? {}).filter(([status]) => status.startsWith("2"));
  return {
    key: `${method} ${path}`,
    method: method.toUpperCase(),
    path,
    tag: o.tags?.[0] ?? "",
    summary: first.replaceAll("\n", " ") || (o.summary ?? ""),
    text: more.join("\n\n"),
    parameters: o.parameters ?? [],
    takes: Object.keys(o.requestBody?.content ?? {}),
    gives: good.flatMap(([status, r]) => Object.keys(r.content ?? {}).map((type) => `${status} ${type}`)),
  };
}

/** What a parameter may be, in a few words. */
export function kind(p: Parameter): string {
  const s = (p.schema ?? {}) as { type?: string; enum?: unknown[]; anyOf?: { type?: string }[]; default?: unknown };
  const type = s.enum?.join(" | ") ?? s.type ?? s.anyOf?.map((x) => x.type ?? "").join(" | ") ?? "";
  return s.default === undefined || s.default === "" ? type : `${type} = ${String(s.default)}`;
}
