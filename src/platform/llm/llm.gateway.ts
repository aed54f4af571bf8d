import { Inject, Injectable } from '@nestjs/common';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { type z } from 'zod';
import { type Environment } from '../../config/environment.js';
import { type Json } from '../../shared/canonical-json.js';
import { Clock } from '../../shared/clock.js';
import { Database } from '../database/index.js';
import { ENVIRONMENT } from '../runtime.js';
import {
  type ChainInput,
  type Check,
  composeChain,
  type ParsedAnswer,
  type PromptText,
  writeMessages,
} from './chain.js';
import { Breaker } from './breaker.js';
import { type Circuit } from './circuit.js';
import { Answers } from './answers.js';
import { LLM_LIMITS, type LlmLimits } from './limits.js';
import { type UsageOfDay, usageSince } from './model-usage.repository.js';
import { OpenAiChatModel, toSent } from './openai-chat-model.js';
import {
  type Answer,
  type ModelOutcome,
  type ModelUsage,
  type ProviderFailure,
  type SentMessage,
} from './outcome.js';
import { ModelFailure } from './provider-failure.js';
import { Places } from './places.js';
import { mostTokensOf, Spending, TokensSpent } from './spending.js';
import { strictSchema } from './strict-schema.js';
import { reasonOf, sleep } from './wait.js';
import { contentHash } from '../../shared/hash.js';
import { Metrics, traced } from '../telemetry/index.js';

const OPENAI = 'https://api.openai.com/v1';
const ATTEMPTS = 3;
const KEPT_ANSWERS = 500;
const KEPT_FOR_MS = 10 * 60_000;

/** Price per million tokens, minor units. */
export type ModelPrices = Readonly<Record<string, { readonly input: number; readonly output: number }>>;

export interface ModelRequest<T> {
  readonly prompt: PromptText;
  /** What the prompt's Liquid reads. It leaves the house: whoever makes it has left out what must stay. */
  readonly input: Readonly<Record<string, Json>>;
  /** What the prompt's Liquid reads in what is kept of the question, where that is not `input` itself. */
  readonly kept?: Readonly<Record<string, Json>>;
  readonly schemaName: string;
  readonly schema: z.ZodType<T>;
  /** Checks beyond the schema; their findings go into the repair round. */
  readonly check?: Check<T>;
  readonly settings: {
    readonly temperature: number | null;
    readonly maxOutputTokens: number;
    /** For everything together: waiting in line, attempts, the repair round. */
    readonly deadlineMs: number;
  };
  readonly prices: ModelPrices;
  /** Requests that are open at the model at once, over all processes; further ones wait in line, as long as their deadlines allow. */
  readonly concurrency: number;
  /** Tokens of all requests of a day (UTC), over all processes; null sets no limit. What does not fit any more is not asked. */
  readonly tokensPerDay: number | null;
  /** What it is asked for, such as a message's id: the same question for the same purpose is not paid for twice. */
  readonly purpose: string;
  readonly signal?: AbortSignal;
}

/** For the console. Holds no secret. */
export interface ModelDescription {
  readonly available: boolean;
  readonly model: string;
  /** Host of the endpoint: where what the model sees goes. */
  readonly host: string;
  readonly circuit: Circuit['state'];
  /** Why the last request got no answer; null when it got one, or none was made. */
  readonly failing: ProviderFailure['kind'] | null;
}

interface Tally {
  calls: number;
  tokensIn: number;
  tokensOut: number;
  sent: readonly SentMessage[];
  /** The same as it is kept. */
  kept: readonly SentMessage[];
  /** Which model answered last, as the endpoint names it. */
  answeredBy: string | null;
}

