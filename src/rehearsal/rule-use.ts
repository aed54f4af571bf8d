import { WAITING_COST } from '../decisions/candidates.js';
import { type Candidate, type DecisionResult } from '../decisions/decision.js';
import { matchedIn } from '../decisions/kept-result.js';
import { ruleOfCap } from '../decisions/send-time.js';
import { type Situation } from '../decisions/situation.js';
import { type Bundle } from '../policies/bundle.js';
import { durationMs } from '../shared/clock.js';

const DAY_MS = 86_400_000;
const MOST_RULES = 2_000;

/** What a rule did, and what that costs as far as it has a price: in minor units of the brand's currency. */
export interface RuleUse {
  /** Decisions in which it matched. */
  readonly matched: number;
  /** Decisions in which nothing else stood against a message that was worth sending. */
  readonly alone: number;
  /** What those messages were expected to be worth. */
  readonly worth: number;
  /** Messages that waited for nothing but it, for how long together in milliseconds, and what the playbook says waiting loses. */
  readonly delayed: number;
  readonly delayedMs: number;
  readonly delayWorth: number;
  /** Messages that waited for it together with something else. */
  readonly delayedToo: number;
  /** Messages for which it asked for a person. */
  readonly asked: number;
  /** Of those for which no other rule did: what nobody signed before it expired, and what it was expected to be worth. */
  readonly lapsed: number;
  readonly lapsedWorth: number;
}

const NO_USE: RuleUse = {
  matched: 0,
  alone: 0,
  worth: 0,
  delayed: 0,
  delayedMs: 0,
  delayWorth: 0,
  delayedToo: 0,
  asked: 0,
  lapsed: 0,
  lapsedWorth: 0,
};

/** A decision that was carried out, as it is made by the playbook that is looked at. */
interface Executed {
  readonly result: DecisionResult;
  readonly situation: Situation;
  /** Nobody had signed its message when it expired. */
  readonly lapsed: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Uses = Map<string, Mutable<RuleUse>>;

/** Counts what each rule did, decision by decision: of several candidates it held back alone, the one that was worth most. */
export class RuleUses {
  private readonly uses: Uses = new Map();

  constructor(private readonly bundle: Bundle) {}

  add(decision: Executed): void {
    addHeld(this.uses, decision.result.candidates);
    addWaits(this.uses, this.bundle, decision);
    addReview(this.uses, decision);
  }

