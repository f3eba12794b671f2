import { resolve } from 'node:path';
import type { SampleFilter, SelectedSample } from '@thinkbits/evaluate';
import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import type { Host } from '../host.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { positiveInteger, text, wholeNumber } from '../options/values.js';
import { renderSample, renderSampleTable } from '../render/samples.js';
import { styleOf } from '../render/style.js';
import { openSession } from '../session.js';

interface SamplesOptions extends SharedOptions {
  readonly right?: boolean;
  readonly wrong?: boolean;
  readonly cutOff?: boolean;
  readonly unread?: boolean;
  readonly against?: string;
  readonly flipped?: boolean;
  readonly benchmark?: string;
  readonly problem?: string;
  readonly repeat?: number;
  readonly limit?: number;
  readonly full?: boolean;
  readonly showConfidential?: boolean;
}

const withheld = '(withheld)';

/** A sample of a benchmark that may not be published, without what it asks and answers. */
function withhold(selected: SelectedSample): SelectedSample {
  const { sample } = selected;
  const extracted = sample.extracted === null ? null : withheld;
  const hidden = { thinking: '', text: withheld, reason: withheld, expected: withheld, extracted };
  return { ...selected, sample: { ...sample, ...hidden } };
}

/** `thinkbits samples RUN_DIR`: what a model answered, and how it was judged. */
export function samplesVerb(host: Host): Command {
  const command = defineVerb({
    name: 'samples',
    summary: 'browse the answers of a run',
    detail:
      'A line a sample; --full shows thinking and answer. Filters go together. Of benchmarks that may not be published neither is shown unless --show-confidential is given.',
    examples: [
      'thinkbits samples runs/nano --wrong --limit 20',
      'thinkbits samples runs/nano-w4 --against runs/nano --flipped --full | less -R',
    ],
  }).argument('<run>', 'a run directory');
  command.option('--wrong', 'only wrong answers');
  command.option('--right', 'only right answers');
  command.option('--cut-off', 'only answers cut off by the token limit');
  command.option('--unread', 'only those in which no answer could be read');
  addOption(command, '--against <run>', 'show the verdicts of another run beside', text);
  command.option('--flipped', 'only those that --against judges otherwise');
  addOption(command, '-b, --benchmark <name>', 'only of this benchmark', text);
  addOption(command, '--problem <id>', 'only of this problem', text);
  addOption(command, '--repeat <n>', 'only this repeat, from 0', wholeNumber);
  addOption(command, '--limit <n>', 'the first n of them', positiveInteger);
  command.option('--full', 'show thinking and answer');
  command.option('--show-confidential', 'show what may not be published');
  return command.action(async (run: string, options: SamplesOptions) => {
    const session = openSession(host, options);
    const { selectSamples } = await import('@thinkbits/evaluate');
    const { benchmark, problem, repeat, cutOff, unread, flipped, limit } = options;
    const filter: SampleFilter = {
      ...(options.right !== options.wrong && { correct: options.right === true }),
      ...(cutOff && { truncated: true }),
      ...(unread && { unread: true }),
      ...(flipped && { flipped: true }),
      ...(options.against !== undefined && { against: resolve(host.directory, options.against) }),
      ...(benchmark !== undefined && { benchmark }),
      ...(problem !== undefined && { problem }),
      ...(repeat !== undefined && { repeat }),
    };
    const style = styleOf(host.stdout, host.environment);
    const found: SelectedSample[] = [];
    let count = 0;
    for await (const each of selectSamples(resolve(host.directory, run), filter)) {
      const shown = each.confidential && !options.showConfidential ? withhold(each) : each;
      count++;
      // Long answers by the thousand are written as they come, and not kept.
      if (options.full && !options.json) host.stdout.write(`${renderSample(shown, style)}\n`);
      else if (options.json) found.push(shown);
      else found.push({ ...shown, sample: { ...shown.sample, thinking: '', text: '' } });
      if (count === limit) break;
    }
    if (!options.full || options.json) {
      session.result(found, count === 0 ? '' : renderSampleTable(found));
    }
    session.note(count === 0 ? 'No sample is like that.' : `${count} samples`);
  });
}
