/** A place as the table of messages tells it, held by a mailbox or by a person: times in epoch milliseconds. */
export interface StoredPlace {
  readonly holder: string;
  readonly action: string;
  readonly channel: string;
  /** When it left, or is to leave. */
  readonly at: number;
}

/** At most `max` of these actions on these channels in any window of so many milliseconds. */
export interface PlainCap {
  readonly name: string;
  readonly actions: readonly string[];
  readonly channels: readonly string[];
  readonly max: number;
  readonly window: number;
}

/** What the oracle found: holders with one too many, and how many windows were used up to the last place. */
export interface Reckoning {
  readonly over: readonly string[];
  readonly full: number;
}

/**
 * Whether the places that are held keep within the caps: of any `max + 1` that follow each other the last must be a whole window behind the
 * first. Shares no code with what it judges, and knows nothing but times.
 */
export function reckon(places: readonly StoredPlace[], caps: readonly PlainCap[]): Reckoning {
  const byHolder = new Map<string, StoredPlace[]>();
  for (const place of places) {
    const known = byHolder.get(place.holder);
    if (known === undefined) byHolder.set(place.holder, [place]);
    else known.push(place);
  }
  const over: string[] = [];
  let full = 0;
  for (const [holder, held] of byHolder) {
    for (const { name, actions, channels, max, window } of caps) {
      const times = held
        .filter(({ action, channel }) => actions.includes(action) && channels.includes(channel))
        .map(({ at }) => at)
        .sort((a, b) => a - b);
      for (let i = 0; i < times.length; i++) {
        const first = times[i] ?? 0;
        if ((times[i + max] ?? Infinity) - first < window)
          over.push(`${holder}: more than ${max} of ${name} within ${window / 1000} s of ${new Date(first).toISOString()}`); // prettier-ignore
        if ((times[i + max - 1] ?? Infinity) - first < window) full++;
      }
    }
  }
  return { over, full };
}
