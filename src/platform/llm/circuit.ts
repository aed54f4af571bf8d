/**
 * A circuit breaker as a value: closed while the provider answers, open after too many failures in a row, half open while one request
 * tries whether it is back. Times are milliseconds on any one clock.
 */
export type Circuit =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly until: number }
  | { readonly state: 'half_open' };

export interface CircuitSettings {
  /** Failures in a row that open it. */
  readonly failures: number;
  readonly cooldownMs: number;
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
        : { allowed: true, circuit: { state: 'half_open' } };
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
  const failures = circuit.state === 'closed' ? circuit.failures + 1 : settings.failures;
  return atOnce || failures >= settings.failures
    ? { state: 'open', until: now + settings.cooldownMs }
    : { state: 'closed', failures };
}
