import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { ADVICE_PROMPT } from '../../src/advice/advice-input.js';
import { parsePrompt, parsePromptOf, type Prompt } from '../../src/drafting/prompt.js';
import { TEMPLATE_PROMPT } from '../../src/drafting/template-writing.js';
import { type Bundle } from '../../src/policies/bundle.js';
import { compilePlaybook } from '../../src/policies/compiler.js';
import { readPlaybookFolder } from '../../src/policies/playbook.folder.js';
import { adviceEvaluationSchema, adviceQuestionOf, markAdvice } from '../../src/rehearsal/evaluate-advice.js'; // prettier-ignore
import { mark, questionOf } from '../../src/rehearsal/evaluate-prompt.js';
import { markTemplate, templateEvaluationSchema, templateQuestionOf } from '../../src/rehearsal/evaluate-template.js'; // prettier-ignore
import { type EvaluationCase, evaluationSchema } from '../../src/rehearsal/evaluation.js';
import { type Behaviour, FakeOpenAi } from '../fakes/openai-server.js';

describe('the evaluations of the shipped prompts', () => {
  let bundle: Bundle;
  beforeAll(async () => {
    const result = compilePlaybook(await readPlaybookFolder('policies'));
    if (!result.ok) throw new Error(result.errors[0]?.message);
    ({ bundle } = result);
  });

  async function load(id: string): Promise<{ prompt: Prompt; cases: readonly EvaluationCase[] }> {
    const read = parsePrompt(`prompts/${id}.md`, await readFile(`prompts/${id}.md`, 'utf8'));
    if (!read.ok) throw new Error(read.errors[0]?.message);
    const text = await readFile(`prompts/evals/${id}.yaml`, 'utf8');
    return { prompt: read.prompt, cases: evaluationSchema.parse(parse(text)).cases };
  }

  it('let good answers pass and find bad ones out', async () => {
    const files = await readdir('prompts/evals');
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const { prompt, cases } = await load(file.replace('.yaml', ''));
      for (const each of cases) {
        const question = questionOf(bundle, prompt, each);
        if (typeof question === 'string') throw new Error(question);
        for (const { model, answer, good } of each.answers) {
          const marks = await mark(bundle, prompt, question, each, answer);
          expect({ file, case: each.case, model, good, marks: good ? marks : marks.length > 0 }).toEqual({
            file,
            case: each.case,
            model,
            good,
            marks: good ? [] : true,
          });
        }
      }
    }
  });

  async function loadAdvice(id: string) {
    const read = parsePromptOf(ADVICE_PROMPT, `${id}.md`, await readFile(`prompts/advice/${id}.md`, 'utf8'));
    if (!read.ok) throw new Error(read.errors[0]?.message);
    const text = await readFile(`prompts/advice/evals/${id}.yaml`, 'utf8');
    return { prompt: read.prompt, cases: adviceEvaluationSchema.parse(parse(text)).cases };
  }

  it('let good advice pass and find bad advice out', async () => {
    const files = await readdir('prompts/advice/evals');
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const { prompt, cases } = await loadAdvice(file.replace('.yaml', ''));
      for (const each of cases) {
        const question = adviceQuestionOf(bundle, prompt, each);
        if (typeof question === 'string') throw new Error(question);
        for (const { answer, good } of each.answers) {
          const marks = markAdvice(prompt, question, each, answer);
          expect({ case: each.case, good, answer, marks: good ? marks : marks.length > 0 }).toEqual({
            case: each.case,
            good,
            answer,
            marks: good ? [] : true,
          });
        }
      }
    }
  });

  it('let good templates pass and find bad ones out', async () => {
    const files = await readdir('prompts/template/evals');
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const path = `prompts/template/${file.replace('.yaml', '.md')}`;
      const read = parsePromptOf(TEMPLATE_PROMPT, path, await readFile(path, 'utf8'));
      if (!read.ok) throw new Error(read.errors[0]?.message);
      const text = await readFile(`prompts/template/evals/${file}`, 'utf8');
      for (const each of templateEvaluationSchema.parse(parse(text)).cases) {
        const question = templateQuestionOf(bundle, read.prompt, each);
        if (typeof question === 'string') throw new Error(question);
        for (const { model, answer, good } of each.answers) {
          const marks = await markTemplate(bundle, read.prompt, question, each, answer);
          expect({ case: each.case, model, good, marks: good ? marks : marks.length > 0 }).toEqual({
            case: each.case,
            model,
            good,
            marks: good ? [] : true,
          });
        }
      }
    }
  });

  it('say why advice cannot be asked for', async () => {
    const { prompt, cases } = await loadAdvice('next-step');
    const [first] = cases;
    if (first === undefined) throw new Error('no case');
    expect(adviceQuestionOf(bundle, prompt, { ...first, trigger: 'signed-up' })).toContain('does not ask');
    const consents = { email: 'denied' as const, onsite: 'denied' as const };
    const denied = { ...first, given: { ...first.given, consents } };
    expect(adviceQuestionOf(bundle, prompt, denied)).toContain('nothing may be done here');
  });

  it('say why a case cannot be asked', async () => {
    const { prompt, cases } = await load('recover-cart');
    const [first] = cases;
    if (first === undefined) throw new Error('no case');
    expect(questionOf(bundle, prompt, { ...first, action: 'confirm-order' })).toContain('is not drafted by');
    const denied = {
      ...first,
      given: { ...first.given, consents: { email: 'denied' as const, onsite: 'denied' as const } },
    };
    expect(questionOf(bundle, prompt, denied)).toContain('does not take recover-cart here');
  });

  it('mark an answer of the wrong shape, and what it should have said', async () => {
    const { prompt, cases } = await load('recover-cart');
    const [first] = cases;
    const question = first === undefined ? '' : questionOf(bundle, prompt, first);
    if (first === undefined || typeof question === 'string') throw new Error('no question');
    expect((await mark(bundle, prompt, question, first, { subject: 'x' })).join()).toContain('blocks');
    const silent = {
      subject: 'Hello',
      preheader: '',
      blocks: [{ type: 'text', text: 'Hello there.' }],
      claims: [],
    };
    expect(await mark(bundle, prompt, question, first, silent)).toContain('does not say “Tide cup”');
  });

  it('judge each of several wordings, and name the one that is wrong', async () => {
    const { prompt, cases } = await load('win-back');
    const asked = cases.find(({ action }) => action === 'win-back-90');
    const question = asked === undefined ? '' : questionOf(bundle, prompt, asked);
    if (asked === undefined || typeof question === 'string') throw new Error('no question');
    expect(question.input.variants).toMatchObject([{ label: 'offer-first' }, { label: 'goodbye-first' }]);
    const marksOf = async (model: string): Promise<string> => {
      const found = asked.answers.find((each) => each.model.endsWith(model));
      return (await mark(bundle, prompt, question, asked, found?.answer)).join('\n');
    };
    expect(await marksOf('the second left out')).toBe('drafts: there is none labelled "goodbye-first"');
    expect(await marksOf('twice the same')).toContain(
      '"goodbye-first" says nearly the same as "offer-first"',
    );
    const wrong = await marksOf('another discount in the second');
    expect(wrong).toContain('draft "goodbye-first": risk');
    expect(wrong).not.toContain('"offer-first"');
    const deaf = { ...prompt, input: prompt.input.filter((name) => name !== 'variants') };
    expect(questionOf(bundle, deaf, asked)).toBe('win-back-90 wants several variants, and win-back does not read "variants"'); // prettier-ignore
  });

  const register = new URL('../harness/register-typescript.js', import.meta.url).href;

  describe('npm run prompts -- eval --live', () => {
    let model: FakeOpenAi;
    beforeAll(async () => {
      model = await FakeOpenAi.start();
    });
    afterAll(() => model.close());

    it('asks the endpoint each case as the service would, judges what it says, and fails below the mark', async () => {
      const { cases } = await load('win-back');
      const [one, other, several] = cases;
      if (cases.length !== 3 || several?.action !== 'win-back-90')
        throw new Error('win-back has other cases');
      const answer = (of: EvaluationCase | undefined, good: boolean): Behaviour => ({
        kind: 'answer',
        content: of?.answers.find((each) => each.good === good)?.answer,
      });
      // What is one draft where several wordings are asked for cannot be used, and is asked for once more.
      model.behave(answer(one, true), answer(other, false), answer(one, true), answer(several, true));
      const asked = promisify(execFile)(
        process.execPath,
        ['--no-warnings', '--import', register, 'src/prompts-cli.ts', 'eval', 'win-back', '--live'],
        { env: { PATH: process.env['PATH'], ...model.environment } },
      );
      const { stdout, code } = await asked.then(
        (answered) => ({ ...answered, code: 0 }),
        (error: unknown) => error as { stdout: string; code: number },
      );
      expect(stdout).toContain(`${one?.case ?? ''} [test-model] passes\n`);
      expect(stdout).toContain(`${other?.case ?? ''} [test-model] FAILS\n`);
      expect(stdout).toContain(`${several.case} [test-model] passes\n`);
      // It is what the endpoint said that fails, and nothing else.
      expect(stdout).not.toContain('no answer');
      const good = cases.flatMap(({ answers }) => answers.filter((each) => each.good)).length;
      expect(stdout).toContain(
        `: ${good + 2} of ${good + 3} answers pass, 0 bad ones were missed; the mark is 1\n`,
      );
      expect(code).toBe(1);
      expect(model.requests).toHaveLength(4);
      const [single, , , both] = model.requests.map(({ body }) => body);
      expect(JSON.stringify(both?.response_format)).toContain('goodbye-first');
      expect(both?.max_tokens).toBe(2 * (single?.max_tokens ?? 0));
    });
  });

  describe('npm run prompts -- diff', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'countersign-prompts-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    /** The older version lies elsewhere, as one does that was taken out of the history. */
    async function compare(path: string, name: string, change: (text: string) => string): Promise<string> {
      const older = join(folder, name);
      await writeFile(older, change(await readFile(path, 'utf8')));
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--no-warnings', '--import', register, 'src/prompts-cli.ts', 'diff', older, path],
        // What it compares needs nothing else; the suite may run with a Redis that only a service with keys may use.
        { env: { PATH: process.env['PATH'] } },
      );
      return stdout;
    }

    it('shows what two versions of a prompt for advice ask, case by case', async () => {
      const path = 'prompts/advice/next-step.md';
      const said = await compare(path, 'next-step.md', (text) =>
        text.replace('\n# user\n', '\n# user\n\nThink of the weather as well.\n'),
      );
      const { cases } = await loadAdvice('next-step');
      for (const each of cases) expect(said).toContain(`# ${each.case}\n`);
      expect(said).toContain('-Think of the weather as well.');
      expect(await compare(path, 'next-step.md', (text) => text)).toBe('both ask the same in every case\n');
    });

    it('shows the same of a prompt for templates', async () => {
      const said = await compare('prompts/template/signed-template.md', 'signed-template.md', (text) =>
        text.replace('\n# user\n', '\n# user\n\nWrite it in verse.\n'),
      );
      expect(said).toContain('-Write it in verse.');
    });

    it('shows the same of a prompt for drafts', async () => {
      const said = await compare('prompts/recover-cart.md', 'recover-cart.md', (text) =>
        text.replace('\n# user\n', '\n# user\n\nWrite it in verse.\n'),
      );
      expect(said).toContain('-Write it in verse.');
    });
  });
});
