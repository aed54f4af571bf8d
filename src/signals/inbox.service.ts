import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../platform/database/index.js';
import { Vault } from '../platform/vault/index.js';
import { Clock } from '../shared/clock.js';
import {
  claimPartitions,
  countAttempt,
  deleteWaiting,
  insertFailure,
  type LeasedPartition,
  releasePartitions,
  renewLeases,
  reviveFailure,
  selectWaiting,
  type WaitingRow,
} from './inbox.repository.js';
import { type Signal } from './signal.js';

const LEASE_MS = 30_000;

/** A signal that waits to be applied. Null when it can no longer be read: its person was erased. */
export interface Taken {
  readonly row: WaitingRow;
  readonly signal: Signal | null;
}

/** The inbox moved on to another worker: whatever was about to be written is rolled back. */
export class InboxLost extends Error {
  override readonly name = 'InboxLost';
}

/** Hands waiting signals to whoever applies them, a partition to one worker at a time. */
@Injectable()
export class InboxService {
  private readonly worker = randomUUID();

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** Leases up to `limit` partitions in which something waits. */
  claim(limit: number): Promise<LeasedPartition[]> {
    return claimPartitions(this.database.db, { worker: this.worker, limit, leaseMs: LEASE_MS });
  }

  release(leases: readonly LeasedPartition[]): Promise<void> {
    return releasePartitions(this.database.db, leases);
  }

  /** The next waiting signals, in the order of their arrival. @throws InboxLost when a lease is no longer this one. */
  async take(tx: Tx, leases: readonly LeasedPartition[], limit: number): Promise<Taken[]> {
    if (!(await renewLeases(tx, leases, LEASE_MS))) throw new InboxLost('the lease of an inbox moved on');
    const rows = await selectWaiting(
      tx,
      leases.map(({ partition }) => partition),
      limit,
    );
    const keys = await this.vault.keys(
      tx,
      rows.flatMap(({ key_id }) => key_id ?? []),
    );
    return rows.map((row) => ({ row, signal: this.open(row, keys) }));
  }

  private open(row: WaitingRow, keys: ReadonlyMap<string, Buffer>): Signal | null {
    const key = row.key_id === null ? undefined : keys.get(row.key_id);
    if (key === undefined || row.body === null) return null;
    return JSON.parse(this.vault.unsealText(key, row.body)) as Signal;
  }

  /** Ends the waiting of what was applied in this transaction. */
  async done(tx: Tx, taken: readonly Taken[]): Promise<void> {
    if (taken.length === 0) return;
    await deleteWaiting(
      tx,
      [...new Set(taken.map(({ row }) => row.partition))],
      taken.map(({ row }) => row.seq),
    );
  }

  /** Counts a failed attempt. */
  async failed(tx: Tx, row: WaitingRow): Promise<void> {
    await countAttempt(tx, row);
  }

  /** Puts a signal that cannot be applied out of the others' way; a person can have it tried again. */
  async setAside(tx: Tx, row: WaitingRow, error: string): Promise<void> {
    await insertFailure(tx, row, error.slice(0, 2_000), this.clock.now());
    await deleteWaiting(tx, [row.partition], [row.seq]);
  }

  /** Has a signal that stood aside tried again. @returns whether there was one. */
  tryAgain(tx: Tx, signalId: string): Promise<boolean> {
    return reviveFailure(tx, signalId);
  }
}
