/** What is known of one key, and since when. */
interface Entry<Value> {
  readonly value: Value;
  /** Milliseconds on the process's steady clock. */
  readonly askedAt: number;
}

/**
 * A bounded, short-lived memory of answers that are asked for on every request. However many ask for one at a time, it is looked up once; and it is
 * looked up anew before it lapses, beside the requests, so that one who keeps calling never waits for it, however busy the database is.
 */
export class ShortMemory<Value> {
  private readonly entries = new Map<string, Entry<Value>>();
  /** Questions under way. */
  private asking = new Map<string, Promise<Value>>();

  /** @param keptMs how old an answer may be. @param most how many are kept. */
  constructor(
    private readonly keptMs: number,
    private readonly most: number,
  ) {}

  /** The answer for a key, at most `keptMs` old. @throws whatever `find` throws, when nothing is remembered. */
  async of(key: string, find: () => Promise<Value>): Promise<Value> {
    const entry = this.entries.get(key);
    const age = entry === undefined ? Infinity : performance.now() - entry.askedAt;
    if (entry === undefined || age >= this.keptMs) return this.ask(key, find);
    if (age >= this.keptMs / 2) {
      // Whoever needs it after it has lapsed asks again and is told why there is no answer.
      this.ask(key, find).catch(() => undefined);
    }
    return entry.value;
  }

  /** Forgets everything, answers that are still on their way as well. */
  clear(): void {
    this.entries.clear();
    this.asking = new Map();
  }

  private ask(key: string, find: () => Promise<Value>): Promise<Value> {
    const underWay = this.asking.get(key);
    if (underWay !== undefined) return underWay;
    const { asking } = this;
    const askedAt = performance.now();
    const answer = find()
      .then((value) => {
        if (asking === this.asking) this.set(key, { value, askedAt });
        return value;
      })
      .finally(() => asking.delete(key));
    asking.set(key, answer);
    return answer;
  }

  private set(key: string, entry: Entry<Value>): void {
    this.entries.delete(key);
    const oldest = this.entries.keys().next().value;
    if (this.entries.size >= this.most && oldest !== undefined) this.entries.delete(oldest);
    this.entries.set(key, entry);
  }
}
