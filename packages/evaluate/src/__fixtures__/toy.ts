import { createRandom } from '@thinkbits/numerics';
import type {
  Engine,
  GenerationRequest,
  GenerationResult,
  Problem,
  SynchronousScorer,
} from '@thinkbits/spec';
import type { BenchmarkProblems } from '../index.js';

/** Problems that ask for a sum, grouped by their size. */
export function toyBenchmark(id: string, count: number, scorer = 'exact'): BenchmarkProblems {
  const problems = Array.from(
    { length: count },
    (_, i): Problem => ({
      id: `sum-${count - i}`, // so that the order of the set is not the order of the ids
      messages: [{ role: 'user', content: `What is ${i} + ${i}?` }],
      answer: String(2 * i),
      groups: { size: i < count / 2 ? 1 : 2 },
      scorer,
      row: { i },
    }),
  );
  const defaults = {
    sampling: { temperature: 0.6, topP: 0.95, topK: 0, minP: 0 },
    maxTokens: 64,
  };
  return { benchmark: { id, defaults }, problems: { problems, dataHash: `data of ${id}` } };
}

/** Reads what stands after "Answer: ". */
export const exactScorer: SynchronousScorer = {
  specificationVersion: 'v1',
  kind: 'scorer',
  id: 'exact',
  score({ prediction, answer }) {
    const extracted = /Answer: (\S+)/.exec(prediction)?.[1] ?? null;
    if (extracted === null) return { correct: false, outcome: 'undecided', extracted, reason: 'no answer' };
    const correct = extracted === answer;
    return { correct, outcome: correct ? 'equal' : 'different', extracted, reason: 'compared' };
  },
};

export const scorers = new Map([['exact', exactScorer]]);

export interface ToyEngineOptions {
  /** Chance of a right answer. */
  readonly skill?: number;
  /** Seeds the order in which results come; it changes no answer. */
  readonly order?: number;
  readonly modelHash?: string;
  readonly backend?: string;
  /** Requests that end in an error. */
  fails?(request: GenerationRequest): boolean;
  /** Called before each result is given. */
  before?(given: number): void | Promise<void>;
}

/** An engine whose answers depend on seed and stream alone, given in a random order. */
export function toyEngine(options: ToyEngineOptions = {}): Engine & { readonly asked: GenerationRequest[] } {
  const { skill = 0.5, order = 0, modelHash = 'weights', backend = 'toy' } = options;
  const asked: GenerationRequest[] = [];
  return {
    asked,
    info: { engine: 'toy', backend, model: 'toy-model', modelHash, compute: 'f32', details: {} },
    async *generate(requests, { signal } = {}) {
      const waiting = [...requests];
      asked.push(...waiting);
      const random = createRandom(order).fork('order');
      for (let given = 0; waiting.length > 0; given++) {
        const [request] = waiting.splice(random.integer(waiting.length), 1) as [GenerationRequest];
        await options.before?.(given);
        if (signal?.aborted) throw new Error('the engine noticed');
        yield options.fails?.(request) ? failure(request) : answer(request, skill);
      }
    },
    dispose() {},
  };
}

function answer(request: GenerationRequest, skill: number): GenerationResult {
  const random = createRandom(request.seed).fork(request.stream ?? request.id);
  const question = 'messages' in request.prompt ? (request.prompt.messages[0]?.content ?? '') : '';
  const sum = 2 * Number(/is (\d+)/.exec(question)?.[1]);
  const right = random.next() < skill;
  const truncated = random.next() < 0.1;
  return {
    id: request.id,
    promptTokens: question.length,
    completionTokens: 10 + random.integer(100),
    finishReason: truncated ? 'length' : 'stop',
    thinking: `Answer: ${sum} is what I think first – ${random.next()}\n`,
    text: truncated ? '' : `Answer: ${right ? sum : sum + 1}`,
    seconds: Math.random(),
  };
}

function failure(request: GenerationRequest): GenerationResult {
  return {
    id: request.id,
    promptTokens: 0,
    completionTokens: 0,
    finishReason: 'error',
    thinking: '',
    text: '',
    seconds: 0,
    error: {
      code: 'engine/connection',
      message: 'The connection was reset.',
      help: 'Run the same command again.',
    },
  };
}
