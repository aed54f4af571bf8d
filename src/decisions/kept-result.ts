import { keepText } from '../shared/canonical-json.js';
import { remembered } from '../shared/remembered.js';
import { type Examination } from './candidates.js';
import { type Candidate, type DecisionResult } from './decision.js';
import { writtenDown } from './guardrails.js';

type Verdicts = Candidate['guardrails'];

const matchedBefore = new WeakMap<Verdicts, Verdicts>();

/** Of what rules said about a candidate, what matched. For the same array the same one, so that it is written once. */
export function matchedIn(verdicts: Verdicts): Verdicts {
  return remembered(matchedBefore, verdicts, () => keepText(verdicts.filter((each) => each.matched)));
}

/**
 * A result as it is stored: of what rules said, what matched. That the others did not is most of what there is to say, the same for nearly everybody,
 * and told again from playbook and situation when somebody asks.
 */
export function keptResult(result: DecisionResult): DecisionResult {
  return {
    ...result,
    candidates: result.candidates.map((each) => ({ ...each, guardrails: matchedIn(each.guardrails) })),
  };
}

/** Engines that stored what every rule said. */
const STORED_ALL = /^countersign-1\b/;

/** A result as this engine or an earlier one would have stored it. @param engine as it is recorded with the decision. */
export function asStoredBy(engine: string, result: DecisionResult): DecisionResult {
  return STORED_ALL.test(engine) ? result : keptResult(result);
}

/**
 * The candidates of a stored result, with what every rule says of them.
 * @param examination of the same situation, under the same playbook and by the same engine.
 */
export function candidatesInFull(stored: DecisionResult, { examined }: Examination): Candidate[] {
  return stored.candidates.map((candidate) => {
    const again = examined.find(
      (each) => each.candidate.action === candidate.action && each.candidate.channel === candidate.channel,
    );
    return again === undefined ? candidate : { ...candidate, guardrails: writtenDown(again.verdicts) };
  });
}
