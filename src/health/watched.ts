/** How something the process stands on is: `degraded` when work goes on without it, `unavailable` when nothing does. */
export type Status = 'ok' | 'degraded' | 'unavailable';

/** What a look found. */
export interface Finding {
  readonly status: Status;
  /** In a few words, for whoever is called at night. Names no address and no secret. */
  readonly detail: string;
}

/** How something is looked at. Times are milliseconds. */
export interface Look {
  readonly find: () => Promise<Finding>;
  readonly everyMs: number;
  /** What it means that a look takes longer than a time, the longest first. Until the first such time, what the last look found holds. */
  readonly late: readonly { readonly afterMs: number; readonly means: Finding }[];
}

const UNKNOWN: Finding = { status: 'degraded', detail: 'it was not looked at yet' };

/**
 * Something looked at in the background, one look at a time: whoever asks gets what is known. A look that never ends says so by itself.
 * `find` must not throw for what it looks at; if it does, that is a finding too.
 */
export class Watched {
  private found: Finding | null = null;
  private looking: Promise<void> | null = null;
  private begunAt = -Infinity;

  constructor(
    private readonly look: Look,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Looks, unless a look is under way or the last one began a moment ago. Waits for its end. */
  refresh(): Promise<void> {
    if (this.looking !== null) return this.looking;
    if (this.now() - this.begunAt < this.look.everyMs) return Promise.resolve();
    this.begunAt = this.now();
    this.looking = this.look
      .find()
      .catch((): Finding => ({ status: 'degraded', detail: 'it could not be looked at' }))
      .then((found) => {
        this.found = found;
        this.looking = null;
      });
    return this.looking;
  }

  /** Whether what is known is so old that it is worth waiting a moment for the next look. */
  get stale(): boolean {
    return this.found === null || this.now() - this.begunAt >= 2 * this.look.everyMs;
  }

  finding(): Finding {
    const waited = this.looking === null ? 0 : this.now() - this.begunAt;
    const late = this.look.late.find(({ afterMs }) => waited >= afterMs);
    return late?.means ?? this.found ?? UNKNOWN;
  }
}
