import { sign } from 'node:crypto';
import { signingKeyOf } from '../../src/platform/secrets/signing-key.js';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { sql } from 'kysely';
import { AccessModule, AccessService } from '../../src/access/index.js';
import { AuditService } from '../../src/audit/index.js';
import { type Decision, DecisionsService, type Situation } from '../../src/decisions/index.js';
import { AdvisingService } from '../../src/decisions/advising.service.js';
import { ENGINE, PRIOR_MODELS } from '../../src/decisions/decision.js';
import { DispatchModule, DispatchService, PausesService } from '../../src/dispatch/index.js';
import { type MessageContent } from '../../src/messages/content.js';
import { MessagesService } from '../../src/messages/index.js';
import { type Message, type MessageState } from '../../src/messages/message.js';
import { OutcomesModule, OutcomesService, WithdrawalsService } from '../../src/outcomes/index.js';
import { type Database, DatabaseModule, type Tx } from '../../src/platform/database/index.js';
import { type Runtime } from '../../src/platform/runtime.js';
import { RuntimeModule } from '../../src/platform/runtime.module.js';
import { configureHttp, httpAdapter, HttpModule } from '../../src/platform/http/index.js';
import { WorkModule, WorkService } from '../../src/platform/work/index.js';
import { type Bundle } from '../../src/policies/bundle.js';
import { compilePlaybook } from '../../src/policies/compiler.js';
import { type Fact } from '../../src/policies/fact.js';
import { PoliciesService } from '../../src/policies/index.js';
import { ProfilesService } from '../../src/profiles/index.js';
import { type ApprovalPayload } from '../../src/review/approval.js';
import { canonicalJson, type Json } from '../../src/shared/canonical-json.js';
import { contentHash } from '../../src/shared/hash.js';
import { type Signal } from '../../src/signals/signal.js';
import { openTestDatabase } from './database.js';
import { setFacts } from './facts.js';
import { emailContent } from './parcel.js';
import { TestClock, testRuntime } from './runtime.js';

const DAY_MS = 86_400_000;
export const ADMIN_TOKEN = 'administrator-token-1';

const PLAYBOOK = {
  'brand.yaml': `name: Ahrens
sender: { name: Ahrens, email: hello@shop.example.com }
postalAddress: 1 Example Street
website: https://shop.example.com
linkHosts: [shop.example.com]
voice: plain
currency: EUR
tracking: { clicks: true, opens: true }
`,
  'engine.yaml': 'handoffOwner: care\n',
  'vocabulary.yaml': 'traits:\n  vip: { type: boolean, absent: unknown }\nevents: { Order Completed: {} }\n',
  'guardrails/vip.yaml': `id: look-at-vips
title: Look at what goes to very important people
reason: Two people look at these.
scope: { actions: [welcome] }
when: has(profile.traits.vip) && profile.traits.vip
effect: review
tier: 2
owner: mara
`,
  'channels.yaml': `- { id: email, kind: email, contactCost: 1 }
- { id: newsletter, kind: email, contactCost: 1 }
- { id: onsite, kind: onsite, contactCost: 0 }
- { id: sms, kind: webhook, reaches: telephone, contactCost: 1, enabled: false, url: 'https://sms.example.com/', secretVariable: SMS_SECRET }
`,
  'actions/welcome.yaml': `id: welcome
title: Welcome
goal: a first order
goalEvent: Order Completed
class: marketing
channels: [email, newsletter, onsite]
value: 100
propensity: 0.1
draft: { mode: template }
owner: mara
`,
  'actions/receipt.yaml': `id: receipt
title: Receipt
goal: the customer knows
class: transactional
channels: [email]
value: 100
propensity: 0.1
draft: { mode: template }
owner: mara
`,
  'templates/all.yaml': `- id: welcome-email
  action: welcome
  channel: email
  content: { kind: email, subject: Hello, blocks: [{ type: text, text: Hello }] }
  maxAudience: 1000
  expires: 2030-01-01
  owner: mara
- id: welcome-newsletter
  action: welcome
  channel: newsletter
  content: { kind: email, subject: Hello, blocks: [{ type: text, text: Hello }] }
  maxAudience: 1000
  expires: 2030-01-01
  owner: mara
- id: welcome-onsite
  action: welcome
  channel: onsite
  content: { kind: onsite, title: Hello, body: Hello }
  maxAudience: 1000
  expires: 2030-01-01
  owner: mara
- id: receipt-email
  action: receipt
  channel: email
  content: { kind: email, subject: Receipt, blocks: [{ type: text, text: Receipt }] }
  maxAudience: 1000
  expires: 2030-01-01
  owner: mara
`,
};

function compile(): Bundle {
  const compiled = compilePlaybook(PLAYBOOK);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.bundle;
}

