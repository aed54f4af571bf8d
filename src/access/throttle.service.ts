import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { Secrets } from '../platform/secrets/secrets.js';
import { Clock } from '../shared/clock.js';
import { keyedHash } from '../shared/hash.js';
import { countAttempt, deleteOver, deleteWindow } from './throttle.repository.js';

const TIDIED_AT_ONCE = 10;

/** How many attempts are let through within a window. */
export interface Bound {
  /** What is counted: `sign-in by address`. */
  readonly what: string;
  readonly most: number;
  readonly windowMs: number;
}

/** Attempts counted per name within a window, over all processes. */
@Injectable()
export class ThrottleService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly secrets: Secrets,
  ) {}

  /** Counts an attempt. @returns 0 to go on, else the seconds to wait. */
  async attempt(bound: Bound, name: string): Promise<number> {
    const now = this.clock.now();
    const { db } = this.database;
    const until = new Date(now.getTime() + bound.windowMs);
    const window = await countAttempt(db, this.hash(bound, name), now, until);
    if (window.attempts === 1) await deleteOver(db, now, TIDIED_AT_ONCE);
    if (window.attempts <= bound.most) return 0;
    return Math.ceil((window.until.getTime() - now.getTime()) / 1_000);
  }

  /** Forgets a name's attempts, after one that was right. */
  async clear(bound: Bound, name: string): Promise<void> {
    await deleteWindow(this.database.db, this.hash(bound, name));
  }

  private hash(bound: Bound, name: string): string {
    return keyedHash(this.secrets.lookup('tokens'), `throttle:${bound.what}:${name}`);
  }
}
