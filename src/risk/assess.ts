import { type Assessment, type Contribution } from './assessment.js';
import { type Check, type CheckContext, needsPerson, type RiskInput } from './check.js';
import { CHECKS } from './checks/index.js';
import { calibrate, type RiskModel, UNFITTED } from './calibration.js';
import { readDraft } from './draft-text.js';
import { claimsOf, readsWithin } from './grounded-claims.js';

const DECIMALS = 10_000;

/** The probability that a careful reviewer objects to at least one thing, each judged by itself: 1 − ∏(1 − weight). */
export function combine(contributions: readonly Contribution[]): number {
  const untouched = contributions.reduce(
    (left, { weight }) => left * (1 - Math.min(1, Math.max(0, weight))),
    1,
  );
  return Math.round((1 - untouched) * DECIMALS) / DECIMALS;
}

function crashed(name: string, error: unknown): Contribution {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: `${name}.crashed`,
    weight: 1,
    text: `The check ${name} could not be made (${reason.slice(0, 200)}), so a person has to.`,
    spans: [],
  };
}

function attempt<T>(name: string, work: () => T, failures: Contribution[]): T | null {
  try {
    return work();
  } catch (error) {
    failures.push(crashed(name, error));
    return null;
  }
}

function byWeight(a: Contribution, b: Contribution): number {
  return b.weight - a.weight || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}

/**
 * Judges a draft: every check is made, and every reason kept. Deterministic; what cannot be judged counts as the highest risk. Stops after each
 * check, so that who has others waiting can let them pass.
 * @param model how its signs are weighed; as set by hand unless verdicts have taught otherwise.
 * @param checks all of them unless a test says otherwise.
 */
export function* assessing(
  input: RiskInput,
  model: RiskModel = UNFITTED,
  checks: readonly Check[] = CHECKS,
): Generator<undefined, Assessment, undefined> {
  const found: Contribution[] = [];
  const draft = attempt('reading', () => readDraft(input.content), found) ?? [];
  const context: CheckContext = { ...input, draft };
  for (const check of checks) {
    const signs = attempt(check.name, () => check.run(context), found);
    if (signs !== null) found.push(...signs);
    yield;
  }
  const claims = attempt('claims', () => claimsOf(context), found) ?? [];
  const leavesWithin = attempt('days', () => readsWithin(context), found);
  const contributions = calibrate(found, model, needsPerson(input.engine));
  const score = combine(contributions);
  return {
    score,
    tier: score >= input.engine.secondPersonFrom ? 2 : 1,
    threshold: input.engine.riskThreshold,
    contributions: contributions.sort(byWeight),
    signs: found.map(({ code, weight }) => ({ code, weight })),
    claims,
    leavesWithin,
  };
}

/** Judges a draft at once, see `assessing`. */
export function assess(...asked: Parameters<typeof assessing>): Assessment {
  const steps = assessing(...asked);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
