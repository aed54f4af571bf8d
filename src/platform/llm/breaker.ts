import { Log } from '../telemetry/index.js';
import { ask, type Circuit, type CircuitSettings, CLOSED, failed, succeeded } from './circuit.js';
import { type ProviderFailure } from './outcome.js';

/** The circuit of one model of the provider, in this process. */
export class Breaker {
  private readonly log = new Log('llm');
  private circuit: Circuit = CLOSED;
  /** Why the last request got no answer; null when it got one, or none was made. */
  failing: ProviderFailure['kind'] | null = null;

  constructor(private readonly settings: CircuitSettings) {}

  /** Whether a request may go out now. Whoever goes says what came of it, by one of the methods below. */
  mayAsk(): boolean {
    const { allowed, circuit } = ask(this.circuit, performance.now());
    this.circuit = circuit;
    return allowed;
  }

  answered(): void {
    this.circuit = succeeded(this.circuit);
    this.failing = null;
  }

  /** Nobody found out whether the model is back: that must not keep the next from finding out. */
  notFoundOut(): void {
    this.circuit = succeeded(this.circuit);
  }

  failed({ kind }: ProviderFailure): void {
    const before = this.circuit.state;
    this.failing = kind;
    const now = performance.now();
    const circuit = failed(this.circuit, now, this.settings, kind === 'quota');
    this.circuit = circuit;
    this.log.warn('model.failed', { outcome: kind });
    if (circuit.state === 'open' && before !== 'open')
      this.log.warn('model.left_alone', { ms: Math.round(circuit.until - now) });
  }

  /** As it stands now: one that has cooled down lets the next request try. */
  state(): Circuit['state'] {
    const { circuit } = this;
    return circuit.state === 'open' && performance.now() >= circuit.until ? 'half_open' : circuit.state;
  }
}
