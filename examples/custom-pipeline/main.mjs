// A pipeline of one's own: quantize in memory, ask fresh problems, compare with the float model on the same ones.
import { benchmark, generateChainProblems } from '@thinkbits/benchmark-chain';
import { compareRuns, evaluate } from '@thinkbits/evaluate';
import { loadModel } from '@thinkbits/inference';
import { tinyReasoner } from '@thinkbits/model-tiny-reasoner';
import { quantize } from '@thinkbits/quantize';
import { rtn } from '@thinkbits/quantizer-rtn';
import { scorer as choice } from '@thinkbits/scorer-choice';
import { scorer as math } from '@thinkbits/scorer-math';

const rows = generateChainProblems({ seed: 1, count: 24, steps: [2, 4, 6] });
const benchmarks = [{ benchmark, problems: await benchmark.load({ rows }) }];
const scorers = new Map([math, choice].map((scorer) => [scorer.id, scorer]));

const float = await loadModel(tinyReasoner('nano'));
const quantized = await quantize(float, {
  pipeline: [rtn({ clipSearch: true })],
  weights: { bits: 3, group: 64 },
  kv: { bits: 4 },
  rules: [{ match: 'down_proj', scheme: { weight: { bits: 4, group: 64 } } }],
});

for (const [name, model] of Object.entries({ float, quantized })) {
  const run = evaluate({
    engine: model.engine(),
    benchmarks,
    scorers,
    directory: `runs/${name}`,
    recipe: null,
  });
  for await (const event of run)
    if (event.type === 'advance') process.stderr.write(`\r${name} ${event.done}/${event.total} `);
}
const { benchmarks: compared } = await compareRuns('runs/float', 'runs/quantized');
console.log(JSON.stringify(compared.chain, null, 2));
