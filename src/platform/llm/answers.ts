/** Answers kept for a while, the oldest going first: what was paid for and could not be saved is not paid for again. */
export class Answers<T> {
  private readonly kept = new Map<string, { readonly value: T; readonly until: number }>();

  constructor(
    private readonly most: number,
    private readonly forMs: number,
  ) {}

  /** @param now milliseconds on any one clock. */
  get(key: string, now: number): T | undefined {
    const found = this.kept.get(key);
    if (found === undefined) return undefined;
    if (now < found.until) return found.value;
    this.kept.delete(key);
    return undefined;
  }

  put(key: string, value: T, now: number): void {
    this.kept.delete(key);
    this.kept.set(key, { value, until: now + this.forMs });
    const [oldest] = this.kept.keys();
    if (this.kept.size > this.most && oldest !== undefined) this.kept.delete(oldest);
  }
}
