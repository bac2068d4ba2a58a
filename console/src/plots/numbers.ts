/** Numbers on axes and beside cursors: four significant figures, the sign as people write it. */

const MINUS = "\u2212";

export function short(value: number): string {
  if (!Number.isFinite(value)) return "—";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2).replaceAll("-", MINUS);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
  return fixed(value, digits);
}

export function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** 340 m, 2.31 km, 41.5 km; with its sigma in the same unit where it is known. */
export function length(km: number, sigmaKm?: number | null): string {
  const [scale, unit] = Math.abs(km) < 1 ? [1000, "m"] : [1, "km"];
  if (sigmaKm === undefined || sigmaKm === null || !(sigmaKm > 0)) return `${short(km * (scale as number))} ${unit}`;
  const sigma = sigmaKm * (scale as number);
  const digits = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(sigma))));
  return `${fixed(km * (scale as number), digits)} ± ${fixed(sigma, digits)} ${unit}`;
}
