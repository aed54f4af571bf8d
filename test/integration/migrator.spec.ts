import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Database, SchemaError } from '../../src/platform/database/index.js';
import { statementsOf } from '../../src/platform/database/migration-file.js';
import { createTestLocation, type TestLocation } from '../harness/database.js';

const onPostgres = (process.env['DATABASE_URL'] ?? '') === '' ? it.skip : it;

const CREATE = 'create table cups (id integer primary key, glaze text);\n';
const WIDEN = 'alter table cups add column height integer;\n';
const FILL = 'insert into cups (id) values (1);\n';

/** Releases are folders of migrations here. */
describe('migrations', () => {
  let directory: string;
  let place: TestLocation;
  let said: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'countersign-migrations-'));
    place = await createTestLocation();
    said = [];
  });
  afterEach(async () => {
    await place.drop();
    await rm(directory, { recursive: true, force: true });
  });

  async function release(files: Readonly<Record<string, string>>): Promise<string> {
    const folder = await mkdtemp(join(directory, 'release-'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, `${name}.sql`), text);
    return folder;
  }
  const open = (folder: string, patienceMs?: number): Promise<Database> =>
    Database.open(place.location, {
      folder,
      say: (line) => said.push(line),
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });
  const close = async (folder: string): Promise<void> => (await open(folder)).close();
  async function applied(): Promise<string[]> {
    const database = await open(await release({}));
    try {
      const { rows } = await sql<{ name: string }>`
        select name from schema_migrations order by name`.execute(database.db);
      return rows.map(({ name }) => name);
    } finally {
      await database.close();
    }
  }

  it('are applied once, in order, and said', async () => {
    await close(await release({ '0001_cups': CREATE }));
    const next = await release({ '0001_cups': CREATE, '0003_fill': FILL, '0002_height': WIDEN });
    await close(next);
    expect(said).toEqual([
      'made the schema, up to 0001_cups',
      expect.stringMatching(/^0002_height applied in \d+ ms$/),
      expect.stringMatching(/^0003_fill applied in \d+ ms$/),
    ]);
    await close(next);
    expect(said).toHaveLength(3);
  });

  it('stop at the first that fails, and leave nothing of it', async () => {
    await close(await release({ '0001_cups': CREATE }));
    const broken = await release({
      '0001_cups': CREATE,
      '0002_height': WIDEN,
      '0003_broken': `${FILL} insert into saucers values (1);`,
      '0004_never': 'create table never (id integer);',
    });
    await expect(open(broken)).rejects.toThrow('0003_broken failed: relation "saucers" does not exist');
    expect(await applied()).toEqual(['0001_cups', '0002_height']);
    const database = await open(await release({}));
    const { rows } = await sql`select * from cups`.execute(database.db);
    await database.close();
    expect(rows).toEqual([]);
  });

  it('of a newer version are no matter for an older one, and it says so', async () => {
    const older = await release({ '0001_cups': CREATE });
    await close(await release({ '0001_cups': CREATE, '0002_height': WIDEN }));
    said = [];
    await close(older);
    expect(said).toEqual([
      'the schema is newer than this version (0002_height); it allows this version to go on',
    ]);
  });

  it('keep out a version that cannot work with the schema any more, and no other', async () => {
    const older = await release({ '0001_cups': CREATE });
    const current = await release({ '0001_cups': CREATE, '0002_height': WIDEN });
    const contracted = '-- minimum reader: 0002_height\nalter table cups drop column glaze;\n';
    await close(await release({ '0001_cups': CREATE, '0002_height': WIDEN, '0003_no_glaze': contracted }));
    await close(current);
    await expect(open(older)).rejects.toThrow(
      new SchemaError(
        'the database needs a version of the service that knows 0002_height; this one ends at 0001_cups',
      ),
    );
  });

  it('may run outside a transaction, one statement after the other', async () => {
    const index =
      '-- outside a transaction\ncreate index concurrently if not exists cups_glaze on cups (glaze);\n';
    await close(await release({ '0001_cups': CREATE, '0002_index': index }));
    expect(await applied()).toEqual(['0001_cups', '0002_index']);
    const database = await open(await release({}));
    const { rows } = await sql`
      select indisvalid from pg_index where indexrelid = 'cups_glaze'::regclass`.execute(database.db);
    await database.close();
    expect(rows).toEqual([{ indisvalid: true }]);
  });

  onPostgres('are applied once by processes that start together', async () => {
    const folder = await release({ '0001_cups': CREATE, '0002_height': WIDEN, '0003_fill': FILL });
    const databases = await Promise.all(Array.from({ length: 5 }, () => open(folder)));
    const found = await Promise.all(
      databases.map(async ({ db }) => (await sql`select id from cups`.execute(db)).rows),
    );
    await Promise.all(databases.map((database) => database.close()));
    expect(found).toEqual(Array.from({ length: 5 }, () => [{ id: 1 }]));
  });

  onPostgres('let traffic pass while somebody’s long transaction keeps them from their lock', async () => {
    await close(await release({ '0001_cups': CREATE }));
    const busy = await open(await release({}));
    let migrating: Promise<void> | undefined;
    await busy.transaction(async (tx) => {
      await sql`insert into cups (id) values (1)`.execute(tx);
      migrating = close(await release({ '0001_cups': CREATE, '0002_height': WIDEN }));
      // Whoever waited in line for this transaction's end would wait for ever: it ends only after twenty others have written, and the
      // migration has stepped back.
      const other = await open(await release({}));
      for (let id = 2; id < 22 || !said.some((line) => line.includes('waits for its locks')); id++) {
        await sql`insert into cups (id) values (${id})`.execute(other.db);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await other.close();
    });
    await migrating;
    await busy.close();
    expect(said).toContainEqual(
      expect.stringMatching(
        /^0002_height waits for its locks and tries again: countersign \(process \d+ of the server\) has had a transaction open for \d+ s$/,
      ),
    );
    expect(await applied()).toEqual(['0001_cups', '0002_height']);
  });

  onPostgres('give up with the name of who is in the way', async () => {
    await close(await release({ '0001_cups': CREATE }));
    const busy = await open(await release({}));
    const next = await release({ '0001_cups': CREATE, '0002_height': WIDEN });
    await busy.transaction(async (tx) => {
      await sql`insert into cups (id) values (1)`.execute(tx);
      const attempt = open(next, 0);
      await expect(attempt).rejects.toThrow(SchemaError);
      await expect(attempt).rejects.toThrow(
        /^0002_height could not be applied within \d+ s: countersign \(process/,
      );
    });
    await busy.close();
    expect(await applied()).toEqual(['0001_cups']);
  });
});

describe('a migration’s statements', () => {
  it('end at semicolons that are no part of a comment, a text or a body', () => {
    const text = [
      "-- it isn't; really",
      "create table a (b text default 'x;''y'); -- one; two",
      'create function f() returns int language sql as $$ select 1; $$;',
      'create index "odd;name" on a (b)',
    ].join('\n');
    expect(statementsOf(text)).toEqual([
      "create table a (b text default 'x;''y')",
      'create function f() returns int language sql as $$ select 1; $$',
      'create index "odd;name" on a (b)',
    ]);
    expect(statementsOf('-- nothing;\n')).toEqual([]);
  });
});
