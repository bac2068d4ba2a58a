/** What is drawn, and the marks it is drawn with: each kind has its own shape and letter, so that colour is never alone. */

export interface Series {
  key: string;
  title: string;
  unit: string;
  /** Unix ms. */
  t: number[];
  /** null: the pen is lifted. */
  y: (number | null)[];
  /** The least that the axis shows, so that a last digit does not look like an event. */
  least: number;
}

export type Tone = "plain" | "notice" | "usual" | "unknown";

/** One moment. size: 0 to 1. sure: solid, else an outline. */
export interface Mark {
  t: number;
  sigma: number;
  shape: Shape;
  size: number;
  sure: boolean;
  tone: Tone;
  label: string;
  href: string;
}

/** One lasting thing. row: those of one row belong together (one neighbour). */
export interface Stretch {
  start: number;
  stop: number;
  row: string;
  tone: Tone;
  label: string;
  href: string;
}

export interface Lane {
  key: string;
  title: string;
  marks: Mark[];
  stretches: Stretch[];
  /** What is said where there is nothing. */
  none: string;
}

export type Shape = "disc" | "diamond" | "square" | "cross" | "up" | "down" | "bar" | "star" | "hexagon";

/** The shape and letter of each class of burn, as the printed timeline has them. */
export const BURNS: Record<string, { shape: Shape; letter: string }> = {
  "station-keeping": { shape: "disc", letter: "S" },
  inclination: { shape: "diamond", letter: "I" },
  relocation: { shape: "square", letter: "R" },
  avoidance: { shape: "cross", letter: "A" },
  graveyard: { shape: "up", letter: "G" },
  deorbit: { shape: "down", letter: "D" },
  "low thrust": { shape: "bar", letter: "L" },
  unusual: { shape: "star", letter: "U" },
  "orbit change": { shape: "hexagon", letter: "O" },
};

/** An SVG path of a shape around the origin, r its half size. */
export function path(shape: Shape, r: number): string {
  switch (shape) {
    case "disc":
      return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    case "diamond":
      return polygon([[0, -r * 1.2], [r * 1.2, 0], [0, r * 1.2], [-r * 1.2, 0]]);
    case "square":
      return polygon([[-r, -r], [r, -r], [r, r], [-r, r]]);
    case "cross":
      return `M${-r} ${-r}L${r} ${r}M${-r} ${r}L${r} ${-r}`;
    case "up":
      return polygon([[0, -r * 1.1], [r * 1.1, r], [-r * 1.1, r]]);
    case "down":
      return polygon([[0, r * 1.1], [r * 1.1, -r], [-r * 1.1, -r]]);
    case "bar":
      return polygon([[-r * 0.45, -r * 1.2], [r * 0.45, -r * 1.2], [r * 0.45, r * 1.2], [-r * 0.45, r * 1.2]]);
    case "star":
      return polygon(around(10, (k) => (k % 2 ? r * 0.5 : r * 1.25)));
    case "hexagon":
      return polygon(around(6, () => r * 1.1));
  }
}

function around(n: number, radius: (k: number) => number): [number, number][] {
  return Array.from({ length: n }, (_, k) => {
    const turn = (2 * Math.PI * k) / n - Math.PI / 2;
    return [radius(k) * Math.cos(turn), radius(k) * Math.sin(turn)];
  });
}

function polygon(points: [number, number][]): string {
  return `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L")}Z`;
}