/** Dispatch and outcomes on a real database, with approved messages made by hand. */
export class DispatchWorld {
  readonly bundle = compile();
  private readonly decided = new Map<string, { decision: Decision; situation: Situation }>();
  private app: NestFastifyApplication | undefined;
  private count = 0;

  private constructor(
    readonly database: Database,
    readonly runtime: Runtime,
    readonly clock: TestClock,
    private readonly closeDatabase: () => Promise<void>,
  ) {}

  /** Makes these the catalogue as it is now. */
  setFacts(facts: readonly Fact[]): Promise<void> {
    return setFacts(this.database, facts);
  }

  static async open(environment: Record<string, string> = {}): Promise<DispatchWorld> {
    const opened = await openTestDatabase();
    const clock = new TestClock('2026-03-02T10:00:00.000Z');
    const runtime = testRuntime(clock, {
      PUBLIC_URL: 'https://m.example.com',
      BOOTSTRAP_ADMIN_EMAIL: 'admin@example.com',
      BOOTSTRAP_ADMIN_PASSWORD: 'correct-horse',
      BOOTSTRAP_API_KEY: ADMIN_TOKEN,
      ...environment,
    });
    const world = new DispatchWorld(opened.database, runtime, clock, () => opened.close());
    await world.start();
    return world;
  }

  private async start(): Promise<void> {
    const module = await Test.createTestingModule({
      imports: [
        DatabaseModule.of(this.database),
        RuntimeModule.of(this.runtime),
        HttpModule,
        WorkModule,
        AccessModule,
        DispatchModule,
        OutcomesModule,
      ],
    })
      // The stages before dispatch are stood in for by what they would have left behind.
      .overrideProvider(PoliciesService)
      .useValue({ active: () => this.bundle })
      .overrideProvider(DecisionsService)
      .useValue({ get: (_db: unknown, id: string) => Promise.resolve(this.decided.get(id) ?? null) })
      .overrideProvider(AdvisingService)
      .useValue({})
      .compile();
    this.app = module.createNestApplication<NestFastifyApplication>(httpAdapter());
    configureHttp(this.app);
    await this.app.init();
    await this.get(AccessService).bootstrap(this.runtime.environment);
    this.work.register(this.get(DispatchService).messageApproved);
    this.work.register(this.get(DispatchService).fateTold);
    this.work.register(this.get(OutcomesService).linkFollowed);
    this.work.register(this.get(WithdrawalsService).consentWithdrawn);
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    if (this.app === undefined) throw new Error('not started');
    return this.app.get<T>(type, { strict: false });
  }

  /** A request over HTTP, as the administrator when `token` is ADMIN_TOKEN. */
  async request(
    method: 'GET' | 'HEAD' | 'POST' | 'DELETE',
    url: string,
    options: { body?: string | object; headers?: Record<string, string>; token?: string } = {},
  ): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
    if (this.app === undefined) throw new Error('not started');
    const { token } = options;
    const answer = await this.app.inject({
      method,
      url,
      ...(options.body === undefined ? {} : { payload: options.body }),
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...options.headers },
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  }

  get work(): WorkService {
    return this.get(WorkService);
  }
  get messages(): MessagesService {
    return this.get(MessagesService);
  }
  get pauses(): PausesService {
    return this.get(PausesService);
  }

  async close(): Promise<void> {
    await this.app?.close();
    await this.closeDatabase();
  }

  /** A signal as the intake would have it. */
  signal(userId: string, event: string | null, more: Partial<Signal> = {}): Signal {
    const at = this.clock.now().toISOString();
    return {
      id: this.runtime.ids.make('sig'),
      source: 'key_test',
      messageId: `m${++this.count}`,
      type: event === null ? 'identify' : 'track',
      event,
      userId,
      anonymousId: null,
      previousId: null,
      groupId: null,
      traits: {},
      properties: {},
      context: {},
      occurredAt: at,
      receivedAt: at,
      ...more,
    };
  }

  /** Applies a signal and lets outcomes look at it, as the intake does. */
  async happens(signal: Signal): Promise<string> {
    return this.database.transaction(async (tx) => {
      const applied = await this.get(ProfilesService).apply(tx, [signal]);
      await this.get(OutcomesService).observe(tx, applied);
      return applied[0]?.profileId ?? '';
    });
  }

  /** Somebody who agreed to marketing mail. @returns the profile's id. */
  async person(userId: string, traits: Record<string, Json> = {}): Promise<string> {
    const id = await this.happens(
      this.signal(userId, null, { traits: { email: `${userId}@example.com`, ...traits } }),
    );
    await this.database.transaction((tx) =>
      this.get(ProfilesService).setConsent(tx, id, {
        channel: 'email',
        topic: '*',
        state: 'granted',
        source: 'form',
        at: this.clock.now().toISOString(),
      }),
    );
    return id;
  }

