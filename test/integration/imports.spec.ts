import { sql } from 'kysely';
import { importAnswerSchema, type ImportAnswer } from '../../src/imports/import.js';
import { WorkService } from '../../src/platform/work/index.js';
import { type Body, ADMIN, Story } from '../harness/service.js';
import { endSound } from '../harness/shown.js';
import { readableTraces } from '../harness/traces.js';

/** The process that does the work stands still: a spec does the steps itself, and may stop between them. */
const NOBODY_WORKS = {
  DATABASE_URL: process.env['DATABASE_URL'] ?? 'postgres://countersign@127.0.0.1/countersign',
  SECRET_KEYS: 'the-same-for-every-process-of-the-story',
  ROLE: 'api',
};

describe('an import, step by step', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ environment: NOBODY_WORKS });
  });
  afterAll(() => endSound(story));

  const work = (): WorkService => story.service.app.get(WorkService);
  async function ask(text: string, kind = 'contacts', dryRun = false): Promise<string> {
    const url = `${story.service.url}/v1/imports?kind=${kind}&dryRun=${String(dryRun)}`;
    const headers = { 'content-type': 'text/csv', authorization: `Bearer ${ADMIN.token}` };
    const response = await fetch(url, { method: 'POST', headers, body: text });
    expect(response.status).toBe(202);
    return String(((await response.json()) as Body)['id']);
  }
  const get = async (id: string): Promise<ImportAnswer> =>
    importAnswerSchema.parse(await story.get(`/v1/imports/${id}`));
  /** Takes the next step. @returns whether there was one. */
  async function step(): Promise<boolean> {
    const jobs = (await work().claim(1)).filter(({ kind }) => kind === 'import.asked');
    for (const job of jobs) await work().run(job);
    return jobs.length > 0;
  }
  async function toTheEnd(): Promise<void> {
    while (await step());
  }
  const count = async (table: string): Promise<number> =>
    (
      await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(
        story.database.db,
      )
    ).rows[0]?.count ?? 0;
  const readable = (trace: string): Promise<string[]> => readableTraces(story.database.db, [trace]);

  const people = (prefix: string, many: number): string =>
    `userId,plan\n${Array.from({ length: many }, (_, i) => `${prefix}-${i},gold`).join('\n')}\n`;

  it('shows how far it has come, and keeps the file sealed for so long', async () => {
    const id = await ask(people('visible', 1_200).replace('visible-7,', 'zelda-quillfeather,'));
    expect(await get(id)).toMatchObject({ state: 'queued', counts: { lines: 0 }, finishedAt: null });
    expect(await count('import_chunks')).toBeGreaterThan(0);
    expect(await readable('zelda-quillfeather')).toEqual([]);
    await step();
    expect(await get(id)).toMatchObject({ state: 'running', counts: { lines: 500, created: 500 } });
    await toTheEnd();
    expect(await get(id)).toMatchObject({ state: 'done', counts: { lines: 1_200, created: 1_200, bad: 0 } });
    expect(await count('import_chunks')).toBe(0);
    expect(await readable('zelda-quillfeather')).toEqual([]);
    const { rows } = await sql<{ id: string }>`select id from person_keys where id = ${id}`.execute(
      story.database.db,
    );
    expect(rows).toEqual([]);
  });

  it.each(['contacts', 'consent', 'suppressions'])(
    'counts each line of %s once when a process dies in the middle of a step',
    async (kind) => {
      const ids = Array.from({ length: 700 }, (_, i) => `died-${kind}-${i}`);
      if (kind !== 'contacts') {
        await ask(`userId,email\n${ids.map((id) => `${id},${id}@example.com`).join('\n')}\n`);
        await toTheEnd();
      }
      const lines =
        {
          contacts: ['userId,plan', ...ids.map((id) => `${id},gold`)],
          consent: [
            'userId,channel,state,source,at',
            ...ids.map((id) => `${id},email,granted,form,2026-01-01`),
          ],
          suppressions: ['userId,reason', ...ids.map((id) => `${id},manual`)],
        }[kind] ?? [];
      const before = { signals: await count('signals'), consents: await count('consents') };
      const id = await ask(`${lines.join('\n')}\n`, kind);
      await step();
      // The second step is taken, and its process dies before it has committed: its lease runs out.
      const [job] = (await work().claim(1)).filter((each) => each.key === id);
      if (job === undefined) throw new Error('there is no second step');
      await sql`
        create function fail_once() returns trigger language plpgsql as $$ begin raise exception 'power cut'; end $$`.execute(
        story.database.db,
      );
      await sql`
        create trigger fail_once before update on imports for each row execute function fail_once()`.execute(
        story.database.db,
      );
      await work().run(job);
      expect((await get(id)).counts.lines).toBe(500);
      await sql`drop trigger fail_once on imports`.execute(story.database.db);
      await sql`drop function fail_once()`.execute(story.database.db);
      story.clock.advance(60_000);
      await story.restart();
      await toTheEnd();
      expect(await get(id)).toMatchObject({
        state: 'done',
        counts: { lines: 700, good: 700, bad: 0, created: 700, updated: 0, unchanged: 0 },
      });
      if (kind === 'contacts') expect(await count('signals')).toBe(before.signals + 700);
      if (kind === 'consent') expect(await count('consents')).toBe(before.consents + 700);
    },
  );

  it('brings nobody back who was erased while it was under way', async () => {
    await ask('userId\nerased\n');
    await toTheEnd();
    const id = await ask(`${people('others', 600)}erased,gold\n`);
    await step();
    expect((await story.request('DELETE', '/v1/profiles/erased')).status).toBe(204);
    await toTheEnd();
    expect(await get(id)).toMatchObject({
      counts: { lines: 601, created: 600, bad: 1 },
      badLines: [{ line: 602, path: 'userId', message: 'was erased while the file was taken in' }],
    });
    expect((await story.request('GET', '/v1/profiles/erased')).status).toBe(404);
    // What is imported later is another matter.
    story.clock.advance(1_000);
    await ask('userId\nerased\n');
    await toTheEnd();
    expect((await story.request('GET', '/v1/profiles/erased')).status).toBe(200);
  });

  it('says so when it is given up, keeps what it has done, and lets the file go', async () => {
    const id = await ask(people('given-up', 600));
    await step();
    await sql`delete from person_keys where id = ${id}`.execute(story.database.db);
    await story.restart();
    for (let attempt = 0; attempt < 10; attempt++) {
      story.clock.advance(3_600_000);
      await toTheEnd();
    }
    expect(await get(id)).toMatchObject({ state: 'failed', counts: { lines: 500, created: 500 } });
    expect((await get(id)).error).toContain('line');
    expect(await count('import_chunks')).toBe(0);
  });
});
