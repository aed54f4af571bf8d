import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import { type z } from 'zod';
import { ADVICE_PROMPT, type AdvicePromptInput } from './advice/advice-input.js';
import { problemsOf as problemsOfAdvice } from './advice/model-advice.js';
import { readEnvironment } from './config/environment.js';
import { type AskedDraft } from './drafting/asked-draft.js';
import {
  parsePrompt,
  parsePromptOf,
  type Prompt,
  type PromptKind,
  type PromptResult,
} from './drafting/prompt.js';
import {
  problemsOfTemplate,
  TEMPLATE_PROMPT,
  type TemplatePromptInput,
} from './drafting/template-writing.js';
import { Database } from './platform/database/index.js';
import { DEFAULT_LIMITS, LlmGateway, writePrompt } from './platform/llm/index.js';
import { clockFor } from './platform/runtime.js';
import { Metrics } from './platform/telemetry/index.js';
import { type Bundle } from './policies/bundle.js';
import { compilePlaybook } from './policies/compiler.js';
import { readPlaybookFolder } from './policies/playbook.folder.js';
import { YamlFile } from './policies/yaml-file.js';
import { type Json } from './shared/canonical-json.js';
import { adviceEvaluationSchema, adviceQuestionOf, markAdvice } from './rehearsal/evaluate-advice.js';
import { askOf, mark, type Marks, questionOf } from './rehearsal/evaluate-prompt.js';
import { markTemplate, templateEvaluationSchema, templateQuestionOf } from './rehearsal/evaluate-template.js';
import { type Evaluation, evaluationSchema } from './rehearsal/evaluation.js';

const USAGE = `npm run prompts -- eval <prompt> [--live]      judges the answers in <prompts>/evals/<prompt>.yaml; --live asks the endpoint of OPENAI_API_KEY too
npm run prompts -- eval advice/<id> [--live]  the same of a prompt for advice, by <prompts>/advice/evals/<id>.yaml
npm run prompts -- eval template/<id> [--live]  the same of a prompt for templates, by <prompts>/template/evals/<id>.yaml
npm run prompts -- diff <old file> <new file>  what two versions of a prompt ask, case by case; both of drafts, both of advice, or both of templates`;

/** Before the id of a prompt for advice. */
const ADVICE = 'advice/';
/** Before the id of a prompt for templates. */
const TEMPLATE = 'template/';

type ExitCode = 0 | 1 | 2;

class CannotLook extends Error {
  override readonly name = 'CannotLook';
}

const environment = readEnvironment(process.env);

async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new CannotLook(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
}

async function playbook(): Promise<Bundle> {
  const result = compilePlaybook(await readPlaybookFolder(environment.POLICIES_DIR));
  if (result.ok) return result.bundle;
  const [first] = result.errors;
  throw new CannotLook(
    `${environment.POLICIES_DIR}/${first?.file ?? ''}: ${first?.message ?? 'does not compile'}`,
  );
}

async function promptIn(path: string): Promise<Prompt> {
  return usable(parsePrompt(path, await text(path)));
}

function usable<Input extends string>(result: PromptResult<Input>): Prompt<Input> {
  if (result.ok) return result.prompt;
  const lines = result.errors.map(
    ({ file, line, column, message }) => `${file}:${line}:${column} ${message}`,
  );
  throw new CannotLook(lines.join('\n'));
}

/** A file of cases, read by its schema; every mistake at its place. */
async function casesIn<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const read = YamlFile.parse(path, await text(path));
  if ('errors' in read)
    throw new CannotLook(read.errors.map(({ line, message }) => `${path}:${line} ${message}`).join('\n'));
  const parsed = schema.safeParse(read.value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const { line, column, message } = read.file.error(issue.path.filter((key) => typeof key !== 'symbol'), issue.message); // prettier-ignore
    return `${path}:${line}:${column} ${message}`;
  });
  throw new CannotLook(problems.join('\n'));
}

async function adviceIn(path: string): Promise<Prompt<AdvicePromptInput>> {
  return usable(parsePromptOf(ADVICE_PROMPT, path, await text(path)));
}

async function templateIn(path: string): Promise<Prompt<TemplatePromptInput>> {
  return usable(parsePromptOf(TEMPLATE_PROMPT, path, await text(path)));
}

function adviceCases(id: string): Promise<z.output<typeof adviceEvaluationSchema>> {
  return casesIn(join(environment.PROMPTS_DIR, 'advice', 'evals', `${id}.yaml`), adviceEvaluationSchema);
}

function templateCases(id: string): Promise<z.output<typeof templateEvaluationSchema>> {
  return casesIn(join(environment.PROMPTS_DIR, 'template', 'evals', `${id}.yaml`), templateEvaluationSchema);
}

function evaluationOf(prompt: string): Promise<Evaluation> {
  return casesIn(join(environment.PROMPTS_DIR, 'evals', `${prompt}.yaml`), evaluationSchema);
}

