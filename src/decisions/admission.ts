import { type Bundle } from '../policies/bundle.js';
import { examine, type Examination } from './candidates.js';
import { conclude } from './decide.js';
import { type DecisionResult, PRIOR_MODELS } from './decision.js';
import { NEVER, type SharedCap, sharedCapsOf } from './everybody.js';
import { type FullCap, type Situation } from './situation.js';

/** Asks for a place in each of these caps for a message that leaves at `at`, epoch milliseconds; null when there is one in all of them. */
export type Admission = (caps: readonly SharedCap[], at: number) => Promise<FullCap | null>;

/** The same where the answer is at hand. */
type AdmissionAtOnce = (...asked: Parameters<Admission>) => FullCap | null;

/** A decision, and the situation that tells it again. */
interface Admitted {
  readonly situation: Situation;
  readonly examination: Examination;
  readonly result: DecisionResult;
}

/** So often another time or another message is looked for; then what is full counts as full for good. */
const MOST_TIMES = 20;

/**
 * Decides, and again with what was found full, until there is a place for what was decided. What was full becomes a part of the situation, so
 * that the decision can be told again from it alone.
 */
export async function admitted(
  bundle: Bundle,
  read: Situation,
  seed: string,
  admission: Admission,
): Promise<Admitted> {
  const asking = asked(bundle, read, seed);
  for (let turn = asking.next(); ;) {
    if (turn.done === true) return turn.value;
    turn = asking.next(await admission(...turn.value));
  }
}

/** As `admitted`, without waiting for anybody. */
export function admittedAtOnce(
  bundle: Bundle,
  read: Situation,
  seed: string,
  admission: AdmissionAtOnce,
): Admitted {
  const asking = asked(bundle, read, seed);
  for (let turn = asking.next(); ;) {
    if (turn.done === true) return turn.value;
    turn = asking.next(admission(...turn.value));
  }
}

/** Yields what it asks for, and goes on with the answer. */
function* asked(
  bundle: Bundle,
  read: Situation,
  seed: string,
): Generator<Parameters<Admission>, Admitted, FullCap | null> {
  let situation = read;
  for (let times = 1; ; times++) {
    const examination = examine(bundle, situation, PRIOR_MODELS);
    const result = conclude(examination, seed);
    const caps = sharedCapsOf(bundle, result);
    if (caps.length === 0 || result.sendAt === null) return { situation, examination, result };
    const full = yield [caps, Date.parse(result.sendAt)];
    if (full === null) return { situation, examination, result };
    const found = times < MOST_TIMES ? full : { ...full, until: NEVER };
    situation = { ...situation, full: [...(situation.full ?? []), found] };
  }
}
