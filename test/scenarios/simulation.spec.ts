import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { checkout, DAY, fillCatalogue, HOUR, identify, oldOrder, order } from '../harness/customers.js';
import { type Answer, type Body, Story } from '../harness/service.js';

const plain = (body: unknown): unknown => JSON.parse(JSON.stringify(body ?? {}));

interface Beside<T> {
  readonly asked: T;
  readonly active: T;
}
interface Counted {
  readonly code: string;
  readonly count: number;
}
interface Report {
  readonly people: number;
  readonly signals: number;
  readonly erased: number;
  readonly totals: Beside<{ messages: number; decisions: number; tasks: number; reviews: number }>;
  readonly affected: { fewer: number; more: number; others: number; same: number };
  readonly actions: readonly ({ readonly action: string; readonly channel: string | null } & Beside<{
    messages: number;
    messagesByDay: Record<string, number>;
    held: Counted[];
    suppressed: Counted[];
  }>)[];
  readonly caps: readonly ({ readonly rule: string } & Beside<{ blocked: number; people: number }>)[];
  readonly samples: Record<string, string[]>;
  readonly notes: string[];
}

const looked = (userId: string) => ({
  type: 'track',
  userId,
  event: 'Product Viewed',
  properties: { product_id: 'cup-tide' },
});
const ticket = (userId: string) => ({
  type: 'track',
  userId,
  event: 'Support Ticket Opened',
  properties: { ticket_id: 't', topic: 'complaint' },
});
const signedUp = (userId: string) => ({ type: 'track', userId, event: 'Signed Up', properties: {} });

