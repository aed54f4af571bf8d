import fc from 'fast-check';
import { newSignal } from '../../test/fixtures/signals.js';
import { type Json } from '../shared/canonical-json.js';
import { IMPORT_SOURCE, type NewSignal, OWN_SOURCE, type Signal } from '../signals/signal.js';
import { consentFor, consentsIn, grantsIn, mergeConsents, withConsent } from './consent.js';
import { type Consent } from './profile.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 18, 12, minute)).toISOString();
const said = (state: Consent['state'], minute: number, topic = '*', channel = 'email'): Consent => ({
  channel,
  topic,
  state,
  source: 'test',
  at: at(minute),
});
const received = (signal: Partial<NewSignal>): Signal => ({
  ...newSignal({ occurredAt: at(0), userId: 'u1', ...signal }),
  id: 'sig_1',
  source: 'key_1',
  receivedAt: at(1),
});

const consents = fc
  .array(
    fc.record({
      channel: fc.constantFrom('email', 'sms'),
      topic: fc.constantFrom('*', 'news', 'offers'),
      state: fc.constantFrom<Consent['state']>('granted', 'denied', 'unknown'),
      minute: fc.nat(30),
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all
      .map(({ state, minute, topic, channel }) => said(state, minute, topic, channel))
      .reduce<readonly Consent[]>(withConsent, []),
  );
const STRICTNESS = { granted: 0, unknown: 1, denied: 2 };
const asked = [
  ['email', '*'],
  ['email', 'news'],
  ['sms', 'offers'],
] as const;

describe('consent', () => {
  it('is unknown while nothing was said', () => {
    expect(consentFor([], 'email', 'news')).toBe('unknown');
  });

  it('follows the newest statement, whenever it arrives', () => {
    const held = withConsent([said('denied', 5)], said('granted', 3));
    expect(consentFor(held, 'email', '*')).toBe('denied');
    expect(consentFor(withConsent(held, said('granted', 7)), 'email', '*')).toBe('granted');
  });

  it('is the stricter of two statements of the same moment', () => {
    expect(consentFor(withConsent([said('denied', 5)], said('granted', 5)), 'email', '*')).toBe('denied');
    expect(consentFor(withConsent([said('granted', 5)], said('denied', 5)), 'email', '*')).toBe('denied');
  });

  describe('said more often than is kept', () => {
    const many = (state: Consent['state'], count: number): readonly Consent[] =>
      Array.from({ length: count }, (_, i) => said(state, i % 60, `t${i}`)).reduce<readonly Consent[]>(
        withConsent,
        [],
      );

    it('refuses a grant and takes a denial, for which the oldest grant goes', () => {
      const full = many('granted', 200);
      expect(withConsent(full, said('granted', 1, 'more'))).toBe(full);
      const held = withConsent(full, said('denied', 1));
      expect(held).toHaveLength(200);
      expect(consentFor(held, 'email', '*')).toBe('denied');
      expect(consentFor(held, 'email', 't0')).toBe('denied');
      expect(consentFor(withConsent(full, said('unknown', 1, 'more')), 'email', 'more')).toBe('unknown');
    });

    it('denies every topic when only denials are left', () => {
      const held = withConsent(many('denied', 200), said('denied', 1, 'more'));
      expect(held.length).toBeLessThan(200);
      for (const topic of ['t0', 't199', 'more']) expect(consentFor(held, 'email', topic)).toBe('denied');
      const sms = withConsent(many('denied', 200), said('denied', 1, '*', 'sms'));
      expect(consentFor(sms, 'sms', 'any')).toBe('denied');
      expect(consentFor(sms, 'email', 't7')).toBe('denied');
    });

    it('is bounded for two that turn out to be one person', () => {
      const other = many('granted', 200).map((each) => ({ ...each, topic: `o${each.topic}` }));
      const merged = mergeConsents(withConsent(many('granted', 199), said('denied', 1)), other);
      expect(merged.length).toBeLessThanOrEqual(200);
      expect(consentFor(merged, 'email', '*')).toBe('denied');
    });
  });

  it('keeps a topic denied when everything is granted later', () => {
    expect(consentFor([said('denied', 1, 'news'), said('granted', 9)], 'email', 'news')).toBe('denied');
  });

  it('drops a topic’s grant when everything is denied later, until the topic is granted again', () => {
    expect(consentFor([said('granted', 1, 'news'), said('denied', 9)], 'email', 'news')).toBe('denied');
    expect(consentFor([said('granted', 9, 'news'), said('denied', 1)], 'email', 'news')).toBe('granted');
  });

  it('does not depend on the order in which statements arrive', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ state: fc.constantFrom<Consent['state']>('granted', 'denied'), minute: fc.nat(9) }),
        ),
        (all) => {
          const one = all.map(({ state, minute }) => said(state, minute));
          const forwards = one.reduce<readonly Consent[]>(withConsent, []);
          expect([...one].reverse().reduce<readonly Consent[]>(withConsent, [])).toEqual(forwards);
        },
      ),
    );
  });

  it('is never looser after a merge than on either side that said something', () => {
    fc.assert(
      fc.property(consents, consents, (a, b) => {
        const merged = mergeConsents(a, b);
        for (const [channel, topic] of asked) {
          const state = STRICTNESS[consentFor(merged, channel, topic)];
          for (const side of [a, b]) {
            const about = side.some(
              (each) => each.channel === channel && (each.topic === topic || each.topic === '*'),
            );
            if (about) expect(state).toBeGreaterThanOrEqual(STRICTNESS[consentFor(side, channel, topic)]);
          }
        }
      }),
    );
  });

  it('merges the same either way round', () => {
    fc.assert(
      fc.property(consents, consents, (a, b) => {
        expect(mergeConsents(a, b)).toEqual(mergeConsents(b, a));
      }),
    );
  });

  it('grants nothing that one of three denies, whichever pair is merged first', () => {
    fc.assert(
      fc.property(consents, consents, consents, (a, b, c) => {
        const merges = [mergeConsents(mergeConsents(a, b), c), mergeConsents(a, mergeConsents(b, c))];
        for (const [channel, topic] of asked) {
          const isDenied = [a, b, c].some((each) => consentFor(each, channel, topic) === 'denied');
          for (const merged of merges) {
            const state = consentFor(merged, channel, topic);
            expect(isDenied && state !== 'denied').toBe(false);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, Partial<NewSignal>, [string, string, string][]]>([
    ['Consent Given', { event: 'Consent Given' }, [['email', '*', 'granted']]],
    [
      'Unsubscribed with a topic',
      { event: 'Unsubscribed', properties: { channel: 'sms', topic: 'news' } },
      [['sms', 'news', 'denied']],
    ],
    [
      'Consent Updated',
      { event: 'Consent Updated', properties: { state: 'unknown' } },
      [['email', '*', 'unknown']],
    ],
    ['email_consent', { type: 'identify', traits: { email_consent: 'yes' } }, [['email', '*', 'granted']]],
    [
      'marketing_consent',
      { type: 'identify', traits: { marketing_consent: false } },
      [['email', '*', 'denied']],
    ],
    [
      'a consent object',
      { type: 'identify', traits: { consent: { email: { news: 'granted' }, sms: false } } },
      [
        ['email', 'news', 'granted'],
        ['sms', '*', 'denied'],
      ],
    ],
    [
      'a consent object in the context',
      { context: { consent: { email: true } } },
      [['email', '*', 'granted']],
    ],
    ['nonsense', { type: 'identify', traits: { email_consent: 'maybe', consent: 'all' } }, []],
    ['another event', { event: 'toString' }, []],
  ])('is read from %s', (_what, signal, expected) => {
    expect(consentsIn(received(signal)).map(({ channel, topic, state }) => [channel, topic, state])).toEqual(
      expected,
    );
  });

  it.each<[string, Partial<NewSignal>, Record<string, Json>, string[]]>([
    ['an event that says so', { event: 'Subscribed', properties: { channel: 'sms' } }, {}, ['sms']],
    ['an event that says so of a topic', { event: 'Subscribed', properties: { topic: 'news' } }, {}, []],
    [
      'an event that states it',
      { event: 'Consent Updated', properties: { state: 'granted' } },
      {},
      ['email'],
    ],
    ['an event that refuses', { event: 'Consent Updated', properties: { state: 'denied' } }, {}, []],
    ['a trait for the first time', { type: 'identify', traits: { email_consent: 'yes' } }, {}, ['email']],
    [
      'a trait that said no',
      { type: 'identify', traits: { email_consent: true } },
      { email_consent: false },
      ['email'],
    ],
    [
      'a trait once more',
      { type: 'identify', traits: { email_consent: true } },
      { consent: { email: 'granted' } },
      [],
    ],
    [
      'a trait about another channel',
      { type: 'identify', traits: { sms_consent: true } },
      { email_consent: true },
      ['sms'],
    ],
    ['what comes with every signal', { type: 'identify', context: { consent: { email: true } } }, {}, []],
    ['the traits of an event', { event: 'Looked', traits: { email_consent: true } }, {}, []],
  ])('is given anew, or not, by %s', (_what, signal, traits, expected) => {
    expect(grantsIn(received(signal), traits)).toEqual(expected);
  });

  it('is given anew by nobody’s file', () => {
    const signal = received({ type: 'identify', traits: { email_consent: true } });
    expect(grantsIn({ ...signal, source: IMPORT_SOURCE }, {})).toEqual([]);
    expect(grantsIn({ ...signal, source: OWN_SOURCE }, {})).toEqual([]);
  });
});
