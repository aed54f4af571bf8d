import fc from 'fast-check';
import {
  action,
  bundle,
  gives,
  guardrail,
  happened,
  NOW,
  past,
  situation,
} from '../../test/fixtures/playbook.js';
import { adviceSchema, triggerSchema } from '../policies/playbook.js';
import { adviceFromHistory, hoursOf, shrunk } from './advice-from-history.js';
import { standing } from './advice.js';
import { examine } from './candidates.js';
import { decide } from './decide.js';
import { HOLD, PRIOR_MODELS } from './decision.js';
import { flips } from './flip.js';
import { type Advice, type Situation } from './situation.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.parse(NOW); // Wednesday, 10:00 in Berlin
const MAIL = { action: 'welcome', channel: 'email' };
const CARD = { action: 'welcome', channel: 'onsite' };
const DEAR = { action: 'offer', channel: 'email' };
const NOTHING = { action: HOLD, channel: null };

const actions = [
  action({ id: 'welcome', channels: ['email', 'onsite'], goalEvent: 'Order Completed' }),
  action({ id: 'offer', propensity: 0.09, value: 1_000, goalEvent: 'Product Viewed' }),
];

function playbook(settings: Record<string, unknown> = {}, rules: ReturnType<typeof guardrail>[] = []) {
  const advice = adviceSchema.parse({ weight: 0.3, ...settings });
  const spec = triggerSchema.parse({
    id: 'fired',
    title: 'Something happened',
    kind: 'event',
    event: 'Something',
    actions: ['welcome', 'offer'],
    owner: 'marketing',
    advice,
  });
  return {
    ...bundle({ actions, guardrails: rules }),
    triggers: new Map([['fired', { spec, when: gives(true), value: null }]]),
  };
}

function fired(given: Parameters<typeof situation>[0] = {}): Situation {
  return situation({
    trigger: { id: 'fired', firingId: 'fir_1', evidence: {}, firedAt: NOW },
    actions: ['welcome', 'offer'],
    ...given,
  });
}

function advice(given: Partial<Advice> = {}): Advice {
  return {
    from: 'model',
    at: NOW,
    ranking: [],
    sendAt: null,
    reasons: ['Because.'],
    dropped: [],
    instead: null,
    asked: null,
    shown: null,
    ...given,
  };
}

function decided(given: Partial<Advice>, book = playbook()) {
  return decide(book, fired({ advice: advice(given) }), PRIOR_MODELS, 'seed');
}

const reasonOf = ({ reasons }: ReturnType<typeof decided>, code: string) =>
  reasons.find((each) => each.code === code)?.text;

describe('a ranking', () => {
  it('speaks for what stands above doing nothing and against what stands below', () => {
    expect([MAIL, CARD, DEAR].map((each) => standing([MAIL, CARD, NOTHING, DEAR], each))).toEqual([
      1, 0.5, -1,
    ]);
    expect([MAIL, CARD, DEAR].map((each) => standing([MAIL, CARD], each))).toEqual([1, 0.5, 0]);
    expect([MAIL, CARD, DEAR].map((each) => standing([NOTHING, MAIL, CARD], each))).toEqual([-0.5, -1, 0]);
    expect(standing([NOTHING], MAIL)).toBe(0);
    expect(standing([], MAIL)).toBe(0);
  });
});

