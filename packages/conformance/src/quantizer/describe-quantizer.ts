import {
  allLinears,
  completeKvScheme,
  completeWeightScheme,
  floatFormats,
  type JsonObject,
  type KvCodec,
  type KvScheme,
  type QuantizerModule,
  type ResolvedSchemes,
  type Rounder,
  type Transform,
  type WeightScheme,
} from '@thinkbits/spec';
import { type Check, registerChecks } from '../check.js';
import { tinyModel } from '../tiny/tiny-model.js';
import { commonChecks, create } from './common-checks.js';
import { kvCodecChecks } from './kv-codec-checks.js';
import { type RounderPromises, rounderChecks } from './rounder-checks.js';
import { transformChecks } from './transform-checks.js';

/** What the kit cannot know by itself. */
export interface QuantizerConformance extends RounderPromises {
  /** Options to try; none (`{}`) where absent. The first are those that everything else is run with. */
  readonly options?: readonly JsonObject[];
  /** Weight schemes that rounders and transforms are run with. Rows of the kit's model have 32 or 48 columns. */
  readonly schemes?: readonly WeightScheme[];
  /** Cache schemes that codecs are run with. Heads of the kit's model have 8 channels. */
  readonly kvSchemes?: readonly KvScheme[];
}

/** Consecutive and ragged groups, whole rows, both symmetries, narrow and wide codes, floats under each kind of scale. */
const weightSchemes: readonly WeightScheme[] = [
  completeWeightScheme({ bits: 4, group: 16 }),
  completeWeightScheme({ bits: 3 }),
  completeWeightScheme({ bits: 2, group: 12 }),
  completeWeightScheme({ bits: 8, symmetric: true }),
  completeWeightScheme({ bits: 3, group: 8, symmetric: true }),
  completeWeightScheme({ bits: 4, float: floatFormats.mxfp4 }),
  completeWeightScheme({ bits: 4, float: floatFormats.nvfp4 }),
  completeWeightScheme({ bits: 8, float: floatFormats.fp8 }),
  completeWeightScheme({ bits: 8, float: floatFormats.fp8, group: 'tensor' }),
];

const kvSchemes: readonly KvScheme[] = [
  completeKvScheme({ bits: 4 }),
  completeKvScheme({ key: { bits: 4, group: 4 }, value: { bits: 2, clip: 0.95 }, window: 4 }),
];

/** What {@link describeQuantizer} tests, as data. */
export function quantizerChecks(
  module: QuantizerModule,
  conformance: QuantizerConformance = {},
): Check[] {
  const { options = [{}], schemes = weightSchemes } = conformance;
  const make = () => create(module, options[0] ?? {});
  const resolved: ResolvedSchemes[] = schemes.map((weight) => ({
    linears: new Map(allLinears(tinyModel).map(({ name }) => [name, { weight }])),
    kv: completeKvScheme({ bits: 4 }),
  }));
  resolved.push({ linears: new Map() }); // nothing to do is no failure
  const common = commonChecks(module, options, resolved);
  switch (make().role) {
    case 'rounder':
      return [...common, ...rounderChecks(make as () => Rounder, schemes, conformance)];
    case 'transform':
      return [...common, ...transformChecks(make as () => Transform, schemes)];
    case 'kv-codec':
      return [
        ...common,
        ...kvCodecChecks(make as () => KvCodec, conformance.kvSchemes ?? kvSchemes),
      ];
  }
}

/**
 * Registers tests that every quantizer must pass, those of its role on a two-layer model of the kit: options survive JSON and
 * unknown ones are refused; plans read nothing; results are well-formed, the same every time and in every order;
 * tensors are freed; aborting works; a transform leaves the model's output where it was.
 *
 * For rounders and transforms a backend of TensorFlow.js must have been imported, for example `@tensorflow/tfjs-backend-cpu`.
 */
export function describeQuantizer(
  module: QuantizerModule,
  conformance: QuantizerConformance = {},
): void {
  registerChecks(`quantizer ${module.id} conforms`, quantizerChecks(module, conformance));
}
