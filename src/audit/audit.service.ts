import { Injectable } from '@nestjs/common';
import { Database, type Db, type Tx } from '../platform/database/index.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { Vault } from '../platform/vault/index.js';
import { canonicalJson, type Json } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import {
  type AuditRow,
  countUnsealed,
  insertEntry,
  insertSeal,
  lockSealing,
  lockSealingIfFree,
  selectEntries,
  selectLastSeal,
  selectSealed,
  selectSeals,
  selectUnsealed,
} from './audit.repository.js';
import { CHAIN_START, entriesHash, isSealedAs, type Seal, type SealedEntry, sealHash } from './chain.js';

/** What somebody did. Personal data goes into `personal` and nowhere else. */
export interface AuditRecord {
  /** Person id, `token:<id>` or `system`: `actorId(actor)`. */
  readonly actor: string;
  /** What was done, in the past: `review.approved`. */
  readonly action: string;
  /** The id of what it was done to. */
  readonly subject: string;
  /** Without personal data. */
  readonly detail?: Json;
  /** Sealed under this person's key; the entry stays sealed when the key is erased. */
  readonly personal?: { readonly keyId: string; readonly value: Json };
}

/** An entry as it is shown. */
export interface AuditEntry {
  readonly seq: number;
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Json;
  /** Null until the sealer came by. */
  readonly sealedIn: number | null;
}

/** What a look over the whole chain found. */
export interface ChainReport {
  readonly seals: number;
  readonly entries: number;
  readonly unsealed: number;
  /** The last seal's hash. Kept outside, it tells when the end of the log was cut off. */
  readonly head: string | null;
  /** One sentence for each place where the log is not what was sealed. */
  readonly problems: readonly string[];
}

const BATCH = 500;
/** The sealer comes by every few seconds. */
const LATE_AFTER_SECONDS = 60;

function toSealed(row: AuditRow): SealedEntry {
  return {
    seq: row.seq,
    id: row.id,
    at: row.at.toISOString(),
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    detail: row.detail,
    personal: row.personal === null ? null : Buffer.from(row.personal).toString('hex'),
    keyId: row.key_id,
  };
}

/** The sealed log: plain inserts in the transaction of what they record, chained a moment later in batches. */
@Injectable()
export class AuditService {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly secrets: Secrets,
  ) {}

  /** Writes one entry in the open transaction. @throws ErasedError when `personal` is under an erased key. */
  async record(tx: Tx, record: AuditRecord): Promise<void> {
    const { personal } = record;
    await insertEntry(tx, {
      id: this.ids.make('aud'),
      at: this.clock.now(),
      actor: record.actor,
      action: record.action,
      subject: record.subject,
      detail: canonicalJson(record.detail ?? {}),
      personal: personal === undefined ? null : await this.vault.sealFor(tx, personal.keyId, personal.value),
      key_id: personal?.keyId ?? null,
    });
  }

  /** Chains what was committed and not sealed yet. @returns how many entries it sealed. */
  async seal(): Promise<number> {
    return this.sealBatches(async (tx) => {
      await lockSealing(tx);
      return true;
    });
  }

  /** As `seal`, but leaves it to another sealer that is at it: of many processes that come by every few seconds, one has something to do. */
  async sealUnlessAnotherDoes(): Promise<number> {
    return this.sealBatches(lockSealingIfFree);
  }

  private async sealBatches(lock: (tx: Tx) => Promise<boolean>): Promise<number> {
    let total = 0;
    for (;;) {
      const sealed = await this.database.transaction(async (tx) =>
        (await lock(tx)) ? this.sealBatch(tx) : 0,
      );
      total += sealed;
      if (sealed < BATCH) return total;
    }
  }

  /** Under a lock of the sealing. */
  private async sealBatch(tx: Tx): Promise<number> {
    const last = await selectLastSeal(tx);
    const rows = await selectUnsealed(tx, BATCH);
    const first = rows[0];
    const final = rows.at(-1);
    if (first === undefined || final === undefined) return 0;
    const sealedAt = this.clock.now();
    const seal: Seal = {
      number: (last?.number ?? 0) + 1,
      firstSeq: first.seq,
      lastSeq: final.seq,
      entries: rows.length,
      entriesHash: entriesHash(rows.map(toSealed)),
      previousHash: last?.hash ?? CHAIN_START,
      sealedAt: sealedAt.toISOString(),
    };
    await insertSeal(
      tx,
      {
        number: seal.number,
        first_seq: seal.firstSeq,
        last_seq: seal.lastSeq,
        entries: seal.entries,
        entries_hash: seal.entriesHash,
        previous_hash: seal.previousHash,
        hash: sealHash(seal, this.secrets.current('audit')),
        sealed_at: sealedAt,
      },
      rows.map((row) => row.seq),
    );
    return rows.length;
  }

  /** Recomputes the whole chain from the rows. */
  verify(db: Db = this.database.db): Promise<ChainReport> {
    return verifyChain(db, this.secrets.all('audit'));
  }

  /** Entries, newest first. @param before the seq to go on behind. @param limit rows to read. */
  async list(subject: string | null, before: number | null, limit: number): Promise<AuditEntry[]> {
    const rows = await selectEntries(this.database.db, { subject, before, limit });
    return rows.map((row) => ({
      seq: row.seq,
      id: row.id,
      at: row.at.toISOString(),
      actor: row.actor,
      action: row.action,
      subject: row.subject,
      detail: JSON.parse(row.detail) as Json,
      sealedIn: row.sealed_in,
    }));
  }
}

/** Recomputes every seal from the entries it covers and follows the chain from its start. @param keys every key that may have sealed. */
export async function verifyChain(db: Db, keys: readonly Buffer[]): Promise<ChainReport> {
  const problems: string[] = [];
  let previous = CHAIN_START;
  let number = 0;
  let entries = 0;
  for (;;) {
    const seals = await selectSeals(db, number, 100);
    if (seals.length === 0) break;
    for (const row of seals) {
      const rows = await selectSealed(db, row.number);
      const seal: Seal = {
        number: row.number,
        firstSeq: row.first_seq,
        lastSeq: row.last_seq,
        entries: row.entries,
        entriesHash: row.entries_hash,
        previousHash: row.previous_hash,
        sealedAt: row.sealed_at.toISOString(),
      };
      if (row.number !== number + 1) problems.push(`audit seal ${number + 1} is missing`);
      if (row.previous_hash !== previous)
        problems.push(`audit seal ${row.number} does not follow the one before it`);
      if (!isSealedAs(row.hash, seal, keys)) problems.push(`audit seal ${row.number} was changed`);
      if (rows.length !== row.entries)
        problems.push(`audit seal ${row.number} covers ${row.entries} entries, ${rows.length} are there`);
      else if (entriesHash(rows.map(toSealed)) !== row.entries_hash)
        problems.push(`an audit entry under seal ${row.number} was changed`);
      previous = row.hash;
      number = row.number;
      entries += rows.length;
    }
  }
  const unsealed = await countUnsealed(db, LATE_AFTER_SECONDS);
  if (unsealed.late > 0)
    problems.push(
      `${unsealed.late} audit entries have no seal, although later things happened: nobody seals, or their seal was taken away`,
    );
  return { seals: number, entries, unsealed: unsealed.all, head: number === 0 ? null : previous, problems };
}
