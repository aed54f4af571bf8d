import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConsoleLogger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { sql } from 'kysely';
import { AccessModule, type PersonActor } from '../../src/access/index.js';
import { DecisionsModule, DecisionsService } from '../../src/decisions/index.js';
import { DraftingModule, DraftingService } from '../../src/drafting/index.js';
import { type Message } from '../../src/messages/message.js';
import { MessagesService } from '../../src/messages/index.js';
import { DecisionFollowUpModule } from '../../src/pipeline/decision-follow-up.service.js';
import { type Database, DatabaseModule } from '../../src/platform/database/index.js';
import { RuntimeModule } from '../../src/platform/runtime.module.js';
import { type Runtime } from '../../src/platform/runtime.js';
import { WorkModule, WorkService } from '../../src/platform/work/index.js';
import { PoliciesService } from '../../src/policies/index.js';
import { ProfilesService } from '../../src/profiles/index.js';
import { HttpModule } from '../../src/platform/http/index.js';
import { TesterModule } from '../../src/rehearsal/index.js';
import { ReviewModule, ReviewService } from '../../src/review/index.js';
import { RiskService } from '../../src/risk/index.js';
import { type Json } from '../../src/shared/canonical-json.js';
import { type Signal } from '../../src/signals/signal.js';
import { openTestDatabase } from './database.js';
import { TestClock, testRuntime } from './runtime.js';

const action = (id: string, more = ''): string => `- id: ${id}
  title: Welcome
  goal: a first order
  class: marketing
  channels: [email]
  value: 1000
  propensity: 0.5
  draft: { mode: template }
  owner: ana
${more}`;

const template = (id: string, text: string, more = ''): string => `- id: ${id}-mail
  action: ${id}
  channel: email
  slots:
    first_name: { type: text, from: profile.traits.first_name, default: there }
  content:
    kind: email
    subject: 'Welcome, {{ first_name }}'
    preheader: ''
    blocks:
      - { type: text, text: '${text}' }
  ${more === '' ? 'maxAudience: 100' : more}
  expires: 2030-01-01
  owner: ana
`;

const guardrail = (id: string, tier: number): string => `- id: look-at-${id}
  title: Look at ${id}
  reason: The team wants to see these.
  scope: { actions: [${id}] }
  effect: review
  tier: ${tier}
  owner: ana
`;

/** `plain` and `touched` go out under their templates; `seen` needs one person, `grave` two; `scarce` was signed for one person; `pushy` is risky. */
const PLAYBOOK: Readonly<Record<string, string>> = {
  'brand.yaml': `name: Fernhill
sender: { name: Fernhill, email: hello@fernhill.example }
postalAddress: 12 Example Lane, Bristol
website: https://shop.fernhill.example
linkHosts: [fernhill.example]
voice: Calm and plain.
bannedWords: [shiny]
currency: EUR
`,
  'engine.yaml': 'handoffOwner: care\nexploration: 0\nreviewExpiresAfter: 24h\nclaimLease: 10m\n',
  'vocabulary.yaml': 'traits:\n  first_name: { type: string, absent: unknown }\nevents: {}\n',
  'channels.yaml': '- { id: email, kind: email, contactCost: 1 }\n',
  'actions/all.yaml': ['plain', 'touched', 'seen', 'grave', 'scarce', 'pushy']
    .map((id) => action(id))
    .join(''),
  'guardrails/all.yaml': guardrail('seen', 1) + guardrail('grave', 2),
  'templates/all.yaml':
    template('plain', 'Good to have you here.') +
    template('touched', 'Good to have you here.') +
    template('seen', 'Good to have you here.') +
    template('grave', 'Good to have you here.') +
    template('scarce', 'Good to have you here.', 'maxAudience: 1') +
    template('pushy', 'Act now, only a few left!'),
};

/** From a decision to an approval on a real database, with a playbook of its own and the people who answer. */
export class ReviewWorld {
  readonly ana: PersonActor = {
    kind: 'person',
    personId: 'per_ana',
    name: 'Ana',
    role: 'marketer',
    via: 'session',
  };
  readonly ben: PersonActor = {
    kind: 'person',
    personId: 'per_ben',
    name: 'Ben',
    role: 'marketer',
    via: 'token',
  };
  private module: TestingModule | undefined;
  private count = 0;

  private constructor(
    readonly database: Database,
    readonly runtime: Runtime,
    readonly clock: TestClock,
    private readonly directory: string,
    private readonly closeDatabase: () => Promise<void>,
  ) {}