describe('deciding with advice', () => {
  it('follows it where it tips the balance, and says what would have been without', () => {
    expect(decided({})).toMatchObject(CARD);
    const tipped = decided({ ranking: [DEAR, NOTHING] });
    expect(tipped).toMatchObject({ outcome: 'act', ...DEAR });
    expect(reasonOf(tipped, 'advice_followed')).toBe(
      'The language model suggested offer by email first, and that was decided.',
    );
    const book = playbook();
    const found = flips({ bundle: book, situation: fired({ advice: advice({ ranking: [DEAR] }) }) }, PRIOR_MODELS, 'seed'); // prettier-ignore
    expect(found).toContainEqual({
      changes: [{ kind: 'advice_withheld' }],
      becomes: { outcome: 'act', ...CARD },
    });
  });

  it('overrules it where the playbook gives it too little weight, and says so', () => {
    const overruled = decided({ ranking: [DEAR, NOTHING] }, playbook({ weight: 0.05 }));
    expect(overruled).toMatchObject(CARD);
    expect(reasonOf(overruled, 'advice_not_followed')).toContain('the weight of 0.05');
  });

  it('holds where a contact is worth little and advice is against it, and turns back without', () => {
    const poor = { ...playbook(), actions: new Map([['welcome', action({ id: 'welcome', value: 120 })]]) };
    const advised = fired({ advice: advice({ ranking: [NOTHING, MAIL] }), actions: ['welcome'] });
    const held = decide(poor, advised, PRIOR_MODELS, 'seed');
    expect(held.outcome).toBe('hold');
    expect(held.reasons.map(({ code }) => code)).toEqual(['advised_against', 'advice_followed']);
    expect(flips({ bundle: poor, situation: advised }, PRIOR_MODELS, 'seed')).toEqual([
      { changes: [{ kind: 'advice_withheld' }], becomes: { outcome: 'act', ...MAIL } },
    ]);
  });

  it('never makes a contact worth its cost', () => {
    const poor = {
      ...playbook({ weight: 0.5 }),
      actions: new Map([['welcome', action({ id: 'welcome', value: 90 })]]),
    };
    const held = decide(poor, fired({ advice: advice({ ranking: [MAIL] }), actions: ['welcome'] }), PRIOR_MODELS, 's'); // prettier-ignore
    expect(held.outcome).toBe('hold');
    expect(reasonOf(held, 'advice_not_followed')).toContain('costs more than it is worth');
  });

  it('names what stands against what was suggested', () => {
    const rule = guardrail({ id: 'no-offers', effect: 'suppress', scope: { actions: ['offer'] } });
    const blocked = decided({ ranking: [DEAR] }, playbook({}, [rule]));
    expect(blocked).toMatchObject(CARD);
    expect(reasonOf(blocked, 'advice_not_followed')).toContain('Rule no-offers suppresses it');
    const taken = guardrail({ id: 'care', effect: 'handoff' });
    expect(reasonOf(decided({ ranking: [DEAR] }, playbook({}, [taken])), 'advice_not_followed')).toContain(
      'a person takes over',
    );
    expect(reasonOf(decided({ dropped: ['refund', 'call'] }), 'advice_dropped')).toContain('refund and call');
    const gone = { code: 'timeout', text: 'it did not answer in time.' };
    expect(reasonOf(decided({ from: 'history', instead: gone }), 'advice_without_model')).toContain(
      'it did not answer in time.',
    );
  });
});

