import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import { readEnvironment } from './config/environment.js';
import { parsePrompt, type Prompt } from './drafting/prompt.js';
import { Database } from './platform/database/index.js';
import { DEFAULT_LIMITS, LlmGateway, writePrompt } from './platform/llm/index.js';
import { clockFor } from './platform/runtime.js';
import { Metrics } from './platform/telemetry/index.js';
import { type Bundle } from './policies/bundle.js';
import { compilePlaybook } from './policies/compiler.js';
import { readPlaybookFolder } from './policies/playbook.folder.js';
import { YamlFile } from './policies/yaml-file.js';
import { mark, type Question, questionOf } from './rehearsal/evaluate-prompt.js';
import { type Evaluation, type EvaluationCase, evaluationSchema } from './rehearsal/evaluation.js';

const USAGE = `npm run prompts -- eval <prompt> [--live]      judges the answers in <prompts>/evals/<prompt>.yaml; --live asks the endpoint of OPENAI_API_KEY too
npm run prompts -- diff <old file> <new file>  what two versions of a prompt ask, case by case`;

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
  const result = parsePrompt(path, await text(path));
  if (result.ok) return result.prompt;
  const lines = result.errors.map(
    ({ file, line, column, message }) => `${file}:${line}:${column} ${message}`,
  );
  throw new CannotLook(lines.join('\n'));
}

async function evaluationOf(prompt: string): Promise<Evaluation> {
  const path = join(environment.PROMPTS_DIR, 'evals', `${prompt}.yaml`);
  const read = YamlFile.parse(path, await text(path));
  if ('errors' in read)
    throw new CannotLook(read.errors.map(({ line, message }) => `${path}:${line} ${message}`).join('\n'));
  const parsed = evaluationSchema.safeParse(read.value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const { line, column, message } = read.file.error(issue.path.filter((key) => typeof key !== 'symbol'), issue.message); // prettier-ignore
    return `${path}:${line}:${column} ${message}`;
  });
  throw new CannotLook(problems.join('\n'));
}

/** What became of one answer: whether it did what was expected of it, and what was found wrong with it. */
interface Outcome {
  readonly model: string;
  readonly good: boolean;
  readonly marks: readonly string[];
}

async function evaluate(id: string, live: boolean): Promise<ExitCode> {
  const bundle = await playbook();
  const prompt = await promptIn(join(environment.PROMPTS_DIR, `${id}.md`));
  const { passMark, cases } = await evaluationOf(id);
  const endpoint = live ? await openEndpoint() : null;
  let passed = 0;
  let asked = 0;
  let missed = 0;
  try {
    for (const each of cases) {
      const question = questionOf(bundle, prompt, each);
      if (typeof question === 'string') throw new CannotLook(`${each.case}: ${question}`);
      const answers = [
        ...each.answers,
        ...(endpoint === null ? [] : [await endpoint.ask(bundle, prompt, question)]),
      ];
      for (const { model, good, answer } of answers) {
        const marks = answer === null ? ['no answer'] : await mark(bundle, prompt, question, each, answer);
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

function report({ case: name }: EvaluationCase, { model, good, marks }: Outcome): void {
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
  ask(bundle: Bundle, prompt: Prompt, question: Question): Promise<LiveAnswer>;
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
    ask: async (bundle, prompt, { input }) => {
      const outcome = await gateway.generate<unknown>({
        prompt: prompt.text,
        input,
        schemaName: `${prompt.kind}_draft`,
        schema: prompt.output,
        settings: prompt.settings,
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

async function diff(before: string, after: string): Promise<ExitCode> {
  const bundle = await playbook();
  const [older, newer] = [await promptIn(before), await promptIn(after)];
  const { cases } = await evaluationOf(newer.id);
  let differs = false;
  for (const each of cases) {
    const written = [older, newer].map((prompt) => {
      const question = questionOf(bundle, prompt, each);
      if (typeof question === 'string') throw new CannotLook(`${each.case}: ${question}`);
      return writePrompt(prompt.text, question.input);
    });
    if (written[0] === written[1]) continue;
    differs = true;
    console.log(`# ${each.case}`);
    console.log(createTwoFilesPatch(basename(before), basename(after), `${written[0] ?? ''}\n`, `${written[1] ?? ''}\n`, older.version, newer.version)); // prettier-ignore
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
  if (command === 'eval' && first !== undefined && second === undefined) return evaluate(first, values.live);
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
