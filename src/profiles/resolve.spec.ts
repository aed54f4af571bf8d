import fc from 'fast-check';
import { type CarriedIdentities, type IdentityPlan, planIdentities } from './resolve.js';

const NOTHING = { profiles: new Map<string, string>(), users: new Map<string, string | null>() };
const carried = (given: Partial<CarriedIdentities>): CarriedIdentities => ({
  user: null,
  anonymous: null,
  previous: null,
  ...given,
});
const alias = (user: string, previous: string): CarriedIdentities =>
  carried({ user, previous: { user: previous, anonymous: `anonymous ${previous}` } });
const plan = (signals: readonly CarriedIdentities[], known = NOTHING): IdentityPlan => {
  let made = 0;
  return planIdentities(signals, known, () => `new${++made}`);
};

/** Where every identity ends up after the whole plan. */
function ends(signals: readonly CarriedIdentities[]): Map<string, string> {
  const { steps, bindings } = plan(signals);
  const into = new Map(
    steps.flatMap(({ profileId, merged }) => merged.map((from): [string, string] => [from, profileId])),
  );
  const last = (id: string): string => {
    let at = id;
    for (let next = into.get(at); next !== undefined; next = into.get(at)) at = next;
    return at;
  };
  return new Map(bindings.map(({ hash, profileId }) => [hash, last(profileId)]));
}

describe('whom signals belong to', () => {
  it('makes one person of a visitor and the userId they take', () => {
    const { steps, created, bindings } = plan([
      carried({ anonymous: 'a1' }),
      carried({ user: 'u1', anonymous: 'a1' }),
      carried({ user: 'u1' }),
    ]);
    expect(created).toEqual(['new1']);
    expect(steps.map(({ profileId, takesUser }) => [profileId, takesUser])).toEqual([
      ['new1', false],
      ['new1', true],
      ['new1', false],
    ]);
    expect(bindings.map(({ hash, kind, index }) => [hash, kind, index])).toEqual([
      ['a1', 'anonymous', 0],
      ['u1', 'user', 1],
    ]);
  });

  it('merges a visitor into a person known before', () => {
    const known = {
      profiles: new Map([
        ['a1', 'p1'],
        ['u1', 'p2'],
      ]),
      users: new Map([
        ['p1', null],
        ['p2', 'u1'],
      ]),
    };
    expect(plan([carried({ user: 'u1', anonymous: 'a1' })], known).steps).toEqual([
      { profileId: 'p2', merged: ['p1'], takesUser: false },
    ]);
    // Within one batch the merge is known to the next signal.
    expect(
      plan([carried({ user: 'u1', anonymous: 'a1' }), carried({ user: 'u9', anonymous: 'a1' })], known)
        .steps[1],
    ).toEqual({ profileId: 'new1', merged: [], takesUser: true });
  });

  it('joins two userIds by alias, and the later one is the name', () => {
    const { steps } = plan([carried({ user: 'u1' }), carried({ user: 'u2' }), alias('u2', 'u1')]);
    expect(steps[2]).toEqual({ profileId: 'new2', merged: ['new1'], takesUser: false });
    const renamed = plan([carried({ user: 'u1' }), alias('u2', 'u1'), carried({ user: 'u2' })]);
    expect(renamed.steps[1]).toEqual({ profileId: 'new1', merged: [], takesUser: true });
    expect(renamed.steps[2]?.profileId).toBe('new1');
  });

  it('does not join two people over a device that an alias names', () => {
    const signals = [
      carried({ user: 'u1', anonymous: 'anonymous tablet' }),
      carried({ user: 'u2' }),
      alias('u2', 'tablet'),
    ];
    const at = ends(signals);
    expect(at.get('u1')).not.toBe(at.get('u2'));
  });

  it('never makes one person of two userIds without an alias', () => {
    const id = (name: string): fc.Arbitrary<string> => fc.nat(4).map((n) => `${name}${n}`);
    const anySignals = fc.array(
      fc.oneof(
        id('u').map((user) => carried({ user })),
        id('a').map((anonymous) => carried({ anonymous })),
        fc.tuple(id('u'), id('a')).map(([user, anonymous]) => carried({ user, anonymous })),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(anySignals, (signals) => {
        const at = ends(signals);
        const people = [...at].filter(([hash]) => hash.startsWith('u')).map(([, profile]) => profile);
        expect(new Set(people).size).toBe(people.length);
      }),
    );
  });

  it('binds every identity once and puts every signal where its identity ends', () => {
    const anySignals = fc.array(
      fc
        .tuple(fc.nat(4), fc.nat(4), fc.boolean())
        .map(([u, a, aliased]) =>
          aliased ? alias(`u${u}`, `u${a}`) : carried({ user: `u${u}`, anonymous: `a${a}` }),
        ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(anySignals, (signals) => {
        const { bindings } = plan(signals);
        const hashes = bindings.map(({ hash }) => hash);
        expect(new Set(hashes).size).toBe(hashes.length);
        const at = ends(signals);
        for (const { user, previous } of signals)
          if (previous !== null && user !== null) expect(at.get(previous.user)).toBe(at.get(user));
      }),
    );
  });
});