describe('a suggested time', () => {
  const evening = guardrail({ id: 'office', effect: 'limit', hours: { from: '09:00', to: '18:00' } });
  it.each<[string, number, Record<string, unknown>, number, string]>([
    ['is taken where it is permitted', 5, {}, 5, 'and that is when it leaves'],
    ['is not taken where it is not', 9, {}, 0, 'that is not permitted. It waits until'],
    ['is not taken once it has passed', -1, {}, 0, 'that has passed'],
    ['is not taken past the longest wait', 7, { longestWait: '6h' }, 0, 'delay it by 6h at most'],
    ['is not taken when advice may delay nothing', 1, { longestWait: '0s' }, 0, 'delay it by 0s at most'],
    ['is not taken when it would have expired', 100, { longestWait: '9d' }, 0, 'it would have expired'],
  ])('%s', (_, hours, settings, leaves, words) => {
    const result = decided(
      { sendAt: new Date(now + hours * HOUR).toISOString() },
      playbook(settings, [evening]),
    );
    expect(result.sendAt).toBe(new Date(now + leaves * HOUR).toISOString());
    const said = result.reasons.find(({ code }) => code.startsWith('advice_time'));
    expect(said?.code).toBe(leaves === 0 ? 'advice_time_not_taken' : 'advice_time_taken');
    expect(said?.text).toContain(words);
  });

  it('gives way to the hour at which answers were counted', () => {
    const patient = actions.map((each) => ({ ...each, spec: { ...each.spec, bestHours: true } }));
    const book = { ...playbook(), actions: new Map(patient.map((each) => [each.spec.id, each])) };
    const hours = Array.from({ length: 48 }, (_, slot) => [slot, 5_000, slot === 18 ? 2_000 : 500] as const);
    const answerHours = {
      email: { everyone: hours, segment: [], own: [] },
      onsite: { everyone: hours, segment: [], own: [] },
    };
    const later = new Date(now + 9 * HOUR).toISOString();
    const result = decide(
      book,
      fired({ answerHours, advice: advice({ sendAt: later }) }),
      PRIOR_MODELS,
      'seed',
    );
    expect(result.sendAt).toBe(new Date(now + 8 * HOUR).toISOString());
    expect(reasonOf(result, 'advice_time_not_taken')).toContain('counted answers');
  });
});

