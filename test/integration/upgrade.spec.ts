import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Database } from '../../src/platform/database/index.js';
import { statementsOf } from '../../src/platform/database/migration-file.js';
import { RetentionService } from '../../src/pipeline/retention.service.js';
import { HOUR, identify, order } from '../harness/customers.js';
import { createTestLocation, openTestDatabase } from '../harness/database.js';
import { Story } from '../harness/service.js';
import {
  colleague,
  endSound,
  mailsTo,
  messagesTo,
  only,
  reviewsAbout,
  tasksOf,
  verdict,
} from '../harness/shown.js';

const RELEASES = 'test/fixtures/upgrade';

/** What scripts/make-upgrade-fixture.js leaves of a release. */
interface Fixture {
  readonly dump: string;
  readonly stoppedAt: string;
  readonly secretKeys: string;
}

async function fixtureOf(release: string): Promise<Fixture> {
  const read = (name: string): Promise<string> => readFile(join(RELEASES, release, name), 'utf8');
  return { ...(JSON.parse(await read('manifest.json')) as Fixture), dump: await read('dump.sql') };
}

const releases = (await readdir(RELEASES)).sort();

describe.each(releases)('a database that release %s filled', (release) => {
  let story: Story;
  let noor: string;
  let stoppedAt: string;
  beforeAll(async () => {
    const fixture = await fixtureOf(release);
    ({ stoppedAt } = fixture);
    const place = await createTestLocation(fixture.dump);
    const database = await Database.open(place.location);
    // An upgrade happens where the database is: as a copy of it everything would be held.
    await sql`delete from settings where name = 'home'`.execute(database.db);
    const close = async (): Promise<void> => {
      await database.close();
      await place.drop();
    };
    story = await Story.begin({
      now: new Date(Date.parse(fixture.stoppedAt) + HOUR / 2).toISOString(),
      from: { opened: { database, close }, secretKey: fixture.secretKeys },
    });
    noor = await colleague(story, 'Noor', 'marketer');
  });
  afterAll(() => endSound(story));

  it('keeps its people: who was merged is one, who was erased is gone', async () => {
    expect((await story.get('/v1/profiles/gus'))['userId']).toBe('gus');
    expect((await story.request('GET', '/v1/profiles/fay')).status).toBe(404);
    expect(only(await tasksOf(story, 'hal')).reason.code).toBe('complaint');
  });

  it('goes on with its timers', async () => {
    const before = (await story.decisions('ada')).length;
    await story.passes(HOUR);
    const [latest, ...earlier] = await story.decisions('ada');
    expect([earlier.length, latest?.['outcome']]).toEqual([before, 'hold']);
  });

  it('sends in the morning what was approved in the evening, once', async () => {
    expect(only(await messagesTo(story, 'kim')).state).toBe('scheduled');
    await story.passes(9 * HOUR);
    expect(only(await messagesTo(story, 'kim')).state).toBe('sent');
    expect(await mailsTo(story, 'kim@example.com')).toHaveLength(1);
    expect(await mailsTo(story, 'ada@example.com')).toHaveLength(1);
  });

  it('has its reviews answered, the half-signed one by the second of two', async () => {
    const pending = only(await reviewsAbout(story, 'cat'));
    expect((await verdict(story, pending, { verdict: 'approve' })).body['state']).toBe('approved');
    const halfSigned = only(await reviewsAbout(story, 'dan', 'awaiting_second'));
    expect((await verdict(story, halfSigned, { verdict: 'approve' }, noor)).body['state']).toBe('approved');
    await story.settle();
    for (const userId of ['cat', 'dan']) {
      expect(only(await messagesTo(story, userId)).state).toBe('sent');
      expect(await mailsTo(story, `${userId}@example.com`)).toHaveLength(1);
    }
  });

  it('takes in what comes next', async () => {
    await story.happens(identify('gus'), order('gus'));
    expect((await messagesTo(story, 'gus')).at(-1)?.state).toBe('sent');
  });

  it('lets go of what that release wrote, when its time is over', async () => {
    const { db } = story.database;
    const next = new Date(Date.parse(stoppedAt) + 24 * HOUR);
    const left = async (): Promise<unknown> =>
      (
        await sql`
          select
            (select count(*) from decisions where situation <> ''::bytea and created_at < ${next})
              + (select count(*) from situations where created_at < ${next}) as situations,
            (select count(*) from drafts where content <> ''::bytea and written_at < ${next})
              + (select count(*) from draft_contents where written_at < ${next}) as drafts`.execute(db)
      ).rows[0];
    const before = await left();
    expect(before).not.toMatchObject({ situations: 0 });
    expect(before).not.toMatchObject({ drafts: 0 });
    // What lies in partitions goes with its month.
    await story.restart(() => {
      story.clock.advance((400 + 31) * 24 * HOUR);
    });
    await story.service.app.get(RetentionService).apply();
    expect(await left()).toEqual({ situations: 0, drafts: 0 });
  });
});

describe.each(releases)('what release %s writes', (release) => {
  it('fits into the schema of today', async () => {
    const { dump } = await fixtureOf(release);
    const rows = statementsOf(dump)
      .filter((statement) => /^INSERT INTO public\.(?!kysely_|schema_migrations)/.test(statement))
      // The month's partition is made while the service runs.
      .map((statement) => statement.replace(/^(INSERT INTO public\.\w+?)_\d{4}_\d{2} /, '$1 '));
    expect(rows.length).toBeGreaterThan(300);
    const opened = await openTestDatabase();
    try {
      await opened.database.transaction(async (tx) => {
        // Rows come table by table, not in the order they were written in.
        await sql`set local session_replication_role = replica`.execute(tx);
        await sql`truncate inbox_partitions, settings`.execute(tx);
        for (const row of rows) await sql.raw(row).execute(tx);
      });
    } finally {
      await opened.close();
    }
  });
});
