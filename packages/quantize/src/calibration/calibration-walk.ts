import { type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { Checkpoint } from '@thinkbits/checkpoint';
import { checkKeyMap, mapsOf, readFamily } from '@thinkbits/inference';
import { rmsNorm } from '@thinkbits/ops';
import {
  type ActivationScheme,
  type BlockInfo,
  type CalibrationSpec,
  type KvScheme,
  type LinearScheme,
  type ModelInfo,
  type Progress,
  type Proposal,
  type QuantizedWeight,
  type Quantizer,
  type RandomSource,
  type RoundingHints,
  type RoundingSession,
  ThinkbitsError,
  type Transform,
  throwIfAborted,
} from '@thinkbits/spec';
import { EditedCheckpoint } from '../edits/edited-checkpoint.js';
import { findKvCodec, findRounder } from '../plan/complete-pipeline.js';
import { ActivationMemory } from './activation-memory.js';
import { ActivationStore } from './activation-store.js';
import { BlockFlow } from './block-flow.js';
import { BlockPath } from './block-path.js';
import { createBlockView, type HalfResults } from './block-view.js';
import { BlockWeights } from './block-weights.js';
import { KvCalibration } from './kv-calibration.js';
import { withOpenFolds } from './open-folds.js';
import { relativeOutputError } from './output-error.js';
import { readRows } from './read-rows.js';
import { refuseUnknown } from './refuse-unknown.js';
import { ResidualBasis } from './residual-basis.js';
import { verifyEdits } from './verify-edits.js';

/** What a walk needs. */
export interface CalibrationWalkParts {
  readonly model: ModelInfo;
  readonly checkpoint: Checkpoint;
  readonly pipeline: readonly Quantizer[];
  readonly schemes: ReadonlyMap<string, LinearScheme>;
  readonly kvScheme: KvScheme | undefined;
  /** Calibration tokens; none where no stage needs them. */
  readonly windows: readonly Int32Array[];
  /** What rounders and the codec see; {@link CalibrationSpec.through}. */
  readonly through: CalibrationSpec['through'];
  /** Bytes of activations that may stay in memory. */
  readonly activationBytes: number;
  readonly random: RandomSource;
  readonly signal?: AbortSignal;
  emit(event: Progress): void;
}

/** A decoder layer that is being worked on. */
interface OpenBlock {
  readonly info: BlockInfo;
  /** What the paths compute with; a group's linears are in memory only while windows pass it. */
  readonly weights: BlockWeights | undefined;
  readonly hints: ReadonlyMap<string, RoundingHints>;
}

/** The embedding table. */
const table = 'model.embed_tokens.weight';

/** Tokens of the made-up input on which edits are verified where there is no calibration text. */
const probeTokens = 16;

/**
 * Takes calibration windows through a model, decoder layer by decoder layer and group by group: transforms propose and their
 * edits are applied and verified, rounders see what their linears read through the layers that are already quantized (or in the
 * float model, where the recipe says so), and only one layer's weights are in memory.
 *
 * Per layer, in this order: {@link enter}, then for each group {@link observe} and {@link replace}, then {@link leave}.
 */
export class CalibrationWalk {
  /** The model with every edit so far; what is rounded and what is copied is read from here. */
  readonly checkpoint: EditedCheckpoint;
  /** How linears quantize what they read, by name, where a transform found better than their scheme. */
  readonly activations = new Map<string, ActivationScheme>();
  /** How decoder layers store keys and values, by index, where a transform found better than the recipe's scheme. */
  readonly kv = new Map<number, KvScheme>();
  /** Present when the pipeline's KV codec has to see keys and values. */
  readonly kvCalibration: KvCalibration | undefined;
  private readonly parts: CalibrationWalkParts;
  private readonly transforms: readonly Transform[];
  private readonly flow: BlockFlow;
  private readonly basis = new ResidualBasis();
  private readonly floatPath: BlockPath | undefined;
  private readonly quantizedPath: BlockPath | undefined;
  private readonly halfResults: HalfResults;
  private readonly roundsHead: boolean;
  private block: OpenBlock | undefined;

  constructor(parts: CalibrationWalkParts) {
    this.parts = parts;
    this.checkpoint = new EditedCheckpoint(parts.checkpoint);
    this.transforms = parts.pipeline.filter((stage) => stage.role === 'transform');
    this.flow = new BlockFlow(readFamily(parts.checkpoint.config).decoder);
    const memory = new ActivationMemory(parts.activationBytes);
    this.halfResults = {
      attention: new ActivationStore(memory),
      'feed-forward': new ActivationStore(memory),
    };
    const rounder = findRounder(parts.pipeline);
    const rounderNeeds = rounder?.needs.calibration ?? 'none';
    this.roundsHead =
      rounder !== undefined && parts.schemes.get(parts.model.head.name)?.weight !== undefined;
    const transformsSee = this.transforms.some(({ needs }) => needs.calibration !== 'none');
    const path = () =>
      new BlockPath({
        flow: this.flow,
        hidden: new ActivationStore(memory),
        inputs: new ActivationStore(memory),
        lengths: parts.windows.map(({ length }) => length),
        signal: parts.signal,
      });
    const codec = findKvCodec(parts.pipeline);
    const codecSees = codec !== undefined && codec.needs.calibration !== 'none';
    if (codecSees)
      this.kvCalibration = new KvCalibration({
        codec,
        model: parts.model,
        flow: this.flow,
        windows: parts.windows.length,
        random: parts.random,
        signal: parts.signal,
        emit: parts.emit,
      });
    const othersSee = rounderNeeds !== 'none' || codecSees;
    const throughFloat = parts.through === 'float';
    if (transformsSee || rounderNeeds === 'inputs+float' || (othersSee && throughFloat))
      this.floatPath = path();
    if (othersSee && !throughFloat) this.quantizedPath = path();
  }

  /**
   * Opens a decoder layer: every transform proposes, and its edits are applied and verified.
   * @param recorded what the transforms proposed in an earlier run, in place of asking them again
   * @returns the proposals, by transform
   */
  async enter(info: BlockInfo, recorded?: readonly Proposal[]): Promise<Proposal[]> {
    if (info.index === 0) await this.embed();
    const proposals: Proposal[] = [];
    const hints = new Map<string, RoundingHints>();
    for (const [at, transform] of this.transforms.entries()) {
      const proposal = recorded?.[at] ?? (await this.propose(transform, info));
      await this.apply(proposal, at, info);
      for (const [name, hint] of proposal.hints ?? [])
        hints.set(name, { ...hints.get(name), ...hint });
      for (const [name, scheme] of proposal.activations ?? []) this.activations.set(name, scheme);
      if (proposal.kv) this.kv.set(info.index, proposal.kv);
      proposals.push(proposal);
    }
    checkKeyMap(info.index, mapsOf(info.index, this.checkpoint.online), this.kvScheme(info.index));
    this.block = {
      info,
      weights: this.paths.length > 0 ? await this.openBlock(info) : undefined,
      hints,
    };
    for (const path of this.paths) await path.advanceTo(0, this.block.weights as BlockWeights);
    return proposals;
  }

  /** What transforms found for the rounder. */
  hints(linear: string): RoundingHints | undefined {
    return this.block?.hints.get(linear);
  }

  /** Shows a session what its linears read, window by window. */
  async observe(session: RoundingSession): Promise<void> {
    const path = this.seenPath;
    if (!path || !session.observe) return;
    for (let window = 0; window < this.parts.windows.length; window++) {
      throwIfAborted(this.parts.signal);
      const input = await path.input(window);
      const float = path === this.floatPath ? undefined : await this.floatPath?.input(window);
      try {
        await session.observe(input, float);
      } finally {
        input.dispose();
        float?.dispose();
      }
    }
  }

  /**
   * What rounding a linear of the group at hand does to its output, over what rounders see; over the float model's inputs where
   * transforms alone look at calibration text, and undefined where nothing does: windows take no way for the sake of a report.
   * @param weight `[out, in]`; the caller keeps it
   */
  async outputError(weight: Tensor2D, rounded: QuantizedWeight): Promise<number | undefined> {
    const path = this.seenPath;
    return path && relativeOutputError(path, weight, rounded, this.parts.signal);
  }

  /**
   * Goes on to the next group, or out of the layer, through this group as it was rounded; linears that are absent stay in
   * float. Behind k_proj and v_proj the cache is calibrated. Windows end before what nothing reads: the last layer's output,
   * where the head stays in float.
   */
  async replace(stage: number, rounded: ReadonlyMap<string, QuantizedWeight>): Promise<void> {
    const { info, weights } = this.open();
    if (!weights) return;
    const leaves = stage + 1 === info.stages.length;
    if (leaves && !this.roundsHead && info.index === this.parts.model.blocks.at(-1)?.index) {
      for (const path of this.paths) await path.dispose();
      return;
    }
    const scheme = this.kvScheme(info.index);
    for (const path of this.paths) {
      await weights.load(stage, path === this.quantizedPath ? rounded : undefined);
      if (stage === 0 && path === this.seenPath && scheme)
        await this.kvCalibration?.calibrate(weights, path, scheme);
      if (leaves) await path.finish(weights);
      else await path.advanceTo(stage + 1, weights);
      weights.free(stage);
    }
  }

  /** Closes the layer, which the windows have left. */
  leave(): void {
    this.open();
    this.closeBlock();
  }

  /** Takes the windows through the final norm, to what the head reads, where it is rounded. */
  async enterHead(): Promise<void> {
    if (!this.roundsHead) return;
    const { values } = await this.checkpoint.readFloat('model.norm.weight');
    const norm = tensor1d(values);
    const { normEpsilon } = this.flow.config;
    for (const path of this.paths) await path.set((hidden) => rmsNorm(hidden, norm, normEpsilon));
    norm.dispose();
  }

  /** Frees tensors and temporary files; also after a failure. */
  async dispose(): Promise<void> {
    this.closeBlock();
    this.basis.dispose();
    for (const path of this.paths) await path.dispose();
  }

  /** The float path first. */
  private get paths(): readonly BlockPath[] {
    return [this.floatPath, this.quantizedPath].filter((path) => path !== undefined);
  }

  /** What rounders and the codec look at. */
  private get seenPath(): BlockPath | undefined {
    return this.quantizedPath ?? this.floatPath;
  }

  /** How a decoder layer stores keys and values. */
  private kvScheme(block: number): KvScheme | undefined {
    return this.kv.get(block) ?? this.parts.kvScheme;
  }

  private open(): OpenBlock {
    if (!this.block) throw new RangeError('no decoder layer is open');
    return this.block;
  }

  private closeBlock(): void {
    this.block?.weights?.dispose();
    this.block = undefined;
  }

  private readBlock(info: BlockInfo): Promise<BlockWeights> {
    return BlockWeights.read(this.checkpoint, info, mapsOf(info.index, this.checkpoint.online));
  }

  /** A decoder layer without its linears. */
  private openBlock(info: BlockInfo): Promise<BlockWeights> {
    return BlockWeights.open(this.checkpoint, info, mapsOf(info.index, this.checkpoint.online));
  }

  /** The windows as the embedding gives them; of the table, the rows of their tokens are read. */
  private async embed(): Promise<void> {
    const { paths } = this;
    const { windows, signal } = this.parts;
    if (paths.length === 0) return;
    const { hidden, vocabulary } = this.flow.config;
    for (const [window, ids] of windows.entries()) refuseUnknown(window, ids, vocabulary);
    const tokens = windows.flatMap((ids) => [...ids]);
    const rows = await readRows(this.checkpoint, table, tokens, signal);
    for (const [window, ids] of windows.entries()) {
      throwIfAborted(signal);
      for (const path of paths) {
        const embedded = new Float32Array(ids.length * hidden);
        for (const [token, id] of ids.entries())
          embedded.set(rows.get(id) as Float32Array, token * hidden);
        await path.hidden.put(window, embedded);
      }
    }
  }

  private async propose(transform: Transform, info: BlockInfo): Promise<Proposal> {
    const { parts, flow, checkpoint, floatPath } = this;
    throwIfAborted(parts.signal);
    const weights = await this.readBlock(info);
    try {
      const sees = transform.needs.calibration !== 'none';
      const view = createBlockView({
        info: withOpenFolds(info, mapsOf(info.index, checkpoint.online)),
        flow,
        weights,
        checkpoint,
        schemes: parts.schemes,
        ...(parts.kvScheme && { kv: parts.kvScheme }),
        windows: sees ? parts.windows.length : 0,
        ...(sees && floatPath && { hidden: floatPath.hidden }),
        results: this.halfResults,
        ...(parts.signal && { signal: parts.signal }),
      });
      return await transform.propose(view, {
        model: parts.model,
        random: parts.random.fork(`${transform.id} layer ${info.index}`),
        ...(parts.signal && { signal: parts.signal }),
        emit: parts.emit,
      });
    } finally {
      weights.dispose();
      for (const store of Object.values(this.halfResults)) await store.clear();
    }
  }

  /** Applies a proposal and holds the layer's float output against what it was. */
  private async apply(proposal: Proposal, at: number, info: BlockInfo): Promise<void> {
    if (proposal.edits.length === 0) return;
    const { basis } = this;
    const transform = this.transforms[at] as Transform;
    const before = await this.readBlock(info);
    let after: BlockWeights | undefined;
    let probe: Tensor2D | undefined;
    try {
      const turned = basis.note(proposal, at, transform.id, info.index);
      for (const edit of proposal.edits) this.checkpoint.add(edit);
      if (turned) {
        this.refuseSeenBefore(at);
        await this.embed();
      }
      after = await this.readBlock(info);
      probe = await this.probe(info);
      await verifyEdits(
        transform.id,
        proposal.edits,
        this.flow,
        probe,
        { before, after },
        {
          before: (hidden) => basis.seenAfter(at, hidden),
          after: (hidden) => basis.seenAfter(at + 1, hidden),
          compare: (output) => basis.carry(at, output),
        },
      );
    } finally {
      probe?.dispose();
      after?.dispose();
      before.dispose();
    }
  }

  /** A transform that looks at activations would look at them in another basis than its layer's weights. */
  private refuseSeenBefore(rotation: number): void {
    const early = this.transforms
      .slice(0, rotation)
      .find(({ needs }) => needs.calibration !== 'none');
    if (!early) return;
    const by = (this.transforms[rotation] as Transform).id;
    throw new ThinkbitsError({
      code: 'transform/seen-before-rotation',
      category: 'usage',
      message: `${early.id} looks at activations and stands before ${by}, which turns the residual stream.`,
      help: `Put ${by} before ${early.id}.`,
    });
  }

  /** A residual stream to verify edits on: the first calibration window, or noise where there is none. */
  private async probe(info: BlockInfo): Promise<Tensor2D> {
    const { hidden } = this.flow.config;
    const path = this.floatPath ?? this.quantizedPath;
    if (path) {
      const values = await path.hidden.get(0);
      return tensor2d(values, [values.length / hidden, hidden]);
    }
    const { normal } = this.parts.random.fork(`probe of layer ${info.index}`);
    const values = Float32Array.from({ length: probeTokens * hidden }, () => normal());
    return tensor2d(values, [probeTokens, hidden]);
  }
}
