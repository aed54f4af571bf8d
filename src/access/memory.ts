/** A bounded, short-lived memory of answers that are asked for on every request. */
export class ShortMemory<Value> {
  private readonly entries = new Map<string, { value: Value; until: number }>();

  constructor(
    private readonly keptMs: number,
    private readonly most: number,
  ) {}

  get(key: string): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.until > performance.now()) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value): void {
    const oldest = this.entries.keys().next().value;
    if (this.entries.size >= this.most && oldest !== undefined) this.entries.delete(oldest);
    this.entries.set(key, { value, until: performance.now() + this.keptMs });
  }

  clear(): void {
    this.entries.clear();
  }
}
