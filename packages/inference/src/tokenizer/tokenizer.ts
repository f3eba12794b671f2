import { Template } from '@huggingface/jinja';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import type { Checkpoint } from '@thinkbits/checkpoint';
import { defaultTemplateDate, type Message, ThinkbitsError } from '@thinkbits/spec';
import { endTokens } from '../config/read-decoder-config.js';
import { formatDate } from './format-date.js';

/** A pair of tokens that enclose a model's thinking. */
export interface ThinkingMarkers {
  readonly open: string;
  readonly close: string;
  readonly openId: number;
  readonly closeId: number;
}

/**
 * What templates call in place of `strftime_now`: the engine declares that as the present moment in the machine's own language,
 * and lets nobody replace it.
 */
const ownDate = 'strftime_of_request';

/** Markers in use, most common first. */
const knownMarkers = [
  ['<think>', '</think>'],
  ['<|begin_of_thought|>', '<|end_of_thought|>'],
  ['<seed:think>', '</seed:think>'],
] as const;

interface TokenizerConfig {
  readonly chat_template?: string | readonly { readonly name: string; readonly template: string }[];
  readonly bos_token?: string | { readonly content: string } | null;
  readonly eos_token?: string | { readonly content: string } | null;
  readonly [key: string]: unknown;
}

const tokenText = (token: TokenizerConfig['bos_token']): string =>
  typeof token === 'string' ? token : (token?.content ?? '');

/** Text to ids and back, and conversations to text, as the checkpoint says. */
export class Tokenizer {
  /** Ids that end an answer. */
  readonly endIds: ReadonlySet<number>;
  readonly thinking: ThinkingMarkers | undefined;
  private readonly base: HuggingFaceTokenizer;
  private readonly config: TokenizerConfig;
  private readonly template: Template | undefined;

  constructor(
    tokenizerJson: object,
    config: TokenizerConfig,
    options: { chatTemplate?: string; endIds?: readonly number[] } = {},
  ) {
    this.base = new HuggingFaceTokenizer(tokenizerJson, config);
    this.config = config;
    const listed = config.chat_template;
    const source =
      options.chatTemplate ??
      (typeof listed === 'string'
        ? listed
        : (listed?.find(({ name }) => name === 'default') ?? listed?.[0])?.template);
    this.template =
      source === undefined ? undefined : new Template(source.replace(/\bstrftime_now\b/g, ownDate));
    const eos = this.base.token_to_id(tokenText(config.eos_token));
    this.endIds = new Set([...(options.endIds ?? []), ...(eos === undefined ? [] : [eos])]);
    this.thinking = this.findMarkers();
  }

  /** Ids of plain text, with the special tokens that the checkpoint's post-processor adds, once. */
  encode(text: string): number[] {
    return this.base.encode(text).ids;
  }

  /** Ids of text that already spells its special tokens out, such as a rendered conversation. */
  encodeRendered(text: string): number[] {
    return this.base.encode(text, { add_special_tokens: false }).ids;
  }

  /** Text of ids; special tokens are left out unless asked for. */
  decode(ids: readonly number[], options: { special?: boolean } = {}): string {
    if (ids.length === 0) return '';
    return this.base.decode([...ids], {
      skip_special_tokens: !options.special,
      clean_up_tokenization_spaces: false,
    });
  }

  /**
   * A conversation as the model was trained to read it, ready for its answer. The template writes the
   * beginning-of-sequence token itself, so the result is encoded without adding another (methods.md §5, trap 5).
   * @param options `date`: the day that a template is told which asks for it, `YYYY-MM-DD`
   * @throws ThinkbitsError `tokenizer/no-chat-template`, `tokenizer/chat-template`
   */
  render(
    messages: readonly Message[],
    { date = defaultTemplateDate }: { readonly date?: string | undefined } = {},
  ): string {
    if (!this.template) {
      throw new ThinkbitsError({
        code: 'tokenizer/no-chat-template',
        message: 'This checkpoint has no chat template.',
        help: 'Give plain text instead of messages (--raw), or use an instruction-tuned model.',
      });
    }
    try {
      return this.template.render({
        messages,
        add_generation_prompt: true,
        bos_token: tokenText(this.config.bos_token),
        eos_token: tokenText(this.config.eos_token),
        [ownDate]: (format: string) => formatDate(date, format),
      });
    } catch (cause) {
      throw new ThinkbitsError({
        code: 'tokenizer/chat-template',
        message: `The chat template refused these messages: ${cause instanceof Error ? cause.message : String(cause)}`,
        help: 'Check the roles and their order against the model card.',
        cause,
      });
    }
  }

  private findMarkers(): ThinkingMarkers | undefined {
    for (const [open, close] of knownMarkers) {
      const openId = this.base.token_to_id(open);
      const closeId = this.base.token_to_id(close);
      if (openId !== undefined && closeId !== undefined) return { open, close, openId, closeId };
    }
    return undefined;
  }
}

/**
 * The checkpoint's tokenizer, or undefined where it has none (a model for numeric tests).
 * @throws ThinkbitsError `tokenizer/invalid`
 */
export async function readTokenizer(checkpoint: Checkpoint): Promise<Tokenizer | undefined> {
  const [tokenizerJson, config, generation, chatTemplate] = await Promise.all([
    checkpoint.json('tokenizer.json'),
    checkpoint.json('tokenizer_config.json'),
    checkpoint.json('generation_config.json'),
    checkpoint.text('chat_template.jinja'),
  ]);
  if (!tokenizerJson) return undefined;
  const endIds = [
    ...endTokens(generation?.eos_token_id),
    ...endTokens(checkpoint.config.eos_token_id),
  ];
  try {
    return new Tokenizer(tokenizerJson, (config ?? {}) as TokenizerConfig, {
      endIds,
      ...(chatTemplate !== undefined && { chatTemplate }),
    });
  } catch (cause) {
    throw new ThinkbitsError({
      code: 'tokenizer/invalid',
      message: `${checkpoint.label}: the tokenizer cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      help: 'tokenizer.json and tokenizer_config.json must be those of the Hugging Face repository; slow tokenizers (vocab.txt, spiece.model) are not read.',
      cause,
    });
  }
}
