import { Injectable } from '@nestjs/common';
import { ENGINE_HERE } from '../decisions/index.js';
import { type Executor } from '../platform/database/index.js';
import { Vault } from '../platform/vault/index.js';
import { Deciders, type Sources } from './deciders.service.js';
import { KEY_BYTES, type SealedCase, type SealedPage } from './pages.decider.js';
import { type Affected } from './affected.js';
import { type Counted, joined, type Tally } from './replay.js';
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

/** So many are listed by one step, about: then it ends, and what it holds is written down. */
const MOST_AFFECTED = 5_000;

/** Where a replay stands. */
interface Standing {
  readonly tally: Tally;
  readonly after: ReplayCursor | null;
}

/** How far a replay has come. */
export interface Progress extends Standing {
  /** Who would be affected, of the decisions since it went on. */
  readonly affected: readonly Affected[];
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
  /** As `Target.modelDrafts`. */
  readonly modelDrafts: boolean;
}

/** A page, and the place where the next one begins. */
interface ReadPage {
  readonly page: SealedPage;
  readonly after: ReplayCursor | null;
  readonly isLast: boolean;
}

/** A page that is being counted, and the place behind it. */
interface PageUnderWay {
  readonly counted: Promise<Counted>;
  readonly after: ReplayCursor | null;
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
    from: Standing,
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
    const underWay: PageUnderWay[] = [];
    const affected: Affected[] = [];
    let done: Standing = { tally: from.tally, after: from.after };
    const next = async (): Promise<void> => {
      const { counted, after } = await counts(underWay);
      done = { tally: joined(done.tally, counted.tally), after };
      affected.push(...counted.affected);
    };
    let read: Pick<ReadPage, 'after' | 'isLast'> = { after: from.after, isLast: false };
    try {
      while (!read.isLast && performance.now() < until && affected.length < MOST_AFFECTED) {
        signal?.throwIfAborted();
        const { page, ...place } = await this.read(db, replaying, read.after);
        read = place;
        underWay.push({ counted: this.deciders.count(page, sources), after: place.after });
        if (underWay.length >= this.deciders.atOnce) await next();
      }
      while (underWay.length > 0) await next();
    } finally {
      // One that failed is thrown already; the others end by themselves.
      await Promise.allSettled(underWay.map(({ counted }) => counted));
    }
    return { ...done, affected, isLast: read.isLast };
  }

  private async read(
    db: Executor,
    { span, bundle, now, modelDrafts }: Replaying,
    after: ReplayCursor | null,
  ): Promise<ReadPage> {
    const rows = await selectStored(db, span, after, PAGE);
    const keys = await this.vault.keys(
      db,
      rows.map(({ key_id }) => key_id),
    );
    const last = rows.at(-1);
    return {
      page: { bundle, engine: ENGINE_HERE, modelDrafts, ...sealedCases(rows, keys, now) },
      after: last === undefined ? after : { at: last.created_at, id: last.id },
      isLast: rows.length < PAGE,
    };
  }
}

/** Pages are counted in their order. A page stays under way until it is counted: another one may fail meanwhile. */
async function counts(
  underWay: PageUnderWay[],
): Promise<{ readonly counted: Counted; readonly after: ReplayCursor | null }> {
  const [next] = underWay;
  if (next === undefined) throw new Error('no page is under way');
  const counted = await next.counted;
  underWay.shift();
  return { counted, after: next.after };
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
      outcome: isKnown ? { sent: row.sent, converted: row.converted, lapsed: row.lapsed } : null,
      sealed: key === undefined ? 'erased' : row.situation === null ? 'aged' : { from, to: end },
    };
  });
  return { cases, bytes };
}
