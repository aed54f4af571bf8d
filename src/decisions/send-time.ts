import { type Cap } from '../policies/playbook.js';
import { type Profile } from '../profiles/profile.js';
import { durationMs } from '../shared/clock.js';
import {
  isZone,
  localTimeText,
  OFFSETS_WORLDWIDE,
  type SendingHours,
  type Zone,
  zonesOfCountry,
} from '../shared/local-time.js';
import { nextAllowed, overlap } from '../shared/open-hours.js';
import { type BestMoment, bestMoment, type HourChoice, type HourEvidence } from './best-hours.js';
import { conflicting, type Limits, type Ruled } from './limits.js';
import { distinct, list, type Reason } from './reason.js';
import { counterOf } from './counter.js';
import { type CountedMessage, type FullCap } from './situation.js';

/** What is to be sent, as far as caps look at it. */
export type CapSubject = Pick<CountedMessage, 'channel' | 'class' | 'tags'>;

export interface SendTimeQuestion {
  /** Epoch milliseconds: nothing before `from`, nothing at or after `before`. */
  readonly from: number;
  readonly before: number;
  /** What it is about holds only from then on: nothing sooner, whatever `from` says. */
  readonly begins?: Beginning | undefined;
  readonly profile: Pick<Profile, 'zones' | 'country'>;
  readonly limits: Limits;
  readonly subject: CapSubject;
  /** Messages that count, the open ones included. */
  readonly history: readonly CountedMessage[];
  readonly now: number;
  /** Caps over everybody that are full. */
  readonly full?: readonly FullCap[] | undefined;
  /** What the hours are worth for this person; left out, the earliest moment is the best. Nothing transactional waits for a better hour. */
  readonly hours?: HourChoice | undefined;
}

/** A fact that is not in force yet. */
export interface Beginning {
  /** Epoch milliseconds. */
  readonly at: number;
  /** In words, such as `The fact spring-10 for “offer”`. */
  readonly what: string;
}

export type SendTime =
  | {
      readonly ok: true;
      readonly at: number;
      readonly waits: readonly Reason[];
      /** When it may leave if it is signed at once; only where it waits for nothing but its review. */
      readonly onceSigned?: number;
    }
  | { readonly ok: false; readonly blocks: readonly Reason[] };

/** Every zone the person may be in: theirs, else their country's, else all there are. */
export function candidateZones(profile: Pick<Profile, 'zones' | 'country'>): readonly Zone[] {
  const own = profile.zones.filter(isZone);
  if (own.length > 0) return own;
  const country = profile.country === null ? [] : zonesOfCountry(profile.country);
  return country.length > 0 ? country : OFFSETS_WORLDWIDE;
}

/** Whether a cap counts a message of this kind. */
export function counts(cap: Cap, message: CapSubject): boolean {
  return (
    (cap.channels.length === 0 || cap.channels.includes(message.channel)) &&
    (cap.classes.length === 0 || cap.classes.includes(message.class)) &&
    (cap.tags.length === 0 || cap.tags.some((tag) => message.tags.includes(tag)))
  );
}

/** A cap with the times it counts: an open message counts where it is to be sent, at the earliest now. */
interface CountedCap extends Ruled<Cap> {
  readonly window: number;
  readonly times: readonly number[];
  /** Over everybody: when it is full. Half-open. */
  readonly closed: readonly { readonly from: number; readonly until: number }[];
}

function countedCaps(question: SendTimeQuestion): CountedCap[] {
  return question.limits.caps
    .filter(({ limit }) => counts(limit, question.subject))
    .map((cap) => (cap.limit.over === 'everybody' ? countedOver(cap, question) : countedFor(cap, question)));
}

/** One that allows more than the cap that was full is taken to have room: nobody looked. */
function countedOver({ rule, limit }: Ruled<Cap>, { full = [] }: SendTimeQuestion): CountedCap {
  const counter = counterOf({ rule, limit });
  const closed = full
    .filter((each) => each.counter === counter && limit.max <= each.max)
    .map(({ from, until }) => ({ from: Date.parse(from), until: Date.parse(until) }));
  return { rule, limit, window: durationMs(limit.per), times: [], closed };
}

function countedFor({ rule, limit }: Ruled<Cap>, { history, now }: SendTimeQuestion): CountedCap {
  return {
    rule,
    limit,
    window: durationMs(limit.per),
    times: history
      .filter((message) => counts(limit, message))
      .map((message) => (message.open ? Math.max(Date.parse(message.at), now) : Date.parse(message.at)))
      .toSorted((a, b) => a - b),
    closed: [],
  };
}

