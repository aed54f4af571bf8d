/**
 * A replay of real purchases: "The Complete Journey" by dunnhumby, as R's package `completejourney` ships it (gzipped CSVs with a header line:
 * transactions_sample, campaigns, campaign_descriptions, coupon_redemptions). The data is not ours to pass on, so name a folder that holds it:
 *
 *     COMPLETEJOURNEY_DIR=/path/to/completejourney npm run jest -- test/scenarios/real-input
 *
 * COMPLETEJOURNEY_HOUSEHOLDS (60) and COMPLETEJOURNEY_UNTIL (2017-07-01) say how much of it. With the defaults it takes some minutes.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Analytics } from '@segment/analytics-node';
import { DateTime } from 'luxon';
import PostalMime from 'postal-mime';
import { AuditService } from '../../src/audit/index.js';
import { Secrets } from '../../src/platform/secrets/secrets.js';
import { unitHash } from '../../src/shared/hash.js';
import { verifyDatabase } from '../../src/verification/index.js';
import { FakeOpenAi, goodDraft } from '../fakes/openai-server.js';
import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import { DAY, HOUR, MAIL_FROM, MINUTE } from '../harness/customers.js';
import { type Body, Story, WRITE_KEY } from '../harness/service.js';

const DIRECTORY = process.env['COMPLETEJOURNEY_DIR'] ?? '';
const HOUSEHOLDS = Number(process.env['COMPLETEJOURNEY_HOUSEHOLDS'] ?? 60);
const UNTIL = process.env['COMPLETEJOURNEY_UNTIL'] ?? '2017-07-01';
/** The shops are said to be in the Midwest; the timestamps name no zone. */
const ZONE = 'America/Chicago';
/** What the United States' clocks may show when all that is known is the country. */
const AMERICAN_ZONES = [
  'America/New_York',
  ZONE,
  'America/Denver',
  'America/Los_Angeles',
  'Pacific/Honolulu',
];

/** Something that happened to a household. */
interface Happening {
  readonly at: number;
  readonly household: string;
  readonly event: string;
  readonly messageId: string;
  readonly properties: Record<string, unknown>;
}

/** Rows of a CSV file in which no value is quoted, by the names in its first line. */
async function rowsOf(name: string): Promise<Record<string, string>[]> {
  const text = gunzipSync(await readFile(join(DIRECTORY, `${name}.csv.gz`))).toString('utf8');
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line) => {
    const values = line.split(',');
    return Object.fromEntries(names.map((each, i) => [each, values[i] ?? '']));
  });
}

const timeIn = (local: string): number => DateTime.fromISO(local, { zone: ZONE }).toMillis();

/** One order for each basket, with its products. */
function ordersOf(rows: readonly Record<string, string>[]): Happening[] {
  const baskets = new Map<string, Record<string, string>[]>();
  for (const row of rows) {
    const id = `${row['household_id'] ?? ''}-${row['basket_id'] ?? ''}`;
    baskets.set(id, [...(baskets.get(id) ?? []), row]);
  }
  return [...baskets].map(([id, lines]) => ({
    at: timeIn(lines[0]?.['transaction_timestamp'] ?? ''),
    household: lines[0]?.['household_id'] ?? '',
    event: 'Order Completed',
    messageId: `basket-${id}`,
    properties: {
      order_id: id,
      total: lines.reduce((sum, line) => sum + Number(line['sales_value']), 0),
      currency: 'USD',
      product_id: lines[0]?.['product_id'],
      products: lines.slice(0, 20).map((line) => ({
        product_id: line['product_id'],
        quantity: Number(line['quantity']),
        price: Number(line['sales_value']),
      })),
    },
  }));
}

