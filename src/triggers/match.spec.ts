import { field, trigger, triggersOnly } from '../../test/fixtures/triggers.js';
import { newSignal } from '../../test/fixtures/signals.js';
import { type Bundle } from '../policies/bundle.js';
import { type Profile } from '../profiles/profile.js';
import { newState, project } from '../profiles/projection.js';
import { type NewSignal, type Signal } from '../signals/signal.js';
import { type Fire, observeSignal, type Timer, timerDue, type Watch } from './match.js';

const NOW = '2026-11-18T12:00:00.000Z';
const ago = (minutes: number): string => new Date(Date.parse(NOW) - minutes * 60_000).toISOString();

let count = 0;
const received = (signal: Partial<NewSignal>, occurredAt = NOW): Signal => ({
  ...newSignal({ userId: 'u1', ...signal, occurredAt }),
  id: `sig_${++count}`,
  source: 'key_1',
  receivedAt: NOW,
});

/** Lets one person do things, in order, and gives back what fired and what is waited for. */
function lives(
  bundle: Bundle,
  signals: readonly Signal[],
): { fires: Fire[]; watch: Watch; profile: Profile } {
  let watch: Watch = { hits: [], timers: [] };
  let state = newState('prf_1', signals[0]?.occurredAt ?? NOW);
  const fires: Fire[] = [];
  signals.forEach((signal, i) => {
    const before = i === 0 ? null : state.profile;
    state = project(state, signal, signal.userId);
    const observed = observeSignal(bundle, watch, { signal, before, after: state.profile }, NOW);
    watch = observed.watch;
    fires.push(...observed.fires);
  });
  return { fires, watch, profile: state.profile };
}

describe('an event trigger', () => {
  const bundle = triggersOnly(
    trigger(
      { id: 'confirm', kind: 'event', event: 'Order Completed' },
      { when: field('signal.properties.paid') },
    ),
  );

  it('fires once for the signal whose condition holds', () => {
    const paid = received({ event: 'Order Completed', properties: { paid: true } });
    const { fires } = lives(bundle, [
      received({ event: 'Product Viewed' }),
      received({ event: 'Order Completed', properties: { paid: false } }),
      paid,
    ]);
    expect(fires).toEqual([
      { triggerId: 'confirm', occasion: paid.id, signalId: paid.id, evidence: { event: 'Order Completed' } },
    ]);
  });

  it('does not fire on what is unknown', () => {
    expect(lives(bundle, [received({ event: 'Order Completed' })]).fires).toEqual([]);
  });

  it('fires on a page view under its own name, whatever the page is called', () => {
    const pages = triggersOnly(
      trigger({ id: 'page', kind: 'event', event: 'Page Viewed' }),
      trigger({ id: 'order', kind: 'event', event: 'Order Completed' }),
    );
    const { fires } = lives(pages, [received({ type: 'page', event: 'Order Completed' })]);
    expect(fires.map(({ triggerId }) => triggerId)).toEqual(['page']);
  });

  it('fires for what arrives within the hour and for nothing older', () => {
    const paid = { event: 'Order Completed', properties: { paid: true } };
    expect(lives(bundle, [received(paid, ago(60))]).fires).toHaveLength(1);
    expect(lives(bundle, [received(paid, ago(61))]).fires).toHaveLength(0);
  });
});

describe('a signal that waited to be looked at', () => {
  it('fires nothing, however soon after its time it arrived', () => {
    const bundle = triggersOnly(trigger({ id: 'paid', kind: 'event', event: 'Order Completed' }));
    const signal = {
      ...received({ event: 'Order Completed' }, ago(2 * 24 * 60)),
      receivedAt: ago(2 * 24 * 60),
    };
    expect(lives(bundle, [signal]).fires).toEqual([]);
  });
});

describe('a count trigger', () => {
  const bundle = triggersOnly(
    trigger({ id: 'views', kind: 'count', event: 'Product Viewed', atLeast: 3, within: '1h' }),
  );
  const view = (minutes: number): Signal => received({ event: 'Product Viewed' }, ago(minutes));

  it('fires when enough lie within the window, and counts each for one occasion only', () => {
    const views = [view(50), view(40), view(30), view(20), view(10), view(0)];
    const { fires } = lives(bundle, views);
    expect(fires.map(({ occasion }) => occasion)).toEqual([views[0]?.id, views[3]?.id]);
    expect(fires[0]?.evidence).toMatchObject({ count: 3, atLeast: 3, within: '1h', since: ago(50) });
  });

  it('counts what arrived late and does not fire on it', () => {
    const window = triggersOnly(
      trigger({ id: 'views', kind: 'count', event: 'Product Viewed', atLeast: 2, within: '1d' }),
    );
    const { fires, watch } = lives(window, [view(600), view(500)]);
    expect(fires).toEqual([]);
    expect(watch.hits).toHaveLength(2);
    expect(lives(window, [view(600), view(0)]).fires).toHaveLength(1);
  });

  it('forgets what left the window', () => {
    expect(lives(bundle, [view(59), view(61), view(0)]).fires).toEqual([]);
  });
});

