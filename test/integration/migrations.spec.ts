import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MIGRATIONS, parseMigration, readMigrations } from '../../src/platform/database/migration-file.js';
import { unsafe, uniqueIndexesOf } from '../harness/migration-rules.js';

const RELEASES = 'test/fixtures/upgrade';

/** The migrations of every release there is a fixture of: file name → SHA-256. */
async function released(): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (const release of (await readdir(RELEASES)).sort()) {
    const text = await readFile(join(RELEASES, release, 'manifest.json'), 'utf8');
    const { migrations } = JSON.parse(text) as { migrations: Record<string, string> };
    for (const [file, hash] of Object.entries(migrations)) all.set(file.replace(/\.sql$/, ''), hash);
  }
  return all;
}

describe('the migrations', () => {
  it('that were released are never edited', async () => {
    const files = new Map((await readMigrations(MIGRATIONS)).map(({ name, hash }) => [name, hash]));
    const edited = [...(await released())].filter(([name, hash]) => files.get(name) !== hash);
    expect(edited).toEqual([]);
  });

  it('have numbers of their own', async () => {
    const files = await readMigrations(MIGRATIONS);
    const numbers = files.map(({ name }) => /^(\d{4})_[a-z0-9_]+$/.exec(name)?.[1]);
    expect(numbers).not.toContain(undefined);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('since then are safe while the release before is running', async () => {
    const files = await readMigrations(MIGRATIONS);
    const known = await released();
    const found = files
      .filter(({ name }) => !known.has(name))
      .flatMap((file) => {
        const before = files.filter(({ name }) => name < file.name);
        const around = { released: new Set(known.keys()), uniqueIndexes: uniqueIndexesOf(before) };
        return unsafe(file, around).map((problem) => `${file.name}: ${problem}`);
      });
    expect(found).toEqual([]);
  });
});

describe('the rules for migrations', () => {
  const around = {
    released: new Set(['0010_dispatch_and_outcomes']),
    uniqueIndexes: new Set(['profiles_user']),
  };
  const look = (text: string): string[] => unsafe(parseMigration('0099_probe', text), around);

  it.each([
    "create table cups (id text primary key, glaze text not null, check (glaze <> '')); create index cups_glaze on cups (glaze);",
    'alter table cups_of_tea add column milk boolean;',
    'alter table messages add column trace text, add column attempts integer not null default 0;',
    "alter table messages add column tags_seen text[] not null default '{a,b}';",
    "alter table messages drop constraint messages_state_check, add constraint messages_state_check check (state in ('a', 'b')) not valid;",
    'alter table messages validate constraint messages_state_check;',
    'create index pauses_scope on pauses (scope, target);',
    "update settings set value = '1' where name = 'a';",
    'drop index messages_state;',
    '-- outside a transaction\ndrop index concurrently if exists m; create index concurrently m on messages (id);',
    '-- minimum reader: 0010_dispatch_and_outcomes\nalter table messages drop column offer;',
    'create table more (id text); insert into more select id from people; update more set id = id;',
  ])('allow %s', (text) => {
    expect(look(text)).toEqual([]);
  });

  it.each([
    ['alter table messages drop column offer;', 'takes away'],
    ['drop table outbox;', 'takes away'],
    ['-- minimum reader: 0099_probe\nalter table messages drop column offer;', 'takes away'],
    ['alter table settings rename column value to content;', 'renames'],
    ['alter table messages rename to letters;', 'renames'],
    ['alter table messages alter column offer type integer using 1;', 'changes a type'],
    ['alter table messages alter column offer set not null;', 'refuses'],
    ['alter table messages add column trace text not null;', 'does not fill'],
    ['alter table settings add at timestamptz not null;', 'does not fill'],
    ["alter table messages add a text not null default '', add column b text not null;", 'does not fill'],
    ['alter table messages add column at timestamptz default now();', 'rewrites the table'],
    ['alter table messages add column n bigint generated always as identity;', 'rewrites the table'],
    ['alter table messages add column other text references people (id);', 'with a constraint'],
    ['alter table messages add constraint odd check (offer is null);', '`not valid`'],
    [
      'alter table messages add constraint odd check (offer is null) not valid; alter table messages validate constraint odd;',
      'of its own',
    ],
    ['create index messages_offer on messages (offer);', 'concurrently'],
    ['create index signals_event on signals (event);', 'concurrently'],
    ['create index concurrently messages_offer on messages (offer);', 'outside a transaction'],
    ['-- outside a transaction\ncreate index concurrently m on messages (id);', 'run again'],
    ['-- outside a transaction\nalter table messages add column a text;', 'only indexes'],
    ['drop index profiles_user;', 'rely on'],
    ['update messages set offer = null;', 'in batches'],
    ['lock table messages;', 'holds a lock'],
    ['alter table signals attach partition old for values from (1) to (2);', 'holds a lock'],
    ['set lock_timeout = 0;', 'no place'],
  ])('forbid %s', (text, why) => {
    expect(look(text)).toContainEqual(expect.stringContaining(why));
  });
});
