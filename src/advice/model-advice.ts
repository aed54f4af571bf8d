import { z } from 'zod';
import { isSame, suggestedWords } from '../decisions/advice.js';
import { HOLD } from '../decisions/decision.js';
import { type Advice, type Suggested } from '../decisions/situation.js';
import { maskText } from '../drafting/model-input.js';
import { speaksToModel } from '../risk/checks/hidden-instructions.js';
import { SMALL_WORDS } from '../risk/everyday-words.js';
import { FOREIGN_SMALL_WORDS } from '../risk/foreign-words.js';

const MOST_RANKED = 50;
const MOST_REASONS = 3;
const LONGEST_REASON = 240;
const LONGEST_NAME = 80;

const answerSchema = z.strictObject({
  ranking: z
    .array(z.strictObject({ action: z.string().max(200), channel: z.string().max(200).nullable() }))
    .max(MOST_RANKED),
  send_time: z.string().max(60).nullable(),
  reasons: z.array(z.string().min(1).max(LONGEST_REASON)).min(1).max(MOST_REASONS),
});

/** What an answer is held against. */
export interface AdviceLimits {
  /** What was put up, doing nothing apart. */
  readonly candidates: readonly Suggested[];
  /** ISO 8601 UTC. */
  readonly now: string;
}

/** An instant with its offset from UTC, to the minute or finer. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** What keeps a model's answer from being advice, in words the model can act on. Empty when it is some. */
export function problemsOf(answer: unknown, limits: AdviceLimits): string[] {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return z.prettifyError(parsed.error).split('\n');
  const { ranking, send_time: time, reasons } = parsed.data;
  const known = ranking.filter((each) => isPutUp(each, limits));
  return [
    ...(ranking.length > 0 && known.length === 0 ? ['ranking: it names none of the given candidates'] : []),
    ...(ranking.length === 0 && time === null
      ? ['it suggests nothing: rank the candidates or name a time']
      : []),
    ...(time === null ? [] : problemsOfTime(time, limits)),
    ...reasons.flatMap(problemsOfReason),
  ];
}

function problemsOfTime(time: string, { now }: AdviceLimits): string[] {
  const at = INSTANT.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(at))
    return ['send_time: write an instant with its offset, such as 2026-11-18T18:00+01:00, or null'];
  return at < Math.floor(Date.parse(now) / 60_000) * 60_000 ? ['send_time: it lies in the past'] : [];
}

function problemsOfReason(reason: string, i: number): string[] {
  const at = `reasons[${i}]`;
  if (speaksToModel(reason)) return [`${at}: it holds instructions; say why in plain words`];
  if (/https?:\/\/|\bwww\.|\S@\S+\.\S|<\/?[a-z!][^>]*>/i.test(reason))
    return [`${at}: it holds a link, an address or markup`];
  return isEnglish(reason) ? [] : [`${at}: it is not written in English`];
}

/** People who review read English here; too few words to tell count as English where the letters are. */
function isEnglish(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const latin = text.match(/\p{Script=Latin}/gu) ?? [];
  if (latin.length < letters.length * 0.8) return false;
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const count = (of: ReadonlySet<string>): number => words.filter((word) => of.has(word)).length;
  const foreign = Math.max(count(FOREIGN_SMALL_WORDS), count(SMALL_WORDS.de));
  return foreign < 2 || foreign <= count(SMALL_WORDS.en);
}

function isPutUp(suggested: Suggested, { candidates }: AdviceLimits): boolean {
  return suggested.action === HOLD || candidates.some((each) => isSame(each, suggested));
}

/** What of an answer is kept: what it ranks of the candidates, each once, and the names of what nobody had put up. @throws when `problemsOf` finds any. */
export function toAdvice(
  answer: unknown,
  limits: AdviceLimits,
): Pick<Advice, 'ranking' | 'sendAt' | 'reasons' | 'dropped'> {
  const { ranking, send_time: time, reasons } = answerSchema.parse(answer);
  const named = ranking.map(({ action, channel }) => ({
    action,
    channel: action === HOLD ? null : channel,
  }));
  const known = named.filter((each) => isPutUp(each, limits));
  const unknown = named.filter((each) => !isPutUp(each, limits));
  return {
    ranking: known.filter((each, i) => known.findIndex((other) => isSame(other, each)) === i),
    sendAt: time === null ? null : new Date(time).toISOString(),
    reasons: reasons.map((reason) => maskText(reason, LONGEST_REASON)),
    dropped: [...new Set(unknown.map((each) => maskText(suggestedWords(each), LONGEST_NAME)))],
  };
}
