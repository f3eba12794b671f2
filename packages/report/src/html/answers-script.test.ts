import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { quickstart } from '../__fixtures__/studies.js';
import type { StudyAnswer, StudyAnswers } from '../study-answers.js';
import { answersScript } from './answers-script.js';
import { renderHtml } from './render-html.js';

const [row] = quickstart.rows;
if (!row) throw new Error('the fixture is empty');
const attack = `</script><script>alert(1)</script> it's`;

function answer(index: number, more: Partial<StudyAnswer> = {}): StudyAnswer {
  const texts = { thinking: `I think of ${index}.`, text: `The answer is ${index}.` };
  return {
    problem: `p${index}`,
    repeat: 0,
    expected: String(index),
    extracted: String(index),
    correct: true,
    finish_reason: 'stop',
    completion_tokens: 1234,
    reason: 'The values are equal.',
    float_correct: true,
    ...texts,
    ...more,
  };
}

const all: readonly StudyAnswer[] = [
  ...Array.from({ length: 50 }, (_, index) => answer(index)),
  answer(50, { correct: false, extracted: '7' }),
  answer(51, { correct: false, extracted: null, finish_reason: 'length', float_correct: false }),
  answer(52, { float_correct: false }),
  (({ thinking: _, text: __, ...listed }) => ({ ...listed, problem: attack }))(answer(53)),
];
const answers: StudyAnswers = {
  cells: [{ ...row, run: 'runs/nano', answers: all }],
  questions: { [row.benchmark]: { p0: `What is 0? ${attack}` } },
  withheld: [],
  text_bytes: 24_000_000,
};
const html = await renderHtml(quickstart, { answers });

/** The page with its script at work, as far as a document without a window goes. */
async function open() {
  const { document, Event } = parseHTML(html);
  new Function('document', answersScript)(document);
  const browser = document.querySelector('.browser') as HTMLElement;
  const press = (name: string) => {
    const buttons = Array.from(browser.querySelectorAll('button'));
    const button = buttons.find(({ textContent }) => textContent.startsWith(name));
    button?.dispatchEvent(new Event('click'));
    return button;
  };
  press('All 54');
  await expect.poll(() => browser.querySelector('.all .tools')).not.toBeNull();
  const items = () => Array.from(browser.querySelectorAll('.all > div:not(.tools) > details'));
  const unfold = (item: Element | undefined) => {
    if (!item) throw new Error('there is no such answer');
    Object.assign(item, { open: true });
    item.dispatchEvent(new Event('toggle'));
    return item.querySelector('dl') as HTMLElement;
  };
  return { document, browser, press, items, unfold, Event };
}

describe('the answers of a cell', () => {
  it('are in the page, whatever they say, and nothing else is', () => {
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html.match(/<script type="text\/plain"/g)).toHaveLength(2);
    expect(html).not.toContain('alert(1)');
    expect(html).not.toContain('I think of');
  });

  it('are listed forty at a time, each with what was read, expected and used', async () => {
    const { items, press } = await open();
    expect(items()).toHaveLength(40);
    expect(items()[3]?.textContent).toBe('✓right \u20023, expected 3 · 1\u202f234 tokens · p3');
    press('14 more of 14');
    expect(items()).toHaveLength(54);
  });

  it.each([
    ['Wrong 2', ['p50', 'p51']],
    ['Cut off 1', ['p51']],
    ['Nothing read 1', ['p51']],
    ['Lost against float 1', ['p50']],
    ['Won against float 1', ['p52']],
  ])('%s', async (name, problems) => {
    const { press, items } = await open();
    expect(press(name)).toBeDefined();
    expect(
      items().map((item) => item.querySelector('.meta bdi:last-of-type')?.textContent),
    ).toEqual(problems);
  });

  it('are found by problem, what was read and what was expected', async () => {
    const { browser, items, Event } = await open();
    const search = browser.querySelector('input') as HTMLInputElement;
    search.value = 'P51';
    search.dispatchEvent(new Event('input'));
    expect(items()).toHaveLength(1);
    search.value = 'no such';
    search.dispatchEvent(new Event('input'));
    expect(items()).toHaveLength(0);
    expect(browser.textContent).toContain('No answer is like that.');
  });

  it('unfold to question, answer and verdict, with their thinking folded', async () => {
    const { items, unfold } = await open();
    const list = unfold(items()[0]);
    expect(Array.from(list.querySelectorAll('dt')).map(({ textContent }) => textContent)).toEqual([
      'Question',
      'Thinking',
      'Answer',
      'Judged',
      'Float model',
    ]);
    expect(list.textContent).toContain(`What is 0? ${attack}`);
    expect(list.querySelector('.thought pre')?.textContent).toBe('I think of 0.');
    expect(list.querySelector('.thought')?.hasAttribute('open')).toBe(false);
  });

  it('without their texts name the command that shows them, safe to be pasted', async () => {
    const { press, items, unfold } = await open();
    press('14 more');
    const quoted = attack.replace("'", "'\\''");
    expect(unfold(items()[53]).querySelector('code')?.textContent).toBe(
      `thinkbits samples 'runs/nano' --problem '${quoted}' --repeat 0 --full`,
    );
    expect(html).toMatch(/texts of 53 of 54 answers here \(24.0 MB of text/);
  });

  it('take the place of the few, and give it back', async () => {
    const { document, press } = await open();
    const few = document.querySelector('.few') as HTMLElement;
    expect(few.hidden).toBe(true);
    press('A few answers');
    expect(few.hidden).toBe(false);
  });
});

it('answers that must not be published are named, and a page without answers has no script for them', async () => {
  const withheld = [row.benchmark];
  const none = { ...answers, cells: [], withheld };
  const page = await renderHtml(quickstart, { answers: none });
  expect(page).toContain('they must not be published');
  expect(page).not.toContain('text/plain');
  expect(page).not.toContain('DecompressionStream');
});
