import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { parseDocument } from 'yaml';
import { type Environment } from '../config/environment.js';
import { parsePromptOf, type Prompt } from '../drafting/prompt.js';
import {
  problemsOfTemplate,
  slotsOffered,
  TEMPLATE_PROMPT,
  templateInput,
  type TemplatePromptInput,
  toTemplate,
  withTemplate,
} from '../drafting/template-writing.js';
import { Database } from '../platform/database/index.js';
import { Problem } from '../platform/http/index.js';
import { LlmGateway } from '../platform/llm/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { Log } from '../platform/telemetry/index.js';
import { type Bundle } from '../policies/bundle.js';
import { compilePlaybook } from '../policies/compiler.js';
import { type Fact } from '../policies/fact.js';
import {
  type Activator,
  FactsService,
  PoliciesService,
  type Proposal,
  ProposalsService,
} from '../policies/index.js';
import { type Action, modelTerms, type Template } from '../policies/playbook.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { type Trial, tryTemplate } from './try-template.js';

const PROMPT = 'signed-template';
const FILE = 'templates/written.yaml';
/** So many products a template is tried with, where its fact is whichever the person looked at. */
const TRIED_WITH = 3;
const GOOD_FOR_MS = 365 * 86_400_000;

/** A template that somebody wants the model to write. */
interface TemplateWish {
  readonly action: string;
  readonly locale: string;
  /** In the words of whoever asks; empty for nothing. */
  readonly wish: string;
  readonly maxAudience: number;
  /** Whether the model is to write no more drafts of its own for this action. */
  readonly instead: boolean;
}

