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
  type TakenFrom,
  takeWaiting,
  type WaitingRow,
} from './inbox.repository.js';
import { type Signal } from './signal.js';

const LEASE_MS = 30_000;
/** Sequence numbers become visible out of order: so many below the last one taken are looked at again each time, and all of them now and then. */
const STRAGGLERS = 20_000;
const LOOK_AT_ALL_MS = 5_000;

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
  /** The highest number taken, by partition: below it lie dead rows, for as long as anybody holds an old snapshot. */
  private readonly reached = new Map<number, number>();
  private forgotAt = 0;

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** Leases up to `limit` partitions in which something waits. */
  claim(limit: number): Promise<LeasedPartition[]> {
    const from = this.takenFrom([...this.reached.keys()]);
    return claimPartitions(this.database.db, { worker: this.worker, limit, leaseMs: LEASE_MS, from });
  }

  release(leases: readonly LeasedPartition[]): Promise<void> {
    return releasePartitions(this.database.db, leases);
  }

  /** Takes the next waiting signals out, in the order of their arrival. @throws InboxLost when a lease is no longer this one. */
  async take(tx: Tx, leases: readonly LeasedPartition[], limit: number): Promise<Taken[]> {
    if (!(await renewLeases(tx, leases, LEASE_MS))) throw new InboxLost('the lease of an inbox moved on');
    const rows = await takeWaiting(tx, this.takenFrom(leases.map(({ partition }) => partition)), limit);
    const sealed = rows.flatMap(({ signal_id, key_id, body }) =>
      key_id === null || body === null ? [] : [{ id: signal_id, keyId: key_id, sealed: body }],
    );
    // Held: a person cannot be erased between the reading of their signal and the end of its application.
    const opened = await this.vault.openEach(tx, sealed);
    const byId = new Map(sealed.map(({ id }, i) => [id, opened[i]]));
    this.database.afterCommit(() => {
      for (const { partition, seq } of rows)
        this.reached.set(partition, Math.max(seq, this.reached.get(partition) ?? 0));
    });
    return rows.map((row) => toTaken(row, byId.get(row.signal_id)));
  }

  private takenFrom(partitions: readonly number[]): TakenFrom[] {
    const now = performance.now();
    if (now - this.forgotAt > LOOK_AT_ALL_MS) {
      this.forgotAt = now;
      this.reached.clear();
    }
    return partitions.map((partition) => ({
      partition,
      from: Math.max(0, (this.reached.get(partition) ?? 0) - STRAGGLERS),
    }));
  }

  /** Notes what was taken and cannot be read: it stands aside. */
  async done(tx: Tx, taken: readonly Taken[]): Promise<void> {
    const now = this.clock.now();
    for (const one of taken)
      if (one.kind === 'unreadable') await insertFailure(tx, one.row, `unreadable: ${one.error}`, now);
  }

  /** Counts a failed attempt. */
  async failed(tx: Tx, row: WaitingRow): Promise<void> {
    await countAttempt(tx, row);
  }

  /** Puts a signal that cannot be applied out of the others' way; a person can have it tried again. */
  async setAside(tx: Tx, row: WaitingRow, error: string): Promise<void> {
    await insertFailure(tx, row, error.slice(0, 2_000), this.clock.now());
    await deleteWaiting(tx, row);
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
