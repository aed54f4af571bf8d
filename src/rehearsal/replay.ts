import { decide } from '../decisions/decide.js';
import { type DecisionResult, HOLD, PRIOR_MODELS } from '../decisions/decision.js';
import { asStoredBy } from '../decisions/kept-result.js';
import { historyMs, needsOf } from '../decisions/needs.js';
import { type Situation } from '../decisions/situation.js';
import { type Bundle } from '../policies/bundle.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { contentHash } from '../shared/hash.js';
import {
  type Affected,
  affectedBy,
  AFFECTING,
  type BeforeAndAfter,
  candidateOf,
  causesOf,
  changeBetween,
  type MessageChange,
} from './affected.js';
import { differencesBeside } from './beside.js';
import { joinedSums, NO_TRIALS, type Sums, withTrial } from './estimate.js';
import { newFieldsMissing } from './new-fields.js';
import { isReadFor, type NotRecorded } from './readers.js';
import { joinedBy, joinedUses, type RuleUse, RuleUses } from './rule-use.js';
import { asTriggeredUnder } from './triggered.js';
import { joinedTriggers, type TriggerChanges, withTriggers } from './trigger-changes.js';
import { unasked } from './unasked.js';

/** A decision as it was stored, its situation opened. */
export interface StoredCase {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly mode: 'decide' | 'execute';
  readonly bundleHash: string;
  readonly engine: string;
  /** JSON, as it was stored. */
  readonly models: string;
  readonly seed: string;
  readonly situation: Situation;
  /** SHA-256 of the canonical JSON that was stored, in hex. */
  readonly resultHash: string;
  /** Null while nobody can know yet. */
  readonly outcome: {
    readonly sent: boolean;
    readonly converted: boolean;
    /** Nobody had signed it when it expired. */
    readonly lapsed: boolean;
  } | null;
}

/** The counts of a replay, and what is behind them. Of a bounded size. */
export interface Tally {
  readonly decisions: number;
  /** The same result, byte for byte. */
  readonly reproduced: number;
  readonly changed: number;
  /** Of those changed: the same playbook and engine, so nothing can have changed them. Never above 0. */
  readonly unexplained: number;
  /** Not the same, and not what this engine makes of it under the playbook of its day either: made by another engine, so which of the two did it cannot be told. */
  readonly engineChanged: number;
  /** Made with other learned figures than this version holds. */
  readonly otherModels: number;
  /** The playbook asks for something that the one of that day did not, so nobody recorded it. */
  readonly notRecorded: number;
  /** Of those: ones in which something else than what was not recorded made a difference too. */
  readonly notRecordedToo: number;
  readonly erased: number;
  /** The situation is no longer kept. */
  readonly aged: number;
  readonly unreadable: number;
  /** Of those that would have been others for their person: ones that the list has no room for. */
  readonly unlisted: number;
  /** Of those changed that were executed: what would have come of them instead. */
  readonly messages: Readonly<Record<MessageChange, number>>;
  /** Ids of a few decisions for each change. */
  readonly samples: Readonly<Record<string, readonly string[]>>;
  /** By the code of what did it (`guardrail:minors`, `cap:marketing-pressure`, …): messages that would not be sent, and that would be. */
  readonly causes: Readonly<Record<string, { readonly lost: number; readonly gained: number }>>;
  /** By guardrail, how often it fired under the replayed playbook in executed decisions, and what it alone held back. */
  readonly rules: Readonly<Record<string, RuleUse>>;
  /** When the first of those decided again was made, ISO 8601; null without any. */
  readonly from: string | null;
  /** By UTC day: messages that a person has to look at, since a rule asks for it or a model writes them, as it was and as it would be. */
  readonly reviews: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
  /** What was not recorded, and how often it was missing. */
  readonly missing: Readonly<Record<string, number>>;
  /** What made a difference beside it, by code, and in how many decisions. */
  readonly besides: Readonly<Record<string, number>>;
  /** By trigger that fires on something else than on the day of a decision. What it would fire newly, or at another time, is in none of the counts. */
  readonly triggers: TriggerChanges;
  readonly value: Sums;
}

