import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { ConfigurationError, type Environment } from '../config/environment.js';
import { parsePromptOf, type Prompt } from '../drafting/prompt.js';
import { Problem } from '../platform/http/index.js';
import { strictSchema } from '../platform/llm/index.js';
import { ENVIRONMENT } from '../platform/runtime.js';
import { type PlaybookError } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { ADVICE_PROMPT, type AdvicePromptInput } from './advice-input.js';

export type AdvicePrompt = Prompt<AdvicePromptInput>;

/** The prompts under PROMPTS_DIR/advice, read once at the start. The service does not start when its playbook needs one that cannot be used. */
@Injectable()
export class AdvicePromptsService implements OnModuleInit, OnApplicationBootstrap {
  private readonly folder: string;
  private readonly prompts = new Map<string, AdvicePrompt>();
  private readonly errors: PlaybookError[] = [];

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    private readonly policies: PoliciesService,
  ) {
    this.folder = join(environment.PROMPTS_DIR, 'advice');
  }

  async onModuleInit(): Promise<void> {
    // A folder that is not there holds no prompts.
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.md')).sort()) {
      const file = join(this.folder, name);
      const read = parsePromptOf(ADVICE_PROMPT, file, await readFile(file, 'utf8'));
      if (!read.ok) this.errors.push(...read.errors);
      else this.keep(read.prompt, file);
    }
  }

  /** The provider takes only strict schemas; better said at the start than with the first question. */
  private keep(prompt: AdvicePrompt, file: string): void {
    try {
      strictSchema(prompt.output);
      this.prompts.set(prompt.id, prompt);
    } catch (error) {
      const message = `output: ${error instanceof Error ? error.message : String(error)}`;
      this.errors.push({ file, line: prompt.outputLine, column: 1, message });
    }
  }

  /** @throws ConfigurationError naming file and line, when a trigger of the playbook in force names a prompt that cannot be used. */
  onApplicationBootstrap(): void {
    for (const id of this.named()) {
      if (this.prompts.has(id)) continue;
      const file = join(this.folder, `${id}.md`);
      const known = this.errors.find((error) => error.file === file);
      const mistake =
        known === undefined
          ? `${file}:1:1 a trigger asks for advice with the prompt "${id}", and there is no such file`
          : `${known.file}:${known.line}:${known.column} ${known.message}`;
      throw new ConfigurationError(
        `PROMPTS_DIR ${dirname(this.folder)} should hold the prompts that the playbook needs: ${mistake}`,
      );
    }
  }

  private named(): string[] {
    try {
      return [...this.policies.active().triggers.values()].flatMap(({ spec }) => spec.advice?.prompt ?? []);
    } catch (error) {
      if (error instanceof Problem) return []; // None in force yet.
      throw error;
    }
  }

  /** A prompt that can be used; null when it is missing or has a mistake. */
  get(id: string): AdvicePrompt | null {
    return this.prompts.get(id) ?? null;
  }
}