/** What became of one answer: whether it did what was expected of it, and what was found wrong with it. */
interface Outcome {
  readonly model: string;
  readonly good: boolean;
  readonly marks: readonly string[];
}

/** A case of any kind, as far as it is asked and its answers are judged. */
interface Asked {
  readonly case: string;
  readonly answers: readonly { readonly model: string; readonly good: boolean; readonly answer: unknown }[];
  /** What the prompt is given. */
  readonly input: Readonly<Record<string, Json>>;
  /** How the service would ask. */
  readonly ask: AskedDraft;
  readonly mark: (answer: unknown) => Marks | Promise<Marks>;
}

/** A case as it is asked. @throws CannotLook when nothing can be asked of it, with the reason that stands in the question's place. */
function askedOf<Q extends Pick<Asked, 'input'>>(
  given: Pick<Asked, 'case' | 'answers'>,
  question: Q | string,
  askBy: (question: Q) => AskedDraft,
  markBy: (question: Q, answer: unknown) => ReturnType<Asked['mark']>,
): Asked {
  if (typeof question === 'string') throw new CannotLook(`${given.case}: ${question}`);
  return {
    ...given,
    input: question.input,
    ask: askBy(question),
    mark: (answer) => markBy(question, answer),
  };
}

async function evaluate(id: string, live: boolean): Promise<ExitCode> {
  const bundle = await playbook();
  const prompt = await promptIn(join(environment.PROMPTS_DIR, `${id}.md`));
  const { passMark, cases } = await evaluationOf(id);
  const asked = cases.map((each) =>
    askedOf(
      each,
      questionOf(bundle, prompt, each),
      (question) => askOf(prompt, question),
      (question, answer) => mark(bundle, prompt, question, each, answer),
    ),
  );
  return judge(bundle, prompt, { passMark, live }, asked);
}

async function evaluateAdvice(id: string, live: boolean): Promise<ExitCode> {
  const bundle = await playbook();
  const prompt = await adviceIn(join(environment.PROMPTS_DIR, 'advice', `${id}.md`));
  const { passMark, cases } = await adviceCases(id);
  const asked = cases.map((each) =>
    askedOf(
      each,
      adviceQuestionOf(bundle, prompt, each),
      ({ limits }) => ({
        schemaName: 'advice',
        schema: prompt.output,
        settings: prompt.settings,
        check: (answer) => problemsOfAdvice(answer, limits),
      }),
      (question, answer) => markAdvice(prompt, question, each, answer),
    ),
  );
  return judge(bundle, prompt, { passMark, live }, asked);
}

async function evaluateTemplate(id: string, live: boolean): Promise<ExitCode> {
  const bundle = await playbook();
  const prompt = await templateIn(join(environment.PROMPTS_DIR, 'template', `${id}.md`));
  const { passMark, cases } = await templateCases(id);
  const asked = cases.map((each) =>
    askedOf(
      each,
      templateQuestionOf(bundle, prompt, each),
      ({ offered }) => ({
        schemaName: 'template',
        schema: prompt.output,
        settings: prompt.settings,
        check: (answer) => problemsOfTemplate(answer, offered),
      }),
      (question, answer) => markTemplate(bundle, prompt, question, each, answer),
    ),
  );
  return judge(bundle, prompt, { passMark, live }, asked);
}

async function judge(
  bundle: Bundle,
  prompt: Prompt<string>,
  { passMark, live }: { passMark: number; live: boolean },
  cases: readonly Asked[],
): Promise<ExitCode> {
  const endpoint = live ? await openEndpoint() : null;
  let passed = 0;
  let asked = 0;
  let missed = 0;
  try {
    for (const each of cases) {
      const answers = [
        ...each.answers,
        ...(endpoint === null ? [] : [await endpoint.ask(bundle, prompt, each)]),
      ];
      for (const { model, good, answer } of answers) {
        const marks = answer === null ? ['no answer'] : await each.mark(answer);
        report(each, { model, good, marks });
        if (!good) missed += marks.length === 0 ? 1 : 0;
        else asked++;
        if (good && marks.length === 0) passed++;
      }
    }
  } finally {
    await endpoint?.close();
  }
  const share = asked === 0 ? 0 : passed / asked;
  console.log(`${prompt.id} ${prompt.version}: ${passed} of ${asked} answers pass, ${missed} bad ones were missed; the mark is ${passMark}`); // prettier-ignore
  return asked > 0 && share >= passMark && missed === 0 ? 0 : 1;
}

function report({ case: name }: Asked, { model, good, marks }: Outcome): void {
  const verdict = good
    ? marks.length === 0
      ? 'passes'
      : 'FAILS'
    : marks.length === 0
      ? 'MISSED'
      : 'is found out';
  console.log(`${name} [${model}] ${verdict}`);
  for (const each of marks) console.log(`  ${each}`);
}

