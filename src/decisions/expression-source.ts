import { type ExpressionInput } from '../policies/bundle.js';
import { type Bundle } from '../policies/bundle.js';
import { type Fact } from '../policies/fact.js';
import { type ExpressionSource, toExpressionInput, withFacts } from '../policies/vocabulary.js';
import { toFeatures } from '../profiles/features.js';
import { type Situation } from './situation.js';

/** What expressions read of a situation. @param facts by slot, for the action in question. */
export function toExpressionSource(
  situation: Situation,
  facts: Readonly<Record<string, Fact>> = {},
): ExpressionSource {
  const { signal } = situation;
  return {
    now: situation.now,
    signal:
      signal === null
        ? null
        : { type: signal.type, event: signal.event, properties: signal.properties, at: signal.at },
    context: situation.context,
    profile: toFeatures(situation.profile, situation.now),
    history: { messages: situation.history },
    openTasks: situation.openTasks.length,
    facts,
  };
}

/** Prepares the input of every expression of one action; the parts that no action changes are prepared once. */
export function expressionInputs(
  bundle: Bundle,
  situation: Situation,
): (facts?: Readonly<Record<string, Fact>>) => ExpressionInput {
  const common = toExpressionInput(bundle.vocabulary, toExpressionSource(situation));
  return (facts) =>
    facts === undefined || Object.keys(facts).length === 0
      ? common
      : withFacts(bundle.vocabulary, common, { facts, now: situation.now });
}
