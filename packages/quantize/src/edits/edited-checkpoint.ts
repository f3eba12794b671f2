import type {
  Checkpoint,
  FloatTensor,
  OnlineEdit,
  RowRange,
  TensorEntry,
} from '@thinkbits/checkpoint';
import { type Edit, type JsonObject, ThinkbitsError } from '@thinkbits/spec';
import { type TensorEdit, tensorEdits } from './tensor-edits.js';

const headWeight = 'lm_head.weight';
const table = 'model.embed_tokens.weight';

/**
 * A float checkpoint seen through edits: reading a tensor applies, in order, every edit that names it. The files stay as they
 * are, so every edit can be taken back by opening them again.
 */
export class EditedCheckpoint implements Checkpoint {
  readonly label: string;
  readonly source: Checkpoint['source'];
  /** All edits so far, in the order in which they were made. */
  readonly edits: Edit[] = [];
  private readonly original: Checkpoint;
  private readonly byTensor = new Map<string, TensorEdit[]>();
  private untied = false;

  constructor(original: Checkpoint) {
    this.original = original;
    this.label = original.label;
    this.source = original.source;
  }

  /** config.json; a head that was edited apart from the embedding is tied to it no longer. */
  get config(): JsonObject {
    const { config } = this.original;
    return this.untied ? { ...config, tie_word_embeddings: false } : config;
  }

  get tensors(): ReadonlyMap<string, TensorEntry> {
    const { tensors } = this.original;
    if (!this.untied) return tensors;
    const entry = tensors.get(table) as TensorEntry;
    return new Map([...tensors, [headWeight, { ...entry, name: headWeight }]]);
  }

  /** Maps that act on activations. */
  get online(): OnlineEdit[] {
    return this.edits.filter((edit) => edit.op === 'online');
  }

  /** The head's own tensor, where edits parted it from the embedding table. */
  get untiedHead(): { readonly table: string; readonly entry: TensorEntry } | undefined {
    if (!this.untied) return undefined;
    return { table, entry: this.tensors.get(headWeight) as TensorEntry };
  }

  /** Whether a tensor's values differ from those in the files. */
  isEdited(tensor: string): boolean {
    return this.byTensor.has(tensor) || (tensor === headWeight && this.untied);
  }

  /**
   * Adds an edit.
   * @throws ThinkbitsError `transform/unknown-tensor`, `transform/shared-site`
   */
  add(edit: Edit): void {
    if (edit.op === 'online') this.refuseSecondMap(edit);
    const parts = tensorEdits(edit);
    const names = new Set(parts.map(({ tensor }) => tensor));
    const tied = !this.original.tensors.has(headWeight);
    // From the first edit of either on, the two hold different values.
    if (tied && (names.has(headWeight) || names.has(table))) this.untied = true;
    for (const part of parts) {
      if (!this.tensors.has(part.tensor)) {
        if (part.tensor.endsWith('.bias')) continue;
        throw new ThinkbitsError({
          code: 'transform/unknown-tensor',
          message: `An edit names ${part.tensor}, which ${this.label} does not have.`,
          help: 'This is a defect of the transform that proposed it: run the conformance kit on it.',
        });
      }
      const list = this.byTensor.get(part.tensor) ?? [];
      this.byTensor.set(part.tensor, [...list, part]);
    }
    this.edits.push(edit);
  }

  /** A site has one map: those of two transforms do not replace each other. */
  private refuseSecondMap({ site }: OnlineEdit): void {
    const { block, at } = site;
    if (!this.online.some((edit) => edit.site.block === block && edit.site.at === at)) return;
    throw new ThinkbitsError({
      code: 'transform/shared-site',
      category: 'usage',
      message: `Two edits map activations online at ${at} of layer ${block}.`,
      help: 'Keep one of the two transforms, or switch its map off there.',
      details: { block, at },
    });
  }

  async readFloat(name: string, rows?: RowRange): Promise<FloatTensor> {
    const stored = this.untied && name === headWeight ? table : name;
    const edits = this.byTensor.get(name);
    if (!edits) return this.original.readFloat(stored, rows);
    // Some edits mix rows: those need the whole tensor, whatever is asked for.
    const some = rows && edits.every(({ byRow }) => byRow) ? rows : undefined;
    const { shape, values } = await this.original.readFloat(stored, some);
    const edited = edits.reduce((current, edit) => edit.apply(current, shape), values);
    if (!rows || some) return { shape, values: edited };
    const width = values.length / (shape[0] as number);
    return {
      shape: [rows.count, ...shape.slice(1)],
      values: edited.slice(rows.start * width, (rows.start + rows.count) * width),
    };
  }

  /** Edited tensors are float32, whatever they were. */
  async readBytes(name: string, rows?: RowRange): Promise<Uint8Array> {
    if (!this.isEdited(name)) return this.original.readBytes(name, rows);
    const { values } = await this.readFloat(name, rows);
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }

  async readQuantized(): Promise<undefined> {
    return undefined;
  }

  json(file: string) {
    return this.original.json(file);
  }

  text(file: string) {
    return this.original.text(file);
  }

  /** Of the checkpoint before the edits: a quantized model names the one it was made from. */
  hash(): Promise<string> {
    return this.original.hash();
  }

  /** The original belongs to whoever opened it. */
  async close(): Promise<void> {}
}
