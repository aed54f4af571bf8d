import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { sha256Hex } from '../shared/hash.js';
import { matchesOf } from '../shared/matches.js';

/** Sources that together do one thing, whose version is to be known. Paths below the folder of the sources. */
export interface Making {
  /** What versions begin with, such as `risk`. */
  readonly name: string;
  /** Where it begins: these, and everything that they run. */
  readonly from: readonly string[];
  /** What gathers the material for it: counts by its own words, not by all that it stands on. */
  readonly gathers: readonly string[];
  /** Where the build keeps the version; sources need not be there when the service runs. */
  readonly kept: string;
}

/** `import … from '…'`, `export … from '…'` and `import '…'`, with what they name. */
const IMPORTS = /^(?:import|export)\s+(?:([^;]*?)\s*from\s+)?'([^']+)';/gm;

/** `import('…')`, of what is loaded once it is needed. */
const LATER = /\bawait import\('([^']+)'\)/g;

/** Whether an import is of types alone, which leave nothing in what runs. */
function isOfTypes(named: string): boolean {
  if (named.startsWith('type ')) return true;
  const members = /^\{([^}]*)\}$/.exec(named)?.[1]?.split(',');
  return members?.every((each) => each.trim() === '' || each.trim().startsWith('type ')) ?? false;
}

function importsOf(text: string): string[] {
  const atOnce = matchesOf(text, IMPORTS).flatMap(([, named = '', from = '']) =>
    isOfTypes(named) ? [] : [from],
  );
  return [...atOnce, ...matchesOf(text, LATER).map(([, from = '']) => from)];
}

/** A source without lines that are comments, and without white space at the ends of lines: only what may change what it does. */
function withoutComments(text: string): string {
  const kept: string[] = [];
  let isComment = false;
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line.startsWith('/*')) isComment = true;
    if (!isComment && line !== '' && !line.startsWith('//')) kept.push(line);
    if (isComment && line.includes('*/')) isComment = false;
  }
  return kept.join('\n');
}

/** The source of an import; null for a package. */
function fileOf(from: string, importer: string): string | null {
  if (!from.startsWith('.')) return null;
  return join(dirname(importer), from).replace(/\.js$/, '.ts');
}

/** `@scope/name/part` → `@scope/name`. */
function packageOf(from: string): string {
  return from.split('/', from.startsWith('@') ? 2 : 1).join('/');
}

/**
 * A name that changes whenever any source does that is run, or the version of a package that one of these uses. Comments and what is imported
 * for its types count for nothing, nor does where the sources lie.
 * @param sources the folder of the sources, `src`.
 * @param dependencies versions of packages by name, as package.json pins them.
 */
export function versionOfSources(
  { name, from, gathers }: Omit<Making, 'kept'>,
  sources: string,
  dependencies: Readonly<Record<string, string>>,
): string {
  const source = (file: string): string => withoutComments(readFileSync(join(sources, file), 'utf8'));
  const parts = new Map(gathers.map((file) => [file, source(file)]));
  const open = [...from];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (parts.has(file)) continue;
    const text = source(file);
    parts.set(file, text);
    for (const imported of importsOf(text)) {
      const next = fileOf(imported, file);
      if (next === null) parts.set(imported, dependencies[packageOf(imported)] ?? '');
      else open.push(next);
    }
  }
  const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}-${sha256Hex(JSON.stringify(sorted)).slice(0, 12)}`;
}

/** Of the sources beside this module, or of those this build was made from. */
export function readSourceVersion(making: Making): string {
  const here = join(dirname(fileURLToPath(import.meta.url)), '..');
  const kept = join(here, making.kept);
  if (existsSync(kept)) return (JSON.parse(readFileSync(kept, 'utf8')) as { version: string }).version;
  const root = join(here, '..');
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return versionOfSources(making, join(root, 'src'), dependencies);
}
