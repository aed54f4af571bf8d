import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { PipelineService } from '../../src/pipeline/index.js';
import { IntakeService } from '../../src/pipeline/intake.service.js';
import {
  checkout,
  DAY,
  fillCatalogue,
  HOUR,
  identify,
  MINUTE,
  oldOrder,
  order,
} from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  codesOf,
  decisionsAbout,
  endSound,
  messagesTo,
  only,
  reviewsAbout,
  verdict,
} from '../harness/shown.js';

/** Half past eleven in the evening in New York, when nobody wants to hear of an offer. */
const DOWN_AT = '2026-11-18T04:30:00.000Z';
const PEOPLE = Array.from({ length: 5 }, (_, i) => `person-${i}`);

/** What somebody does in an hour: all that the triggers of the shipped playbook look at. */
function anHourOf(userId: string, hour: number): Record<string, unknown>[] {
  const view = { type: 'track', userId, event: 'Product Viewed', properties: { product_id: 'cup-tide' } };
  return [
    view,
    view,
    checkout(userId),
    ...(hour % 6 === 5 ? [order(userId, { order_id: `${userId}-${hour}` })] : []),
    ...(hour % 8 === 7 ? [{ type: 'track', userId, event: 'Signed Up', properties: {} }] : []),
  ];
}

const localHour = (at: string): number =>
  Number(
    new Intl.DateTimeFormat('en-GB', {
      hour: '2-digit',
      hourCycle: 'h23',
      timeZone: 'America/New_York',
    }).format(new Date(at)),
  );

/** The most that lie in any window of this length. */
function most(times: readonly number[], windowMs: number): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length));
}

