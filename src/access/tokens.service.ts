import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { Database, type Tx } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { Clock } from '../shared/clock.js';
import { keyedHash } from '../shared/hash.js';
import { Ids } from '../shared/ids.js';
import {
  insertToken,
  insertWriteKey,
  revokeToken,
  revokeWriteKey,
  selectBearer,
  selectPerson,
  selectTokens,
  selectWriteKey,
  selectWriteKeys,
} from './access.repository.js';
import { type Actor, actorId, signer } from './actor.js';
import { ShortMemory } from './memory.js';
import { type Role } from './permissions.js';

/** How long another process may go on taking a key that was revoked here. */
const REMEMBERED_MS = 5_000;

/** An API token as it is listed; the token itself is shown once, when it is made. */
export interface ApiToken {
  readonly id: string;
  readonly name: string;
  /** Null for a service token, which acts for nobody and may not sign. */
  readonly personId: string | null;
  readonly role: Role;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** A write key as it is listed. */
export interface WriteKey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** API tokens and write keys. Only their keyed hashes are kept. */
@Injectable()
export class TokensService {
  private readonly bearers = new ShortMemory<Actor | null>(REMEMBERED_MS, 2_000);
  private readonly writers = new ShortMemory<{ id: string } | null>(REMEMBERED_MS, 2_000);

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly audit: AuditService,
  ) {}

  /** How a token lies in the database. */
  hash(kind: 'session' | 'link' | 'token' | 'write-key', token: string): string {
    return keyedHash(this.secrets.lookup('tokens'), `${kind}:${token}`);
  }

  /** Who a bearer token stands for; null when it is unknown or revoked, or its person is disabled. */
  bearer(token: string): Promise<Actor | null> {
    const hash = this.hash('token', token);
    return this.bearers.of(hash, () => this.findBearer(hash));
  }

  /** The write key that this text is; null when there is none such, or it was revoked. */
  writeKey(key: string): Promise<{ id: string } | null> {
    const hash = this.hash('write-key', key);
    return this.writers.of(hash, () => selectWriteKey(this.database.db, hash));
  }

  private async findBearer(hash: string): Promise<Actor | null> {
    const row = await selectBearer(this.database.db, hash);
    if (row === null) return null;
    if (row.person_id === null) return { kind: 'service', tokenId: row.id, name: row.name, role: row.role };
    return {
      kind: 'person',
      personId: row.person_id,
      name: row.person_name ?? '',
      // A person's token can do what the person can do now, not what they could when it was made.
      role: row.person_role ?? row.role,
      via: 'token',
    };
  }

  /** Makes a personal token, which may sign. @returns the token, shown this once. @throws Problem 404, 403 for who may not sign. */
  async createPersonal(name: string, personId: string, by: Actor): Promise<{ id: string; token: string }> {
    signer(by);
    return this.database.transaction(async (tx) => {
      const person = await selectPerson(tx, personId);
      if (person === null) throw new Problem(404, 'no-such-person', 'There is no such person.');
      const made = await this.insertPersonal(tx, name, personId, person.role, newToken('cs'));
      await this.audit.record(tx, {
        actor: actorId(by),
        action: 'token.created',
        subject: made.id,
        detail: { personId },
      });
      return made;
    });
  }

  /** Inserts a personal token whose text is given. */
  async insertPersonal(
    tx: Tx,
    name: string,
    personId: string,
    role: Role,
    token: string,
  ): Promise<{ id: string; token: string }> {
    const id = this.ids.make('tok');
    const at = this.clock.now();
    await insertToken(tx, { id, name, tokenHash: this.hash('token', token), personId, role, at });
    this.bearers.clear();
    return { id, token };
  }

  /** Makes a service token: it acts for nobody and may not sign. @returns the token, shown this once. */
  async createService(name: string, role: Role, by: Actor): Promise<{ id: string; token: string }> {
    const id = this.ids.make('tok');
    const token = newToken('cs');
    await this.database.transaction(async (tx) => {
      const at = this.clock.now();
      await insertToken(tx, { id, name, tokenHash: this.hash('token', token), personId: null, role, at });
      await this.audit.record(tx, {
        actor: actorId(by),
        action: 'token.created',
        subject: id,
        detail: { role },
      });
    });
    return { id, token };
  }

  /** Revokes a token: at once here, within seconds in other processes. @throws Problem 404 */
  async revoke(id: string, by: Actor): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await revokeToken(tx, id, this.clock.now())))
        throw new Problem(404, 'no-such-token', 'There is no such token, or it is revoked already.');
      await this.audit.record(tx, { actor: actorId(by), action: 'token.revoked', subject: id });
    });
    this.bearers.clear();
  }

  async list(): Promise<ApiToken[]> {
    const rows = await selectTokens(this.database.db);
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      personId: row.person_id,
      role: row.role,
      createdAt: row.created_at.toISOString(),
      revokedAt: row.revoked_at?.toISOString() ?? null,
    }));
  }

  /** Makes a write key. @returns the key; it may be shown this once. */
  async createWriteKey(name: string, by: Actor): Promise<{ id: string; key: string }> {
    const key = newToken('wk');
    return this.database.transaction(async (tx) => {
      const id = await this.insertWriteKey(tx, name, key);
      await this.audit.record(tx, { actor: actorId(by), action: 'write_key.created', subject: id });
      return { id, key };
    });
  }

  /** Inserts a write key whose text is given. */
  async insertWriteKey(tx: Tx, name: string, key: string): Promise<string> {
    const id = this.ids.make('key');
    await insertWriteKey(tx, { id, name, keyHash: this.hash('write-key', key), at: this.clock.now() });
    this.writers.clear();
    return id;
  }

  /** Revokes a write key: at once here, within seconds in other processes. @throws Problem 404 */
  async revokeWriteKey(id: string, by: Actor): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await revokeWriteKey(tx, id, this.clock.now())))
        throw new Problem(404, 'no-such-write-key', 'There is no such write key, or it is revoked already.');
      await this.audit.record(tx, { actor: actorId(by), action: 'write_key.revoked', subject: id });
    });
    this.writers.clear();
  }

  async listWriteKeys(): Promise<WriteKey[]> {
    const rows = await selectWriteKeys(this.database.db);
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      createdAt: row.created_at.toISOString(),
      revokedAt: row.revoked_at?.toISOString() ?? null,
    }));
  }

  /** Forgets who stands behind which token, after a role changed or somebody was disabled. */
  forget(): void {
    this.bearers.clear();
  }
}

/** 256 bits of randomness behind a prefix that tells in a leak what it is. */
export function newToken(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}
