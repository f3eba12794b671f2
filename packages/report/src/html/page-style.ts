import { darkColors, lightColors } from '../plots/plot-theme.js';

const variables = (colors: readonly string[]) =>
  colors.map((color, index) => `--s${index + 1}:${color}`).join(';');

const light = `color-scheme:light;--paper:#fff;--ink:#16181d;--muted:#5c6370;--line:#8b919c;--grid:#e4e6ea;
--wash:#f5f6f8;--good:#00694f;--warn:#7a5f00;--bad:#b0430a;${variables(lightColors)}`;
const dark = `color-scheme:dark;--paper:#14161a;--ink:#e8eaee;--muted:#9da4b0;--line:#7b828e;--grid:#2b2f37;
--wash:#1c1f25;--good:#4fcfa8;--warn:#dfc04a;--bad:#f79a4b;${variables(darkColors)}`;

/**
 * The style sheet of a report: one column of text in a left rail, figures and tables to its right; stacked on a phone.
 * System fonts alone, so that nothing is loaded.
 */
export const pageStyle = `
:root{${light}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}
:root[data-theme=dark]{${dark}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:400 16px/1.55 "Helvetica Neue",Helvetica,Inter,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:break-word}
.page{max-width:1240px;margin:0 auto;padding:0 clamp(20px,4vw,56px)}
a{color:inherit;text-underline-offset:.2em}
p{margin:0 0 .7em}
h1,h2,h3{margin:0;font-weight:600;line-height:1.25}
.top{display:flex;justify-content:space-between;align-items:center;gap:16px;padding:20px 0;font-size:14px;color:var(--muted)}
.top p{margin:0}
.top button{font:inherit;color:inherit;background:none;border:1px solid var(--grid);border-radius:99px;padding:5px 14px;cursor:pointer}
.top button:hover{color:var(--ink);border-color:var(--line)}
:focus-visible{outline:2px solid var(--s1);outline-offset:3px}
.lede{padding:clamp(32px,7vw,96px) 0 clamp(40px,6vw,80px)}
.lede h1{font-size:15px;color:var(--muted);margin-bottom:20px}
.finding{font-size:clamp(25px,3.5vw,44px);line-height:1.18;letter-spacing:-.018em;font-weight:500;max-width:25em;
margin-bottom:.6em;text-wrap:pretty}
.second{font-size:clamp(18px,1.7vw,21px);line-height:1.45;color:var(--muted);max-width:38em;text-wrap:pretty}
.facts{display:flex;flex-wrap:wrap;gap:6px 28px;margin:32px 0 0;padding:0;list-style:none;font-size:14px;color:var(--muted)}
.facts b{color:var(--ink);font-weight:600}
.band{margin:0;padding:32px 0 56px;border-top:1px solid var(--grid)}
.rail h2{font-size:19px;letter-spacing:-.005em;margin-bottom:10px}
.rail p{font-size:14px;line-height:1.5;color:var(--muted);max-width:34em}
.rail .seen{color:var(--ink)}
.body{min-width:0;margin-top:22px}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:36px 44px}
.panel{min-width:0;max-width:450px}
.panel h3,.group{font-size:14px;font-weight:600}
.panel h3{margin-bottom:8px}
.panel svg{display:block;width:100%;height:auto;overflow:visible}
.key{display:flex;flex-wrap:wrap;gap:6px 20px;margin:0 0 22px;padding:0;list-style:none;font-size:14px}
.key svg{width:12px;height:12px;margin-right:7px;vertical-align:-1px;overflow:visible}
.narrow table{width:auto;min-width:min(100%,420px)}
.scroll{overflow-x:auto;scrollbar-width:thin}
table{border-collapse:collapse;width:100%;font-size:14px;line-height:1.35}
table+table,.scroll+.scroll{margin-top:40px}
caption{text-align:left;font-weight:600;padding-bottom:10px}
th,td{padding:9px 0 9px 20px;text-align:right;vertical-align:top;font-weight:400;white-space:nowrap}
th:first-child,td:first-child{padding-left:0;text-align:left}
thead th{color:var(--ink);font-size:13px;padding-top:0;border-bottom:1px solid var(--line)}
tbody tr+tr>*{border-top:1px solid var(--grid)}
tbody .group th{padding-top:22px;color:var(--ink)}
tbody .group small{font-weight:400;color:var(--muted);font-size:13px;margin-left:8px}
tbody:first-of-type .group th{padding-top:12px}
th[scope=row] b{font-weight:600}
.big{font-size:16px;font-weight:600}
.range{display:block;color:var(--muted);font-size:12.5px}
.left{text-align:left}
.verdict{white-space:nowrap}
.verdict span{display:inline-block;width:1.25em}
.lossless{color:var(--good)}.fair{color:var(--warn)}.risky{color:var(--bad)}.undetermined{color:var(--muted)}
details{border-top:1px solid var(--grid)}
details:last-of-type{border-bottom:1px solid var(--grid)}
summary{cursor:pointer;padding:10px 0;font-size:14px;line-height:1.4}
summary:hover{color:var(--s1)}
summary .meta{color:var(--muted)}
details.data{margin-top:28px}
.sample{margin:0;padding:2px 0 22px 18px;font-size:14px}
.sample dt{color:var(--muted);font-size:13px;margin-top:12px}
.sample dd{margin:2px 0 0;max-width:44em;white-space:pre-wrap;unicode-bidi:plaintext}
pre{font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;background:var(--wash);
border-radius:6px;padding:14px 16px;margin:6px 0 0;max-height:26em;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext}
.cell+.cell{margin-top:30px}.samples .group{margin:0 0 8px}
.thought,.thought:last-of-type{border:0}.thought summary{padding:2px 0}
.cut{font-size:13px;line-height:1.5;color:var(--muted);margin:14px 0 0;max-width:52em}.cut:empty{display:none}
.browser>button,.kinds button,.all>button{font:inherit;font-size:14px;color:inherit;background:none;border:1px solid var(--line);border-radius:99px;
padding:6px 14px;cursor:pointer}
.browser button:hover,.kinds [aria-pressed=true]{color:var(--s1);border-color:var(--s1)}
.browser>button,.all>button{margin-top:14px}
.tools{display:flex;flex-wrap:wrap;gap:10px 20px;justify-content:space-between;margin:18px 0 14px}
.kinds{display:flex;flex-wrap:wrap;gap:8px}
.tools input{font:inherit;font-size:14px;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:6px 10px;
flex:1 1 180px;min-width:0;max-width:300px}
.notes{margin:0;padding:0;list-style:none;max-width:44em;font-size:15px}
.notes li+li{margin-top:.65em}
.classes{margin:26px 0 0;display:grid;grid-template-columns:max-content 1fr;gap:7px 22px;font-size:14px;max-width:44em}
.classes dd{margin:0;color:var(--muted)}
.provenance{margin:0;display:grid;grid-template-columns:minmax(0,max-content) minmax(0,1fr);gap:8px 28px;font-size:14px}
.provenance dt{color:var(--muted)}
.provenance dd{margin:0;min-width:0}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
footer{border-top:1px solid var(--grid);padding:22px 0 56px;font-size:13px;color:var(--muted)}
@media (min-width:980px){
.band{display:grid;grid-template-columns:250px minmax(0,1fr);gap:0 64px;padding:44px 0 72px}
.body{margin-top:3px}
}
@media (max-width:979px){th:first-child{position:sticky;left:0;background:var(--paper)}.group th:first-child{position:static}}
@media (max-width:560px){
th,td{padding-left:9px}
table{font-size:13.5px}
.range{font-size:12px}
.provenance{grid-template-columns:1fr;gap:2px}
.provenance dd{margin-bottom:10px}
}
@media print{.top button{display:none}.band{break-inside:avoid-page}pre{max-height:none}body{font-size:12px}}
`;
