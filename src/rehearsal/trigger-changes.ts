import { type Situation } from '../decisions/situation.js';
import { type Bundle } from '../policies/bundle.js';
import { type Trigger } from '../policies/playbook.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { joinedBy } from './rule-use.js';

/** A trigger that fires on something else than it did when decisions were made. */
interface TriggerChange {
  /** What of it is otherwise, such as `within`; nothing where it was not there. */
  readonly members: readonly string[];
  /** Stored decisions that it called for as it was, and that are taken as if it had fired at the same moment as it is. */
  readonly decisions: number;
}

export type TriggerChanges = Readonly<Record<string, TriggerChange>>;

const MOST_TRIGGERS = 500;

/** What has nothing to do with when it fires. */
const BESIDE: ReadonlySet<string> = new Set(['id', 'title', 'actions', 'advice', 'owner', 'reviewed']);

const known = new WeakMap<Bundle, WeakMap<Bundle, TriggerChanges>>();

/**
 * With one more decision that was decided again. What its trigger would have fired newly, or at another time, it does not tell.
 * @param then the playbook that it was made under. @param situation as the playbook that is replayed would have met it.
 */
export function withTriggers(
  changes: TriggerChanges,
  bundle: Bundle,
  then: Bundle,
  situation: Situation,
): TriggerChanges {
  const between = triggersBetween(bundle, then);
  const next = Object.keys(between).every((id) => Object.hasOwn(changes, id))
    ? changes
    : joinedTriggers(changes, between);
  const id = situation.trigger?.id;
  // Nothing is up where it is known not to have fired.
  if (id === undefined || !Object.hasOwn(between, id) || situation.actions?.length === 0) return next;
  const change = next[id];
  return change === undefined ? next : { ...next, [id]: { ...change, decisions: change.decisions + 1 } };
}

export function joinedTriggers(a: TriggerChanges, b: TriggerChanges): TriggerChanges {
  return joinedBy(a, b, MOST_TRIGGERS, (one, other) => ({
    members: [...new Set([...one.members, ...other.members])].toSorted(),
    decisions: one.decisions + other.decisions,
  }));
}

/** Triggers of a playbook that fire on something else than in an earlier one, or were not there; nothing counted yet. */
function triggersBetween(bundle: Bundle, then: Bundle): TriggerChanges {
  let ofBundle = known.get(bundle);
  if (ofBundle === undefined) known.set(bundle, (ofBundle = new WeakMap()));
  let changes = ofBundle.get(then);
  if (changes === undefined) {
    const found = [...bundle.triggers].flatMap(([id, { spec }]): [string, TriggerChange][] => {
      const earlier = then.triggers.get(id)?.spec;
      const members = earlier === undefined ? [] : membersBetween(spec, earlier);
      return earlier !== undefined && members.length === 0 ? [] : [[id, { members, decisions: 0 }]];
    });
    ofBundle.set(then, (changes = Object.fromEntries(found)));
  }
  return changes;
}

function membersBetween(spec: Trigger, earlier: Trigger): string[] {
  const [is, was] = [new Map(Object.entries(spec)), new Map(Object.entries(earlier))];
  const json = (value: unknown): string => (value === undefined ? '' : canonicalJson(value));
  return [...new Set([...is.keys(), ...was.keys()])]
    .filter((member) => !BESIDE.has(member) && json(is.get(member)) !== json(was.get(member)))
    .toSorted();
}
