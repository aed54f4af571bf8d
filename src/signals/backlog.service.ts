import { Inject, Injectable } from '@nestjs/common';
import { type Environment } from '../config/environment.js';
import { Database } from '../platform/database/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { countWaiting, spanOfWaiting } from './backlog.repository.js';

const LOOK_EVERY_MS = 5_000;

/**
 * Whether as many signals wait to be applied as may. Below the bound ingest goes on however far the processing lags: the log is durable. Above
 * it the disk is what is protected.
 */
@Injectable()
export class BacklogService {
  private full = false;
  private lookedAt = -LOOK_EVERY_MS;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** As of some seconds ago. Waits for the database only while it is full. */
  async isFull(): Promise<boolean> {
    if (performance.now() - this.lookedAt >= LOOK_EVERY_MS) {
      this.lookedAt = performance.now();
      // A database that is gone is noticed by whoever writes to it: here it changes nothing.
      this.looking = this.look().catch(() => undefined);
    }
    if (this.full) await this.looking;
    return this.full;
  }

  /** Looks now. */
  async look(): Promise<void> {
    const { db } = this.database;
    const bound = this.environment.INBOX_LIMIT;
    // Numbers are given out over all partitions: the span is never too small, and counting is spared while it is below the bound.
    this.full = (await spanOfWaiting(db)) >= bound && (await countWaiting(db, bound)) >= bound;
  }
}
