import { actionsUp } from '../decisions/candidates.js';
import { decide } from '../decisions/decide.js';
import { type DecisionResult, PRIOR_MODELS } from '../decisions/decision.js';
import { toExpressionSource } from '../decisions/expression-source.js';
import { type Situation } from '../decisions/situation.js';
import { type AskedDraft, askedDraft } from '../drafting/asked-draft.js';
import { toContent } from '../drafting/content.js';
import { type ChannelDraft } from '../drafting/draft.js';
import { languageFor, languageOf } from '../drafting/locale.js';
import { type DraftLimits, problemsOf, toDraft } from '../drafting/model-draft.js';
import { linksFor, type ModelInput, modelInput } from '../drafting/model-input.js';
import { type Prompt } from '../drafting/prompt.js';
import { readVariants } from '../drafting/variants.js';
import { type Bundle, type CompiledAction } from '../policies/bundle.js';
import { type Fact } from '../policies/fact.js';
import { type AskedVariant, type Channel, promptFor, variantsAsked } from '../policies/playbook.js';
import { assess } from '../risk/assess.js';
import { purposeOf } from '../risk/check.js';
import { normalised } from '../risk/draft-text.js';
import { type EvaluationCase } from './evaluation.js';
import { NO_EXPECTATION, situationOf } from './given.js';
import { withoutChance } from './run-tests.js';

/** A case, ready to be asked: what the prompt is given, and what answers are judged by. */
export interface Question {
  readonly input: Partial<ModelInput>;
  readonly situation: Situation;
  readonly result: DecisionResult;
  readonly action: CompiledAction;
  readonly channel: Channel;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly limits: DraftLimits;
  /** Empty where one draft is asked for. */
  readonly wordings: readonly AskedVariant[];
  readonly locale: string;
}

/** What is wrong with an answer; empty when it passes. */
export type Marks = readonly string[];

/** @returns the question, or why the case cannot be asked: its action would not be taken, or writes no mail. */
export function questionOf(playbook: Bundle, prompt: Prompt, asked: EvaluationCase): Question | string {
  const bundle = overOneKind(withoutChance(playbook), asked.action, prompt.kind);
  const action = bundle.actions.get(asked.action);
  if (action === undefined) return `the playbook has no action ${asked.action}`;
  if (promptFor(action.spec, prompt.kind) !== prompt.id && isNamed(playbook, prompt))
    return `the action ${asked.action} is not drafted by ${prompt.id}`;
  const wordings = variantsAsked(action.spec);
  if (wordings.length > 0 && !prompt.input.includes('variants'))
    return `${asked.action} wants several variants, and ${prompt.id} does not read "variants"`;
  const test = { test: asked.case, given: asked.given, actions: [asked.action], trigger: undefined };
  const situation = situationOf(bundle, { ...test, expect: NO_EXPECTATION });
  const result = decide(bundle, situation, PRIOR_MODELS, asked.case);
  if (result.outcome !== 'act' || !actionsUp(bundle, situation).includes(asked.action))
    return `the playbook does not take ${asked.action} here: ${result.reasons.map(({ text }) => text).join(' ')}`;
  const channel = bundle.channels.get(result.channel ?? '');
  if (channel?.kind !== prompt.kind)
    return `${asked.action} does not go over a channel of kind ${prompt.kind} here`;
  const facts = Object.fromEntries(
    Object.entries(result.facts).flatMap(([slot, id]) => {
      const fact = situation.facts.find((each) => each.id === id);
      return fact === undefined ? [] : [[slot, fact]];
    }),
  );
  const locale = languageFor(bundle, situation.profile.locale);
  const request = {
    brand: bundle.brand,
    action: action.spec,
    vocabulary: bundle.vocabulary,
    source: toExpressionSource(situation, facts),
    locale,
    leavesAt: result.sendAt ?? situation.now,
    requiredText: result.textLimits.required,
    forbiddenText: result.textLimits.forbidden,
    examples: [],
  };
  const whole = modelInput(request);
  const input = Object.fromEntries(prompt.input.map((name) => [name, whole[name]]));
  const limits = { links: linksFor(request), factIds: Object.values(facts).map(({ id }) => id) };
  return { input, situation, result, action, channel, facts, limits, wordings, locale };
}