export const EMPTY_TALLY: Tally = {
  decisions: 0,
  reproduced: 0,
  changed: 0,
  unexplained: 0,
  engineChanged: 0,
  otherModels: 0,
  notRecorded: 0,
  notRecordedToo: 0,
  erased: 0,
  aged: 0,
  unreadable: 0,
  unlisted: 0,
  messages: { lost: 0, gained: 0, other: 0, retimed: 0, taskGained: 0, taskLost: 0, inWords: 0 },
  samples: {},
  causes: {},
  rules: {},
  from: null,
  reviews: {},
  missing: {},
  besides: {},
  triggers: {},
  value: NO_TRIALS,
};

/** Decisions that a replay lists; of what comes after them it keeps the count. */
export const MOST_LISTED = 50_000;
const MOST_SAMPLES = 20;
const MOST_CAUSES = 500;
const MOST_DAYS = 1_000;
const MOST_MISSING = 100;

/** What a playbook is replayed against: itself, this engine, and the playbooks that stored decisions were made under. */
export interface Target {
  readonly bundle: Bundle;
  readonly engine: string;
  /** The playbook of a stored decision; null when it cannot be compiled any more. */
  readonly former: (hash: string) => Bundle | null;
  /** A model writes the drafts of actions that ask for one, and a person looks at each. */
  readonly modelDrafts: boolean;
}

/** Why a stored decision cannot be decided again. */
export type Unread = 'erased' | 'aged' | 'unreadable' | 'otherModels';

/** A stored decision, decided again. */
export interface DecidedAgain {
  readonly stored: StoredCase;
  /** As the playbook that is replayed would have met it. */
  readonly situation: Situation;
  readonly after: DecisionResult;
  /** The same bytes: SHA-256 says so, and only where it does not is the stored result asked for. */
  readonly isSame: boolean;
  /** What was stored, where another engine made it and this one makes the same of it under the playbook of its day; null else. */
  readonly before: DecisionResult | null;
}

export function decideAgain(target: Target, stored: StoredCase): DecidedAgain | Unread {
  if (!sameModels(stored)) return 'otherModels';
  const { bundle, former } = target;
  const { bundleHash, seed } = stored;
  const situation =
    bundleHash === bundle.hash
      ? stored.situation
      : asTriggeredUnder(bundle, former(bundleHash), stored.situation);
  const after = decide(bundle, situation, PRIOR_MODELS, seed);
  const isSame = isStored(after, stored);
  return { stored, situation, after, isSame, before: isSame ? null : madeHere(target, stored) };
}

/** What another engine made, where this one makes the same of it: then nothing but the playbook can have changed it. */
function madeHere({ bundle, engine, former }: Target, stored: StoredCase): DecisionResult | null {
  if (stored.engine === engine || stored.bundleHash === bundle.hash) return null;
  const then = former(stored.bundleHash);
  if (then === null) return null;
  const made = decide(then, stored.situation, PRIOR_MODELS, stored.seed);
  return isStored(made, stored) ? made : null;
}

/** Whether a result is what was stored, byte for byte. */
function isStored(result: DecisionResult, { engine, resultHash }: StoredCase): boolean {
  return contentHash(asStoredBy(engine, result)) === resultHash;
}

/** Whether the result that was stored has to be looked at: it differs, this engine made it, so nothing but the playbook can have done it. */
export function isComparable({ isSame, stored }: DecidedAgain, engine: string): boolean {
  return !isSame && stored.engine === engine;
}

/** What came of deciding some decisions again. Plain data: it travels between threads. */
export interface Counted {
  readonly tally: Tally;
  /** Each of them that would have been another for its person, in their order. */
  readonly affected: readonly Affected[];
}

/** What of it the list has room for. @param before the tally that it was counted upon: what it counts as noticed is listed. */
export function withinList(before: Tally, { tally, affected }: Counted): Counted {
  const noticed = AFFECTING.reduce((sum, change) => sum + before.messages[change], 0);
  const listed = affected.slice(0, Math.max(0, MOST_LISTED - noticed));
  const unlisted = tally.unlisted + affected.length - listed.length;
  return { tally: { ...tally, unlisted }, affected: listed };
}

