import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { Database, type Executor } from '../../src/platform/database/index.js';
import { administer, createTestLocation, openTestDatabase, type TestDatabase } from '../harness/database.js';

const onPostgres = (process.env['DATABASE_URL'] ?? '') === '' ? it.skip : it;

describe('the database', () => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(() => opened.close());

  it('has pgvector and every migrated table', async () => {
    const { rows } = await sql<{
      distance: number;
    }>`select '[1,2]'::vector <-> '[1,4]'::vector as distance`.execute(opened.database.db);
    expect(rows).toEqual([{ distance: 2 }]);
  });

  it('rolls a transaction back when it throws, and goes on', async () => {
    const failing = opened.database.transaction(async (tx) => {
      await sql`insert into settings (name, value) values ('a', '1')`.execute(tx);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const { rows } = await sql`select * from settings where name = 'a'`.execute(opened.database.db);
    expect(rows).toEqual([]);
  });

  it('goes on after an SQL error', async () => {
    await expect(sql`select nonsense from settings`.execute(opened.database.db)).rejects.toThrow('nonsense');
    const { rows } = await sql<{ one: number }>`select 1::int8 as one`.execute(opened.database.db);
    expect(rows).toEqual([{ one: 1 }]);
  });

  onPostgres('fails a transaction whose connection is cut between two statements, and goes on', async () => {
    const { database } = opened;
    const cut = database.transaction(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await administer(opened.url ?? '', `select pg_terminate_backend(${rows[0]?.pid ?? 0}, 5000)`);
      // Long enough for the process to hear of it.
      await setTimeout(100);
      await sql`select 1`.execute(tx);
    });
    await expect(cut).rejects.toThrow();
    const { rows } = await sql<{ one: number }>`select 1::int8 as one`.execute(database.db);
    expect(rows).toEqual([{ one: 1 }]);
  });

  onPostgres('commits durably, also where the database or the role would not', async () => {
    const { location, drop } = await createTestLocation();
    if (location.engine !== 'postgres') throw new Error('on PostgreSQL only');
    const { pathname, username } = new URL(location.url);
    const name = pathname.slice(1);
    const settingFor = async (byDefault: string): Promise<unknown> => {
      await administer(location.url, `alter database ${name} set synchronous_commit = ${byDefault}`);
      await administer(
        location.url,
        `alter role ${username} in database ${name} set synchronous_commit = ${byDefault}`,
      );
      const database = await Database.open(location);
      const ask = async (db: Executor): Promise<unknown> =>
        (await sql<{ setting: string }>`select current_setting('synchronous_commit') as setting`.execute(db))
          .rows[0]?.setting;
      try {
        const settings = [
          await ask(database.db),
          await database.transaction(ask),
          await ask(database.apart(1).db),
        ];
        return new Set(settings);
      } finally {
        await database.close();
      }
    };
    try {
      for (const weak of ['off', 'local', 'remote_write'])
        expect([weak, await settingFor(weak)]).toEqual([weak, new Set(['on'])]);
      expect(await settingFor('remote_apply')).toEqual(new Set(['remote_apply']));
    } finally {
      await drop();
    }
  });

  it('refuses the outer handle inside a transaction instead of waiting for ever', async () => {
    const nested = opened.database.transaction(() => sql`select 1`.execute(opened.database.db));
    await expect(nested).rejects.toThrow('its own handle');
  });

  it('leaves nothing on the promises of the process once it is closed', async () => {
    const carried = (): number => Object.getOwnPropertySymbols(Promise.resolve().finally()).length;
    const before = carried();
    const another = await openTestDatabase();
    await another.database.transaction((tx) => sql`select 1`.execute(tx));
    expect(carried()).toBeGreaterThan(before);
    await another.close();
    expect(carried()).toBe(before);
  });

  it('is the same one over connections apart, and takes them along when it closes', async () => {
    const another = await openTestDatabase();
    const door = another.database.apart(1);
    const settings = (): Promise<{ rows: { value: string }[] }> =>
      sql<{ value: string }>`select value from settings where name = 'door'`.execute(another.database.db);
    try {
      await door.transaction(async (tx) => {
        await sql`insert into settings (name, value) values ('door', '1')`.execute(tx);
        expect(() => door.db).toThrow('its own handle');
      });
      expect((await settings()).rows).toHaveLength(1);
      const failing = door.transaction(async (tx) => {
        await sql`delete from settings where name = 'door'`.execute(tx);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect((await settings()).rows).toHaveLength(1);
    } finally {
      await another.close();
    }
    await expect(sql`select 1`.execute(door.db)).rejects.toThrow();
  });
});
