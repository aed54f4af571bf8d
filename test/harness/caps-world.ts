import { type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { sql } from 'kysely';
import { AccessModule } from '../../src/access/index.js';
import { AuditModule } from '../../src/audit/index.js';
import { DecisionsModule, DecisionsService } from '../../src/decisions/index.js';
import { OPEN_STATES } from '../../src/messages/message.js';
import { MessagesModule, MessagesService } from '../../src/messages/index.js';
import { DecisionFollowUpModule } from '../../src/pipeline/decision-follow-up.service.js';
import { type Database, DatabaseModule } from '../../src/platform/database/index.js';
import { HttpModule } from '../../src/platform/http/index.js';
import { type Runtime } from '../../src/platform/runtime.js';
import { RuntimeModule } from '../../src/platform/runtime.module.js';
import { WorkModule } from '../../src/platform/work/index.js';
import { type Bundle } from '../../src/policies/bundle.js';
import { compilePlaybook } from '../../src/policies/compiler.js';
import { FactsService, PoliciesService } from '../../src/policies/index.js';
import { ProfilesService } from '../../src/profiles/index.js';
import { seededRandom } from '../../src/shared/random.js';
import { TriggersService } from '../../src/triggers/index.js';
import { type PlainCap, reckon, type Reckoning, type StoredPlace } from './caps-oracle.js';
import { TestClock, testRuntime } from './runtime.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function action(id: string, more: string, channels = '[email]'): string {
  return `- id: ${id}
  title: ${id}
  goal: an order
  channels: ${channels}
  value: 10000
  propensity: 0.5
  validFor: 2d
  draft: { mode: template }
  owner: mara
  ${more}
`;
}

const template = (id: string): string => `- id: ${id}-mail
  action: ${id}
  channel: email
  content: { kind: email, subject: Hello, blocks: [{ type: text, text: Hello }] }
  maxAudience: 1000000
  expires: 2099-01-01
  owner: mara
`;

const card = (id: string): string => `- id: ${id}-card
  action: ${id}
  channel: onsite
  content: { kind: onsite, title: Hello, body: Hello, url: 'https://shop.example.com/' }
  maxAudience: 1000000
  expires: 2099-01-01
  owner: mara
`;

const MAILED = ['offer', 'news', 'care', 'receipt'] as const;
const ACTIONS = [...MAILED, 'card'] as const;
type ActionId = (typeof ACTIONS)[number];

/** A playbook of four actions by mail, of which the guardrails are given, and whatever else is otherwise. */
export function mailPlaybook(guardrails: string, more: Readonly<Record<string, string>> = {}): Bundle {
  const result = compilePlaybook({ ...PLAYBOOK, ...more, 'guardrails/all.yaml': guardrails });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.bundle;
}

const PLAYBOOK: Readonly<Record<string, string>> = {
  'brand.yaml': `name: Shop
sender: { name: Shop, email: hello@shop.example.com }
postalAddress: 1 Example Street
website: https://shop.example.com
linkHosts: [shop.example.com]
voice: plain
currency: EUR
`,
  'engine.yaml': 'handoffOwner: care\nexploration: 0\n',
  'vocabulary.yaml': 'traits: {}\nevents: {}\n',
  'channels.yaml': '- { id: email, kind: email, contactCost: 1 }\n',
  'actions/all.yaml': [
    action('offer', 'class: marketing\n  tags: [promotion]'),
    action('news', 'class: marketing'),
    action('care', 'class: marketing\n  delay: 37m'),
    action('receipt', 'class: transactional'),
  ].join('\n'),
  'templates/all.yaml': MAILED.map(template).join('\n'),
};

/** How long a review of `care` is said to take. */
const REVIEW_MINUTES = 64;

/** Two channels, of which actions use one or both, and one action that a person looks at first. */
const ON_TWO_CHANNELS: Readonly<Record<string, string>> = {
  'channels.yaml':
    '- { id: email, kind: email, contactCost: 1 }\n- { id: onsite, kind: onsite, contactCost: 2 }\n',
  'actions/all.yaml': [
    action('offer', 'class: marketing\n  tags: [promotion]', '[email, onsite]'),
    action('news', 'class: marketing'),
    action('care', `class: marketing\n  delay: 37m\n  reviewTime: ${REVIEW_MINUTES}m`),
    action('receipt', 'class: transactional'),
    action('card', 'class: marketing', '[onsite]'),
  ].join('\n'),
  'templates/all.yaml': [...MAILED.map(template), card('offer'), card('card')].join('\n'),
};

