import { type DecisionResult } from '../decisions/decision.js';
import { hourChannels, reviewedActions } from '../decisions/needs.js';
import { type Situation } from '../decisions/situation.js';
import { type Bundle } from '../policies/bundle.js';

/**
 * What a message hangs on under a playbook and nobody gathered on the day of its decision, since the playbook of that day did not ask: when
 * messages are answered, whether a model writes it, what would have been advised. In words; without any of it a situation decides as if the
 * playbook did not ask either.
 */
export function unasked(
  bundle: Bundle,
  then: Bundle,
  situation: Situation,
  { action, channel, review }: Pick<DecisionResult, 'action' | 'channel' | 'review'>,
): string[] {
  const spec = bundle.actions.get(action)?.spec;
  if (spec === undefined || channel === null) return [];
  const asksOnly = (asks: (playbook: Bundle) => boolean): boolean => asks(bundle) && !asks(then);
  const isReviewed = (playbook: Bundle): boolean =>
    reviewedActions(playbook, situation).some(({ id }) => id === action);
  const isAdvised = ({ triggers }: Bundle): boolean =>
    situation.trigger !== null && triggers.get(situation.trigger.id)?.spec.advice !== undefined;
  return [
    ...(spec.bestHours === true &&
    spec.class === 'marketing' &&
    asksOnly((playbook) => hourChannels(playbook, situation).includes(channel))
      ? [`when messages on ${channel} are answered`]
      : []),
    // Where a rule asks for a signature, a model's draft needs none besides.
    ...(spec.draft.mode === 'model' && review === null && asksOnly(isReviewed)
      ? [`whether a model writes ${action}`]
      : []),
    ...(situation.advice === null && asksOnly(isAdvised) ? ['what would have been advised'] : []),
  ];
}
