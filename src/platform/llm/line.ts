import { reasonOf } from './wait.js';

/** One after the other, in the order in which they came. */
export class Line {
  private taken = false;
  private readonly waiting: (() => void)[] = [];

  /** Waits for one's turn. @returns a function that ends it. @throws the signal's reason when it aborts first. */
  async turn(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.taken) await this.wait(signal);
    this.taken = true;
    return () => {
      const next = this.waiting.shift();
      // The turn is handed on without ever being free, so that nobody slips in between.
      if (next) next();
      else this.taken = false;
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
        reject(reasonOf(signal));
      };
      this.waiting.push(go);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