const PERSONAL = `- id: marketing-pressure
  title: Three an hour and a half, seven a day
  reason: Nobody likes more.
  effect: limit
  scope: { classes: [marketing] }
  caps:
    - { max: 3, per: 90m, classes: [marketing] }
    - { max: 7, per: 1d, classes: [marketing] }
  hours: { from: '06:00', to: '23:30' }
  owner: mara
- id: promotions
  title: One offer in five hours
  reason: Offers wear off.
  effect: limit
  scope: { tags: [promotion] }
  caps: [{ max: 1, per: 5h, tags: [promotion] }]
  owner: mara
- id: mail
  title: Nine mails in six hours
  reason: More is a loop somewhere.
  effect: limit
  scope: { channels: [email] }
  caps: [{ max: 9, per: 6h, channels: [email] }]
  owner: mara
- id: cards
  title: Two cards in two hours
  reason: A site is there for something else.
  effect: limit
  scope: { channels: [onsite] }
  caps: [{ max: 2, per: 2h, channels: [onsite] }]
  owner: mara
- id: careful
  title: Somebody reads what is meant well
  reason: It may not be.
  effect: review
  scope: { actions: [care] }
  owner: mara
`;

const MARKETING = ['offer', 'news', 'care', 'card'];
const CHANNELS = ['email', 'onsite'];

/** The same once more, in figures of its own. */
const CAPS: readonly PlainCap[] = [
  { name: 'marketing', actions: MARKETING, channels: CHANNELS, max: 3, window: 1.5 * HOUR },
  { name: 'marketing', actions: MARKETING, channels: CHANNELS, max: 7, window: DAY },
  { name: 'offers', actions: ['offer'], channels: CHANNELS, max: 1, window: 5 * HOUR },
  { name: 'mails', actions: ACTIONS, channels: ['email'], max: 9, window: 6 * HOUR },
  { name: 'cards', actions: ACTIONS, channels: ['onsite'], max: 2, window: 2 * HOUR },
];

export interface CapsRun {
  readonly writers: number;
  readonly decisions: number;
  readonly people: number;
  readonly seed: string;
  /** Decisions between two looks of the oracle; all of them at one moment of the world. */
  readonly perRound?: number;
  readonly say?: (line: string) => void;
}

export interface CapsResult {
  readonly decisions: number;
  readonly messages: number;
  readonly cancelled: number;
  /** Places held on site. */
  readonly cards: number;
  /** Places of what a person looks at first, and how many of them were to leave before a review is over. */
  readonly reviewed: number;
  readonly tooSoon: number;
  readonly looks: number;
  readonly over: readonly string[];
  /** Windows that were full to the last place: without any, "none over" would say nothing. */
  readonly full: number;
  /** Milliseconds of each decision. */
  readonly latencies: readonly number[];
  readonly seconds: number;
}

interface Person {
  readonly userId: string;
  readonly profileId: string;
  readonly mailbox: string;
}

/** What decides and keeps messages; its playbook and triggers are the test's to give. */
export function decidingModules(
  database: Database,
  runtime: Runtime,
): NonNullable<ModuleMetadata['imports']> {
  return [
    DatabaseModule.of(database),
    RuntimeModule.of(runtime),
    HttpModule,
    WorkModule,
    AuditModule,
    AccessModule,
    DecisionsModule,
    MessagesModule,
    DecisionFollowUpModule,
  ];
}

/** One process: what decides and keeps messages, with a playbook in force. */
export async function decidingProcess(
  database: Database,
  clock: TestClock,
  bundle: () => Bundle,
  runtime: Runtime = testRuntime(clock),
): Promise<INestApplicationContext> {
  const module = await Test.createTestingModule({
    imports: decidingModules(database, runtime),
  })
    .overrideProvider(PoliciesService)
    .useValue({ active: bundle, bundle: () => Promise.resolve(bundle()) })
    .overrideProvider(FactsService)
    .useValue({ current: () => Promise.resolve([]) })
    .overrideProvider(TriggersService)
    .useValue({})
    .compile();
  return module.init();
}

