import { Test } from '@nestjs/testing';
import { sql } from 'kysely';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { DatabaseModule } from '../platform/database/index.js';
import { RuntimeModule } from '../platform/runtime.module.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { Ids } from '../shared/ids.js';
import { Vault } from '../platform/vault/index.js';
import { AuditModule, type AuditRecord, AuditService, verifyChain } from './index.js';

describe('the audit log', () => {
  let opened: TestDatabase;
  let audit: AuditService;
  let vault: Vault;
  let ids: Ids;
  let secrets: Secrets;
  const clock = new TestClock('2026-11-02T09:00:00Z');

  beforeAll(async () => {
    opened = await openTestDatabase();
    const module = await Test.createTestingModule({
      imports: [DatabaseModule.of(opened.database), RuntimeModule.of(testRuntime(clock)), AuditModule],
    }).compile();
    audit = module.get(AuditService);
    vault = module.get(Vault);
    ids = module.get(Ids);
    secrets = module.get(Secrets);
  });
  beforeEach(async () => {
    for (const statement of [
      'delete from audit_entries',
      'alter sequence audit_entries_seq_seq restart',
      'delete from audit_seals',
      'delete from person_keys',
    ])
      await change(statement);
  });
  afterAll(() => opened.close());

  const record = (part: Partial<AuditRecord> = {}): Promise<void> =>
    opened.database.transaction((tx) =>
      audit.record(tx, { actor: 'per_1', action: 'review.approved', subject: 'rev_1', ...part }),
    );
  const change = (statement: string): Promise<unknown> => sql.raw(statement).execute(opened.database.db);

  const headHash = async (): Promise<string | undefined> => {
    const { rows } = await sql<{
      hash: string;
    }>`select hash from audit_seals order by number desc limit 1`.execute(opened.database.db);
    return rows[0]?.hash;
  };

  it('chains what was recorded, batch after batch', async () => {
    await record();
    await record({ detail: { tier: 2 } });
    expect(await audit.seal()).toBe(2);
    await record();
    expect(await audit.seal()).toBe(1);
    expect(await audit.seal()).toBe(0);
    expect(await audit.verify()).toEqual({
      seals: 2,
      entries: 3,
      unsealed: 0,
      head: await headHash(),
      problems: [],
    });
  });

  it('counts what the sealer has not seen yet, and finds nothing wrong with it', async () => {
    await record();
    expect(await audit.verify()).toEqual({ seals: 0, entries: 0, unsealed: 1, head: null, problems: [] });
    clock.advance(61_000);
    await record();
    expect((await audit.verify()).problems).toEqual([
      expect.stringContaining('1 audit entries have no seal'),
    ]);
  });

  it('is chained by one sealer at a time, however many come', async () => {
    for (let round = 0; round < 5; round++) {
      await record({ subject: `rev_${round}` });
      const sealed = await Promise.all(Array.from({ length: 4 }, () => audit.seal()));
      expect(sealed.reduce((sum, each) => sum + each, 0)).toBe(1);
    }
    expect(await audit.verify()).toMatchObject({ seals: 5, entries: 5, problems: [] });
  });

  it('is left to another sealer that is at it', async () => {
    await record();
    const other = await Promise.all(Array.from({ length: 4 }, () => audit.sealUnlessAnotherDoes()));
    expect(other.reduce((sum, each) => sum + each, 0)).toBe(1);
    expect(await audit.verify()).toMatchObject({ seals: 1, entries: 1, problems: [] });
  });

  it('seals an entry whose number was taken first and committed last', async () => {
    await change("select nextval(pg_get_serial_sequence('audit_entries', 'seq'))");
    await record();
    expect(await audit.seal()).toBe(1);
    await change(`insert into audit_entries (seq, id, at, actor, action, subject, detail) overriding system value
      values (1, 'aud_late', now(), 'system', 'late', 'x', '{}')`);
    expect(await audit.seal()).toBe(1);
    expect(await audit.verify()).toMatchObject({ seals: 2, entries: 2, problems: [] });
  });

  it.each([
    ['an entry was changed', `update audit_entries set actor = 'per_2' where seq = 2`],
    ['its detail was changed', `update audit_entries set detail = '{"tier":1}' where seq = 1`],
    ['its time was changed', `update audit_entries set at = at + interval '1 second' where seq = 1`],
    ['an entry was taken out', `delete from audit_entries where seq = 2`],
    [
      'an entry was put under an old seal',
      `insert into audit_entries (id, at, actor, action, subject, detail, sealed_in)
        values ('aud_new', now(), 'x', 'y', 'z', '{}', 1)`,
    ],
    [
      'a seal was changed',
      `update audit_seals set sealed_at = sealed_at + interval '1 hour' where number = 1`,
    ],
    [
      'a seal was cut out',
      `delete from audit_entries where sealed_in = 1; delete from audit_seals where number = 1`,
    ],
  ])('notices when %s', async (_what, statement) => {
    await record();
    await record();
    await audit.seal();
    await record();
    await audit.seal();
    expect((await audit.verify()).problems).toEqual([]);
    for (const part of statement.split('; ')) await change(part);
    expect((await audit.verify()).problems).not.toEqual([]);
  });

  it('notices a chain that was made anew by somebody without the key', async () => {
    await record();
    await audit.seal();
    const strangers = new Secrets(['a key that whoever writes the database made up']);
    const forger = new AuditService(opened.database, vault, clock, ids, strangers);
    await change('update audit_entries set sealed_in = null');
    await change('delete from audit_seals');
    await change(`update audit_entries set actor = 'per_2'`);
    await forger.seal();
    expect((await forger.verify()).problems).toEqual([]);
    expect((await audit.verify()).problems).toEqual(['audit seal 1 was changed']);
  });

  it('still knows what an older key sealed, once a newer one took its place', async () => {
    await record();
    await audit.seal();
    const keys = [Buffer.alloc(32, 1), ...secrets.all('audit')];
    expect((await verifyChain(opened.database.db, keys)).problems).toEqual([]);
  });

  it('keeps personal data readable until its key is erased, and whole afterwards', async () => {
    await opened.database.transaction((tx) => vault.ensureKeys(tx, ['prf_1']));
    await record({ personal: { keyId: 'prf_1', value: { email: 'anna@example.com' } } });
    await audit.seal();
    const { rows } = await sql<{ personal: Buffer }>`select personal from audit_entries`.execute(
      opened.database.db,
    );
    const sealed = rows[0]?.personal ?? Buffer.alloc(0);
    expect(sealed.toString('latin1')).not.toContain('anna');
    expect(await vault.openFor(opened.database.db, 'prf_1', sealed)).toBe('{"email":"anna@example.com"}');

    await opened.database.transaction((tx) => vault.erase(tx, ['prf_1']));
    await expect(vault.openFor(opened.database.db, 'prf_1', sealed)).rejects.toThrow('erased');
    expect((await audit.verify()).problems).toEqual([]);
  });

  it('notices a changed ciphertext', async () => {
    await opened.database.transaction((tx) => vault.ensureKeys(tx, ['prf_1']));
    await record({ personal: { keyId: 'prf_1', value: 'x' } });
    await audit.seal();
    await change(`update audit_entries set personal = '\\x00'`);
    expect((await audit.verify()).problems).toEqual(['an audit entry under seal 1 was changed']);
  });

  it('goes away with the transaction it was written in', async () => {
    const failing = opened.database.transaction(async (tx) => {
      await audit.record(tx, { actor: 'system', action: 'x', subject: 'y' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await audit.verify()).unsealed).toBe(0);
  });
});
