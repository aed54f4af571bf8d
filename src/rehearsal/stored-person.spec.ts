import fc from 'fast-check';
import { anna, at, DAY, heard, HOUR, person, steps } from '../../test/fixtures/simulation.js';
import { newState, project, type ProfileState } from '../profiles/projection.js';
import { type Signal } from '../signals/signal.js';
import { retell, type StoredPerson } from './stored-person.js';

const last = (stored: StoredPerson) => steps(stored).at(-1)?.after;

/** As the projection of the running service makes it. */
function projected(signals: readonly Signal[]): ProfileState {
  const [first] = signals;
  const begun = newState('prf_anna', first?.occurredAt ?? '');
  return signals.reduce((state, signal) => project(state, signal, signal.userId), begun);
}

const happenings = fc
  .array(
    fc.record({
      hours: fc.integer({ min: 0, max: 80 * 24 }),
      event: fc.constantFrom('Looked', 'Bought', 'Returned'),
      trait: fc.constantFrom(null, 'blue', 'green'),
    }),
    { minLength: 2, maxLength: 60 },
  )
  .map((drawn) =>
    drawn
      .toSorted((a, b) => a.hours - b.hours)
      .map(({ hours, event, trait }) =>
        trait === null
          ? heard(hours * HOUR, { event })
          : heard(hours * HOUR, { type: 'identify', event: null, traits: { colour: trait } }),
      ),
  );

describe('a stored person, told again', () => {
  it('comes out as the profile that the same signals made', () => {
    fc.assert(
      fc.property(happenings, (signals) => {
        const all = [anna(), ...signals];
        const state = projected(all);
        const stored = person(all, { state });
        expect(retell(stored, new Set()).fromProfile).toBe(false);
        expect(last(stored)).toEqual(state.profile);
      }),
    );
  });

  it('comes out with the same counts, traits and consents when its earliest signals are no longer kept', () => {
    fc.assert(
      fc.property(happenings, fc.integer({ min: 1, max: 59 }), (signals, cut) => {
        const all = [anna(), ...signals];
        const kept = all.slice(Math.min(cut, all.length - 1));
        const state = projected(all);
        const first = kept[0]?.occurredAt ?? '';
        fc.pre(first > (all.at(-kept.length - 1)?.occurredAt ?? first));
        const consents = state.profile.consents.map((consent) => ({
          at: consent.at,
          profileId: 'prf_anna',
          consent,
        }));
        const stored = person(kept, { state, consents });
        expect(retell(stored, new Set()).fromProfile).toBe(true);
        const profile = last(stored);
        expect(profile).toMatchObject({
          userId: 'anna',
          consents: state.profile.consents,
          addresses: state.profile.addresses,
          zones: state.profile.zones,
          stage: state.profile.stage,
          firstSeenAt: state.profile.firstSeenAt,
          lastSeenAt: state.profile.lastSeenAt,
        });
        const totals = (events: typeof state.profile.events): Record<string, number> =>
          Object.fromEntries(Object.entries(events).map(([event, { total }]) => [event, total]));
        expect(totals(profile?.events ?? {})).toEqual(totals(state.profile.events));
      }),
    );
  });

  it('keeps a visitor apart until the signal that says who they are', () => {
    const visit = { userId: null, anonymousId: 'device' };
    const signals = [
      heard(0, { ...visit, event: 'Looked' }),
      heard(HOUR, { event: 'Bought' }),
      heard(2 * HOUR, { type: 'identify', event: null, anonymousId: 'device' }),
    ];
    const stored = person(signals);
    const told = steps({
      ...stored,
      signals: stored.signals.map((each, i) => ({
        ...each,
        profileId: i === 0 ? 'prf_visitor' : 'prf_anna',
      })),
    });
    expect(told.map(({ profileId, merged }) => [profileId, merged])).toEqual([
      ['prf_visitor', []],
      ['prf_anna', []],
      ['prf_anna', ['prf_visitor']],
    ]);
    expect(Object.keys(told[1]?.after.events ?? {})).toEqual(['Bought']);
    expect(Object.keys(told[2]?.after.events ?? {}).toSorted()).toEqual(['Bought', 'Looked']);
  });

  it('takes in consent that came otherwise when it came to be known, and once', () => {
    const said = { channel: 'email', topic: 'news', state: 'denied' as const, source: 'form', at: at(DAY) };
    const consents = [
      { at: at(DAY), profileId: 'prf_anna', consent: said },
      { at: at(DAY), profileId: 'prf_anna', consent: said },
    ];
    const told = steps(person([anna(), heard(2 * DAY, { event: 'Looked' })], { consents }));
    expect(told.map((step) => [step.at, step.signal?.type ?? 'stated'])).toEqual([
      [at(-30 * DAY), 'identify'],
      [at(DAY), 'stated'],
      [at(2 * DAY), 'track'],
    ]);
    expect(told[1]?.after.consents).toContainEqual(said);
  });
});
