import { type Bundle } from '../policies/bundle.js';
import { adviceReasons } from './advice-reasons.js';
import { actionsUp, type Examination, examine, type Examined } from './candidates.js';
import { type Chance, chances, draw } from './choose.js';
import { type Candidate, type DecisionResult, HANDOFF, HOLD, type Models } from './decision.js';
import { bySeverity, matchedOf } from './guardrails.js';
import { distinct, isAmong, type Reason } from './reason.js';
import { NO_SCORE } from './score.js';
import { type Situation } from './situation.js';

/**
 * Chooses what to do for one person, or to do nothing, or to hand over to a person. Pure: the same bundle, situation, models and seed give
 * the same bytes, whatever the order of guardrails.
 */
export function decide(bundle: Bundle, situation: Situation, models: Models, seed: string): DecisionResult {
  return conclude(examine(bundle, situation, models), seed);
}

/** What is chosen from candidates that were examined: the rest of `decide`. */
export function conclude(examination: Examination, seed: string): DecisionResult {
  const choice = pick(examination, seed);
  if (choice.handoff !== null) return handedOff(examination, choice.handoff);
  if (choice.chosen === undefined) return held(examination);
  return acted(examination, choice.options, choice.chosen);
}

/** What is done, without the reasons. */
export function choose(
  examination: Examination,
  seed: string,
): Pick<DecisionResult, 'outcome' | 'action' | 'channel'> {
  const { handoff, chosen } = pick(examination, seed);
  if (handoff !== null) return { outcome: 'handoff', action: HANDOFF, channel: null };
  if (chosen === undefined) return { outcome: 'hold', action: HOLD, channel: null };
  const { action, channel } = chosen.option.candidate;
  return { outcome: 'act', action, channel };
}

interface Choice {
  readonly handoff: Handoff | null;
  readonly options: readonly Chance<Examined>[];
  readonly chosen: Chance<Examined> | undefined;
}

function pick({ bundle, situation, examined }: Examination, seed: string): Choice {
  const handoff = handoffOf(examined, situation);
  if (handoff !== null) return { handoff, options: [], chosen: undefined };
  const options = choosable(bundle, situation, examined);
  return { handoff, options, chosen: draw(options, seed) };
}

const NOTHING_CHOSEN = {
  sendAt: null,
  expiresAt: null,
  review: null,
  textLimits: { required: [], forbidden: [], maxDiscountPercent: null },
  facts: {},
  offer: null,
};

function holdCandidate(probability: number): Candidate {
  return {
    action: HOLD,
    channel: null,
    eligible: true,
    blockedBy: [],
    score: NO_SCORE,
    guardrails: [],
    sendAt: null,
    probability,
  };
}

interface Handoff {
  readonly owner: string;
  readonly reasonCode: string;
  readonly reason: string;
  readonly all: readonly Reason[];
}

/**
 * A hand-off rule that matches for an action that concerns this person, also where another rule suppresses that action or no channel is left: the
 * matter still needs a person. A task that is open already for the same reason is not made twice.
 */
function handoffOf(examined: readonly Examined[], situation: Situation): Handoff | null {
  const open = new Set(situation.openTasks.map((task) => task.code));
  const matched = examined
    .filter(({ concerns }) => concerns)
    .flatMap(({ verdicts }) => matchedOf(verdicts, 'handoff'))
    .filter(({ guardrail }) => !open.has(guardrail.id))
    .toSorted((a, b) => bySeverity(a.guardrail, b.guardrail));
  const [first] = matched;
  if (first === undefined) return null;
  return {
    owner: first.guardrail.handTo,
    reasonCode: first.guardrail.id,
    reason: first.reason,
    all: distinct(
      matched.map(({ guardrail, reason }) => ({
        code: `guardrail:${guardrail.id}`,
        text: `Rule ${guardrail.id} hands over to ${guardrail.handTo}: ${reason}`,
      })),
    ),
  };
}

function handedOff(examination: Examination, { all, ...handoff }: Handoff): DecisionResult {
  const { examined } = examination;
  return {
    ...NOTHING_CHOSEN,
    outcome: 'handoff',
    action: HANDOFF,
    channel: null,
    reasons: [...all, ...adviceReasons(examination, { outcome: 'handoff' })],
    // Nothing may be sent while a person takes over, whatever a candidate is worth.
    candidates: [...examined.map(({ candidate }) => candidate), holdCandidate(0)],
    probability: 1,
    handoff,
  };
}

/**
 * What the seeded choice may pick: eligible candidates worth more than doing nothing. A transactional action that was called for is owed: it
 * goes first, is not weighed against its cost and not left to chance.
 */
function choosable(bundle: Bundle, situation: Situation, examined: readonly Examined[]): Chance<Examined>[] {
  const eligible = examined.filter(({ candidate }) => candidate.eligible);
  const owed =
    situation.actions === null ? [] : eligible.filter(({ action }) => action?.class === 'transactional');
  if (owed.length > 0) return chances(owed, worth, 0);
  // Advice may speak against a contact, and never makes one worth its cost that is not worth it by itself.
  const worthwhile = eligible.filter((each) => each.candidate.score.total > 0 && worth(each) > 0);
  return worthwhile.length === 0 ? [] : chances(worthwhile, worth, bundle.engine.exploration);
}

