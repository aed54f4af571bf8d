import {
  type CompiledExpression,
  type CompiledGuardrail,
  type Evaluation,
  type Plain,
} from '../policies/bundle.js';

/** What a condition, or what rules are filed by, gives for one candidate. */
export type Answers = (expression: CompiledExpression<Plain>) => Evaluation<Plain>;

/** Rules in scope on some day, filed by what their conditions require: of most it is known at once that they do not match. */
export interface Filed {
  readonly rules: readonly CompiledGuardrail[];
  /** Of each rule whether its time is over. */
  readonly isOver: readonly boolean[];
  /** Places of the rules that are always asked. */
  readonly free: readonly number[];
  readonly drawers: readonly Drawer[];
}

/** Rules whose conditions look at the same, by the values for which they may be true. */
interface Drawer {
  readonly of: CompiledExpression<Plain>;
  readonly byValue: ReadonlyMap<Plain, readonly number[]>;
  readonly all: readonly number[];
}

/** Filings by how many of the days on which rules end are over. */
interface Filings {
  readonly lastDays: readonly string[];
  readonly byDaysOver: Map<number, Filed>;
}

const filings = new WeakMap<readonly CompiledGuardrail[], Filings>();

/** The rules filed; one and the same for the same rules while no more of them are over. @param now ISO 8601; the last day a rule applies is the one it names, in UTC. */
export function filed(rules: readonly CompiledGuardrail[], now: string): Filed {
  let known = filings.get(rules);
  if (known === undefined) {
    const lastDays = rules.flatMap(({ spec }) => spec.expires ?? []);
    filings.set(rules, (known = { lastDays: [...new Set(lastDays)], byDaysOver: new Map<number, Filed>() }));
  }
  const today = now.slice(0, 10);
  const over = known.lastDays.length === 0 ? 0 : known.lastDays.filter((day) => today > day).length;
  let found = known.byDaysOver.get(over);
  if (found === undefined) known.byDaysOver.set(over, (found = file(rules, today)));
  return found;
}

function file(rules: readonly CompiledGuardrail[], today: string): Filed {
  const isOver = rules.map(({ spec }) => spec.expires !== undefined && today > spec.expires);
  const free: number[] = [];
  const drawers = new Map<CompiledExpression<Plain>, { byValue: Map<Plain, number[]>; all: number[] }>();
  for (const [place, { requires }] of rules.entries()) {
    if (isOver[place] === true) continue;
    if (requires === null) {
      free.push(place);
      continue;
    }
    let drawer = drawers.get(requires.of);
    if (drawer === undefined)
      drawers.set(requires.of, (drawer = { byValue: new Map<Plain, number[]>(), all: [] }));
    drawer.all.push(place);
    for (const value of new Set(requires.among)) {
      const there = drawer.byValue.get(value);
      if (there === undefined) drawer.byValue.set(value, [place]);
      else there.push(place);
    }
  }
  return { rules, isOver, free, drawers: [...drawers].map(([of, drawer]) => ({ of, ...drawer })) };
}

const NONE: readonly number[] = [];

/** Places of the rules that have to be asked, in groups: of all others it is known that their conditions do not hold. */
export function placesToAsk({ free, drawers }: Filed, answers: Answers): (readonly number[])[] {
  return [
    free,
    ...drawers.map(({ of, byValue, all }) => {
      const found = answers(of);
      return found.known ? (byValue.get(found.value) ?? NONE) : all;
    }),
  ];
}
