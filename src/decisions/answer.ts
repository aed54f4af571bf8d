import { type Bundle } from '../policies/bundle.js';
import { type Json } from '../shared/canonical-json.js';
import { type Candidate, type Decision, type DecisionResult } from './decision.js';
import { changeText } from './change.js';
import { type Flip } from './flip.js';
import { type Reason } from './reason.js';
import { type Exemption, exemptionsOf } from './scope.js';
import { type Situation } from './situation.js';

/** An exemption, and whose it is. */
export interface CandidateExemption extends Exemption {
  readonly action: string;
  readonly channel: string;
}

/** A decision as it is answered over HTTP. */
export interface DecisionAnswer {
  readonly id: string;
  /** Null while the person is anonymous, and once they were erased. */
  readonly userId: string | null;
  readonly mode: Decision['mode'];
  readonly outcome: Decision['result']['outcome'];
  readonly action: string;
  readonly channel: string | null;
  readonly sendAt: string | null;
  readonly expiresAt: string | null;
  readonly reasons: readonly Reason[];
  readonly candidates: readonly Candidate[];
  /** Rules that were not asked about a candidate because their own scope exempts it. */
  readonly exemptions: readonly CandidateExemption[];
  readonly probability: number;
  readonly flip: readonly { readonly change: string; readonly becomes: string }[];
  readonly bundle: string;
  /** Those it was made with, by what they foretell; `risk` once its draft was judged: the checks, and the learned model after a slash. */
  readonly models: Readonly<Record<string, string>>;
  readonly engine: string;
  readonly seed: string;
  readonly trigger: string | null;
  readonly messageId: string | null;
  /** The signed content to render, for a message on site that has left. */
  readonly content?: Json;
  readonly createdAt: string;
}

/** Writes a decision down as it is answered. */
export function toAnswer(
  decision: Decision,
  situation: Situation,
  told: {
    /** The decision's, with what every rule said. */
    readonly candidates: readonly Candidate[];
    readonly flips: readonly Flip[];
    readonly exemptions: readonly CandidateExemption[];
    readonly content: Json | undefined;
    /** What judged the draft, where there is one. */
    readonly risk: string | undefined;
  },
): DecisionAnswer {
  const { candidates, flips, exemptions, content, risk } = told;
  const { result } = decision;
  return {
    id: decision.id,
    userId: situation.profile.userId,
    mode: decision.mode,
    outcome: result.outcome,
    action: result.action,
    channel: result.channel,
    sendAt: result.sendAt,
    expiresAt: result.expiresAt,
    reasons: result.reasons,
    candidates,
    exemptions,
    probability: result.probability,
    flip: flips.map(toFlipAnswer),
    bundle: decision.bundleHash,
    models: namedModels(decision.models, risk),
    engine: decision.engine,
    seed: decision.seed,
    trigger: decision.triggerId,
    messageId: decision.messageId,
    ...(content === undefined ? {} : { content }),
    createdAt: decision.createdAt,
  };
}

/** The models that a decision names: those it was scored with, and what judged the words it led to, where they were judged. */
export function namedModels(
  scored: Readonly<Record<string, string>>,
  risk: string | undefined,
): Readonly<Record<string, string>> {
  return { ...scored, ...(risk === undefined ? {} : { risk }) };
}

/** A flip in plain words: what would have had to be otherwise, and what it would have become. */
export function toFlipAnswer({ changes, becomes }: Flip): { change: string; becomes: string } {
  const what = becomes.channel === null ? becomes.action : `${becomes.action} by ${becomes.channel}`;
  return {
    change: `if ${changes.map(changeText).join(' and ')}`,
    becomes: becomes.outcome === 'act' ? `act: ${what}` : becomes.outcome,
  };
}

/** Exemptions of each candidate. They are the playbook's doing alone, so they are not stored with the decision. */
export function exemptionsIn(
  bundle: Bundle,
  { profile: { country } }: Situation,
  { candidates }: DecisionResult,
): CandidateExemption[] {
  return candidates.flatMap(({ action: id, channel }) => {
    const action = bundle.actions.get(id)?.spec;
    if (action === undefined || channel === null) return [];
    return exemptionsOf(bundle.guardrails, { action, channel, country }).map((each) => ({
      action: id,
      channel,
      ...each,
    }));
  });
}
