import { Injectable } from '@nestjs/common';
import { type Executor } from '../platform/database/index.js';
import { Vault } from '../platform/vault/index.js';
import { type Profile } from '../profiles/profile.js';
import { type ProfileState } from '../profiles/projection.js';
import { personName } from './layout/person.js';

/** Opens sealed columns in bulk. What belongs to an erased person comes back as null and never as an error: a list goes on without it. */
@Injectable()
export class SealedReader {
  constructor(private readonly vault: Vault) {}

  /** The values of sealed columns, each under the key of its row; null where the key was erased or nothing lies there. */
  async open<Value>(
    db: Executor,
    cells: readonly { readonly keyId: string; readonly sealed: Uint8Array | null }[],
  ): Promise<(Value | null)[]> {
    const keys = await this.vault.keys(
      db,
      cells.filter((cell) => cell.sealed !== null).map((cell) => cell.keyId),
    );
    return cells.map(({ keyId, sealed }) => {
      const key = keys.get(keyId);
      if (key === undefined || sealed === null) return null;
      return JSON.parse(this.vault.unsealText(key, sealed)) as Value;
    });
  }

  async one<Value>(db: Executor, keyId: string, sealed: Uint8Array | null): Promise<Value | null> {
    return (await this.open<Value>(db, [{ keyId, sealed }]))[0] ?? null;
  }

  /** Profiles in the order of the rows; null for the erased. */
  async profiles(
    db: Executor,
    rows: readonly { readonly id: string; readonly state: Uint8Array | null }[],
  ): Promise<(Profile | null)[]> {
    const opened = await this.open<ProfileState>(
      db,
      rows.map((row) => ({ keyId: row.id, sealed: row.state })),
    );
    return opened.map((state) => state?.profile ?? null);
  }

  /** Names by profile id; erased people are missing. */
  async names(
    db: Executor,
    rows: readonly { readonly id: string; readonly state: Uint8Array | null }[],
  ): Promise<Map<string, string>> {
    const profiles = await this.profiles(db, rows);
    const names = new Map<string, string>();
    for (const [index, row] of rows.entries()) {
      const profile = profiles[index] ?? null;
      if (profile !== null) names.set(row.id, personName(profile));
    }
    return names;
  }
}
