/** At most so many at once, as whoever comes says; the others wait in line. */
export class Slots {
  private taken = 0;
  private readonly waiting: (() => void)[] = [];

  /** Waits for a place. @returns a function that gives it back. @throws the signal's reason when it aborts first. */
  async take(signal: AbortSignal, atOnce: number): Promise<() => void> {
    signal.throwIfAborted();
    if (this.taken < atOnce) this.taken++;
    else await this.wait(signal);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.waiting.shift();
      // The place is handed on without ever being free, so that nobody slips in between.
      if (next) next();
      else this.taken--;
    };
  }

  private wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(go), 1);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      this.waiting.push(go);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
