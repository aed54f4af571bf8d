import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { CheckupService, CountingService, LinksService } from '../../src/checkup/index.js';
import { decide } from '../../src/decisions/decide.js';
import { type Candidate, type DecisionResult, HOLD, PRIOR_MODELS } from '../../src/decisions/decision.js';
import { DecisionsService } from '../../src/decisions/index.js';
import { type Bundle } from '../../src/policies/bundle.js';
import { PoliciesService } from '../../src/policies/index.js';
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
import { type Body, Story } from '../harness/service.js';
import { endSound, only } from '../harness/shown.js';

async function looks(story: Story): Promise<void> {
  await story.passes(5 * MINUTE);
  await story.service.app.get(CheckupService, { strict: false }).look();
}

async function findings(story: Story, query = ''): Promise<Body[]> {
  return [...((await story.get(`/v1/policies/health?limit=200${query}`))['data'] ?? [])];
}

const about = (found: readonly Body[], subject: string): Body[] =>
  found.filter((each) => String(each['subject']) === subject);
const textOf = (found: Body | undefined, member: string): string => String(found?.[member]);

describe('the playbook, looked after while it runs', () => {
  let story: Story;
  let silentSince: string;
  beforeAll(async () => {
    story = await Story.begin({ now: '2026-10-05T16:00:00.000Z' });
    await fillCatalogue(story);
  });
  afterAll(() => endSound(story));

  it('is looked at by one process, once an hour', async () => {
    const another = await story.startAnother();
    try {
      const both = [story.service, another].map(({ app }) => app.get(CheckupService, { strict: false }));
      const looked = async () => (await Promise.all(both.map((service) => service.lookIfDue()))).toSorted();
      expect(await looked()).toEqual([false, true]);
      expect(await looked()).toEqual([false, false]);
      story.clock.advance(HOUR);
      expect(await looked()).toEqual([false, true]);
    } finally {
      await another.stop();
    }
  });

  it('says when a trigger stops firing, whose it is, and that it fires again', async () => {
    for (let day = 0; day < 14; day++) {
      const people = [1, 2, 3].map((n) => `d${day}-${n}`);
      await story.happens(...people.flatMap((name) => [identify(name), order(name)]));
      await story.passes(DAY);
    }
    await looks(story);
    expect(about(await findings(story), 'triggers/order-completed')).toEqual([]);
    await story.passes(4 * DAY);
    await looks(story);
    const stopped = only(about(await findings(story), 'triggers/order-completed'));
    expect(stopped).toMatchObject({ code: 'trigger-stopped', severity: 'high', owner: 'operations' });
    expect(textOf(stopped, 'message')).toContain('has not fired since 2026-10-18');
    expect(textOf(stopped, 'href')).toContain('/playbook/edit?path=triggers');

    // It is told of once, however often it is seen.
    await story.passes(HOUR);
    await looks(story);
    expect((await story.get('/v1/policies/health'))['lookedAt']).toBe(story.clock.now().toISOString());
    const again = only(about(await findings(story), 'triggers/order-completed'));
    expect(again).toMatchObject({ id: stopped['id'], firstSeenAt: stopped['firstSeenAt'] });
    expect(textOf(again, 'lastSeenAt') > textOf(stopped, 'lastSeenAt')).toBe(true);
    const { rows } = await sql<{ detail: string }>`
      select detail from audit_entries where action = 'health.found' and subject = ${textOf(stopped, 'id')}`.execute(
      story.database.db,
    );
    expect(rows.map(({ detail }) => JSON.parse(detail) as unknown)).toEqual([
      { code: 'trigger-stopped', subject: 'triggers/order-completed', owner: 'operations' },
    ]);

    await story.happens(identify('late'), order('late'));
    await looks(story);
    expect(about(await findings(story), 'triggers/order-completed')).toEqual([]);
    const closed = only(about(await findings(story, '&state=resolved'), 'triggers/order-completed'));
    expect(closed).toMatchObject({ id: stopped['id'], firstSeenAt: stopped['firstSeenAt'] });
    expect(closed['resolvedAt']).not.toBeNull();
  });

  it('says when a trigger never fired although its event arrives', async () => {
    // What was ordered is not named, so that nothing about it can fire.
    const seen = Array.from({ length: 25 }, () => ({ type: 'track', userId: 'late', event: 'Product Viewed', properties: {} })); // prettier-ignore
    await story.happens(...seen);
    await looks(story);
    const never = (await findings(story)).filter((each) => textOf(each, 'code') === 'trigger-never-fired');
    expect(never.map((each) => textOf(each, 'message')).join(' ')).toContain('25 of the latest signals');
  });

  it('says which facts contradict each other, also those of the release before', async () => {
    const cup = (price: number) => ({ kind: 'product', data: { name: 'Lone cup', price, currency: 'EUR' }, source: 'till' }); // prettier-ignore
    for (const [id, price] of [
      ['lone-1', 2_400],
      ['lone-2', 2_600],
    ] as const)
      // prettier-ignore
      expect((await story.request('PUT', `/v1/facts/${id}`, { body: cup(price) })).status).toBe(200);
    await sql`delete from fact_things where fact_id = 'lone-2'`.execute(story.database.db);
    await looks(story);
    const found = only(about(await findings(story), 'facts/lone-1'));
    expect(found).toMatchObject({ code: 'facts-contradict', severity: 'high' });
    expect(textOf(found, 'message')).toContain('price 2400 against 2600');
    expect((await story.request('PUT', '/v1/facts/lone-2', { body: cup(2_400) })).status).toBe(200);
    await looks(story);
    expect(about(await findings(story), 'facts/lone-1')).toEqual([]);
  });

  it('says which facts end, have ended, and are there again', async () => {
    const put = (validUntil: string | null) =>
      story.request('PUT', '/v1/facts/offer-welcome-10', {
        body: {
          kind: 'offer',
          data: { title: '10% off your first order', percent: 10, code: 'HELLO10' },
          validUntil,
          source: 'offers',
        },
      });
    const end = new Date(story.clock.now().getTime() + 3 * DAY).toISOString();
    expect((await put(end)).status).toBe(200);
    await looks(story);
    const ends = only(about(await findings(story), 'actions/welcome'));
    expect(ends).toMatchObject({ code: 'fact-expires', severity: 'medium', owner: 'lifecycle' });
    await story.passes(3 * DAY);
    await looks(story);
    const ended = only(about(await findings(story), 'actions/welcome'));
    expect(ended).toMatchObject({ code: 'fact-expired', severity: 'high' });
    expect(textOf(ended, 'message')).toMatch(
      /ended on .* and its templates \(welcome.*\) cannot go without it/,
    );
    expect((await put(null)).status).toBe(200);
    await looks(story);
    expect(about(await findings(story), 'actions/welcome')).toEqual([]);
  });

  it('goes on saying that a trigger stopped when the days it was measured by are long gone', async () => {
    story.clock.advance(12 * DAY);
    await looks(story);
    const stopped = only(about(await findings(story), 'triggers/order-completed'));
    expect(stopped).toMatchObject({ code: 'trigger-stopped' });
    silentSince = /since (\S+):/.exec(textOf(stopped, 'message'))?.[1] ?? 'a day';
  });

  it('says when an item is due to be read again, and not before', async () => {
    const unreviewed = async () =>
      (await findings(story)).filter((each) => textOf(each, 'code') === 'unreviewed');
    expect(await unreviewed()).toEqual([]);
    story.clock.advance(200 * DAY);
    await looks(story);
    const due = await unreviewed();
    expect(due.map((each) => textOf(each, 'subject'))).toContain('actions/welcome');
    expect(textOf(only(about(due, 'actions/welcome')), 'message')).toContain('since 2026-10-05');
    // Twice, so that the first look has let go of what is not kept for so long.
    await looks(story);
    const silent = about(await findings(story), 'triggers/order-completed').filter((each) => textOf(each, 'code') !== 'unreviewed'); // prettier-ignore
    expect(only(silent)).toMatchObject({ code: 'trigger-stopped' });
    expect(textOf(only(silent), 'message')).toContain(`has not fired since ${silentSince};`);
  });

  it('is shown to whoever may read the playbook, a page at a time', async () => {
    const all = await findings(story, '&state=all');
    const paged: string[] = [];
    for (let cursor = ''; ;) {
      const page = await story.get(`/v1/policies/health?state=all&limit=7${cursor}`);
      paged.push(...(page['data'] ?? []).map((each) => textOf(each, 'id')));
      if (!page['nextCursor']) break;
      cursor = `&cursor=${encodeURIComponent(String(page['nextCursor']))}`;
    }
    expect(all.length).toBeGreaterThan(7);
    expect(paged).toEqual(all.map((each) => textOf(each, 'id')));
    expect((await story.request('GET', '/v1/policies/health', { token: null })).status).toBe(401);
    const wrong = await story.request('GET', '/v1/policies/health?state=ajar');
    expect([wrong.status, wrong.headers.get('content-type')]).toEqual([400, expect.stringContaining('problem+json')]); // prettier-ignore
  });
});

