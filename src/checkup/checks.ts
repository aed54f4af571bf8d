import { parse } from '@marcbachmann/cel-js';
import { type Bundle } from '../policies/bundle.js';
import { type Contradiction } from '../policies/contradiction.js';
import { textsGivenBy } from '../policies/expression-syntax.js';
import { type Fact } from '../policies/fact.js';
import { expiries } from '../policies/findings.js';
import { durationMs } from '../shared/clock.js';
import { exceeds, hasRisen, isAlarming, type RiseFloor, type Share, silenceOf } from './chance.js';
import { type Found, type HealthCode, type Looked } from './finding.js';
import { itemsOf } from './items.js';
import { inFactsList, inPlaybook } from './places.js';

const DAY_MS = 86_400_000;
/** A fact that ends within so many days is told of; within a week it presses. */
const SOON_DAYS = 30;
const PRESSING_DAYS = 7;
/** A trigger is given so long before it counts as one that never fired. */
const GRACE_DAYS = 7;
/** Its event was seen so often, and it never fired. */
const SEEN_OFTEN = 20;

function looked(judged: readonly HealthCode[], found: readonly Found[]): Looked {
  return { judged: new Set(judged), found };
}

/** Rules and templates that are over, or will be within a month. @param now ISO 8601. */
export function lookAtExpiries(bundle: Bundle, now: string): Looked {
  const grave = new Set(
    bundle.guardrails
      .filter(({ spec }) => spec.severity === 'high' || spec.severity === 'critical')
      .map(({ spec }) => `guardrails/${spec.id}`),
  );
  const found = expiries(bundle, now).map(({ code, subject, owner, message }): Found => {
    const over = code === 'expired';
    const isTemplate = subject.startsWith('templates/');
    const gravest = over && (isTemplate || grave.has(subject));
    return {
      code: over ? 'expired' : 'expires',
      subject,
      severity: gravest ? 'high' : over ? 'medium' : 'low',
      owner,
      message: sentence(message),
      advice: isTemplate
        ? 'Read it through and give it a later day, or take it out: an expired template is not sent.'
        : 'Give it a later day, or take it out: an expired rule restricts nothing.',
      href: inPlaybook(bundle, subject),
    };
  });
  return looked(['expires', 'expired'], found);
}

/**
 * Items that nobody changed or read through for as long as the playbook allows.
 * @param since by subject, from when on each item reads as it does; ISO 8601.
 */
export function lookAtReviews(bundle: Bundle, since: ReadonlyMap<string, string>, now: string): Looked {
  const { reviewEvery } = bundle.engine.health;
  const due = Date.parse(now) - durationMs(reviewEvery);
  const found = itemsOf(bundle).flatMap(({ subject, title, owner, reviewed, grave }): Found[] => {
    const today = now.slice(0, 10);
    // A day that is still to come is a slip of the pen, and would keep it quiet until then and long after.
    const days = [
      ...reviewed.filter((day) => day <= today),
      since.get(subject)?.slice(0, 10) ?? today,
    ].toSorted();
    const last = days.at(-1) ?? '';
    if (Date.parse(`${last}T00:00:00Z`) + DAY_MS > due) return [];
    return [
      {
        code: 'unreviewed',
        subject,
        severity: grave ? 'medium' : 'low',
        owner,
        message: `Nobody has changed or read through “${title}” since ${last}; that is due every ${inDays(reviewEvery)} days.`,
        advice: 'Read it through. If it still holds, write the day into `reviewed`; else change it.',
        href: inPlaybook(bundle, subject),
      },
    ];
  });
  return looked(['unreviewed'], found);
}

function inDays(duration: string): number {
  return Math.round(durationMs(duration) / DAY_MS);
}

interface FactUse {
  readonly action: string;
  readonly slot: string;
  /** The action always asks for this fact; else for some people only. */
  readonly always: boolean;
}

