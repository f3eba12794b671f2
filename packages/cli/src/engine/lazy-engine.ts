import type {
  Engine,
  EngineInfo,
  GenerateOptions,
  GenerationRequest,
  GenerationResult,
} from '@thinkbits/spec';

/** What was seen of an engine that had work to do. */
export interface EngineUse {
  /** From its opening to the last answer. */
  readonly seconds: number;
  readonly tokens: number;
  readonly info: EngineInfo;
}

/** An engine that is opened by its first request: a run that is finished needs no model. */
export class LazyEngine implements Engine {
  readonly info: EngineInfo;
  private readonly open: () => Promise<Engine>;
  private engine: Engine | undefined;
  private seconds = 0;
  private tokens = 0;

  constructor(info: EngineInfo, open: () => Promise<Engine>) {
    this.info = info;
    this.open = open;
  }

  /** Undefined while nothing was asked. Takes the count back to 0. */
  takeUse(): EngineUse | undefined {
    const { seconds, tokens, engine } = this;
    if (!engine || tokens === 0) return undefined;
    [this.seconds, this.tokens] = [0, 0];
    return { seconds, tokens, info: engine.info };
  }

  async *generate(
    requests: Iterable<GenerationRequest>,
    options?: GenerateOptions,
  ): AsyncIterable<GenerationResult> {
    this.engine ??= await this.open();
    const started = performance.now();
    try {
      for await (const result of this.engine.generate(requests, options)) {
        this.tokens += result.completionTokens;
        yield result;
      }
    } finally {
      this.seconds += (performance.now() - started) / 1000;
    }
  }

  async dispose(): Promise<void> {
    await this.engine?.dispose();
    this.engine = undefined;
  }
}
