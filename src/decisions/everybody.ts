import { type Bundle } from '../policies/bundle.js';
import { type Cap } from '../policies/playbook.js';
import { durationMs } from '../shared/clock.js';
import { counterOf } from './counter.js';
import { type DecisionResult } from './decision.js';
import { type Ruled } from './limits.js';
import { counts } from './send-time.js';
import { type FullCap } from './situation.js';

/** A cap over everybody, and how many tokens a message takes of it. */
export interface SharedCap extends Ruled<Cap> {
  readonly counter: string;
  readonly tokens: number;
}

/** Later than anything is valid. */
export const NEVER = '9999-12-31T00:00:00.000Z';

/** The finest pieces a window is counted in: so much later than it might, at most, room comes back. */
const PIECES = 60;

/** Pieces of time that a cap is counted in, and how many of them a window may touch. */
export interface Slicing {
  readonly widthMs: number;
  readonly span: number;
}

export function slicingOf({ per }: Pick<Cap, 'per'>): Slicing {
  const ms = durationMs(per);
  const widthMs = Math.max(1_000, Math.ceil(ms / PIECES / 1_000) * 1_000);
  // A window that begins inside a piece touches one more than its length.
  return { widthMs, span: Math.ceil(ms / widthMs) + 1 };
}

export function sliceAt({ widthMs }: Slicing, at: number): number {
  return Math.floor(at / widthMs);
}

/** Tokens that a piece of time can still give: no window that touches it may hold more than `max`. @param taken tokens by slice. */
export function roomIn(taken: ReadonlyMap<number, number>, max: number, span: number, slice: number): number {
  let held = 0;
  for (let i = slice - span + 1; i <= slice; i++) held += taken.get(i) ?? 0;
  let most = held;
  for (let last = slice + 1; last < slice + span; last++) {
    held += (taken.get(last) ?? 0) - (taken.get(last - span) ?? 0);
    most = Math.max(most, held);
  }
  return max - most;
}

/** The first slice, from `slice` on, that can give so many; there always is one unless `tokens` are more than `max`. */
export function firstRoom(
  taken: ReadonlyMap<number, number>,
  { max, span, tokens }: { readonly max: number; readonly span: number; readonly tokens: number },
  slice: number,
): number {
  const last = Math.max(slice, ...taken.keys()) + span;
  let at = slice;
  while (at < last && roomIn(taken, max, span, at) < tokens) at++;
  return at;
}

/** What to say of a cap that has no room in a slice. */
export function fullCap(
  { rule, counter, limit, tokens }: SharedCap,
  taken: ReadonlyMap<number, number>,
  slice: number,
  /** Less than the cap's own where only some people are looked at. */
  max = limit.max,
): FullCap {
  const { span, widthMs } = slicingOf(limit);
  const until = tokens > max ? null : firstRoom(taken, { max, span, tokens }, slice) * widthMs;
  return {
    rule,
    counter,
    max: limit.max,
    from: new Date(slice * widthMs).toISOString(),
    until: until === null ? NEVER : new Date(until).toISOString(),
  };
}

/** Caps over everybody that a decision to act takes a place of, in the order in which they are taken. */
export function sharedCapsOf(bundle: Bundle, result: DecisionResult): SharedCap[] {
  if (result.outcome !== 'act') return [];
  const action = bundle.actions.get(result.action)?.spec;
  const channel = bundle.channels.get(result.channel ?? '');
  const chosen = result.candidates.find(
    (each) => each.action === result.action && each.channel === result.channel,
  );
  if (action === undefined || channel === undefined || chosen === undefined) return [];
  const matched = new Set(chosen.guardrails.filter((each) => each.matched).map(({ id }) => id));
  const subject = { channel: channel.id, class: action.class, tags: action.tags };
  return allSharedCaps(bundle)
    .filter(({ rule, limit }) => matched.has(rule) && counts(limit, subject))
    .map((cap) => ({ ...cap, tokens: cap.limit.of === 'cost' ? Math.ceil(channel.contactCost) : 1 }))
    .filter(({ tokens }) => tokens > 0)
    .toSorted((a, b) => (a.counter < b.counter ? -1 : 1));
}

const known = new WeakMap<Bundle, readonly Omit<SharedCap, 'tokens'>[]>();

/** Every cap over everybody that a playbook has. */
export function allSharedCaps(bundle: Bundle): readonly Omit<SharedCap, 'tokens'>[] {
  let caps = known.get(bundle);
  if (caps === undefined) {
    const byCounter = new Map<string, Omit<SharedCap, 'tokens'>>();
    for (const { spec } of bundle.guardrails) {
      if (spec.effect !== 'limit') continue;
      for (const limit of spec.caps) {
        if (limit.over !== 'everybody') continue;
        const counter = counterOf({ rule: spec.id, limit });
        const other = byCounter.get(counter);
        if (other === undefined || limit.max < other.limit.max)
          byCounter.set(counter, { rule: spec.id, limit, counter });
      }
    }
    caps = [...byCounter.values()];
    known.set(bundle, caps);
  }
  return caps;
}
