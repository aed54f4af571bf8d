import { type Bundle } from '../policies/bundle.js';
import { eventNames } from '../policies/fields.js';
import { type DeclaredEvents } from './history.js';

/** Counted whatever the playbook says: what stages follow from, and what every site sends. */
const ALWAYS = ['Order Completed', 'Page Viewed', 'Screen Viewed'];
const known = new WeakMap<Bundle, DeclaredEvents>();

/** The events a playbook knows: those of its vocabulary, triggers and goals. */
export function declaredEvents(bundle: Bundle): DeclaredEvents {
  let declared = known.get(bundle);
  if (declared === undefined) {
    const triggers = [...bundle.triggers.values()].flatMap(({ spec }) => [
      ...('event' in spec ? [spec.event] : []),
      ...('unless' in spec ? spec.unless : []),
    ]);
    const goals = [...bundle.actions.values()].flatMap(({ spec }) => spec.goalEvent ?? []);
    declared = new Set([...ALWAYS, ...eventNames(bundle.vocabulary), ...triggers, ...goals]);
    known.set(bundle, declared);
  }
  return declared;
}