describe('a threshold trigger', () => {
  const crossing = (path: string): Bundle =>
    triggersOnly(
      trigger(
        { id: 'points', kind: 'threshold', reaches: 100 },
        { value: field<number>(`profile.traits.${path}`) },
      ),
    );
  const points = (name: string, value: number): Signal =>
    received({ type: 'identify', event: null, traits: { [name]: value } });

  it('fires when one signal goes from below to the value or above, and not while it stays there', () => {
    const signals = [
      points('points', 50),
      points('points', 100),
      points('points', 150),
      points('points', 90),
      points('points', 120),
    ];
    const { fires } = lives(crossing('points'), signals);
    expect(fires.map(({ signalId }) => signalId)).toEqual([signals[1]?.id, signals[4]?.id]);
    expect(fires[0]?.evidence).toEqual({ before: 50, after: 100, reaches: 100 });
  });

  it('takes somebody never heard of at what absence means', () => {
    expect(lives(crossing('points'), [points('points', 500)]).fires).toHaveLength(1);
    expect(lives(crossing('score'), [points('score', 500)]).fires).toHaveLength(0);
  });
});

describe('a timer', () => {
  const cart = trigger({
    id: 'cart',
    kind: 'inaction',
    event: 'Checkout Started',
    unless: ['Order Completed'],
    within: '1h',
  });
  const silence = trigger({ id: 'silence', kind: 'inactivity', for: '30d' });
  const started = (minutes: number): Signal => received({ event: 'Checkout Started' }, ago(minutes));
  const armed = (watch: Watch): Timer => {
    const timer = watch.timers[0];
    if (timer === undefined) throw new Error('nothing is waited for');
    return timer;
  };

  it('is set for an hour after the event, and fires then', () => {
    const bundle = triggersOnly(cart);
    const { watch, profile } = lives(bundle, [started(10)]);
    expect(armed(watch).dueAt).toBe(ago(-50));
    expect(timerDue(bundle, armed(watch), profile, ago(-50)).kind).toBe('fire');
  });

  it('is dropped when it happened in between, and not when it happened before', () => {
    const bundle = triggersOnly(cart);
    const ordered = (minutes: number): Signal => received({ event: 'Order Completed' }, ago(minutes));
    const acted = lives(bundle, [started(10), ordered(5)]);
    expect(timerDue(bundle, armed(acted.watch), acted.profile, ago(-50)).kind).toBe('drop');
    const before = lives(bundle, [ordered(15), started(10)]);
    expect(timerDue(bundle, armed(before.watch), before.profile, ago(-50)).kind).toBe('fire');
  });

  it('waits on when the playbook asks for more patience by now', () => {
    const { watch, profile } = lives(triggersOnly(cart), [started(10)]);
    const patient = triggersOnly(trigger({ ...cart.spec, within: '2h' }));
    expect(timerDue(patient, armed(watch), profile, ago(-50))).toEqual({ kind: 'rearm', dueAt: ago(-110) });
  });

  it('is dropped when the trigger is gone or waits for nothing any more', () => {
    const { watch, profile } = lives(triggersOnly(cart), [started(10)]);
    const other = triggersOnly(trigger({ id: 'cart', kind: 'event', event: 'Checkout Started' }));
    for (const bundle of [triggersOnly(), other])
      expect(timerDue(bundle, armed(watch), profile, ago(-50)).kind).toBe('drop');
  });

  it('is not set for a late signal whose time is past, and is for one whose time is to come', () => {
    expect(lives(triggersOnly(cart), [started(90)]).watch.timers).toEqual([]);
    const patient = triggersOnly(trigger({ ...cart.spec, within: '2h' }));
    expect(lives(patient, [started(90)]).watch.timers).toHaveLength(1);
  });

  it('stays the only one for a silence, and looks at the last sign of life when due', () => {
    const bundle = triggersOnly(silence);
    const { watch, profile } = lives(bundle, [
      received({}, ago(100)),
      received({}, ago(50)),
      received({}, ago(0)),
    ]);
    expect(watch.timers).toHaveLength(1);
    const day = 24 * 60;
    expect(timerDue(bundle, armed(watch), profile, ago(100 - 30 * day))).toEqual({
      kind: 'rearm',
      dueAt: ago(-30 * day),
    });
    expect(timerDue(bundle, armed(watch), profile, ago(-30 * day))).toMatchObject({
      kind: 'fire',
      fire: { occasion: `silent since ${NOW}` },
    });
  });

  it('fires nothing when its moment passed while nobody looked', () => {
    const bundle = triggersOnly(cart);
    const { watch, profile } = lives(bundle, [started(10)]);
    expect(timerDue(bundle, armed(watch), profile, ago(-50 - 60)).kind).toBe('fire');
    expect(timerDue(bundle, armed(watch), profile, ago(-50 - 61)).kind).toBe('drop');
  });

  it('waits for another whole silence when its moment passed while nobody looked', () => {
    const bundle = triggersOnly(silence);
    const { watch, profile } = lives(bundle, [received({}, ago(0))]);
    const day = 24 * 60;
    const again = timerDue(bundle, armed(watch), profile, ago(-32 * day));
    expect(again).toEqual({ kind: 'rearm', dueAt: ago(-60 * day) });
    const rearmed = { ...armed(watch), dueAt: ago(-60 * day) };
    expect(timerDue(bundle, rearmed, profile, ago(-60 * day)).kind).toBe('fire');
    expect(timerDue(bundle, rearmed, profile, ago(-61 * day))).toEqual({
      kind: 'rearm',
      dueAt: ago(-90 * day),
    });
  });

  it('is bounded, however often somebody begins', () => {
    const { watch } = lives(
      triggersOnly(cart),
      Array.from({ length: 200 }, () => started(10)),
    );
    expect(watch.timers).toHaveLength(20);
  });
});
