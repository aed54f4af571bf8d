import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { sql } from 'kysely';
import { AccessService } from '../../src/access/index.js';
import { type DecisionAnswer } from '../../src/decisions/answer.js';
import {
  insertDecisions,
  type NewDecision,
  selectDecision,
} from '../../src/decisions/decisions.repository.js';
import { DecisionsService, SituationReader, TasksService } from '../../src/decisions/index.js';
import { type MessageContent } from '../../src/messages/content.js';
import { type Message } from '../../src/messages/message.js';
import { IllegalStep, MessagesService } from '../../src/messages/index.js';
import { readOutcomes } from '../../src/console/home/home.read-model.js';
import { SealedReader } from '../../src/console/sealed-reader.service.js';
import { configureHttp, httpAdapter } from '../../src/platform/http/index.js';
import { Secrets } from '../../src/platform/secrets/secrets.js';
import { Vault } from '../../src/platform/vault/index.js';
import { seal, unseal } from '../../src/platform/vault/seal.js';
import { type Job } from '../../src/platform/work/index.js';
import { type Bundle } from '../../src/policies/bundle.js';
import { compilePlaybook } from '../../src/policies/compiler.js';
import { PoliciesService } from '../../src/policies/index.js';
import { ProfilesService } from '../../src/profiles/index.js';
import { type Json } from '../../src/shared/canonical-json.js';
import { contentHash } from '../../src/shared/hash.js';
import { Ids } from '../../src/shared/ids.js';
import { type Signal } from '../../src/signals/signal.js';
import { SignalsService } from '../../src/signals/index.js';
import { type Firing } from '../../src/triggers/firing.js';
import { TriggersService } from '../../src/triggers/index.js';
import { fact } from '../fixtures/playbook.js';
import { decidingModules } from '../harness/caps-world.js';
import { openTestDatabase, type TestDatabase } from '../harness/database.js';
import { setFacts } from '../harness/facts.js';
import { TestClock, testRuntime } from '../harness/runtime.js';

/** Wednesday, 10:00 in Berlin. */
const NOW = '2026-07-01T08:00:00.000Z';
const TOKEN = 'personal-token-of-ada';

const template = (action: string) => `id: ${action}-email
action: ${action}
channel: email
content:
  kind: email
  subject: Hello
  blocks: [{ type: text, text: Hello }]
maxAudience: 100
expires: 2099-01-01
owner: mara
`;

const PLAYBOOK = {
  'brand.yaml': `name: Shop
sender: { name: Shop, email: hello@shop.example.com }
postalAddress: 1 Example Street
website: https://shop.example.com
linkHosts: [shop.example.com]
voice: plain
currency: EUR
`,
  'engine.yaml': 'handoffOwner: care\nexploration: 0\n',
  'vocabulary.yaml': `traits: {}
events:
  Product Viewed:
    properties:
      product_id: { type: string, absent: unknown }
  Complaint Filed: {}
`,
  'channels.yaml': '- { id: email, kind: email, contactCost: 1 }\n',
  'actions/back.yaml': `id: back
title: Back
goal: a purchase
class: marketing
channels: [email]
value: 1000
propensity: 0.1
facts: { product: signal.properties.product_id }
offer: product
draft: { mode: template }
owner: mara
`,
  'actions/welcome.yaml': `id: welcome
title: Welcome
goal: a first order
class: marketing
channels: [email]
value: 1000
propensity: 0.1
draft: { mode: template }
owner: mara
`,
  'actions/apologise.yaml': `id: apologise
title: Apologise
goal: a settled complaint
class: transactional
channels: [email]
value: 0
propensity: 0
draft: { mode: template }
owner: mara
`,
  'templates/apologise.yaml': template('apologise'),
  'templates/back.yaml': template('back'),
  'templates/welcome.yaml': template('welcome'),
  'triggers/viewed.yaml': `id: viewed
title: Viewed
kind: event
event: Product Viewed
actions: [back]
owner: mara
`,
  'triggers/complained.yaml': `id: complained
title: Complained
kind: event
event: Complaint Filed
actions: [apologise]
owner: mara
`,
  'guardrails/rules.yaml': `- id: contact-pressure
  title: Two a week
  reason: Nobody likes more than two messages a week.
  effect: limit
  scope: { classes: [marketing] }
  caps: [{ max: 2, per: 7d }]
  owner: mara
- id: complaint
  title: Complaints go to a person
  reason: A complaint needs a person.
  effect: handoff
  scope: { actions: [apologise] }
  handTo: care
  owner: mara
`,
};

function compile(files: Record<string, string>): Bundle {
  const compiled = compilePlaybook(files);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.bundle;
}