/** What candidates are compared by. */
function worth({ candidate }: Pick<Examined, 'candidate'>): number {
  return candidate.advised ?? candidate.score.total;
}

function acted(
  examination: Examination,
  options: readonly Chance<Examined>[],
  { option, probability }: Chance<Examined>,
): DecisionResult {
  const { examined } = examination;
  const { action, candidate, limits } = option;
  const probabilities = new Map(options.map((each) => [each.option, each.probability]));
  const offer = action?.offer === undefined ? undefined : option.facts[action.offer];
  const why = howChosen(options, option);
  return {
    outcome: 'act',
    action: candidate.action,
    channel: candidate.channel,
    sendAt: candidate.sendAt,
    expiresAt: new Date(option.expiresAt).toISOString(),
    ...(option.time.ok && option.time.onceSigned !== undefined
      ? { onceSigned: new Date(option.time.onceSigned).toISOString() }
      : {}),
    reasons: [
      { code: WHY_CODES[why], text: whyChosen(options, option, why) },
      ...(option.time.ok ? option.time.waits : []),
      ...adviceReasons(examination, { outcome: 'act', chosen: option, why }),
    ],
    candidates: [
      ...examined.map((each) => ({ ...each.candidate, probability: probabilities.get(each) ?? 0 })),
      holdCandidate(0),
    ],
    probability,
    handoff: null,
    review: reviewOf(option),
    textLimits: {
      required: unique(limits.required.map(({ limit }) => limit)),
      forbidden: unique(limits.forbidden.map(({ limit }) => limit)),
      maxDiscountPercent:
        limits.discounts.length === 0 ? null : Math.min(...limits.discounts.map(({ limit }) => limit)),
    },
    facts: option.facts,
    offer: offer ?? null,
  };
}

type How = 'best' | 'explored' | 'owed';
const WHY_CODES: Readonly<Record<How, string>> = { best: 'best_value', explored: 'explored', owed: 'owed' };

function howChosen(options: readonly Chance<Examined>[], chosen: Examined): How {
  if (
    chosen.action?.class === 'transactional' &&
    options.every(({ option }) => option.action?.class === 'transactional')
  )
    return 'owed';
  return worth(chosen) < Math.max(...options.map(({ option }) => worth(option))) ? 'explored' : 'best';
}

function whyChosen(options: readonly Chance<Examined>[], { candidate }: Examined, how: How): string {
  const what = `${candidate.action} by ${candidate.channel ?? ''}`;
  switch (how) {
    case 'owed':
      return `${what} was called for and is owed to the person.`;
    case 'explored':
      return `${what} was picked by chance among ${options.length} allowed candidates, so that there is something to learn from.`;
    case 'best':
      return `${what} is worth more than doing nothing: ${candidate.score.total} expected after the cost of contact.`;
  }
}

function reviewOf({ verdicts }: Examined): DecisionResult['review'] {
  const asked = matchedOf(verdicts, 'review').toSorted((a, b) => bySeverity(a.guardrail, b.guardrail));
  if (asked.length === 0) return null;
  return {
    tier: asked.some(({ guardrail }) => guardrail.tier === 2) ? 2 : 1,
    why: asked.map(({ guardrail, reason }) => ({ code: guardrail.id, text: reason })),
  };
}

function held(examination: Examination): DecisionResult {
  const { bundle, situation, examined } = examination;
  return {
    ...NOTHING_CHOSEN,
    outcome: 'hold',
    action: HOLD,
    channel: null,
    reasons: [...whyHeld(bundle, situation, examined), ...adviceReasons(examination, { outcome: 'hold' })],
    candidates: [...examined.map(({ candidate }) => candidate), holdCandidate(1)],
    probability: 1,
    handoff: null,
  };
}

function whyHeld(bundle: Bundle, situation: Situation, examined: readonly Examined[]): Reason[] {
  if (actionsUp(bundle, situation).length === 0)
    return [{ code: 'no_candidates', text: 'No action is up for decision.' }];
  const against = new Map(
    examined.map(({ candidate }) => [
      candidate.channel === null ? candidate.action : `${candidate.action} by ${candidate.channel}`,
      candidate.eligible ? [whyNotWorth(candidate)] : candidate.blockedBy,
    ]),
  );
  const [first = [], ...others] = against.values();
  // What stands against every candidate is said once, first; the rest with the candidate's name.
  const shared = first.filter((reason) => others.every((reasons) => isAmong(reasons, reason)));
  return [
    ...shared,
    ...[...against].flatMap(([name, reasons]) =>
      reasons
        .filter((reason) => !isAmong(shared, reason))
        .map(({ code, text }) => ({ code, text: `${name}: ${text}` })),
    ),
  ];
}

function whyNotWorth({ score, advised }: Candidate): Reason {
  return score.total > 0
    ? {
        code: 'advised_against',
        text: `A contact would be worth little, ${score.total} expected, and advice against it outweighs that: ${advised ?? 0}.`,
      }
    : { code: 'not_worth_it', text: `A contact costs more than it is worth: ${score.total} expected.` };
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)].toSorted();
}
