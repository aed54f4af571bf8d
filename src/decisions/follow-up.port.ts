import { type Tx } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';
import { type Decision } from './decision.js';
import { type Situation } from './situation.js';

/**
 * What follows from a decision to act: the message that it names, made inside the decision's own transaction and under the person's lock. A port:
 * whoever knows the order of the stages implements and provides it.
 */
export abstract class DecisionFollowUp {
  abstract follow(tx: Tx, decision: Decision, situation: Situation, bundle: Bundle): Promise<void>;
}