/** Somebody in Berlin who agreed to mail. @returns their profile's id. */
export async function settlePerson(
  app: INestApplicationContext,
  database: Database,
  userId: string,
  email: string,
): Promise<string> {
  const at = '2026-10-24T00:00:00.000Z';
  const [applied] = await database.transaction((tx) =>
    app.get(ProfilesService).apply(tx, [
      {
        id: `sig_${userId}`,
        source: 'key_1',
        messageId: `m-${userId}`,
        type: 'identify',
        event: null,
        userId,
        anonymousId: null,
        previousId: null,
        groupId: null,
        traits: { email, timezone: 'Europe/Berlin', consent: { email: 'granted', onsite: 'granted' } },
        properties: {},
        context: {},
        occurredAt: at,
        receivedAt: at,
      },
    ]),
  );
  if (applied === undefined) throw new Error(`nobody came of ${userId}`);
  return applied.profileId;
}

/** Decisions, messages and the people they are about, on a real database; the weekend in October on which the clocks go back. */
export class CapsWorld {
  private readonly people: Person[] = [];
  private readonly made: string[] = [];

  private constructor(
    private readonly database: Database,
    private readonly app: INestApplicationContext,
    private readonly clock: TestClock,
  ) {}

  static async open(database: Database): Promise<CapsWorld> {
    const clock = new TestClock('2026-10-24T07:11:00.000Z');
    const bundle = mailPlaybook(PERSONAL, ON_TWO_CHANNELS);
    const app = await decidingProcess(database, clock, () => bundle);
    return new CapsWorld(database, app, clock);
  }

  close(): Promise<void> {
    return this.app.close();
  }

  /** Every third person shares a mailbox with the one before: it has one person's patience. */
  async settle(count: number): Promise<void> {
    for (let i = this.people.length; i < count; i++) {
      const mailbox = `box-${i % 3 === 2 ? i - 1 : i}@example.com`;
      const userId = `user-${i}`;
      const profileId = await settlePerson(this.app, this.database, userId, mailbox);
      this.people.push({ userId, mailbox, profileId });
    }
  }

  /** Writers decide and cancel at once, at one moment after another; the oracle looks after each. */
  async run({ writers, decisions, people, seed, perRound = 500, say }: CapsRun): Promise<CapsResult> {
    await this.settle(people);
    const random = seededRandom(seed);
    const latencies: number[] = [];
    const over: string[] = [];
    let [cancelled, full, looks] = [0, 0, 0];
    const began = performance.now();
    for (let done = 0; done < decisions; done += perRound) {
      let left = Math.min(perRound, decisions - done);
      const write = async (): Promise<void> => {
        while (left-- > 0) {
          const person = this.people[Math.floor(random() ** 2 * this.people.length)];
          const what = ACTIONS[Math.floor(random() * ACTIONS.length)];
          const given = this.made.length > 0 && random() < 0.12 ? this.takeMade(random) : undefined;
          if (person === undefined || what === undefined) throw new Error('there is nobody to decide about');
          const start = performance.now();
          await this.decide(person, what);
          latencies.push(performance.now() - start);
          if (given !== undefined && (await this.cancel(given))) cancelled++;
        }
      };
      await Promise.all(Array.from({ length: writers }, write));
      const look = await this.reckon();
      over.push(...look.over);
      full += look.full;
      looks++;
      if (looks % 20 === 0)
        say?.(`${done + perRound} decisions, ${this.clock.now().toISOString()}, ${over.length} over, ${look.full} windows full`); // prettier-ignore
      await this.passes((2 + Math.floor(random() * 5_000)) * 1_000, writers);
    }
    const seconds = (performance.now() - began) / 1_000;
    const places = await this.places();
    return {
      decisions: latencies.length,
      messages: places.length + cancelled,
      cancelled,
      cards: places.filter(({ channel }) => channel === 'onsite').length,
      ...(await this.reviews()),
      looks,
      over,
      full,
      latencies,
      seconds,
    };
  }

