import fc from 'fast-check';
import { FairQueue, type Load, type Queued } from './fair-queue.js';

interface Call extends Queued {
  readonly name: string;
}

const call = (source: string, name: string, signals = 100, bytes = signals * 600): Call => ({
  source,
  name,
  signals,
  bytes,
});
const BOUND: Load = { signals: 10_000, bytes: 10_000_000 };
const FLUSH: Load = { signals: 1_000, bytes: 1_000_000 };

/** Offers calls until one is refused. @returns how many were taken in. */
function flood(queue: FairQueue<Call>, source: string, signals = 100): number {
  for (let n = 0; ; n++) if (!queue.offer(call(source, `${source}-${n}`, signals))) return n;
}

describe('the queue of those who send signals', () => {
  it('lets one source alone hold half of what may wait, and always has room for the next', () => {
    const queue = new FairQueue<Call>(BOUND);
    expect(flood(queue, 'flood')).toBe(50);
    expect(queue.hasRoom('flood', call('flood', 'more', 1))).toBe(false);
    expect(flood(queue, 'second')).toBe(25);
    expect(flood(queue, 'third')).toBe(13);
    expect(queue.offer(call('quiet', 'one', 1))).toBe(true);
  });

  it('is full by bytes as by number', () => {
    const queue = new FairQueue<Call>(BOUND);
    expect(queue.offer(call('a', 'large', 1, 5_000_000))).toBe(true);
    expect(queue.offer(call('a', 'small', 1, 1_000))).toBe(false);
    expect(queue.offer(call('b', 'small', 1, 1_000))).toBe(true);
  });

  it('says what is written before a source’s next call: all of its own, and of the others as much and a turn', () => {
    const queue = new FairQueue<Call>(BOUND);
    expect(queue.ahead('quiet')).toBe(0);
    const units = flood(queue, 'flood') * 160;
    expect(queue.ahead('flood')).toBe(units);
    expect(queue.ahead('quiet')).toBe(500);
    queue.offer(call('quiet', 'one', 100));
    expect(queue.ahead('quiet')).toBe(160 + 660);
    expect(queue.ahead('flood')).toBe(units + 160);
  });

  it('counts what is under way until it is released, and has all its room back then', () => {
    const queue = new FairQueue<Call>(BOUND);
    flood(queue, 'a');
    const taken = queue.take(FLUSH);
    expect(taken).toHaveLength(10);
    expect(queue.offer(call('a', 'more'))).toBe(false);
    queue.release(taken);
    expect(queue.offer(call('a', 'more'))).toBe(true);
    while (!queue.isEmpty) queue.release(queue.take(FLUSH));
    expect(flood(queue, 'a')).toBe(50);
  });

  it('takes a newcomer’s call next, however much of others waits', () => {
    const queue = new FairQueue<Call>(BOUND);
    flood(queue, 'flood');
    queue.take(FLUSH);
    queue.offer(call('quiet', 'mine', 1));
    expect(queue.take(FLUSH).map(({ name }) => name)).toContain('mine');
  });

  it('takes alike of those who send large calls and small ones', () => {
    const queue = new FairQueue<Call>({ signals: 100_000, bytes: 100_000_000 });
    flood(queue, 'large', 2_000);
    flood(queue, 'small', 10);
    const taken = { large: 0, small: 0 };
    for (let flush = 0; flush < 20; flush++)
      for (const { source, signals } of queue.take(FLUSH)) taken[source as 'large' | 'small'] += signals;
    expect(Math.abs(taken.large - taken.small)).toBeLessThanOrEqual(2_000 + 500);
  });

  it('takes a call that is larger than a flush by itself', () => {
    const queue = new FairQueue<Call>(BOUND);
    queue.offer(call('a', 'huge', 2_500));
    queue.offer(call('a', 'next', 10));
    expect(queue.take(FLUSH).map(({ name }) => name)).toEqual(['huge']);
    expect(queue.take(FLUSH).map(({ name }) => name)).toEqual(['next']);
    expect(queue.take(FLUSH)).toEqual([]);
  });

  it('keeps its bound, loses nothing, and keeps each source’s order, whatever comes', () => {
    const offers = fc.array(
      fc.record({
        source: fc.constantFrom('a', 'b', 'c', 'd'),
        signals: fc.integer({ min: 1, max: 2_500 }),
        bytes: fc.integer({ min: 1, max: 500_000 }),
        thenTake: fc.boolean(),
        thenRelease: fc.boolean(),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(offers, (all) => {
        const queue = new FairQueue<Call>(BOUND);
        const accepted: Call[] = [];
        const taken: Call[] = [];
        const underWay: Call[][] = [];
        let held = { signals: 0, bytes: 0 };
        const release = (): void => {
          for (const calls of underWay.splice(0)) {
            queue.release(calls);
            for (const { signals, bytes } of calls)
              held = { signals: held.signals - signals, bytes: held.bytes - bytes };
          }
        };
        const take = (): void => {
          const calls = queue.take(FLUSH);
          expect(calls.length > 0).toBe(accepted.length > taken.length);
          if (calls.length > 1)
            expect(calls.reduce((sum, { signals }) => sum + signals, 0)).toBeLessThanOrEqual(FLUSH.signals);
          taken.push(...calls);
          underWay.push(calls);
        };
        all.forEach(({ source, signals, bytes, thenTake, thenRelease }, n) => {
          const offered = call(source, String(n), signals, bytes);
          if (queue.offer(offered)) {
            accepted.push(offered);
            held = { signals: held.signals + signals, bytes: held.bytes + bytes };
          }
          expect(held.signals).toBeLessThanOrEqual(BOUND.signals);
          expect(held.bytes).toBeLessThanOrEqual(BOUND.bytes);
          if (thenTake) take();
          if (thenRelease) release();
        });
        while (!queue.isEmpty) take();
        release();
        for (const source of ['a', 'b', 'c', 'd'])
          expect(taken.filter((one) => one.source === source)).toEqual(
            accepted.filter((one) => one.source === source),
          );
      }),
    );
  });
});
