import { parse } from '@marcbachmann/cel-js';
import { type DecisionResult } from '../decisions/decision.js';
import { expressionInputs } from '../decisions/expression-source.js';
import { type Answers, filed, placesToAsk } from '../decisions/filed.js';
import { answersFor } from '../decisions/guardrails.js';
import { guardrailsFor } from '../decisions/scope.js';
import { type Situation } from '../decisions/situation.js';
import { type Bundle } from '../policies/bundle.js';
import { pathsIn } from '../policies/expression-syntax.js';
import { durationMs } from '../shared/clock.js';

/** What nobody recorded on the day of a decision, although the playbook asks for it now. */
export interface NotRecorded {
  /** In words, such as `profile.traits.loyalty` or `the fact offer-welcome-10`. */
  readonly fields: readonly string[];
  /** Those of them that are paths of the vocabulary. */
  readonly paths: readonly string[];
  /** How far back messages were gathered then, in milliseconds; null when that is far enough. */
  readonly historyMs: number | null;
}

/** What of a playbook depends on what was not recorded. */
export interface Readers {
  readonly rules: ReadonlySet<string>;
  /** Whether one of the rules limits something. */
  readonly limits: boolean;
  readonly actions: ReadonlySet<string>;
  readonly triggers: ReadonlySet<string>;
  /** Whether an expression reads one of the paths. */
  readonly reads: (source: string) => boolean;
}

/** What is asked for: paths, or messages of longer ago. */
type Asked = Pick<NotRecorded, 'paths' | 'historyMs'>;

/**
 * Whether a decision depends on what was not recorded: its trigger reads it, an action that is up, or a rule that has to be asked about a
 * candidate. Of a rule in scope that requires something else, such as another event, it is known without it that it does not match.
 */
export function isReadFor(
  bundle: Bundle,
  missing: Asked,
  situation: Situation,
  { candidates }: Pick<DecisionResult, 'candidates'>,
): boolean {
  const { actions, triggers, rules, reads } = readersOf(bundle, missing);
  if (situation.trigger !== null && triggers.has(situation.trigger.id)) return true;
  if (candidates.some(({ action }) => actions.has(action))) return true;
  if (rules.size === 0) return false;
  const { country } = situation.profile;
  const answers = answersWithout(reads, bundle, situation);
  return candidates.some(({ action, channel }) => {
    const spec = bundle.actions.get(action)?.spec;
    if (spec === undefined) return false;
    const inScope = guardrailsFor(bundle.guardrails, { action: spec, channel, country });
    if (!inScope.some((rule) => rules.has(rule.spec.id))) return false;
    return placesToAsk(filed(inScope, situation.now), answers).some((places) =>
      places.some((place) => rules.has(inScope[place]?.spec.id ?? '')),
    );
  });
}

/** What rules are filed by, as far as it is known without what was not recorded. */
function answersWithout(reads: Readers['reads'], bundle: Bundle, situation: Situation): Answers {
  let answers: Answers | undefined;
  return (expression) => {
    if (reads(expression.source)) return { known: false, reads: expression.source };
    if (answers === undefined) {
      const common = expressionInputs(bundle, situation)();
      answers = answersFor(common)(common);
    }
    return answers(expression);
  };
}

const known = new WeakMap<Bundle, Map<string, Readers>>();

/** What of a playbook depends on it; one and the same for the same. */
export function readersOf(bundle: Bundle, { paths, historyMs }: Asked): Readers {
  let ofBundle = known.get(bundle);
  if (ofBundle === undefined) known.set(bundle, (ofBundle = new Map<string, Readers>()));
  const key = JSON.stringify([paths, historyMs]);
  let readers = ofBundle.get(key);
  if (readers === undefined) ofBundle.set(key, (readers = readersIn(bundle, { paths, historyMs })));
  return readers;
}

function readersIn({ guardrails, actions, triggers }: Bundle, { paths, historyMs }: Asked): Readers {
  const reads = remembered((source) =>
    pathsIn(parse(source).ast).some((read) =>
      paths.some((path) => read === path || read.startsWith(`${path}.`)),
    ),
  );
  const rules = guardrails.filter(
    ({ spec, when }) =>
      reads(when.source) ||
      (historyMs !== null &&
        spec.effect === 'limit' &&
        spec.caps.some(({ per }) => durationMs(per) > historyMs)),
  );
  return {
    rules: new Set(rules.map(({ spec }) => spec.id)),
    limits: rules.some(({ spec }) => spec.effect === 'limit'),
    actions: new Set(
      [...actions.values()]
        .filter(({ eligible, facts }) => [eligible, ...facts.values()].some(({ source }) => reads(source)))
        .map(({ spec }) => spec.id),
    ),
    triggers: new Set(
      [...triggers.values()]
        .filter(({ when, value }) => reads(when.source) || (value !== null && reads(value.source)))
        .map(({ spec }) => spec.id),
    ),
    reads,
  };
}

function remembered(reads: (source: string) => boolean): (source: string) => boolean {
  const answers = new Map<string, boolean>();
  return (source) => {
    let answer = answers.get(source);
    if (answer === undefined) answers.set(source, (answer = reads(source)));
    return answer;
  };
}
