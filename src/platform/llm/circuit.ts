/**
 * A circuit breaker as a value: closed while the provider answers, open after too many failures in a row, half open while one request
 * tries whether it is back. Times are milliseconds on any one clock.
 */
export type Circuit =
  | { readonly state: 'closed'; readonly failures: number }
  /** `tried` in vain so often since it opened. */
  | { readonly state: 'open'; readonly until: number; readonly tried: number }
  | { readonly state: 'half_open'; readonly tried: number };

export interface CircuitSettings {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** For so long nothing is asked; twice as long after every try in vain, up to the longest. */
  readonly cooldownMs: number;
  readonly longestMs: number;
}

export const CLOSED: Circuit = { state: 'closed', failures: 0 };

/** Whether a request may go out now, and the circuit after that answer. */
export function ask(circuit: Circuit, now: number): { readonly allowed: boolean; readonly circuit: Circuit } {
  switch (circuit.state) {
    case 'closed':
      return { allowed: true, circuit };
    case 'open':
      return now < circuit.until
        ? { allowed: false, circuit }
        : { allowed: true, circuit: { state: 'half_open', tried: circuit.tried } };
    case 'half_open':
      // One request is finding out; nobody else needs to.
      return { allowed: false, circuit };
  }
}

/** After the provider answered, well or badly. An answer to a request from before it opened closes nothing. */
export function succeeded(circuit: Circuit): Circuit {
  return circuit.state === 'open' ? circuit : CLOSED;
}

/** After a failure. `atOnce` opens it without counting, for failures that the next request would surely meet too. */
export function failed(circuit: Circuit, now: number, settings: CircuitSettings, atOnce = false): Circuit {
  if (circuit.state === 'open') return circuit;
  if (circuit.state === 'half_open') return opened(circuit.tried + 1, now, settings);
  const failures = circuit.failures + 1;
  return atOnce || failures >= settings.failures ? opened(0, now, settings) : { state: 'closed', failures };
}

function opened(tried: number, now: number, { cooldownMs, longestMs }: CircuitSettings): Circuit {
  return { state: 'open', until: now + Math.min(longestMs, cooldownMs * 2 ** tried), tried };
}