async function readJourneys(): Promise<Happening[]> {
  const transactions = await rowsOf('transactions_sample');
  const starts = new Map(
    (await rowsOf('campaign_descriptions')).map((row) => [row['campaign_id'], row['start_date'] ?? '']),
  );
  const households = [...new Set(transactions.map((row) => row['household_id'] ?? ''))]
    .sort((a, b) => unitHash(a) - unitHash(b))
    .slice(0, HOUSEHOLDS);
  const chosen = new Set(households);
  const within = (rows: readonly Record<string, string>[]) =>
    rows.filter((row) => chosen.has(row['household_id'] ?? ''));
  const campaigns = within(await rowsOf('campaigns')).map((row) => ({
    at: timeIn(`${starts.get(row['campaign_id']) ?? ''}T10:00:00`),
    household: row['household_id'] ?? '',
    event: 'Campaign Received',
    messageId: `campaign-${row['campaign_id'] ?? ''}-${row['household_id'] ?? ''}`,
    properties: { campaign_id: row['campaign_id'] },
  }));
  const coupons = within(await rowsOf('coupon_redemptions')).map((row) => ({
    at: timeIn(`${row['redemption_date'] ?? ''}T12:00:00`),
    household: row['household_id'] ?? '',
    event: 'Coupon Redeemed',
    messageId: `coupon-${row['household_id'] ?? ''}-${row['coupon_upc'] ?? ''}-${row['redemption_date'] ?? ''}-${row['campaign_id'] ?? ''}`,
    properties: { coupon_upc: row['coupon_upc'], campaign_id: row['campaign_id'] },
  }));
  const [from, until] = [timeIn('2017-01-01'), timeIn(UNTIL)];
  // The same line twice in a file is the same event twice: kept once, as by its message id.
  const once = new Map(
    [...ordersOf(within(transactions)), ...campaigns, ...coupons].map((each) => [each.messageId, each]),
  );
  return [...once.values()].filter((each) => each.at >= from && each.at < until).sort((a, b) => a.at - b.at);
}

/** What the shop knows of a household: one in six never agreed to mail, one in five keeps its time zone to itself. */
const agrees = (household: string): boolean => unitHash(`consent:${household}`) > 1 / 6;
const zonesOf = (household: string): readonly string[] =>
  unitHash(`zone:${household}`) > 1 / 5 ? [ZONE] : AMERICAN_ZONES;

const userIdOf = (household: string): string => `household-${household}`;

