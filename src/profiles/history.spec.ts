import fc from 'fast-check';
import { mergeHistories, withOccurrence } from './history.js';
import { type EventHistory } from './profile.js';

const START = Date.UTC(2026, 10, 18);
const MINUTE = 60_000;
const at = (minutes: number): string => new Date(START + minutes * MINUTE).toISOString();
const NOTHING = new Set<string>();

type Histories = Readonly<Record<string, EventHistory>>;

const counted = (minutes: readonly number[], event = 'A'): Histories =>
  minutes.reduce<Histories>((held, minute) => withOccurrence(held, event, at(minute), NOTHING), {});

describe('a history', () => {
  it('is the same in whatever order its occurrences arrive', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 90 }),
        (minutes) => {
          const sorted = [...minutes].sort((a, b) => a - b);
          expect(counted(minutes)).toEqual(counted(sorted));
        },
      ),
    );
  });

  it('says what its occurrences are, however many came on one day', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 250 }),
        (minutes) => {
          const sorted = [...minutes].sort((a, b) => a - b);
          const days: Record<string, number> = {};
          for (const minute of sorted)
            days[at(minute).slice(0, 10)] = (days[at(minute).slice(0, 10)] ?? 0) + 1;
          expect(counted(sorted)['A']).toEqual({
            total: sorted.length,
            firstAt: at(sorted[0] ?? 0),
            lastAt: at(sorted.at(-1) ?? 0),
            recent: sorted.slice(-100).map((minute) => START + minute * MINUTE),
            days,
          });
        },
      ),
    );
  });

  it('forgets nothing that the playbook knows for names that anybody made up', () => {
    const declared = new Set(['Order Completed']);
    let held = withOccurrence({}, 'Order Completed', at(0), declared);
    for (let i = 0; i < 1_000; i++) held = withOccurrence(held, `Junk ${i}`, at(1 + i), declared);
    expect(Object.keys(held)).toHaveLength(200);
    expect(held['Order Completed']?.total).toBe(1);
    // Of the others those that were heard of last.
    expect(held['Junk 999']?.total).toBe(1);
    expect(held['Junk 0']).toBeUndefined();
  });

  it('keeps to its bound when two people turn out to be one', () => {
    const declared = new Set(['Order Completed']);
    const names = (prefix: string): Histories =>
      Array.from({ length: 150 }, (_, i) => `${prefix} ${i}`).reduce<Histories>(
        (held, event, i) => withOccurrence(held, event, at(10 + i), declared),
        withOccurrence({}, 'Order Completed', at(0), declared),
      );
    const merged = mergeHistories(names('Here'), names('There'), declared);
    expect(Object.keys(merged)).toHaveLength(200);
    expect(merged['Order Completed']?.total).toBe(2);
  });
});
