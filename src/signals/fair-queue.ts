/** How much something holds, or may hold. */
export interface Load {
  readonly signals: number;
  readonly bytes: number;
}

/** A call that waits among its source's others. */
export interface Queued extends Load {
  readonly source: string;
}

interface Line<Call> {
  readonly calls: Call[];
  /** What the source may still have taken before it is the next one's turn. */
  credit: number;
  /** What it holds, waiting or under way. */
  held: Load;
}

/** What a source may have taken at its turn, in units. */
const QUANTUM = 500;
const NOTHING: Load = { signals: 0, bytes: 0 };

/**
 * Calls waiting to be written, each source's in a line of its own; the lines take turns by what was taken of each (deficit round robin), so
 * that nobody waits longer because somebody else sends more.
 *
 * What waits or is under way is bounded. A source may hold at most as much as is left free: one alone half of it all, two a third each. There
 * is always room for whoever comes next, and nobody is told to come back because of what others send.
 */
export class FairQueue<Call extends Queued> {
  private readonly lines = new Map<string, Line<Call>>();
  /** The lines in which a call waits, in the order of their turns. */
  private readonly turns: Line<Call>[] = [];
  private held = NOTHING;

  constructor(private readonly bound: Load) {}

  get isEmpty(): boolean {
    return this.turns.length === 0;
  }

  /** The next call of each source that has any waiting. */
  get heads(): Call[] {
    return this.turns.flatMap(({ calls }) => calls[0] ?? []);
  }

  /**
   * What is written before the next call of a source, in the units of `unitsOf`: all of its own, and of each other source as much again and a
   * turn.
   */
  ahead(source: string): number {
    const own = unitsOf(this.lines.get(source)?.held ?? NOTHING);
    let sum = 0;
    for (const [each, { held }] of this.lines)
      sum += each === source ? own : Math.min(unitsOf(held), own + QUANTUM);
    return sum;
  }

  /** Whether a call of this size would be taken in. */
  hasRoom(source: string, call: Load): boolean {
    const own = plus(this.lines.get(source)?.held ?? NOTHING, call);
    return (
      own.signals <= this.bound.signals - this.held.signals && own.bytes <= this.bound.bytes - this.held.bytes
    );
  }

  /** @returns false when there is no room for it: nothing was taken in. */
  offer(call: Call): boolean {
    if (!this.hasRoom(call.source, call)) return false;
    const line = this.lines.get(call.source) ?? { calls: [], credit: 0, held: NOTHING };
    this.lines.set(call.source, line);
    if (line.calls.length === 0) this.turns.push(line);
    line.calls.push(call);
    line.held = plus(line.held, call);
    this.held = plus(this.held, call);
    return true;
  }

  /** The next calls, as many as fit into `most` together, at least one if any waits. They go on holding what they hold until released. */
  take(most: Load): Call[] {
    const taken: Call[] = [];
    let sum = NOTHING;
    for (;;) {
      const line = this.turns[0];
      const call = line?.calls[0];
      if (line === undefined || call === undefined) return taken;
      if (line.credit < unitsOf(call)) {
        this.passTurn(line);
        continue;
      }
      sum = plus(sum, call);
      if (taken.length > 0 && (sum.signals > most.signals || sum.bytes > most.bytes)) return taken;
      taken.push(call);
      this.advance(line, call);
    }
  }

  /** Frees what calls held, written or not. */
  release(calls: readonly Call[]): void {
    for (const call of calls) {
      this.held = minus(this.held, call);
      const line = this.lines.get(call.source);
      if (line === undefined) continue;
      line.held = minus(line.held, call);
      if (line.held.signals === 0 && line.calls.length === 0) this.lines.delete(call.source);
    }
  }

  private passTurn(line: Line<Call>): void {
    line.credit += QUANTUM;
    this.turns.shift();
    this.turns.push(line);
  }

  private advance(line: Line<Call>, call: Call): void {
    line.calls.shift();
    line.credit -= unitsOf(call);
    if (line.calls.length > 0) return;
    // Nobody saves up credit while nothing of theirs waits.
    line.credit = 0;
    this.turns.shift();
  }
}

/** What it takes to write something: a signal counts one, and each of its kilobytes one more. */
export function unitsOf({ signals, bytes }: Load): number {
  return signals + bytes / 1_000;
}

function plus(a: Load, b: Load): Load {
  return { signals: a.signals + b.signals, bytes: a.bytes + b.bytes };
}

function minus(a: Load, b: Load): Load {
  return { signals: a.signals - b.signals, bytes: a.bytes - b.bytes };
}
