/** Colours and type of a plot: concrete for stored specs, CSS variables inside the HTML file. */
export interface PlotTheme {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly grid: string;
  readonly paper: string;
  readonly font: string;
  /** Told apart by the common kinds of colour blindness; every use pairs them with shape or position. */
  readonly series: readonly string[];
  /** Whether the plot carries its own legend; the HTML file sets one key above its panels. */
  readonly legend: boolean;
}

/** Wong's palette (Nature Methods 8, 441, 2011), darkened until each colour has contrast 3 : 1 on white. */
export const lightColors = [
  '#0067a5',
  '#d0540a',
  '#00795c',
  '#a8478f',
  '#8a6d00',
  '#4a6670',
] as const;
/** The same hues for a dark page. */
export const darkColors = [
  '#5ab4ea',
  '#f79a4b',
  '#35c79c',
  '#e39bd0',
  '#dfc04a',
  '#a6bcc6',
] as const;

/** For specs that are stored beside results and drawn anywhere. */
export const storedTheme: PlotTheme = {
  ink: '#16181d',
  muted: '#5c6370',
  line: '#8b919c',
  grid: '#e4e6ea',
  paper: '#ffffff',
  font: 'Helvetica Neue, Helvetica, Arial, sans-serif',
  series: lightColors,
  legend: true,
};

/** For SVG inside the HTML file: the page's style sheet decides, so one drawing serves light and dark. */
export const pageTheme: PlotTheme = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  grid: 'var(--grid)',
  paper: 'var(--paper)',
  font: 'inherit',
  series: lightColors.map((_, index) => `var(--s${index + 1})`),
  legend: false,
};
