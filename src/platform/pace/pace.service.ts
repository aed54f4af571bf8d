import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Line } from './line.js';
import { isPressed, MOST, nextPermits, type Seen } from './pace.js';

const LOOK_EVERY_MS = 50;
/** Who asked so long ago has their answer, or gave up. */
const ASKED_WITHIN_MS = 1_000;
const RESOLUTION_MS = 5;
/** What is taken in one piece; less while somebody waits for an answer. */
const BATCH = 50;
const SMALL_BATCH = 10;
const BUDGET_MS = 10_000;

/**
 * Whoever asks over HTTP comes before the loops of the same process: they take their next pieces of work here, as many at once as leave those
 * who wait their time, and always a few.
 */
@Injectable()
export class Pace implements OnModuleDestroy {
  private permits = MOST;
  private underWay = 0;
  private readonly line = new Line<() => void>();
  private askedAt = -Infinity;
  private oldestMs = (): number => 0;
  private lookedAt = -Infinity;
  private seen: Seen = { asked: false, delayMs: 0, oldestMs: 0 };
  /** Begun with the first piece of work: a process without loops needs none. */
  private delays: IntervalHistogram | undefined;

  /** A request came in. */
  asked(): void {
    this.askedAt = performance.now();
  }

  /** @param oldestMs how long whoever waits longest for an acknowledgement has waited. */
  mind(oldestMs: () => number): void {
    this.oldestMs = oldestMs;
  }

  /** Whether somebody waits too long: pieces that can be small should be. */
  get pressed(): boolean {
    this.look();
    return isPressed(this.seen);
  }

  /** Does a piece of work at its turn, an urgent one before others. Pieces do not nest. */
  async piece<T>(work: () => Promise<T>, urgent = false): Promise<T> {
    await this.turn(urgent);
    try {
      return await work();
    } finally {
      this.underWay--;
      this.letGo();
    }
  }

  /**
   * Works something off in pieces, one after the other, until a piece finds less than it may take or ten seconds are over; what is left waits for
   * the next call. Pieces are small while somebody waits for an answer.
   * @param work takes so many at most, and says how many it found. @returns how many were found in all.
   */
  async pieces(work: (most: number) => Promise<number>): Promise<number> {
    const until = performance.now() + BUDGET_MS;
    for (let total = 0; ;) {
      const most = this.pressed ? SMALL_BATCH : BATCH;
      const found = await this.piece(() => work(most));
      total += found;
      if (found < most || performance.now() > until) return total;
    }
  }

  private async turn(urgent: boolean): Promise<void> {
    this.look();
    if (this.line.length === 0 && this.underWay < this.permits) {
      this.underWay++;
      return;
    }
    await new Promise<void>((resolve) => {
      this.line.join(resolve, urgent);
    });
  }

  private letGo(): void {
    this.look();
    while (this.line.length > 0 && this.underWay < this.permits) {
      this.underWay++;
      this.line.next()?.();
    }
  }

  private look(): void {
    const now = performance.now();
    if (now - this.lookedAt < LOOK_EVERY_MS) return;
    this.lookedAt = now;
    this.delays ??= begun();
    this.seen = {
      asked: now - this.askedAt < ASKED_WITHIN_MS,
      delayMs: this.delays.count === 0 ? 0 : Math.max(0, this.delays.mean / 1e6 - RESOLUTION_MS),
      oldestMs: this.oldestMs(),
    };
    this.delays.reset();
    this.permits = nextPermits(this.permits, this.seen);
  }

  onModuleDestroy(): void {
    this.delays?.disable();
  }
}

function begun(): IntervalHistogram {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return delays;
}
