import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../platform/database/index.js';
import { type Opened, Vault } from '../platform/vault/index.js';
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

/**
 * What waited. `erased`: its person's key or the signal itself is gone, on purpose. `unreadable`: the key is there and does not open it.
 */
export type Taken = { readonly row: WaitingRow } & (
  | { readonly kind: 'signal'; readonly signal: Signal }
  | { readonly kind: 'erased' }
  | { readonly kind: 'unreadable'; readonly error: string }
);

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
    const sealed = rows.flatMap(({ signal_id, key_id, body }) =>
      key_id === null || body === null ? [] : [{ id: signal_id, keyId: key_id, sealed: body }],
    );
    // Held: a person cannot be erased between the reading of their signal and the end of its application.
    const opened = await this.vault.openEach(tx, sealed);
    const byId = new Map(sealed.map(({ id }, i) => [id, opened[i]]));
    return rows.map((row) => toTaken(row, byId.get(row.signal_id)));
  }

  /** Ends the waiting of what was applied in this transaction; what cannot be read stands aside. */
  async done(tx: Tx, taken: readonly Taken[]): Promise<void> {
    if (taken.length === 0) return;
    const now = this.clock.now();
    for (const one of taken)
      if (one.kind === 'unreadable') await insertFailure(tx, one.row, `unreadable: ${one.error}`, now);
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

/** Each by itself: one signal that cannot be read must not keep the others waiting. */
function toTaken(row: WaitingRow, opened: Opened | undefined): Taken {
  if (opened === undefined || opened.kind === 'erased') return { row, kind: 'erased' };
  if (opened.kind === 'unreadable') return { row, ...opened };
  try {
    return { row, kind: 'signal', signal: JSON.parse(opened.text) as Signal };
  } catch {
    return { row, kind: 'unreadable', error: 'it is not JSON' };
  }
}
