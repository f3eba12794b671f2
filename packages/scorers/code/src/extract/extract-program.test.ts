import { describe, expect, it } from 'vitest';
import { extractProgram, lastProgram } from './extract-program.js';

const block = (code: string, tag = '') => `\`\`\`${tag}\n${code}\n\`\`\``;

describe('the last program', () => {
  const read = (text: string) => lastProgram(text, 'python').code;

  it.each([
    ['the only block', block('a', 'python'), 'a'],
    ['the last of two', `${block('a', 'python')} no, ${'\n'}${block('b', 'Python3')}`, 'b'],
    ['a program before a sample of its output', `${block('a', 'py')}\nprints\n${block('7')}`, 'a'],
    ['a program before a sample in a shell', `${block('a')}\nthen\n${block('$ run', 'bash')}`, 'a'],
    ['a block without a tag', `so\n${block('a')}`, 'a'],
    ['an indented block', '1. so\n   ```python\n   a\n   ```', '   a'],
    ['a block that was opened twice', '```python\n```python\na\n```\n```', 'a'],
    ['a block that was never closed', 'so\n```python\na', 'a'],
    ['a closed block before an open one', `${block('a', 'python')}\n\`\`\`python\nb`, 'a'],
    ['what follows the thinking', `<think>${block('a', 'python')}</think>\n${block('b')}`, 'b'],
  ])('is %s', (_, text, code) => {
    expect(read(text)).toBe(code);
  });

  it.each([
    ['prose', 'print(3)'],
    ['an empty block', block('', 'python')],
    ['another language', block('a', 'rust')],
    ['thinking that never ended', `<think>\n${block('a', 'python')}`],
  ])('is not %s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  it('of JavaScript is not one of Python', () => {
    const text = `${block('a', 'js')}\n${block('b', 'python')}`;
    expect(lastProgram(text, 'javascript').code).toBe('a');
  });
});

describe('as LiveCodeBench reads it', () => {
  const read = (text: string) => extractProgram(text, 'python', 'livecodebench').code;

  it('is whatever stands between the last two fences', () => {
    expect(read(`${block('a', 'python')}\nprints\n${block('7')}`)).toBe('7');
    expect(read('```python\na\n```\nor\n```')).toBe('or');
    expect(read(`${block('a', 'python')}</think>`)).toBe('a');
  });

  it('is nothing where fewer than two lines have fences', () => {
    expect(read('```python a```')).toBeUndefined();
    expect(read('a')).toBeUndefined();
  });
});
