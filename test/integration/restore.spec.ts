import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Database } from '../../src/platform/database/index.js';
import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import { checkout, fillCatalogue, HOUR, identify, MAIL_FROM, oldOrder, order } from '../harness/customers.js';
import { administer, createTestLocation, openTestDatabase } from '../harness/database.js';
import { type CommandEnd, runCommand } from '../harness/process.js';
import { Story } from '../harness/service.js';
import { endSound, messagesTo, only, reviewsAbout, tasksOf, verdict } from '../harness/shown.js';

const server = process.env['DATABASE_URL'] ?? '';
const hasTools = spawnSync('pg_dump', ['--version']).status === 0;
const onPostgres = server !== '' && hasTools ? describe : describe.skip;

const SECRET_KEY = 'a-key-that-is-kept-apart-from-the-backup';
const EVENING = '2026-11-18T20:00:00.000Z';

onPostgres('a backup, made with pg_dump under traffic and restored', () => {
  let smtp: FakeSmtpServer;
  let story: Story;
  let copy: Story;
  let directory: string;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    directory = await mkdtemp(join(tmpdir(), 'countersign-backup-'));
    const environment = { SMTP_URL: smtp.url, MAIL_FROM };
    const opened = await openTestDatabase();
    const url = opened.url ?? '';
    story = await Story.begin({
      now: EVENING,
      environment,
      from: { opened, secretKey: SECRET_KEY },
    });
    await fillCatalogue(story);
    for (const userId of ['ada', 'bob', 'cat'])
      await story.happens(identify(userId), oldOrder(story, userId));
    // When the backup is made, ada's mail is approved and waits for the morning, bob's waits for a review, cat's basket for its hour.
    await story.happens(checkout('ada', { total: 250 }), checkout('bob', { total: 250 }));
    await story.passes(HOUR);
    story.clock.set('2026-11-19T03:00:00.000Z');
    await verdict(story, only(await reviewsAbout(story, 'ada')), { verdict: 'approve' });
    await story.settle();
    // Before eight in New York nothing leaves.
    story.clock.set('2026-11-19T12:15:00.000Z');
    await story.happens(checkout('cat'));
    await backup(url);
    // The morning after the backup: everything leaves.
    await story.passes(2 * HOUR);
    await verdict(story, only(await reviewsAbout(story, 'bob')), { verdict: 'approve' });
    await story.settle();
  });
  afterAll(async () => {
    await endSound(copy);
    await endSound(story);
    await smtp.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Dumps while signals keep coming in. */
  async function backup(url: string): Promise<void> {
    const dump = spawn('pg_dump', ['--format=custom', `--file=${join(directory, 'backup')}`, url]);
    const ended = new Promise<number | null>((resolve) => dump.on('exit', resolve));
    for (let i = 0; dump.exitCode === null; i++) {
      expect((await story.send(identify(`passer-by-${i}`))).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await ended).toBe(0);
  }

  function restore(url: string): void {
    const parameters = ['--no-owner', '--exit-on-error', `--dbname=${url}`, join(directory, 'backup')];
    const restored = spawnSync('pg_restore', parameters);
    expect([restored.status, String(restored.stderr)]).toEqual([0, '']);
  }

  /** What `npm run verify` says of a database. */
  const lookedOver = (url: string, secretKeys = SECRET_KEY): Promise<CommandEnd> =>
    runCommand(
      'verify.ts',
      { DATABASE_URL: url, DATA_DIR: directory, SECRET_KEYS: secretKeys },
      join(directory, 'verify.log'),
    );

  const mailsTo = (userId: string): number =>
    smtp.mails.filter((mail) => mail.to.includes(`${userId}@example.com`)).length;

  // Either service is looked over at its end as `npm run verify` does it: see endSound.
  it('left a service behind that sent everything once', () => {
    expect([mailsTo('ada'), mailsTo('bob'), mailsTo('cat')]).toEqual([1, 1, 1]);
  });

  it('starts on the copy, holds everything that was due, and says why', async () => {
    const place = await createTestLocation();
    const url = place.location.engine === 'postgres' ? place.location.url : '';
    restore(url);
    // As the manual has it: looked over before anything starts on it.
    expect(await lookedOver(url)).toMatchObject({ code: 0 });
    const database = await Database.open(place.location);
    const close = async (): Promise<void> => {
      await database.close();
      await place.drop();
    };
    copy = await Story.begin({
      now: '2026-11-19T14:00:00.000Z',
      environment: { SMTP_URL: smtp.url, MAIL_FROM },
      from: { opened: { database, close }, secretKey: SECRET_KEY },
    });
    await copy.settle();
    await verdict(copy, only(await reviewsAbout(copy, 'bob')), { verdict: 'approve' });
    await copy.settle();
    const [pause] = (await copy.get('/v1/pauses'))['data'] ?? [];
    expect(pause).toMatchObject({ scope: 'everything', createdBy: 'system' });
    expect(String(pause?.['reason'])).toContain('restored copy (another database, other tables)');
    expect([mailsTo('ada'), mailsTo('bob'), mailsTo('cat')]).toEqual([1, 1, 1]);
    expect(only(await messagesTo(copy, 'ada')).state).toBe('scheduled');
    expect(only(await messagesTo(copy, 'bob')).state).toBe('scheduled');
    expect(only(await messagesTo(copy, 'cat')).state).toBe('scheduled');
    expect(await tasksOf(copy, 'ada')).toEqual([]);
  });

  it('is found out when a row of the copy was tampered with, or when the keys are not its own', async () => {
    const place = await createTestLocation();
    const url = place.location.engine === 'postgres' ? place.location.url : '';
    try {
      restore(url);
      expect(await lookedOver(url)).toMatchObject({ code: 0 });
      await administer(url, `update decisions set result_hash = repeat('0', 64)`);
      const tampered = await lookedOver(url);
      expect(tampered.code).toBe(1);
      expect(tampered.said).toContain('BROKEN  decisions come out the same again');
      expect((await lookedOver(url, 'keys-of-another-deployment')).code).toBe(2);
    } finally {
      await place.drop();
    }
  });

  it('holds it once, not again at the next start', async () => {
    await copy.restart();
    expect((await copy.get('/v1/pauses'))['data']).toHaveLength(1);
  });

  it('drops what waits when somebody says so, and goes on with what comes', async () => {
    const id = String((await copy.get('/v1/pauses'))['data']?.[0]?.['id']);
    const answer = await copy.request('DELETE', `/v1/pauses/${id}?waiting=cancel`);
    expect([answer.status, answer.body['endedBy']]).toEqual([200, expect.stringMatching(/^per_/)]);
    await copy.settle();
    for (const userId of ['ada', 'bob', 'cat'])
      expect(only(await messagesTo(copy, userId)).state).toBe('cancelled');
    expect([mailsTo('ada'), mailsTo('bob'), mailsTo('cat')]).toEqual([1, 1, 1]);
    await copy.happens(identify('dan'), order('dan'));
    expect(mailsTo('dan')).toBe(1);
  });
});

onPostgres('a database that is exchanged under a running service', () => {
  it('is used no more, and the process is told', async () => {
    const { location, drop } = await createTestLocation();
    if (location.engine !== 'postgres') throw new Error('on PostgreSQL only');
    const lines: string[] = [];
    const database = await Database.open(location, { onReplaced: (line) => lines.push(line) });
    try {
      expect(await database.moveIn(() => Promise.reject(new Error('it has not moved')))).toEqual([]);
      const name = new URL(location.url).pathname.slice(1);
      const terminate = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`;
      await administer(server, terminate);
      await administer(server, `create database ${name}_copy template ${name}`);
      await administer(server, `drop database ${name}`);
      await administer(server, `alter database ${name}_copy rename to ${name}`);
      const line =
        'the database was replaced by another copy of it (another database): start the service again';
      await expect(sql`select 1`.execute(database.db)).rejects.toThrow(line);
      await expect(sql`select 1`.execute(database.db)).rejects.toThrow(line);
      expect(lines).toEqual([line, line]);
    } finally {
      await database.close();
      await drop();
    }
  });
});

const onEmbedded = server === '' ? describe : describe.skip;

onEmbedded('a copied directory of the embedded database', () => {
  it('is told from the one it was copied from', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'countersign-home-'));
    const movedIn = async (path: string): Promise<string[]> => {
      const database = await Database.open({ engine: 'embedded', directory: path });
      try {
        return await database.moveIn(() => Promise.resolve());
      } finally {
        await database.close();
      }
    };
    try {
      const original = join(directory, 'original');
      expect(await movedIn(original)).toEqual([]);
      expect(await movedIn(original)).toEqual([]);
      spawnSync('cp', ['-a', original, join(directory, 'copy')]);
      expect(await movedIn(join(directory, 'copy'))).toEqual(['another directory']);
      expect(await movedIn(join(directory, 'copy'))).toEqual([]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