/** Whether one more message at `at` would put more than `max` into some window of this length that holds it. Windows are half-open. */
function overshoots({ limit, window, times, closed }: CountedCap, at: number): boolean {
  if (closed.some(({ from, until }) => from <= at && at < until)) return true;
  const near = times.filter((time) => Math.abs(time - at) < window);
  if (near.length < limit.max) return false;
  const all = [...near, at].toSorted((a, b) => a - b);
  return all.some(
    (start) =>
      start <= at &&
      at < start + window &&
      all.filter((time) => time >= start && time < start + window).length > limit.max,
  );
}

/** A message leaves a window at its time plus the window. */
function releasesOf({ times, window, closed }: CountedCap): number[] {
  return [...times.map((sent) => sent + window), ...closed.map(({ until }) => until)];
}

function capText({ rule, limit }: Ruled<Cap>): string {
  if (limit.max === 0) return `Rule ${rule} allows no such message at all: its cap is 0, which means never.`;
  return `Rule ${rule} allows ${allowance({ limit })}`;
}

function allowance({ limit }: Pick<CountedCap, 'limit'>): string {
  const what = limit.of === 'cost' ? 'hundredths of contact cost' : limit.max === 1 ? 'message' : 'messages';
  const whose = limit.over === 'everybody' ? ' to everybody together' : '';
  return `${limit.max} ${what}${whose} in any ${limit.per}`;
}

/** Which rule's cap a reason with the code `cap` or `waits_for_cap` is about; null for a text that `capText` did not write. */
export function ruleOfCap(text: string): string | null {
  return /^Rule (\S+) allows /.exec(text)?.[1] ?? null;
}

/** What one rule allows of times. */
interface TimeRule {
  readonly rule: string;
  readonly hours: readonly SendingHours[];
  readonly caps: readonly CountedCap[];
}

function byRule(hours: Limits['hours'], caps: readonly CountedCap[]): TimeRule[] {
  const ids = [...new Set([...hours, ...caps].map(({ rule }) => rule))];
  return ids.map((id) => ({
    rule: id,
    hours: hours.filter(({ rule }) => rule === id).map(({ limit }) => limit),
    caps: caps.filter(({ rule }) => rule === id),
  }));
}

/** Among so many rules every two are tried together; among more, rules are only left out while those that are left still allow nothing. */
const FEW_RULES = 12;

/**
 * The rules that met where times are left by none: each that allows no moment by itself; else two that allow none together, where two
 * suffice; else as many as it takes, none of which could be left out.
 */
function rulesThatMet(
  rules: readonly TimeRule[],
  allowNone: (some: readonly TimeRule[]) => boolean,
): TimeRule[][] {
  const alone = rules.filter((rule) => allowNone([rule]));
  if (alone.length > 0) return alone.map((rule) => [rule]);
  if (rules.length <= FEW_RULES) {
    for (const [i, one] of rules.entries())
      for (const other of rules.slice(i + 1)) if (allowNone([one, other])) return [[one, other]];
  }
  let met = rules;
  for (const rule of rules.toReversed()) {
    const others = met.filter((each) => each !== rule);
    if (allowNone(others)) met = others;
  }
  return [[...met]];
}

/** Why no moment is left to these rules before it expires: an empty intersection, with the rules that met in it. */
function emptyBlocks(
  question: SendTimeQuestion,
  zones: readonly Zone[],
  caps: readonly CountedCap[],
): Reason[] {
  const { limits, before } = question;
  const conflict = conflicting(limits.hours, overlap);
  if (caps.length === 0 && conflict.length > 1)
    return [
      { code: 'limits_conflict', text: `The rules ${list(conflict)} together leave no hour of the week.` },
    ];
  const allowNone = (some: readonly TimeRule[]): boolean => {
    const hours = some.flatMap((rule) => rule.hours);
    const openAt = (at: number) => nextAllowed(at, before, hours.length === 0 ? [] : zones, hours);
    return (
      permittedFrom(
        earliestOf(question),
        openAt,
        some.flatMap((rule) => rule.caps),
      ) === null
    );
  };
  return rulesThatMet(byRule(limits.hours, caps), allowNone).flatMap((met) =>
    emptyTexts(met, zones, allowNone),
  );
}