/** Lets the model write a signed template: once, for many, as a change of the playbook that other people agree to. */
@Injectable()
export class TemplateWriter implements OnModuleInit {
  private readonly log = new Log('prompts');
  private prompt: Prompt<TemplatePromptInput> | null = null;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly policies: PoliciesService,
    private readonly proposals: ProposalsService,
    private readonly facts: FactsService,
    private readonly llm: LlmGateway,
  ) {}

  async onModuleInit(): Promise<void> {
    const folder = join(this.environment.PROMPTS_DIR, 'template');
    // A folder that is not there holds no prompts.
    const names: readonly string[] = await readdir(folder).catch(() => []);
    if (!names.includes(`${PROMPT}.md`)) return;
    const file = join(folder, `${PROMPT}.md`);
    const read = parsePromptOf(TEMPLATE_PROMPT, file, await readFile(file, 'utf8'));
    if (read.ok) this.prompt = read.prompt;
    else
      for (const { line, column, message } of read.errors)
        this.log.warn('playbook.mistake', { note: `${file}:${line}:${column} ${message}` });
  }

  /** Whether it can be asked at all. */
  available(): boolean {
    return this.prompt !== null && this.llm.available();
  }

  /**
   * Has a template written, tries it with every slot filled and with none that can be left out, and proposes it in a person's name.
   * @throws Problem 409 without a model, a prompt or facts to try it with; 422 for an action that sends no mail, and for a template that a
   *   person would have to look at each time; 503 when the model gives none.
   */
  async write(wish: TemplateWish, by: Activator, signal: AbortSignal): Promise<Proposal> {
    const { prompt } = this;
    if (prompt === null || !this.llm.available())
      throw new Problem(409, 'no-model', 'There is no language model, or no prompt for templates.');
    const bundle = this.policies.active();
    const action = bundle.actions.get(wish.action)?.spec;
    const channel = action?.channels.find((id) => bundle.channels.get(id)?.kind === 'email');
    if (action === undefined || channel === undefined)
      throw new Problem(422, 'no-mail', `There is no action ${wish.action} that sends mails.`);
    const factSets = await this.factsFor(action);
    const offered = slotsOffered(action, bundle.vocabulary);
    const input = templateInput({ ...wish, brand: bundle.brand, action, offered });
    const outcome = await this.llm.generate<unknown>({
      prompt: prompt.text,
      input: Object.fromEntries(prompt.input.map((name) => [name, input[name]])),
      schemaName: 'template',
      schema: prompt.output,
      check: (answer) => problemsOfTemplate(answer, offered),
      settings: prompt.settings,
      ...modelTerms(bundle.engine),
      // Whoever asks again wants another one.
      purpose: this.ids.make('prp'),
      signal,
    });
    if (outcome.kind !== 'ok')
      throw new Problem(
        503,
        'no-template',
        `The model gave no template (${outcome.kind}: ${outcome.detail}).`,
      );
    const template = toTemplate(outcome.value, offered, {
      id: freeId(bundle, `${action.id}-${wish.locale.toLowerCase()}-written`),
      action: action.id,
      channel,
      locale: wish.locale,
      priority: abovePriority(bundle, action.id, channel),
      maxAudience: wish.maxAudience,
      expires: new Date(this.clock.now().getTime() + GOOD_FOR_MS).toISOString().slice(0, 10),
      owner: action.owner,
    });
    const changes = {
      [FILE]: withTemplate(bundle.files[FILE] ?? '', template),
      ...(wish.instead && action.draft.mode === 'model' ? withoutModel(bundle, action.id) : {}),
    };
    const trials = await this.tried(bundle, changes, template, factSets);
    const risk = Math.max(...trials.map((trial) => trial.risk));
    const written = `${outcome.model} with prompt ${prompt.id} ${prompt.version}`;
    return this.proposals.propose(
      {
        title: `A template for “${action.title}”, written by a model`,
        reason: [
          `Written by ${written}; ${outcome.usage.tokensIn} tokens in, ${outcome.usage.tokensOut} out.`,
          wish.wish === '' ? '' : `Wished for: ${wish.wish}`,
          `Tried ${trials.length} times, with every slot filled and with none that it can do without: risk ${risk.toFixed(2)} at most.`,
          ...trials.slice(0, 2).map(trialWords),
        ]
          .filter((line) => line !== '')
          .join('\n\n')
          .slice(0, 4_000),
        base: bundle.hash,
        changes,
      },
      by,
    );
  }

  /** Facts to try it with, by the action's slots: the very ones where the playbook names them, else some products. */
  private async factsFor(action: Action): Promise<Readonly<Record<string, Fact>>[]> {
    const { db } = this.database;
    const products = await this.facts.list(db, 'product', null, TRIED_WITH);
    const choices: [string, readonly Fact[]][] = [];
    for (const [slot, source] of Object.entries(action.facts)) {
      const named = /^\s*['"]([^'"]+)['"]\s*$/.exec(source)?.[1];
      const found = named === undefined ? products : await this.facts.current(db, [named]);
      if (found.length === 0)
        throw new Problem(409, 'no-facts', `There is no fact to try the slot ${slot} of ${action.id} with.`);
      choices.push([slot, found]);
    }
    const sets = Math.max(1, ...choices.map(([, found]) => found.length));
    return Array.from({ length: sets }, (_, i) =>
      Object.fromEntries(
        choices.flatMap(([slot, found]) => {
          const fact = found[i % found.length];
          return fact === undefined ? [] : [[slot, fact]];
        }),
      ),
    );
  }

  private async tried(
    base: Bundle,
    changes: Readonly<Record<string, string>>,
    template: Template,
    factSets: readonly Readonly<Record<string, Fact>>[],
  ): Promise<readonly Trial[]> {
    const compiled = compilePlaybook({ ...base.files, ...changes });
    if (!compiled.ok)
      throw new Problem(
        422,
        'template-unusable',
        'What the model wrote does not fit the playbook.',
        compiled.errors.map(({ file, line, column, message }) => ({
          path: `${file}:${line}:${column}`,
          message,
        })),
      );
    const now = this.clock.now().toISOString();
    const result = await tryTemplate(compiled.bundle, template.id, factSets, now);
    if (!result.ok) throw new Problem(422, 'template-unusable', result.problem);
    const risky = result.trials.filter(({ risk }) => !(risk < base.engine.riskThreshold));
    if (risky.length > 0)
      throw new Problem(
        422,
        'template-risky',
        `A person would have to look at each message of it (risk ${Math.max(...risky.map(({ risk }) => risk)).toFixed(2)}), so it is not proposed. Ask again, or say what you wish for.`,
        [
          ...new Map(
            risky.map(({ filled, signs }) => [filled, { path: filled, message: signs.join(' ') }]),
          ).values(),
        ],
      );
    return result.trials;
  }
}

function trialWords({ filled, risk, subject, text, signs }: Trial): string {
  const found = signs.length === 0 ? 'the checks found nothing' : signs.join(' ');
  return `${filled}, risk ${risk.toFixed(2)} (${found}):\n${subject}\n\n${text}`;
}

function freeId(bundle: Bundle, wanted: string): string {
  for (let number = 1; ; number++) {
    const id = number === 1 ? wanted : `${wanted}-${number}`;
    if (!bundle.templates.has(id)) return id;
  }
}

/** Above every other template of the action and channel, so that it is the one that is used. */
function abovePriority(bundle: Bundle, action: string, channel: string): number {
  const others = [...bundle.templates.values()].filter(
    ({ spec }) => spec.action === action && spec.channel === channel,
  );
  return Math.max(0, ...others.map(({ spec }) => spec.priority)) + 1;
}

/** The file of an action, the action's messages coming from templates alone. */
function withoutModel(bundle: Bundle, id: string): Record<string, string> {
  const path = bundle.places.get(`actions/${id}`)?.file;
  const text = path === undefined ? undefined : bundle.files[path];
  if (path === undefined || text === undefined) throw new Error(`action ${id} stands in no file`);
  const document = parseDocument(text);
  const items = document.toJS() as readonly { readonly id?: string }[];
  document.setIn([items.findIndex((item) => item.id === id), 'draft', 'mode'], 'template');
  return { [path]: document.toString({ lineWidth: 0 }) };
}
