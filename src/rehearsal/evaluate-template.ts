import { z } from 'zod';
import { type Prompt } from '../drafting/prompt.js';
import {
  type OfferedSlots,
  problemsOfTemplate,
  slotsOffered,
  templateInput,
  type TemplatePromptInput,
  toTemplate,
  withTemplate,
} from '../drafting/template-writing.js';
import { type Bundle } from '../policies/bundle.js';
import { compilePlaybook } from '../policies/compiler.js';
import { type Fact, factSchema } from '../policies/fact.js';
import { type Json } from '../shared/canonical-json.js';
import { type Marks } from './evaluate-prompt.js';
import { answersSchema } from './evaluation.js';
import { tryTemplate } from './try-template.js';

const caseSchema = z.strictObject({
  case: z.string().min(1),
  action: z.string().min(1),
  locale: z.string().default('en'),
  wish: z.string().default(''),
  now: z.iso.datetime(),
  /** By the action's slots. */
  facts: z.record(z.string(), factSchema),
  answers: answersSchema,
});

/** prompts/template/evals/<prompt>.yaml */
export const templateEvaluationSchema = z.strictObject({
  /** Share of good answers that have to pass. */
  passMark: z.number().min(0).max(1),
  cases: z.array(caseSchema).min(1),
});
type TemplateCase = z.output<typeof caseSchema>;

/** A case, ready to be asked. */
interface TemplateQuestion {
  readonly input: Partial<Record<TemplatePromptInput, Json>>;
  readonly offered: OfferedSlots;
}

/** @returns the question, or why the case cannot be asked. */
export function templateQuestionOf(
  bundle: Bundle,
  prompt: Prompt<TemplatePromptInput>,
  asked: TemplateCase,
): TemplateQuestion | string {
  const action = bundle.actions.get(asked.action)?.spec;
  if (action === undefined) return `the playbook has no action ${asked.action}`;
  const offered = slotsOffered(action, bundle.vocabulary);
  const { wish, locale } = asked;
  const whole = templateInput({ brand: bundle.brand, action, offered, wish, locale });
  return { offered, input: Object.fromEntries(prompt.input.map((name) => [name, whole[name]])) };
}

/** Judges an answer as the service would: by the schema, the rules of templates, the compiler, and every check, filled in both ways. */
export async function markTemplate(
  bundle: Bundle,
  prompt: Prompt<TemplatePromptInput>,
  { offered }: TemplateQuestion,
  asked: TemplateCase,
  answer: unknown,
): Promise<Marks> {
  const parsed = prompt.output.safeParse(answer);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  const problems = problemsOfTemplate(parsed.data, offered);
  if (problems.length > 0) return problems;
  const action = bundle.actions.get(asked.action)?.spec;
  const channel = action?.channels.find((id) => bundle.channels.get(id)?.kind === 'email');
  if (action === undefined || channel === undefined) return [`${asked.action} sends no mail`];
  const template = toTemplate(parsed.data, offered, {
    id: 'evaluated',
    action: action.id,
    channel,
    locale: asked.locale,
    priority: 0,
    maxAudience: 1,
    expires: '9999-12-31',
    owner: action.owner,
  });
  const files = { ...bundle.files, 'templates/evaluated.yaml': withTemplate('', template) };
  const compiled = compilePlaybook(files);
  if (!compiled.ok) return compiled.errors.map(({ message }) => message);
  const facts: Readonly<Record<string, Fact>> = asked.facts;
  const result = await tryTemplate(compiled.bundle, template.id, [facts], asked.now);
  if (!result.ok) return [result.problem];
  return result.trials
    .filter(({ risk }) => !(risk < bundle.engine.riskThreshold))
    .flatMap(({ filled, risk, signs }) => [
      `${filled}: risk ${risk.toFixed(2)}`,
      ...signs.map((sign) => `  ${sign}`),
    ]);
}
