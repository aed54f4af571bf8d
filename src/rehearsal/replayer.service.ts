import { Injectable } from '@nestjs/common';
import { ENGINE_HERE } from '../decisions/index.js';
import { type Executor } from '../platform/database/index.js';
import { Vault } from '../platform/vault/index.js';
import { type Bundle } from '../policies/bundle.js';
import { type StoredCase, type Tally, type Unread, withCase, withUnread } from './replay.js';
import { type ReplayCursor } from './replays.repository.js';
import { selectStored, type Span, type StoredDecisionRow } from './stored-decisions.read-model.js';

/** Decisions in one go before others get their turn. */
const AT_ONCE = 4;
/** When a goal counts, and how long a message may wait before it leaves: only then is its outcome known. */
const OUTCOME_KNOWN_AFTER_MS = (7 + 7) * 86_400_000;

/** What lies opened of a page of stored decisions, and where the next one begins. */
export interface StoredPage {
  readonly cases: readonly (StoredCase | Unread)[];
  readonly after: ReplayCursor | null;
  readonly isLast: boolean;
}

/** Reads stored decisions page by page and decides them again. */
@Injectable()
export class Replayer {
  constructor(private readonly vault: Vault) {}

  /** The next page behind a cursor. @param now when the outcomes are looked at. */
  async read(
    db: Executor,
    span: Span,
    after: ReplayCursor | null,
    { limit, now }: { readonly limit: number; readonly now: Date },
  ): Promise<StoredPage> {
    const rows = await selectStored(db, span, after, limit);
    const keys = await this.vault.keys(
      db,
      rows.map(({ key_id }) => key_id),
    );
    const last = rows.at(-1);
    return {
      cases: rows.map((row) => this.open(row, keys.get(row.key_id), now)),
      after: last === undefined ? after : { at: last.created_at, id: last.id },
      isLast: rows.length < limit,
    };
  }

  /** Decides a page again under `bundle`. @param former by hash, the playbooks the page was decided under. */
  async replay(
    tally: Tally,
    page: StoredPage,
    { bundle, former }: { readonly bundle: Bundle; readonly former: ReadonlyMap<string, Bundle | null> },
  ): Promise<Tally> {
    const target = { bundle, engine: ENGINE_HERE, former: (hash: string) => former.get(hash) ?? null };
    let counted = tally;
    for (const [i, each] of page.cases.entries()) {
      if (i % AT_ONCE === AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
      counted = typeof each === 'string' ? withUnread(counted, each) : withCase(counted, target, each);
    }
    return counted;
  }

  private open(row: StoredDecisionRow, key: Uint8Array | undefined, now: Date): StoredCase | Unread {
    if (key === undefined) return 'erased';
    if (row.situation === null) return 'aged';
    const isKnown = now.getTime() - row.created_at.getTime() >= OUTCOME_KNOWN_AFTER_MS;
    try {
      return {
        id: row.id,
        createdAt: row.created_at.toISOString(),
        mode: row.mode,
        bundleHash: row.bundle_hash,
        engine: row.engine,
        models: JSON.parse(row.models) as StoredCase['models'],
        seed: row.seed,
        situation: JSON.parse(this.vault.unsealText(key, row.situation)) as StoredCase['situation'],
        result: this.vault.unsealText(key, row.result),
        outcome: isKnown ? { sent: row.sent, converted: row.converted } : null,
      };
    } catch {
      // A changed byte is counted, and told of by `npm run verify`; it keeps nobody else from being looked at.
      return 'unreadable';
    }
  }
}
