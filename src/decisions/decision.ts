import { z } from 'zod';

/** Engine version: the code of `decide`, the expression engine and the time-zone data. Raise it when any of them changes a result. */
export const ENGINE = 'countersign-2';

/**
 * What was learned, as data. `propensity` holds learned probabilities by action; an action that is missing there uses the playbook's own.
 */
export interface Models {
  /** Which version each figure came from, stored with the decision. */
  readonly versions: Readonly<Record<string, string>>;
  readonly propensity: Readonly<Record<string, number>>;
}

/** Before anything was learned: the playbook's figures. */
export const PRIOR_MODELS: Models = { versions: { propensity: 'playbook' }, propensity: {} };

/** Stands for `action` when nothing is done. */
export const HOLD = 'hold';
/** Stands for `action` when a person takes over. */
export const HANDOFF = 'handoff';

export const decisionOutcome = z.enum(['act', 'hold', 'handoff']);

/** One guardrail's verdict on one candidate. */
const guardrailVerdictSchema = z.strictObject({
  id: z.string(),
  effect: z.enum(['suppress', 'handoff', 'review', 'limit']),
  matched: z.boolean(),
  reason: z.string(),
});

export const candidateSchema = z.strictObject({
  action: z.string(),
  channel: z.string().nullable(),
  eligible: z.boolean(),
  /** Why not, when not eligible: built-in checks (no address, no consent, suppressed address, held out, ineligible) and guardrails. */
  blockedBy: z.array(z.strictObject({ code: z.string(), text: z.string() })),
  score: z.strictObject({ propensity: z.number(), value: z.number(), cost: z.number(), total: z.number() }),
  /** The total with what advice may move of it, by which candidates are compared; absent where it moves nothing. */
  advised: z.number().optional(),
  guardrails: z.array(guardrailVerdictSchema),
  /** Earliest allowed send time, when one was found. */
  sendAt: z.string().nullable(),
  /** Probability that the seeded choice picks it. */
  probability: z.number(),
});
export type Candidate = z.output<typeof candidateSchema>;

/** What `decide` returns: pure result, stored as canonical JSON. */
export const decisionResultSchema = z.strictObject({
  outcome: decisionOutcome,
  action: z.string(),
  channel: z.string().nullable(),
  sendAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  /** When it may leave if it is signed sooner than was to be expected; absent when it does not wait for its review alone. */
  onceSigned: z.string().optional(),
  reasons: z.array(z.strictObject({ code: z.string(), text: z.string() })),
  candidates: z.array(candidateSchema),
  probability: z.number(),
  /** Set for hand-offs, also when the candidate itself was suppressed. */
  handoff: z.strictObject({ owner: z.string(), reasonCode: z.string(), reason: z.string() }).nullable(),
  /** What matching review guardrails ask of the chosen candidate's draft. */
  review: z
    .strictObject({
      tier: z.union([z.literal(1), z.literal(2)]),
      why: z.array(z.strictObject({ code: z.string(), text: z.string() })),
    })
    .nullable(),
  /** Text limits that apply to the draft of the chosen candidate. */
  textLimits: z.strictObject({
    required: z.array(z.string()),
    forbidden: z.array(z.string()),
    maxDiscountPercent: z.number().nullable(),
  }),
  /** Facts by slot, as fact ids, for the chosen action. */
  facts: z.record(z.string(), z.string()),
  offer: z.string().nullable(),
});
export type DecisionResult = z.output<typeof decisionResultSchema>;

/** Nothing forbade it: the person is kept out for comparison, is not one it is meant for, or it was not worth the contact. */
const NOT_FORBIDDEN: ReadonlySet<string> = new Set([
  'held_out',
  'not_eligible',
  'not_worth_it',
  'no_candidates',
  'no_channel',
]);

/** Whether consent, a rule, or something unknown forbade everything that could have been done. */
export function wasForbidden({ candidates }: DecisionResult): boolean {
  const acting = candidates.filter(({ action }) => action !== HOLD);
  return (
    acting.length > 0 &&
    acting.every(
      ({ blockedBy }) => blockedBy.length > 0 && !blockedBy.some(({ code }) => NOT_FORBIDDEN.has(code)),
    )
  );
}

/** Whether a rule asks for a person, also where somebody looks after it already. */
export function isHandedOver({ candidates }: Pick<DecisionResult, 'candidates'>): boolean {
  return candidates.some(({ guardrails }) =>
    guardrails.some(({ effect, matched }) => effect === 'handoff' && matched),
  );
}

/** A stored decision. */
export interface Decision {
  readonly id: string;
  readonly profileId: string;
  readonly createdAt: string;
  readonly mode: 'decide' | 'execute';
  readonly bundleHash: string;
  readonly engine: string;
  /** Model versions by name. */
  readonly models: Readonly<Record<string, string>>;
  readonly seed: string;
  readonly triggerId: string | null;
  readonly firingId: string | null;
  readonly messageId: string | null;
  readonly result: DecisionResult;
}
