import { type Action, type Channel } from '../policies/playbook.js';
import { keepText } from '../shared/canonical-json.js';
import { remembered } from '../shared/remembered.js';
import { type Candidate, type Models } from './decision.js';
import { type Situation } from './situation.js';

const WEEK_MS = 7 * 86_400_000;
/** Each marketing message of the last seven days makes the next contact dearer by this share of its cost. */
const FATIGUE_PER_MESSAGE = 0.5;

/** Rounds to a millionth, so that no last bit of a floating-point figure ever decides or differs. */
export function quantise(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

const contacts = new WeakMap<Situation['history'], { readonly now: string; readonly count: number }>();

/** Marketing messages sent or waiting in the last seven days. */
function recentContacts({ now, history }: Situation): number {
  const known = contacts.get(history);
  if (known?.now === now) return known.count;
  const since = Date.parse(now) - WEEK_MS;
  const count = history.filter(
    (message) => message.class === 'marketing' && (message.open || Date.parse(message.at) > since),
  ).length;
  contacts.set(history, { now, count });
  return count;
}

type Score = Candidate['score'];
/** By action, channel and contacts of a week. */
const scores = new WeakMap<Action, WeakMap<Channel, Map<number, Score>>>();
/** Who was contacted more often is scored anew. */
const MANY_CONTACTS = 20;

/** The expected value of a contact: propensity × value − cost, in minor units of the brand's currency. Cost is money and patience. */
export function scoreOf(situation: Situation, models: Models, action: Action, channel: Channel): Score {
  const contacted = recentContacts(situation);
  const learned = Object.hasOwn(models.propensity, action.id) ? models.propensity[action.id] : undefined;
  if (learned !== undefined || contacted > MANY_CONTACTS)
    return scoreWith(learned ?? action.propensity, action, channel, contacted);
  const byChannel = remembered(scores, action, () => new WeakMap<Channel, Map<number, Score>>());
  const byContacts = remembered(byChannel, channel, () => new Map<number, Score>());
  return remembered(byContacts, contacted, () =>
    keepText(scoreWith(action.propensity, action, channel, contacted)),
  );
}

function scoreWith(propensity: number, action: Action, channel: Channel, contacted: number): Score {
  const cost = channel.contactCost * (1 + FATIGUE_PER_MESSAGE * contacted);
  return {
    propensity: quantise(propensity),
    value: quantise(action.value),
    cost: quantise(cost),
    total: quantise(propensity * action.value - cost),
  };
}

export const NO_SCORE: Candidate['score'] = { propensity: 0, value: 0, cost: 0, total: 0 };