describe('what comes of messages', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ now: '2026-10-05T16:00:00.000Z' });
    await fillCatalogue(story);
  });
  afterAll(() => story.end());

  /** So many people sign up and are welcomed. @returns the ids of their messages. */
  async function welcomed(prefix: string, count: number): Promise<string[]> {
    const names = Array.from({ length: count }, (_, i) => `${prefix}${i}`);
    await story.happens(...names.map((name) => identify(name)));
    await story.happens(...names.map((userId) => ({ type: 'track', userId, event: 'Signed Up' })));
    await story.passes(MINUTE);
    const { rows } = await sql<{ id: string }>`
      select m.id from messages m where m.action = 'welcome' and m.sent_at >= ${new Date(story.clock.now().getTime() - HOUR)}`.execute(
      story.database.db,
    );
    expect(rows).toHaveLength(count);
    return rows.map(({ id }) => id);
  }

  async function reported(type: string, messageIds: readonly string[]): Promise<void> {
    const secret = String((await story.get('/v1/webhooks/relay/secret'))['secret']);
    const authorization = `Basic ${Buffer.from(`countersign:${secret}`).toString('base64')}`;
    for (const messageId of messageIds) {
      const answer = await story.request('POST', '/v1/webhooks/relay', { token: null, body: { type, messageId }, headers: { authorization } }); // prettier-ignore
      expect(answer.status).toBeLessThan(300);
    }
    await story.settle();
  }

  it('alarms when more people unsubscribe than did, and not when as many do', async () => {
    const before = await welcomed('before', 105);
    await reported('unsubscribed', before.slice(0, 2));
    await story.passes(10 * DAY);
    const calm = await welcomed('calm', 100);
    await reported('unsubscribed', calm.slice(0, 5));
    await looks(story);
    expect(about(await findings(story), 'actions/welcome')).toEqual([]);
    await reported('unsubscribed', calm.slice(5, 20));
    await looks(story);
    const risen = only(about(await findings(story), 'actions/welcome'));
    expect(risen).toMatchObject({ code: 'unsubscribes-rising', severity: 'high', owner: 'lifecycle' });
    expect(textOf(risen, 'message')).toContain(
      '20 % (20 of 100) in the last seven days, from 1.9 % (2 of 105)',
    );
  });
});