const signal = (given: Partial<Signal> & { id: string }): Signal => ({
  source: 'key_1',
  messageId: `m-${given.id}`,
  type: 'identify',
  event: null,
  userId: null,
  anonymousId: null,
  previousId: null,
  groupId: null,
  traits: {},
  properties: {},
  context: {},
  occurredAt: NOW,
  receivedAt: NOW,
  ...given,
});

const CONTENT: MessageContent = {
  channel: 'email',
  kind: 'email',
  action: 'welcome',
  class: 'marketing',
  offer: null,
  sender: 'Shop <hello@shop.example.com>',
  replyTo: null,
  recipient: 'anna@example.com',
  subject: 'Hello',
  preheader: null,
  html: '<p>Hello</p>',
  text: 'Hello',
  payload: null,
  links: [],
  versions: { bundle: 'b', template: null, prompt: null, facts: [] },
};

describe('decisions, tasks and messages', () => {
  let opened: TestDatabase;
  let app: NestFastifyApplication;
  let people = 0;
  let bundle = compile(PLAYBOOK);
  const clock = new TestClock(NOW);
  const firings = new Map<string, Firing>();

  beforeAll(async () => {
    opened = await openTestDatabase();
    const environment = {
      BOOTSTRAP_ADMIN_EMAIL: 'ada@example.com',
      BOOTSTRAP_ADMIN_PASSWORD: 'correct horse',
      BOOTSTRAP_WRITE_KEY: 'write-key-1',
      BOOTSTRAP_API_KEY: TOKEN,
    };
    const runtime = testRuntime(clock, environment);
    const module = await Test.createTestingModule({
      imports: decidingModules(opened.database, runtime),
    })
      .overrideProvider(PoliciesService)
      .useValue({ active: () => bundle, bundle: () => Promise.resolve(bundle) })
      .overrideProvider(TriggersService)
      .useValue({ firing: (_tx: unknown, id: string) => Promise.resolve(firings.get(id)) })
      .compile();
    app = module.createNestApplication<NestFastifyApplication>(httpAdapter());
    app.useLogger(false);
    configureHttp(app);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    await app.get(AccessService).bootstrap(runtime.environment);
  });
  afterAll(async () => {
    await app.close();
    await opened.close();
  });
  beforeEach(async () => {
    await setFacts(opened.database, []);
    clock.set(NOW);
    bundle = compile(PLAYBOOK);
    firings.clear();
  });

  const decisions = () => app.get(DecisionsService);
  const messages = () => app.get(MessagesService);
  const tasks = () => app.get(TasksService);
  const profiles = () => app.get(ProfilesService);

  /** Somebody new in Berlin with an address, who agreed to e-mail. */
  async function somebody(given: Partial<Signal> = {}): Promise<{ userId: string; profileId: string }> {
    people += 1;
    const userId = `user-${people}`;
    const traits: Record<string, Json> = {
      email: `${userId}@example.com`,
      timezone: 'Europe/Berlin',
      consent: { email: 'granted' },
    };
    const [applied] = await opened.database.transaction((tx) =>
      profiles().apply(tx, [signal({ id: `sig_person_${people}`, userId, traits, ...given })]),
    );
    return { userId, profileId: applied?.profileId ?? '' };
  }

  /** A trigger fires for somebody, and what was asked for is done. */
  async function fires(
    triggerId: string,
    about: { userId: string; profileId: string },
    event: string,
    properties: Record<string, Json> = {},
  ): Promise<string> {
    const messageId = `m-${firings.size}-${about.userId}-${clock.now().getTime()}`;
    await app.get(SignalsService).append('key_1', [
      {
        messageId,
        type: 'track',
        event,
        userId: about.userId,
        anonymousId: null,
        previousId: null,
        groupId: null,
        traits: {},
        properties,
        context: {},
        occurredAt: clock.now().toISOString(),
      },
    ]);
    const { rows } = await sql<{
      id: string;
    }>`select id from signals where message_id = ${messageId}`.execute(opened.database.db);
    const id = `fir_${firings.size}_${about.userId}`;
    firings.set(id, {
      id,
      profileId: about.profileId,
      triggerId,
      occasion: id,
      bundleHash: bundle.hash,
      signalId: rows[0]?.id ?? null,
      firedAt: clock.now().toISOString(),
      evidence: { count: 1 },
    });
    await handle(id);
    return id;
  }
  async function handle(firingId: string): Promise<void> {
    const job = { key: firingId } as Job;
    await opened.database.transaction((tx) => decisions().triggerFired.commit(tx, job, undefined, undefined));
  }

  /** An answer's body; each route has some of these members. */
  type Body = DecisionAnswer & {
    data: (DecisionAnswer & Message & { steps: unknown[]; approval: unknown })[];
    nextCursor: string | null;
    errors: { path: string }[];
    state: string;
    steps: unknown[];
  };
  async function http(
    method: 'GET' | 'POST',
    url: string,
    payload?: object,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Body }> {
    const response = await app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${TOKEN}`, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: response.statusCode, body: response.json<Body>() };
  }
  const ask = (payload: object, headers?: Record<string, string>) =>
    http('POST', '/v1/decisions', payload, headers);
  const list = async (userId: string) => (await http('GET', `/v1/decisions?userId=${userId}`)).body.data;
  const messagesOf = async (userId: string) => (await http('GET', `/v1/messages?userId=${userId}`)).body.data;

  describe('a trigger that fired', () => {
    it('is decided once, and opens a message and asks for its draft', async () => {
      const anna = await somebody();
      await setFacts(opened.database, [fact({ id: 'sku-1' })]);
      const firing = await fires('viewed', anna, 'Product Viewed', { product_id: 'sku-1' });
      await handle(firing);

      const made = await list(anna.userId);
      expect(made).toHaveLength(1);
      expect(made[0]).toMatchObject({
        userId: anna.userId,
        mode: 'execute',
        outcome: 'act',
        action: 'back',
        channel: 'email',
        sendAt: NOW,
        trigger: 'viewed',
        probability: 1,
        models: { propensity: 'playbook' },
        createdAt: NOW,
      });
      expect(made[0]?.engine).toMatch(/^countersign-\d+\+tz/);
      const [message] = await messagesOf(anna.userId);
      expect(message).toMatchObject({
        id: made[0]?.messageId,
        decisionId: made[0]?.id,
        state: 'drafting',
        offer: 'sku-1',
        approval: null,
        steps: [{ from: null, to: 'drafting', actor: 'system', at: NOW, reason: { code: 'decided' } }],
      });
      const { rows } = await sql`select kind, key from work where key = ${message?.id}`.execute(
        opened.database.db,
      );
      expect(rows).toEqual([{ kind: 'message.opened', key: message?.id }]);
    });

    it('keeps the situation sealed, with the signal and the facts its actions name, and no others', async () => {
      const anna = await somebody();
      await setFacts(opened.database, [
        fact({ id: 'sku-2', data: { price: 100 } }),
        fact({ id: 'claim-1', kind: 'claim' }),
      ]);
      await fires('viewed', anna, 'Product Viewed', {
        items: [{ deep: { sku: 'sku-2' } }],
        product_id: 'sku-2',
      });
      const [made] = await list(anna.userId);
      const stored = await decisions().get(opened.database.db, made?.id ?? '');
      expect(stored?.situation).toMatchObject({
        trigger: { id: 'viewed', evidence: { count: 1 } },
        signal: { type: 'track', event: 'Product Viewed', at: NOW },
        profile: { userId: anna.userId },
        facts: [{ id: 'sku-2' }],
        actions: ['back'],
      });
      const { rows } = await sql<{ situation: Buffer; situation_hash: string; result_hash: string }>`
        select situation, situation_hash, result_hash from decisions where id = ${made?.id}`.execute(
        opened.database.db,
      );
      expect(Buffer.from(rows[0]?.situation ?? []).includes(anna.userId)).toBe(false);
      expect(rows[0]?.situation_hash).toBe(contentHash(stored?.situation));
      expect(rows[0]?.result_hash).toBe(contentHash(stored?.decision.result));
    });

    it('holds when the playbook no longer has it, and when the fact is missing', async () => {
      const anna = await somebody();
      await fires('viewed', anna, 'Product Viewed', { product_id: 'sku-9' });
      await fires('gone', anna, 'Product Viewed');
      const reasons = (await list(anna.userId)).map((each) => [each.outcome, each.reasons[0]?.code]);
      expect(reasons.sort()).toEqual([
        ['hold', 'missing_fact'],
        ['hold', 'no_candidates'],
      ]);
      expect(await messagesOf(anna.userId)).toEqual([]);
    });

    it('is passed over when the person was erased', async () => {
      const anna = await somebody();
      await opened.database.transaction((tx) => app.get(Vault).erase(tx, [anna.profileId]));
      await expect(fires('complained', anna, 'Complaint Filed')).resolves.toBeDefined();
    });
  });

  describe('a hand-off', () => {
    it('makes one task, keeps automation off, and lets it go on once the task is closed', async () => {
      const anna = await somebody();
      await fires('complained', anna, 'Complaint Filed');
      await fires('complained', anna, 'Complaint Filed');
      const open = (await http('GET', '/v1/tasks?state=open&owner=care')).body.data.filter(
        (task) => task.userId === anna.userId,
      );
      expect(open).toEqual([
        expect.objectContaining({
          state: 'open',
          owner: 'care',
          reason: { code: 'complaint', text: 'A complaint needs a person.' },
          dueAt: '2026-07-02T08:00:00.000Z',
          closedAt: null,
        }),
      ]);
      expect((await list(anna.userId)).map(({ outcome }) => outcome).sort()).toEqual(['handoff', 'hold']);
      expect((await ask({ userId: anna.userId, actions: ['welcome'] })).body).toMatchObject({
        outcome: 'hold',
        reasons: [{ code: 'open_task' }],
        flip: [{ change: 'if the open tasks were closed', becomes: 'act: welcome by email' }],
      });

      const id = open[0]?.id ?? '';
      const closing = { outcome: 'solved', note: 'Called Anna back.' };
      const closed = await http('POST', `/v1/tasks/${id}/close`, closing);
      expect(closed).toMatchObject({
        status: 200,
        body: { state: 'closed', outcome: 'solved', note: 'Called Anna back.' },
      });
      expect((await http('POST', `/v1/tasks/${id}/close`, closing)).status).toBe(409);
      expect((await http('POST', '/v1/tasks/tsk_none/close', closing)).status).toBe(404);
      expect((await http('POST', `/v1/tasks/${id}/close`, {})).status).toBe(400);
      expect((await ask({ userId: anna.userId, actions: ['welcome'] })).body.outcome).toBe('act');
      expect(await tasks().openOf(opened.database.db, anna.profileId)).toEqual([]);
      const { rows } = await sql<{ note: Buffer }>`select note from tasks where id = ${id}`.execute(
        opened.database.db,
      );
      expect(Buffer.from(rows[0]?.note ?? []).includes('Anna')).toBe(false);
    });
  });

  describe('asking over HTTP', () => {
    it('decides without doing anything, and keeps the record', async () => {
      const anna = await somebody();
      const asked = await ask({ userId: anna.userId, actions: ['welcome'], context: { page: '/' } });
      expect(asked).toMatchObject({
        status: 200,
        body: { mode: 'decide', outcome: 'act', messageId: null, trigger: null },
      });
      expect(asked.body.candidates[0]).toMatchObject({
        action: 'welcome',
        channel: 'email',
        eligible: true,
        score: { propensity: 0.1, value: 1000, cost: 1, total: 99 },
        guardrails: [{ id: 'contact-pressure', effect: 'limit', matched: true }],
      });
      expect(asked.body.flip.length).toBeGreaterThan(0);
      expect(await messagesOf(anna.userId)).toEqual([]);
      expect((await http('GET', `/v1/decisions/${asked.body.id}`)).body).toEqual(asked.body);
      expect((await http('GET', '/v1/decisions/dec_none')).status).toBe(404);
    });

    it('decides for another time', async () => {
      const anna = await somebody();
      const at = '2026-12-24T23:00:00.000Z';
      expect((await ask({ userId: anna.userId, actions: ['welcome'], at })).body).toMatchObject({
        sendAt: at,
        createdAt: NOW,
      });
    });

    it.each([
      ['nobody', {}, 400, 'userId'],
      ['two names for one person', { userId: 'a', anonymousId: 'b' }, 400, 'userId'],
      ['a time to execute at', { userId: 'a', mode: 'execute', at: NOW }, 400, 'at'],
      ['a mode there is not', { userId: 'a', mode: 'guess' }, 400, 'mode'],
      ['an unknown field', { userId: 'a', acions: [] }, 400, 'acions'],
      ['an unknown action', { userId: 'a', actions: ['welcome', 'wellcome'] }, 400, 'actions.1'],
      ['an unknown person', { userId: 'nobody-knows' }, 404, 'userId'],
      ['an unknown visitor', { anonymousId: 'nobody-knows' }, 404, 'anonymousId'],
    ])('refuses %s', async (_name, payload, status, path) => {
      const answer = await http('POST', '/v1/decisions', payload);
      expect([answer.status, answer.body.errors[0]?.path]).toEqual([status, path]);
    });

    it('refuses a context without end', async () => {
      const context = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
      const answer = await app.inject({
        method: 'POST',
        url: '/v1/decisions',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        payload: `{"userId":"a","context":${context}}`,
      });
      expect(answer.statusCode).toBe(400);
    });

    it('executes once for one Idempotency-Key', async () => {
      const anna = await somebody();
      const body = { userId: anna.userId, actions: ['welcome'], mode: 'execute' };
      const first = await ask(body, { 'idempotency-key': 'once' });
      const second = await ask(body, { 'idempotency-key': 'once' });
      expect(second.body).toEqual(first.body);
      expect(await messagesOf(anna.userId)).toHaveLength(1);
      expect((await ask({ ...body, mode: 'decide' }, { 'idempotency-key': 'once' })).status).toBe(422);
    });

    it('executes once for one Idempotency-Key, also when its process died before it could answer', async () => {
      const anna = await somebody();
      const body = { userId: anna.userId, actions: ['welcome'], mode: 'execute' };
      const first = await ask(body, { 'idempotency-key': 'died' });
      await sql`
        update idempotency_keys set status = null, response = null, sealed = null, key_id = null where key = 'died'`.execute(
        opened.database.db,
      );
      clock.advance(31_000);
      const second = await ask(body, { 'idempotency-key': 'died' });
      expect(second.body.id).toBe(first.body.id);
      expect(await messagesOf(anna.userId)).toHaveLength(1);
    });

    it('lists by person, outcome, action and time, in pages', async () => {
      const anna = await somebody();
      for (let i = 0; i < 3; i++) {
        clock.advance(1_000);
        await ask({ userId: anna.userId, actions: ['welcome'] });
      }
      await ask({ userId: anna.userId, actions: ['back'] });
      const query = (filter: string) => http('GET', `/v1/decisions?userId=${anna.userId}&${filter}`);
      expect((await query('outcome=hold')).body.data).toHaveLength(1);
      expect((await query('action=welcome')).body.data).toHaveLength(3);
      expect((await query('since=2026-07-01T08:00:03.000Z')).body.data).toHaveLength(2);
      const first = await query('limit=3');
      const rest = await query(`limit=3&cursor=${first.body.nextCursor ?? ''}`);
      expect([first.body.data.length, rest.body.data.length, rest.body.nextCursor]).toEqual([3, 1, null]);
      expect(new Set([...first.body.data, ...rest.body.data].map(({ id }) => id)).size).toBe(4);
      expect((await query('outcome=maybe')).status).toBe(400);
      expect((await query('cursor=rubbish')).status).toBe(400);
      for (const list of ['decisions', 'messages'])
        expect((await http('GET', `/v1/${list}?userId=nobody-knows`)).body).toEqual({
          data: [],
          nextCursor: null,
        });
      expect((await app.inject({ method: 'GET', url: '/v1/decisions' })).statusCode).toBe(401);
    });

    it('notes beside the sealed result why nothing was done, so that it can be counted', async () => {
      const [anna, visitor] = [await somebody(), await somebody({ traits: {} })];
      const noted = async (userId: string): Promise<unknown> => {
        const { body } = await ask({ userId, actions: ['welcome'] });
        const { rows } =
          await sql`select outcome, reason_code, forbidden from decisions where id = ${body.id}`.execute(
            opened.database.db,
          );
        return rows[0];
      };
      expect(await noted(anna.userId)).toMatchObject({ outcome: 'act', forbidden: null });
      expect(await noted(visitor.userId)).toEqual({
        outcome: 'hold',
        reason_code: 'no_address',
        forbidden: true,
      });
    });

    it('counts holds for home alike, whether their rows tell why or the release before wrote them', async () => {
      clock.set('2027-03-03T09:00:00.000Z');
      const [anna, visitor] = [await somebody(), await somebody({ traits: {} })];
      for (const { userId } of [anna, visitor, visitor]) await ask({ userId, actions: ['welcome'] });
      bundle = compile({
        ...PLAYBOOK,
        'actions/welcome.yaml': PLAYBOOK['actions/welcome.yaml'].replace('value: 1000', 'value: 0'),
      });
      await ask({ userId: anna.userId, actions: ['welcome'] });
      const { db } = opened.database;
      const read = () => readOutcomes(db, new SealedReader(app.get(Vault)), new Date('2027-03-03T00:00:00Z'));
      const told = await read();
      expect(told).toMatchObject({ held: 1, suppressed: 2, whyNot: [{ count: 2 }, { count: 1 }] });
      await sql`update decisions set reason_code = null, forbidden = null where profile_id = ${visitor.profileId}`.execute(
        db,
      );
      expect(await read()).toEqual(told);
      await sql`update decisions set reason_code = null, forbidden = null`.execute(db);
      expect(await read()).toEqual(told);
    });

    it('writes under the key in force: a key wrapped anew is looked up, one that another process erased decides nothing', async () => {
      const anna = await somebody();
      const { db } = opened.database;
      const execute = () => ask({ userId: anna.userId, actions: ['welcome'], mode: 'execute' });
      expect((await execute()).status).toBe(200);
      const secret = app.get(Secrets).current('person-keys');
      const { rows } = await sql<{ wrapped: Buffer }>`
        select wrapped from person_keys where id = ${anna.profileId}`.execute(db);
      const again = seal(secret, unseal(secret, rows[0]?.wrapped ?? Buffer.of()));
      await sql`update person_keys set wrapped = ${again} where id = ${anna.profileId}`.execute(db);
      expect((await execute()).status).toBe(200);
      expect(await list(anna.userId)).toHaveLength(2);
      await sql`delete from person_keys where id = ${anna.profileId}`.execute(db);
      expect((await execute()).status).toBe(404);
      expect((await ask({ userId: anna.userId })).status).toBe(404);
    });

    it('writes many in one statement, each with its own contents and under a key that is in force', async () => {
      const { db } = opened.database;
      const people = [await somebody(), await somebody(), await somebody()];
      const { rows } = await sql<{ id: string; wrapped: Buffer }>`
        select id, wrapped from person_keys where id = any(${people.map(({ profileId }) => profileId)})`.execute(
        db,
      );
      const wrapped = new Map(rows.map((row) => [row.id, row.wrapped]));
      const made = people.map(({ profileId }, i): NewDecision => {
        const key = wrapped.get(profileId) ?? Buffer.of();
        return {
          id: app.get(Ids).make('dec'),
          profileId,
          createdAt: clock.now(),
          outcome: 'hold',
          mode: 'decide',
          action: 'hold',
          channel: null,
          triggerId: null,
          firingId: null,
          bundleHash: 'b',
          engine: 'e',
          models: '{"a":"ü"}',
          seed: `s${i}`,
          keyId: profileId,
          situation: Buffer.alloc(3 + i, i),
          result: Buffer.alloc(5_000 + i, 255 - i),
          situationHash: `sh${i}`,
          resultHash: `rh${i}`,
          messageId: null,
          reasonCode: 'no_candidates',
          forbidden: i === 0,
          // The second one's was exchanged since it was read.
          wrappedKey: i === 1 ? Buffer.concat([key, Buffer.of(1)]) : key,
        };
      });
      expect(await insertDecisions(db, made)).toEqual([true, false, true]);
      for (const [
        i,
        { id, situation, result, createdAt, seed, models, reasonCode, forbidden },
      ] of made.entries()) {
        const kept = await selectDecision(db, id);
        const counted = await sql`select reason_code, forbidden from decisions where id = ${id}`.execute(db);
        if (i === 1) expect([kept, counted.rows]).toEqual([null, []]);
        else {
          expect(kept).toMatchObject({ id, situation, result, createdAt, seed, models });
          expect(counted.rows).toEqual([{ reason_code: reasonCode, forbidden }]);
        }
      }
      // Nobody could read them: they were never sealed.
      await sql`delete from decisions where bundle_hash = 'b'`.execute(db);
    });

    it('tells nothing of an erased person', async () => {
      const anna = await somebody();
      const { id } = (await ask({ userId: anna.userId, actions: ['welcome'] })).body;
      await opened.database.transaction((tx) => app.get(Vault).erase(tx, [anna.profileId]));
      expect((await http('GET', `/v1/decisions/${id}`)).status).toBe(410);
      expect((await ask({ userId: anna.userId })).status).toBe(404);
      const all = await http('GET', '/v1/decisions?limit=200');
      expect(all.body.data.some((each) => each.id === id)).toBe(false);
    });
  });

  describe('the caps', () => {
    it('hold under twenty decisions at once', async () => {
      const anna = await somebody();
      const all = await Promise.all(
        Array.from({ length: 20 }, () => ask({ userId: anna.userId, actions: ['welcome'], mode: 'execute' })),
      );
      expect(all.every(({ status }) => status === 200)).toBe(true);
      expect(all.filter(({ body }) => body.outcome === 'act')).toHaveLength(2);
      expect(await messagesOf(anna.userId)).toHaveLength(2);
      expect(all.find(({ body }) => body.outcome === 'hold')?.body.reasons).toEqual([
        {
          code: 'cap',
          text: 'Rule contact-pressure allows 2 messages in any 7d; there is no room before it expires.',
        },
      ]);
    });

    it('count what was sent to the visitor the person turned out to be', async () => {
      const visitor = `visitor-${people}`;
      const anna = await somebody({ anonymousId: visitor, userId: null });
      for (let i = 0; i < 2; i++) await ask({ anonymousId: visitor, actions: ['welcome'], mode: 'execute' });
      const known = await somebody();
      await opened.database.transaction((tx) =>
        profiles().apply(tx, [
          signal({ id: 'sig_joins', userId: known.userId, anonymousId: visitor, occurredAt: NOW }),
        ]),
      );
      const asked = await ask({ userId: known.userId, actions: ['welcome'], mode: 'execute' });
      expect(asked.body.reasons[0]?.code).toBe('cap');
      expect(await messagesOf(known.userId)).toHaveLength(2);
      expect(anna.profileId).not.toBe(known.profileId);
    });

    it('hold for a mailbox, whoever claims it, and tell nothing of the others', async () => {
      const traits = {
        email: 'shared@example.com',
        timezone: 'Europe/Berlin',
        consent: { email: 'granted' },
      };
      const claimants = [];
      for (let i = 0; i < 5; i++) claimants.push(await somebody({ traits }));
      const all = await Promise.all(
        claimants.flatMap(({ userId }) =>
          [1, 2].map(() => ask({ userId, actions: ['welcome'], mode: 'execute' })),
        ),
      );
      expect(all.every(({ status }) => status === 200)).toBe(true);
      expect(all.filter(({ body }) => body.outcome === 'act')).toHaveLength(2);

      const [first] = claimants;
      const asked = await ask({ userId: first?.userId, actions: ['welcome'], mode: 'execute' });
      expect(asked.body.reasons[0]?.code).toBe('cap');
      const kept = await decisions().get(opened.database.db, asked.body.id);
      const own = kept?.situation.history.length ?? 0;
      const others = kept?.situation.addressHistory ?? [];
      expect(own + others.length).toBe(2);
      for (const other of others)
        expect(Object.keys(other).toSorted()).toEqual(['at', 'channel', 'class', 'open', 'tags']);

      const alone = await somebody();
      expect((await ask({ userId: alone.userId, actions: ['welcome'], mode: 'execute' })).body.outcome).toBe(
        'act',
      );
    });

    it('hold for a telephone that several people share, whatever mailboxes they have', async () => {
      const text = (yaml: string) => yaml.replaceAll('email', 'sms').replace(/welcome/g, 'nudge');
      bundle = compile({
        ...PLAYBOOK,
        'channels.yaml': `${PLAYBOOK['channels.yaml']}- { id: sms, kind: webhook, reaches: telephone, contactCost: 1, url: 'https://sms.example.com/', secretVariable: SMS_SECRET }\n`,
        'actions/nudge.yaml': text(PLAYBOOK['actions/welcome.yaml']),
        'templates/nudge.yaml': text(PLAYBOOK['templates/welcome.yaml'])
          .replace('kind: sms', 'kind: webhook')
          .replace(/ {2}subject: [^]*?\}\]\n/, '  payload: { text: Hello }\n'),
      });
      const phone = '+4915112345678';
      const owners = [];
      for (const email of ['one', 'two', 'three'])
        owners.push(await somebody({ traits: { phone, email: `${email}@phones.example.com`, timezone: 'Europe/Berlin', consent: { sms: 'granted' } } })); // prettier-ignore
      const all = await Promise.all(
        owners.map(({ userId }) => ask({ userId, actions: ['nudge'], mode: 'execute' })),
      );
      expect(all.map(({ body }) => body.outcome).toSorted()).toEqual(['act', 'act', 'hold']);
      expect(all.find(({ body }) => body.outcome === 'hold')?.body.reasons[0]?.code).toBe('cap');

      // Where it goes is not what its content says, which is the address of whoever passes it on.
      const id = all.find(({ body }) => body.outcome === 'act')?.body.messageId ?? '';
      await opened.database.transaction(
        (tx) =>
        messages().saveContent(tx, id, { ...CONTENT, kind: 'webhook', channel: 'sms', recipient: 'https://sms.example.com/', payload: { text: 'Hello' } }, null), // prettier-ignore
      );
      expect(await messages().addressHash(opened.database.db, id)).toBe(profiles().addressHash('sms', phone));
    });

    it('give a place back when a message is cancelled', async () => {
      const anna = await somebody();
      const execute = () => ask({ userId: anna.userId, actions: ['welcome'], mode: 'execute' });
      const first = await execute();
      await execute();
      expect((await execute()).body.outcome).toBe('hold');
      const id = first.body.messageId ?? '';
      const cancelled = await http('POST', `/v1/messages/${id}/cancel`, {
        reason: 'The sale is over.',
      });
      expect(cancelled.body.state).toBe('cancelled');
      expect(cancelled.body.steps.at(-1)).toMatchObject({
        from: 'drafting',
        to: 'cancelled',
        reason: { code: 'cancelled', text: 'The sale is over.' },
      });
      expect((await http('POST', `/v1/messages/${id}/cancel`)).status).toBe(409);
      expect((await http('POST', '/v1/messages/msg_none/cancel')).status).toBe(404);
      expect((await execute()).body.outcome).toBe('act');
    });
  });

  describe('a message', () => {
    async function message(): Promise<string> {
      const anna = await somebody();
      const asked = await ask({ userId: anna.userId, actions: ['welcome'], mode: 'execute' });
      return asked.body.messageId ?? '';
    }
    const inTransaction: TestDatabase['database']['transaction'] = (work) =>
      opened.database.transaction(work);
    const why = { actor: 'system', code: 'test', text: 'for a test' };

    it('keeps its content sealed, and loses its approval when the content changes', async () => {
      const id = await message();
      const hash = await inTransaction((tx) => messages().saveContent(tx, id, CONTENT, 'welcome-1'));
      expect(hash).toBe(contentHash(CONTENT));
      expect(await messages().content(opened.database.db, id)).toEqual(CONTENT);
      const approval = {
        payload: { by: [{ personId: 'per_1', name: 'Ada', at: NOW }], at: NOW, expiresAt: NOW },
        signature: 's',
      };
      await inTransaction((tx) => messages().saveApproval(tx, id, approval, 'person', 'per_1'));
      expect((await http('GET', `/v1/messages/${id}`)).body).toMatchObject({
        contentHash: hash,
        templateId: 'welcome-1',
        content: { subject: 'Hello' },
        approval: { kind: 'person', by: [{ personId: 'per_1', name: 'Ada' }] },
      });
      await inTransaction((tx) => messages().saveContent(tx, id, { ...CONTENT, subject: 'Hi' }, null));
      expect(await messages().approval(opened.database.db, id)).toBeNull();
      const { rows } = await sql<{ content: Buffer }>`select content from messages where id = ${id}`.execute(
        opened.database.db,
      );
      expect(Buffer.from(rows[0]?.content ?? []).includes('Hello')).toBe(false);
    });

    it('goes from state to state as the machine says, every step kept, and not otherwise', async () => {
      const id = await message();
      const states = ['assessed', 'approved', 'scheduled', 'sending', 'sent', 'delivered'] as const;
      for (const to of states) {
        clock.advance(1_000);
        await inTransaction((tx) => messages().move(tx, id, to, why));
      }
      const steps = await messages().steps(opened.database.db, id);
      expect(steps.map(({ to }) => to)).toEqual(['drafting', ...states]);
      expect(await messages().get(opened.database.db, id)).toMatchObject({
        state: 'delivered',
        sentAt: '2026-07-01T08:00:05.000Z',
      });
      await expect(inTransaction((tx) => messages().move(tx, id, 'drafting', why))).rejects.toThrow(
        IllegalStep,
      );
      await expect(inTransaction((tx) => messages().saveContent(tx, id, CONTENT, null))).rejects.toThrow(
        'cannot change',
      );
    });

    it('holds its place at its send time while open, from the moment it began to leave after that', async () => {
      const anna = await somebody();
      const asked = await ask({ userId: anna.userId, actions: ['welcome'], mode: 'execute' });
      const id = asked.body.messageId ?? '';
      const history = async (excludeMessageId?: string) => {
        const situation = await inTransaction(async (tx) =>
          app.get(SituationReader).read(tx, bundle, {
            profile: await profiles().lock(tx, anna.profileId),
            now: clock.now(),
            ...(excludeMessageId === undefined ? {} : { excludeMessageId }),
          }),
        );
        return situation.history.map(({ open, at }) => [open, at]);
      };
      const sendAt = new Date('2026-07-01T12:00:00.000Z');
      await inTransaction((tx) => messages().move(tx, id, 'assessed', why));
      await inTransaction((tx) => messages().move(tx, id, 'approved', why));
      await inTransaction((tx) => messages().move(tx, id, 'scheduled', { ...why, sendAt }));
      expect(await history()).toEqual([[true, '2026-07-01T12:00:00.000Z']]);
      expect(await history(id)).toEqual([]);
      clock.set('2026-07-01T12:00:03.000Z');
      await inTransaction((tx) => messages().move(tx, id, 'sending', why));
      expect(await history()).toEqual([[false, '2026-07-01T12:00:03.000Z']]);
      await inTransaction((tx) => messages().move(tx, id, 'unknown', why));
      expect(await history()).toEqual([[false, '2026-07-01T12:00:03.000Z']]);
      await inTransaction((tx) => messages().move(tx, id, 'failed', why));
      expect(await history()).toEqual([]);
    });
  });
});
