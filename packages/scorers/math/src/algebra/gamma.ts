/** Coefficients of Lanczos' approximation with g = 7 and n = 9 (P. Godfrey, 2001). */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** Γ(x) for positive x, to about 14 digits. */
export function gamma(x: number): number {
  const t = x + 6.5;
  const [first = 0, ...others] = lanczos;
  const series = others.reduce((sum, c, i) => sum + c / (x + i), first);
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * series;
}
