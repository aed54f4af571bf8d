import { OUTCOME_EVENTS } from '../policies/own-events.js';
import { type Action, type AdviceSettings } from '../policies/playbook.js';
import { type Profile } from '../profiles/profile.js';
import { durationMs } from '../shared/clock.js';
import { DAY_MS, isZone, MINUTE_MS, offsetAt, type Zone } from '../shared/local-time.js';
import { suggestedWords, WAITS_FOR_BEST_HOUR } from './advice.js';
import { type Examination, type Examined, permittedFrom } from './candidates.js';
import { HOLD } from './decision.js';
import { quantise } from './score.js';
import { type Advice, type PastMessage, type Situation, type Suggested } from './situation.js';

const HOUR_MS = 60 * MINUTE_MS;
export const HOURS_A_DAY = 24;

/** What somebody did longer ago says little about when they are about. */
const LOOKS_BACK_MS = 180 * DAY_MS;
/** Everyone's hours count for as much as this many of the person's own. */
const EVERYONE_COUNTS_FOR = 12;
/** Nothing is told by fewer days on which somebody was about, however busy they were, nor by an hour at which they were on fewer of them. */
const FEWEST_DAYS = 5;
const FEWEST_AT_HOUR = 3;
/** Nor by an hour that is not better than the first possible one by this factor. */
const BETTER_BY = 1.5;

/** A message counts half after so long. */
const HALF_LIFE_MS = 30 * DAY_MS;
/** A goal reached later than this after a message is not put down to it; a message younger than this may still be answered. */
const ANSWERED_WITHIN_MS = 3 * DAY_MS;
/** The playbook's own figure counts for as much as this many messages to the person. */
const PLAYBOOK_COUNTS_FOR = 5;
/** Fewer messages whose time to be answered is over rank nothing. */
const FEWEST_SENT = 3;

/** How often people did something in each hour of the local day, midnight first. */
export type HoursOfDay = readonly number[];

export interface HistoryQuestion {
  /** What can be done, examined without advice. */
  readonly examination: Examination;
  readonly settings: AdviceSettings;
  /** Everyone's hours; null while nothing was counted, which takes every hour for as good. */
  readonly everyone: HoursOfDay | null;
}

/**
 * What the person's own history suggests: the actions that led to their goals with this person before, recent messages counting more, and the hour
 * at which they click, look and buy. Both are shrunk, toward the playbook's figures and toward everyone's hours, and below a floor of
 * evidence nothing is suggested at all. Pure.
 */
export function adviceFromHistory(question: HistoryQuestion): Pick<Advice, 'ranking' | 'sendAt' | 'reasons'> {
  const ranked = rank(question.examination);
  const time = suggestTime(question, ranked.ranking[0] ?? null);
  const reasons = [...ranked.reasons, ...time.reasons];
  return {
    ranking: ranked.ranking,
    sendAt: time.at === null ? null : new Date(time.at).toISOString(),
    reasons: reasons.length > 0 ? reasons : ['Too little is known of this person to suggest anything.'],
  };
}

interface Option extends Suggested {
  readonly action: string;
  readonly channel: string;
  readonly spec: Action;
  readonly examined: Examined;
}

function optionsOf({ examined }: Examination): Option[] {
  return examined.flatMap((each) => {
    const { action: spec, candidate } = each;
    if (!candidate.eligible || candidate.channel === null || spec?.class !== 'marketing') return [];
    return [{ action: candidate.action, channel: candidate.channel, spec, examined: each }];
  });
}

interface Ranked {
  readonly ranking: readonly Suggested[];
  readonly reasons: readonly string[];
}

