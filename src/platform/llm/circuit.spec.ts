import fc from 'fast-check';
import { ask, type Circuit, CLOSED, failed, succeeded } from './circuit.js';

const settings = { failures: 3, cooldownMs: 1_000, longestMs: 5_000 };

describe('the circuit', () => {
  it('opens after three failures in a row, and a success in between starts the count again', () => {
    let circuit: Circuit = CLOSED;
    circuit = failed(circuit, 0, settings);
    circuit = failed(circuit, 0, settings);
    circuit = succeeded(circuit);
    circuit = failed(circuit, 0, settings);
    circuit = failed(circuit, 0, settings);
    expect(ask(circuit, 0).allowed).toBe(true);
    circuit = failed(circuit, 0, settings);
    expect(circuit).toEqual({ state: 'open', until: 1_000, tried: 0 });
    expect(ask(circuit, 999).allowed).toBe(false);
  });

  it('lets exactly one request find out whether the provider is back', () => {
    const probing = ask({ state: 'open', until: 1_000, tried: 0 }, 1_000);
    expect(probing.allowed).toBe(true);
    expect(ask(probing.circuit, 1_000).allowed).toBe(false);
    expect(succeeded(probing.circuit)).toEqual(CLOSED);
    expect(failed(probing.circuit, 2_000, settings)).toEqual({ state: 'open', until: 4_000, tried: 1 });
  });

  it('asks a provider that stays away ever more rarely, and never more rarely than the longest', () => {
    let circuit: Circuit = { state: 'open', until: 1_000, tried: 0 };
    const waits = [];
    for (let i = 0; i < 4; i++) {
      const now = circuit.state === 'open' ? circuit.until : Number.NaN;
      circuit = failed(ask(circuit, now).circuit, now, settings);
      waits.push(circuit.state === 'open' ? circuit.until - now : Number.NaN);
    }
    expect(waits).toEqual([2_000, 4_000, 5_000, 5_000]);
    const now = circuit.state === 'open' ? circuit.until : Number.NaN;
    expect(failed(succeeded(ask(circuit, now).circuit), now, { ...settings, failures: 1 })).toMatchObject({
      until: now + 1_000,
    });
  });

  it('stays open when an answer to an earlier request comes late', () => {
    const open: Circuit = { state: 'open', until: 1_000, tried: 0 };
    expect(succeeded(open)).toBe(open);
    expect(failed(open, 500, settings)).toBe(open);
  });

  it('never lets a request out during the cool-down, whatever happened before', () => {
    const step = fc.oneof(fc.constant('ok' as const), fc.constant('bad' as const));
    fc.assert(
      fc.property(fc.array(fc.record({ step, wait: fc.nat(600) })), (steps) => {
        let circuit: Circuit = CLOSED;
        let now = 0;
        let openedAt = Number.NEGATIVE_INFINITY;
        for (const { step: what, wait } of steps) {
          now += wait;
          const asked = ask(circuit, now);
          if (asked.allowed) expect(now - openedAt).toBeGreaterThanOrEqual(settings.cooldownMs);
          circuit = asked.circuit;
          if (!asked.allowed) continue;
          circuit = what === 'ok' ? succeeded(circuit) : failed(circuit, now, settings);
          if (circuit.state === 'open') openedAt = now;
        }
      }),
    );
  });
});
