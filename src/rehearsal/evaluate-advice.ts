import { z } from 'zod';
import { adviceInput, type AdvicePromptInput, eligible } from '../advice/advice-input.js';
import { type AdviceLimits, problemsOf, toAdvice } from '../advice/model-advice.js';
import { suggestedWords } from '../decisions/advice.js';
import { examine } from '../decisions/candidates.js';
import { PRIOR_MODELS } from '../decisions/decision.js';
import { type Prompt } from '../drafting/prompt.js';
import { type Bundle } from '../policies/bundle.js';
import { playbookGivenSchema } from '../policies/playbook-test.js';
import { type Json } from '../shared/canonical-json.js';
import { parseMoment } from '../shared/moment.js';
import { type Marks } from './evaluate-prompt.js';
import { answersSchema } from './evaluation.js';
import { NO_EXPECTATION, situationOf } from './given.js';
import { withoutChance } from './run-tests.js';

const name = z.string().regex(/^(hold|\S+ by \S+)$/, 'write "action by channel", or "hold"');

const caseSchema = z.strictObject({
  case: z.string().min(1),
  given: playbookGivenSchema,
  /** The trigger that fired. */
  trigger: z.string().min(1),
  expect: z
    .strictObject({
      /** What may stand first; left out: anything that is put up. */
      first: z.array(name).min(1).optional(),
      /** When a time may lie that is named: half-open, and none at all with `none`. */
      sendAt: z
        .union([z.literal('none'), z.strictObject({ from: z.string(), before: z.string() })])
        .optional(),
      /** Words that no reason may hold; case does not matter. */
      neverSays: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  answers: answersSchema,
});

/** prompts/advice/evals/<prompt>.yaml */
export const adviceEvaluationSchema = z.strictObject({
  /** Share of good answers that have to pass. */
  passMark: z.number().min(0).max(1),
  cases: z.array(caseSchema).min(1),
});
export type AdviceCase = z.output<typeof caseSchema>;

/** A case, ready to be asked. */
export interface AdviceQuestionAsked {
  readonly input: Partial<Record<AdvicePromptInput, Json>>;
  readonly limits: AdviceLimits;
}

/** @returns the question, or why the case cannot be asked. */
export function adviceQuestionOf(
  playbook: Bundle,
  prompt: Prompt<AdvicePromptInput>,
  asked: AdviceCase,
): AdviceQuestionAsked | string {
  const bundle = withoutChance(playbook);
  const spec = bundle.triggers.get(asked.trigger)?.spec;
  if (spec?.advice?.prompt !== prompt.id) return `the trigger ${asked.trigger} does not ask for advice with ${prompt.id}`; // prettier-ignore
  const test = { test: asked.case, given: asked.given, actions: undefined, trigger: asked.trigger };
  const situation = situationOf(bundle, { ...test, expect: NO_EXPECTATION });
  const examination = examine(bundle, situation, PRIOR_MODELS);
  const candidates = eligible(examination.examined).map(({ candidate }) => candidate);
  if (candidates.length === 0) return `nothing may be done here, so nobody is asked`;
  const whole = adviceInput(examination, spec.title, spec.advice);
  return {
    input: Object.fromEntries(prompt.input.map((each) => [each, whole[each]])),
    limits: { candidates, now: situation.now },
  };
}

/** Judges an answer as the service would, and by what the case expects. */
export function markAdvice(
  prompt: Prompt<AdvicePromptInput>,
  { limits }: AdviceQuestionAsked,
  { expect }: AdviceCase,
  answer: unknown,
): Marks {
  const parsed = prompt.output.safeParse(answer);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'answer'}: ${message}`); // prettier-ignore
  const problems = problemsOf(parsed.data, limits);
  if (problems.length > 0) return problems;
  const { ranking, sendAt, reasons, dropped } = toAdvice(parsed.data, limits);
  const [first] = ranking;
  const firstName =
    first === undefined ? 'nothing' : first.action === 'hold' ? 'hold' : suggestedWords(first);
  const said = reasons.join('\n').toLowerCase();
  return [
    ...dropped.map((each) => `names ${each}, which is not put up`),
    ...(expect.first === undefined || expect.first.includes(firstName) ? [] : [`puts ${firstName} first`]),
    ...timeMarks(sendAt, limits.now, expect.sendAt),
    ...expect.neverSays
      .filter((words) => said.includes(words.toLowerCase()))
      .map((words) => `says “${words}”`),
  ];
}

function timeMarks(sendAt: string | null, now: string, expected: AdviceCase['expect']['sendAt']): string[] {
  if (sendAt === null || expected === undefined) return [];
  if (expected === 'none') return [`suggests ${sendAt}, though nothing speaks for a time`];
  const [from, before] = [expected.from, expected.before].map((text) => parseMoment(text, Date.parse(now)));
  const at = Date.parse(sendAt);
  const holds = typeof from === 'number' && typeof before === 'number' && from <= at && at < before;
  return holds ? [] : [`suggests ${sendAt}, outside of ${expected.from} to ${expected.before}`];
}
