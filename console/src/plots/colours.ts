/** The colours of the page for what is drawn on a canvas. The same names as in plots.css. */

import "./plots.css";

export interface Colours {
  ink: string;
  soft: string;
  rule: string;
  line: string;
  gap: string;
  mark: string;
  notice: string;
  font: string;
}

/** shade: read only so that what calls this runs again when the theme changes. */
export function colours(shade: string, at: HTMLElement): Colours {
  void shade;
  const style = getComputedStyle(at);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: of("--plot-ink"),
    soft: of("--plot-ink-soft"),
    rule: of("--plot-rule"),
    line: of("--plot-line"),
    gap: of("--plot-gap"),
    mark: of("--plot-mark"),
    notice: of("--plot-notice"),
    font: `11px ${style.fontFamily}`,
  };
}
