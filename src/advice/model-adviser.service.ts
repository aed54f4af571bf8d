import { Injectable } from '@nestjs/common';
import { ADVICE_PURPOSE } from '../decisions/advice.js';
import { Adviser, type AdviceQuestion, type ModelAnswer } from '../decisions/index.js';
import { maskText } from '../drafting/model-input.js';
import { LlmGateway, type ModelOutcome } from '../platform/llm/index.js';
import { traced } from '../platform/telemetry/index.js';
import { Stopping } from '../platform/work/index.js';
import { type AdviceSettings, modelTerms } from '../policies/playbook.js';
import { type Json } from '../shared/canonical-json.js';
import { Clock } from '../shared/clock.js';
import { adviceInput, eligible } from './advice-input.js';
import { type AdvicePrompt, AdvicePromptsService } from './advice-prompts.service.js';
import { type AdviceLimits, problemsOf, toAdvice } from './model-advice.js';

type Failed = Exclude<ModelOutcome<unknown>, { readonly kind: 'ok' }>;

/** Why there is no advice from the model, for people. */
const WHY: Readonly<Record<Failed['kind'], string>> = {
  refused: 'it refused to answer',
  truncated: 'its answer was cut off',
  invalid: 'its answer could not be used',
  rate_limited: 'it takes no more questions for now',
  quota: 'its account has nothing left',
  timeout: 'it did not answer in time',
  unavailable: 'it could not be reached',
  circuit_open: 'it failed too often lately and is left alone for a while',
  budget: 'the tokens of the day are spent',
};

/** Asks the language model for advice. */
@Injectable()
export class ModelAdviser extends Adviser {
  constructor(
    private readonly llm: LlmGateway,
    private readonly prompts: AdvicePromptsService,
    private readonly clock: Clock,
  ) {
    super();
  }

  override isAsked({ prompt }: AdviceSettings): boolean {
    return prompt !== undefined && this.llm.available();
  }

  override async ask(question: AdviceQuestion, signal: AbortSignal): Promise<ModelAnswer> {
    const id = question.settings.prompt ?? '';
    const prompt = this.prompts.get(id);
    if (prompt === null) return none('prompt_missing', `the prompt ${id} cannot be used.`, null, null);
    const answer = await traced('ask for advice', { 'countersign.trigger': question.triggerId }, () =>
      this.askWith(prompt, question, signal),
    );
    // The model was not slow, this process is ending: the next start asks it again.
    if (answer.kind === 'none' && signal.reason instanceof Stopping) throw signal.reason;
    return answer;
  }

  private async askWith(
    prompt: AdvicePrompt,
    { bundle, triggerId, settings, examination, purpose }: AdviceQuestion,
    signal: AbortSignal,
  ): Promise<ModelAnswer> {
    const occasion = maskText(bundle.triggers.get(triggerId)?.spec.title ?? triggerId);
    const input = adviceInput(examination, occasion, settings);
    const shown: Record<string, Json> = Object.fromEntries(prompt.input.map((name) => [name, input[name]]));
    const limits: AdviceLimits = {
      candidates: eligible(examination.examined).map(({ candidate }) => candidate),
      now: examination.situation.now,
    };
    const outcome = await this.llm.generate<unknown>({
      prompt: prompt.text,
      input: shown,
      schemaName: 'advice',
      schema: prompt.output,
      check: (answer) => problemsOf(answer, limits),
      settings: prompt.settings,
      ...modelTerms(bundle.engine),
      purpose: `${ADVICE_PURPOSE}${purpose}`,
      signal,
    });
    const asked = { prompt: prompt.id, version: prompt.version, model: outcome.model };
    if (outcome.kind !== 'ok')
      return none(outcome.kind, `${WHY[outcome.kind]} (${maskText(outcome.detail)}).`, asked, shown);
    return {
      kind: 'advice',
      advice: {
        from: 'model',
        at: this.clock.now().toISOString(),
        ...toAdvice(outcome.value, limits),
        instead: null,
        asked,
        shown,
      },
    };
  }
}

function none(
  code: string,
  text: string,
  asked: Extract<ModelAnswer, { kind: 'none' }>['asked'],
  shown: Record<string, Json> | null,
): ModelAnswer {
  return { kind: 'none', code, text, asked, shown };
}
