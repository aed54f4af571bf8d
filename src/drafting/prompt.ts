import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { type PlaybookError } from '../policies/bundle.js';
import { type Channel } from '../policies/playbook.js';
import { sha256Hex } from '../shared/hash.js';
import { checkLiquid, promptLiquid } from '../shared/liquid.js';

/** What drafting puts into a prompt; a prompt declares which of these it reads. */
const PROMPT_INPUTS = [
  'brand',
  'action',
  'customer',
  'signal',
  'facts',
  'links',
  'required_text',
  'forbidden_text',
  'examples',
  'variants',
  'locale',
  'today',
] as const;
export type PromptInput = (typeof PROMPT_INPUTS)[number];

/** What prompts of one kind may read, and what their answers must have. */
export interface PromptKind<Input extends string> {
  readonly inputs: readonly [Input, ...Input[]];
  readonly members: readonly string[];
  /** What it answers, such as `an e-mail draft`. */
  readonly answers: string;
}

/** A prompt file: `prompts/<id>.md`, front matter and two sections. A version in use is never edited; write the next one. */
export interface Prompt<Input extends string = PromptInput> {
  readonly id: string;
  /** The file's version and the beginning of its hash, so that an edited version cannot pass for the old one. */
  readonly version: string;
  /** Of the channels that a draft is for; says nothing of prompts that write none. */
  readonly kind: Channel['kind'];
  readonly settings: {
    /** Null leaves it to the model. */
    readonly temperature: number | null;
    readonly maxOutputTokens: number;
    readonly deadlineMs: number;
  };
  readonly input: readonly Input[];
  /** The schema the model is held to. */
  readonly output: z.ZodType;
  /** Line of `output` in its file. */
  readonly outputLine: number;
  readonly text: { readonly system: string; readonly user: string };
}

/** What writes drafts besides the prompt, the model and the playbook. */
export interface Writer {
  /** Names the code: what a model is shown, how it is asked, what is made of its answer. */
  readonly code: string;
  /** The embedding model by which past messages are chosen; null where the prompt reads none. */
  readonly examplesBy: string | null;
}

export type PromptResult<Input extends string = PromptInput> =
  | { readonly ok: true; readonly prompt: Prompt<Input> }
  | { readonly ok: false; readonly errors: readonly PlaybookError[] };

const frontMatterSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'write lower-case words joined by hyphens, such as "win-back"'),
  version: z.int().min(1),
  kind: z.enum(['email', 'webhook', 'onsite']).default('email'),
  model: z.strictObject({
    temperature: z.number().min(0).max(2).nullable().default(null),
    maxOutputTokens: z.int().min(50).max(16_000),
    deadlineMs: z.int().min(1_000).max(90_000),
  }),
  output: z.record(z.string(), z.unknown()),
});

const DRAFTS: Readonly<Record<Channel['kind'], PromptKind<PromptInput>>> = {
  email: {
    inputs: PROMPT_INPUTS,
    members: ['subject', 'preheader', 'blocks', 'claims'],
    answers: 'an e-mail draft',
  },
  webhook: { inputs: PROMPT_INPUTS, members: ['payload', 'claims'], answers: 'a draft for a webhook' },
  onsite: {
    inputs: PROMPT_INPUTS,
    members: ['title', 'body', 'url', 'claims'],
    answers: 'a draft for the site',
  },
};

const FENCE = /^---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/** Reads and checks one prompt file of a draft. */
export function parsePrompt(file: string, text: string): PromptResult {
  const kind = /^kind:[ \t]*(webhook|onsite)[ \t]*\r?$/m.exec(FENCE.exec(text)?.[1] ?? '')?.[1];
  return parsePromptOf(DRAFTS[kind === 'webhook' || kind === 'onsite' ? kind : 'email'], file, text);
}

