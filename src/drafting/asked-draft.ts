import { type z } from 'zod';
import { type AskedVariant } from '../policies/playbook.js';
import { type DraftLimits, problemsOf } from './model-draft.js';
import { type Prompt } from './prompt.js';
import { mendedOnce, readVariants, severalSchema } from './variants.js';

/** What a prompt may ask for at most, and so what is asked for at most for several drafts. */
const MOST_TOKENS = 16_000;
const LONGEST_DEADLINE_MS = 90_000;

/** A question to a model, but for its words. */
export interface AskedDraft {
  readonly schemaName: string;
  readonly schema: z.ZodType;
  readonly settings: Prompt['settings'];
  /** What is wrong with an answer that the schema takes, in words the model can act on. It serves one question. */
  readonly check: (answer: unknown) => readonly string[];
}

/** How a prompt is asked for one draft, or for several wordings in one answer. */
export function askedDraft(
  prompt: Prompt,
  wordings: readonly AskedVariant[],
  limits: DraftLimits,
): AskedDraft {
  const { kind, output, settings } = prompt;
  const count = wordings.length;
  if (count === 0)
    return {
      schemaName: `${kind}_draft`,
      schema: output,
      settings,
      check: (answer) => problemsOf(kind, answer, limits),
    };
  return {
    schemaName: `${kind}_drafts`,
    schema: severalSchema(output, wordings),
    settings: {
      ...settings,
      maxOutputTokens: Math.min(MOST_TOKENS, settings.maxOutputTokens * count),
      deadlineMs: Math.min(LONGEST_DEADLINE_MS, settings.deadlineMs * count),
    },
    check: mendedOnce((answer) => readVariants(kind, answer, wordings, limits)),
  };
}
