export { renderHtml } from './html/render-html.js';
export { parseStudyResults } from './parse-study-results.js';
export type { PanelSpec } from './plots/panel-spec.js';
export { studySpecs } from './plots/study-specs.js';
export { renderMarkdown } from './render-markdown.js';
export { type RenderTableOptions, renderTable } from './render-table.js';
export { studyResultsSchema } from './results-schema.js';
export type * from './study-results.js';
export { summarize } from './summarize.js';