describe('links', () => {
  let story: Story;
  let shop: Server;
  let statuses: Record<string, number>;
  const host = () => `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  beforeAll(async () => {
    shop = createServer((request, response) => {
      response.writeHead(statuses[request.url ?? ''] ?? 200).end();
    });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    statuses = { '/gone': 404, '/shy': 403 };
    const engine = await readFile('policies/engine.yaml', 'utf8');
    const health = 'health: { checkLinks: true, allowHosts: [127.0.0.1], owner: shop-keepers }';
    // The links that stand in templates lead to this shop too: no test asks anybody else.
    const brand = await readFile('policies/brand.yaml', 'utf8');
    const template = await readFile('policies/templates/win-back.yaml', 'utf8');
    story = await Story.begin({
      playbook: {
        'engine.yaml': `${engine}\n${health}\n`,
        'brand.yaml': brand.replace('linkHosts:', 'linkHosts:\n  - 127.0.0.1'),
        'templates/win-back.yaml': template.replace('https://marrow-and-pine.example.com', host()),
      },
    });
  });
  afterAll(async () => {
    shop.closeAllConnections();
    shop.close();
    await story.end();
  });

  async function product(id: string, url: string): Promise<void> {
    const data = { name: id, price: 2_400, currency: 'EUR', url };
    const answer = await story.request('PUT', `/v1/facts/${id}`, { body: { kind: 'product', data, source: 'shop' } }); // prettier-ignore
    expect(answer.status).toBe(200);
  }
  async function follows(): Promise<void> {
    await story.service.app.get(LinksService, { strict: false }).follow();
    await looks(story);
  }
  const ofLinks = async () =>
    (await findings(story))
      .filter(
        (each) => textOf(each, 'code').startsWith('link-') && textOf(each, 'subject').startsWith('facts/'),
      ) // prettier-ignore
      .map((each) => [textOf(each, 'code'), textOf(each, 'subject'), textOf(each, 'owner')])
      // What is found at one moment stands in the order of its ids, which is chance.
      .sort((a, b) => a.join().localeCompare(b.join()));

  it('are broken when they were so twice, unknown when nobody can tell, and whole again', async () => {
    await product('cup-gone', `${host()}/gone`);
    await product('cup-shy', `${host()}/shy`);
    await product('cup-there', `${host()}/there`);
    await product('cup-inside', 'http://10.0.0.7/cup');
    await follows();
    expect(await ofLinks()).toEqual([
      ['link-unknown', 'facts/cup-inside', 'shop-keepers'],
      ['link-unknown', 'facts/cup-shy', 'shop-keepers'],
    ]);
    await story.passes(2 * HOUR);
    await follows();
    expect(await ofLinks()).toContainEqual(['link-broken', 'facts/cup-gone', 'shop-keepers']);
    const shown = await story.get('/v1/policies/health');
    expect(shown['links']).toMatchObject({ broken: 1, ok: 2, unknown: 2 });
    statuses = {};
    await product('cup-inside', `${host()}/there`);
    await story.passes(2 * HOUR);
    await follows();
    expect(await ofLinks()).toEqual([]);
  });
});

describe('what rules did', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ chance: true });
    await fillCatalogue(story);
    for (const name of ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay']) {
      await story.happens(identify(name), oldOrder(story, name), checkout(name, { total: 250 }));
      await story.passes(HOUR);
      await story.happens({ type: 'track', userId: name, event: 'Signed Up' }, order(name));
      await story.post('/v1/decisions', { userId: name, mode: 'execute' });
      await story.happens({ type: 'track', userId: name, event: 'Support Ticket Opened', properties: { ticket_id: 't', topic: 'complaint' } }); // prettier-ignore
      await story.post('/v1/decisions', { userId: name, mode: 'execute' });
      await story.post('/v1/decisions', { userId: name });
      // A mail that is on its way when hours pass is one of which nobody knows whether it left.
      await story.settle();
      await story.passes(9 * HOUR);
    }
    await story.passes(5 * MINUTE);
  });
  afterAll(() => story.end());

  /** What a rule did by trying it out: every stored decision is made again without the rule, and compared. */
  async function triedOut(): Promise<Record<string, [number, number, number, number]>> {
    const { db } = story.database;
    const { rows } = await sql<{ id: string }>`select id from decisions where mode = 'execute'`.execute(db);
    const bundle = story.service.app.get(PoliciesService, { strict: false }).active();
    const counts: Record<string, [number, number, number, number]> = {};
    for (const { id } of rows) {
      const made = await story.service.app.get(DecisionsService, { strict: false }).get(db, id);
      if (made === null) throw new Error(`there is no ${id}`);
      const { situation, decision } = made;
      const { result, seed } = decision;
      const done = result.outcome === 'act' ? chosenOf(result).score.total : 0;
      for (const rule of rulesIn(result, ({ matched }) => matched)) {
        const without = { ...bundle, guardrails: bundle.guardrails.filter(({ spec }) => spec.id !== rule) };
        const other = decide(without, situation, PRIOR_MODELS, seed);
        const freed = allowed(other).filter(
          (each) => !allowed(result).some((one) => sameCandidate(one, each)),
        );
        const worth = freed.filter(({ action, score }) => score.total > 0 || isOwed(bundle, action));
        const count = (counts[rule] ??= [0, 0, 0, 0]);
        count[0]++;
        if (result.outcome !== other.outcome || blocksOf(result) > blocksOf(other) || asks(result) > asks(other)) count[1]++; // prettier-ignore
        if (worth.length > 0 || (asks(result) > 0 && asks(other) === 0 && result.outcome === 'act'))
          count[2]++;
        count[3] += Math.max(0, ...worth.map(({ score }) => score.total - done));
      }
    }
    return counts;
  }

  const acting = ({ candidates }: DecisionResult): Candidate[] => candidates.filter(({ action }) => action !== HOLD); // prettier-ignore
  const sameCandidate = (a: Candidate, b: Candidate): boolean => a.action === b.action && a.channel === b.channel; // prettier-ignore
  const chosenOf = (result: DecisionResult): Candidate => only(acting(result).filter(({ action, channel }) => action === result.action && channel === result.channel)); // prettier-ignore
  const allowed = (result: DecisionResult): Candidate[] => result.outcome === 'handoff' ? [] : acting(result).filter(({ eligible }) => eligible); // prettier-ignore
  const blocksOf = (result: DecisionResult): number => acting(result).reduce((sum, { blockedBy }) => sum + blockedBy.length, 0); // prettier-ignore
  const asks = ({ review }: DecisionResult): number => review?.why.length ?? 0;
  const isOwed = (bundle: Bundle, action: string): boolean => bundle.actions.get(action)?.spec.class === 'transactional'; // prettier-ignore
  const rulesIn = (result: DecisionResult, are: (verdict: Candidate['guardrails'][number]) => boolean): Set<string> => new Set(acting(result).flatMap(({ guardrails }) => guardrails.filter(are).map(({ id }) => id))); // prettier-ignore

  async function counted(): Promise<Record<string, [number, number, number, number]>> {
    const shown = await story.get('/v1/policies/health/rules?days=30');
    return Object.fromEntries(
      [...(shown['data'] ?? [])]
        .filter((each) => Number(each['matched']) > 0)
        .map((each) => [
          String(each['rule']),
          [Number(each['matched']), Number(each['stood']), Number(each['alone']), Number(each['cost'])],
        ]),
    );
  }

  it('is what comes out when each stored decision is made again without the rule, counted once by two processes together', async () => {
    const another = await story.startAnother();
    try {
      const counters = [story.service, another].map(({ app }) => app.get(CountingService, { strict: false }));
      for (let round = 0; round < 3; round++) await Promise.all(counters.map((each) => each.count()));
    } finally {
      await another.stop();
    }
    const byHand = await triedOut();
    const ours = await counted();
    expect(Object.keys(ours).toSorted()).toEqual(Object.keys(byHand).toSorted());
    for (const [rule, [matched, stood, alone, cost]] of Object.entries(byHand)) {
      expect([rule, ...(ours[rule] ?? []).slice(0, 3)]).toEqual([rule, matched, stood, alone]);
      expect(ours[rule]?.[3]).toBeCloseTo(cost, 6);
    }
    // The story is one in which rules did something.
    expect(Object.values(byHand).some(([, , alone]) => alone > 0)).toBe(true);
    expect(Object.values(byHand).some(([, , , cost]) => cost > 0)).toBe(true);
    const { rows } = await sql<{ count: number }>`select count(*) as count from decisions where mode = 'execute'`.execute(story.database.db); // prettier-ignore
    expect(Number((await story.get('/v1/policies/health/rules?days=30'))['decisions'])).toBe(rows[0]?.count);
  });

  it('goes on where it stopped, and leaves out what nobody can read any more', async () => {
    const before = Number((await story.get('/v1/policies/health/rules?days=30'))['decisions']);
    const rules = await counted();
    await story.happens(identify('gus'), order('gus'));
    expect((await story.request('DELETE', '/v1/profiles/gus')).status).toBeLessThan(300);
    await story.passes(5 * MINUTE);
    await story.service.app.get(CountingService, { strict: false }).count();
    const after = await story.get('/v1/policies/health/rules?days=30');
    expect(Number(after['decisions'])).toBe(before + 1);
    expect(await counted()).toEqual(rules);
  });

  // The embedded engine has one connection: there nothing is open meanwhile.
  ((process.env['DATABASE_URL'] ?? '') === '' ? it.skip : it)(
    'waits for what is still being written',
    async () => {
      const counter = story.service.app.get(CountingService, { strict: false });
      const decisions = async () =>
        Number((await story.get('/v1/policies/health/rules?days=30'))['decisions']);
      await counter.count();
      const before = await decisions();
      const at = story.clock.now();
      let commit: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (commit = resolve));
      let begun: () => void = () => undefined;
      const open = new Promise<void>((resolve) => (begun = resolve));
      const written = story.database.transaction(async (tx) => {
        await sql`
          insert into decisions (id, profile_id, created_at, outcome, mode, action, channel, bundle_hash, engine, models, seed, key_id,
            situation, result, situation_hash, result_hash)
          select 'dec_late', d.profile_id, ${at}, d.outcome, 'execute', d.action, d.channel, d.bundle_hash, d.engine, d.models, d.seed,
            d.key_id, d.situation, d.result, d.situation_hash, d.result_hash
          from decisions d limit 1`.execute(tx);
        begun();
        await held;
      });
      await open;
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      story.clock.advance(2 * MINUTE + 1_000);
      await counter.count();
      expect(await decisions()).toBe(before);
      commit();
      await written;
      await counter.count();
      expect(await decisions()).toBe(before + 1);
    },
  );
});
