/** Attempts counted per name within a window, in bounded memory. */
export class Throttle {
  private readonly windows = new Map<string, { since: number; attempts: number }>();

  /** @param most attempts let through per name and window. @param names how many names are remembered; the oldest go first. */
  constructor(
    private readonly most: number,
    private readonly windowMs: number,
    private readonly names = 10_000,
  ) {}

  /** Counts an attempt. @returns 0 to go on, else the seconds to wait. */
  attempt(name: string, now: number): number {
    const open = this.windows.get(name);
    if (open === undefined || now - open.since >= this.windowMs || now < open.since) {
      this.windows.delete(name);
      this.evict();
      this.windows.set(name, { since: now, attempts: 1 });
      return 0;
    }
    open.attempts += 1;
    return open.attempts <= this.most ? 0 : Math.ceil((open.since + this.windowMs - now) / 1_000);
  }

  /** Forgets a name's attempts, after one that was right. */
  clear(name: string): void {
    this.windows.delete(name);
  }

  private evict(): void {
    const oldest = this.windows.keys().next().value;
    if (this.windows.size >= this.names && oldest !== undefined) this.windows.delete(oldest);
  }
}
