import { type Action, type Channel } from '../policies/playbook.js';
import { type Candidate, type Models } from './decision.js';
import { type Situation } from './situation.js';

const WEEK_MS = 7 * 86_400_000;
/** Each marketing message of the last seven days makes the next contact dearer by this share of its cost. */
const FATIGUE_PER_MESSAGE = 0.5;

/** Rounds to a millionth, so that no last bit of a floating-point figure ever decides or differs. */
export function quantise(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** Marketing messages sent or waiting in the last seven days. */
function recentContacts(situation: Situation): number {
  const since = Date.parse(situation.now) - WEEK_MS;
  return situation.history.filter(
    (message) => message.class === 'marketing' && (message.open || Date.parse(message.at) > since),
  ).length;
}

/** The expected value of a contact: propensity × value − cost, in minor units of the brand's currency. Cost is money and patience. */
export function scoreOf(
  situation: Situation,
  models: Models,
  action: Action,
  channel: Channel,
): Candidate['score'] {
  const learned = Object.hasOwn(models.propensity, action.id) ? models.propensity[action.id] : undefined;
  const propensity = learned ?? action.propensity;
  const cost = channel.contactCost * (1 + FATIGUE_PER_MESSAGE * recentContacts(situation));
  return {
    propensity: quantise(propensity),
    value: quantise(action.value),
    cost: quantise(cost),
    total: quantise(propensity * action.value - cost),
  };
}

export const NO_SCORE: Candidate['score'] = { propensity: 0, value: 0, cost: 0, total: 0 };