/** Facts that actions name outright, always or as one of several: each is needed, valid, for the action to be done at all. @returns by fact id. */
export function factsNamed(bundle: Bundle): Map<string, FactUse[]> {
  const named = new Map<string, FactUse[]>();
  for (const { spec } of bundle.actions.values())
    for (const [slot, source] of Object.entries(spec.facts)) {
      const tree = parse(source).ast;
      // What is not written out depends on the person: see `lookAtStaleFacts`.
      for (const id of new Set(textsGivenBy(tree))) {
        const use = { action: spec.id, slot, always: tree.op === 'value' };
        named.set(id, [...(named.get(id) ?? []), use]);
      }
    }
  return named;
}

/** What actions and their templates rest on. @param facts the latest versions of those that `factsNamed` names. */
export function lookAtFacts(bundle: Bundle, facts: ReadonlyMap<string, Fact>, now: string): Looked {
  const found: Found[] = [];
  for (const [id, uses] of factsNamed(bundle))
    for (const { action, always } of uses) {
      const about = aboutFact(facts.get(id), id, now);
      if (about === null) continue;
      const templates = [...bundle.templates.values()].filter(({ spec }) => spec.action === action);
      const names = templates.map(({ spec }) => spec.id).join(', ');
      found.push({
        ...about,
        subject: `actions/${action}`,
        detail: id,
        owner: bundle.actions.get(action)?.spec.owner ?? null,
        message: `${about.message} The action ${action}${names === '' ? '' : ` and its templates (${names})`} cannot go without it${always ? '' : ' where it is the one to name'}.`,
        href: inFactsList(id),
      });
    }
  return looked(['fact-missing', 'fact-expired', 'fact-expires'], found);
}

function aboutFact(
  fact: Fact | undefined,
  id: string,
  now: string,
): Pick<Found, 'code' | 'severity' | 'message' | 'advice'> | null {
  const advice = 'Put a new version that is valid (`PUT /v1/facts/:id`), or take it out of the action.';
  if (fact === undefined)
    return { code: 'fact-missing', severity: 'high', message: `There is no fact ${id}.`, advice };
  if (fact.validUntil === null) return null;
  const left = (Date.parse(fact.validUntil) - Date.parse(now)) / DAY_MS;
  const day = fact.validUntil.slice(0, 10);
  if (left <= 0)
    return { code: 'fact-expired', severity: 'high', message: `The fact ${id} ended on ${day}.`, advice };
  if (left > SOON_DAYS) return null;
  return {
    code: 'fact-expires',
    severity: left <= PRESSING_DAYS ? 'medium' : 'low',
    message: `The fact ${id} ends on ${day}.`,
    advice,
  };
}

/** Actions for which it depends on the case which fact they are about. */
export function actionsByCase({ actions }: Bundle): Set<string> {
  const byCase = [...actions.values()].filter(({ spec }) =>
    Object.values(spec.facts).some((source) => parse(source).ast.op !== 'value'),
  );
  return new Set(byCase.map(({ spec }) => spec.id));
}

/** Fewer decisions, or a smaller share of them, are what a catalogue that changes brings with it. */
const STALE: Readonly<{ hits: number; share: number }> = { hits: 5, share: 0.1 };

/** Actions that often ask for facts which are over, whichever these are: of the decisions of the last seven days in which their facts were there. */
export function lookAtStaleFacts(
  bundle: Bundle,
  uses: readonly (Share & { readonly action: string })[],
): Looked {
  const found = uses.flatMap(({ action, ...share }): Found[] => {
    const spec = bundle.actions.get(action)?.spec;
    if (spec === undefined || share.hits < STALE.hits || share.hits < STALE.share * share.of) return [];
    return [
      {
        code: 'facts-stale',
        subject: `actions/${action}`,
        severity: 'medium',
        owner: spec.owner,
        message: `“${spec.title}” asked for a fact that was over in ${shareWords(share)} decisions of the last seven days, and could not go there.`,
        advice:
          'Put new versions of the facts that ended (`PUT /v1/facts/:id`), or let the action not be eligible for them.',
        href: inPlaybook(bundle, `actions/${action}`),
      },
    ];
  });
  return looked(['facts-stale'], found);
}

