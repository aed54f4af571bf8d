import { comeBack, learnedRate, NOTHING_PROMISED, type Promised } from '../signals/admission.js';

/**
 * How many calls for a decision may be under way: as many as are decided within half a second, at the rate at which that went lately. A caller may
 * have as many as are left free, so one alone has half of them, and there is room for whoever comes next.
 */

const LONGEST_WAIT_MS = 500;
/** So many always: enough to show how fast it can be. */
const ALWAYS = 64;
/** Two hundred a second, until a rate was seen. */
const SUPPOSED_PER_MS = 0.2;
/** With so many under way the rate is as high as it gets: more than there are connections to the database. */
const SATURATED = 20;
const LEARN_EVERY_MS = 200;

export class Room {
  private readonly held = new Map<string, number>();
  private total = 0;
  private perMs = SUPPOSED_PER_MS;
  private promised: Promised = NOTHING_PROMISED;
  /** Since when calls that are over were counted; whether as many as it takes were under way all the time. */
  private lookedAt = 0;
  private over = 0;
  private saturated = false;

  /** How many calls may be under way. */
  get most(): number {
    return Math.max(ALWAYS, Math.floor(LONGEST_WAIT_MS * this.perMs));
  }

  /**
   * Takes a place for a call. @param now milliseconds on any steady clock.
   * @returns 0 when it has one; otherwise after how many whole seconds to come back.
   */
  enter(caller: string, now: number): number {
    const own = this.held.get(caller) ?? 0;
    if (own + 1 > this.most - this.total) return this.turnAway(now);
    this.held.set(caller, own + 1);
    this.total++;
    return 0;
  }

  /** Gives the place back. */
  leave(caller: string, now: number): void {
    const own = this.held.get(caller) ?? 0;
    if (own === 0) throw new Error('nobody leaves who has not entered');
    if (own === 1) this.held.delete(caller);
    else this.held.set(caller, own - 1);
    this.learn(now);
    this.total--;
    if (this.total < SATURATED) this.saturated = false;
  }

  private turnAway(now: number): number {
    const refused = { units: 1, ahead: this.total, perMs: this.perMs, now };
    const { afterSeconds, promised } = comeBack(this.promised, refused);
    this.promised = promised;
    return afterSeconds;
  }

  private learn(now: number): void {
    this.over++;
    const ms = now - this.lookedAt;
    if (ms < LEARN_EVERY_MS) return;
    this.perMs = learnedRate(this.perMs, { units: this.over, ms, full: this.saturated });
    this.lookedAt = now;
    this.over = 0;
    this.saturated = this.total >= SATURATED;
  }
}
