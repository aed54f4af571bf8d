import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { z } from 'zod';
import { type Api } from './api.js';
import { sleep } from './ports.js';
import { type Random } from './random.js';
import { type AskedDecision, type Denial, type SentSignal, type Told } from './told.js';

/** Where it is broad daylight now, so that marketing may leave: quiet hours have tests of their own. */
function daytime(): { readonly country: string; readonly timezone: string } {
  const zones = [
    { country: 'NZ', timezone: 'Pacific/Auckland' },
    { country: 'JP', timezone: 'Asia/Tokyo' },
    { country: 'IN', timezone: 'Asia/Kolkata' },
    { country: 'AE', timezone: 'Asia/Dubai' },
    { country: 'DE', timezone: 'Europe/Berlin' },
    { country: 'BR', timezone: 'America/Sao_Paulo' },
    { country: 'US', timezone: 'America/New_York' },
    { country: 'US', timezone: 'America/Los_Angeles' },
    { country: 'US', timezone: 'Pacific/Honolulu' },
  ];
  const hourIn = (timeZone: string): number =>
    Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: 'numeric', hourCycle: 'h23' }).format());
  const off = ({ timezone }: { timezone: string }): number => Math.abs(hourIn(timezone) - 13);
  return zones.reduce((best, zone) => (off(zone) < off(best) ? zone : best));
}

const decided = z.object({ id: z.string(), outcome: z.string(), messageId: z.string().nullable() });
const withConsents = z.object({
  consents: z.array(z.object({ channel: z.string(), topic: z.string(), state: z.string() })),
});

interface Person {
  readonly userId: string;
  readonly email: string;
  /** What they said about marketing; null: nothing. */
  readonly consent: boolean | null;
}

/** People in a shop, through the client libraries that shops use: what is not acknowledged is sent again under the same id. */
export class Customers {
  private readonly segment: Analytics;
  private readonly rudder: RudderAnalytics;
  private readonly where = daytime();
  private readonly lives = new Set<Promise<void>>();
  private people = 0;
  private running = false;
  private coming: Promise<void> | undefined;

  constructor(
    front: string,
    writeKey: string,
    private readonly api: Api,
    private readonly told: Told,
    private readonly random: Random,
    /** People a second. */
    private readonly rate: number,
    /** The shop's own systems go by the same clock as the service. */
    private readonly now: () => Date,
  ) {
    this.segment = new Analytics({
      writeKey,
      host: front,
      flushAt: 10,
      flushInterval: 100,
      maxRetries: 2,
      httpRequestTimeout: 16_000,
    });
    this.segment.on('error', () => undefined); // Each signal's callback says so too.
    this.rudder = new RudderAnalytics(writeKey, {
      dataPlaneUrl: front,
      flushAt: 8,
      flushInterval: 100,
      gzip: true,
      logLevel: 'none',
      retryCount: 1,
      errorHandler: () => undefined, // Each signal's callback says so too; without this a failure ends the process.
    });
  }

  start(): void {
    this.running = true;
    this.coming = this.come();
  }

  private async come(): Promise<void> {
    while (this.running) {
      const life = this.live(this.born()).finally(() => this.lives.delete(life));
      this.lives.add(life);
      await sleep((1_000 / this.rate) * this.random.between(0.2, 1.8));
    }
  }

  /** Nobody new comes; those who are there finish what they began. */
  async stop(): Promise<void> {
    this.running = false;
    await this.coming;
    await Promise.all(this.lives);
    await this.segment.closeAndFlush({ timeout: 5_000 });
  }

  private born(): Person {
    const userId = `person-${++this.people}`;
    const consent = this.random.weighted([
      [7, true],
      [2, false],
      [1, null],
    ] as const);
    const box = this.random.chance(0.02) ? `nobody-${userId}` : userId;
    const email = `${box}@example.com`;
    if (consent === true) this.told.agreed.add(email);
    return { userId, email, consent };
  }

  private async live(person: Person): Promise<void> {
    const anonymousId = this.random.chance(0.3) ? `visit-${person.userId}` : undefined;
    if (anonymousId !== undefined) {
      await this.send(
        { type: 'track', event: 'Product Viewed', ...person, orderId: null },
        { product_id: 'cup' },
        { anonymousId },
      );
    }
    const identified = this.send(
      { type: 'identify', event: null, ...person, orderId: null },
      {
        email: person.email,
        first_name: 'Ada',
        ...this.where,
        ...(person.consent === null ? {} : { email_consent: person.consent }),
      },
      anonymousId === undefined ? {} : { anonymousId },
    );
    // What follows is often sent before the first is answered, as browsers do.
    if (this.random.chance(0.5)) await identified;
    await this.random.weighted<() => Promise<unknown>>([
      [4, () => this.orders(person)],
      [3, () => this.track(person, 'Signed Up', { method: 'form' })],
      [3, () => this.abandons(person)],
      [1, () => this.isDecidedAbout(person)],
    ])();
    await identified;
    if (person.consent === true && this.random.chance(0.15)) await this.objects(person);
  }