/** Reads and checks one prompt file. Every problem is named at its line and column. */
export function parsePromptOf<Input extends string>(
  kind: PromptKind<Input>,
  file: string,
  text: string,
): PromptResult<Input> {
  const match = FENCE.exec(text);
  if (match === null) {
    return failure(
      file,
      1,
      1,
      'a prompt begins with front matter between two lines of "---": id, version, model, input, output',
    );
  }
  const lines = new LineCounter();
  // The blank line in place of the opening fence keeps line numbers those of the file.
  const document = parseDocument(`\n${match[1] ?? ''}`, { lineCounter: lines });
  const at = (offset: number | undefined): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) {
    return {
      ok: false,
      errors: document.errors.map((error) => ({
        file,
        ...at(error.pos[0]),
        message: error.message.split('\n')[0] ?? 'not YAML',
      })),
    };
  }
  const place = (path: readonly PropertyKey[]): { line: number; column: number } =>
    at(offsetOf(document.contents, path));
  const parsed = frontMatterSchema
    // What it reads, with a word on each.
    .extend({ input: z.partialRecord(z.enum(kind.inputs), z.string().min(1)) })
    .safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    return {
      ok: false,
      errors: parsed.error.issues.map((issue) => ({
        file,
        ...place(issue.path),
        message: `${issue.path.map(String).join('.') || 'front matter'}: ${explain(issue, document.toJS())}`,
      })),
    };
  }
  const front = parsed.data;
  const errors: PlaybookError[] = [];
  const complain = (path: readonly PropertyKey[], message: string): void => {
    errors.push({ file, ...place(path), message });
  };
  if (file.replace(/^.*\//, '') !== `${front.id}.md`)
    complain(['id'], `id: the file of prompt "${front.id}" is called ${front.id}.md`);
  let output: z.ZodType = z.never();
  try {
    output = z.fromJSONSchema(front.output);
  } catch (error) {
    complain(['output'], `output: ${error instanceof Error ? error.message : String(error)}`);
  }
  const required = z.array(z.string()).safeParse(front.output['required']).data ?? [];
  for (const member of kind.members.filter((name) => !required.includes(name)))
    complain(['output'], `output: ${kind.answers} needs "${member}", among the required members too`);

  const body = text.slice(match[0].length);
  const firstLine = text.slice(0, match[0].length).split('\n').length;
  const sections = sectionsOf(body, firstLine);
  const declared = new Set<string>(Object.keys(front.input));
  for (const name of ['system', 'user'] as const) {
    const section = sections[name];
    if (section === undefined || section.text === '') {
      errors.push({
        file,
        line: section?.line ?? firstLine,
        column: 1,
        message: `the section "# ${name}" is missing or empty`,
      });
      continue;
    }
    for (const message of checkLiquid(section.text, declared, promptLiquid())) {
      const line = Number(/line:(\d+)/.exec(message)?.[1] ?? 1);
      errors.push({
        file,
        line: section.line + line - 1,
        column: 1,
        message: `section "# ${name}": ${message}`,
      });
    }
  }
  if (errors.length > 0) return { ok: false, errors };
  return {
    ok: true,
    prompt: {
      id: front.id,
      version: `${front.version}-${sha256Hex(text).slice(0, 8)}`,
      kind: front.kind,
      settings: front.model,
      input: kind.inputs.filter((name) => declared.has(name)),
      output,
      outputLine: place(['output']).line,
      text: { system: sections.system?.text ?? '', user: sections.user?.text ?? '' },
    },
  };
}

function failure(file: string, line: number, column: number, message: string): PromptResult & { ok: false } {
  return { ok: false, errors: [{ file, line, column, message }] };
}

function explain(
  issue: { readonly message: string; readonly path: readonly PropertyKey[] },
  given: unknown,
): string {
  const [member] = issue.path;
  const missing =
    issue.path.length === 1 &&
    typeof member === 'string' &&
    !(typeof given === 'object' && given !== null && member in given);
  if (!missing) return issue.message;
  return member === 'output' || member === 'input' ? `a prompt needs its ${member} schema` : 'is missing';
}

interface Section {
  readonly line: number;
  readonly text: string;
}

/** `# system` and `# user`, whatever stands before them left out. Lines count from 1 in the file. */
function sectionsOf(body: string, firstLine: number): Partial<Record<'system' | 'user', Section>> {
  const sections: Partial<Record<'system' | 'user', Section>> = {};
  const lines = body.split(/\r?\n/);
  let name: 'system' | 'user' | null = null;
  let start = 0;
  const end = (at: number): void => {
    if (name !== null)
      sections[name] = { line: firstLine + start, text: lines.slice(start, at).join('\n').trimEnd() };
  };
  lines.forEach((line, i) => {
    const heading = /^# (system|user)[ \t]*$/.exec(line)?.[1];
    if (heading === undefined) return;
    end(i);
    name = heading === 'system' ? 'system' : 'user';
    start = i + 1;
  });
  end(lines.length);
  return sections;
}

/** Where a member stands in the YAML; of one that is missing, where its parent does. */
function offsetOf(root: unknown, path: readonly PropertyKey[]): number | undefined {
  let node = root as Node | null;
  let offset = node?.range?.[0];
  for (const key of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair === undefined) break;
    offset = (pair.key as Node).range?.[0] ?? offset;
    node = pair.value as Node | null;
  }
  return offset;
}
