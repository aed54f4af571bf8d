import { Injectable } from '@nestjs/common';
import { type Executor } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';
import { type AdviceSettings } from '../policies/playbook.js';
import { Clock } from '../shared/clock.js';
import { adviceFromHistory } from './advice-from-history.js';
import { Adviser, type AdviceQuestion, type ModelAnswer } from './adviser.port.js';
import { examine } from './candidates.js';
import { PRIOR_MODELS } from './decision.js';
import { type Advice, type Situation } from './situation.js';
import { readUsualHours } from './usual-hours.read-model.js';

/** Advice for decisions: whom to ask, and what becomes of the answer. */
@Injectable()
export class AdvisingService {
  constructor(
    private readonly adviser: Adviser,
    private readonly clock: Clock,
  ) {}

  /** Whether the model has to be asked before this trigger's firing is decided. */
  isModelAsked(bundle: Bundle, triggerId: string): boolean {
    const settings = bundle.triggers.get(triggerId)?.spec.advice;
    return settings !== undefined && this.adviser.isAsked(settings);
  }

  /** What to ask; null where nothing can be done, so that there is nothing to ask about. */
  questionFor(bundle: Bundle, situation: Situation): AdviceQuestion | null {
    const { trigger } = situation;
    const settings = trigger === null ? undefined : bundle.triggers.get(trigger.id)?.spec.advice;
    if (trigger === null || settings === undefined) return null;
    const examination = examine(bundle, situation, PRIOR_MODELS);
    if (!examination.examined.some(({ candidate }) => candidate.eligible)) return null;
    return { bundle, triggerId: trigger.id, settings, examination, purpose: trigger.firingId };
  }

  ask(question: AdviceQuestion, signal: AbortSignal): Promise<ModelAnswer> {
    return this.adviser.ask(question, signal);
  }

  /**
   * The advice that a situation is decided with: the model's, else that of the person's own history as it is now; null where the playbook asks for
   * none and where nothing can be done.
   * @param answer the model's; null when it was not asked.
   */
  async adviceFor(
    db: Executor,
    bundle: Bundle,
    situation: Situation,
    answer: ModelAnswer | null,
  ): Promise<Advice | null> {
    if (answer?.kind === 'advice') return answer.advice;
    const question = this.questionFor(bundle, situation);
    if (question === null) return null;
    const { examination, settings } = question;
    return {
      from: 'history',
      at: this.clock.now().toISOString(),
      ...adviceFromHistory({ examination, settings, everyone: await readUsualHours(db) }),
      dropped: [],
      instead: this.insteadOf(answer, settings),
      asked: answer?.asked ?? null,
      shown: answer?.shown ?? null,
    };
  }

  /** Why the model does not advise, where the playbook would have it asked. */
  private insteadOf(
    answer: Exclude<ModelAnswer, { kind: 'advice' }> | null,
    settings: AdviceSettings,
  ): Advice['instead'] {
    if (answer !== null) return { code: answer.code, text: answer.text };
    if (settings.prompt === undefined) return null;
    return this.adviser.isAsked(settings)
      ? { code: 'not_asked', text: 'nothing could be done when it was to be asked.' }
      : { code: 'no_model', text: 'no model is configured.' };
  }
}
