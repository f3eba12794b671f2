import type { JsonObject } from '@thinkbits/spec';
import type { PlotTheme } from './plot-theme.js';

/** What a plot is made from: a Vega-Lite specification and the words for those who cannot see it. */
export interface PanelSpec {
  /** Unique in a study and fit for a file name. */
  readonly name: string;
  /** Above the panel, for example the model's label. */
  readonly title: string;
  readonly description: string;
  readonly spec: JsonObject;
}

/** Width of every panel; small enough for a phone, and the page scales it up a little. */
export const panelWidth = 380;

/** Wraps layers into a specification with the house style: no frame, faint grid, quiet axes. */
export function panelSpec(
  panel: Pick<PanelSpec, 'name' | 'title' | 'description'>,
  content: {
    readonly height: number;
    readonly layer: readonly JsonObject[];
    readonly [key: string]: unknown;
  },
  theme: PlotTheme,
): PanelSpec {
  const { font, ink, muted, line, grid } = theme;
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: panel.description,
    ...(theme.legend && { title: panel.title }),
    width: panelWidth,
    background: null,
    autosize: { type: 'fit', contains: 'padding' },
    padding: { left: 2, right: 2, top: 4, bottom: 4 },
    ...content,
    config: {
      font,
      aria: false,
      view: { stroke: null },
      title: { anchor: 'start', color: ink, fontSize: 14 },
      axis: {
        domain: false,
        ticks: false,
        gridColor: grid,
        labelColor: muted,
        titleColor: muted,
        labelFontSize: 12,
        titleFontSize: 12,
        titleFontWeight: 'normal',
        labelFlush: false,
        labelPadding: 6,
        titlePadding: 10,
        domainColor: line,
      },
      // The unit of the vertical axis reads from left to right, above it.
      axisYQuantitative: {
        titleAngle: 0,
        titleAlign: 'left',
        titleAnchor: 'end',
        titleBaseline: 'bottom',
        titleX: -30,
        titleY: -14,
      },
      legend: { orient: 'bottom', title: null, labelColor: ink, labelFontSize: 12 },
      text: { color: ink, fontSize: 12 },
    },
  };
  // JSON has no undefined: what is absent is left out.
  return { ...panel, spec: JSON.parse(JSON.stringify(spec)) as JsonObject };
}

/** A text reduced to what is fit for file names and fragments: small letters, digits and hyphens. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
