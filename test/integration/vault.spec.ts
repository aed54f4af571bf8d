import { AsyncResource } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { Secrets } from '../../src/platform/secrets/secrets.js';
import { ErasedError, Vault } from '../../src/platform/vault/index.js';
import { openTestDatabase, type TestDatabase } from '../harness/database.js';
import { TestClock } from '../harness/runtime.js';

/** Outside every transaction, whoever asks: transactions do not nest. */
const outside = new AsyncResource('outside');
const besides = <T>(work: () => Promise<T>): Promise<T> => outside.runInAsyncScope(work);

/** The embedded engine has one connection: nothing runs beside a transaction. */
const onPostgres = (process.env['DATABASE_URL'] ?? '') === '' ? it.skip : it;

describe('the vault', () => {
  const clock = new TestClock('2026-11-21T12:00:00Z');
  const oldKey = randomBytes(32).toString('hex');
  const newKey = randomBytes(32).toString('hex');
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(() => opened.close());

  const newVault = (): Vault => new Vault(new Secrets([oldKey]), clock, opened.database);
  const write = async (vault: Vault, id: string, value: unknown): Promise<Buffer> => {
    await opened.database.transaction((tx) => vault.ensureKeys(tx, [id]));
    return vault.sealFor(opened.database.db, id, value);
  };

  it('opens what it sealed, as canonical JSON', async () => {
    const vault = newVault();
    const sealed = await write(vault, 'prf_a', { b: 1, a: 'ü' });
    expect(sealed.includes('ü')).toBe(false);
    expect(await vault.openFor(opened.database.db, 'prf_a', sealed)).toBe('{"a":"ü","b":1}');
  });

  it('still opens old keys after the deployment secret was rotated, and not without the old one', async () => {
    const sealed = await write(newVault(), 'prf_b', 'words');
    const rotated = new Vault(new Secrets([newKey, oldKey]), clock);
    expect(await rotated.openFor(opened.database.db, 'prf_b', sealed)).toBe('"words"');
    const without = new Vault(new Secrets([newKey]), clock);
    await expect(without.openFor(opened.database.db, 'prf_b', sealed)).rejects.toThrow('SECRET_KEYS');
  });

  it('makes one key for a person, whoever asks first', async () => {
    const [a, b] = [newVault(), newVault()];
    const sealed = await write(a, 'prf_c', 'first');
    await opened.database.transaction((tx) => b.ensureKeys(tx, ['prf_c']));
    expect(await b.openFor(opened.database.db, 'prf_c', sealed)).toBe('"first"');
  });

  it('can read nothing of an erased person', async () => {
    const vault = newVault();
    const sealed = await write(vault, 'prf_d', 'gone');
    await opened.database.transaction((tx) => vault.erase(tx, ['prf_d']));
    await expect(vault.openFor(opened.database.db, 'prf_d', sealed)).rejects.toThrow(ErasedError);
  });

  it('notices a changed byte', async () => {
    const vault = newVault();
    const sealed = await write(vault, 'prf_e', 'words');
    sealed.writeUInt8(sealed.readUInt8(14) ^ 1, 14);
    await expect(vault.openFor(opened.database.db, 'prf_e', sealed)).rejects.toThrow();
  });

  describe('when somebody is erased while others write', () => {
    const keyOf = (vault: Vault, id: string): Promise<Buffer> =>
      opened.database.transaction(async (tx) => {
        const key = (await vault.ensureKeys(tx, [id])).get(id);
        if (key === undefined) throw new Error('no key');
        return key;
      });

    it('writes under the key that another process finds in the table', async () => {
      const [here, there] = [newVault(), newVault()];
      await keyOf(here, 'idn_f');
      await keyOf(here, 'idn_f');
      await opened.database.transaction((tx) => there.erase(tx, ['idn_f']));
      const after = await keyOf(here, 'idn_f');
      const sealed = here.sealText(after, 'came back');
      expect(await newVault().openFor(opened.database.db, 'idn_f', sealed)).toBe('came back');
    });

    it('opens what came after an erasure elsewhere, whatever it has cached', async () => {
      const [here, there] = [newVault(), newVault()];
      await write(here, 'idn_g', 'first');
      await opened.database.transaction((tx) => there.erase(tx, ['idn_g']));
      const sealed = await write(there, 'idn_g', 'second');
      expect(await here.openFor(opened.database.db, 'idn_g', sealed)).toBe('"second"');
    });

    it('seals nothing under a cached key that is gone', async () => {
      const [here, there] = [newVault(), newVault()];
      await write(here, 'prf_h', 'first');
      await opened.database.transaction((tx) => there.erase(tx, ['prf_h']));
      await expect(here.sealFor(opened.database.db, 'prf_h', 'second')).rejects.toThrow(ErasedError);
    });

    it('asks once in a transaction for a key that it holds, and no more after erasing it', async () => {
      const vault = newVault();
      await write(vault, 'prf_held', 'first');
      await opened.database.transaction(async (tx) => {
        const [key] = (await vault.heldKeys(tx, ['prf_held'])).values();
        // Nobody but this transaction itself could take the row away now: still there, it was not asked for.
        await sql`delete from person_keys where id = 'prf_held'`.execute(tx);
        expect((await vault.heldKeys(tx, ['prf_held'])).get('prf_held')).toEqual(key);
        await vault.erase(tx, ['prf_held']);
        expect((await vault.heldKeys(tx, ['prf_held'])).size).toBe(0);
      });
      await opened.database.transaction(async (tx) => {
        expect((await vault.heldKeys(tx, ['prf_held'])).size).toBe(0);
      });
    });

    it('forgets again after the commit what a read brought back before it', async () => {
      const vault = newVault();
      const sealed = await write(vault, 'prf_i', 'gone');
      await opened.database.transaction(async (tx) => {
        await vault.erase(tx, ['prf_i']);
        // A reader beside this transaction still finds the key; on the one connection of the embedded engine it is put back by hand.
        const beside = { key: randomBytes(32), wrapped: Buffer.alloc(0), until: Infinity };
        (vault as unknown as { cache: Map<string, unknown> }).cache.set('prf_i', beside);
      });
      await expect(vault.openFor(opened.database.db, 'prf_i', sealed)).rejects.toThrow(ErasedError);
      expect((await vault.keys(opened.database.db, ['prf_i'])).size).toBe(0);
    });

    it('makes the erasure wait for a writer and keeps every later one readable', async () => {
      const vaults = [newVault(), newVault()];
      const written: { key: string; sealed: Buffer }[] = [];
      let erased = false;
      const writer = async (vault: Vault): Promise<void> => {
        for (let i = 0; i < 60; i++) {
          const afterErasure = erased;
          const sealed = await opened.database.transaction(async (tx) => {
            const key = (await vault.ensureKeys(tx, ['idn_j'])).get('idn_j');
            if (key === undefined) throw new Error('no key');
            return vault.sealText(key, 'words');
          });
          if (afterErasure) written.push({ key: 'idn_j', sealed });
        }
      };
      const eraser = async (): Promise<void> => {
        for (let i = 0; i < 5; i++) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          await opened.database.transaction((tx) => newVault().erase(tx, ['idn_j']));
        }
        erased = true;
      };
      await Promise.all([...vaults.map(writer), eraser()]);
      await writer(newVault());
      expect(written.length).toBeGreaterThan(0);
      for (const { key, sealed } of written)
        expect(await newVault().openFor(opened.database.db, key, sealed)).toBe('words');
    });

    describe('and they hold many keys at once', () => {
      const MANY = ['idn_k', 'idn_l', 'idn_m'];
      const keysOf = (vault: Vault): Promise<Map<string, Buffer>> =>
        opened.database.transaction((tx) => vault.ensureKeys(tx, MANY));
      const inTable = async (id: string): Promise<Buffer | undefined> =>
        (await newVault().keys(opened.database.db, [id])).get(id);

      it('trusts remembered keys only as long as nobody was erased', async () => {
        const [here, there] = [newVault(), newVault()];
        await keysOf(here);
        const before = await keysOf(here);
        expect(await keysOf(here)).toEqual(before);
        await opened.database.transaction((tx) => there.erase(tx, ['idn_l']));
        const after = await keysOf(here);
        expect(after.get('idn_l')).not.toEqual(before.get('idn_l'));
        expect(after.get('idn_k')).toEqual(before.get('idn_k'));
        for (const id of MANY) expect(after.get(id)).toEqual(await inTable(id));
      });

      it('notices a key that was deleted by hand', async () => {
        const vault = newVault();
        await keysOf(vault);
        await keysOf(vault);
        await sql`delete from person_keys where id = 'idn_m'`.execute(opened.database.db);
        expect((await keysOf(vault)).get('idn_m')).toEqual(await inTable('idn_m'));
      });

      it('never writes by a key that was rolled back', async () => {
        const vault = newVault();
        const fresh = ['idn_n', 'idn_o'];
        const failing = opened.database.transaction(async (tx) => {
          await vault.ensureKeys(tx, fresh);
          const made = await vault.ensureKeys(tx, fresh);
          expect((await vault.heldKeys(tx, ['idn_n'])).get('idn_n')).toEqual(made.get('idn_n'));
          throw new Error('rolled back');
        });
        await expect(failing).rejects.toThrow('rolled back');
        const kept = await opened.database.transaction((tx) => vault.ensureKeys(tx, fresh));
        for (const id of fresh) expect(kept.get(id)).toEqual(await inTable(id));
      });

      onPostgres('keeps nobody waiting but whom the erasure is about', async () => {
        const [here, there] = [newVault(), newVault()];
        await keysOf(here);
        const before = await keysOf(here);
        let others: Map<string, Buffer> | undefined;
        let same: Promise<Map<string, Buffer>> | undefined;
        await opened.database.transaction(async (tx) => {
          await there.erase(tx, ['idn_k']);
          others = await besides(() =>
            opened.database.transaction((beside) => here.ensureKeys(beside, ['idn_l', 'idn_m'])),
          );
          same = besides(() => keysOf(here));
        });
        expect(others?.get('idn_l')).toEqual(before.get('idn_l'));
        const after = await same;
        expect(after?.get('idn_k')).not.toEqual(before.get('idn_k'));
        expect(after?.get('idn_k')).toEqual(await inTable('idn_k'));
      });

      onPostgres('is waited for by an erasure', async () => {
        const [here, there] = [newVault(), newVault()];
        await keysOf(here);
        const order: string[] = [];
        let erasure: Promise<unknown> | undefined;
        await opened.database.transaction(async (tx) => {
          await here.ensureKeys(tx, MANY);
          erasure = besides(() => opened.database.transaction((beside) => there.erase(beside, ['idn_k'])));
          void erasure.then(() => order.push('erased'));
          await new Promise((resolve) => setTimeout(resolve, 100));
          order.push('written');
        });
        await erasure;
        expect(order).toEqual(['written', 'erased']);
      });
    });
  });
});
