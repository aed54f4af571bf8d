import { priceOf, type ReplayAnswer, type TallyAnswer } from './replay-answer.js';

type RuleCost = ReplayAnswer['rules'][number];
/** @param minor of the brand's currency. */
type MoneyWords = (minor: number) => string;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Whether there is something to say of a rule but that it fired. */
export function costsSomething(rule: RuleCost): boolean {
  return priceOf(rule) > 0 || rule.unpriced.length > 0 || rule.delayed > 0;
}

/** What a rule did and what that cost, piece by piece. */
export function ruleCostWords(rule: RuleCost, money: MoneyWords): string[] {
  return [
    `fired ${counted(rule.matched, 'time')}`,
    ...(rule.alone === 0
      ? []
      : [`held back ${counted(rule.alone, 'message')} alone, expected to be worth ${money(rule.worth)}`]),
    ...(rule.delayed === 0
      ? []
      : [`${counted(rule.delayed, 'message')} waited ${rule.delayedHours} hours on average, which loses ${money(rule.delayWorth)}`]), // prettier-ignore
    ...(rule.asked === 0 ? [] : [`asked for a person ${rule.asked} times`]),
    ...(rule.lapsed === 0
      ? []
      : [`${counted(rule.lapsed, 'message')} nobody signed in time, expected to be worth ${money(rule.lapsedWorth)}`]), // prettier-ignore
  ];
}

const DAY_MS = 86_400_000;

/** Messages that a person has to look at a day, over all days from the first decision on; null where there is none. */
export function reviewWords({
  from,
  until,
  reviews,
}: Pick<ReplayAnswer, 'from' | 'until' | 'reviews'>): string | null {
  if (from === null || reviews.length === 0) return null;
  const days = Math.max(1, (Date.parse(until) - Date.parse(from)) / DAY_MS);
  const perDay = (which: 'before' | 'after'): string =>
    (reviews.reduce((total, day) => total + day[which], 0) / days).toFixed(1);
  return `${perDay('before')} a day, would be ${perDay('after')}`;
}

const TRIGGERS_WORDS =
  'these triggers fire on something else; what they would fire newly, or at another time, is told by a simulation only:';

/** What of a trigger is otherwise, and how many decisions are not judged by it. */
export function triggerWords({ members, decisions }: TallyAnswer['triggers'][number]): string {
  if (members.length === 0) return 'new, so nothing of it was stored';
  return `${members.join(', ')}; ${counted(decisions, 'decision')} taken as if it had fired as it did`;
}

/** What a replay shows, line by line. @param currency ISO 4217. */
export function replayLines(tally: TallyAnswer & Pick<ReplayAnswer, 'until'>, currency: string): string[] {
  const { messages, value } = tally;
  const unlessNone = (count: number, what: string): string[] => (count === 0 ? [] : [`${count} ${what}`]);
  const money: MoneyWords = (minor) => `${minor} hundredths of ${currency}`;
  const reviews = reviewWords(tally);
  return [
    `${counted(tally.decisions, 'decision')}: ${tally.reproduced} come out the same, ${tally.changed} do not`,
    ...unlessNone(tally.unexplained, 'of those under the same playbook and engine: that should never be'),
    ...unlessNone(tally.engineChanged, 'were made by another engine and come out differently'),
    ...unlessNone(tally.otherModels, 'were made with other learned figures'),
    ...unlessNone(tally.notRecorded, 'ask for what was not recorded then'),
    ...unlessNone(tally.notRecordedToo, 'of those differ in something else too'),
    ...unlessNone(tally.erased, 'are about people who were erased'),
    ...unlessNone(tally.aged, 'have a situation that is no longer kept'),
    ...unlessNone(tally.unreadable, 'cannot be read'),
    `messages: ${messages.lost} fewer, ${messages.gained} more, ${messages.other} others, ${messages.retimed} at another time`,
    `hand-offs: ${messages.taskGained} more, ${messages.taskLost} fewer`,
    ...tally.causes.map(({ code, lost, gained }) => `  ${code}: ${lost} fewer, ${gained} more`),
    ...tally.missing.map(
      ({ field, decisions }) => `  ${field} was not recorded ${counted(decisions, 'time')}`,
    ),
    ...tally.besides.map(({ code, decisions }) => `  beside it, ${code} made a difference ${counted(decisions, 'time')}`), // prettier-ignore
    ...(tally.triggers.length === 0 ? [] : [TRIGGERS_WORDS]),
    ...tally.triggers.map((trigger) => `  ${trigger.id}: ${triggerWords(trigger)}`),
    ...Object.entries(tally.samples).map(([kind, ids]) => `  decisions, ${kind}: ${ids.join(' ')}`),
    ...(reviews === null ? [] : [`reviews: ${reviews}`]),
    ...tally.reviews.map(({ day, before, after }) => `  ${day}: ${before}, would be ${after}`),
    ...tally.rules
      .filter(costsSomething)
      .flatMap((rule) => [
        `rule ${rule.id}: ${ruleCostWords(rule, money).join('; ')}`,
        ...rule.unpriced.map((words) => `  ${words}`),
      ]),
    value.kind === 'refused'
      ? `value: ${value.why}`
      : `value per decision: ${value.before} before, ${value.after.value} after (${value.after.low} to ${value.after.high}), hundredths of ${currency}, from ${Math.floor(value.effective)} effective decisions`,
  ];
}
