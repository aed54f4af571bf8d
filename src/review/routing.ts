import { type DecisionResult } from '../decisions/decision.js';
import { type DraftOrigin } from '../drafting/draft.js';
import { type Assessment } from '../risk/assessment.js';
import { signWords } from '../risk/sign-words.js';
import { unitHash } from '../shared/hash.js';
import { type Gate } from './gate.js';
import { type Why } from './review.js';
import { type TemplateVerdict } from './template-signature.js';

export interface RoutingInput {
  readonly messageId: string;
  readonly origin: DraftOrigin;
  readonly assessment: Pick<Assessment, 'score' | 'tier' | 'threshold' | 'contributions'>;
  /** What matching review guardrails asked for. */
  readonly review: DecisionResult['review'];
  /** Whether the template it was filled from is signed; null when it comes from none. */
  readonly signature: TemplateVerdict | null;
  /** Share of messages looked at by chance, 0 to 1. */
  readonly auditShare: number;
  /** The open gate that a model's draft was certified for; null without one. */
  readonly gate: Gate | null;
}

/** Where an assessed draft goes, and every reason a person must see it. */
export type Route =
  | { readonly to: 'approval'; readonly under: 'template' | 'gate' }
  | {
      readonly to: 'review';
      readonly minimumTier: 1 | 2;
      readonly tier: 1 | 2;
      readonly why: readonly [Why, ...Why[]];
    };

/** Whether chance picks this message for a look; fixed by its id, so that nobody can try again. */
export function isAudited(messageId: string, auditShare: number): boolean {
  return unitHash(`audit:${messageId}`) < auditShare;
}

const AUDIT: Why = { code: 'audit', text: 'Picked by chance, to look after what goes out automatically.' };

/** Written so that a score that is no number does not pass. */
function passesGate({ assessment, gate }: RoutingInput): boolean {
  return gate !== null && assessment.score < gate.threshold;
}

/** The tier a draft needs: what is asked for whatever it says, such as by guardrails, and what its risk asks for, whichever is more. */
export function tierOf(assessment: Pick<Assessment, 'tier'>, minimum: 1 | 2): 1 | 2 {
  return assessment.tier === 2 || minimum === 2 ? 2 : 1;
}

/**
 * What a model or a person wrote is reviewed, but for a model's draft below the threshold of an open gate. That, and what comes from a signed
 * template, goes on, unless a guardrail, its risk, chance or a fault of its signature sends it to a person. Every reason is kept.
 */
export function route(input: RoutingInput): Route {
  const { assessment, signature } = input;
  const why: Why[] = [];
  const passes = input.origin === 'model' && passesGate(input);
  if (input.origin === 'model' && !passes)
    why.push({ code: 'origin.model', text: 'A language model wrote it.' });
  if (input.origin === 'person') why.push({ code: 'origin.person', text: 'A person changed it.' });
  if (input.review !== null) {
    why.push(
      ...(input.review.why.length > 0
        ? input.review.why
        : [{ code: 'guardrail', text: 'A guardrail asks for a person.' }]),
    );
  }
  // Written so that a score that is no number counts as risk too.
  if (!(assessment.score < assessment.threshold)) {
    const heaviest = assessment.contributions[0]?.code;
    why.push({
      code: 'risk',
      text: `Risk ${assessment.score.toFixed(2)} is at or above ${assessment.threshold.toFixed(2)}${heaviest === undefined ? '' : `, most of all for ${signWords(heaviest)}`}.`,
    });
  }
  if (signature === null && input.origin === 'template')
    why.push({ code: 'template.unknown', text: 'It names no template that could be signed.' });
  if (signature?.ok === false) why.push({ code: signature.code, text: signature.text });
  // Of what goes by itself, so much is looked at by chance: of templates as the action says, of drafts as their gate does.
  const share = input.origin === 'template' ? input.auditShare : passes ? (input.gate?.auditShare ?? 1) : 0;
  if (isAudited(input.messageId, share)) why.push(AUDIT);
  const [first, ...others] = why;
  if (first === undefined) return { to: 'approval', under: passes ? 'gate' : 'template' };
  const minimumTier = input.review?.tier ?? 1;
  return { to: 'review', minimumTier, tier: tierOf(assessment, minimumTier), why: [first, ...others] };
}

const HOUR_MS = 3_600_000;

/**
 * Place in the queue, higher first: what a reached goal is worth times how likely contact is to reach it, per hour left.
 * @param expectedValue minor units of the brand's currency.
 */
export function priorityOf(expectedValue: number, now: Date, perishesAt: Date): number {
  const hours = Math.max(1, (perishesAt.getTime() - now.getTime()) / HOUR_MS);
  return Math.round((Math.max(0, expectedValue) / hours) * 1_000) / 1_000;
}
