import { type z } from 'zod';
import { contentHash } from '../shared/hash.js';
import { type PlaybookError } from './bundle.js';
import { suggestion } from './nearest.js';
import {
  type Action,
  actionSchema,
  type Brand,
  brandSchema,
  type Channel,
  channelSchema,
  type EngineSettings,
  engineSchema,
  type Guardrail,
  guardrailSchema,
  type Segment,
  segmentSchema,
  type Template,
  templateSchema,
  type Trigger,
  triggerSchema,
  type VocabularySpec,
  vocabularySchema,
} from './playbook.js';
import { type PlaybookTest, playbookTestSchema } from './playbook-test.js';
import { type ListKind, type RecordKind, recordKindOf, type SingleKind } from './playbook-paths.js';
import { YamlFile } from './yaml-file.js';

type Path = readonly (string | number)[];

/** Characters of one file. */
export const LARGEST_FILE = 256 * 1024;
export const TOO_LARGE = `is larger than ${LARGEST_FILE / 1024} KB`;
/** Characters of all files together. */
export const LARGEST_PLAYBOOK = 4 * 1024 * 1024;
const MOST_FILES = 2_000;
const LONGEST_PATH = 200;
/** A playbook with so many mistakes is read no further. */
const MOST_MISTAKES_IN_ALL = 1_000;

/** One thing the playbook declares, and where it stands. */
export class Located<T> {
  constructor(
    readonly spec: T,
    private readonly file: YamlFile,
    private readonly base: Path,
  ) {}

  /** A mistake at a member. */
  error(path: Path, message: string): PlaybookError {
    return this.file.error([...this.base, ...path], message);
  }

  /** A mistake at the key of a member. */
  errorAtKey(path: Path, key: string, message: string): PlaybookError {
    return this.file.errorAtKey([...this.base, ...path], key, message);
  }

  /** A mistake inside a text member, at an offset into what it says. */
  errorInside(path: Path, offset: number, message: string): PlaybookError {
    return this.file.errorInside([...this.base, ...path], offset, message);
  }
}

/** Everything the files declare, each with its place; what is missing or malformed is among the errors. */
export interface Declarations {
  readonly brand: Located<Brand> | null;
  readonly engine: Located<EngineSettings> | null;
  readonly vocabulary: Located<VocabularySpec> | null;
  readonly channels: readonly Located<Channel>[];
  readonly segments: readonly Located<Segment>[];
  readonly actions: readonly Located<Action>[];
  readonly triggers: readonly Located<Trigger>[];
  readonly guardrails: readonly Located<Guardrail>[];
  readonly templates: readonly Located<Template>[];
  readonly tests: readonly Located<PlaybookTest>[];
  /** Ids that were written, by kind, those of malformed entries included: what refers to them is no mistake of its own. */
  readonly ids: Readonly<Record<'channels' | 'actions', ReadonlySet<string>>>;
  readonly errors: readonly PlaybookError[];
}

const SINGLE: Readonly<Record<SingleKind, z.ZodType>> = {
  brand: brandSchema,
  engine: engineSchema,
  vocabulary: vocabularySchema,
};
const LISTS: Readonly<Record<ListKind, z.ZodType>> = {
  channels: channelSchema,
  segments: segmentSchema,
  actions: actionSchema,
  triggers: triggerSchema,
  guardrails: guardrailSchema,
  templates: templateSchema,
  tests: playbookTestSchema,
};
/** The schema of a record, by what a file holds. */
export const RECORD_SCHEMAS: Readonly<Record<RecordKind, z.ZodType>> = { ...SINGLE, ...LISTS };
const SINGLE_FILES = Object.keys(SINGLE).map((kind) => `${kind}.yaml`);

function isSingle(kind: RecordKind): kind is SingleKind {
  return Object.hasOwn(SINGLE, kind);
}

