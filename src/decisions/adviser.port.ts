import { type AdviceSettings } from '../policies/playbook.js';
import { type Bundle } from '../policies/bundle.js';
import { type Examination } from './candidates.js';
import { type Advice } from './situation.js';

/** What the language model is asked about. */
export interface AdviceQuestion {
  readonly bundle: Bundle;
  readonly triggerId: string;
  readonly settings: AdviceSettings;
  /** The situation and everything that could be done in it. */
  readonly examination: Examination;
  /** The same question for the same purpose is not paid for twice: the firing's id. */
  readonly purpose: string;
}

type Asking = Pick<Advice, 'asked' | 'shown'>;

/** The model's advice, or why there is none. */
export type ModelAnswer =
  | { readonly kind: 'advice'; readonly advice: Advice }
  | ({ readonly kind: 'none'; readonly code: string; readonly text: string } & Asking);

/**
 * Who can be asked for advice outside of any transaction. A port: writing to the model is the business of a later stage, and whoever knows the
 * order of the stages provides it.
 */
export abstract class Adviser {
  /** Whether there is a model to ask, and the playbook says with which prompt. */
  abstract isAsked(settings: AdviceSettings): boolean;
  /** Never throws for what a model does. @throws Stopping when the process ends meanwhile: nobody has answered then. */
  abstract ask(question: AdviceQuestion, signal: AbortSignal): Promise<ModelAnswer>;
}
