import { decide } from '../decisions/decide.js';
import { type Candidate, type DecisionResult, HOLD, PRIOR_MODELS } from '../decisions/decision.js';
import { needsOf } from '../decisions/needs.js';
import { type Situation } from '../decisions/situation.js';
import { ruleOfCap } from '../decisions/send-time.js';
import { type Bundle } from '../policies/bundle.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { newFieldsMissing } from './new-fields.js';
import { NO_TRIALS, type Sums, withTrial } from './estimate.js';

/** A decision as it was stored, opened. */
export interface StoredCase {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly mode: 'decide' | 'execute';
  readonly bundleHash: string;
  readonly engine: string;
  readonly models: Readonly<Record<string, string>>;
  readonly seed: string;
  readonly situation: Situation;
  /** Canonical JSON, byte for byte as it was stored. */
  readonly result: string;
  /** Null while nobody can know yet. */
  readonly outcome: { readonly sent: boolean; readonly converted: boolean } | null;
}

/** The counts of a replay, and what is behind them. Of a bounded size. */
export interface Tally {
  readonly decisions: number;
  /** The same result, byte for byte. */
  readonly reproduced: number;
  readonly changed: number;
  /** Of those changed: the same playbook and engine, so nothing can have changed them. Never above 0. */
  readonly unexplained: number;
  /** Not the same, and made by another engine: which of the two did it cannot be told. */
  readonly engineChanged: number;
  /** Made with other learned figures than this version holds. */
  readonly otherModels: number;
  /** The playbook asks for something that the one of that day did not, so nobody recorded it. */
  readonly notRecorded: number;
  readonly erased: number;
  /** The situation is no longer kept. */
  readonly aged: number;
  readonly unreadable: number;
  /** Of those changed that were executed: what would have come of them instead. */
  readonly messages: Readonly<Record<MessageChange, number>>;
  /** Ids of a few decisions for each change. */
  readonly samples: Readonly<Record<string, readonly string[]>>;
  /** By the code of what did it (`guardrail:minors`, `cap:marketing-pressure`, …): messages that would not be sent, and that would be. */
  readonly causes: Readonly<Record<string, { readonly lost: number; readonly gained: number }>>;
  /** By guardrail, how often it fired under the replayed playbook in executed decisions, and what it alone held back. */
  readonly rules: Readonly<Record<string, RuleUse>>;
  /** By UTC day: messages for which a rule asks for a person, as it was and as it would be. */
  readonly reviews: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
  /** What was not recorded, and how often it was missing. */
  readonly missing: Readonly<Record<string, number>>;
  readonly value: Sums;
}

export interface RuleUse {
  /** Decisions in which it matched. */
  readonly matched: number;
  /** Decisions in which nothing else stood against a message that was worth sending. */
  readonly alone: number;
  /** What those messages were expected to be worth, in minor units of the brand's currency. */
  readonly worth: number;
}

/** lost: a message would not be sent; gained: one would; other: another action or channel; retimed: another time; tasks: a hand-off more or less. */
type MessageChange = 'lost' | 'gained' | 'other' | 'retimed' | 'taskGained' | 'taskLost' | 'inWords';

export const EMPTY_TALLY: Tally = {
  decisions: 0,
  reproduced: 0,
  changed: 0,
  unexplained: 0,
  engineChanged: 0,
  otherModels: 0,
  notRecorded: 0,
  erased: 0,
  aged: 0,
  unreadable: 0,
  messages: { lost: 0, gained: 0, other: 0, retimed: 0, taskGained: 0, taskLost: 0, inWords: 0 },
  samples: {},
  causes: {},
  rules: {},
  reviews: {},
  missing: {},
  value: NO_TRIALS,
};

const MOST_SAMPLES = 20;
const MOST_CAUSES = 500;
const MOST_RULES = 2_000;
const MOST_DAYS = 1_000;
const MOST_MISSING = 100;