/** Counts decisions in their order, one by one: nothing of them is held. */
export class Counting {
  private tally = EMPTY_TALLY;
  private readonly rules: RuleUses;
  private readonly affected: Affected[] = [];

  constructor(private readonly target: Target) {
    this.rules = new RuleUses(target.bundle);
  }

  /** @param result of one that `isComparable`, byte for byte as it was stored; null for any other, and for one that cannot be read. */
  add(each: DecidedAgain | Unread, result: string | null): void {
    if (typeof each === 'string') {
      this.tally = withUnread(this.tally, each);
      return;
    }
    const { stored, situation, after } = each;
    const { tally, both } = withCase(this.tally, this.target, each, result);
    const { bundle, former } = this.target;
    const then = stored.bundleHash === bundle.hash ? null : former(stored.bundleHash);
    this.tally =
      then === null ? tally : { ...tally, triggers: withTriggers(tally.triggers, bundle, then, situation) };
    if (both === null || stored.mode === 'decide') return;
    this.rules.add({ result: after, situation, lapsed: stored.outcome?.lapsed === true });
    const one = affectedBy(stored, both);
    if (one !== null) this.affected.push(one);
  }

  get counted(): Counted {
    return { tally: { ...this.tally, rules: this.rules.counted }, affected: this.affected };
  }
}

/** Counts a decision that cannot be decided again. */
function withUnread(tally: Tally, kind: Unread): Tally {
  return { ...tally, decisions: tally.decisions + 1, [kind]: tally[kind] + 1 };
}

/** A tally with one more decision, and what that one was where it could be held against what it would be. */
interface WithCase {
  readonly tally: Tally;
  readonly both: BeforeAndAfter | null;
}

function withCase(tally: Tally, target: Target, again: DecidedAgain, result: string | null): WithCase {
  const { stored, after, isSame } = again;
  const counted = { ...tally, decisions: tally.decisions + 1, from: tally.from ?? stored.createdAt };
  const unjudged = (counts: Tally): WithCase => ({ tally: counts, both: null });
  if (isSame) {
    const both = { before: after, after };
    const missing = missingIn(target, again, both);
    if (missing.fields.length > 0)
      return unjudged(withMissing(counted, target, missing, { id: stored.id, ...both }));
    return { tally: judged({ ...counted, reproduced: counted.reproduced + 1 }, target, stored, both), both };
  }
  if (again.before === null && !isComparable(again, target.engine)) {
    const other = { ...counted, engineChanged: counted.engineChanged + 1 };
    return unjudged(sampled(other, 'engineChanged', stored.id));
  }
  const before = again.before ?? (result === null ? null : (JSON.parse(result) as DecisionResult));
  if (before === null) return unjudged(withUnread(tally, 'unreadable'));
  const both = bothOf(again, before);
  const missing = missingIn(target, again, both);
  if (missing.fields.length > 0)
    return unjudged(withMissing(counted, target, missing, { id: stored.id, ...both }));
  const changed = judged({ ...counted, changed: counted.changed + 1 }, target, stored, both);
  if (stored.bundleHash !== target.bundle.hash) return { tally: changed, both };
  const unexplained = { ...changed, unexplained: changed.unexplained + 1 };
  return { tally: sampled(unexplained, 'unexplained', stored.id), both };
}

function bothOf({ stored, situation, after }: DecidedAgain, before: DecisionResult): BeforeAndAfter {
  const { trigger } = situation;
  return trigger === null || situation === stored.situation
    ? { before, after }
    : { before, after, trigger: trigger.id };
}

const MODELS_HERE = canonicalJson(PRIOR_MODELS.versions);

function sameModels({ models }: StoredCase): boolean {
  return models === MODELS_HERE || canonicalJson(JSON.parse(models)) === MODELS_HERE;
}

const NOTHING_MISSING: NotRecorded = { fields: [], paths: [], historyMs: null };

