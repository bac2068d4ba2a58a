/** Times as the floor says them: UTC first, JST beside it. */

const MINUTE = 60_000;
const JST = 9 * 60 * MINUTE;

/** Unix ms of what the service says, NaN where it says nothing. */
export function ms(iso: string | null | undefined): number {
  return iso ? Date.parse(iso) : NaN;
}

function written(at: number, seconds: boolean): string {
  return new Date(at).toISOString().slice(0, seconds ? 19 : 16).replace("T", " ");
}

/** `2022-08-01 12:00 UTC`; "" for no time. */
export function utc(iso: string | number | null | undefined, seconds = false): string {
  const at = typeof iso === "number" ? iso : ms(iso);
  return Number.isNaN(at) ? "" : `${written(at, seconds)} UTC`;
}

/** `21:00 JST`, with the date where it is another one: `08-02 06:00 JST`. */
export function jst(iso: string | number | null | undefined, seconds = false): string {
  const at = typeof iso === "number" ? iso : ms(iso);
  if (Number.isNaN(at)) return "";
  const here = written(at + JST, seconds);
  return `${here.slice(0, 10) === written(at, seconds).slice(0, 10) ? here.slice(11) : here.slice(5)} JST`;
}

/** Both, for one line of text. */
export function both(iso: string | number | null | undefined, seconds = false): string {
  const first = utc(iso, seconds);
  return first && `${first} (${jst(iso, seconds)})`;
}

/** How long ago or ahead, in the reader's language: "3 days ago". */
export function ago(iso: string | null | undefined, from: number, lang: string): string {
  const at = ms(iso);
  if (Number.isNaN(at)) return "";
  const s = (at - from) / 1000;
  const units: [Intl.RelativeTimeFormatUnit, number][] = [["year", 31_557_600], ["day", 86_400], ["hour", 3600], ["minute", 60]];
  const [unit, length] = units.find(([, l]) => Math.abs(s) >= l) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(Math.round(s / length), unit);
}