  /** A message to that person, approved by a person and due. */
  async approved(
    profileId: string,
    changes: { content?: Partial<MessageContent>; sendAt?: Date; payload?: Partial<ApprovalPayload> } = {},
  ): Promise<Message> {
    const profile = await this.get(ProfilesService).load(this.database.db, profileId);
    const content: MessageContent = {
      ...emailContent,
      recipient: profile.addresses.email ?? '',
      ...changes.content,
    };
    const now = this.clock.now();
    const sendAt = (changes.sendAt ?? now).toISOString();
    const expiresAt = new Date(now.getTime() + 3 * DAY_MS).toISOString();
    const situation: Situation = {
      now: now.toISOString(),
      trigger: null,
      signal: null,
      context: {},
      profile,
      suppressions: [],
      history: [],
      openTasks: [],
      facts: [],
      advice: null,
      actions: [content.action],
    };
    const decision: Decision = {
      id: this.runtime.ids.make('dec'),
      profileId,
      createdAt: now.toISOString(),
      mode: 'execute',
      bundleHash: this.bundle.hash,
      engine: ENGINE,
      models: PRIOR_MODELS.versions,
      seed: 's',
      triggerId: null,
      firingId: null,
      messageId: this.runtime.ids.make('msg'),
      result: {
        outcome: 'act',
        action: content.action,
        channel: content.channel,
        sendAt,
        expiresAt,
        reasons: [],
        candidates: [],
        probability: 1,
        handoff: null,
        review: null,
        textLimits: { required: [], forbidden: [], maxDiscountPercent: null },
        facts: {},
        offer: null,
      },
    };
    this.decided.set(decision.id, { decision, situation });
    return this.database.transaction(async (tx) => {
      await sql`
        insert into decisions (id, profile_id, created_at, outcome, mode, action, bundle_hash, engine, models, seed, key_id, situation, result,
          situation_hash, result_hash)
        values (${decision.id}, ${profileId}, ${now}, 'act', 'execute', ${content.action}, ${this.bundle.hash}, ${ENGINE}, '{}', 's',
          ${profileId}, '\\x00'::bytea, '\\x00'::bytea, '', '')`.execute(tx);
      const { id } = await this.messages.open(tx, decision, situation, this.bundle);
      await this.messages.saveContent(tx, id, content, null);
      const why = { actor: 'per_1', code: 'test', text: 'test' };
      await this.messages.move(tx, id, 'assessed', why);
      await this.sign(tx, { id, decisionId: decision.id, profileId }, content, {
        expiresAt,
        ...changes.payload,
      });
      await this.messages.move(tx, id, 'approved', why);
      await this.work.enqueue(tx, { kind: 'message.approved', key: id, dueAt: now });
      return this.messages.lock(tx, id);
    });
  }

  /** Keeps a person's approval of this content. */
  async sign(
    tx: Tx,
    message: { id: string; decisionId: string; profileId: string },
    content: MessageContent,
    changes: Partial<ApprovalPayload> & { expiresAt: string },
  ): Promise<void> {
    const at = this.clock.now().toISOString();
    const payload: ApprovalPayload = {
      messageId: message.id,
      decisionId: message.decisionId,
      profileId: message.profileId,
      contentHash: contentHash(content),
      kind: 'person',
      by: [{ personId: 'per_1', name: 'Mara', at }],
      template: null,
      bundleHash: this.bundle.hash,
      at,
      ...changes,
    };
    const signature = sign(
      null,
      Buffer.from(canonicalJson(payload)),
      signingKeyOf(this.runtime.secrets),
    ).toString('base64url');
    await this.messages.saveApproval(tx, message.id, { payload, signature }, 'person', 'per_1');
    await this.get(AuditService).record(tx, {
      actor: 'per_1',
      action: 'message.approved',
      subject: message.id,
      detail: { signature },
    });
  }

  /** Does everything that is due now, one after the other. Signals that wait are taken for applied: there is no intake here. */
  async doDueWork({ isHeard = true } = {}): Promise<void> {
    for (;;) {
      if (isHeard) await sql`delete from signal_inbox`.execute(this.database.db);
      const jobs = await this.work.claim(10);
      if (jobs.length === 0) return;
      for (const job of jobs) await this.work.run(job);
    }
  }

  async stateOf(messageId: string): Promise<MessageState | undefined> {
    return (await this.messages.get(this.database.db, messageId))?.state;
  }

  async lastStep(messageId: string): Promise<{ code: string; text: string }> {
    const step = (await this.messages.steps(this.database.db, messageId)).at(-1);
    return { code: step?.reasonCode ?? '', text: step?.reason ?? '' };
  }

  /** Own signals about messages, by event, as kept. */
  async ownSignals(): Promise<string[]> {
    const { rows } = await sql<{ event: string | null }>`
      select s.event from signals s where s.source = 'countersign' order by s.id`.execute(this.database.db);
    return rows.map((row) => row.event ?? '');
  }
}
