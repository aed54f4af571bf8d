import { randomBytes } from 'node:crypto';
import { Secrets } from '../../src/platform/secrets/secrets.js';
import { ErasedError, Vault } from '../../src/platform/vault/index.js';
import { openTestDatabase, type TestDatabase } from '../harness/database.js';
import { TestClock } from '../harness/runtime.js';

describe('the vault', () => {
  const clock = new TestClock('2026-11-21T12:00:00Z');
  const oldKey = randomBytes(32).toString('hex');
  const newKey = randomBytes(32).toString('hex');
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(() => opened.close());

  const write = async (vault: Vault, id: string, value: unknown): Promise<Buffer> => {
    await opened.database.transaction((tx) => vault.ensureKeys(tx, [id]));
    return vault.sealFor(opened.database.db, id, value);
  };

  it('opens what it sealed, as canonical JSON', async () => {
    const vault = new Vault(new Secrets([oldKey]), clock);
    const sealed = await write(vault, 'prf_a', { b: 1, a: 'ü' });
    expect(sealed.includes('ü')).toBe(false);
    expect(await vault.openFor(opened.database.db, 'prf_a', sealed)).toBe('{"a":"ü","b":1}');
  });

  it('still opens old keys after the deployment secret was rotated, and not without the old one', async () => {
    const sealed = await write(new Vault(new Secrets([oldKey]), clock), 'prf_b', 'words');
    const rotated = new Vault(new Secrets([newKey, oldKey]), clock);
    expect(await rotated.openFor(opened.database.db, 'prf_b', sealed)).toBe('"words"');
    const without = new Vault(new Secrets([newKey]), clock);
    await expect(without.openFor(opened.database.db, 'prf_b', sealed)).rejects.toThrow('SECRET_KEYS');
  });

  it('makes one key for a person, whoever asks first', async () => {
    const [a, b] = [new Vault(new Secrets([oldKey]), clock), new Vault(new Secrets([oldKey]), clock)];
    const sealed = await write(a, 'prf_c', 'first');
    await opened.database.transaction((tx) => b.ensureKeys(tx, ['prf_c']));
    expect(await b.openFor(opened.database.db, 'prf_c', sealed)).toBe('"first"');
  });

  it('can read nothing of an erased person', async () => {
    const vault = new Vault(new Secrets([oldKey]), clock);
    const sealed = await write(vault, 'prf_d', 'gone');
    await opened.database.transaction((tx) => vault.erase(tx, ['prf_d']));
    await expect(vault.openFor(opened.database.db, 'prf_d', sealed)).rejects.toThrow(ErasedError);
  });

  it('notices a changed byte', async () => {
    const vault = new Vault(new Secrets([oldKey]), clock);
    const sealed = await write(vault, 'prf_e', 'words');
    sealed.writeUInt8(sealed.readUInt8(14) ^ 1, 14);
    await expect(vault.openFor(opened.database.db, 'prf_e', sealed)).rejects.toThrow();
  });
});