const empty = (story: Story): Promise<void> =>
  story.until('the inbox is empty', async () => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from signal_inbox`.execute(
      story.database.db,
    );
    return rows[0]?.n === 0;
  });

describe('a day of signals that waited for a service that was down', () => {
  let story: Story;
  let sentIn = 0;
  beforeAll(async () => {
    story = await Story.begin({ now: DOWN_AT });
    await fillCatalogue(story);
    for (const userId of PEOPLE) await story.happens(identify(userId), oldOrder(story, userId));
    // Requests are still answered; nobody looks at what comes in.
    await story.service.app.get(PipelineService).stop();
    for (let hour = 0; hour < 24; hour++) {
      story.clock.advance(HOUR);
      const signals = PEOPLE.flatMap((userId) => anHourOf(userId, hour));
      expect((await story.send(...signals)).status).toBe(200);
      sentIn += signals.length;
    }
    await story.restart();
    await story.settle();
  });
  afterAll(() => endSound(story));

  it('is counted whole', async () => {
    let counted = 0;
    for (const userId of PEOPLE) {
      const { events } = await story.get(`/v1/profiles/${userId}`);
      for (const name of ['Product Viewed', 'Checkout Started', 'Signed Up'])
        counted += Number(events?.[name]?.['total'] ?? 0);
      // One order was there before.
      counted += Number(events?.['Order Completed']?.['total']) - 1;
    }
    expect(counted).toBe(sentIn);
    const { rows } = await sql`select 1 from signal_failures`.execute(story.database.db);
    expect(rows).toEqual([]);
  });

  it('fires on nothing that is older than an hour', async () => {
    const { rows } = await sql<{ trigger_id: string; age: number }>`
      select f.trigger_id, extract(epoch from f.fired_at - s.occurred_at)::float8 as age
      from firings f join signals s on s.id = f.signal_id`.execute(story.database.db);
    expect(rows.length).toBeGreaterThan(0);
    for (const { age } of rows) expect(age * 1_000).toBeLessThanOrEqual(HOUR);
  });

  it('leads to mails in the hours and within the caps alone', async () => {
    for (let hour = 0; hour < 60; hour++) await story.passes(HOUR);
    let all = 0;
    for (const userId of PEOPLE) {
      const sent = (await messagesTo(story, userId)).filter(({ sentAt }) => sentAt !== null);
      all += sent.length;
      const marketing = sent
        .filter(({ class: kind }) => kind === 'marketing')
        .map(({ sentAt }) => sentAt ?? '');
      for (const at of marketing) {
        expect(localHour(at)).toBeGreaterThanOrEqual(8);
        expect(localHour(at)).toBeLessThan(21);
      }
      expect(most(marketing.map(Date.parse), DAY)).toBeLessThanOrEqual(1);
      expect(
        most(
          sent.map(({ sentAt }) => Date.parse(sentAt ?? '')),
          DAY,
        ),
      ).toBeLessThanOrEqual(6);
    }
    expect(all).toBeGreaterThan(0);
  });
});

describe('firings that waited for somebody to decide', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
    await story.happens(identify('late'), identify('soon'));
    // The signals are applied; before anything is decided the process is gone.
    const firesAndDies = async (userId: string, downFor: number): Promise<void> => {
      await story.service.app.get(PipelineService).stop();
      expect((await story.send(order(userId))).status).toBe(200);
      const intake = story.service.app.get(IntakeService, { strict: false });
      intake.start();
      await empty(story);
      await intake.stop();
      await story.restart(() => {
        story.clock.advance(downFor);
      });
      await story.settle();
    };
    await firesAndDies('soon', HOUR);
    await firesAndDies('late', HOUR + 1);
  });
  afterAll(() => endSound(story));

  it('still lead to something within the hour', async () => {
    expect((await decisionsAbout(story, 'soon')).map(({ outcome }) => outcome)).toEqual(['act']);
  });

  it('lead to nothing after it, and say why', async () => {
    const [decision, ...more] = await decisionsAbout(story, 'late');
    expect(more).toEqual([]);
    expect(decision?.outcome).toBe('hold');
    expect(codesOf(decision?.candidates.flatMap(({ blockedBy }) => blockedBy) ?? [])).toContain(
      'trigger_late',
    );
    expect(await messagesTo(story, 'late')).toEqual([]);
  });
});

describe('a day of approved and scheduled mails that nobody sent', () => {
  const EACH = 3;
  const group = (kind: string): string[] => Array.from({ length: EACH }, (_, i) => `${kind}-${i}`);
  const [waiting, withdrawing, buying, complaining, signed] = [
    group('waits'),
    group('withdraws'),
    group('buys'),
    group('complains'),
    group('signed'),
  ];
  const lookers = [...waiting, ...withdrawing, ...buying, ...complaining];
  const everybody = [...lookers, ...signed];
  /** Five in the morning in New York; it is up again at five of the next day. What was to leave at eight is due by then. */
  const DOWN = '2026-11-18T10:00:00.000Z';
  let story: Story;

  const looks = (userId: string): Record<string, unknown>[] =>
    [1, 2, 3, 4].map(() => ({
      type: 'track',
      userId,
      event: 'Product Viewed',
      properties: { product_id: 'cup-tide', name: 'Tide cup, 180 ml' },
    }));
  const until = (at: string): Promise<void> => story.passes(Date.parse(at) - story.clock.now().getTime());
  const sentTimes = async (userId: string): Promise<number[]> =>
    (await messagesTo(story, userId)).flatMap(({ sentAt }) => (sentAt === null ? [] : [Date.parse(sentAt)]));
  /** How each message to somebody ended. */
  const ends = async (userId: string): Promise<string[]> =>
    (await messagesTo(story, userId)).map(
      ({ state, steps }) => `${state}: ${steps.at(-1)?.reason.code ?? ''}`,
    );
  /** Why messages to somebody were put off. */
  const putOff = async (userId: string): Promise<string[]> =>
    (await messagesTo(story, userId)).flatMap(({ steps }) =>
      steps.map(({ reason }) => reason.code).filter((code) => code.startsWith('waits_for_')),
    );

  beforeAll(async () => {
    const recovery = await readFile('policies/actions/recovery.yaml', 'utf8');
    story = await Story.begin({
      now: '2026-11-17T12:50:00.000Z',
      // What waits for a day is not out of date by then; nobody is left out by chance.
      playbook: {
        'actions/recovery.yaml': recovery
          .replaceAll('validFor: 1d', 'validFor: 3d')
          .replaceAll(/(holdout|auditShare): .*/g, '$1: 0'),
      },
    });
    await fillCatalogue(story);
    await story.happens(...everybody.flatMap((userId) => [identify(userId), oldOrder(story, userId)]));
    // One mail for each of three days.
    await story.happens(...lookers.flatMap(looks));
    await story.passes(10 * MINUTE);
    await story.happens(...lookers.flatMap(looks));
    await story.passes(MINUTE);
    await story.happens(...lookers.flatMap(looks));
    // A basket of the evening, signed by a person at half past nine, for the morning.
    await until('2026-11-18T01:30:00.000Z');
    await story.happens(...signed.map((userId) => checkout(userId, { total: 250 })));
    await story.passes(HOUR);
    for (const userId of signed)
      await verdict(story, only(await reviewsAbout(story, userId)), { verdict: 'approve' });
    await until(DOWN);
    await story.service.app.get(PipelineService).stop();
    for (let hour = 0; hour < 24; hour++) {
      story.clock.advance(HOUR);
      const signals = [
        ...waiting.flatMap(looks),
        ...(hour === 9 ? withdrawing.map((userId) => identify(userId, { email_consent: false })) : []),
        ...(hour === 9 ? buying.map((userId) => order(userId)) : []),
        ...(hour === 9
          ? complaining.map((userId) => ({
              type: 'track',
              userId,
              event: 'Support Ticket Opened',
              properties: { ticket_id: userId, topic: 'complaint', text: 'the glaze is cracked' },
            }))
          : []),
      ];
      expect((await story.send(...signals)).status).toBe(200);
    }
    await story.restart();
    await story.settle();
  });
  afterAll(() => endSound(story));

  it('sends nobody a mail at night when it is worked off', async () => {
    expect(story.clock.now().toISOString()).toMatch(/^2026-11-19T10:/);
    for (const userId of everybody)
      expect((await sentTimes(userId)).filter((at) => at >= Date.parse(DOWN))).toEqual([]);
  });

  it('keeps within the hours and the caps of each person, day by day', async () => {
    for (let hour = 0; hour < 72; hour++) await story.passes(HOUR);
    for (const userId of everybody) {
      const times = await sentTimes(userId);
      for (const at of times) {
        expect(localHour(new Date(at).toISOString())).toBeGreaterThanOrEqual(8);
        expect(localHour(new Date(at).toISOString())).toBeLessThan(21);
      }
      expect(most(times, DAY)).toBeLessThanOrEqual(1);
      expect(most(times, 7 * DAY)).toBeLessThanOrEqual(3);
    }
  });

  it('puts off what the hours and the caps do not let go, and sends it later, each once', async () => {
    for (const userId of waiting) {
      expect(await ends(userId)).toEqual(['sent: sent', 'sent: sent', 'sent: sent']);
      expect(new Set(await putOff(userId))).toEqual(new Set(['waits_for_hours', 'waits_for_cap']));
    }
    for (const userId of signed) {
      expect(await ends(userId)).toEqual(['sent: sent']);
      expect(await putOff(userId)).toContain('waits_for_hours');
    }
  });

  it('sends nothing to those who said no, bought or complained meanwhile, and says why', async () => {
    const leftOut = [
      [withdrawing, 'suppressed: consent_withdrawn'],
      [buying, 'expired: goal_reached'],
      [complaining, 'suppressed: guardrail:open-ticket'],
    ] as const;
    for (const [people, end] of leftOut)
      for (const userId of people) expect(await ends(userId)).toEqual(['sent: sent', end, end]);
  });
});