describe('a launch, before it happens', () => {
  let story: Story;
  let began: string;
  let active: string;
  let asked: string;
  let proposal: string;
  let decisionsBefore: number;
  let affectedList: string;

  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
    began = story.clock.now().toISOString();
    active = String((await story.get('/v1/policies'))['hash']);
    for (const name of ['ada', 'bob', 'cyd']) await story.happens(identify(name));
    await story.happens(oldOrder(story, 'ada'), signedUp('bob'));
    for (let looks = 0; looks < 4; looks++) await story.happens(looked('ada'));
    await story.passes(2 * DAY);
    // Within a week of the first mail: three mails a week leave room, one does not.
    await story.happens(checkout('ada'));
    await story.passes(2 * HOUR);
    await story.happens(order('cyd'));
    await story.passes(5 * DAY);
    // A reminder within a week of the first one; without the first one there is nothing to wait for.
    await story.happens(checkout('ada'));
    await story.passes(2 * HOUR);
    await story.passes(DAY);
    decisionsBefore = await count('decisions');
    const path = join(story.policiesDirectory, 'guardrails/restraint.yaml');
    const text = await readFile(path, 'utf8');
    const proposed = await story.post('/v1/policies/proposals', {
      title: 'One mail a week',
      reason: 'To see what it would do.',
      changes: {
        'guardrails/restraint.yaml': text.replace(
          'max: 3, per: 7d, channels: [email]',
          'max: 1, per: 7d, channels: [email]',
        ),
      },
    });
    expect(proposed.status).toBe(201);
    asked = String(proposed.body['bundle']);
    proposal = `/playbook/proposals/${String(proposed.body['id'])}`;
    await story.settle();
  });
  afterAll(() => story.end());

  async function count(table: string): Promise<number> {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(
      story.database.db,
    );
    return rows[0]?.count ?? 0;
  }

  async function simulated(bundle: string, more: Record<string, unknown> = {}): Promise<Body> {
    const answer = await story.post('/v1/policies/simulate', { bundle, since: began, ...more });
    expect([answer.status, answer.text]).toEqual([202, expect.any(String)]);
    await story.settle();
    return story.get(`/v1/policies/simulate/${String(answer.body['id'])}`);
  }

  const reportOf = (body: Body): Report => plain(body['report']) as Report;
  const sentBy = (report: Report, side: keyof Beside<unknown>): Record<string, number> =>
    Object.fromEntries(
      report.actions
        .filter((row) => row[side].messages > 0)
        .map((row) => [`${row.action} by ${row.channel ?? ''}`, row[side].messages]),
    );

  it('makes of the signals what really came of them, under the playbook that was in force', async () => {
    const { rows } = await sql<{ name: string; count: number }>`
      select action || ' by ' || channel as name, count(*) as count from messages where sent_at is not null group by 1`.execute(
      story.database.db,
    );
    const really = Object.fromEntries(rows.map(({ name, count: messages }) => [name, messages]));
    expect(Object.keys(really).length).toBeGreaterThanOrEqual(3);
    const report = reportOf(await simulated(active));
    expect(sentBy(report, 'active')).toEqual(really);
    expect(report.totals.active).toMatchObject({ decisions: decisionsBefore });
    expect(report.totals.asked).toEqual(report.totals.active);
    expect(report.affected).toEqual({ fewer: 0, more: 0, others: 0, same: 3 });
  });

  it('lets a tighter cap hold one message back, and its absence let the next one go', async () => {
    const simulation = await simulated(asked);
    const report = reportOf(simulation);
    const reminders = report.actions.find(
      ({ action, channel }) => action === 'recover-cart' && channel === 'email',
    );
    // In force: a reminder on Friday, and none on Wednesday because there was one. Asked: none on Friday for the cap, so one on Wednesday.
    expect(reminders).toMatchObject({
      active: {
        messagesByDay: { '2026-11-20': 1 },
        held: [],
        suppressed: [{ code: 'cart-once-a-week', count: 1 }],
      },
      asked: { messagesByDay: { '2026-11-25': 1 }, held: [{ code: 'cap', count: 1 }], suppressed: [] },
    });
    expect(report.caps).toEqual([
      {
        rule: 'marketing-pressure',
        asked: { blocked: 1, waited: 0, people: 1 },
        active: { blocked: 0, waited: 0, people: 0 },
      },
    ]);
    expect(report.affected).toEqual({ fewer: 0, more: 0, others: 1, same: 2 });
    const ada = await story.get('/v1/profiles/ada');
    expect(report.samples).toEqual({ others: [ada['id']] });

    const list = `/v1/policies/simulate/${String(simulation['id'])}/affected`;
    const reminder = (day: string) => ({
      at: expect.stringContaining(day) as string,
      action: 'recover-cart',
      channel: 'email',
    });
    const { data, nextCursor } = plain(await story.get(list)) as { data: unknown[]; nextCursor: unknown };
    expect([data, nextCursor]).toEqual([
      [
        {
          profileId: ada['id'],
          userId: 'ada',
          change: 'others',
          causes: expect.arrayContaining(['cap:marketing-pressure', 'guardrail:cart-once-a-week']) as unknown,
          asked: { count: expect.any(Number) as number, first: expect.arrayContaining([reminder('2026-11-25')]) as unknown }, // prettier-ignore
          active: { count: expect.any(Number) as number, first: expect.arrayContaining([reminder('2026-11-20')]) as unknown }, // prettier-ignore
        },
      ],
      null,
    ]);
    const none = { data: [], nextCursor: null };
    expect(plain(await story.get(`${list}?change=fewer`))).toEqual(none);
    expect(plain(await story.get(`${list}?cause=guardrail:complaint`))).toEqual(none);
    affectedList = list;
  });

  it('gives the same bytes for the same signals, playbooks and seed', async () => {
    const [one, two] = [await simulated(asked, { seed: 's' }), await simulated(asked, { seed: 's' })];
    expect(JSON.stringify(one['report'])).toBe(JSON.stringify(two['report']));
  });

  it('changes nothing, sends nothing, and calls nobody', async () => {
    const tables = ['decisions', 'messages', 'tasks', 'firings', 'timers', 'signals', 'profiles'];
    const counts = async () => Promise.all(tables.map((table) => count(table)));
    const before = await counts();
    await simulated(asked);
    expect(await counts()).toEqual(before);
  });

  it('goes on where it stopped', async () => {
    const answer = await story.post('/v1/policies/simulate', { bundle: asked, since: began });
    await story.restart();
    await story.settle();
    const body = await story.get(`/v1/policies/simulate/${String(answer.body['id'])}`);
    expect(plain(body)).toMatchObject({ state: 'done', total: 3, share: 1, report: { people: 3 } });
  });

  it('picks a share of the people by the hash of the seed, and says so', async () => {
    const picked = new Set<number>();
    // Ids differ from run to run: that one seed picks everybody is no wonder, that eight do is.
    for (let seed = 0; seed < 8 && Math.min(3, ...picked) === 3; seed++) {
      const report = reportOf(await simulated(asked, { people: 1, seed: String(seed) }));
      picked.add(report.people);
      expect(report.notes.join(' ')).toContain('a share of 0.333334 is simulated');
      expect(reportOf(await simulated(asked, { people: 1, seed: String(seed) }))).toEqual(report);
    }
    expect(Math.min(...picked)).toBeLessThan(3);
  });

  it('hears what arrived late when it happened, where that is asked for', async () => {
    // Ada's old order lies before the span, and what the service kept arrives with it; only the moment of hearing differs.
    const report = reportOf(await simulated(active, { heard: 'occurrence' }));
    expect(report.notes.join(' ')).toContain('Signals are heard when they happened');
    expect(report.totals.active.decisions).toBe(decisionsBefore);
  });

  it('says what cannot be simulated', async () => {
    const ask = (body: Record<string, unknown>): Promise<Answer> => story.post('/v1/policies/simulate', body);
    expect((await ask({ bundle: '0'.repeat(64) })).status).toBe(404);
    expect((await ask({ bundle: 'latest' })).status).toBe(400);
    const span = await ask({ bundle: active, since: '2026-01-01T00:00:00.000Z' });
    expect([span.status, (plain(span.body) as { errors: unknown }).errors]).toEqual([
      400,
      [{ path: 'since', message: 'should lie at most 92 days before the end of the span' }],
    ]);
    expect((await ask({ bundle: active, until: '2031-01-01T00:00:00.000Z' })).status).toBe(400);
    const silent = { since: '2026-09-01T00:00:00.000Z', until: '2026-09-02T00:00:00.000Z' };
    const nothing = await ask({ bundle: active, ...silent });
    expect([nothing.status, nothing.body['type']]).toEqual([409, expect.stringContaining('no-signals')]);
    expect((await story.request('GET', '/v1/policies/simulate/sim_none')).status).toBe(404);
    const listed = await story.get(`/v1/policies/simulate?bundle=${asked}&limit=1`);
    expect((plain(listed) as { data: unknown[] }).data).toEqual([
      expect.objectContaining({ bundle: asked, active }),
    ]);
  });

  it('is asked for and shown on the page of the proposal', async () => {
    const before = await story.request('GET', proposal);
    expect(before.text).toContain('Of the last');
    expect(before.text).toContain('People at most');
    // The page shows the latest; which of two of one moment that is, is chance.
    story.clock.advance(1_000);
    const made = await story.post(`${proposal}/simulate`, { days: '28', heard: 'arrival', people: '500' });
    expect([made.status, made.headers.get('location')]).toEqual([
      303,
      `${proposal}?done=simulated#simulation`,
    ]);
    await story.settle();
    const { text } = await story.request('GET', proposal);
    expect(text).toContain('Caps that were full');
    expect(text).toContain('At most one marketing mail a day and three a week: no room');
    expect(text).toMatch(/One basket reminder a week<\/span> 1 → <strong>0<\/strong>/);
    expect(text).toContain('How people would have reacted to messages they never got is not known');
    for (const wrong of [{ days: '900' }, { people: '0' }])
      expect((await story.post(`${proposal}/simulate`, { days: '28', heard: 'arrival', ...wrong })).status).toBe(400); // prettier-ignore
  });

  it('does not simulate whoever was erased', async () => {
    expect((await story.request('DELETE', '/v1/profiles/ada')).status).toBeLessThan(300);
    await story.settle();
    const report = reportOf(await simulated(asked));
    expect(report).toMatchObject({
      people: 2,
      erased: 1,
      affected: { fewer: 0, more: 0, others: 0, same: 2 },
    });
    expect(plain(await story.get(affectedList))).toEqual({ data: [], nextCursor: null });
    const { rows } = await sql`
      select a.profile_id from simulation_affected a join profiles p on p.id = a.profile_id
      where p.erased_at is not null`.execute(story.database.db);
    expect(rows).toEqual([]);
  });
});