/** Nothing is ranked while hardly anything of it was ever sent to this person: the playbook's own figures stand by themselves. */
function rank(examination: Examination): Ranked {
  const { situation } = examination;
  const judged = optionsOf(examination).map((option) => ({ option, ...triedBefore(situation, option) }));
  if (judged.reduce((sum, { sent }) => sum + sent, 0) < FEWEST_SENT) return { ranking: [], reasons: [] };
  const ordered = [
    ...judged.map(({ option: { action, channel }, total }) => ({ action, channel, total })),
    { action: HOLD, channel: null, total: 0 },
  ].toSorted((a, b) => b.total - a.total);
  return {
    ranking: ordered.map(({ action, channel }) => ({ action, channel })),
    reasons: judged
      .filter(({ sent }) => sent > 0)
      .map(
        ({ option, sent, reached }) =>
          `${suggestedWords(option)} went out ${times(sent)} before, and ${option.spec.goalEvent ?? 'its goal'} followed within three days ${reached === 0 ? 'never' : times(reached)}.`,
      ),
  };
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

interface Tried {
  readonly sent: number;
  readonly reached: number;
  /** What it is worth by what it led to with this person. */
  readonly total: number;
}

function triedBefore({ history, profile, now }: Situation, { spec, channel, examined }: Option): Tried {
  const { propensity, value, cost } = examined.candidate.score;
  const goals = spec.goalEvent === undefined ? [] : recentOf(profile, spec.goalEvent);
  const settled = history
    .filter((message) => message.action === spec.id && message.channel === channel && !message.open)
    .map((message) => ({ age: Date.parse(now) - Date.parse(message.at), reached: isReached(message, goals) }))
    .filter(({ age, reached }) => spec.goalEvent !== undefined && (reached || age >= ANSWERED_WITHIN_MS));
  let [weights, answers] = [PLAYBOOK_COUNTS_FOR, PLAYBOOK_COUNTS_FOR * propensity];
  for (const { age, reached } of settled) {
    const weight = 2 ** (-age / HALF_LIFE_MS);
    weights += weight;
    if (reached) answers += weight;
  }
  return {
    sent: settled.length,
    reached: settled.filter(({ reached }) => reached).length,
    total: quantise((answers / weights) * value - cost),
  };
}

function isReached({ at }: PastMessage, goals: readonly number[]): boolean {
  const sent = Date.parse(at);
  return goals.some((goal) => goal > sent && goal <= sent + ANSWERED_WITHIN_MS);
}

function recentOf({ events }: Pick<Profile, 'events'>, event: string): readonly number[] {
  return Object.hasOwn(events, event) ? (events[event]?.recent ?? []) : [];
}

interface SuggestedTime {
  readonly at: number | null;
  readonly reasons: readonly string[];
}

const NO_TIME: SuggestedTime = { at: null, reasons: [] };

/** The best hour for what is suggested first, else for whatever is worth most, within what the playbook lets advice delay. */
function suggestTime(
  { examination, settings, everyone }: HistoryQuestion,
  first: Suggested | null,
): SuggestedTime {
  const { profile, now } = examination.situation;
  const [zone, other] = profile.zones.filter(isZone);
  // Where several zones are possible nobody can tell the hour.
  if (zone === undefined || other !== undefined || first?.action === HOLD) return NO_TIME;
  const options = optionsOf(examination);
  const option =
    options.find(({ action, channel }) => action === first?.action && channel === first.channel) ??
    options.toSorted((a, b) => b.examined.candidate.score.total - a.examined.candidate.score.total)[0];
  if (option?.examined.time.ok !== true) return NO_TIME;
  // Answers that were counted by the hour know better.
  if (option.examined.time.waits.some(({ code }) => code === WAITS_FOR_BEST_HOUR)) return NO_TIME;
  const events = activityOf(
    options.map(({ spec }) => spec),
    settings,
  );
  const own = hoursOf(profile, events, zone, Date.parse(now));
  const count = own.reduce((sum, each) => sum + each, 0);
  const days = daysOf(profile, events, zone, Date.parse(now));
  if (new Set(days.flatMap((each) => [...each])).size < FEWEST_DAYS) return NO_TIME;
  const shares = shrunk(own, everyone);
  const earliest = option.examined.time.at;
  const until = Math.min(option.examined.expiresAt, earliest + durationMs(settings.longestWait) + 1);
  const which = examination.examined.indexOf(option.examined);
  let best = { at: earliest, share: shareAt(shares, earliest, zone) * BETTER_BY };
  for (let at = nextHour(earliest, zone); at < until; at = nextHour(at, zone)) {
    const share = shareAt(shares, at, zone);
    if (share <= best.share || (days[hourAt(at, zone)]?.size ?? 0) < FEWEST_AT_HOUR) continue;
    const found = permittedFrom(examination, which, at);
    if (found.ok && found.at === at) best = { at, share };
  }
  if (best.at === earliest) return NO_TIME;
  const hour = hourAt(best.at, zone);
  return {
    at: best.at,
    reasons: [
      `They are about at ${String(hour).padStart(2, '0')}:00 more than at the first possible hour: ${own[hour] ?? 0} of ${count} times that they clicked, looked or bought.`,
    ],
  };
}

/** What page and screen views are counted as. */
const VISITS = ['Page Viewed', 'Screen Viewed'];

/** Events by which somebody shows that they are about: clicks, visits, what actions aim at, and what the playbook names. */
export function activityOf(
  actions: readonly Pick<Action, 'goalEvent'>[],
  { activity }: Pick<AdviceSettings, 'activity'>,
): string[] {
  return [
    OUTCOME_EVENTS.clicked,
    ...VISITS,
    ...actions.flatMap(({ goalEvent }) => goalEvent ?? []),
    ...activity,
  ];
}

/** Hours in which the person did any of these, by the hour of the local day: an hour of one day counts once for each kind. */
export function hoursOf(
  profile: Pick<Profile, 'events'>,
  events: readonly string[],
  zone: Zone,
  now: number,
): number[] {
  const hours = Array.from({ length: HOURS_A_DAY }, () => 0);
  for (const event of new Set(events)) {
    for (const hour of hoursIn(profile, event, zone, now)) {
      const of = hourOfDay(hour);
      hours[of] = (hours[of] ?? 0) + 1;
    }
  }
  return hours;
}

/** For each hour of the local day the days on which the person did any of these in it. */
function daysOf(
  profile: Pick<Profile, 'events'>,
  events: readonly string[],
  zone: Zone,
  now: number,
): ReadonlySet<number>[] {
  const days = Array.from({ length: HOURS_A_DAY }, () => new Set<number>());
  for (const event of new Set(events))
    for (const hour of hoursIn(profile, event, zone, now))
      days[hourOfDay(hour)]?.add(Math.floor(hour / HOURS_A_DAY));
  return days;
}

/** Hours by the clock on the wall, counted from 1970, in which something happened of late. */
function hoursIn(
  profile: Pick<Profile, 'events'>,
  event: string,
  zone: Zone,
  now: number,
): ReadonlySet<number> {
  const recent = recentOf(profile, event).filter((at) => at > now - LOOKS_BACK_MS && at <= now);
  return new Set(recent.map((at) => Math.floor(localOf(at, zone) / HOUR_MS)));
}

function hourOfDay(hour: number): number {
  return ((hour % HOURS_A_DAY) + HOURS_A_DAY) % HOURS_A_DAY;
}

/** Each hour's share of what somebody does, their own counts shrunk toward everyone's. */
export function shrunk(own: HoursOfDay, everyone: HoursOfDay | null): number[] {
  const total = everyone?.reduce((sum, each) => sum + each, 0) ?? 0;
  const all = own.reduce((sum, each) => sum + each, 0);
  return own.map((count, hour) => {
    const prior = total === 0 ? 1 / HOURS_A_DAY : (everyone?.[hour] ?? 0) / total;
    return quantise((count + EVERYONE_COUNTS_FOR * prior) / (all + EVERYONE_COUNTS_FOR));
  });
}

function shareAt(shares: readonly number[], at: number, zone: Zone): number {
  return shares[hourAt(at, zone)] ?? 0;
}

function localOf(at: number, zone: Zone): number {
  return at + offsetAt(zone, at) * MINUTE_MS;
}

function hourAt(at: number, zone: Zone): number {
  const local = localOf(at, zone);
  return Math.floor((local - Math.floor(local / DAY_MS) * DAY_MS) / HOUR_MS);
}

/** The next full hour on the clock on the wall; an hour later at most, whatever the clock does. */
function nextHour(at: number, zone: Zone): number {
  const ahead = offsetAt(zone, at) * MINUTE_MS;
  return (Math.floor((at + ahead) / HOUR_MS) + 1) * HOUR_MS - ahead;
}