/** What a playbook is replayed against: itself, this engine, and the playbooks that stored decisions were made under. */
export interface Target {
  readonly bundle: Bundle;
  readonly engine: string;
  /** The playbook of a stored decision; null when it cannot be compiled any more. */
  readonly former: (hash: string) => Bundle | null;
}

/** Why a stored decision cannot be decided again. */
export type Unread = 'erased' | 'aged' | 'unreadable';

/** Counts a decision that cannot be decided again. */
export function withUnread(tally: Tally, kind: Unread): Tally {
  return { ...tally, decisions: tally.decisions + 1, [kind]: tally[kind] + 1 };
}

/** Decides again and counts what came of it. */
export function withCase(tally: Tally, target: Target, stored: StoredCase): Tally {
  const counted = { ...tally, decisions: tally.decisions + 1 };
  if (!sameModels(stored)) return { ...counted, otherModels: counted.otherModels + 1 };
  const after = decide(target.bundle, stored.situation, PRIOR_MODELS, stored.seed);
  if (canonicalJson(after) === stored.result)
    return judged({ ...counted, reproduced: counted.reproduced + 1 }, stored, { before: after, after });
  if (stored.engine !== target.engine)
    return sampled({ ...counted, engineChanged: counted.engineChanged + 1 }, 'engineChanged', stored.id);
  const missing = missingIn(target, stored);
  if (missing.length > 0) return withMissing(counted, missing, stored.id);
  const before = JSON.parse(stored.result) as DecisionResult;
  const changed = judged({ ...counted, changed: counted.changed + 1 }, stored, { before, after });
  if (stored.bundleHash !== target.bundle.hash) return changed;
  return sampled({ ...changed, unexplained: changed.unexplained + 1 }, 'unexplained', stored.id);
}

const MODELS_HERE = canonicalJson(PRIOR_MODELS.versions);

function sameModels({ models }: StoredCase): boolean {
  return canonicalJson(models) === MODELS_HERE;
}

/** What the playbook would have asked for, and nobody recorded because the playbook of that day did not. */
function missingIn({ bundle, former }: Target, { bundleHash, situation }: StoredCase): string[] {
  if (bundleHash === bundle.hash) return [];
  const known = new Set(situation.facts.map(({ id }) => id));
  const [needed, then] = [needsOf(bundle, situation), former(bundleHash)];
  const asked = then === null ? null : needsOf(then, situation);
  const facts = needed.facts
    .filter((id) => !known.has(id) && asked?.facts.includes(id) !== true)
    .map((id) => `the fact ${id}`);
  const further = needed.historyMs > (asked?.historyMs ?? 0) && asked !== null;
  return [
    ...facts,
    ...(further ? ['messages of longer ago'] : []),
    ...(then === null ? [] : newFieldsMissing(bundle, then, situation)),
  ];
}

function withMissing(tally: Tally, fields: readonly string[], id: string): Tally {
  const missing = { ...tally.missing };
  for (const field of fields)
    if (Object.hasOwn(missing, field) || Object.keys(missing).length < MOST_MISSING)
      missing[field] = (missing[field] ?? 0) + 1;
  return sampled({ ...tally, missing, notRecorded: tally.notRecorded + 1 }, 'notRecorded', id);
}

/** Adds what an executed decision would have meant for people; asking alone meant nothing. */
function judged(tally: Tally, stored: StoredCase, both: BeforeAndAfter): Tally {
  if (stored.mode === 'decide') return tally;
  const used = { ...tally, rules: withRuleUse(tally.rules, both.after.candidates) };
  const change = changeBetween(both);
  const known = change === null ? used : withChange(used, change, { id: stored.id, ...both });
  return valued(reviewed(known, { day: stored.createdAt.slice(0, 10), ...both }), stored, both);
}

