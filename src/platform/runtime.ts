import { randomBytes } from 'node:crypto';
import { type Environment } from '../config/environment.js';
import { Clock } from '../shared/clock.js';
import { type IdPrefix, Ids, makeId } from '../shared/ids.js';
import { type Secrets } from './secrets/secrets.js';

/** Injection token of the parsed environment. */
export const ENVIRONMENT = Symbol('environment');

/** What a process brings with it: made once in main, replaced in tests. */
export interface Runtime {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secrets: Secrets;
}

/** The machine's own clock. */
class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }
}

/** A clock that starts at a given moment and may run faster (CLOCK=2026-03-29T00:30:00Z@60x). Tests only. */
class ShiftedClock extends Clock {
  private readonly startedAt = Date.now();

  constructor(
    private readonly start: Date,
    private readonly speed: number,
  ) {
    super();
  }

  override now(): Date {
    return new Date(this.start.getTime() + (Date.now() - this.startedAt) * this.speed);
  }
}

/** The clock that CLOCK asks for; the machine's own without it. */
export function clockFor(setting: string | undefined): Clock {
  if (setting === undefined) return new SystemClock();
  const [start = '', speed = '1x'] = setting.split('@');
  return new ShiftedClock(new Date(start), Number(speed.slice(0, -1)));
}

const RANDOM_BYTES = 10;

/** Ids from the clock and the system's randomness. */
export class RandomIds extends Ids {
  /** Asked of the system for four hundred ids at once: a call for each costs more than the rest of the id. */
  private pool = Buffer.alloc(0);

  constructor(private readonly clock: Clock) {
    super();
  }

  override make(prefix: IdPrefix): string {
    if (this.pool.length < RANDOM_BYTES) this.pool = randomBytes(400 * RANDOM_BYTES);
    const random = this.pool.subarray(0, RANDOM_BYTES);
    this.pool = this.pool.subarray(RANDOM_BYTES);
    return makeId(prefix, this.clock.now(), random);
  }
}