/** So many are told of one by one; more have one cause. */
const MOST_CONTRADICTIONS = 50;

/** Facts in force at once that cannot both be true: drafts that rest on one of them wait for a person. */
export function lookAtContradictions(bundle: Bundle, contradictions: readonly Contradiction[]): Looked {
  return looked(
    ['facts-contradict'],
    contradictions.slice(0, MOST_CONTRADICTIONS).map(({ facts: [one, other], text }): Found => ({
      code: 'facts-contradict',
      subject: `facts/${one}`,
      detail: other,
      severity: 'high',
      owner: bundle.engine.health.owner ?? null,
      message: `The facts ${one} and ${other} are both in force and contradict each other: ${text}. Whatever is drafted from them waits for a person.`,
      advice: 'End one of them (`validUntil`), or put right what it says (`PUT /v1/facts/:id`).',
      href: inFactsList(one),
    })),
  );
}

/** Offers and claims in force that nobody said anything new of for long. */
export interface OldFacts {
  readonly kind: 'offer' | 'claim';
  readonly count: number;
  readonly oldest: string;
  /** ISO 8601. */
  readonly since: string;
}

export function lookAtOldFacts(bundle: Bundle, old: readonly OldFacts[]): Looked {
  const { owner = null, reviewEvery } = bundle.engine.health;
  const found = old.map(({ kind, count, oldest, since }): Found => {
    const many = count === 1 ? `One ${kind} that is` : `${count} ${kind}s that are`;
    return {
      code: 'facts-unreviewed',
      subject: `facts/${kind}`,
      severity: 'low',
      owner,
      message: `${many} in force have no new version for ${inDays(reviewEvery)} days; the oldest, ${oldest}, is from ${since.slice(0, 10)}.`,
      advice: 'Look whether they still hold; put what changed, and an end for what does not.',
      href: `/playbook/facts?kind=${kind}`,
    };
  });
  return looked(['facts-unreviewed'], found);
}

/** What is known of how triggers fired. */
export interface FiringHistory {
  /** By trigger, firings a day; all of the same days, the oldest first, the last one the last whole day. */
  readonly byDay: ReadonlyMap<string, readonly number[]>;
  /** By trigger, the last day on which it fired, however long ago; of all that are known to have fired once. */
  readonly last: ReadonlyMap<string, string>;
  /** By trigger, since when it is told of as one that stopped; ISO 8601. */
  readonly stopped: ReadonlyMap<string, string>;
  /** The last whole day, such as `2026-11-21`. */
  readonly lastDay: string;
  /** From this day on every firing was counted. */
  readonly countedSince: string;
  /** How often events are among the latest signals. */
  readonly seen: ReadonlyMap<string, number>;
  /** By subject, since when each item reads as it does; ISO 8601. */
  readonly since: ReadonlyMap<string, string>;
}

/** Triggers that stopped firing, by the measure of their own past, and those that never did although their event is seen. */
export function lookAtTriggers(bundle: Bundle, history: FiringHistory, now: string): Looked {
  const found = [...bundle.triggers.values()].flatMap(({ spec }): Found[] => {
    const about = {
      subject: `triggers/${spec.id}`,
      owner: spec.owner,
      href: inPlaybook(bundle, `triggers/${spec.id}`),
    };
    const [last, toldSince] = [history.last.get(spec.id), history.stopped.get(spec.id)?.slice(0, 10)];
    if (last !== undefined && last > history.lastDay) return [];
    const silence = silenceOf(history.byDay.get(spec.id) ?? []);
    const isStill = toldSince !== undefined && (last ?? '') < toldSince;
    if (!isStill && last === undefined)
      return neverFired(bundle, spec.id, history, now).map((each) => ({ ...about, ...each }));
    if (!isStill && (silence === null || !isAlarming(silence))) return [];
    return [
      {
        ...about,
        code: 'trigger-stopped',
        severity: 'high',
        message:
          silence === null
            ? // It is told of until it fires, also when the days it is measured by are counted no more.
              `“${spec.title}” has not fired since ${last ?? `before ${toldSince ?? ''}`}; too few of its earlier firings are still counted to say how many were to be expected.`
            : `“${spec.title}” has not fired since ${dayBefore(history.lastDay, silence.days)}: ${silence.days} whole ${silence.days === 1 ? 'day' : 'days'} in which ${oneDecimal(silence.expected)} firings were to be expected from the ${silence.before} before. ${inChances(silence.chance)}; its longest pause until then was ${silence.longestBefore} ${silence.longestBefore === 1 ? 'day' : 'days'}.`,
        advice:
          'See whether its event still arrives under the same name and with the same properties, and what was last changed in the playbook.',
      },
    ];
  });
  return looked(['trigger-stopped', 'trigger-never-fired'], found);
}