  /** By rule. */
  get counted(): Record<string, RuleUse> {
    return Object.fromEntries(this.uses);
  }
}

/** Adds what each rule held back in one more decision. */
export function withHeldBack(
  uses: Readonly<Record<string, RuleUse>>,
  candidates: DecisionResult['candidates'],
): Readonly<Record<string, RuleUse>> {
  const more: Uses = new Map();
  addHeld(more, candidates);
  return joinedUses(uses, Object.fromEntries(more));
}

export function joinedUses(
  a: Readonly<Record<string, RuleUse>>,
  b: Readonly<Record<string, RuleUse>>,
): Readonly<Record<string, RuleUse>> {
  return joinedBy(a, b, MOST_RULES, (one, other) => {
    const both: Mutable<RuleUse> = { ...NO_USE };
    // What an earlier version counted lacks some.
    for (const name of Object.keys(NO_USE) as (keyof RuleUse)[])
      both[name] = ((one[name] as number | undefined) ?? 0) + ((other[name] as number | undefined) ?? 0);
    return both;
  });
}

function useOf(uses: Uses, id: string): Mutable<RuleUse> {
  let use = uses.get(id);
  if (use === undefined) uses.set(id, (use = { ...NO_USE }));
  return use;
}

function addHeld(uses: Uses, candidates: DecisionResult['candidates']): void {
  for (const id of idsMatchedIn(candidates)) useOf(uses, id).matched += 1;
  for (const [id, worth] of heldBackAlone(candidates)) {
    if (worth <= 0) continue;
    const use = useOf(uses, id);
    use.alone += 1;
    use.worth += worth;
  }
}

/** Ids of the rules that matched for a candidate or another. What rules said is one and the same array for most decisions. */
function idsMatchedIn(candidates: DecisionResult['candidates']): Set<string> {
  const ids = new Set<string>();
  for (const said of new Set(candidates.map(({ guardrails }) => guardrails)))
    for (const { id } of matchedIn(said)) ids.add(id);
  return ids;
}

/** By rule, the worth of the dearest candidate that it alone held back. */
function heldBackAlone(candidates: DecisionResult['candidates']): Map<string, number> {
  const worth = new Map<string, number>();
  for (const { blockedBy, score } of candidates) {
    const rule = onlyRuleIn(blockedBy);
    if (rule !== null) worth.set(rule, Math.max(worth.get(rule) ?? 0, score.total));
  }
  return worth;
}

/** The one rule that all of these reasons come from; null where there is none, or another or something else as well. */
function onlyRuleIn(blockedBy: Candidate['blockedBy']): string | null {
  let only: string | null = null;
  for (const reason of blockedBy) {
    const rule = ruleOf(reason);
    if (rule === null || (only !== null && rule !== only)) return null;
    only = rule;
  }
  return only;
}

/** The one rule that a reason against a candidate comes from; null where it comes from something else, or from several together. */
function ruleOf({ code, text }: Candidate['blockedBy'][number]): string | null {
  if (code.startsWith('guardrail:')) return code.slice('guardrail:'.length);
  switch (code) {
    case 'cap':
    case 'limit_channels':
      return ruleOfCap(text);
    case 'hours':
      return /^Rule (\S+) leaves no /.exec(text)?.[1] ?? null;
    case 'zone_unknown':
      return / rule (\S+) leaves no /.exec(text)?.[1] ?? null;
    default:
      return null;
  }
}

/** What a message waits for besides a signature. */
function addWaits(uses: Uses, bundle: Bundle, { result, situation }: Executed): void {
  const { action, sendAt, reasons } = result;
  const waits = reasons.filter(({ code }) => code.startsWith('waits_'));
  if (result.outcome !== 'act' || sendAt === null || waits.length === 0) return;
  const rules = new Set(waits.flatMap(rulesWaitedFor));
  const isAlone = rules.size === 1 && waits.every(({ code }) => code === 'waits_for_hours' || code === 'waits_for_cap'); // prettier-ignore
  for (const id of rules) {
    if (isAlone) {
      const delay = durationMs(bundle.actions.get(action)?.spec.delay ?? '0s');
      addDelay(useOf(uses, id), bundle, result, Date.parse(sendAt) - Date.parse(situation.now) - delay);
    } else useOf(uses, id).delayedToo += 1;
  }
}

function rulesWaitedFor({ code, text }: DecisionResult['reasons'][number]): string[] {
  if (code === 'waits_for_cap') return [ruleOfCap(text)].filter((rule) => rule !== null);
  const named =
    code === 'waits_for_hours' ? /: rule (.+) allows no earlier hour\.$/.exec(text)?.[1] : undefined;
  return named?.split(/, | and /) ?? [];
}

/** What a rule costs that asks for a signature: what nobody signed in time. */
function addReview(uses: Uses, { result, situation, lapsed }: Executed): void {
  const { review, action } = result;
  if (review === null) return;
  for (const { code } of review.why) useOf(uses, code).asked += 1;
  const [only, ...others] = review.why;
  // What a model writes is signed anyway.
  if (only === undefined || others.length > 0 || situation.reviews?.[action]?.always === true) return;
  if (!lapsed) return;
  const use = useOf(uses, only.code);
  use.lapsed += 1;
  use.lapsedWorth += Math.max(0, chosenIn(result)?.score.total ?? 0);
}

/** Waiting costs what the playbook says a day of it loses; what is owed is not weighed against anything. */
function addDelay(use: Mutable<RuleUse>, bundle: Bundle, result: DecisionResult, delayMs: number): void {
  if (delayMs <= 0) return;
  use.delayed += 1;
  use.delayedMs += delayMs;
  const spec = bundle.actions.get(result.action)?.spec;
  const score = chosenIn(result)?.score;
  if (spec === undefined || score === undefined || spec.class === 'transactional') return;
  const lossPerDay = spec.waitingCost ?? bundle.engine.waitingCost ?? WAITING_COST;
  use.delayWorth += score.propensity * score.value * Math.min(1, (lossPerDay * delayMs) / DAY_MS);
}

function chosenIn(result: DecisionResult): Candidate | undefined {
  return result.candidates.find((each) => each.action === result.action && each.channel === result.channel);
}

/** @param most names that are kept; what comes after them is not counted by name. */
export function joinedBy<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  most: number,
  join: (one: T, other: T) => T,
): Readonly<Record<string, T>> {
  const all = { ...a };
  let names = Object.keys(all).length;
  for (const [name, value] of Object.entries(b)) {
    const held = Object.hasOwn(all, name) ? all[name] : undefined;
    if (held !== undefined) all[name] = join(held, value);
    else if (names++ < most) all[name] = value;
  }
  return all;
}
