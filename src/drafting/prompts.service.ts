import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { ConfigurationError, type Environment } from '../config/environment.js';
import { strictSchema } from '../platform/llm/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { Log } from '../platform/telemetry/index.js';
import { type Bundle, type PlaybookError } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { type Action, type Channel, promptFor, variantsAsked } from '../policies/playbook.js';
import { parsePrompt, type Prompt } from './prompt.js';

const KINDS: readonly Channel['kind'][] = ['email', 'webhook', 'onsite'];

/** The prompts under PROMPTS_DIR, read once at the start. The service does not start when its playbook needs one that cannot be used. */
@Injectable()
export class PromptsService implements OnModuleInit, OnApplicationBootstrap {
  private readonly log = new Log('prompts');
  private readonly folder: string;
  private readonly prompts = new Map<string, Prompt>();
  private errors: PlaybookError[] = [];

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    private readonly policies: PoliciesService,
  ) {
    this.folder = environment.PROMPTS_DIR;
  }

  async onModuleInit(): Promise<void> {
    await this.load();
    for (const error of this.errors) this.log.warn('playbook.mistake', { note: placed(error) });
  }

  onApplicationBootstrap(): void {
    const active = this.policies.activeIfAny();
    if (active !== null) this.assertUsable(active);
    // A playbook that is activated later finds its drafts falling back, each with its reason; here it is said once.
    this.policies.onActivated((bundle) => {
      for (const error of this.problemsFor(bundle))
        this.log.warn('playbook.mistake', { note: placed(error) });
    });
  }

  /** Reads the folder anew. A file with a mistake is not used and is among `problems`; a folder that is not there holds no prompts. */
  async load(): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    const errors: PlaybookError[] = [];
    this.prompts.clear();
    for (const name of names.filter((each) => each.endsWith('.md')).sort()) {
      const file = join(this.folder, name);
      const result = checkedForStrictness(parsePrompt(file, await readFile(file, 'utf8')), file);
      if (result.ok) this.prompts.set(result.prompt.id, result.prompt);
      else errors.push(...result.errors);
    }
    this.errors = errors;
  }

  /** A prompt that can be used; null when it is missing or has a mistake. */
  get(id: string): Prompt | null {
    return this.prompts.get(id) ?? null;
  }

  /** What is wrong with the files, at its place, whether anything uses them or not. */
  problems(): readonly PlaybookError[] {
    return this.errors;
  }

  /** What keeps the actions of a playbook from being drafted by the model. Empty when every prompt they name can be used. */
  problemsFor(bundle: Bundle): PlaybookError[] {
    return [...bundle.actions.values()].flatMap(({ spec }) =>
      spec.draft.mode === 'model' ? KINDS.flatMap((kind) => this.problemsWith(spec, kind)) : [],
    );
  }

  private problemsWith(action: Action, kind: Channel['kind']): PlaybookError[] {
    const id = promptFor(action, kind);
    if (id === undefined) return [];
    const prompt = this.prompts.get(id);
    const file = join(this.folder, `${id}.md`);
    if (prompt?.kind === kind) {
      if (variantsAsked(action).length === 0 || prompt.input.includes('variants')) return [];
      const one = `action "${action.id}" wants several variants, and the prompt "${id}" does not read "variants"`;
      return [{ file, line: 1, column: 1, message: one }];
    }
    const known = this.errors.filter((error) => error.file === file);
    if (known.length > 0) return known;
    const message =
      prompt === undefined
        ? `action "${action.id}" needs the prompt "${id}", and there is no such file`
        : `action "${action.id}" names the prompt "${id}" for ${kind}, and it writes for ${prompt.kind}`;
    return [{ file, line: 1, column: 1, message }];
  }

  /** @throws ConfigurationError naming file and line, when an action of the playbook needs a prompt that cannot be used. */
  assertUsable(bundle: Bundle): void {
    const [first] = this.problemsFor(bundle);
    if (first !== undefined)
      throw new ConfigurationError(
        `PROMPTS_DIR ${this.folder} should hold the prompts that the playbook needs: ${placed(first)}`,
      );
  }
}

/** The provider takes only strict schemas; better said at the start than with the first draft. */
function checkedForStrictness(
  result: ReturnType<typeof parsePrompt>,
  file: string,
): ReturnType<typeof parsePrompt> {
  if (!result.ok) return result;
  try {
    strictSchema(result.prompt.output);
    return result;
  } catch (error) {
    const message = `output: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, errors: [{ file, line: result.prompt.outputLine, column: 1, message }] };
  }
}

function placed({ file, line, column, message }: PlaybookError): string {
  return `${file}:${line}:${column} ${message}`;
}
