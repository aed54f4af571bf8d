import fc from 'fast-check';
import { keptSignal } from '../../test/fixtures/signals.js';
import { type Json } from '../shared/canonical-json.js';
import { type Signal } from '../signals/signal.js';
import { toFeatures } from './features.js';
import { type Profile } from './profile.js';
import { mergeStates, newState, project } from './projection.js';

const NOW = '2026-11-18T12:00:00.000Z';
const daysAgo = (days: number): string =>
  new Date(Date.parse(NOW) - Math.round(days * 86_400_000)).toISOString();

const order = (days: number, properties: Readonly<Record<string, Json>>): Signal =>
  keptSignal({ event: 'Order Completed', userId: 'ada', properties, occurredAt: daysAgo(days) });

const after = (...orders: readonly Signal[]): Profile =>
  orders.reduce((state, signal) => project(state, signal, null), newState('prf_1', daysAgo(400))).profile;
const bought = (profile: Profile): readonly string[] | null => toFeatures(profile, NOW).bought30d;

describe('what was bought within 30 days', () => {
  it('is what orders list, by the product or by the list, each once', () => {
    expect(bought(after())).toEqual([]);
    expect(
      bought(
        after(
          order(40, { product_id: 'old' }),
          order(3, { product_id: 'cup' }),
          order(2, { products: [{ product_id: 'pot' }, { product_id: 7 }, { product_id: 'cup' }] }),
        ),
      ),
    ).toEqual(['7', 'cup', 'pot']);
  });

  it.each<[string, Readonly<Record<string, Json>>]>([
    ['nothing', { total: 20 }],
    ['a product without an id', { products: [{ name: 'Cup' }] }],
    ['a blank id', { product_id: ' ' }],
    ['more than is kept', { products: Array.from({ length: 51 }, (_, i) => ({ product_id: `p${i}` })) }],
  ])('is unknown while an order that lists %s is among them', (_what, properties) => {
    const profile = after(order(3, { product_id: 'cup' }), order(2, properties));
    expect(bought(profile)).toBeNull();
    expect(toFeatures(profile, daysAgo(-31)).bought30d).toEqual([]);
  });

  it('is unknown of a profile whose orders were counted before they were kept', () => {
    const kept = after(order(3, { product_id: 'cup' }));
    const stored = Object.fromEntries(
      Object.entries(kept).filter(([member]) => member !== 'bought'),
    ) as unknown as Profile;
    expect(bought(stored)).toBeNull();
    expect(bought({ ...stored, events: {} })).toEqual([]);
  });

  it('is unknown when there were more orders than are kept', () => {
    const many = Array.from({ length: 21 }, (_, i) => order(2 + i / 100, { product_id: `p${i}` }));
    expect(bought(after(...many))).toBeNull();
    expect(bought(after(...many.slice(1)))).toHaveLength(20);
  });

  it('is the same in whatever order signals come, and however profiles are joined', () => {
    const anOrder = fc
      .record({
        days: fc.integer({ min: 0, max: 45 }),
        ids: fc.array(fc.constantFrom('cup', 'pot', 'tea'), { minLength: 1, maxLength: 3 }),
      })
      .map(({ days, ids }) => order(days, { products: ids.map((id) => ({ product_id: id })) }));
    fc.assert(
      fc.property(fc.array(anOrder, { maxLength: 15 }), fc.nat(15), (orders, cut) => {
        const expected = [
          ...new Set(
            orders
              .filter(({ occurredAt }) => occurredAt > daysAgo(30))
              .flatMap(({ properties }) =>
                (properties['products'] as { product_id: string }[]).map(({ product_id: id }) => id),
              ),
          ),
        ].sort();
        const stateOf = (signals: readonly Signal[]) =>
          signals.reduce((state, signal) => project(state, signal, null), newState('prf_1', daysAgo(400)));
        expect(bought(after(...orders))).toEqual(expected);
        expect(after(...orders.toReversed()).bought).toEqual(after(...orders).bought);
        const joined = mergeStates(stateOf(orders.slice(0, cut)), stateOf(orders.slice(cut))).profile;
        expect(joined.bought).toEqual(after(...orders).bought);
        expect(bought(joined)).toEqual(expected);
      }),
    );
  });
});