if (DIRECTORY === '') {
  describe('real purchases', () => {
    it.skip('are replayed when COMPLETEJOURNEY_DIR names a folder that holds them', () => undefined);
  });
} else {
  describe('real purchases', () => {
    let story: Story;
    let smtp: FakeSmtpServer;
    let model: FakeOpenAi;
    let client: Analytics;
    let journeys: Happening[];
    let households: string[];
    let messages: Body[];
    const verdicts = new Map<string, string>();
    const clientErrors: unknown[] = [];

    beforeAll(async () => {
      journeys = await readJourneys();
      households = [...new Set(journeys.map((each) => each.household))];
      smtp = await startSmtpServer();
      model = await FakeOpenAi.start();
      story = await Story.begin({
        now: new Date((journeys[0]?.at ?? 0) - HOUR).toISOString(),
        environment: { ...model.environment, SMTP_URL: smtp.url, MAIL_FROM },
        chance: true,
      });
      const offer = await story.request('PUT', '/v1/facts/offer-comeback-15', {
        body: {
          kind: 'offer',
          data: {
            title: '15% off for coming back',
            percent: 15,
            code: 'AGAIN15',
            url: 'https://marrow-and-pine.example.com/again',
          },
          validFrom: '2016-12-01T00:00:00.000Z',
          validUntil: '2018-12-31T00:00:00.000Z',
          source: 'the replay',
        },
      });
      expect(offer.status).toBe(200);
      let requests = 0;
      client = new Analytics({
        writeKey: WRITE_KEY,
        host: story.service.url,
        flushAt: 20,
        flushInterval: 1_000,
        maxRetries: 5,
        // Now and then an answer gets lost on its way back: the client sends the same again, and it must count once.
        httpClient: async (url, options) => {
          const response = await fetch(url, options);
          requests += 1;
          if (requests % 9 === 0) throw new TypeError('the answer was lost');
          return response;
        },
      });
      client.on('error', (error) => clientErrors.push(error));
      await replay();
      messages = [];
      for (const household of households)
        messages.push(
          ...((await story.get(`/v1/messages?limit=200&userId=${userIdOf(household)}`))['data'] ?? []),
        );
    }, 60 * MINUTE);
    afterAll(async () => {
      await client.closeAndFlush({ timeout: 1_000 });
      await story.end();
      await Promise.all([smtp.close(), model.close()]);
    });

    /** A time of the story by the client's clock, which runs years ahead: what it sends says so, and is set right. */
    const clientTime = (at: number): Date => new Date(at + Date.now() - story.clock.now().getTime());

    async function replay(): Promise<void> {
      for (const [i, household] of households.entries()) {
        const userId = userIdOf(household);
        client.identify({
          userId,
          messageId: `identify-${household}`,
          timestamp: clientTime(story.clock.now().getTime()),
          traits: {
            email: `${userId}@example.com`,
            first_name: `H${household}`,
            country: 'US',
            ...(zonesOf(household).length === 1 ? { timezone: ZONE } : {}),
            ...(agrees(household) ? { email_consent: true } : {}),
          },
        });
        if (i % 20 === 19) await client.flush();
      }
      await client.flush();
      await story.settle();
      let lookedAt = story.clock.now().getTime();
      for (let i = 0; i < journeys.length;) {
        const first = journeys[i];
        if (first === undefined) break;
        // What happened within half an hour arrives together, and is young enough to be acted upon.
        const arrival = first.at + 30 * MINUTE;
        while (lookedAt + 12 * HOUR < arrival) {
          story.clock.set(new Date(lookedAt + 12 * HOUR).toISOString());
          lookedAt += 12 * HOUR;
          await story.settle();
          await answerReviews();
        }
        story.clock.set(new Date(arrival).toISOString());
        for (; (journeys[i]?.at ?? Infinity) < arrival; i++) {
          const { at, household, event, messageId, properties } = journeys[i] as Happening;
          client.track({
            userId: userIdOf(household),
            event,
            messageId,
            properties,
            timestamp: clientTime(at),
          });
        }
        await client.flush();
        await story.settle();
      }
      for (let day = 0; day < 4; day++) {
        await story.passes(DAY);
        await answerReviews();
      }
      await story.passes(DAY);
    }

    /** A marketer with a habit: rejects what claims more than the facts say, and every fourth of the rest. */
    async function answerReviews(): Promise<void> {
      for (const review of await story.reviews()) {
        const id = String(review['id']);
        const detail = await story.get(`/v1/reviews/${id}`);
        const untrue = detail['draft']?.['claims']?.some((claim) => String(claim['ok']) === 'false') === true;
        const verdict = untrue || unitHash(id) < 1 / 4 ? 'reject' : 'approve';
        const answer = await story.post(`/v1/reviews/${id}/verdict`, {
          verdict,
          contentHash: detail['contentHash'],
          ...(verdict === 'reject' ? { reasons: ['tone'] } : {}),
        });
        expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.anything()]);
        verdicts.set(String(review['messageId']), verdict);
      }
      // What the model writes next: mostly decent, now and then with a price of its own making.
      const invents = unitHash(story.clock.now().toISOString()) < 1 / 5;
      model.behave({
        kind: 'answer',
        content: goodDraft(
          invents ? { blocks: [{ type: 'text', text: 'Everything costs €1.99 until tomorrow.' }] } : {},
        ),
      });
      await story.settle();
    }

    const sent = (): Body[] => messages.filter((message) => String(message['sentAt']) !== 'null');
    const marketing = (): Body[] => sent().filter((message) => String(message['class']) === 'marketing');

    it('are each applied once', async () => {
      expect(clientErrors).toEqual([]);
      const counted: Record<string, Record<string, number>> = {};
      const expected: Record<string, Record<string, number>> = {};
      for (const household of households) {
        const events = (await story.get(`/v1/profiles/${userIdOf(household)}`))['events'] ?? ({} as Body);
        counted[household] = Object.fromEntries(
          ['Order Completed', 'Campaign Received', 'Coupon Redeemed'].map((event) => [
            event,
            Number(events[event]?.['total'] ?? 0),
          ]),
        );
        expected[household] = Object.fromEntries(
          Object.keys(counted[household]).map((event) => [
            event,
            journeys.filter((each) => each.household === household && each.event === event).length,
          ]),
        );
      }
      expect(counted).toEqual(expected);
      expect(
        Object.values(counted).reduce((sum, each) => sum + Object.values(each).reduce((a, b) => a + b), 0),
      ).toBe(journeys.length);
    });

    it('are confirmed, each order once, as far as the caps allow', () => {
      const orders = journeys.filter((each) => each.event === 'Order Completed').length;
      const confirmations = sent().filter((message) => String(message['action']) === 'confirm-order');
      expect(confirmations.length).toBeGreaterThan(orders * 0.9);
      expect(confirmations.length).toBeLessThanOrEqual(orders);
    });

    it('never lead to more than the caps allow, in any window', () => {
      const most = (times: readonly number[], window: number): number =>
        Math.max(0, ...times.map((start) => times.filter((at) => at >= start && at < start + window).length));
      for (const household of households) {
        const of = (list: readonly Body[]): number[] =>
          list
            .filter((message) => String(message['userId']) === userIdOf(household))
            .map((message) => Date.parse(String(message['sentAt'])));
        expect([household, most(of(marketing()), DAY) <= 1]).toEqual([household, true]);
        expect([household, most(of(marketing()), 7 * DAY) <= 3]).toEqual([household, true]);
        expect([household, most(of(sent()), DAY) <= 6]).toEqual([household, true]);
      }
      expect(marketing().length).toBeGreaterThan(households.length / 4);
    });

    it('advertise to nobody at night, nor to anybody who did not agree', () => {
      for (const message of marketing()) {
        const household = String(message['userId']).replace('household-', '');
        expect([household, agrees(household)]).toEqual([household, true]);
        for (const zone of zonesOf(household)) {
          const local = DateTime.fromISO(String(message['sentAt'])).setZone(zone);
          expect([message['id'], zone, local.hour >= 8 && local.hour < 20]).toEqual([
            message['id'],
            zone,
            true,
          ]);
        }
      }
    });

    it('let the model speak to nobody without a person’s signature', async () => {
      const written = [...verdicts.keys()];
      expect(written.length).toBeGreaterThan(0);
      expect(new Set(verdicts.values())).toEqual(new Set(['approve', 'reject']));
      let byModel = 0;
      for (const message of sent()) {
        const { content, approval } = (await story.get(`/v1/messages/${String(message['id'])}`)) as Record<
          string,
          Body
        >;
        if (String(content?.['versions']?.['prompt']) === 'null') continue;
        byModel += 1;
        expect(approval).toMatchObject({ kind: 'person', by: [{ name: 'Administrator' }] });
        expect(verdicts.get(String(message['id']))).toBe('approve');
      }
      expect(byModel).toBeGreaterThan(0);
      for (const message of messages)
        if (verdicts.get(String(message['id'])) === 'reject') expect(message['state']).toBe('rejected');
    });

    it('reach the mail server as approved, each message once', async () => {
      const bySmtp: string[] = [];
      for (const mail of smtp.mails) {
        const parsed = await PostalMime.parse(mail.raw);
        const id = /^<(msg_\w+)@/.exec(parsed.messageId ?? '')?.[1] ?? '';
        const message = messages.find((each) => String(each['id']) === id);
        expect([id, message?.['state'], mail.to]).toEqual([
          id,
          'sent',
          [`${String(message?.['userId'])}@example.com`],
        ]);
        expect(['template', 'person']).toContain(String(message?.['approval']?.['kind']));
        bySmtp.push(id);
      }
      expect(new Set(bySmtp).size).toBe(bySmtp.length);
      expect(bySmtp.sort()).toEqual(
        sent()
          .map((message) => String(message['id']))
          .sort(),
      );
    });

    it(
      'leave a database that can be verified',
      async () => {
        await story.service.app.get(AuditService).seal();
        const findings = await verifyDatabase(story.database.db, story.service.app.get(Secrets), story.clock);
        expect(findings.flatMap((finding) => finding.problems)).toEqual([]);
        expect(findings.map((finding) => finding.looked).every((looked) => looked > 0)).toBe(true);
      },
      10 * MINUTE,
    );
  });
}