function emptyTexts(
  met: readonly TimeRule[],
  zones: readonly Zone[],
  allowNone: (some: readonly TimeRule[]) => boolean,
): Reason[] {
  const [first, ...others] = met;
  if (first === undefined) return [];
  const caps = met.flatMap((rule) => rule.caps);
  const full = caps.filter((cap) => allowNone([{ rule: cap.rule, hours: [], caps: [cap] }]));
  if (others.length === 0 && full.length > 0)
    return full.map((cap) => ({ code: 'cap', text: `${capText(cap)}; there is no room before it expires.` }));

  const allowed = caps.map(allowance);
  if (others.length === 0 && caps.length > 0)
    return [
      {
        code: 'cap',
        text: `Rule ${first.rule} allows ${list(first.hours.length === 0 ? allowed : [...allowed, 'only some hours'])}; together that leaves no room before it expires.`,
      },
    ];
  const rules = met.map(({ rule }) => rule);
  const named = others.length === 0 ? `rule ${first.rule} leaves` : `the rules ${list(rules)} together leave`;
  const counted = met.flatMap((rule) => rule.caps.map((cap) => `${rule.rule} allows ${allowance(cap)}`));
  const why = counted.length === 0 ? '' : `: ${list(counted)}`;
  if (zones === OFFSETS_WORLDWIDE && met.some(({ hours }) => hours.length > 0))
    return [
      {
        code: 'zone_unknown',
        text: `Nothing tells this person's time zone, and ${named} no moment before it expires that is allowed in all of them${why}.`,
      },
    ];
  const where = zones.length === 1 ? String(zones[0]) : `all ${zones.length} possible time zones`;
  if (others.length === 0)
    return [
      { code: 'hours', text: `Rule ${first.rule} leaves no allowed hour in ${where} before it expires.` },
    ];
  return [
    {
      code: 'limits_conflict',
      text: `The rules ${list(rules)} together leave no moment in ${where} before it expires${why}.`,
    },
  ];
}

/** The first moment at or after `from` that is open and at which no cap is full. @param met is told of each cap that was full. */
function permittedFrom(
  from: number,
  openAt: (at: number) => number | null,
  caps: readonly CountedCap[],
  met?: (cap: CountedCap) => unknown,
): number | null {
  let at = openAt(from);
  while (at !== null) {
    const time: number = at;
    const overshot = caps.filter((cap) => overshoots(cap, time));
    if (overshot.length === 0) return time;
    for (const cap of overshot) met?.(cap);
    // A full window has room again only when a message leaves it.
    const releases = overshot.map((cap) => Math.min(...releasesOf(cap).filter((release) => release > time)));
    at = openAt(Math.max(...releases));
  }
  return null;
}

const hoursBefore = new WeakMap<Limits, readonly SendingHours[]>();

/** The same array for the same limits, so that what is known of it is found again. */
function hoursIn(limits: Limits): readonly SendingHours[] {
  let hours = hoursBefore.get(limits);
  if (hours === undefined) hoursBefore.set(limits, (hours = limits.hours.map(({ limit }) => limit)));
  return hours;
}

function earliestOf({ from, begins }: SendTimeQuestion): number {
  return begins === undefined ? from : Math.max(from, begins.at);
}

function tooLate({ from, before, begins }: SendTimeQuestion): Reason {
  return begins === undefined || from >= before
    ? { code: 'too_late', text: 'It would expire before it could be sent.' }
    : {
        code: 'stale_fact',
        text: `${begins.what} is valid only from ${new Date(begins.at).toISOString()}, when it would have expired.`,
      };
}

/**
 * The earliest moment that hours and caps allow together, before it expires; or, where the person's hours are known, the one worth most. Hours
 * hold in every zone the person may be in; caps are rolling and exact.
 */
export function sendTime(question: SendTimeQuestion): SendTime {
  const { before, profile, limits, subject } = question;
  const from = earliestOf(question);
  const zones = candidateZones(profile);
  const hours = hoursIn(limits);
  const openAt = (at: number) => nextAllowed(at, before, hours.length === 0 ? [] : zones, hours);

  const never = limits.caps.filter(({ limit }) => limit.max === 0 && counts(limit, subject));
  if (never.length > 0)
    return { ok: false, blocks: never.map((cap) => ({ code: 'cap', text: capText(cap) })) };

  const first = openAt(from);
  if (first === null)
    return {
      ok: false,
      blocks: from >= before ? [tooLate(question)] : emptyBlocks(question, zones, []),
    };
  const caps = countedCaps(question);
  const full = new Set<CountedCap>();
  const at = permittedFrom(first, openAt, caps, (cap) => full.add(cap));
  // The caps that were met leave nothing, with the hours; no other cap is needed for it.
  if (at === null) return { ok: false, blocks: emptyBlocks(question, zones, [...full]) };
  const waited = waits(question, { zones, first, at, full: [...full] });
  if (question.hours === undefined || subject.class === 'transactional')
    return { ok: true, at, waits: waited };
  const best = bestMoment({
    ...question.hours,
    earliest: at,
    before,
    zones,
    permittedFrom: (later) => permittedFrom(later, openAt, caps),
  });
  return {
    ok: true,
    at: best.at,
    waits: best.at === at ? waited : [...waited, betterHour(best, zones, question.hours.evidence)],
  };
}

