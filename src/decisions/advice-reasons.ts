import { adviceInForce, type AdviceInForce, adviserWords, isSame, suggestedWords } from './advice.js';
import { type Examination, type Examined } from './candidates.js';
import { HOLD } from './decision.js';
import { list, type Reason } from './reason.js';
import { type Suggested } from './situation.js';

/** What was done, as far as advice is held against it. */
export type Done =
  | {
      readonly outcome: 'act';
      readonly chosen: Examined;
      /** Chance picked it, or it was owed: no comparison decided. */
      readonly why: 'best' | 'explored' | 'owed';
    }
  | { readonly outcome: 'hold' }
  | { readonly outcome: 'handoff' };

/** What was suggested and whether it was done, in plain words; none where nobody was asked. */
export function adviceReasons({ bundle, situation, examined }: Examination, done: Done): Reason[] {
  const force = adviceInForce(bundle, situation);
  if (force === null) return [];
  const { advice } = force;
  const [first] = advice.ranking;
  return [
    ...(advice.instead === null
      ? []
      : [
          {
            code: 'advice_without_model',
            text: `The language model gave no advice, so the person’s own history was asked: ${advice.instead.text}`,
          },
        ]),
    ...(first === undefined ? [] : [onFirst(force, first, examined, done)]),
    ...(done.outcome === 'act' && done.chosen.suggested !== null ? [done.chosen.suggested] : []),
    ...(advice.dropped.length === 0
      ? []
      : [
          {
            code: 'advice_dropped',
            text: `${adviserWords(advice)} also named ${list(advice.dropped)}, which nobody had put up: left out.`,
          },
        ]),
  ];
}

function onFirst(
  { advice, settings }: AdviceInForce,
  first: Suggested,
  examined: readonly Examined[],
  done: Done,
): Reason {
  const says = `${adviserWords(advice)} suggested ${suggestedWords(first)} first`;
  const is = doneInstead(done);
  if (is !== null && isSame(is, first))
    return { code: 'advice_followed', text: `${says}, and that was decided.` };
  return {
    code: 'advice_not_followed',
    text: `${says}; that was not decided: ${whyNot(first, examined, done, settings.weight)}`,
  };
}

function doneInstead(done: Done): Suggested | null {
  if (done.outcome === 'handoff') return null;
  if (done.outcome === 'hold') return { action: HOLD, channel: null };
  const { action, channel } = done.chosen.candidate;
  return { action, channel };
}

function whyNot(first: Suggested, examined: readonly Examined[], done: Done, weight: number): string {
  if (done.outcome === 'handoff') return 'a person takes over.';
  const candidate = examined.map((each) => each.candidate).find((each) => isSame(each, first));
  if (candidate === undefined && first.action !== HOLD) return 'it is no longer up for decision.';
  if (candidate?.eligible === false) return `it is not possible. ${candidate.blockedBy[0]?.text ?? ''}`;
  if (done.outcome === 'hold')
    return 'a contact costs more than it is worth, and advice does not change that.';
  const what = suggestedWords(done.chosen.candidate);
  if (done.why === 'owed') return `${what} is owed to the person.`;
  if (done.why === 'explored') return `${what} was picked by chance.`;
  return `${what} is worth more, also with the weight of ${weight} that the playbook gives advice.`;
}