function neverFired(
  bundle: Bundle,
  id: string,
  { seen, since, countedSince }: FiringHistory,
  now: string,
): Pick<Found, 'code' | 'severity' | 'message' | 'advice'>[] {
  const spec = bundle.triggers.get(id)?.spec;
  const inForce = since.get(`triggers/${id}`);
  if (spec === undefined || !('event' in spec) || inForce === undefined) return [];
  const times = seen.get(spec.event) ?? 0;
  const age = (Date.parse(now) - Date.parse(inForce)) / DAY_MS;
  if (times < SEEN_OFTEN || age < GRACE_DAYS) return [];
  const counted = (Date.parse(now) - Date.parse(countedSince)) / DAY_MS;
  const days = Math.floor(Math.min(age, counted));
  return [
    {
      code: 'trigger-never-fired',
      severity: 'medium',
      message: `“${spec.title}” has not fired once in the ${days} days ${counted < age ? 'of which firings are counted' : 'it reads as it does'}, although ${times} of the latest signals are its event “${spec.event}”.`,
      advice:
        'Look at its condition: it may read a property that these signals do not carry, or never holds.',
    },
  ];
}

/** Messages of one action on one channel, and what came of them. */
export interface MessageCounts {
  readonly action: string;
  readonly channel: string;
  readonly sent: number;
  readonly unsubscribed: number;
  readonly complained: number;
  readonly bounced: number;
}

const RISES = [
  {
    code: 'unsubscribes-rising',
    of: 'unsubscribed',
    words: 'Unsubscriptions',
    severity: 'high',
    floor: { share: 0.002, hits: 5, of: 100, factor: 1.5 },
    most: 0.02,
    advice: 'Look at what these messages say, to whom and how often; pause the action while you do.',
  },
  {
    code: 'complaints-rising',
    of: 'complained',
    words: 'Complaints',
    severity: 'high',
    floor: { share: 0.0005, hits: 3, of: 100, factor: 1.5 },
    // Gmail asks for less than this.
    most: 0.001,
    advice: 'Pause the action: mailbox providers hold complaints against everything that you send.',
  },
  {
    code: 'bounces-rising',
    of: 'bounced',
    words: 'Bounces',
    severity: 'medium',
    floor: { share: 0.01, hits: 5, of: 100, factor: 1.5 },
    most: 0.05,
    advice: 'Look where these addresses come from, and whether the mail provider refuses your domain.',
  },
] as const satisfies readonly {
  code: HealthCode;
  of: 'unsubscribed' | 'complained' | 'bounced';
  words: string;
  severity: Found['severity'];
  floor: RiseFloor;
  /** Share above which it alarms where there is nothing to compare with. */
  most: number;
  advice: string;
}[];

/**
 * What grows faster than the messages do. Where an action has too little of a past on its channel, it is held against other actions of its class
 * there, and where these have none either, against what nobody should go beyond.
 * @param past the four weeks before.
 */
