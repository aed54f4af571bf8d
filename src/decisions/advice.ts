import { type Bundle } from '../policies/bundle.js';
import { type Action, type AdviceSettings } from '../policies/playbook.js';
import { localTimeText } from '../shared/local-time.js';
import { durationMs } from '../shared/clock.js';
import { type Candidate, HOLD } from './decision.js';
import { type Reason } from './reason.js';
import { quantise } from './score.js';
import { candidateZones, type SendTime } from './send-time.js';
import { type Advice, type Situation, type Suggested } from './situation.js';

/** Code of the reason of a message that waits for an hour at which answers were counted. */
export const WAITS_FOR_BEST_HOUR = 'waits_for_best_hour';

/** What the model is asked for where it is asked for advice, before the firing's id: what its answers took is kept under it. */
export const ADVICE_PURPOSE = 'advice ';

/** Advice, and how far the playbook lets it go. */
export interface AdviceInForce {
  readonly advice: Advice;
  readonly settings: AdviceSettings;
}

/** Advice that the playbook gives a weight here; null for every decision that nobody was asked about. */
export function adviceInForce(
  bundle: Bundle,
  { advice, trigger }: Pick<Situation, 'advice' | 'trigger'>,
): AdviceInForce | null {
  if (advice === null || trigger === null) return null;
  const settings = bundle.triggers.get(trigger.id)?.spec.advice;
  return settings === undefined ? null : { advice, settings };
}

/** Who suggests it, at the beginning of a sentence. */
export function adviserWords({ from }: Pick<Advice, 'from'>): string {
  return from === 'model' ? 'The language model' : 'The person’s own history';
}

/** What is suggested, in words. */
export function suggestedWords({ action, channel }: Suggested): string {
  if (action === HOLD) return 'doing nothing';
  return channel === null ? action : `${action} by ${channel}`;
}

export function isSame(a: Suggested, b: Suggested): boolean {
  return a.action === b.action && a.channel === b.channel;
}

/**
 * Where a candidate stands in a ranking, from 1 (first) to -1 (last): above doing nothing it is positive, below it negative, and 0 when the
 * ranking does not name it. A ranking that leaves doing nothing out puts everything it names above it.
 */
export function standing(ranking: readonly Suggested[], candidate: Suggested): number {
  const at = ranking.findIndex((each) => isSame(each, candidate));
  if (at < 0) return 0;
  const hold = ranking.findIndex(({ action }) => action === HOLD);
  const above = hold < 0 ? ranking.length : hold;
  return at < above ? (above - at) / above : (hold - at) / (ranking.length - 1 - hold);
}

/** What a candidate is worth with advice as a prior on its propensity; undefined where advice moves nothing. What is owed is not weighed. */
export function advisedTotal(
  force: AdviceInForce | null,
  action: Pick<Action, 'id' | 'class'>,
  channel: string,
  { propensity, value, cost }: Candidate['score'],
): number | undefined {
  if (force === null || action.class !== 'marketing') return undefined;
  const stands = standing(force.advice.ranking, { action: action.id, channel });
  if (stands === 0) return undefined;
  const advised = Math.min(1, propensity * (1 + force.settings.weight * stands));
  return quantise(advised * value - cost);
}

/** When it leaves, and what became of a suggested time; null where none was suggested. */
export interface TimeAdvised {
  readonly time: SendTime;
  readonly suggested: Reason | null;
}

interface UsualTime {
  /** When it would leave without advice. */
  readonly time: SendTime;
  readonly situation: Pick<Situation, 'now' | 'profile'>;
  /** Epoch milliseconds: it expires. */
  readonly before: number;
  /** The search for a send time, from a moment on. */
  readonly permittedFrom: (at: number) => SendTime;
}

/** Takes the suggested time where it is permitted to the millisecond, by the search that finds every other send time; else the usual one stays. */
export function withSuggestedTime(force: AdviceInForce | null, usual: UsualTime): TimeAdvised {
  const { time, situation, before, permittedFrom } = usual;
  if (force === null || force.advice.sendAt === null || !time.ok) return { time, suggested: null };
  const { advice, settings } = force;
  const at = Date.parse(force.advice.sendAt);
  const says = `${adviserWords(advice)} suggested ${momentWords(at, situation)}`;
  const refused = (why: string): TimeAdvised => ({
    time,
    suggested: { code: 'advice_time_not_taken', text: `${says}; it leaves at another time: ${why}` },
  });
  if (at < Date.parse(situation.now)) return refused('that has passed.');
  if (at < time.at) return refused('that is before the first moment at which it may leave.');
  if (at >= before) return refused('by then it would have expired.');
  if (time.waits.some(({ code }) => code === WAITS_FOR_BEST_HOUR))
    return refused('counted answers of this person and others speak for another hour.');
  if (at - time.at > durationMs(settings.longestWait))
    return refused(`the playbook lets advice delay it by ${settings.longestWait} at most.`);
  const found = permittedFrom(at);
  if (!found.ok || found.at !== at)
    return refused(`that is not permitted. ${(found.ok ? found.waits : found.blocks).map(({ text }) => text).join(' ')}`); // prettier-ignore
  return {
    // What it would have waited for until the usual time is no reason for this one.
    time: { ok: true, at, waits: [] },
    suggested: { code: 'advice_time_taken', text: `${says}, and that is when it leaves.` },
  };
}

function momentWords(at: number, { profile }: Pick<Situation, 'profile'>): string {
  const [zone] = candidateZones(profile);
  return typeof zone === 'string' ? localTimeText(at, zone) : `${new Date(at).toISOString()} (UTC)`;
}
