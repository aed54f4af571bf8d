import fc from 'fast-check';
import { action, bundle, guardrail } from '../../test/fixtures/playbook.js';
import {
  anna,
  at,
  DAY,
  heard,
  HOUR,
  person,
  steps,
  withTriggers,
  world,
} from '../../test/fixtures/simulation.js';
import { trigger } from '../../test/fixtures/triggers.js';
import { type Bundle } from '../policies/bundle.js';
import { newState } from '../profiles/projection.js';
import { type EarlierTokens, SharedPlaces } from './shared-places.js';
import { PersonSimulation, type SimulatedEvent, simulatePerson, type World } from './simulate.js';
import { type StoredPerson } from './stored-person.js';
import { Town } from './town.js';

const looked = trigger({ id: 'looked', kind: 'event', event: 'Looked', actions: ['news'] });
const CAP = { max: 2, per: '1d', over: 'everybody' };
const playbook = (cap: Record<string, unknown> | null, validFor = '12h'): Bundle =>
  withTriggers(
    bundle({
      actions: [action({ id: 'news', value: 2_000, validFor })],
      guardrails:
        cap === null ? [] : [guardrail({ id: 'blast', effect: 'limit', caps: [{ ...CAP, ...cap }] })],
      channels: [{ id: 'email', kind: 'email', contactCost: 10 }],
    }),
    looked,
  );

/** Somebody who looks at these minutes. */
function looker(id: string, minutes: readonly number[]): StoredPerson {
  const plain = person([anna(), ...minutes.map((minute) => heard(minute * 60_000, { event: 'Looked' }))]);
  return {
    ...plain,
    id,
    state: newState(id, plain.state.profile.firstSeenAt),
    signals: plain.signals.map((signal) => ({ ...signal, profileId: id })),
  };
}

type Lives = ReadonlyMap<string, readonly SimulatedEvent[]>;

/** Everybody at once in a world of their own. */
function together(
  rules: Bundle,
  people: readonly StoredPerson[],
  earlier: readonly EarlierTokens[] = [],
): Lives {
  const shared: World = world(rules, { places: new SharedPlaces(1, earlier) });
  const town = new Town(Date.parse(shared.until));
  const lives = new Map<string, readonly SimulatedEvent[]>();
  for (const one of people) {
    const life = new PersonSimulation(shared, one, []);
    lives.set(one.id, life.events);
    town.settle({ id: one.id, steps: steps(one).values(), lives: [life] });
  }
  while (town.nextAt !== null) expect(town.pass()).toEqual([]);
  return lives;
}

const alone = (rules: Bundle, people: readonly StoredPerson[]): Lives =>
  new Map(people.map((one) => [one.id, simulatePerson(world(rules), one, steps(one)).events]));

const sentBy = (lives: Lives): { readonly id: string; readonly at: number }[] =>
  [...lives].flatMap(([id, events]) =>
    events.flatMap((event) => (event.kind === 'sent' ? [{ id, at: Date.parse(event.at) }] : [])),
  );

const crowd = fc
  .array(fc.uniqueArray(fc.integer({ min: 0, max: 28 * 24 * 60 }), { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((all) =>
    all.map((minutes, i) =>
      looker(
        `prf_${i}`,
        minutes.toSorted((a, b) => a - b),
      ),
    ),
  );

describe('caps over everybody in a simulation', () => {
  it('let never one too many through, in any window', () => {
    fc.assert(
      fc.property(
        crowd,
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom('1h', '1d', '3d'),
        (people, max, per) => {
          const times = sentBy(together(playbook({ max, per }), people))
            .map((sent) => sent.at)
            .toSorted((a, b) => a - b);
          const window = { '1h': HOUR, '1d': DAY, '3d': 3 * DAY }[per];
          for (const [i, time] of times.entries())
            expect(times.slice(i).filter((later) => later < time + window).length).toBeLessThanOrEqual(max);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('serve those first who come first, whoever they are', () => {
    fc.assert(
      fc.property(crowd, fc.integer({ min: 0, max: 5 }), (people, max) => {
        // Nothing comes back within the span: what is left is a matter of order alone.
        const first = sentBy(alone(playbook(null), people))
          .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
          .slice(0, max);
        const served = sentBy(together(playbook({ max, per: '60d' }), people));
        expect(served.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))).toEqual(first);
      }),
      { numRuns: 60 },
    );
  });

  it('change nothing where there is room for all', () => {
    fc.assert(
      fc.property(crowd, (people) => {
        const roomy = playbook({ max: 1_000, per: '1d' });
        expect(together(roomy, people)).toEqual(alone(roomy, people));
      }),
      { numRuns: 30 },
    );
  });

  it('have a message wait until there is room, and the next decision see it waiting', () => {
    const lives = together(playbook({ max: 1, per: '1h' }), [
      looker('prf_a', [0]),
      looker('prf_b', [10]),
      looker('prf_c', [20]),
    ]);
    const times = sentBy(lives).map(({ id, at: time }) => [
      id,
      Math.floor((time - Date.parse(at(0))) / HOUR),
    ]);
    expect(times).toEqual([
      ['prf_a', 0],
      ['prf_b', 1],
      ['prf_c', 2],
    ]);
  });

  it('count what was decided before the span: what left for good, what was open until it ended', () => {
    const blast = playbook({ max: 1, per: '1d' }, '2h');
    const [cap] = blast.guardrails;
    if (cap === undefined) throw new Error('there is a rule');
    const people = [looker('prf_a', [60]), looker('prf_b', [300])];
    const decided = together(blast, people).get('prf_a')?.[0];
    if (decided?.kind !== 'decision') throw new Error('something is decided first');
    const counter = decided.shared[0]?.counter ?? '';
    const slice = Math.floor(Date.parse(at(0)) / (DAY / 60));
    const heldBy = (until: number | null): string[] =>
      sentBy(together(blast, people, [{ counter, slice, tokens: 1, until }])).map(({ id }) => id);
    expect(sentBy(together(blast, people)).map(({ id }) => id)).toEqual(['prf_a']);
    expect(heldBy(null)).toEqual([]);
    expect(heldBy(Date.parse(at(2 * HOUR)))).toEqual(['prf_b']);
  });

  it('are as large for a share of the people as the share is', () => {
    const places = new SharedPlaces(0.5);
    const decided = together(playbook({ max: 4 }), [looker('prf_a', [0])]).get('prf_a')?.[0];
    if (decided?.kind !== 'decision') throw new Error('something is decided first');
    const take = (n: number) => places.take(`msg_${n}`, decided.shared, Date.parse(at(0)), Date.parse(at(0)));
    expect([take(1), take(2)]).toEqual([null, null]);
    expect(take(3)).toMatchObject({ rule: 'blast', max: 4 });
    places.release('msg_1');
    expect(take(3)).toBeNull();
  });
});