export function lookAtMessages(
  bundle: Bundle,
  recent: readonly MessageCounts[],
  past: readonly MessageCounts[],
): Looked {
  const found = recent.flatMap((now) => {
    const spec = bundle.actions.get(now.action)?.spec;
    if (spec === undefined) return [];
    const isOther = (each: MessageCounts): boolean =>
      each.channel === now.channel &&
      each.action !== now.action &&
      bundle.actions.get(each.action)?.spec.class === spec.class;
    const own = past.filter(({ action, channel }) => action === now.action && channel === now.channel);
    const others = [...past.filter(isOther), ...recent.filter(isOther)];
    return RISES.flatMap(({ code, of, words, severity, floor, most, advice }): Found[] => {
      const share = { hits: now[of], of: now.sent };
      const against = comparison(share, sumOf(own, of), sumOf(others, of), floor, most);
      if (against === null) return [];
      return [
        {
          code,
          subject: `actions/${now.action}`,
          detail: now.channel,
          severity,
          owner: spec.owner,
          message: `${words} after “${spec.title}” by ${now.channel} ${against.verb} ${shareWords(share)} in the last seven days, ${against.words}.`,
          advice,
          href: inPlaybook(bundle, `actions/${now.action}`),
        },
      ];
    });
  });
  return looked(
    RISES.map(({ code }) => code),
    found,
  );
}

/** Against what a share is too high, in words; null where it is not. */
function comparison(
  share: Share,
  own: Share,
  others: Share,
  floor: RiseFloor,
  most: number,
): { readonly verb: string; readonly words: string } | null {
  if (own.of >= floor.of)
    return hasRisen(share, own, floor)
      ? { verb: 'rose to', words: `from ${shareWords(own)} in the four weeks before` }
      : null;
  const verb = 'are';
  if (hasRisen(share, others, floor))
    return { verb, words: `against ${shareWords(others)} of others of its class there; it is new` };
  if (share.hits < floor.hits || share.of < floor.of || !exceeds(share, most)) return null;
  return { verb, words: `above ${percent(most)} %; it is new, and there is nothing to compare it with` };
}

function sumOf(counts: readonly MessageCounts[], of: 'unsubscribed' | 'complained' | 'bounced'): Share {
  return {
    hits: counts.reduce((sum, each) => sum + each[of], 0),
    of: counts.reduce((sum, each) => sum + each.sent, 0),
  };
}

/** Every hold is seldom wrong, and a fifth more of them is a rule that bites where nobody meant it to. */
const HELD: RiseFloor & { readonly more: number } = { share: 0.2, hits: 50, of: 200, factor: 1, more: 0.1 };

/** How much of what was decided came to nothing. */
export function lookAtHeld(bundle: Bundle, recent: Share, past: Share): Looked {
  const more = recent.hits / Math.max(1, recent.of) - past.hits / Math.max(1, past.of);
  if (more < HELD.more || !hasRisen(recent, past, HELD)) return looked(['held-rising'], []);
  return looked(
    ['held-rising'],
    [
      {
        code: 'held-rising',
        subject: 'playbook',
        severity: 'medium',
        owner: bundle.engine.health.owner ?? null,
        message: `Nothing was done in ${shareWords(recent)} decisions of the last seven days, against ${shareWords(past)} in the four weeks before.`,
        advice: 'See below which rules stand in the way more often than they did, and what was last changed.',
        href: '/playbook/health#rules',
      },
    ],
  );
}

/** What became of following a link. */
export interface LinkCheck {
  readonly url: string;
  /** Where it stands: `templates/welcome-email`, `facts/cup-tide`. */
  readonly namedBy: string;
  readonly state: 'ok' | 'broken' | 'unknown';
  readonly detail: string;
  readonly failures: number;
}

/** One look may have met a short trouble. */
const LOOKS_FOR_BROKEN = 2;
/** So many of one host are told of one by one; more have one cause. */
const ONE_BY_ONE = 10;

export function lookAtLinks(bundle: Bundle, checks: readonly LinkCheck[]): Looked {
  const broken = checks.filter(({ state, failures }) => state === 'broken' && failures >= LOOKS_FOR_BROKEN);
  const unknown = checks.filter(({ state }) => state === 'unknown');
  return looked(
    ['link-broken', 'link-unknown'],
    [
      ...byHost(broken).flatMap(([host, links]) =>
        links.length > ONE_BY_ONE
          ? [manyLinks(bundle, 'link-broken', host, links)]
          : links.map((link) => brokenLink(bundle, link)),
      ),
      ...byHost(unknown).map(([host, links]) => manyLinks(bundle, 'link-unknown', host, links)),
    ],
  );
}