/** How the service would ask for it. */
export function askOf(prompt: Prompt, { wordings, limits }: Question): AskedDraft {
  return askedDraft(prompt, wordings, limits);
}

/** A prompt that no action names is there for any: its cases may be about whichever they like. */
function isNamed(bundle: Bundle, { id, kind }: Prompt): boolean {
  return [...bundle.actions.values()].some(({ spec }) => promptFor(spec, kind) === id);
}

/** The action as if it went over channels of one kind alone, and as if they were switched on. */
function overOneKind(bundle: Bundle, id: string, kind: Channel['kind']): Bundle {
  const action = bundle.actions.get(id);
  if (action === undefined) return bundle;
  const channels = new Map(
    [...bundle.channels].map(([name, each]) => [
      name,
      each.kind === kind ? { ...each, enabled: true } : each,
    ]),
  );
  const own = action.spec.channels.filter((each) => channels.get(each)?.kind === kind);
  const spec = { ...action.spec, channels: own };
  return { ...bundle, channels, actions: new Map(bundle.actions).set(id, { ...action, spec }) };
}

/**
 * Judges an answer as the service would: by the prompt's schema, the draft's rules, every check of risk, and what the case expects. Of
 * several wordings each is judged, and none may be left out.
 */
export async function mark(
  bundle: Bundle,
  prompt: Prompt,
  question: Question,
  asked: EvaluationCase,
  answer: unknown,
): Promise<Marks> {
  const { wordings, limits } = question;
  const parsed = askOf(prompt, question).schema.safeParse(answer);
  if (!parsed.success)
    return parsed.error.issues.map(
      ({ path, message }) => `${path.map(String).join('.') || 'answer'}: ${message}`,
    );
  if (wordings.length === 0) {
    const problems = problemsOf(prompt.kind, parsed.data, limits);
    if (problems.length > 0) return problems;
    return markDraft(bundle, prompt, question, asked, toDraft(prompt.kind, parsed.data));
  }
  const { variants, problems } = readVariants(prompt.kind, parsed.data, wordings, limits);
  const marks = await Promise.all(
    variants.map(async ({ label, written }) =>
      (await markDraft(bundle, prompt, question, asked, written)).map((each) => `draft "${label}": ${each}`),
    ),
  );
  return [...problems, ...marks.flat()];
}

async function markDraft(
  bundle: Bundle,
  prompt: Prompt,
  question: Question,
  asked: EvaluationCase,
  draft: ChannelDraft,
): Promise<Marks> {
  const { facts, situation, result } = question;
  const content = await toContent(draft, {
    brand: bundle.brand,
    channel: question.channel,
    action: question.action.spec,
    offer: result.offer,
    recipient: question.channel.kind === 'email' ? (situation.profile.addresses.email ?? '') : 'nobody',
    locale: question.locale,
    versions: {
      bundle: bundle.hash,
      template: null,
      prompt: { id: prompt.id, version: prompt.version, model: 'evaluation' },
      facts: Object.values(facts).map(({ id, version }) => ({ id, version })),
    },
  });
  const { score, contributions } = assess({
    content,
    decision: result,
    situation,
    facts: situation.facts,
    rivals: [],
    vocabulary: bundle.vocabulary,
    brand: bundle.brand,
    engine: bundle.engine,
    purpose: purposeOf(question.action.spec),
    language: languageOf(languageFor(bundle, situation.profile.locale)),
    told: [],
    template: null,
    audience: 1,
    now: situation.now,
    leavesAt: result.sendAt ?? situation.now,
  });
  const most = asked.expect.riskAtMost;
  const isRisky = most === undefined ? score >= bundle.engine.riskThreshold : score > most;
  const said = normalised([content.subject, content.preheader, content.text].join('\n'));
  return [
    ...(isRisky
      ? [`risk ${score.toFixed(2)}`, ...contributions.map(({ code, text }) => `  ${code}: ${text}`)]
      : []),
    ...asked.expect.says
      .filter((words) => !said.includes(normalised(words)))
      .map((words) => `does not say “${words}”`),
    ...asked.expect.neverSays
      .filter((words) => said.includes(normalised(words)))
      .map((words) => `says “${words}”`),
  ];
}
