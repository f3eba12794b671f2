import type { PanelSpec } from './panel-spec.js';

/** What carries no ink: invisible marks, empty backgrounds, and attributes that only scripts use. */
function slim(svg: string): string {
  return svg
    .replace(/<text\b[^>]*\bopacity="0"[^>]*>[^<]*<\/text>/g, '')
    .replace(/<path\b[^>]*\bd=""[^>]*\/>/g, '')
    .replace(/<path class="background"[^>]*\/>/g, '')
    .replace(/ (?:class|role|aria-[a-z]+|pointer-events)="[^"]*"/g, '')
    .replace(/ (?:opacity="1"|stroke-width="1")/g, '')
    .replace(/-?\d+\.\d{3,}/g, (number) => String(Math.round(Number(number) * 100) / 100));
}

/**
 * Draws a panel as an SVG element for a page: sized by its view box, coloured by the theme it was made with.
 *
 * Vega is loaded here, on first use, because only the HTML file needs it.
 */
export async function renderSvg({ spec }: PanelSpec, label: string): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  const compiled = vegaLite.compile(spec as never).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  try {
    const svg = await view.toSVG();
    const open = /^<svg\b[^>]*viewBox="([^"]*)"[^>]*>/.exec(svg);
    const inner = slim(svg.slice(open?.[0].length));
    return `<svg viewBox="${open?.[1]}" role="img" aria-label="${label}">${inner}`;
  } finally {
    view.finalize();
  }
}