/** What the playbook would have asked for in this decision, and nobody recorded because the playbook of that day did not. */
function missingIn(target: Target, again: DecidedAgain, both: BeforeAndAfter): NotRecorded {
  const { bundle, former } = target;
  const { stored, situation, after, isSame } = again;
  const { bundleHash } = stored;
  if (bundleHash === bundle.hash) return NOTHING_MISSING;
  const then = former(bundleHash);
  // Without its fact nothing is sent, so what comes out the same lacks none.
  const facts = isSame ? [] : factsMissing(bundle, then, again);
  if (then === null) return { fields: facts, paths: [], historyMs: null };
  const paths = newFieldsMissing(bundle, then, situation).filter((path) =>
    isReadFor(bundle, { paths: [path], historyMs: null }, situation, after),
  );
  const gathered = historyMs(then);
  const isTooShort =
    historyMs(bundle) > gathered && isReadFor(bundle, { paths: [], historyMs: gathered }, situation, after);
  return {
    fields: [
      ...facts,
      ...(isTooShort ? ['messages of longer ago'] : []),
      ...paths,
      ...unaskedOf(target, again, both),
    ],
    paths,
    historyMs: isTooShort ? gathered : null,
  };
}

function factsMissing(bundle: Bundle, then: Bundle | null, { stored, situation }: DecidedAgain): string[] {
  const known = new Set(situation.facts.map(({ id }) => id));
  const asked = then === null ? [] : needsOf(then, stored.situation).facts;
  return needsOf(bundle, situation)
    .facts.filter((id) => !known.has(id) && !asked.includes(id))
    .map((id) => `the fact ${id}`);
}

/** Of a message that leaves either way: of any other it is known without it what becomes of it. */
function unaskedOf(
  { bundle, former }: Target,
  { stored: { bundleHash }, situation }: DecidedAgain,
  { before, after }: BeforeAndAfter,
): string[] {
  if (bundleHash === bundle.hash || after.outcome !== 'act') return [];
  if (before.action !== after.action || before.channel !== after.channel) return [];
  const then = former(bundleHash);
  return then === null ? [] : unasked(bundle, then, situation, after);
}

/** Nothing is said of what was not recorded; what else made a difference is named all the same. */
function withMissing(
  tally: Tally,
  { bundle }: Target,
  missing: NotRecorded,
  { id, ...both }: BeforeAndAfter & { readonly id: string },
): Tally {
  const beside = differencesBeside(bundle, missing, both);
  const counted = {
    ...tally,
    missing: countedEach(tally.missing, missing.fields, MOST_MISSING),
    besides: countedEach(tally.besides, beside, MOST_CAUSES),
    notRecorded: tally.notRecorded + 1,
    notRecordedToo: tally.notRecordedToo + (beside.length > 0 ? 1 : 0),
  };
  const sampledToo = beside.length > 0 ? sampled(counted, 'notRecordedToo', id) : counted;
  return sampled(sampledToo, 'notRecorded', id);
}

function countedEach(
  counts: Readonly<Record<string, number>>,
  names: readonly string[],
  most: number,
): Readonly<Record<string, number>> {
  const next = { ...counts };
  for (const name of names)
    if (Object.hasOwn(next, name) || Object.keys(next).length < most) next[name] = (next[name] ?? 0) + 1;
  return next;
}

/** Adds what an executed decision would have meant for people; asking alone meant nothing. */
function judged(tally: Tally, target: Target, stored: StoredCase, both: BeforeAndAfter): Tally {
  if (stored.mode === 'decide') return tally;
  const change = changeBetween(both);
  const known = change === null ? tally : withChange(tally, change, { id: stored.id, ...both });
  return valued(reviewed(known, target, stored, both), stored, both);
}

function withChange(
  tally: Tally,
  change: MessageChange,
  { id, ...both }: BeforeAndAfter & { readonly id: string },
): Tally {
  const messages = { ...tally.messages, [change]: tally.messages[change] + 1 };
  const known = sampled({ ...tally, messages }, change, id);
  if (change !== 'lost' && change !== 'gained') return known;
  return withCauses(known, change, causesOf(change, both));
}

