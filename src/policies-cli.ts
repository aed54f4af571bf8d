import { parseArgs } from 'node:util';
import { type Bundle, type PlaybookError } from './policies/bundle.js';
import { compilePlaybook, countsOf } from './policies/compiler.js';
import { readPlaybookFolder } from './policies/playbook.folder.js';
import { type Coverage, type TestFailure } from './policies/test-report.js';
import { runAll } from './rehearsal/index.js';

const USAGE = `npm run policies -- check [folder]    type-checks a playbook; POLICIES_DIR or ./policies without a folder
npm run policies -- test [folder]     runs the playbook's own tests, and says which rules they never showed`;

/** What a command ends with: 0 it holds, 1 it does not, 2 there was nothing to look at. */
type ExitCode = 0 | 1 | 2;

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function placed(folder: string, { file, line, column }: Omit<PlaybookError, 'message'>): string {
  return `${folder}/${file}:${line}:${column}`;
}

/** Compiles a folder; its mistakes and warnings go to the terminal, one a line as `file:line:column message`. */
async function compileFolder(folder: string): Promise<Bundle | ExitCode> {
  let files: Record<string, string>;
  try {
    files = await readPlaybookFolder(folder);
  } catch (error) {
    console.error(`${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  const result = compilePlaybook(files);
  if (!result.ok) {
    for (const error of result.errors) console.error(`${placed(folder, error)} ${error.message}`);
    console.error(plural(result.errors.length, 'mistake'));
    return 1;
  }
  for (const warning of result.warnings)
    console.warn(`${placed(folder, warning)} warning: ${warning.message}`);
  return result.bundle;
}

async function check(folder: string): Promise<ExitCode> {
  const bundle = await compileFolder(folder);
  if (typeof bundle === 'number') return bundle;
  const counts = Object.entries(countsOf(bundle)).map(([what, count]) => `${count} ${what}`);
  console.log(`${bundle.hash}\n${counts.join(', ')}`);
  return 0;
}

async function test(folder: string): Promise<ExitCode> {
  const bundle = await compileFolder(folder);
  if (typeof bundle === 'number') return bundle;
  if (bundle.tests.length === 0) {
    console.error(`${folder}/tests holds no test`);
    return 2;
  }
  const { passed, failures, coverage } = await runAll(bundle);
  for (const failure of failures) console.error(failureText(folder, failure));
  for (const line of coverageLines(coverage)) console.log(line);
  console.log(`${passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

function failureText(folder: string, { test: name, place, mismatches }: TestFailure): string {
  const lines = mismatches.map(
    ({ member, expected, got }) => `  ${member}\n    expected ${expected}\n    got      ${got}`,
  );
  return [`${placed(folder, place)} ${name}`, ...lines, ''].join('\n');
}

function coverageLines({ guardrails, neverMatched, neverFailedToMatch }: Coverage): string[] {
  const seen = guardrails - neverMatched.length;
  return [
    `${seen} of ${plural(guardrails, 'guardrail')} matched in a test`,
    ...(neverMatched.length === 0 ? [] : [`never matched: ${neverMatched.join(', ')}`]),
    ...(neverFailedToMatch.length === 0 ? [] : [`never failed to match: ${neverFailedToMatch.join(', ')}`]),
  ];
}

const COMMANDS: Readonly<Record<string, (folder: string) => Promise<ExitCode>>> = { check, test };

const { positionals } = parseArgs({ allowPositionals: true, strict: false });
const [name = '', folder = process.env['POLICIES_DIR'] ?? './policies', ...rest] = positionals;
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command !== undefined && rest.length === 0) {
  process.exitCode = await command(folder.replace(/\/+$/, ''));
} else {
  console.error(USAGE);
  process.exitCode = 2;
}