/** The one way to the language model: strict JSON, one repair round, one deadline over all, and typed outcomes. */
@Injectable()
export class LlmGateway {
  private readonly model: OpenAiChatModel | null;
  private readonly modelName: string;
  private readonly host: string;
  private readonly places: Places;
  private readonly spending: Spending;
  private readonly breaker: Breaker;
  private readonly answers = new Answers<ModelOutcome<unknown>>(KEPT_ANSWERS, KEPT_FOR_MS);

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    private readonly database: Database,
    clock: Clock,
    @Inject(LLM_LIMITS) private readonly limits: LlmLimits,
    private readonly metrics: Metrics,
  ) {
    this.spending = new Spending(database, clock);
    this.breaker = new Breaker(limits.circuit);
    const baseUrl = environment.OPENAI_BASE_URL ?? OPENAI;
    this.modelName = environment.OPENAI_MODEL;
    this.places = new Places(database, this.modelName);
    this.host = new URL(baseUrl).host;
    this.model =
      environment.OPENAI_API_KEY === undefined
        ? null
        : new OpenAiChatModel({
            apiKey: environment.OPENAI_API_KEY,
            baseUrl,
            model: environment.OPENAI_MODEL,
          });
  }

  /** Whether there is a model at all. Its circuit may still be open. */
  available(): boolean {
    return this.model !== null;
  }

  describe(): ModelDescription {
    return {
      available: this.available(),
      model: this.modelName,
      host: this.host,
      circuit: this.breaker.state(),
      failing: this.breaker.failing,
    };
  }

  /** Usage by day since `2026-11-01` or the like, newest first. */
  usageSince(day: string): Promise<UsageOfDay[]> {
    return usageSince(this.database.db, day);
  }

  /**
   * Asks the model. Never throws for what the provider does; call it outside transactions.
   * @throws when the prompt reads what the input lacks, and when the schema is not strict.
   */
  async generate<T>(request: ModelRequest<T>): Promise<ModelOutcome<T>> {
    if (this.model === null)
      return {
        kind: 'unavailable',
        retryable: false,
        detail: 'no model is configured',
        model: this.modelName,
        usage: NOTHING_USED,
        sent: [],
      };
    const jsonSchema = strictSchema(request.schema);
    const question = questionOf(request, jsonSchema, this.modelName);
    const known = this.answers.get(question, performance.now());
    // Kept under a name made of the schema as well, so that what was kept fits it.
    if (known !== undefined) return { ...(known as ModelOutcome<T>), usage: NOTHING_USED };
    const outcome = await this.followed(request, this.model, jsonSchema);
    if (outcome.kind === 'ok') this.answers.put(question, outcome, performance.now());
    return outcome;
  }

  /** Named after OpenTelemetry's conventions for generative models; what is asked and answered is not in it. */
  private followed<T>(
    request: ModelRequest<T>,
    model: OpenAiChatModel,
    jsonSchema: ReturnType<typeof strictSchema>,
  ): Promise<ModelOutcome<T>> {
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': this.modelName,
      'gen_ai.request.max_tokens': request.settings.maxOutputTokens,
    };
    return traced(
      `chat ${this.modelName}`,
      attributes,
      async (span) => {
        const outcome = await this.ask(request, model, jsonSchema);
        span.setAttributes({
          'gen_ai.usage.input_tokens': outcome.usage.tokensIn,
          'gen_ai.usage.output_tokens': outcome.usage.tokensOut,
        });
        if (outcome.kind !== 'ok') {
          span.setAttribute('error.type', outcome.kind);
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        return outcome;
      },
      { kind: SpanKind.CLIENT },
    );
  }

  private async ask<T>(
    request: ModelRequest<T>,
    model: OpenAiChatModel,
    jsonSchema: ReturnType<typeof strictSchema>,
  ): Promise<ModelOutcome<T>> {
    const startedAt = performance.now();
    const tally: Tally = { calls: 0, tokensIn: 0, tokensOut: 0, sent: [], kept: [], answeredBy: null };
    const finish = async (
      result:
        Answer<T> | ProviderFailure | { readonly kind: 'circuit_open' | 'budget'; readonly detail: string },
    ): Promise<ModelOutcome<T>> => {
      const usage = this.usageOf(tally, request.prices, performance.now() - startedAt);
      this.measure(result.kind, usage);
      const answeredBy = tally.answeredBy ?? this.modelName;
      if (tally.calls > 0)
        await this.spending.note({
          purpose: request.purpose,
          model: this.modelName,
          answeredBy,
          outcome: result.kind,
          usage,
        });
      return { ...result, model: answeredBy, usage, sent: tally.calls > 0 ? tally.kept : [] };
    };
    const deadline = new AbortController();
    const abort = (): void => {
      deadline.abort(
        new ModelFailure({ kind: 'timeout', detail: `no answer within ${request.settings.deadlineMs} ms` }),
      );
    };
    const timer = setTimeout(abort, request.settings.deadlineMs);
    request.signal?.addEventListener('abort', abort, { once: true });
    if (request.signal?.aborted === true) abort();
    const chain = composeChain(
      request.prompt,
      model,
      {
        schemaName: request.schemaName,
        jsonSchema,
        temperature: request.settings.temperature,
        maxOutputTokens: request.settings.maxOutputTokens,
        attemptMs: request.settings.deadlineMs,
        signal: deadline.signal,
      },
      request.schema,
      request.check ?? (() => []),
    );
    const round = (given: ChainInput): Promise<ParsedAnswer<T>> => {
      tally.sent = writeMessages(request.prompt, given).map(toSent);
      tally.kept =
        request.kept === undefined
          ? tally.sent
          : writeMessages(request.prompt, { ...given, input: request.kept }).map(toSent);
      const ask = (): Promise<ParsedAnswer<T>> => {
        tally.calls++;
        return untilAborted(chain.invoke(given), deadline.signal);
      };
      const most = mostTokensOf(tally.sent.map(({ content }) => content)) + request.settings.maxOutputTokens;
      return this.attempt(
        () => this.spending.within(request.tokensPerDay, most, ask, tokensOf),
        tally,
        startedAt,
        request,
        deadline.signal,
      );
    };
    let giveBack: (() => Promise<void>) | null = null;
    try {
      const endsAt = startedAt + request.settings.deadlineMs;
      giveBack = await this.places.take(deadline.signal, request.concurrency, endsAt);
      if (!this.breaker.mayAsk())
        return await finish({
          kind: 'circuit_open',
          detail: 'the model failed too often and is left alone for a while',
        });
      const first = await round({ input: request.input, repair: null });
      this.breaker.answered();
      if (first.mend === null) return await finish(first.answer);
      const second = await round({ input: request.input, repair: first.mend });
      return await finish(second.answer.kind === 'ok' ? { ...second.answer, repaired: true } : second.answer);
    } catch (error) {
      if (error instanceof TokensSpent) {
        this.breaker.notFoundOut();
        return await finish({ kind: 'budget', detail: error.message });
      }
      if (!(error instanceof ModelFailure)) {
        // A defect of ours, not the provider's.
        if (giveBack !== null) this.breaker.notFoundOut();
        throw error;
      }
      if (tally.calls > 0) this.breaker.failed(error.failure);
      return await finish(error.failure);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', abort);
      await giveBack?.();
    }
  }

  /** One round: tried again when the provider says when, or when it stumbled, as long as the deadline allows. */
  private async attempt<T>(
    invoke: () => Promise<ParsedAnswer<T>>,
    tally: Tally,
    startedAt: number,
    request: ModelRequest<T>,
    signal: AbortSignal,
  ): Promise<ParsedAnswer<T>> {
    for (let attempt = 1; ; attempt++) {
      try {
        const parsed = await invoke();
        tally.tokensIn += parsed.tokensIn;
        tally.tokensOut += parsed.tokensOut;
        tally.answeredBy = parsed.answeredBy;
        return parsed;
      } catch (error) {
        const wait = error instanceof ModelFailure ? this.waitBeforeRetry(error.failure, attempt) : null;
        const left = startedAt + request.settings.deadlineMs - performance.now();
        // Waiting past the deadline would only turn a plain answer into a timeout.
        if (wait === null || wait >= left) throw error;
        await sleep(wait, signal);
      }
    }
  }

  private waitBeforeRetry(failure: ProviderFailure, attempt: number): number | null {
    if (attempt >= ATTEMPTS) return null;
    const own = this.limits.backoffMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
    if (failure.kind === 'rate_limited') return failure.retryAfterMs ?? own;
    if (failure.kind === 'unavailable' && failure.retryable) return own;
    return null;
  }

  private usageOf(tally: Tally, prices: ModelPrices, latencyMs: number): ModelUsage {
    const price = Object.hasOwn(prices, this.modelName) ? prices[this.modelName] : undefined;
    return {
      calls: tally.calls,
      tokensIn: tally.tokensIn,
      tokensOut: tally.tokensOut,
      // A price per million tokens in minor units is a price per token in millionths of one.
      costMicros: price ? Math.round(tally.tokensIn * price.input + tally.tokensOut * price.output) : 0,
      latencyMs: Math.round(latencyMs),
    };
  }

  private measure(outcome: ModelOutcome<unknown>['kind'], usage: ModelUsage): void {
    const model = this.modelName;
    const { metrics } = this;
    metrics.observe('countersign_model_request_seconds', { model, outcome }, usage.latencyMs / 1_000);
    metrics.count('countersign_model_tokens_total', { model, direction: 'in' }, usage.tokensIn);
    metrics.count('countersign_model_tokens_total', { model, direction: 'out' }, usage.tokensOut);
    metrics.count('countersign_model_cost_total', { model }, usage.costMicros / 1_000_000);
  }
}

const NOTHING_USED: ModelUsage = { calls: 0, tokensIn: 0, tokensOut: 0, costMicros: 0, latencyMs: 0 };

/** Both ways; 0 where the endpoint counts none. */
function tokensOf({ tokensIn, tokensOut }: ParsedAnswer<unknown>): number {
  return tokensIn + tokensOut;
}

/** Names a question by everything that makes its answer, and by what it is asked for. */
function questionOf<T>(
  request: ModelRequest<T>,
  schema: ReturnType<typeof strictSchema>,
  model: string,
): string {
  const { prompt, input, schemaName, settings, purpose } = request;
  return contentHash({ model, prompt, input, schemaName, schema, settings, purpose });
}

/** Whatever a request does with its signal, waiting for it ends with the deadline. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(reasonOf(signal));
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work
      .then(resolve, (error: unknown) => {
        reject(signal.aborted ? reasonOf(signal) : error instanceof Error ? error : new Error(String(error)));
      })
      .finally(() => {
        signal.removeEventListener('abort', stop);
      });
  });
}