/** Line ends and a byte order mark say nothing: the same playbook has the same name on every machine. */
export function normaliseFiles(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files)
      .map(([path, text]): [string, string] => [
        path,
        `${text
          .replace(/^\uFEFF/, '')
          .replaceAll('\r\n', '\n')
          .trimEnd()}\n`,
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The name of a playbook: the hash of its normalised files. */
export function bundleHash(files: Readonly<Record<string, string>>): string {
  return contentHash(normaliseFiles(files));
}

/** Reads and shape-checks normalised files, one by one, to the end. */
export function readDeclarations(files: Readonly<Record<string, string>>): Declarations {
  return new Reader().read(files);
}

class Reader {
  private readonly errors: PlaybookError[] = [];
  private readonly ids = { channels: new Set<string>(), actions: new Set<string>() };
  private readonly lists: Record<ListKind, Located<unknown>[]> = {
    channels: [],
    segments: [],
    actions: [],
    triggers: [],
    guardrails: [],
    templates: [],
    tests: [],
  };
  private readonly singles = new Map<string, Located<unknown>>();

  read(files: Readonly<Record<string, string>>): Declarations {
    const entries = Object.entries(files);
    const size = entries.reduce((sum, [, text]) => sum + text.length, 0);
    if (entries.length > MOST_FILES || size > LARGEST_PLAYBOOK) {
      const [path = '', text = ''] = entries.reduce<[string, string] | []>(
        (largest, entry) => (entry[1].length > (largest[1]?.length ?? -1) ? entry : largest),
        [],
      );
      this.report(
        path,
        `a playbook has at most ${MOST_FILES} files of ${LARGEST_PLAYBOOK / 1024} KB together; this one has ${entries.length} of ${Math.ceil(size / 1024)} KB, and of these files this is the largest, with ${Math.ceil(text.length / 1024)} KB`,
      );
    } else {
      for (const [path, text] of entries)
        if (this.errors.length < MOST_MISTAKES_IN_ALL) this.readFile(path, text);
    }
    for (const path of [...SINGLE_FILES, 'channels.yaml'])
      if (!Object.hasOwn(files, path)) this.report(path, 'is missing');
    return {
      brand: this.single<Brand>('brand.yaml'),
      engine: this.single<EngineSettings>('engine.yaml'),
      vocabulary: this.single<VocabularySpec>('vocabulary.yaml'),
      channels: this.list<Channel>('channels'),
      segments: this.list<Segment>('segments'),
      actions: this.list<Action>('actions'),
      triggers: this.list<Trigger>('triggers'),
      guardrails: this.list<Guardrail>('guardrails'),
      templates: this.list<Template>('templates'),
      tests: this.list<PlaybookTest>('tests'),
      ids: this.ids,
      errors: this.errors,
    };
  }

  // What stands under a name was parsed with that name's schema.
  private single<T>(path: string): Located<T> | null {
    return (this.singles.get(path) as Located<T> | undefined) ?? null;
  }

  private list<T>(kind: ListKind): Located<T>[] {
    return this.lists[kind] as Located<T>[];
  }

  private report(file: string, message: string): void {
    this.errors.push({ file, line: 1, column: 1, message });
  }

  private readFile(path: string, text: string): void {
    const kind = recordKindOf(path);
    if (path.length > LONGEST_PATH || kind === null) {
      const shown = path.slice(0, LONGEST_PATH);
      this.report(
        shown,
        `is not part of a playbook${suggestion(shown, [...SINGLE_FILES, 'channels.yaml', 'segments.yaml'])}`,
      );
      return;
    }
    if (text.length > LARGEST_FILE) {
      this.report(path, TOO_LARGE);
      return;
    }
    if (!text.isWellFormed() || text.includes('\0')) {
      this.report(path, 'is no text: it holds null characters or broken surrogates');
      return;
    }
    const parsed = YamlFile.parse(path, text);
    if ('errors' in parsed) {
      this.errors.push(...parsed.errors);
      return;
    }
    const { file, value } = parsed;
    if (isSingle(kind)) {
      const located = this.check(file, [], value, SINGLE[kind]);
      if (located !== null) this.singles.set(path, located);
    } else {
      this.readItems(file, kind, value);
    }
  }

  /** A file of a folder holds one item or a list of them. */
  private readItems(file: YamlFile, kind: ListKind, value: unknown): void {
    const items: [Path, unknown][] = Array.isArray(value)
      ? value.map((item: unknown, index) => [[index], item])
      : [[[], value]];
    if (items.length === 0 || value === null || value === undefined)
      this.errors.push(file.error([], 'is empty: write one item or a list'));
    else for (const [base, item] of items) this.readItem(file, kind, base, item);
  }

  private readItem(file: YamlFile, kind: ListKind, base: Path, item: unknown): void {
    const id = typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined;
    if (typeof id === 'string' && (kind === 'channels' || kind === 'actions')) this.ids[kind].add(id);
    const located = this.check(file, base, item, LISTS[kind]);
    if (located !== null) this.lists[kind].push(located);
  }

  private check(file: YamlFile, base: Path, value: unknown, schema: z.ZodType): Located<unknown> | null {
    const result = schema.safeParse(value);
    if (result.success) return new Located(result.data, file, base);
    for (const issue of result.error.issues) this.errors.push(...issueErrors(file, base, value, issue));
    return null;
  }
}

function issueErrors(file: YamlFile, base: Path, value: unknown, issue: z.core.$ZodIssue): PlaybookError[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => file.errorAtKey(path, key, `"${key}" is not a member here`));
  const name = issue.path.at(-1);
  if (name !== undefined && memberAt(value, issue.path) === undefined)
    return [file.error(path, `"${String(name)}" is missing`)];
  return [file.error(path, issueInWords(issue))];
}

function memberAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step)
        ? (at as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}

const EXPECTED: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function issueInWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `should be ${EXPECTED[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `should be ${issue.values.map((value) => `"${String(value)}"`).join(' or ')}`;
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `should be ${issue.options.map((option) => `"${String(option)}"`).join(' or ')}`
        : issue.message;
    default:
      return issue.message;
  }
}
