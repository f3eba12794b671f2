/**
 * Where an answer stands: name, text, expected answer, whether it is right, and what Math-Verify and inspect_ai say (y, n,
 * or ? where it was not measured; evaluation.md §4.7).
 */
export const extractionProbes: readonly (readonly [
  name: string,
  text: string,
  gold: string,
  right: boolean,
  graders: string,
])[] = [
  ['a box', 'So it is $\\boxed{5}$.', '5', true, 'yy'],
  ['a box without braces', 'So it is $\\boxed 5$.', '5', true, 'yy'],
  ['another box command', 'So it is $\\fbox{5}$.', '5', true, 'yy'],
  ['a box with nested braces', 'So $\\boxed{\\frac{1}{\\sqrt{2}}}$.', '\\frac{\\sqrt{2}}{2}', true, 'yy'],
  ['a box that never closes', 'So it is $\\boxed{5$', '5', true, '?y'],
  ['"final answer is"', 'The final answer is $5$. I hope it is correct.', '5', true, 'yy'],
  ['"Answer:"', 'Some work.\nAnswer: 5', '5', true, 'yy'],
  ['bold', 'Some work.\n**Answer:** **5**', '5', true, 'yy'],
  ['four hashes', '2 + 3 = 5\n#### 5', '5', true, 'yy'],
  ['the last number', 'She has 2 and 3, which makes 5.', '5', true, 'yy'],
  ['a self-correction near by', 'First \\boxed{3}, but that was wrong; so \\boxed{5}', '5', true, 'n?'],
  ['the first of two boxes', 'First \\boxed{5}, but that was wrong; so \\boxed{3}', '5', false, '??'],
  ['two boxes as a list', 'They are \\boxed{3} and \\boxed{5}.', '3,5', false, 'yn'],
  ['an echoed empty box', 'I put it within \\boxed{}, so \\boxed{5}.', '5', true, 'n?'],
  ['an echoed empty box behind', 'It is \\boxed{5}, given within \\boxed{}.', '5', true, '??'],
  ['a box in the thinking alone', '<think>it must be \\boxed{5}</think>I am not sure.', '5', false, 'yy'],
  ['a box in thinking without an end', '<think>it must be \\boxed{5}', '5', false, 'yy'],
  ['another box in the thinking', '<think>\\boxed{3}?</think>It is \\boxed{5}.', '5', true, '??'],
  ['only the end of the thinking', 'so \\boxed{3}?</think>It is \\boxed{5}.', '5', true, '??'],
  ['two markers', 'Answer: 3\nNo, wait.\nAnswer: 5', '5', true, '??'],
  ['a leading zero', 'So $\\boxed{073}$.', '73', true, '??'],
];
