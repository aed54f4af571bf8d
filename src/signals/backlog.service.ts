import { Inject, Injectable } from '@nestjs/common';
import { type Environment } from '../config/environment.js';
import { Database } from '../platform/database/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { countBySource, countWaiting, spanOfWaiting } from './backlog.repository.js';

const LOOK_EVERY_MS = 5_000;
/** Whose signals wait is told from about so many of them. */
const SAMPLE = 20_000;

/** What waits to be applied, as far as it matters. */
interface Waiting {
  readonly all: number;
  readonly bySource: ReadonlyMap<string, number>;
}

const LITTLE: Waiting = { all: 0, bySource: new Map() };

/**
 * Whether as many signals wait to be applied as may. Below the bound ingest goes on however far the processing lags: the log is durable. Above
 * it the disk is what is protected.
 *
 * A source may have as many waiting as are left free: one alone half of the bound, two a third each. So nobody is told to come back because of
 * what another sends, and the bound holds all the same.
 */
@Injectable()
export class BacklogService {
  private waiting = LITTLE;
  private lookedAt = -LOOK_EVERY_MS;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** As of some seconds ago. Waits for the database only while it is full. @param source the write key's id. */
  async isFullFor(source: string): Promise<boolean> {
    if (performance.now() - this.lookedAt >= LOOK_EVERY_MS) {
      this.lookedAt = performance.now();
      // A database that is gone is noticed by whoever writes to it: here it changes nothing.
      this.looking = this.look().catch(() => undefined);
    }
    if (this.mayNot(source)) await this.looking;
    return this.mayNot(source);
  }

  private mayNot(source: string): boolean {
    const { all, bySource } = this.waiting;
    return (bySource.get(source) ?? 0) >= this.environment.INBOX_LIMIT - all;
  }

  /** Looks now. */
  async look(): Promise<void> {
    const { db } = this.database;
    const bound = this.environment.INBOX_LIMIT;
    // Below half of the bound nobody has too many. Numbers are given out over all partitions: the span is never too small, and counting is spared.
    const all = (await spanOfWaiting(db)) < bound / 2 ? 0 : await countWaiting(db, bound);
    this.waiting = all < bound / 2 ? LITTLE : { all, bySource: await this.bySource(all) };
  }

  private async bySource(all: number): Promise<Map<string, number>> {
    const seen = await countBySource(this.database.db, Math.min(1, SAMPLE / all));
    const sum = seen.reduce((total, { count }) => total + count, 0);
    return new Map(
      seen.flatMap(({ source, count }) => (source === null ? [] : [[source, (count / sum) * all] as const])),
    );
  }
}
