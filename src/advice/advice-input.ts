import { type Examination, type Examined } from '../decisions/candidates.js';
import { toExpressionSource } from '../decisions/expression-source.js';
import { type Situation } from '../decisions/situation.js';
import { allowedFields, maskText } from '../drafting/model-input.js';
import { type PromptKind } from '../drafting/prompt.js';
import { type AdviceSettings } from '../policies/playbook.js';
import { type Json } from '../shared/canonical-json.js';
import { DAY_MS, isZone, MINUTE_MS, offsetAt, type Zone } from '../shared/local-time.js';

/** What a prompt for advice may read. */
const ADVICE_INPUTS = ['brand', 'occasion', 'customer', 'signal', 'messages', 'candidates', 'now'] as const;
export type AdvicePromptInput = (typeof ADVICE_INPUTS)[number];

/** Prompts under `prompts/advice`. */
export const ADVICE_PROMPT: PromptKind<AdvicePromptInput> = {
  inputs: ADVICE_INPUTS,
  members: ['ranking', 'send_time', 'reasons'],
  answers: 'advice',
};

const MOST_MESSAGES = 10;

/**
 * Everything the model may see of a situation: what happened, the fields that the trigger allows, masked as for a draft, what went out of
 * late, and what could be done. Times are written by the clock on the person's wall where one zone is known, without its name, and to the
 * minute.
 */
export function adviceInput(
  { bundle, situation, examined }: Examination,
  occasion: string,
  { allowedFields: paths }: AdviceSettings,
): Record<AdvicePromptInput, Json> {
  const from = { vocabulary: bundle.vocabulary, source: toExpressionSource(situation) };
  const zone = zoneOf(situation);
  return {
    brand: { name: bundle.brand.name },
    occasion,
    customer: allowedFields(from, paths, 'profile.'),
    signal: allowedFields(from, paths, 'signal.properties.', 'context.'),
    messages: messagesOf(situation, zone),
    candidates: eligible(examined).map((each) => candidateOf(each, zone)),
    now: written(Date.parse(situation.now), zone),
  };
}

/** What can be done, besides nothing. */
export function eligible(examined: readonly Examined[]): Examined[] {
  return examined.filter(({ candidate }) => candidate.eligible);
}

function candidateOf({ action, candidate, time, expiresAt }: Examined, zone: Zone): Json {
  return {
    action: candidate.action,
    channel: candidate.channel,
    title: maskText(action?.title ?? candidate.action),
    goal: maskText(action?.goal ?? ''),
    earliest: time.ok ? written(time.at, zone) : null,
    before: written(expiresAt, zone),
  };
}

function messagesOf({ history, now }: Situation, zone: Zone): Json {
  const sentSince = (days: number): number =>
    history.filter(({ open, at }) => !open && Date.parse(at) > Date.parse(now) - days * DAY_MS).length;
  return {
    sent_in_7_days: sentSince(7),
    sent_in_30_days: sentSince(30),
    latest: history
      .slice(-MOST_MESSAGES)
      .toReversed()
      .map(({ action, channel, open, at }) => ({ action, channel, sent: !open, at: written(Date.parse(at), zone) })), // prettier-ignore
  };
}

/** Where several zones are possible, or none is known, the clock of Greenwich serves. */
function zoneOf({ profile }: Situation): Zone {
  const [zone, other] = profile.zones.filter(isZone);
  return zone === undefined || other !== undefined ? 0 : zone;
}

/** `2026-11-18T12:00-05:00` */
function written(at: number, zone: Zone): string {
  const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const offset = Math.round(offsetAt(zone, minute));
  const local = new Date(minute + offset * MINUTE_MS).toISOString().slice(0, 16);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}