describe('advice from the person’s own history', () => {
  /** Looked at something at seven in the evening, Berlin, on so many of the last days. */
  const looked = (days: number, utcHour = 17) => ({
    ...happened(NOW),
    recent: Array.from({ length: days }, (_, i) => Date.UTC(2026, 5, 30 - i, utcHour, 20)).toReversed(),
  });
  const suggests = (
    given: Parameters<typeof situation>[0],
    everyone: number[] | null = null,
    book = playbook({ activity: ['Product Viewed'] }),
  ) =>
    // prettier-ignore
    adviceFromHistory({
      examination: examine(book, fired(given), PRIOR_MODELS),
      settings: adviceSchema.parse({ weight: 0.3, activity: ['Product Viewed'] }),
      everyone,
    });

  it('suggests nothing of whom nothing is known', () => {
    expect(suggests({})).toEqual({
      ranking: [],
      sendAt: null,
      reasons: ['Too little is known of this person to suggest anything.'],
    });
  });

  it('suggests the hour at which they are about, where there is enough to tell and one zone', () => {
    const events = { 'Product Viewed': looked(8) };
    expect(suggests({ profile: { events } }).sendAt).toBe('2026-07-01T17:00:00.000Z');
    expect(suggests({ profile: { events: { 'Product Viewed': looked(3) } } }).sendAt).toBeNull();
    const zones = ['America/New_York', 'America/Los_Angeles'];
    expect(suggests({ profile: { events, zones } }).sendAt).toBeNull();
    // It is ten o’clock: whoever is about at ten is written to now.
    expect(suggests({ profile: { events: { 'Product Viewed': looked(8, 8) } } }).sendAt).toBeNull();
  });

  it('takes one busy day for what it is', () => {
    const busy = (hour: number) => ({ ...happened(NOW), recent: [Date.UTC(2026, 5, 30, hour, 20)] });
    const kinds = { 'Product Viewed': busy(17), 'Page Viewed': busy(17), 'Screen Viewed': busy(17) };
    const hours = [15, 16, 17].map((hour) => Date.UTC(2026, 5, 30, hour, 20));
    const events = { ...kinds, 'Product Viewed': { ...happened(NOW), recent: hours } };
    expect(suggests({ profile: { events } })).toMatchObject({ ranking: [], sendAt: null });
  });

  it('moves nothing while the history is thin, whatever is in it', () => {
    const moments = fc.array(
      fc.record({ day: fc.integer({ min: 0, max: 3 }), hour: fc.integer({ min: 0, max: 23 }) }),
      { maxLength: 40 },
    );
    const kind = fc.constantFrom('Product Viewed', 'Page Viewed', 'Message Clicked');
    const sent = fc.array(fc.integer({ min: 4, max: 90 }), { maxLength: 2 });
    fc.assert(
      fc.property(fc.dictionary(kind, moments), sent, (done, sentDaysAgo) => {
        const events = Object.fromEntries(
          Object.entries(done).map(([event, each]) => [
            event,
            {
              ...happened(NOW),
              recent: each
                .map(({ day, hour }) => Date.UTC(2026, 5, 29 - 7 * day, hour, 20))
                .sort((a, b) => a - b),
            },
          ]),
        );
        const history = sentDaysAgo.map((daysAgo, index) =>
          past({
            messageId: `m${index}`,
            action: 'offer',
            channel: 'email',
            at: new Date(now - daysAgo * DAY).toISOString(),
          }),
        );
        // In UTC, so that four days are four by the clock on the wall too.
        const suggested = suggests({ history, profile: { events, zones: ['UTC'] } });
        expect(suggested).toMatchObject({ ranking: [], sendAt: null });
      }),
    );
  });

  it('shrinks toward everyone’s hours', () => {
    const own = Array.from({ length: 24 }, (_, hour) => (hour === 19 ? 2 : 0));
    const everyone = Array.from({ length: 24 }, (_, hour) => (hour === 8 ? 30 : 10));
    const shares = shrunk(own, everyone);
    expect(shares.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 4);
    expect(shares[8]).toBeGreaterThan(shares[9] ?? 0);
    expect(shares[19]).toBeLessThan(0.2);
    expect(shrunk(own, null)[19]).toBeGreaterThan(shrunk(own, everyone)[19] ?? 0);
    // Where everybody is about in the evening a few evenings more prove less than where nobody is.
    const lively = Array.from({ length: 24 }, (_, hour) => (hour === 10 ? 200 : 1));
    const events = { 'Product Viewed': looked(6) };
    expect(suggests({ profile: { events } }).sendAt).not.toBeNull();
    expect(suggests({ profile: { events } }, lively).sendAt).toBeNull();
  });

  it('counts an hour of a day once for each kind, by the clock on the wall, and forgets what is long ago', () => {
    const recent = [now - 200 * DAY, Date.UTC(2026, 5, 30, 17, 5), Date.UTC(2026, 5, 30, 17, 50)];
    const events = { 'Product Viewed': { ...happened(NOW), recent } };
    const hours = hoursOf({ events }, ['Product Viewed', 'Product Viewed'], 'Europe/Berlin', now);
    expect(hours[19]).toBe(1);
    expect(hours.reduce((sum, each) => sum + each, 0)).toBe(1);
  });

  it('ranks by what followed when it went out before, and by nothing while it never did', () => {
    const sent = (daysAgo: number, id: string) =>
      past({
        messageId: `m${daysAgo}`,
        action: id,
        channel: 'email',
        at: new Date(now - daysAgo * DAY).toISOString(),
      });
    const ordered = (daysAgo: number) => now - daysAgo * DAY + HOUR;
    const history = [sent(40, 'offer'), sent(30, 'offer'), sent(20, 'offer')];
    const events = { 'Product Viewed': { ...happened(NOW), recent: [40, 30, 20].map(ordered) } };
    const answered = suggests({ history, profile: { events } });
    expect(answered.ranking[0]).toEqual(DEAR);
    expect(answered.reasons[0]).toBe(
      'offer by email went out 3 times before, and Product Viewed followed within three days 3 times.',
    );
    const ignored = suggests({ history });
    expect(ignored.ranking.at(-2)).toEqual(DEAR);
    expect(ignored.ranking.at(-1)).toEqual(NOTHING);
    // What may still be answered is no answer yet.
    expect(suggests({ history: [sent(1, 'offer')] }).ranking).toEqual([]);
  });
});