/** Counts what each rule did in one decision: of several candidates it held back alone, the one that was worth most. */
export function withRuleUse(
  uses: Readonly<Record<string, RuleUse>>,
  candidates: DecisionResult['candidates'],
): Readonly<Record<string, RuleUse>> {
  const rules = { ...uses };
  const matched = new Set(
    candidates.flatMap(({ guardrails }) => guardrails.filter((each) => each.matched).map(({ id }) => id)),
  );
  for (const id of matched) {
    const held = rules[id];
    if (held === undefined && Object.keys(rules).length >= MOST_RULES) continue;
    const worth = Math.max(
      0,
      ...candidates.filter((each) => isHeldBackBy(each, id)).map(({ score }) => score.total),
    );
    rules[id] = {
      matched: (held?.matched ?? 0) + 1,
      alone: (held?.alone ?? 0) + (worth > 0 ? 1 : 0),
      worth: (held?.worth ?? 0) + worth,
    };
  }
  return rules;
}

function isHeldBackBy({ blockedBy }: Candidate, rule: string): boolean {
  return blockedBy.length > 0 && blockedBy.every(({ code }) => code === `guardrail:${rule}`);
}

/** One and the same result where it was reproduced. */
interface BeforeAndAfter {
  readonly before: DecisionResult;
  readonly after: DecisionResult;
}

/** @returns null where nothing changed: both are the very same result then. */
function changeBetween({ before, after }: BeforeAndAfter): MessageChange | null {
  if (before === after) return null;
  const [sent, sends] = [before.outcome === 'act', after.outcome === 'act'];
  if (sent !== sends) return sent ? 'lost' : 'gained';
  if ((before.handoff === null) !== (after.handoff === null))
    return before.handoff === null ? 'taskGained' : 'taskLost';
  if (before.action !== after.action || before.channel !== after.channel) return 'other';
  return before.sendAt === after.sendAt ? 'inWords' : 'retimed';
}

function withChange(
  tally: Tally,
  change: MessageChange,
  { id, before, after }: BeforeAndAfter & { readonly id: string },
): Tally {
  const messages = { ...tally.messages, [change]: tally.messages[change] + 1 };
  const known = sampled({ ...tally, messages }, change, id);
  if (change === 'lost') return withCauses(known, 'lost', causesOf(before, after));
  if (change === 'gained') return withCauses(known, 'gained', causesOf(after, before));
  return known;
}

/** Why the message of one result is not in the other: what blocks it there and not here. */
function causesOf(sent: DecisionResult, held: DecisionResult): string[] {
  const here = candidateOf(sent, sent);
  const there = candidateOf(held, sent);
  if (there === undefined) return ['not-a-candidate'];
  const known = new Set(here?.blockedBy.map(causeOf));
  const blocks = [...new Set(there.blockedBy.map(causeOf))].filter((code) => !known.has(code));
  if (blocks.length > 0) return blocks;
  // Nothing stands against it: somebody takes over, or it was not worth it.
  return [held.handoff === null ? 'not_worth_it' : `guardrail:${held.handoff.reasonCode}`];
}

/** A reason's code; of a cap with its rule: `cap:marketing-pressure`. */
function causeOf({ code, text }: Candidate['blockedBy'][number]): string {
  const rule = code === 'cap' ? ruleOfCap(text) : null;
  return rule === null ? code : `${code}:${rule}`;
}

function candidateOf(result: DecisionResult, of: DecisionResult): Candidate | undefined {
  return result.candidates.find((each) => each.action === of.action && each.channel === of.channel);
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

function reviewed(tally: Tally, { day, before, after }: BeforeAndAfter & { readonly day: string }): Tally {
  const [asked, asks] = [before.review !== null ? 1 : 0, after.review !== null ? 1 : 0];
  if (asked + asks === 0) return tally;
  const held = tally.reviews[day];
  if (held === undefined && Object.keys(tally.reviews).length >= MOST_DAYS) return tally;
  const counts = { before: (held?.before ?? 0) + asked, after: (held?.after ?? 0) + asks };
  return { ...tally, reviews: { ...tally.reviews, [day]: counts } };
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
