import { expressionInputs } from '../decisions/expression-source.js';
import { type Situation } from '../decisions/situation.js';
import { type Bundle, type CompiledTrigger, type ExpressionInput } from '../policies/bundle.js';
import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { durationMs } from '../shared/clock.js';

/**
 * A stored situation as a playbook would have met it: up for decision is what its trigger puts up there, and nothing where there is no such trigger
 * or it is known not to have fired. What would have fired newly, or at another time, no stored situation can tell.
 * @param then the playbook that it was decided under; null when it is not known.
 * @returns the situation itself where the same is up.
 */
export function asTriggeredUnder(bundle: Bundle, then: Bundle | null, situation: Situation): Situation {
  if (situation.trigger === null) return situation;
  const up = putUp(bundle, then, situation, situation.trigger);
  const { actions } = situation;
  const isAsItWas =
    actions !== null && actions.length === up.length && up.every((id, i) => id === actions[i]);
  return isAsItWas ? situation : { ...situation, actions: up };
}

function putUp(
  bundle: Bundle,
  then: Bundle | null,
  situation: Situation,
  { id, evidence, firedAt }: NonNullable<Situation['trigger']>,
): readonly string[] {
  const trigger = bundle.triggers.get(id);
  if (trigger === undefined) return [];
  const { actions } = trigger.spec;
  const earlier = then?.triggers.get(id);
  if (earlier !== undefined && isAlike(trigger, earlier)) return actions;
  if (firedAt !== undefined && isCalledOff(trigger, situation, { evidence, firedAt })) return [];
  const fails = (each: CompiledTrigger, playbook: Bundle): boolean =>
    isKnownToFail(each, expressionInputs(playbook, situation)(), evidence);
  if (!fails(trigger, bundle)) return actions;
  // It fired: where its own condition fails by now, the person has moved on since, and that says nothing of the other one.
  return then !== null && earlier !== undefined && fails(earlier, then) ? actions : [];
}

const alike = new WeakMap<CompiledTrigger, WeakMap<CompiledTrigger, boolean>>();

function isAlike(trigger: CompiledTrigger, earlier: CompiledTrigger): boolean {
  let known = alike.get(trigger);
  if (known === undefined) alike.set(trigger, (known = new WeakMap()));
  let is = known.get(earlier);
  if (is === undefined)
    known.set(earlier, (is = canonicalJson(trigger.spec) === canonicalJson(earlier.spec)));
  return is;
}

/** Whether what a trigger looks at is known, and is not what it fires on. @param evidence what it fired on, as it was stored. */
function isKnownToFail(
  { spec, when, value }: CompiledTrigger,
  input: ExpressionInput,
  evidence: Readonly<Record<string, Json>>,
): boolean {
  const condition = when.evaluate(input);
  if (condition.known && !condition.value) return true;
  const { event, count } = evidence;
  switch (spec.kind) {
    case 'event':
    case 'inaction':
      return typeof event === 'string' && event !== spec.event;
    case 'count':
      return (
        (typeof event === 'string' && event !== spec.event) ||
        (typeof count === 'number' && count < spec.atLeast)
      );
    case 'threshold': {
      const reached = value?.evaluate(input);
      return reached?.known === true && reached.value < spec.reaches;
    }
    case 'inactivity':
      return false;
  }
}

/**
 * Whether something that the trigger waits in vain for is known to have happened before it fired. Kept of an event is when it happened last, so of
 * one that happened after the firing it is not known.
 */
function isCalledOff(
  { spec }: CompiledTrigger,
  { profile: { events } }: Situation,
  { evidence: { since }, firedAt }: { readonly evidence: Readonly<Record<string, Json>>; readonly firedAt: string }, // prettier-ignore
): boolean {
  if (spec.kind !== 'inaction' || typeof since !== 'string') return false;
  const from = Date.parse(since);
  const until = Math.min(Date.parse(firedAt), from + durationMs(spec.within));
  return spec.unless.some((event) => {
    const last = Object.hasOwn(events, event) ? events[event]?.lastAt : undefined;
    return last !== undefined && Date.parse(last) >= from && Date.parse(last) <= until;
  });
}
