import { newSignal } from '../../test/fixtures/signals.js';
import { type NewSignal, OWN_SOURCE, type Signal } from '../signals/signal.js';
import { KnownNames, MOST_NAMES } from './carried-names.js';

const AT = '2026-11-18T12:00:00.000Z';

function carries(given: Partial<NewSignal>, source = 'key_shop'): Signal {
  return { ...newSignal({ occurredAt: AT, ...given }), id: 'sig_1', source, receivedAt: AT };
}
const told = (known: KnownNames, ...signals: Signal[]): string[] =>
  known.newIn(signals).map(({ kind, event, name }) => [kind, event, name].filter(Boolean).join(' '));

describe('the names that signals carry', () => {
  it('are the event, its properties and the traits, wherever traits stand', () => {
    const names = told(
      new KnownNames(),
      carries({ event: 'Order Completed', properties: { total: 1 }, context: { traits: { vip: true } } }),
      carries({ type: 'identify', traits: { first_name: 'Ada' } }),
      carries({ type: 'page', event: 'Home', properties: { path: '/' } }),
    );
    expect(names).toEqual([
      'event Order Completed',
      'property Order Completed total',
      'trait vip',
      'trait first_name',
      'event Page Viewed',
      'property Page Viewed path',
    ]);
  });

  it('are new until they are kept, and then only from another source', () => {
    const known = new KnownNames();
    const signal = carries({ event: 'Order Completed', properties: { total: 1 } });
    known.add(known.newIn([signal, signal]));
    expect(told(known, signal)).toEqual([]);
    expect(told(known, carries({ event: 'Order Completed', properties: { total: 1, vat: 2 } }))).toEqual([
      'property Order Completed vat',
    ]);
    expect(told(known, { ...signal, source: 'key_app' })).toHaveLength(2);
  });

  it('leave out what is no name: addresses, numbers, long texts, and what breaks a statement', () => {
    const properties = {
      'ada@example.com': 1,
      card_4111111111111111: 1,
      '\u0000': 1,
      '\uD800x': 1,
      ['x'.repeat(81)]: 1,
      größe: 1,
    };
    expect(told(new KnownNames(), carries({ event: 'Looked at ada@example.com', properties }))).toEqual([]);
    expect(told(new KnownNames(), carries({ event: 'Looked', properties }))).toEqual([
      'event Looked',
      'property Looked größe',
    ]);
  });

  it('leave out what Countersign wrote itself', () => {
    expect(told(new KnownNames(), carries({ event: 'Message Sent' }, OWN_SOURCE))).toEqual([]);
  });

  it('end where a source has its share, and that of others is untouched', () => {
    const known = new KnownNames();
    for (let i = 0; i < 60; i++) {
      const names = Array.from({ length: 100 }, (_, n) => [`made_${i}_up_${n}`, 1]);
      known.add(known.newIn([carries({ properties: Object.fromEntries(names) as Signal['properties'] })]));
    }
    expect(told(known, carries({ properties: { one_more: 1 } }))).toEqual([]);
    expect(told(known, carries({ properties: { one_more: 1 } }, 'key_app'))).toHaveLength(2);
    expect(MOST_NAMES).toBeLessThan(60 * 100);
  });
});
