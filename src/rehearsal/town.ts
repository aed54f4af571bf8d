import { type PersonSimulation } from './simulate.js';
import { type Step } from './stored-person.js';

/** Somebody in a town: what they will be heard of, and their lives in each of its worlds. */
interface Resident {
  readonly id: string;
  /** In the order of time; what lies before the simulated span has been told already. */
  readonly steps: Iterator<Step>;
  readonly lives: readonly PersonSimulation[];
}

interface Living extends Resident {
  next: Step | null;
  /** When the next thing happens to them. Epoch milliseconds. */
  at: number;
}

/**
 * Everybody at once, in the order of time: where people share something, such as caps over everybody, who comes first matters. At the same
 * moment the one with the smaller id does.
 */
export class Town {
  /** Whoever is first stands last. */
  private readonly queue: Living[] = [];

  /** @param until epoch milliseconds: what falls due from then on does not happen */
  constructor(private readonly until: number) {}

  settle(resident: Resident): void {
    const living: Living = { ...resident, next: told(resident), at: 0 };
    this.enqueue(living);
  }

  /** When the next thing happens, epoch milliseconds; null when nothing does any more. */
  get nextAt(): number | null {
    return this.queue.at(-1)?.at ?? null;
  }

  /**
   * Lets the next thing happen to whoever is first.
   * @returns facts that have to be looked up before anything else may happen; then `goOn`.
   */
  pass(): readonly string[] {
    const first = this.queue.at(-1);
    if (first === undefined) return [];
    const heardAt = first.next === null ? Infinity : Date.parse(first.next.at);
    if (first.next !== null && heardAt <= first.at) {
      for (const life of first.lives) life.hear(first.next);
      first.next = told(first);
    } else {
      for (const life of first.lives) if (life.dueMs === first.at) life.pass();
    }
    return this.unknown(first);
  }

  /** Goes on with what waited for facts. @returns those that are missing still. */
  goOn(): readonly string[] {
    const first = this.queue.at(-1);
    if (first === undefined) return [];
    for (const life of first.lives) if (life.unknownFacts.size > 0) life.goOn();
    return this.unknown(first);
  }

  /** Whoever is first stays first until all they asked for is known. */
  private unknown(first: Living): readonly string[] {
    const facts = first.lives.flatMap(({ unknownFacts }) => [...unknownFacts]);
    if (facts.length > 0) return facts;
    this.queue.pop();
    this.enqueue(first);
    return [];
  }

  private enqueue(living: Living): void {
    const heardAt = living.next === null ? Infinity : Date.parse(living.next.at);
    living.at = Math.min(heardAt, ...living.lives.map(({ dueMs }) => dueMs));
    // Their lives end with the span: nothing is left of them in the queue.
    if (living.at >= this.until) for (const life of living.lives) life.end();
    // A town holds a few thousand at most: to move those who come before costs nothing beside deciding.
    else this.queue.splice(this.placeOf(living), 0, living);
  }

  /** Behind everybody who comes later. */
  private placeOf(living: Living): number {
    let [low, high] = [0, this.queue.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.queue[middle];
      if (other !== undefined && isBefore(living, other)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isBefore(a: Living, b: Living): boolean {
  return a.at < b.at || (a.at === b.at && a.id < b.id);
}

function told({ steps }: Pick<Resident, 'steps'>): Step | null {
  const turn = steps.next();
  return turn.done === true ? null : turn.value;
}