  static async open(): Promise<ReviewWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'countersign-review-'));
    for (const [path, text] of Object.entries(PLAYBOOK)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    const opened = await openTestDatabase();
    const clock = new TestClock('2026-11-18T12:00:00.000Z');
    const runtime = testRuntime(clock, { POLICIES_DIR: directory });
    const world = new ReviewWorld(opened.database, runtime, clock, directory, () => opened.close());
    await world.start();
    return world;
  }

  private async start(): Promise<void> {
    this.module = await Test.createTestingModule({
      imports: [
        DatabaseModule.of(this.database),
        RuntimeModule.of(this.runtime),
        WorkModule,
        AccessModule,
        DecisionFollowUpModule,
        DecisionsModule,
        DraftingModule,
        ReviewModule,
        HttpModule,
        TesterModule,
      ],
    })
      .setLogger(new ConsoleLogger({ logLevels: ['fatal'] }))
      .compile();
    for (const { personId, name, role } of [this.ana, this.ben]) {
      await sql`
        insert into people (id, email, name, role, created_at)
        values (${personId}, ${`${personId}@example.com`}, ${name}, ${role}, ${this.clock.now()})`.execute(
        this.database.db,
      );
    }
    await this.get(PoliciesService).loadFolderAtStart(this.ana);
    this.work.register(this.get(DraftingService).messageOpened);
    this.work.register(this.get(RiskService).draftWritten);
    this.work.register(this.reviews.draftAssessed);
    this.work.register(this.reviews.messageNeedsReview);
    this.work.register(this.reviews.messageWithdrawn);
    this.work.register(this.reviews.reviewExpires);
  }

  async close(): Promise<void> {
    await this.module?.close();
    await this.closeDatabase();
    await rm(this.directory, { recursive: true, force: true });
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    if (this.module === undefined) throw new Error('not started');
    return this.module.get<T>(type, { strict: false });
  }
  get work(): WorkService {
    return this.get(WorkService);
  }
  get reviews(): ReviewService {
    return this.get(ReviewService);
  }
  get messages(): MessagesService {
    return this.get(MessagesService);
  }

  /** Somebody who agreed to marketing mail. @returns their user id. */
  async person(traits: Record<string, Json> = {}): Promise<string> {
    const userId = `u${++this.count}`;
    const at = this.clock.now().toISOString();
    const signal: Signal = {
      id: this.runtime.ids.make('sig'),
      source: 'key_test',
      messageId: `m${this.count}`,
      type: 'identify',
      event: null,
      userId,
      anonymousId: null,
      previousId: null,
      groupId: null,
      traits: { email: `${userId}@example.com`, first_name: 'Ada', country: 'GB', ...traits },
      properties: {},
      context: {},
      occurredAt: at,
      receivedAt: at,
    };
    await this.database.transaction(async (tx) => {
      const [applied] = await this.get(ProfilesService).apply(tx, [signal]);
      const consent = { channel: 'email', topic: '*', state: 'granted' as const, source: 'form', at };
      await this.get(ProfilesService).setConsent(tx, applied?.profileId ?? '', consent);
    });
    return userId;
  }

  /** Decides to take an action for somebody and does all the work that follows. @returns the message. */
  async decided(actionId: string, userId?: string): Promise<Message> {
    const { decision } = await this.get(DecisionsService).decide({
      userId: userId ?? (await this.person()),
      actions: [actionId],
      mode: 'execute',
    });
    if (decision.messageId === null) throw new Error(JSON.stringify(decision.result.candidates));
    await this.doDueWork();
    return this.message(decision.messageId);
  }

  /** A message in the queue. @returns the review's id. */
  async queued(actionId: string): Promise<string> {
    const message = await this.decided(actionId);
    const { data } = await this.reviews.list({ limit: 200 });
    const review = data.find((each) => each.messageId === message.id);
    if (review === undefined) throw new Error(`message ${message.id} is ${message.state}, not in review`);
    return review.id;
  }

  async message(id: string): Promise<Message> {
    const message = await this.messages.get(this.database.db, id);
    if (message === null) throw new Error(`there is no message ${id}`);
    return message;
  }

  /** Does everything that is due now and has a handler here, one after the other. */
  async doDueWork(): Promise<void> {
    for (;;) {
      const jobs = await this.work.claim(10);
      if (jobs.length === 0) return;
      for (const job of jobs) await this.work.run(job);
    }
  }

  /** Keys of work of a kind that is waiting. */
  async waiting(kind: string): Promise<string[]> {
    const { rows } = await sql<{
      key: string;
    }>`select key from work where kind = ${kind} and state = 'ready'`.execute(this.database.db);
    return rows.map((row) => row.key);
  }
}
