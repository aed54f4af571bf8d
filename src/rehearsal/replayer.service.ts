import { Injectable } from '@nestjs/common';
import { ENGINE_HERE } from '../decisions/index.js';
import { type Executor } from '../platform/database/index.js';
import { Vault } from '../platform/vault/index.js';
import { Deciders, type Sources } from './deciders.service.js';
import { KEY_BYTES, type SealedCase, type SealedPage } from './pages.decider.js';
import { joined, type Tally } from './replay.js';
import { type ReplayCursor } from './replays.repository.js';
import {
  selectResults,
  selectStored,
  type Span,
  type StoredDecisionRow,
} from './stored-decisions.read-model.js';

/** Decisions read at once: a megabyte or two. Sums of money depend on it in their last bit. */
const PAGE = 250;
/** When a goal counts, and how long a message may wait before it leaves: only then is its outcome known. */
const OUTCOME_KNOWN_AFTER_MS = (7 + 7) * 86_400_000;

/** How far a replay has come. */
export interface Progress {
  readonly tally: Tally;
  readonly after: ReplayCursor | null;
  readonly isLast: boolean;
}

/** What is replayed: which decisions, under which playbook, and where playbooks are. */
export interface Replaying {
  readonly span: Span;
  /** The hash of the playbook. */
  readonly bundle: string;
  readonly library: Omit<Sources, 'results'>;
  /** When outcomes are looked at. */
  readonly now: Date;
}

/** A page, and the place where the next one begins. */
interface ReadPage {
  readonly page: SealedPage;
  readonly after: ReplayCursor | null;
  readonly isLast: boolean;
}

/** Reads stored decisions page by page and has them decided again. */
@Injectable()
export class Replayer {
  constructor(
    private readonly vault: Vault,
    private readonly deciders: Deciders,
  ) {}

  /**
   * Goes on from where a replay stood for about so long. Some pages are under way at once, and are counted in their order: what is in memory does
   * not grow with the number of decisions.
   * @throws ThreadDied; the signal's reason when it is aborted.
   */
  async goOn(
    db: Executor,
    replaying: Replaying,
    from: Omit<Progress, 'isLast'>,
    { forMs, signal }: { readonly forMs: number; readonly signal?: AbortSignal },
  ): Promise<Progress> {
    const until = performance.now() + forMs;
    const sources: Sources = {
      ...replaying.library,
      results: async (ids) => {
        const results = await selectResults(db, ids);
        return ids.map((id) => results.get(id) ?? null);
      },
    };
    const underWay: { readonly tally: Promise<Tally>; readonly after: ReplayCursor | null }[] = [];
    let done: Omit<Progress, 'isLast'> = from;
    let read: Pick<ReadPage, 'after' | 'isLast'> = { after: from.after, isLast: false };
    try {
      while (!read.isLast && performance.now() < until) {
        signal?.throwIfAborted();
        const { page, ...place } = await this.read(db, replaying, read.after);
        read = place;
        underWay.push({ tally: this.deciders.count(page, sources), after: place.after });
        if (underWay.length >= this.deciders.atOnce) done = await withNext(done, underWay);
      }
      while (underWay.length > 0) done = await withNext(done, underWay);
    } finally {
      // One that failed is thrown already; the others end by themselves.
      await Promise.allSettled(underWay.map(({ tally }) => tally));
    }
    return { ...done, isLast: read.isLast };
  }

  private async read(
    db: Executor,
    { span, bundle, now }: Replaying,
    after: ReplayCursor | null,
  ): Promise<ReadPage> {
    const rows = await selectStored(db, span, after, PAGE);
    const keys = await this.vault.keys(
      db,
      rows.map(({ key_id }) => key_id),
    );
    const last = rows.at(-1);
    return {
      page: { bundle, engine: ENGINE_HERE, ...sealedCases(rows, keys, now) },
      after: last === undefined ? after : { at: last.created_at, id: last.id },
      isLast: rows.length < PAGE,
    };
  }
}

async function withNext(
  { tally }: Omit<Progress, 'isLast'>,
  underWay: { readonly tally: Promise<Tally>; readonly after: ReplayCursor | null }[],
): Promise<Omit<Progress, 'isLast'>> {
  const [next] = underWay;
  if (next === undefined) throw new Error('no page is under way');
  const counted = await next.tally;
  underWay.shift();
  return { tally: joined(tally, counted), after: next.after };
}

function sealedCases(
  rows: readonly StoredDecisionRow[],
  keys: ReadonlyMap<string, Uint8Array>,
  now: Date,
): Pick<SealedPage, 'cases' | 'bytes'> {
  const size = rows.reduce((sum, { situation }) => sum + KEY_BYTES + (situation?.length ?? 0), 0);
  // In one piece of its own: it is handed over to a thread and not copied.
  const bytes = new Uint8Array(size);
  let end = 0;
  const cases = rows.map((row): SealedCase => {
    const key = keys.get(row.key_id);
    const from = end;
    if (key !== undefined && row.situation !== null) {
      bytes.set(key, from);
      bytes.set(row.situation, from + KEY_BYTES);
      end = from + KEY_BYTES + row.situation.length;
    }
    const isKnown = now.getTime() - row.created_at.getTime() >= OUTCOME_KNOWN_AFTER_MS;
    return {
      id: row.id,
      createdAt: row.created_at.toISOString(),
      mode: row.mode,
      bundleHash: row.bundle_hash,
      engine: row.engine,
      models: row.models,
      seed: row.seed,
      resultHash: row.result_hash,
      outcome: isKnown ? { sent: row.sent, converted: row.converted } : null,
      sealed: key === undefined ? 'erased' : row.situation === null ? 'aged' : { from, to: end },
    };
  });
  return { cases, bytes };
}
