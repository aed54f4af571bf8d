import { type Bundle } from '../policies/bundle.js';
import { adviceInForce } from './advice.js';
import { examine, type Examination, reexamine } from './candidates.js';
import { type Case, type Change } from './change.js';
import { choose, conclude } from './decide.js';
import { type Candidate, type DecisionResult, type Models } from './decision.js';
import { quantise } from './score.js';

/** The smallest changes found that give another outcome, action or channel. Several in `changes` are needed together. */
export interface Flip {
  readonly changes: readonly Change[];
  readonly becomes: Pick<DecisionResult, 'outcome' | 'action' | 'channel'>;
}

const MOST_FLIPS = 5;
/** Every attempt decides once more, and the decision API answers with flips: the smallest sets come first. */
const MOST_ATTEMPTS = 12;

/** Blocks that limits cause together; which of their rules is the one too many is found by trying. */
const LIMIT_CODES: ReadonlySet<string> = new Set([
  'cap',
  'hours',
  'limit_channels',
  'limits_conflict',
  'too_late',
  'zone_unknown',
]);

/**
 * Sets of changes, each of which turns away everything that stands against a candidate; none when something does that no change of ours
 * could (no address, a missing fact). Every member is needed: what it turns away would block by itself.
 */
function setsAgainst(candidate: Candidate, { bundle }: Case): Change[][] {
  const topic = bundle.actions.get(candidate.action)?.spec.topic ?? '*';
  const channel = candidate.channel ?? '';
  const needed: Change[] = [];
  let limited = false;
  for (const { code } of candidate.blockedBy) {
    if (code === 'open_task') needed.push({ kind: 'tasks_closed' });
    else if (code === 'suppressed') needed.push({ kind: 'suppression_lifted', channel });
    else if (code === 'consent_denied' || code === 'consent_unknown')
      needed.push({ kind: 'consent', channel, topic, state: 'granted' });
    else if (code === 'held_out') needed.push({ kind: 'not_held_out', action: candidate.action });
    else if (code.startsWith('guardrail:'))
      needed.push({ kind: 'guardrail_removed', guardrail: code.slice('guardrail:'.length) });
    else if (LIMIT_CODES.has(code)) limited = true;
    else return [];
  }
  const { total, cost, propensity } = candidate.score;
  if (candidate.advised !== undefined && candidate.advised <= 0 && total > 0)
    needed.push({ kind: 'advice_withheld' });
  if (total <= 0 && isWeighed(candidate, bundle)) {
    if (propensity <= 0) return [];
    needed.push({ kind: 'value', action: candidate.action, value: dearer(cost, propensity) });
  }
  const distinct = distinctChanges(needed);
  if (!limited) return distinct.length === 0 ? [] : [distinct];
  return candidate.guardrails
    .filter(({ matched, effect }) => matched && effect === 'limit')
    .map(({ id }) => distinctChanges([...distinct, { kind: 'guardrail_removed', guardrail: id }]));
}

/** Whether a candidate has to be worth its cost: what is owed is not weighed. */
function isWeighed(candidate: Candidate, bundle: Bundle): boolean {
  return bundle.actions.get(candidate.action)?.spec.class !== 'transactional';
}

/** A hand-off stands until every rule that asks for it is gone. */
function setsAgainstHandoff(result: DecisionResult): Change[][] {
  const rules = result.candidates
    .flatMap(({ guardrails }) => guardrails)
    .filter(({ matched, effect }) => matched && effect === 'handoff')
    .map(({ id }): Change => ({ kind: 'guardrail_removed', guardrail: id }));
  return rules.length === 0 ? [] : [distinctChanges(rules)];
}

/** The smallest value at which a contact is worth more than it costs, in hundredths of a minor unit. */
function dearer(cost: number, propensity: number): number {
  return quantise((Math.floor((cost / propensity) * 100) + 1) / 100);
}

/** What would have stopped the chosen candidate. */
function changesForChosen(result: DecisionResult, { bundle, situation }: Case): Change[] {
  const action = bundle.actions.get(result.action)?.spec;
  const chosen = result.candidates.find(
    (candidate) => candidate.action === result.action && candidate.channel === result.channel,
  );
  if (action === undefined || chosen === undefined || result.channel === null) return [];
  const { cost, propensity } = chosen.score;
  return [
    ...(action.class === 'marketing'
      ? [
          {
            kind: 'consent' as const,
            channel: result.channel,
            topic: action.topic,
            state: 'denied' as const,
          },
          ...(propensity > 0
            ? [
                {
                  kind: 'value' as const,
                  action: action.id,
                  value: quantise(Math.floor((cost / propensity) * 100) / 100),
                },
              ]
            : []),
        ]
      : []),
    ...(adviceInForce(bundle, situation) === null ? [] : [{ kind: 'advice_withheld' as const }]),
    { kind: 'task_opened' },
  ];
}

/**
 * The smallest changes that would have given another outcome: for each candidate everything that stands against it, the smallest sets
 * first. Each is tried by choosing again with the same seed, after looking again at what it touches.
 */
export function flips(given: Case, models: Models, seed: string, result?: DecisionResult): Flip[] {
  const examination = examine(given.bundle, given.situation, models);
  return flipsOf(examination, seed, result ?? conclude(examination, seed));
}

/** The same, of a case that was examined already. */
export function flipsOf(examination: Examination, seed: string, result: DecisionResult): Flip[] {
  const attempt = (changes: readonly Change[]): Flip | null => {
    const { outcome, action, channel } = choose(reexamine(examination, changes), seed);
    const same = outcome === result.outcome && action === result.action && channel === result.channel;
    return same ? null : { changes, becomes: { outcome, action, channel } };
  };
  const found: Flip[] = [];
  const collect = (attempts: readonly (readonly Change[])[]) => {
    for (const changes of attempts) {
      if (found.length >= MOST_FLIPS) return;
      const flip = attempt(changes);
      if (flip !== null) found.push(flip);
    }
  };
  if (result.outcome === 'act') {
    collect(changesForChosen(result, examination).map((change) => [change]));
    return found;
  }
  const sets = distinctSets([
    ...(result.outcome === 'handoff' ? setsAgainstHandoff(result) : []),
    ...result.candidates.flatMap((candidate) => setsAgainst(candidate, examination)),
  ]);
  const sizes = [...new Set(sets.map((changes) => changes.length))].toSorted((x, y) => x - y);
  let left = MOST_ATTEMPTS;
  for (const size of sizes) {
    const attempts = sets.filter((changes) => changes.length === size).slice(0, left);
    left -= attempts.length;
    collect(attempts);
    if (found.length > 0 || left <= 0) break;
  }
  return found;
}

function distinctSets(sets: readonly Change[][]): Change[][] {
  return [...new Map(sets.map((changes) => [JSON.stringify(changes), changes])).values()];
}

function distinctChanges(changes: readonly Change[]): Change[] {
  return [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
}
