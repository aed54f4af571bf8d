import { BaseChatModel, type BaseChatModelCallOptions } from '@langchain/core/language_models/chat_models';
import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import { type ChatResult } from '@langchain/core/outputs';
import OpenAI from 'openai';
import { z } from 'zod';
import { type SentMessage } from './outcome.js';
import { ModelFailure, toFailure } from './provider-failure.js';

/** What each call brings. */
export interface OpenAiCallOptions extends BaseChatModelCallOptions {
  readonly schemaName: string;
  readonly jsonSchema: Record<string, unknown>;
  /** Null leaves it to the model; some models take no other. */
  readonly temperature: number | null;
  readonly maxOutputTokens: number;
  /** Limit of this one attempt; the whole is limited by the signal. */
  readonly attemptMs: number;
}

export interface OpenAiConnection {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
}

/** What is known of an answer besides its text, in the message's `response_metadata`. */
export const answerFactsSchema = z.object({
  finishReason: z.string().nullable(),
  refusal: z.string().nullable(),
  tokensIn: z.number(),
  tokensOut: z.number(),
  /** Which model answered, as the endpoint names it: a version of the one that was asked for. Null where it does not say. */
  answeredBy: z.string().nullable(),
});

/** As much of a chat completion as is used; anything else an endpoint adds is its own affair. */
const completionSchema = z.object({
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

/** What a model may be called; anything else an endpoint says is no name. */
const MODEL_NAME = /^[\w.:/@+-]{1,100}$/;

const ROLES: Readonly<Record<string, SentMessage['role']>> = {
  system: 'system',
  human: 'user',
  ai: 'assistant',
};

/** A message as the provider gets it. All of ours are plain text. */
export function toSent(message: BaseMessage): SentMessage {
  return { role: ROLES[message.type] ?? 'user', content: message.text };
}

/** Chat completions with strict structured output, over the `openai` client. Retries and deadlines are its caller's. */
export class OpenAiChatModel extends BaseChatModel<OpenAiCallOptions> {
  private readonly client: OpenAI;
  private readonly lengthLimit: 'max_completion_tokens' | 'max_tokens';
  readonly model: string;

  constructor(connection: OpenAiConnection) {
    super({});
    this.model = connection.model;
    // OpenAI's newer models refuse the old name; most other endpoints know only that.
    this.lengthLimit = new URL(connection.baseUrl).hostname.endsWith('openai.com')
      ? 'max_completion_tokens'
      : 'max_tokens';
    this.client = new OpenAI({
      apiKey: connection.apiKey,
      baseURL: connection.baseUrl,
      // The client would read these from variables of its own that nothing here speaks of.
      organization: null,
      project: null,
      adminAPIKey: null,
      logLevel: 'off',
      // It counts its timeout per attempt and retries an exhausted quota: both are done by the gateway.
      maxRetries: 0,
      timeout: 60_000,
    });
  }

  override _llmType(): string {
    return 'openai-chat-completions';
  }

  /** @throws ModelFailure */
  override async _generate(messages: BaseMessage[], options: this['ParsedCallOptions']): Promise<ChatResult> {
    let answer: unknown;
    try {
      answer = await this.client.chat.completions.create(
        {
          model: this.model,
          messages: messages.map(toSent),
          ...(options.temperature === null ? {} : { temperature: options.temperature }),
          [this.lengthLimit]: options.maxOutputTokens,
          response_format: {
            type: 'json_schema',
            json_schema: { name: options.schemaName, strict: true, schema: options.jsonSchema },
          },
        },
        { timeout: options.attemptMs, ...(options.signal ? { signal: options.signal } : {}) },
      );
    } catch (error) {
      throw new ModelFailure(toFailure(error, Date.now()));
    }
    const completion = completionSchema.safeParse(answer);
    const choice = completion.data?.choices[0];
    if (!completion.success || choice === undefined)
      throw new ModelFailure(toFailure(completion.error, Date.now()));
    const { usage } = completion.data;
    const text = choice.message.content ?? '';
    const facts: z.output<typeof answerFactsSchema> = {
      finishReason: choice.finish_reason ?? null,
      refusal: choice.message.refusal ?? null,
      tokensIn: usage?.prompt_tokens ?? 0,
      tokensOut: usage?.completion_tokens ?? 0,
      answeredBy: MODEL_NAME.exec(completion.data.model ?? '')?.[0] ?? null,
    };
    const message = new AIMessage({ content: text, response_metadata: { ...facts } });
    return { generations: [{ text, message }] };
  }
}
