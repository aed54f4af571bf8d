/** A place in a mailbox as the table of messages tells it: times in epoch milliseconds. */
export interface StoredPlace {
  readonly mailbox: string;
  readonly action: string;
  /** When it left, or is to leave. */
  readonly at: number;
}

/** At most `max` of these actions in any window of so many milliseconds. */
export interface PlainCap {
  readonly name: string;
  readonly actions: readonly string[];
  readonly max: number;
  readonly window: number;
}

/** What the oracle found: mailboxes with one too many, and how many windows were used up to the last place. */
export interface Reckoning {
  readonly over: readonly string[];
  readonly full: number;
}

/**
 * Whether the places that are held keep within the caps: of any `max + 1` that follow each other the last must be a whole window behind the
 * first. Shares no code with what it judges, and knows nothing but times.
 */
export function reckon(places: readonly StoredPlace[], caps: readonly PlainCap[]): Reckoning {
  const byMailbox = new Map<string, StoredPlace[]>();
  for (const place of places) {
    const known = byMailbox.get(place.mailbox);
    if (known === undefined) byMailbox.set(place.mailbox, [place]);
    else known.push(place);
  }
  const over: string[] = [];
  let full = 0;
  for (const [mailbox, held] of byMailbox) {
    for (const { name, actions, max, window } of caps) {
      const times = held
        .filter(({ action }) => actions.includes(action))
        .map(({ at }) => at)
        .sort((a, b) => a - b);
      for (let i = 0; i < times.length; i++) {
        const first = times[i] ?? 0;
        if ((times[i + max] ?? Infinity) - first < window)
          over.push(`${mailbox}: more than ${max} of ${name} within ${window / 1000} s of ${new Date(first).toISOString()}`); // prettier-ignore
        if ((times[i + max - 1] ?? Infinity) - first < window) full++;
      }
    }
  }
  return { over, full };
}