interface LiveAnswer {
  readonly model: string;
  readonly good: true;
  readonly answer: unknown;
}

/** The service's own way to the model, with a database in memory for what it counts. */
async function openEndpoint(): Promise<{
  ask(bundle: Bundle, prompt: Prompt<string>, asked: Asked): Promise<LiveAnswer>;
  close(): Promise<void>;
}> {
  if (environment.OPENAI_API_KEY === undefined)
    throw new CannotLook(
      'OPENAI_API_KEY should be set, and OPENAI_BASE_URL for another endpoint: --live asks it',
    );
  const database = await Database.open({ engine: 'embedded' });
  const gateway = new LlmGateway(environment, database, clockFor(undefined), DEFAULT_LIMITS, new Metrics());
  let number = 0;
  return {
    ask: async (bundle, prompt, { input, ask }) => {
      const outcome = await gateway.generate<unknown>({
        prompt: prompt.text,
        input,
        ...ask,
        prices: bundle.engine.modelPrices,
        concurrency: 1,
        tokensPerDay: null,
        purpose: `evaluation ${++number}`,
      });
      if (outcome.kind !== 'ok') console.log(`  ${outcome.kind}: ${outcome.detail}`);
      return { model: outcome.model, good: true, answer: outcome.kind === 'ok' ? outcome.value : null };
    },
    close: () => database.close(),
  };
}

/** Two versions of a prompt over the cases of the newer one: what each asks, or why it cannot be asked. */
interface Compared {
  readonly versions: readonly [string, string];
  readonly cases: readonly { readonly case: string; readonly asks: readonly [string, string] }[];
}

/** @param read a version of the prompt. @param evaluations the file of the newer one's cases. */
async function compared<P extends Prompt<string>, C extends { readonly case: string }>(
  [before, after]: readonly [string, string],
  read: (path: string) => Promise<P>,
  casesOf: (id: string) => Promise<{ readonly cases: readonly C[] }>,
  question: (prompt: P, each: C) => string | { readonly input: Readonly<Record<string, Json>> },
): Promise<Compared> {
  const [older, newer] = [await read(before), await read(after)];
  const { cases } = await casesOf(newer.id);
  const asked = (prompt: P, each: C): string => written(prompt, each.case, question(prompt, each));
  return {
    versions: [older.version, newer.version],
    cases: cases.map((each) => ({ case: each.case, asks: [asked(older, each), asked(newer, each)] })),
  };
}

/** A case as the model would read it. @throws CannotLook where it cannot be asked. */
function written(
  prompt: Prompt<string>,
  name: string,
  question: string | { readonly input: Readonly<Record<string, Json>> },
): string {
  if (typeof question === 'string') throw new CannotLook(`${name}: ${question}`);
  return writePrompt(prompt.text, question.input);
}

/** By what it answers; one with a mistake by the folder it lies in, so that the mistake is told. */
async function isOf<Input extends string>(
  kind: PromptKind<Input>,
  folder: string,
  path: string,
): Promise<boolean> {
  return basename(dirname(path)) === folder || parsePromptOf(kind, path, await text(path)).ok;
}

async function compare(files: readonly [string, string]): Promise<Compared> {
  const bundle = await playbook();
  if (await isOf(ADVICE_PROMPT, 'advice', files[1]))
    return compared(files, adviceIn, adviceCases, (prompt, each) => adviceQuestionOf(bundle, prompt, each));
  if (await isOf(TEMPLATE_PROMPT, 'template', files[1]))
    return compared(files, templateIn, templateCases, (prompt, each) => templateQuestionOf(bundle, prompt, each)); // prettier-ignore
  return compared(files, promptIn, evaluationOf, (prompt, each) => questionOf(bundle, prompt, each));
}

async function diff(before: string, after: string): Promise<ExitCode> {
  const { versions, cases } = await compare([before, after]);
  let differs = false;
  for (const { case: name, asks } of cases) {
    if (asks[0] === asks[1]) continue;
    differs = true;
    console.log(`# ${name}`);
    console.log(createTwoFilesPatch(basename(before), basename(after), `${asks[0]}\n`, `${asks[1]}\n`, ...versions)); // prettier-ignore
  }
  if (!differs) console.log('both ask the same in every case');
  return 0;
}

async function run(): Promise<ExitCode> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { live: { type: 'boolean', default: false } },
  });
  const [command, first, second, ...rest] = positionals;
  if (command === 'eval' && first !== undefined && second === undefined)
    return first.startsWith(ADVICE)
      ? evaluateAdvice(first.slice(ADVICE.length), values.live)
      : first.startsWith(TEMPLATE)
        ? evaluateTemplate(first.slice(TEMPLATE.length), values.live)
        : evaluate(first, values.live);
  if (command === 'diff' && first !== undefined && second !== undefined && rest.length === 0)
    return diff(first, second);
  console.error(USAGE);
  return 2;
}

try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof CannotLook) && !(error instanceof TypeError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
