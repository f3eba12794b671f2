/** Characters with a LaTeX name, and superscript digits. */
export const characters: { readonly [character: string]: string } = {
  '−': '-',
  '–': '-',
  '×': '\\times ',
  '·': '\\cdot ',
  '÷': '/',
  '√': '\\sqrt ',
  π: '\\pi ',
  θ: '\\theta ',
  '∞': '\\infty ',
  '°': '^\\circ ',
  '≤': '\\le ',
  '≥': '\\ge ',
  '≠': '\\ne ',
  '≈': '\\approx ',
  '±': '\\pm ',
  '∪': '\\cup ',
  '∈': '\\in ',
  '∅': '\\emptyset ',
  ℝ: '\\mathbb{R}',
  '½': '\\frac{1}{2}',
  '¼': '\\frac{1}{4}',
  '¾': '\\frac{3}{4}',
  '²': '^2',
  '³': '^3',
  '’': "'",
  '\u00a0': ' ',
  '\u202f': ' ',
};

/** Commands that say the same. */
export const synonyms: { readonly [command: string]: string } = {
  dfrac: 'frac',
  tfrac: 'frac',
  cfrac: 'frac',
  dbinom: 'binom',
  tbinom: 'binom',
  leq: 'le',
  leqslant: 'le',
  geq: 'ge',
  geqslant: 'ge',
  neq: 'ne',
  times: 'cdot',
  ast: 'cdot',
  varnothing: 'emptyset',
  backslash: 'setminus',
  simeq: 'approx',
  degree: 'circ',
  lvert: 'vert',
  rvert: 'vert',
  mid: 'vert',
  varphi: 'phi',
  varepsilon: 'epsilon',
  dots: 'ldots',
  cdots: 'ldots',
};

/** Commands that stand for a sign or a word. */
export const symbols: { readonly [command: string]: string } = {
  lor: 'or',
  vee: 'or',
  land: 'and',
  wedge: 'and',
  langle: '(',
  rangle: ')',
  textdollar: '\\$',
};

/** Commands that only set type. */
export const spacing = new Set(
  'left right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle textstyle limits quad qquad ; : ! , > ( ) [ ]'.split(
    ' ',
  ),
);

/** Commands whose argument is prose. */
export const textCommands = new Set(
  'text textbf textit textrm textsf textnormal mbox hbox mathrm operatorname'.split(' '),
);

/** Commands whose argument is mathematics in another typeface. */
export const typefaces = new Set(
  'mathbf boldsymbol mathit mathsf bm ensuremath boxed fbox'.split(' '),
);

/** Names that prose writes without a backslash. */
export const bareCommands: { readonly [word: string]: string } = {
  sqrt: 'sqrt',
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  cot: 'cot',
  sec: 'sec',
  csc: 'csc',
  log: 'log',
  ln: 'ln',
  exp: 'exp',
  arcsin: 'arcsin',
  arccos: 'arccos',
  arctan: 'arctan',
  cis: 'cis',
  pi: 'pi',
  infinity: 'infty',
  inf: 'infty',
};

/** Words of two or three letters; other short runs of letters are products of variables. */
export const shortWords = new Set(
  'no yes not any all up on off at by of to is it am pm sq per odd the for are was has out its his her'.split(
    ' ',
  ),
);
