import { type Candidate } from '../decisions/decision.js';
import { type Bundle } from '../policies/bundle.js';
import { type BeforeAndAfter, causeOf, notUpBy } from './affected.js';
import { type NotRecorded, type Readers, readersOf } from './readers.js';

/** Codes that do not say which rule's limit they come from. */
const OF_LIMITS: ReadonlySet<string> = new Set([
  'hours',
  'limits_conflict',
  'limit_channels',
  'zone_unknown',
]);

/**
 * What differs between two results of one decision that has nothing to do with what was not recorded: codes of reasons that stand against a
 * candidate in one and not in the other, rules that match in one alone, another score. Each once. Candidates and rules that depend on what was
 * not recorded are left out, since nothing can be said of them.
 */
export function differencesBeside(bundle: Bundle, missing: NotRecorded, both: BeforeAndAfter): string[] {
  const { before, after } = both;
  const readers = readersOf(bundle, missing);
  const nameOf = ({ action, channel }: Candidate): string => `${action} ${channel ?? ''}`;
  const then = new Map(before.candidates.map((each) => [nameOf(each), each]));
  const now = new Map(after.candidates.map((each) => [nameOf(each), each]));
  const codes = new Set<string>();
  for (const name of new Set([...then.keys(), ...now.keys()])) {
    const [was, is] = [then.get(name), now.get(name)];
    const action = (was ?? is)?.action ?? '';
    if (readers.actions.has(action) || (is !== undefined && lacksItsFact(is))) continue;
    if (was === undefined || is === undefined) {
      if (!readers.triggers.has(both.trigger ?? '')) codes.add(notUpBy(both));
    } else for (const code of between(was, is, readers)) codes.add(code);
  }
  return [...codes].toSorted();
}

function lacksItsFact({ blockedBy }: Candidate): boolean {
  return blockedBy.some(({ code }) => code === 'missing_fact');
}

function between(was: Candidate, is: Candidate, readers: Readers): string[] {
  const reasons = (each: Candidate): string[] => [
    ...each.blockedBy.map(causeOf),
    ...each.guardrails.filter(({ matched }) => matched).map(({ id }) => `guardrail:${id}`),
  ];
  const [then, now] = [new Set(reasons(was)), new Set(reasons(is))];
  const differing = [...then, ...now].filter(
    (code) => then.has(code) !== now.has(code) && !isOf(readers, code),
  );
  return was.score.total === is.score.total ? differing : [...differing, 'score'];
}

function isOf({ rules, limits }: Readers, code: string): boolean {
  if (limits && OF_LIMITS.has(code)) return true;
  const [kind, rule] = code.split(/:(.*)/s);
  return (kind === 'guardrail' || kind === 'cap') && rules.has(rule ?? '');
}
