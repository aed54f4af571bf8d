import {
  AIMessage,
  type AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
} from '@langchain/core/messages';
import { type Runnable, RunnableLambda, RunnableSequence } from '@langchain/core/runnables';
import { z } from 'zod';
import { type Json } from '../../shared/canonical-json.js';
import { promptLiquid } from '../../shared/liquid.js';
import { answerFactsSchema, type OpenAiCallOptions, type OpenAiChatModel } from './openai-chat-model.js';
import { type Answer } from './outcome.js';

/** Liquid texts of a prompt. */
export interface PromptText {
  readonly system: string;
  readonly user: string;
}

/** What a chain is invoked with: the input of the prompt, and the talk so far when an answer is to be mended. */
export interface ChainInput {
  readonly input: Readonly<Record<string, Json>>;
  readonly repair: { readonly answer: string; readonly problems: string } | null;
}

/** One parsed answer. `mend` says what to tell the model when another round could help. */
export interface ParsedAnswer<T> {
  readonly answer: Answer<T>;
  readonly mend: { readonly answer: string; readonly problems: string } | null;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Which model answered, as the endpoint names it; null where it does not say. */
  readonly answeredBy: string | null;
}

/** Checks beyond the schema: what is wrong with a value, in words the model can act on. */
export type Check<T> = (value: T) => readonly string[];

const QUOTED = 8_000;
/** Twice what the longest answer a prompt may ask for takes; whatever is longer is no draft, and another round would cost as much again. */
const LONGEST_ANSWER = 200_000;
const liquid = promptLiquid();

/** prompt → model → parser. */
export function composeChain<T>(
  prompt: PromptText,
  model: OpenAiChatModel,
  options: Partial<OpenAiCallOptions>,
  schema: z.ZodType<T>,
  check: Check<T>,
): Runnable<ChainInput, ParsedAnswer<T>> {
  return RunnableSequence.from<ChainInput, ParsedAnswer<T>>([
    RunnableLambda.from((given: ChainInput) => writeMessages(prompt, given)),
    model.withConfig(options),
    RunnableLambda.from((message: AIMessageChunk) => readAnswer(message, schema, check)),
  ]);
}

/** The messages a prompt makes of its input. @throws when the input lacks what the prompt reads. */
export function writeMessages(prompt: PromptText, given: ChainInput): BaseMessage[] {
  const messages: BaseMessage[] = [
    new SystemMessage(render(prompt.system, given.input)),
    new HumanMessage(render(prompt.user, given.input)),
  ];
  if (given.repair !== null) {
    messages.push(
      new AIMessage(given.repair.answer.slice(0, QUOTED)),
      new HumanMessage(
        `Your answer cannot be used:\n${given.repair.problems}\nAnswer again, complete and corrected, as JSON of the given schema and nothing else.`,
      ),
    );
  }
  return messages;
}

/** A prompt with its input, as text. @throws when the input lacks what the prompt reads. */
export function writePrompt(prompt: PromptText, input: ChainInput['input']): string {
  return `# system\n\n${render(prompt.system, input)}\n\n# user\n\n${render(prompt.user, input)}`;
}

function render(source: string, input: Readonly<Record<string, Json>>): string {
  return String(liquid.parseAndRenderSync(source, input)).trim();
}

function readAnswer<T>(message: AIMessageChunk, schema: z.ZodType<T>, check: Check<T>): ParsedAnswer<T> {
  const text = message.text;
  const { finishReason, refusal, ...answered } = answerFactsSchema.parse(message.response_metadata);
  if (refusal !== null && refusal !== '')
    return { answer: { kind: 'refused', detail: refusal.slice(0, 500) }, mend: null, ...answered };
  if (finishReason === 'content_filter')
    return { answer: { kind: 'refused', detail: "the provider's content filter" }, mend: null, ...answered };
  if (finishReason === 'length')
    return {
      answer: { kind: 'truncated', detail: 'the answer hit its limit of tokens' },
      mend: null,
      ...answered,
    };
  if (text.length > LONGEST_ANSWER)
    return {
      answer: { kind: 'invalid', detail: `the answer is ${text.length} characters long` },
      mend: null,
      ...answered,
    };
  const problems = (detail: string): ParsedAnswer<T> => ({
    answer: { kind: 'invalid', detail: detail.slice(0, 2_000) },
    mend: { answer: text, problems: detail.slice(0, 2_000) },
    ...answered,
  });
  if (text.trim() === '') return problems('It is empty.');
  let json: unknown;
  try {
    json = JSON.parse(withoutFence(text));
  } catch (error) {
    return problems(`It is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return problems(z.prettifyError(parsed.error));
  const wrong = check(parsed.data);
  if (wrong.length > 0) return problems(wrong.map((line) => `- ${line}`).join('\n'));
  return { answer: { kind: 'ok', value: parsed.data, repaired: false }, mend: null, ...answered };
}

/** Endpoints that do not know response formats wrap their JSON in a code fence. */
function withoutFence(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
}
