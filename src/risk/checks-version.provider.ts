import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { sha256Hex } from '../shared/hash.js';
import { matchesOf } from '../shared/matches.js';

/** Names the checks and everything that they are made of; stored with every assessment. */
export const CHECKS_VERSION = Symbol('checks version');

/** Where the build keeps it; sources need not be there when the service runs. */
const KEPT = 'checks-version.json';
/** Where judging begins. */
const FIRST = 'risk/assess.ts';
/** Gathers what is judged: it counts by its own words, not by all that it stands on. */
const GATHERS = 'risk/risk.service.ts';

/** `import … from '…'`, `export … from '…'` and `import '…'`, with what they name. */
const IMPORTS = /^(?:import|export)\s+(?:([^;]*?)\s*from\s+)?'([^']+)';/gm;

/** Whether an import is of types alone, which leave nothing in what runs. */
function isOfTypes(named: string): boolean {
  if (named.startsWith('type ')) return true;
  const members = /^\{([^}]*)\}$/.exec(named)?.[1]?.split(',');
  return members?.every((each) => each.trim() === '' || each.trim().startsWith('type ')) ?? false;
}

function importsOf(text: string): string[] {
  return matchesOf(text, IMPORTS).flatMap(([, named = '', from = '']) => (isOfTypes(named) ? [] : [from]));
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
 * A name for the checks that changes whenever any source does that they run, or the version of a package that one of these uses. Comments
 * and what is imported for its types count for nothing, nor does where the sources lie.
 * @param sources the folder of the sources, `src`.
 * @param dependencies versions of packages by name, as package.json pins them.
 */
export function versionOfChecks(sources: string, dependencies: Readonly<Record<string, string>>): string {
  const source = (name: string): string => readFileSync(join(sources, name), 'utf8');
  const parts = new Map([[GATHERS, withoutComments(source(GATHERS))]]);
  const open = [FIRST];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (parts.has(name)) continue;
    const text = withoutComments(source(name));
    parts.set(name, text);
    for (const from of importsOf(text)) {
      const file = fileOf(from, name);
      if (file === null) parts.set(from, dependencies[packageOf(from)] ?? '');
      else open.push(file);
    }
  }
  const sorted = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  return `risk-${sha256Hex(JSON.stringify(sorted)).slice(0, 12)}`;
}

/** Of the sources beside this module, or of those this build was made from. */
function readVersion(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const kept = join(here, KEPT);
  if (existsSync(kept)) return (JSON.parse(readFileSync(kept, 'utf8')) as { version: string }).version;
  const root = join(here, '../..');
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return versionOfChecks(join(root, 'src'), dependencies);
}

export const checksVersionProvider = { provide: CHECKS_VERSION, useFactory: readVersion };