/** The earliest moment, whatever the hours are worth: when something may leave at all. */
export function earliestSendTime(question: Omit<SendTimeQuestion, 'hours'>): SendTime {
  return sendTime({ ...question, hours: undefined });
}

/** A signature that is needed first. */
export interface NeededReview {
  /** How long it takes from now, milliseconds. */
  readonly takesMs: number;
  /** How many reviews that was measured on; 0 when the playbook says so. */
  readonly measured: number;
}

/** As `sendTime`, leaving time for a signature: nothing before it can be there. Exact, since it is one more bound on the same search. */
export function sendTimeAfter(question: SendTimeQuestion, review: NeededReview | null): SendTime {
  const signedAt = question.now + (review?.takesMs ?? 0);
  if (review === null || signedAt <= question.from) return sendTime(question);
  const unsigned = earliestSendTime(question);
  if (!unsigned.ok) return unsigned;
  const time = sendTime({ ...question, from: signedAt });
  if (!time.ok)
    // What is owed is tried all the same: somebody may be quick.
    return question.subject.class === 'transactional'
      ? unsigned
      : { ok: false, blocks: [noTimeToSign(review)] };
  if (time.at <= unsigned.at) return time;
  const waitsForHour = time.waits.some(({ code }) => code === 'waits_for_best_hour');
  const when = momentText(time.at, candidateZones(question.profile));
  const reason: Reason = {
    code: 'waits_for_review',
    text: `It is planned for ${when}: a person has to sign it first, ${reviewText(review)}.`,
  };
  return {
    ...time,
    waits: [reason, ...time.waits],
    ...(waitsForHour ? {} : { onceSigned: unsigned.at }),
  };
}

function noTimeToSign(review: NeededReview): Reason {
  return {
    code: 'no_time_for_review',
    text: `A person has to sign it first, ${reviewText(review)}, and no permitted moment is left after that before it expires.`,
  };
}

function reviewText({ takesMs, measured }: NeededReview): string {
  const takes = `which takes about ${roughly(takesMs)}`;
  return measured === 0
    ? `${takes} as the playbook has it`
    : `${takes} as measured on the last ${measured} reviews`;
}

/** `40 minutes`, `3 hours`, `2 days`. */
function roughly(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const [count, unit] =
    minutes < 90
      ? [minutes, 'minute']
      : minutes < 48 * 60
        ? [Math.round(minutes / 60), 'hour']
        : [Math.round(minutes / 1440), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function betterHour({ at, net, chance }: BestMoment, zones: readonly Zone[], evidence: HourEvidence): Reason {
  const share = Math.round(net * 100);
  const gain = share < 1 ? 'less than 1 %' : `about ${share} %`;
  const likely = chance > 0.99 ? 'more than 99 %' : `${Math.floor(chance * 100)} %`;
  return {
    code: 'waits_for_best_hour',
    text: `It waits until ${momentText(at, zones)}, a better hour for this person: it gains ${gain} of what the message is usually worth, the wait taken off. That it is better at all is ${likely} likely, as far as ${evidenceText(evidence)} tell.`,
  };
}

function evidenceText({ own, segment, everyone }: HourEvidence): string {
  const messages = (count: number, whose: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? 'message' : 'messages'} to ${whose}`];
  const known = [
    ...messages(own, 'them'),
    ...messages(segment, 'people of their country and stage'),
    ...messages(everyone, 'everyone'),
  ];
  return list(known);
}

function momentText(at: number, [zone]: readonly Zone[]): string {
  return typeof zone === 'string' ? localTimeText(at, zone) : `${new Date(at).toISOString()} (UTC)`;
}

function waits(
  question: SendTimeQuestion,
  found: { zones: readonly Zone[]; first: number; at: number; full: readonly CountedCap[] },
): Reason[] {
  const { from, limits, begins } = question;
  if (found.at === from) return [];
  const when = momentText(found.at, found.zones);
  const reasons: Reason[] = [];
  if (begins !== undefined && begins.at > from)
    reasons.push({
      code: 'waits_for_fact',
      text: `It waits until ${when}: ${begins.what.replace(/^The/, 'the')} is valid from ${momentText(begins.at, found.zones)}.`,
    });
  if (found.first > earliestOf(question)) {
    const rules = [...new Set(limits.hours.map(({ rule }) => rule))];
    reasons.push({
      code: 'waits_for_hours',
      text: `It waits until ${when}: rule ${list(rules)} allows no earlier hour.`,
    });
  }
  for (const cap of found.full)
    reasons.push({ code: 'waits_for_cap', text: `${capText(cap)}, so it waits until ${when}.` });
  return distinct(reasons);
}
