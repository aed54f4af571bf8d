import { sql } from 'kysely';
import { RetentionService } from '../../src/pipeline/retention.service.js';
import { Secrets } from '../../src/platform/secrets/secrets.js';
import { verifyDatabase } from '../../src/verification/index.js';
import { checkout, fillCatalogue, HOUR, identify, oldOrder, order, timeline } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import { endSound, lastDecision, messagesTo, only, reviewsAbout, verdict } from '../harness/shown.js';

/** A morning in New York. */
const JANUARY = '2026-01-14T15:00:00.000Z';
const FEBRUARY = '2026-02-11T15:00:00.000Z';
/** Four hundred days after the end of January, and not after the end of February. */
const NEXT_YEAR = '2027-03-10T15:00:00.000Z';

describe('what has aged out', () => {
  let story: Story;
  let old: string;
  beforeAll(async () => {
    story = await Story.begin({ now: JANUARY });
    await fillCatalogue(story);
    await buys('ada');
    old = (await lastDecision(story, 'ada')).id;
    story.clock.set(FEBRUARY);
    await buys('bob');
    await story.restart(() => {
      story.clock.set(NEXT_YEAR);
    });
    await story.service.app.get(RetentionService).apply();
  });
  afterAll(() => endSound(story));

  /** A basket is left, a person approves the reminder, it leaves. */
  async function buys(userId: string): Promise<void> {
    await story.happens(identify(userId), oldOrder(story, userId));
    await story.happens(checkout(userId, { total: 250 }));
    await story.passes(HOUR);
    await verdict(story, only(await reviewsAbout(story, userId)), { verdict: 'approve' });
    await story.settle();
  }
  const count = async (table: string): Promise<number> =>
    (
      await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(
        story.database.db,
      )
    ).rows[0]?.count ?? 0;
  const months = async (table: string): Promise<string[]> =>
    (
      await sql<{ name: string }>`
        select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = ${table}::regclass order by 1`.execute(story.database.db)
    ).rows.map(({ name }) => name.replace(`${table}_`, ''));

  it('is dropped month by month, and what is younger stays', async () => {
    for (const table of ['signals', 'situations', 'draft_contents']) {
      expect(await months(table)).not.toContain('2026_01');
      expect(await months(table)).toEqual(expect.arrayContaining(['2026_02', '2027_03', 'rest']));
      expect([table, (await count(table)) > 0]).toEqual([table, true]);
    }
    expect(await count('draft_contents')).toBe(1);
    expect(await count('drafts')).toBe(2);
  });

  it('leaves what was decided, sent and signed, in the timeline too', async () => {
    expect((await story.request('GET', `/v1/decisions/${old}`)).body).toMatchObject({
      status: 410,
      type: expect.stringContaining('aged-out') as string,
    });
    const kinds = (await timeline(story, 'ada')).map((entry) => String(entry['kind']));
    expect(kinds).toEqual(expect.arrayContaining(['decision', 'draft', 'verdict', 'message']));
    expect(kinds).not.toContain('signal');
    const sent = only(await messagesTo(story, 'ada'));
    expect([sent.state, sent.approval?.kind]).toEqual(['sent', 'person']);
    expect((await lastDecision(story, 'bob')).outcome).toBe('act');
    expect((await story.request('GET', '/v1/decisions')).status).toBe(200);
  });

  it('is in the audit log, on the operations page, and breaks nothing that is verified', async () => {
    const { rows } = await sql<{ subject: string; detail: string }>`
      select subject, detail from audit_entries where action = 'retention.applied' order by seq`.execute(
      story.database.db,
    );
    expect(rows.map(({ subject }) => subject)).toEqual(['signals', 'situations', 'drafts']);
    expect(JSON.parse(rows[1]?.detail ?? '')).toMatchObject({
      kept: '400d',
      partitions: ['situations_2026_01'],
    });
    const secrets = story.service.app.get(Secrets);
    const findings = await verifyDatabase(story.database.db, secrets, story.clock);
    expect(findings.flatMap(({ problems }) => problems)).toEqual([]);
    const agedOut = findings.filter((finding) => finding.agedOut > 0).map(({ name }) => name);
    expect(agedOut).toEqual([
      'nothing was sent against consent, caps or quiet hours',
      'decisions come out the same again',
    ]);
  });

  it('takes with it what replays and simulations found out from it', async () => {
    const { db } = story.database;
    const young = (await lastDecision(story, 'bob')).id;
    await sql`
      insert into replays (id, bundle_hash, engine, state, until, total, tally, asked_by, created_at)
      select 'rpl_1', hash, 'engine', 'done', ${NEXT_YEAR}, 2, '{}', 'per_1', ${NEXT_YEAR} from bundles limit 1`.execute(
      db,
    );
    await sql`
      insert into replay_affected (replay_id, decided_at, decision_id, change, causes, done)
      select 'rpl_1', created_at, id, 'lost', '{}', '{}' from decisions where id in (${old}, ${young})`.execute(
      db,
    );
    for (const [id, at] of [
      ['sim_1', JANUARY],
      ['sim_2', FEBRUARY],
    ] as const)
      // prettier-ignore
      await sql`
        with asked as (
          insert into simulations (id, bundle_hash, active_hash, engine, state, request, total, erased, tally, asked_by, created_at)
          select ${id}, hash, hash, 'engine', 'done', '{}', 1, 0, '{}', 'per_1', ${at} from bundles limit 1 returning id
        )
        insert into simulation_affected (simulation_id, profile_id, change, causes, messages)
        select a.id, p.id, 'fewer', '{}', '{}' from asked a, profiles p`.execute(db);
    await story.service.app.get(RetentionService).apply();
    const { rows: lines } = await sql`select decision_id from replay_affected`.execute(db);
    expect(lines).toEqual([{ decision_id: young }]);
    const { rows: lists } = await sql`select distinct simulation_id from simulation_affected`.execute(db);
    expect(lists).toEqual([{ simulation_id: 'sim_2' }]);
    const { rows } = await sql<{ subject: string; detail: string }>`
      select subject, detail from audit_entries where action = 'retention.applied' order by seq`.execute(db);
    expect(rows.slice(-2).map(({ subject, detail }) => [subject, JSON.parse(detail) as unknown])).toEqual([
      ['replay_affected', expect.objectContaining({ kept: '400d', rows: 1 })],
      ['simulation_affected', expect.objectContaining({ kept: '400d', rows: 2 })],
    ]);
  });

  it('keeps nobody from being written to again', async () => {
    await story.happens(identify('ada'), order('ada'));
    expect((await messagesTo(story, 'ada')).at(-1)?.state).toBe('sent');
  });
});
