/** Which view is asked for. All of it stands behind the # of the address: `#/asset/jp-jcsat-2b?as_of=2022-08-01T00:00Z`. */

export interface Route {
  name: string;
  params: string[];
  query: URLSearchParams;
}

function read(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [name = "", ...params] = path.split("/").filter(Boolean).map(plain);
  return { name: name || "floor", params, query: new URLSearchParams(query) };
}

function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

class Router {
  /** The route that is shown; replaced whole, never changed. */
  now: Route = $state.raw(read(location.hash));

  constructor() {
    addEventListener("hashchange", () => (this.now = read(location.hash)));
  }

  /** Set or (null) remove one part of the query without a new entry in the history. */
  set(key: string, value: string | null): void {
    const query = new URLSearchParams(this.now.query);
    if (value === null || value === "") query.delete(key);
    else query.set(key, value);
    history.replaceState(history.state, "", written(this.now.name, this.now.params, query));
    this.now = read(location.hash);
  }

  go(address: string): void {
    location.hash = address.replace(/^#/, "");
  }
}

function written(name: string, params: string[], query: URLSearchParams): string {
  const path = [name, ...params.map(encodeURIComponent)].join("/");
  // Colons are allowed in a query and times are easier to read with them.
  const asked = query.toString().replaceAll("%3A", ":");
  return `#/${path}${asked ? `?${asked}` : ""}`;
}

export const router = new Router();

/** What goes with the reader from view to view: the moment and the watchlist. */
const KEPT = ["as_of", "watchlist"];

/** The address of a view, keeping the moment that is looked at: `href("asset", "jp-bsat-4a")`. */
export function href(name: string, ...params: (string | number)[]): string {
  const query = new URLSearchParams();
  for (const key of KEPT) {
    const value = router.now.query.get(key);
    if (value) query.set(key, value);
  }
  return written(name, params.map(String), query);
}