function withCauses(tally: Tally, kind: 'lost' | 'gained', codes: readonly string[]): Tally {
  const causes = { ...tally.causes };
  for (const code of codes) {
    const held = causes[code];
    if (held === undefined && Object.keys(causes).length >= MOST_CAUSES) continue;
    const { lost, gained } = held ?? { lost: 0, gained: 0 };
    causes[code] = kind === 'lost' ? { lost: lost + 1, gained } : { lost, gained: gained + 1 };
  }
  return { ...tally, causes };
}

function reviewed(
  tally: Tally,
  target: Target,
  { bundleHash, createdAt }: StoredCase,
  { before, after }: BeforeAndAfter,
): Tally {
  const { bundle, former, modelDrafts } = target;
  const count = (playbook: Bundle | null, result: DecisionResult): number =>
    result.review !== null || (modelDrafts && isWrittenByModel(playbook, result)) ? 1 : 0;
  const then = bundleHash === bundle.hash ? bundle : former(bundleHash);
  const [asked, asks] = [count(then, before), count(bundle, after)];
  if (asked + asks === 0) return tally;
  const day = createdAt.slice(0, 10);
  const held = tally.reviews[day];
  if (held === undefined && Object.keys(tally.reviews).length >= MOST_DAYS) return tally;
  const counts = { before: (held?.before ?? 0) + asked, after: (held?.after ?? 0) + asks };
  return { ...tally, reviews: { ...tally.reviews, [day]: counts } };
}

function isWrittenByModel(playbook: Bundle | null, { outcome, action }: DecisionResult): boolean {
  return outcome === 'act' && playbook?.actions.get(action)?.spec.draft.mode === 'model';
}

function valued(tally: Tally, { outcome }: StoredCase, { before, after }: BeforeAndAfter): Tally {
  if (outcome === null || before.probability <= 0) return tally;
  const score = before.action === HOLD ? undefined : candidateOf(before, before)?.score;
  const reward =
    score === undefined || !outcome.sent ? 0 : (outcome.converted ? score.value : 0) - score.cost;
  return { ...tally, value: withTrial(tally.value, { logged: before, reward, target: after }) };
}

function sampled(tally: Tally, kind: string, id: string): Tally {
  const held = tally.samples[kind] ?? [];
  if (held.length >= MOST_SAMPLES) return tally;
  return { ...tally, samples: { ...tally.samples, [kind]: [...held, id] } };
}

/**
 * Two tallies as one; the first is about earlier decisions. Sums of sums, so one replay is always cut into the same pages: the last bit of a sum of
 * money depends on the order in which it was added up.
 */
export function joined(a: Tally, b: Tally): Tally {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, a[name] + b[name]])) as Record<
    (typeof COUNTS)[number],
    number
  >;
  return {
    ...counts,
    messages: joinedBy(a.messages, b.messages, Infinity, add),
    samples: joinedBy(a.samples, b.samples, Infinity, (one, other) =>
      [...one, ...other].slice(0, MOST_SAMPLES),
    ),
    causes: joinedBy(a.causes, b.causes, MOST_CAUSES, (one, other) => ({
      lost: one.lost + other.lost,
      gained: one.gained + other.gained,
    })),
    rules: joinedUses(a.rules, b.rules),
    from: a.from ?? b.from,
    reviews: joinedBy(a.reviews, b.reviews, MOST_DAYS, (one, other) => ({
      before: one.before + other.before,
      after: one.after + other.after,
    })),
    missing: joinedBy(a.missing, b.missing, MOST_MISSING, add),
    besides: joinedBy(a.besides, b.besides, MOST_CAUSES, add),
    triggers: joinedTriggers(a.triggers, b.triggers),
    value: joinedSums(a.value, b.value),
  };
}

const COUNTS = [
  'decisions',
  'reproduced',
  'changed',
  'unexplained',
  'engineChanged',
  'otherModels',
  'notRecorded',
  'notRecordedToo',
  'erased',
  'aged',
  'unreadable',
  'unlisted',
] as const;

const add = (one: number, other: number): number => one + other;