describe('a simulation of what really happened', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
  });
  afterAll(() => story.end());

  /** Counts by day, as a simulation has them. */
  async function reality(): Promise<Record<string, Record<string, number>>> {
    const { rows } = await sql<{ day: string; what: string; count: number }>`
      select to_char(at at time zone 'UTC', 'YYYY-MM-DD') as day, what, count(*) as count from (
        select created_at as at, 'decisions' as what from decisions where mode = 'execute'
        union all select created_at, 'held' from decisions where mode = 'execute' and outcome = 'hold'
        union all select created_at, 'handoffs' from decisions where mode = 'execute' and outcome = 'handoff'
        union all select created_at, 'tasks' from tasks
        union all select sent_at, 'messages' from messages where sent_at is not null
      ) happened group by 1, 2`.execute(story.database.db);
    const days: Record<string, Record<string, number>> = {};
    for (const { day, what, count } of rows) (days[day] ??= {})[what] = count;
    return days;
  }

  it('counts day by day what the service did, with visitors who say who they are, refusals and hand-offs', async () => {
    const began = story.clock.now().toISOString();
    const names = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'];
    for (const [i, name] of names.entries()) {
      await story.happens({ type: 'page', anonymousId: `device-${name}`, name: 'Shop', properties: {} });
      await story.happens({ type: 'track', anonymousId: `device-${name}`, event: 'Product Viewed', properties: { product_id: 'cup-tide' } }); // prettier-ignore
      // Every other one was a visitor first.
      await story.happens({ ...identify(name), ...(i % 2 === 0 ? { anonymousId: `device-${name}` } : {}) });
      if (i % 3 === 0) await story.happens(oldOrder(story, name));
    }
    const kinds = [
      looked,
      looked,
      looked,
      checkout,
      signedUp,
      order,
      ticket,
      (userId: string) => ({ type: 'track', userId, event: 'Product Restocked', properties: { product_id: 'cup-tide' } }), // prettier-ignore
    ];
    let drawn = 11;
    const draw = (below: number): number => {
      drawn = (drawn * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((drawn / 2_147_483_648) * below);
    };
    for (let hour = 0; hour < 72; hour++) {
      const name = names[draw(names.length)] ?? 'ada';
      // Tickets are rarer: whoever has one is left alone.
      const kind = kinds[draw(draw(4) === 0 ? kinds.length : kinds.length - 2)] ?? looked;
      if (draw(3) > 0) await story.happens(kind(name));
      if (hour === 30) {
        const refused = { channel: 'email', state: 'denied', source: 'form', at: story.clock.now().toISOString() }; // prettier-ignore
        expect(
          (await story.request('PUT', '/v1/profiles/bob/consent', { body: refused })).status,
        ).toBeLessThan(300);
      }
      // Timers fall due on the hour.
      await story.passes(HOUR);
    }
    const really = await reality();
    const hash = String((await story.get('/v1/policies'))['hash']);
    // Nobody reviews and nobody closes a task in this story.
    const wish = { bundle: hash, since: began, reviewHours: 720, taskHours: 720 };
    const asked = await story.post('/v1/policies/simulate', wish);
    await story.settle();
    const answer = await story.get(`/v1/policies/simulate/${String(asked.body['id'])}`);
    const { days } = (plain(answer) as { report: { days: ({ day: string } & Beside<Record<string, number>>)[] } }).report; // prettier-ignore
    const simulated = Object.fromEntries(
      days.map(({ day, active }) => [
        day,
        Object.fromEntries(
          Object.entries(active).filter(
            ([what, count]) => count > 0 && what !== 'reviews' && what !== 'stopped',
          ),
        ),
      ]),
    );
    expect(simulated).toEqual(really);
    const sums = Object.values(really);
    for (const what of ['decisions', 'messages', 'held', 'handoffs', 'tasks'])
      expect([what, sums.reduce((sum, day) => sum + (day[what] ?? 0), 0) > 0]).toEqual([what, true]);
  });
});
