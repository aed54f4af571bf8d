import { Injectable } from '@nestjs/common';
import { type DecisionResult } from '../decisions/decision.js';
import { Database, holdCursor, moveCursor, type Tx } from '../platform/database/index.js';
import { Pace } from '../platform/pace/index.js';
import { Vault } from '../platform/vault/index.js';
import { PoliciesService } from '../policies/index.js';
import { Clock } from '../shared/clock.js';
import { actionsByCase } from './checks.js';
import { countsOf, type Counted } from './decision-counts.js';
import { type CountedDecision, longestWrite, selectUncounted } from './health.read-model.js';
import { addDecisionDays, addRuleDays, readCursor } from './health.repository.js';

const CURSOR = 'decisions';
/** Decisions that are opened in one go before others get their turn: a millisecond or two. */
const AT_ONCE = 4;
/** Whoever looks for the first time looks so far back. */
export const FIRST_COUNT_MS = 31 * 86_400_000;
/** Clocks of processes may differ by so much, and a decision is written a moment after its time is taken. */
const MARGIN_MS = 120_000;

/**
 * Counts what rules did, in stored decisions, beside the way of the data: behind a cursor, in batches, each counted once since the cursor moves in
 * the transaction that counts. Decisions commit out of their order, so nothing is read that is younger than the oldest open write.
 */
@Injectable()
export class CountingService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly policies: PoliciesService,
    private readonly pace: Pace,
  ) {}

  /** Counts what is not counted yet. Nothing happens while another process is at it. @returns how many decisions it read. */
  count(): Promise<number> {
    return this.pace.pieces((limit) => this.database.transaction((tx) => this.countBatch(tx, limit)));
  }

  /** Up to when everything is counted; null before the first time. */
  async countedUntil(): Promise<Date | null> {
    return (await readCursor(this.database.db, CURSOR))?.at ?? null;
  }

  private async countBatch(tx: Tx, limit: number): Promise<number> {
    const now = this.clock.now().getTime();
    const cursor = await holdCursor(tx, 'health_cursors', CURSOR, new Date(now - FIRST_COUNT_MS));
    if (cursor === null) return 0;
    const before = new Date(now - MARGIN_MS - (await longestWrite(tx)));
    const rows = await selectUncounted(tx, cursor, before, limit);
    const last = rows.at(-1);
    const bundle = this.policies.active();
    const { actions } = bundle;
    const isOwed = (action: string): boolean => actions.get(action)?.spec.class === 'transactional';
    const { rules, decisions } = countsOf(await this.open(tx, rows), isOwed, actionsByCase(bundle));
    await addRuleDays(tx, rules);
    await addDecisionDays(tx, decisions);
    // Behind the last one there is nothing more before that time, and nothing will come.
    const to = rows.length === limit && last !== undefined ? last : { at: before, id: '' };
    if (to.at > cursor.at || rows.length > 0) await moveCursor(tx, 'health_cursors', CURSOR, to);
    return rows.length;
  }

  /** Executed decisions, opened; asking alone meant nothing for anybody. */
  private async open(tx: Tx, rows: readonly CountedDecision[]): Promise<Counted[]> {
    const executed = rows.filter(({ mode }) => mode === 'execute');
    const keys = await this.vault.keys(
      tx,
      executed.map(({ keyId }) => keyId),
    );
    const opened: Counted[] = [];
    for (const { at, outcome, triggerId, keyId, result } of executed) {
      if (opened.length % AT_ONCE === AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
      opened.push({ at: at.toISOString(), outcome, triggerId, result: this.read(keys.get(keyId), result) });
    }
    return opened;
  }

  private read(key: Uint8Array | undefined, result: Uint8Array): DecisionResult | null {
    if (key === undefined) return null;
    try {
      return JSON.parse(this.vault.unsealText(key, result)) as DecisionResult;
    } catch {
      return null; // A changed byte is told of by `npm run verify`; it keeps nobody else from being counted.
    }
  }
}
