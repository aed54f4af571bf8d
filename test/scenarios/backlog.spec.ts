import { sql } from 'kysely';
import { PipelineService } from '../../src/pipeline/index.js';
import { IntakeService } from '../../src/pipeline/intake.service.js';
import { checkout, DAY, fillCatalogue, HOUR, identify, oldOrder, order } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import { codesOf, decisionsAbout, endSound, messagesTo } from '../harness/shown.js';

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
