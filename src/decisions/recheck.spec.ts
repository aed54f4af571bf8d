import {
  action,
  bundle,
  fact,
  gives,
  guardrail,
  happened,
  NOW,
  past,
  reads,
  situation,
} from '../../test/fixtures/playbook.js';
import { type CompiledGuardrail } from '../policies/bundle.js';
import { type DueMessage, recheck } from './recheck.js';

const message = (given: Partial<DueMessage> = {}): DueMessage => ({
  id: 'msg_due',
  action: 'welcome',
  channel: 'email',
  sendAt: NOW,
  expiresAt: '2026-07-03T08:00:00.000Z',
  createdAt: '2026-07-01T06:00:00.000Z',
  facts: [],
  ...given,
});
const looked = (
  guardrails: readonly CompiledGuardrail[],
  about: Parameters<typeof situation>[0] = {},
  given: Partial<DueMessage> = {},
) =>
  recheck(
    bundle({ actions: [action({ id: 'welcome', goalEvent: 'Order Completed' })], guardrails }),
    situation(about),
    message(given),
  );
const codes = (result: ReturnType<typeof recheck>) => result.reasons.map(({ code }) => code);

describe('looking again before sending', () => {
  it('sends what nothing stands against', () => {
    expect(looked([])).toEqual({
      verdict: 'send',
      reasons: [{ code: 'clear', text: 'Nothing stands against it.' }],
      tier: 1,
      handoff: null,
    });
  });

  it('expires what is too late', () => {
    expect(looked([], {}, { expiresAt: NOW })).toMatchObject({
      verdict: 'expire',
      reasons: [{ code: 'expired' }],
    });
  });

  it('expires when the goal was reached since it was decided, not when it was before', () => {
    const bought = (at: string) => looked([], { profile: { events: { 'Order Completed': happened(at) } } });
    expect(bought('2026-07-01T07:00:00.000Z')).toMatchObject({
      verdict: 'expire',
      reasons: [{ code: 'goal_reached' }],
    });
    expect(bought('2026-07-01T05:00:00.000Z').verdict).toBe('send');
  });

  it.each<[string, Parameters<typeof situation>[0]]>([
    [
      'consent_denied',
      { profile: { consents: [{ channel: 'email', topic: '*', state: 'denied', source: 'u', at: NOW }] } },
    ],
    ['suppressed', { suppressions: [{ channel: 'email', reason: 'complaint', at: NOW }] }],
    ['open_task', { openTasks: [{ id: 'tsk_1', code: 'complaint', reason: 'a complaint' }] }],
    ['no_address', { profile: { addresses: { email: null, phone: null } } }],
  ])('suppresses with %s', (code, about) => {
    const result = looked([], about);
    expect([result.verdict, codes(result)]).toEqual(['suppress', [code]]);
  });

  it('suppresses what a rule forbids, also when it reads something unknown', () => {
    expect(looked([guardrail({ id: 'no', effect: 'suppress' })]).verdict).toBe('suppress');
    expect(looked([guardrail({ id: 'no', effect: 'suppress' }, reads('profile.traits.age'))]).verdict).toBe(
      'suppress',
    );
    expect(looked([guardrail({ id: 'no', effect: 'suppress' }, gives(false))]).verdict).toBe('send');
    expect(looked([guardrail({ id: 'site', effect: 'limit', channels: ['onsite'] })]).verdict).toBe(
      'suppress',
    );
  });

  it('suppresses and asks for the task when a person must take over', () => {
    expect(looked([guardrail({ id: 'complaint', effect: 'handoff', handTo: 'care' })])).toMatchObject({
      verdict: 'suppress',
      handoff: { owner: 'care', reasonCode: 'complaint', reason: 'Because of complaint.' },
    });
  });

  it('suppresses what the playbook no longer has', () => {
    expect(looked([], {}, { action: 'gone' })).toMatchObject({
      verdict: 'suppress',
      reasons: [{ code: 'gone' }],
    });
    expect(looked([], {}, { channel: 'pigeon' })).toMatchObject({
      verdict: 'suppress',
      reasons: [{ code: 'gone' }],
    });
  });

  it('expires with a fact that is gone or no longer valid', () => {
    const rests = { facts: [{ id: 'sku-1', version: 1 }] };
    expect(looked([], {}, rests)).toMatchObject({ verdict: 'expire', reasons: [{ code: 'stale_fact' }] });
    expect(looked([], { facts: [fact({ id: 'sku-1', validUntil: NOW })] }, rests).verdict).toBe('expire');
    expect(looked([], { facts: [fact({ id: 'sku-1' })] }, rests).verdict).toBe('send');
    // Looked at sooner than it is to leave it waits for its time; what begins later still is not true then.
    const begins = { facts: [fact({ id: 'sku-1', validFrom: '2026-07-01T18:00:00.000Z' })] };
    expect(looked([], begins, { ...rests, sendAt: '2026-07-01T18:00:00.000Z' }).verdict).toBe('postpone');
    expect(looked([], begins, rests)).toMatchObject({
      verdict: 'expire',
      reasons: [{ text: 'The fact sku-1 is valid only from 2026-07-01T18:00:00.000Z.' }],
    });
  });

  it('comes back with the difference when a fact has changed, and asks once', () => {
    const about = { facts: [fact({ id: 'sku-1', version: 2, data: { price: 1_799, title: 'Mug' } })] };
    const rests = {
      facts: [{ id: 'sku-1', version: 1 }],
      decidedFacts: [fact({ id: 'sku-1', data: { price: 1_999, title: 'Mug' } })],
      signed: { people: 1, shown: [] },
    };
    const result = looked([], about, rests);
    expect(result).toMatchObject({
      verdict: 'review',
      reasons: [
        {
          code: 'changed_fact',
          text: 'The fact sku-1 is at version 2; the words rest on version 1 (price 1999 → 1799).',
        },
      ],
    });
    expect(looked([], about, { ...rests, answered: result.reasons.map(({ text }) => text) }).verdict).toBe(
      'send',
    );
  });

  it('comes back when another fact says otherwise since it was judged', () => {
    const mug = (id: string, price: number, more = {}) =>
      fact({ id, kind: 'product', data: { name: 'Mug', currency: 'EUR', price }, ...more });
    const about = { facts: [mug('sku-1', 1_999)] };
    const against = (...rivals: ReturnType<typeof mug>[]) =>
      looked([], about, { facts: [{ id: 'sku-1', version: 1 }], rivals });
    expect(against(mug('sku-2', 1_799))).toMatchObject({
      verdict: 'review',
      reasons: [
        {
          code: 'contradicted_fact',
          text: 'Since it was judged the facts sku-1 and sku-2 say different things of the same: price 1999 against 1799.',
        },
      ],
    });
    expect(against(mug('sku-2', 1_999)).verdict).toBe('send');
    expect(against(mug('sku-2', 1_799, { validUntil: NOW })).verdict).toBe('send');
    expect(against(mug('sku-2', 1_799), mug('sku-3', 1_799)).reasons).toHaveLength(2);
  });

  it('comes back when it would leave on another day than its words were judged for', () => {
    const from = (from: string, before: string) => ({ leavesWithin: { from, before } });
    expect(looked([], {}, from(NOW, '2026-07-02T00:00:00.000Z')).verdict).toBe('send');
    const late = looked([], {}, from('2026-06-30T00:00:00.000Z', NOW));
    expect(late).toMatchObject({ verdict: 'review', reasons: [{ code: 'other_day' }] });
    expect(late.reasons[0]?.text).toContain(`until ${NOW}; it would leave at ${NOW}`);
    expect(looked([], {}, from('2026-07-02T00:00:00.000Z', '2026-07-03T00:00:00.000Z')).verdict).toBe(
      'review',
    );
    // What waits for hours that come only tomorrow leaves tomorrow.
    const evening = { sendAt: '2026-07-01T18:00:00.000Z', ...from(NOW, '2026-07-01T18:00:00.000Z') };
    expect(looked([], {}, evening)).toMatchObject({ verdict: 'review', reasons: [{ code: 'other_day' }] });
  });

  it('asks a person for what a review rule wants seen, unless a person has', () => {
    const rule = [guardrail({ id: 'key-account', effect: 'review' })];
    expect(looked(rule)).toMatchObject({ verdict: 'review', reasons: [{ code: 'key-account' }] });
    expect(looked(rule, {}, { signed: { people: 1, shown: ['key-account'] } }).verdict).toBe('send');
  });

  it('asks again for a review rule that began to match after it was signed', () => {
    const rules = [
      guardrail({ id: 'key-account', effect: 'review' }),
      guardrail({ id: 'very-dear', effect: 'review', tier: 2, severity: 'high' }),
    ];
    expect(looked(rules, {}, { signed: { people: 1, shown: ['key-account'] } })).toMatchObject({
      verdict: 'review',
      tier: 2,
      reasons: [{ code: 'very-dear' }],
    });
    // One person knew of it; it asks for two.
    const both = ['key-account', 'very-dear'];
    expect(looked(rules, {}, { signed: { people: 1, shown: both } })).toMatchObject({
      verdict: 'review',
      tier: 2,
    });
    expect(looked(rules, {}, { signed: { people: 2, shown: both } }).verdict).toBe('send');
  });

  it('asks a person when the words break a rule that came later', () => {
    const rule = [
      guardrail({ id: 'law', effect: 'limit', requiredText: ['Widerruf'], forbiddenText: ['gratis'] }),
    ];
    expect(codes(looked(rule, {}, { text: 'Alles GRATIS' }))).toEqual(['required_text', 'forbidden_text']);
    expect(looked(rule, {}, { text: 'Hinweis zum Widerruf' }).verdict).toBe('send');
  });

  it('waits for the hours, and expires when there is none left', () => {
    const evening = [guardrail({ id: 'evening', effect: 'limit', hours: { from: '18:00', to: '20:00' } })];
    expect(looked(evening)).toMatchObject({
      verdict: 'postpone',
      at: '2026-07-01T16:00:00.000Z',
      reasons: [{ code: 'waits_for_hours' }],
    });
    expect(looked(evening, {}, { expiresAt: '2026-07-01T15:00:00.000Z' })).toMatchObject({
      verdict: 'expire',
      reasons: [{ code: 'hours' }],
    });
  });

  it('waits for its own time', () => {
    expect(looked([], {}, { sendAt: '2026-07-01T09:00:00.000Z' })).toMatchObject({
      verdict: 'postpone',
      at: '2026-07-01T09:00:00.000Z',
    });
  });

  it('waits for room in the caps, and gives up when there is none before it expires', () => {
    const daily = [guardrail({ id: 'daily', effect: 'limit', caps: [{ max: 1, per: '1d' }] })];
    const history = [past({ at: '2026-06-30T20:00:00.000Z' })];
    expect(looked(daily, { history })).toMatchObject({ verdict: 'postpone', at: '2026-07-01T20:00:00.000Z' });
    expect(looked(daily, { history }, { expiresAt: '2026-07-01T19:00:00.000Z' })).toMatchObject({
      verdict: 'suppress',
      reasons: [{ code: 'cap' }],
    });
  });

  it('leaves its own place out, and yields only to earlier ones', () => {
    const daily = [guardrail({ id: 'daily', effect: 'limit', caps: [{ max: 1, per: '1d' }] })];
    const own = past({ messageId: 'msg_due', at: NOW, open: true });
    const later = past({ at: '2026-07-01T20:00:00.000Z', open: true });
    const earlier = past({ at: '2026-07-01T07:00:00.000Z', open: true });
    expect(looked(daily, { history: [own, later] }).verdict).toBe('send');
    expect(looked(daily, { history: [earlier] }).verdict).toBe('postpone');
  });
});
