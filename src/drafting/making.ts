import { z } from 'zod';
import { type Json } from '../shared/canonical-json.js';
import { matchesOf } from '../shared/matches.js';
import { type Draft } from './draft.js';
import { type PastMessage, withPast } from './examples.js';

/** How a message's words came about, where a model was asked for them. What is in it is personal: it ends with the person's key. */
export const makingSchema = z.strictObject({
  /** Null where the model could not be asked at all. `model` is the one that answered, as its endpoint names it. */
  prompt: z.strictObject({ id: z.string(), version: z.string(), model: z.string() }).nullable(),
  /** Why the model's words are not those of the message; null where they are. */
  failed: z.string().nullable(),
  /** All questions of the message together, whatever became of the answers. `costMicros` are millionths of a minor unit of `currency`; 0 where the playbook knows no price of the model. */
  usage: z
    .strictObject({
      tokensIn: z.int(),
      tokensOut: z.int(),
      costMicros: z.int(),
      currency: z.string(),
      latencyMs: z.int(),
    })
    .nullable(),
  /** The data sections of what was sent, such as `customer`, `facts` and `examples`, in their order. */
  context: z.array(z.strictObject({ name: z.string(), data: z.json() })),
  /** Word for word, as it left, but for examples whose recipient was erased since. */
  sent: z.array(z.strictObject({ role: z.string(), content: z.string() })),
});
export type Making = z.output<typeof makingSchema>;

const SECTION = /<data name="([^"<>]*)">\n(.*)\n<\/data>/g;

/** The data sections of a text that a prompt made. Data cannot hold `<`: whatever looks like a section is one. */
function sectionsOf(text: string): Making['context'] {
  return matchesOf(text, SECTION).map(([, name = '', json = '']) => ({ name, data: readJson(json) }));
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text; // A prompt that puts its data out in another way.
  }
}

/**
 * How the words of a message came about; null where no model was asked for.
 * @param versions of its draft, first to last.
 * @param currency of the prices that the cost was counted by, ISO 4217.
 * @param past what it refers to of the examples that were shown, by message id; without those whose recipient was erased.
 */
export function makingOf(
  versions: readonly Draft[],
  currency: string,
  past: ReadonlyMap<string, PastMessage>,
): Making | null {
  // A person's edit names the prompt of what was edited; what was asked and paid lies with the version that the model wrote.
  const asked = versions.find(
    ({ origin, prompt, fallbackReason }) =>
      origin !== 'person' && (prompt !== null || fallbackReason !== null),
  );
  if (asked === undefined) return null;
  const { prompt, usage, fallbackReason, sentToModel } = asked;
  const sent = (sentToModel ?? []).map(({ role, content }) => ({ role, content: withPast(content, past) }));
  const question = sent.find(({ role }) => role === 'user');
  return {
    prompt,
    failed: fallbackReason,
    usage: usage === null ? null : { ...usage, currency },
    context: question === undefined ? [] : sectionsOf(question.content),
    sent,
  };
}