  private async decide({ userId }: Person, what: ActionId): Promise<void> {
    const { decision } = await this.app
      .get(DecisionsService)
      .decide({ userId, actions: [what], mode: 'execute' });
    if (decision.messageId !== null) this.made.push(decision.messageId);
  }

  private takeMade(random: () => number): string | undefined {
    const i = Math.floor(random() * this.made.length);
    const last = this.made.pop();
    const taken = this.made[i] ?? last;
    if (last !== undefined && i < this.made.length) this.made[i] = last;
    return taken;
  }

  /** @returns whether it had not left yet. */
  private async cancel(id: string): Promise<boolean> {
    const messages = this.app.get(MessagesService);
    return this.database.transaction(async (tx) => {
      const message = await messages.lock(tx, id);
      if (!OPEN_STATES.includes(message.state)) return false;
      await messages.cancel(tx, id, { actor: 'system', reason: 'The test took it back.' });
      return true;
    });
  }

  /** Lets time pass; what falls due leaves on its second. */
  private async passes(ms: number, writers: number): Promise<void> {
    const until = this.clock.now().getTime() + ms;
    const due = await this.due(until);
    for (let i = 0; i < due.length;) {
      const at = due[i]?.send_at.getTime() ?? until;
      this.clock.set(new Date(Math.max(at, this.clock.now().getTime())).toISOString());
      const now: string[] = [];
      for (; due[i]?.send_at.getTime() === at; i++) now.push(due[i]?.id ?? '');
      const leave = async (): Promise<void> => {
        for (let id = now.pop(); id !== undefined; id = now.pop()) await this.leave(id);
      };
      await Promise.all(Array.from({ length: writers }, leave));
    }
    this.clock.set(new Date(until).toISOString());
  }

  private async due(until: number): Promise<{ id: string; send_at: Date }[]> {
    const { rows } = await sql<{ id: string; send_at: Date }>`
      select m.id, m.send_at from messages m where m.state = 'drafting' and m.send_at <= ${new Date(until)}
      order by m.send_at, m.id`.execute(this.database.db);
    return rows;
  }

  private leave(id: string): Promise<void> {
    const messages = this.app.get(MessagesService);
    const why = { actor: 'system', code: 'test', text: 'Its time has come.' };
    return this.database.transaction(async (tx) => {
      for (const to of ['assessed', 'approved', 'sending', 'sent'] as const)
        await messages.move(tx, id, to, why);
    });
  }

  /** A person's own messages keep within their caps, wherever they go; and a mailbox, whoever it belongs to, gets no more mails than one person. */
  private async reckon(): Promise<Reckoning> {
    const places = await this.places();
    const own = reckon(places, CAPS);
    const mails = places.filter(({ channel }) => channel === 'email');
    const shared = reckon(
      mails.map((place) => ({ ...place, holder: this.mailboxes().get(place.holder) ?? place.holder })),
      CAPS,
    );
    return { over: [...own.over, ...shared.over], full: own.full + shared.full };
  }

  private mailboxes(): Map<string, string> {
    return new Map(this.people.map(({ profileId, mailbox }) => [profileId, mailbox]));
  }

  private async reviews(): Promise<Pick<CapsResult, 'reviewed' | 'tooSoon'>> {
    const { rows } = await sql<{ reviewed: number; too_soon: number }>`
      select count(*)::int as reviewed,
        (count(*) filter (where m.send_at < m.created_at + ${REVIEW_MINUTES} * interval '1 minute'))::int as too_soon
      from messages m where m.action = 'care'`.execute(this.database.db);
    return { reviewed: rows[0]?.reviewed ?? 0, tooSoon: rows[0]?.too_soon ?? 0 };
  }

  private async places(): Promise<StoredPlace[]> {
    const { rows } = await sql<{ profile_id: string; action: string; channel: string; at: Date }>`
      select m.profile_id, m.action, m.channel, coalesce(m.sent_at, m.send_at) as at
      from messages m where m.state not in ('suppressed', 'rejected', 'expired', 'failed', 'cancelled')`.execute(
      this.database.db,
    );
    return rows.map(({ profile_id, action: what, channel, at }) => ({
      holder: profile_id,
      action: what,
      channel,
      at: at.getTime(),
    }));
  }
}
