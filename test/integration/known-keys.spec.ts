import { sql } from 'kysely';
import { keepKnownKeys, requireKnownKeys } from '../../src/platform/secrets/known-keys.js';
import { Secrets } from '../../src/platform/secrets/secrets.js';
import { Vault } from '../../src/platform/vault/index.js';
import { openTestDatabase, type TestDatabase } from '../harness/database.js';
import { TestClock } from '../harness/runtime.js';

const [FIRST, SECOND, STRANGE] = ['first', 'second', 'strange'].map((name) => name.padEnd(40, '-')) as [
  string,
  string,
  string,
];

describe('the secret keys a database was written under', () => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(() => opened.close());
  beforeEach(() => sql`truncate settings, person_keys cascade`.execute(opened.database.db));

  const start = (...keys: string[]): Promise<void> => keepKnownKeys(opened.database, new Secrets(keys));

  it('are kept at the first start, and asked for at every later one', async () => {
    await start(FIRST);
    await start(FIRST);
    await expect(start(STRANGE)).rejects.toThrow(
      /^SECRET_KEYS .* should hold every key this database was written under: 1 of 1 missing$/,
    );
  });

  it('may have a newer one in front of them, and are all needed from then on', async () => {
    await start(FIRST);
    await start(SECOND, FIRST);
    await start(SECOND, FIRST);
    await expect(start(FIRST)).rejects.toThrow(/1 of 2 missing$/);
    await expect(start(SECOND)).rejects.toThrow(/1 of 2 missing$/);
  });

  it('keep their order: hashes are looked up under the oldest', async () => {
    await start(FIRST);
    await expect(start(FIRST, SECOND)).rejects.toThrow(/should end with the oldest key/);
  });

  it('are told by what they encrypted, where an earlier version kept nothing else', async () => {
    const vault = new Vault(new Secrets([FIRST]), new TestClock('2026-11-18T12:00:00.000Z'), opened.database);
    await opened.database.transaction((tx) => vault.ensureKeys(tx, ['somebody']));
    await expect(start(STRANGE)).rejects.toThrow(/should be what this database was written under/);
    await start(SECOND, FIRST);
    await expect(start(SECOND)).rejects.toThrow(/1 of 2 missing$/);
  });

  it.each(Array.from({ length: 10 }, (_, round) => round))(
    'are agreed on when several processes make the first start at once, round %i',
    async () => {
      const starts = await Promise.allSettled([start(FIRST), start(STRANGE), start(FIRST), start(STRANGE)]);
      const refused = starts.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(2);
      const [mine] = starts;
      await start(mine.status === 'fulfilled' ? FIRST : STRANGE);
    },
  );

  it('take one newer key when several processes bring different ones at once', async () => {
    await start(FIRST);
    const starts = await Promise.allSettled([start(SECOND, FIRST), start(STRANGE, FIRST)]);
    expect(starts.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    const [mine] = starts;
    const [taken, other] = mine.status === 'fulfilled' ? [SECOND, STRANGE] : [STRANGE, SECOND];
    await start(taken, FIRST);
    await expect(start(other, FIRST)).rejects.toThrow(/1 of 2 missing$/);
  });

  it('are only looked at by who changes nothing', async () => {
    await requireKnownKeys(opened.database.db, new Secrets([FIRST]));
    await start(STRANGE);
    await expect(requireKnownKeys(opened.database.db, new Secrets([FIRST]))).rejects.toThrow(/missing$/);
  });
});