  private async orders(person: Person): Promise<void> {
    for (let n = this.random.whole(1, 2); n > 0; n--) {
      const orderId = `o-${person.userId}-${n}`;
      await this.track(person, 'Order Completed', { order_id: orderId }, orderId);
      await sleep(this.random.between(0, 1_500));
    }
  }

  private async abandons(person: Person): Promise<void> {
    for (let n = this.random.whole(1, 3); n > 0; n--)
      await this.track(person, 'Product Viewed', { product_id: 'cup' });
    await this.track(person, 'Checkout Started', { total: 24 });
  }

  /** The shop asks what to do about them, over HTTP, until it has an answer. */
  private async isDecidedAbout({ userId }: Person): Promise<void> {
    const mode = this.random.chance(0.7) ? 'execute' : 'decide';
    const entry: AskedDecision = { key: `decide-${userId}`, userId, mode, answer: null };
    this.told.decisions.push(entry);
    await this.insist(async () => {
      const answer = await this.api.ask(
        decided,
        'POST',
        '/v1/decisions',
        { userId, mode, actions: ['welcome'] },
        { 'idempotency-key': entry.key },
      );
      entry.answer = answer?.body ?? null;
      return entry.answer !== null;
    });
  }

  /** They take their consent back; from the answer on nothing of the kind may be handed over. */
  private async objects({ userId, email }: Person): Promise<void> {
    await sleep(this.random.between(0, 6_000));
    const denial: Denial = { email, answeredAt: null };
    this.told.denials.push(denial);
    await this.insist(async () => {
      const answer = await this.api.ask(withConsents, 'PUT', `/v1/profiles/${userId}/consent`, {
        channel: 'email',
        state: 'denied',
        source: 'telephone',
        at: this.now().toISOString(),
      });
      if (answer?.body == null) return false;
      // A process whose clock is ahead may have written down their yes as later than this: then the answer shows it, and nothing was promised.
      const stands = answer.body.consents.find(({ channel, topic }) => channel === 'email' && topic === '*');
      if (stands?.state !== 'denied') return true;
      denial.answeredAt = Date.now();
      return true;
    });
  }

  /** Again and again, until it is done or nobody waits any more. */
  private async insist(attempt: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 400 && !(await attempt()); tries++) await sleep(500);
  }

  private track(
    person: Person,
    event: string,
    properties: Record<string, string | number>,
    orderId: string | null = null,
  ): Promise<void> {
    return this.send({ type: 'track', event, userId: person.userId, orderId }, properties);
  }

  private async send(
    signal: Omit<SentSignal, 'messageId'>,
    content: Record<string, string | number | boolean>,
    who: { anonymousId?: string | undefined } = {},
  ): Promise<void> {
    const messageId = `${signal.userId}-${this.random.seed().toString(36)}`;
    const { type, event, userId, orderId } = signal;
    this.told.sent.set(messageId, { messageId, type, event, userId, orderId });
    const known = type === 'track' && who.anonymousId !== undefined ? {} : { userId };
    const timestamp = new Date();
    await this.insist(async () => {
      const taken = await this.hand(type, { ...known, ...who, messageId, timestamp }, event, content);
      if (taken) this.told.delivered.add(messageId);
      return taken;
    });
  }

  /** Hands a signal to one of the libraries. @returns whether it says that the service took it. */
  private hand(
    type: SentSignal['type'],
    common: { messageId: string; timestamp: Date; userId?: string; anonymousId?: string | undefined },
    event: string | null,
    content: Record<string, string | number | boolean>,
  ): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (error?: unknown): void => {
        resolve(error === undefined || error === null);
      };
      const who = common as { messageId: string; timestamp: Date; userId: string };
      if (this.random.chance(0.5)) {
        if (type === 'identify') this.segment.identify({ ...who, traits: content }, done);
        else this.segment.track({ ...who, event: event ?? '', properties: content }, done);
      } else {
        const { timestamp, ...rest } = who;
        const message = { ...rest, originalTimestamp: timestamp } as { userId: string };
        if (type === 'identify') this.rudder.identify({ ...message, traits: content }, done);
        else this.rudder.track({ ...message, event: event ?? '', properties: content }, done);
      }
    });
  }
}
