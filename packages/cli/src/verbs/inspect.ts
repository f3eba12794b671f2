import {
  allLinears,
  completeWeightScheme,
  floatElementBits,
  floatFormats,
  type ModelInfo,
  type WeightScheme,
} from '@thinkbits/spec';
import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import type { Host } from '../host.js';
import { describeNamed } from '../load-model.js';
import type { SharedOptions } from '../options/shared-options.js';
import { formatBytes, formatCount } from '../render/format.js';
import { renderFacts, renderTable } from '../render/table.js';
import { openSession } from '../session.js';

/** Schemes whose memory is shown, by the short form that asks for them. */
const schemes: readonly (readonly [string, WeightScheme | number])[] = [
  ['f32', 4],
  ['bf16', 2],
  ...([8, 4, 3, 2] as const).flatMap((bits) =>
    ([128, 64] as const).map((group): [string, WeightScheme] => [
      `w${bits}g${group}`,
      completeWeightScheme({ bits, group }),
    ]),
  ),
  ...Object.entries(floatFormats).map(([name, float]): [string, WeightScheme] => [
    name,
    completeWeightScheme({ bits: floatElementBits[float.element], float }),
  ]),
];

/** Bytes of all weights when the linears of the decoder layers have a scheme and the rest is bf16. */
function memoryOf(
  info: ModelInfo,
  scheme: WeightScheme | number,
  packed: (linear: { readonly in: number; readonly out: number }, scheme: WeightScheme) => number,
): number {
  if (typeof scheme === 'number') return info.parameters * scheme;
  const linears = allLinears(info).filter(({ name }) => name !== info.head.name);
  const inLinears = linears.reduce((total, { in: columns, out }) => total + columns * out, 0);
  const codes = linears.reduce((total, linear) => {
    const tooLarge = typeof scheme.group === 'number' && scheme.group > linear.in;
    return total + packed(linear, tooLarge ? { ...scheme, group: 'channel' } : scheme);
  }, 0);
  return (info.parameters - inLinears) * 2 + codes;
}

/** `thinkbits inspect MODEL`: what a model is made of. */
export function inspectVerb(host: Host): Command {
  return defineVerb({
    name: 'inspect',
    summary: 'show family, parameters, linears and groups, memory per scheme',
    detail: 'Reads what describes the model; of a hub id only config.json is downloaded.',
    examples: ['thinkbits inspect tiny-reasoner-micro', 'thinkbits inspect ./my-model --json'],
  })
    .argument('<model>', 'a directory, hub id or shipped model')
    .action(async (text: string, options: SharedOptions) => {
      const session = openSession(host, options);
      const { name, description } = await describeNamed(text, session);
      const [{ describeModel }, { packedWeightBytes }] = await Promise.all([
        import('@thinkbits/inference'),
        import('@thinkbits/quantize'),
      ]);
      const info = describeModel(description.config, name);
      const first = info.blocks[0];
      const linears = (first?.stages ?? []).flatMap((stage, group) =>
        stage.map(({ name: full, out, in: columns, bias }) => ({
          name: full.split('.').at(-1) as string,
          out,
          in: columns,
          bias,
          group: group + 1,
        })),
      );
      const memory = schemes.map(([scheme, value]) => {
        const bytes = memoryOf(info, value, packedWeightBytes);
        return { scheme, bytes, bits_per_parameter: (8 * bytes) / info.parameters };
      });
      const kv = { ...kvBytes(info) };
      const manifest = description.thinkbits;
      const json = {
        model: name,
        family: info.family,
        parameters: info.parameters,
        vocabulary: info.vocabulary,
        hidden: info.hidden,
        intermediate: info.intermediate,
        layers: info.blocks.length,
        heads: info.heads,
        kv_heads: info.kvHeads,
        head_dim: info.headDim,
        max_positions: info.maxPositions,
        head_tied: info.head.tiedTo !== undefined,
        linears,
        memory,
        kv_bytes_per_token: kv,
        quantized: manifest ? { recipe: manifest.recipe, source: manifest.source } : null,
      };
      const facts = renderFacts([
        ['model', name],
        ['family', info.family],
        ['parameters', formatCount(info.parameters)],
        [
          'layers',
          `${info.blocks.length} × hidden ${info.hidden}, feed-forward ${info.intermediate}`,
        ],
        ['heads', `${info.heads} query, ${info.kvHeads} key-value, ${info.headDim} wide`],
        [
          'vocabulary',
          `${formatCount(info.vocabulary)}${json.head_tied ? ', head tied to the embedding' : ''}`,
        ],
        ['positions', formatCount(info.maxPositions)],
        ['cache per token', `${formatBytes(kv.f32)} in f32, ${formatBytes(kv.kv4)} at KV4`],
        ...(manifest
          ? ([
              [
                'quantized',
                `by ${manifest.recipe.pipeline.map(({ use }) => use).join(' + ')} from ${manifest.source.label}`,
              ],
            ] as const)
          : []),
      ]);
      const right = 'right' as const;
      const linearTable = renderTable(
        [
          { title: 'linear of a layer' },
          { title: 'out', align: right },
          { title: 'in', align: right },
          { title: 'bias' },
          { title: 'reads group', align: right },
        ],
        linears.map((l) => [
          l.name,
          String(l.out),
          String(l.in),
          l.bias ? 'yes' : 'no',
          String(l.group),
        ]),
      );
      const memoryTable = renderTable(
        [
          { title: 'scheme' },
          { title: 'weights', align: right },
          { title: 'bits per parameter', align: right },
        ],
        memory.map((m) => [m.scheme, formatBytes(m.bytes), m.bits_per_parameter.toFixed(2)]),
      );
      session.result(json, `${facts}\n${linearTable}\n${memoryTable}`);
    });
}

/** Bytes of a cached token over all layers: codes, and a scale and a zero in float32 per head and half. */
function kvBytes({ blocks, kvHeads, headDim }: ModelInfo) {
  const packed = (bits: number) =>
    2 * blocks.length * kvHeads * (Math.ceil((headDim * bits) / 8) + 8);
  return {
    f32: 2 * blocks.length * kvHeads * headDim * 4,
    kv8: packed(8),
    kv4: packed(4),
    kv3: packed(3),
    kv2: packed(2),
  };
}