/** That nobody follows links is somebody's decision, or an oversight. */
export function lookAtLinkSetting(bundle: Bundle): Looked {
  const { checkLinks, owner = null } = bundle.engine.health;
  const found: Found = {
    code: 'links-unchecked',
    subject: 'playbook',
    severity: 'low',
    owner,
    message: 'Nobody decided whether links are followed, so they are not: one that broke is not found.',
    advice:
      'Write `health: { checkLinks: true }` into engine.yaml; it asks the hosts of your links once a day. `false` leaves it off and is not told of.',
    href: '/playbook/edit?path=engine.yaml',
  };
  return looked(['links-unchecked'], checkLinks === undefined ? [found] : []);
}

type LinksOfHost = readonly [LinkCheck, ...LinkCheck[]];

function byHost(checks: readonly LinkCheck[]): [string, LinksOfHost][] {
  const hosts = new Map<string, LinksOfHost>();
  for (const check of checks) {
    const host = URL.parse(check.url)?.host ?? check.url;
    const known = hosts.get(host);
    hosts.set(host, known === undefined ? [check] : [...known, check]);
  }
  return [...hosts];
}

function brokenLink(bundle: Bundle, { url, namedBy, detail }: LinkCheck): Found {
  return {
    code: 'link-broken',
    subject: namedBy,
    detail: url,
    severity: namedBy.startsWith('facts/') ? 'medium' : 'high',
    owner: ownerOf(bundle, namedBy),
    message: `The link ${url} leads nowhere: ${detail}.`,
    advice: 'Put the right link, or take it out.',
    href: pageOf(bundle, namedBy),
  };
}

function manyLinks(
  bundle: Bundle,
  code: 'link-broken' | 'link-unknown',
  host: string,
  links: LinksOfHost,
): Found {
  const [{ url, namedBy, detail }] = links;
  const which = links.length === 1 ? `the link ${url} leads` : `${links.length} links to ${host} lead`;
  const first = links.length === 1 ? `: ${detail}` : `; of ${url} (${namedBy}): ${detail}`;
  const isBroken = code === 'link-broken';
  return {
    code,
    subject: links.length === 1 ? namedBy : `links/${host}`,
    detail: host,
    severity: isBroken ? 'high' : 'low',
    owner: links.length === 1 ? ownerOf(bundle, namedBy) : (bundle.engine.health.owner ?? null),
    message: isBroken
      ? `${sentenceCase(which)} nowhere${first}.`
      : `Whether ${which} anywhere is not known${first}.`,
    advice: isBroken ? 'So many have one cause: see what became of the host.' : 'Follow it yourself.',
    href: pageOf(bundle, namedBy),
  };
}

function pageOf(bundle: Bundle, subject: string): string {
  return subject.startsWith('facts/')
    ? inFactsList(subject.slice('facts/'.length))
    : inPlaybook(bundle, subject);
}

function ownerOf(bundle: Bundle, subject: string): string | null {
  const item = itemsOf(bundle).find((each) => each.subject === subject);
  return item?.owner ?? bundle.engine.health.owner ?? null;
}

function shareWords({ hits, of }: Share): string {
  return `${percent(hits / Math.max(1, of))} % (${hits} of ${of})`;
}

function percent(share: number): number {
  return Number((100 * share).toPrecision(2));
}

function oneDecimal(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** `By chance that would happen once in 5,000 times`. */
function inChances(chance: number): string {
  const times = 1 / chance;
  if (times > 1e6) return 'By chance that would happen less than once in a million times';
  return `By chance that would happen once in ${Number(times.toPrecision(2)).toLocaleString('en')} times`;
}

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}

function sentence(text: string): string {
  return `${sentenceCase(text)}.`;
}

function sentenceCase(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
