import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { readEnvironment } from './config/environment.js';
import { openExisting } from './existing-database.js';
import { type Db } from './platform/database/index.js';
import { clockFor } from './platform/runtime.js';
import { Vault } from './platform/vault/index.js';
import { type Bundle, type PlaybookError } from './policies/bundle.js';
import { type Carried, neverCarried } from './policies/carried.js';
import { readCarried } from './policies/carried.read-model.js';
import { compilePlaybook, countsOf } from './policies/compiler.js';
import { expiries } from './policies/findings.js';
import { readPlaybookFolder } from './policies/playbook.folder.js';
import { type Coverage, type TestFailure } from './policies/test-report.js';
import { vocabularyPage } from './policies/vocabulary-page.js';
import { Deciders, Replayer, runAll } from './rehearsal/index.js';
import { EMPTY_TALLY, type Tally } from './rehearsal/replay.js';
import { tallyAnswer } from './rehearsal/replay-answer.js';
import { replayLines } from './rehearsal/replay-words.js';
import { type Progress, type Replaying } from './rehearsal/replayer.service.js';
import { selectBundleFiles } from './policies/bundles.repository.js';
import { keptBundle, simulate, SIMULATE_OPTIONS } from './policies-simulate.js';

const USAGE = `npm run policies -- check [folder]    type-checks a playbook; POLICIES_DIR or ./policies without a folder.
                                      Warns of fields that no signal carried when there is a database (DATABASE_URL, DATA_DIR)
npm run policies -- test [folder]     runs the playbook's own tests, and says which rules they never showed
npm run policies -- replay [folder]   decides every stored decision again under the folder's playbook and says what would have been
                                      otherwise; reads DATABASE_URL, or DATA_DIR while no service runs on it
npm run policies -- simulate [folder] [--since T] [--until T] [--heard arrival|occurrence] [--seed S] [--people N] [--review-hours H]
                              [--task-hours H] [--json]
                                      runs stored signals of a span (the last 28 days) through the folder's playbook and the one in force,
                                      side by side, their own messages entering the history; reads the same database
npm run policies -- vocabulary [folder]  prints every field, event and name that the playbook's expressions may use, as Markdown`;

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
  const found = [
    ...expiries(bundle, clockFor(process.env['CLOCK']).now().toISOString()),
    ...neverCarried(bundle, await carriedHere()),
  ];
  for (const finding of found) console.warn(`${placed(folder, finding)} warning: ${finding.message}`);
  const counts = Object.entries(countsOf(bundle)).map(([what, count]) => `${count} ${what}`);
  console.log(`${bundle.hash}\n${counts.join(', ')}`);
  return 0;
}

/** What signals carried, when there is a database to ask and no service of its own has it open. */
async function carriedHere(): Promise<Carried> {
  try {
    const { database } = await openExisting(readEnvironment(process.env));
    try {
      return await readCarried(database.db);
    } finally {
      await database.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      console.error(`what signals carried could not be asked: ${error instanceof Error ? error.message : String(error)}`); // prettier-ignore
    return { traits: new Set(), events: new Map() };
  }
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

async function vocabulary(folder: string): Promise<ExitCode> {
  const bundle = await compileFolder(folder);
  if (typeof bundle === 'number') return bundle;
  process.stdout.write(vocabularyPage(bundle));
  return 0;
}

function coverageLines({ guardrails, neverMatched, neverFailedToMatch }: Coverage): string[] {
  const seen = guardrails - neverMatched.length;
  return [
    `${seen} of ${plural(guardrails, 'guardrail')} matched in a test`,
    ...(neverMatched.length === 0 ? [] : [`never matched: ${neverMatched.join(', ')}`]),
    ...(neverFailedToMatch.length === 0 ? [] : [`never failed to match: ${neverFailedToMatch.join(', ')}`]),
  ];
}

const SAY_EVERY_MS = 2_000;

async function simulateFolder(folder: string): Promise<ExitCode> {
  const bundle = await compileFolder(folder);
  return typeof bundle === 'number' ? bundle : simulate(bundle, values);
}

async function replay(folder: string): Promise<ExitCode> {
  const bundle = await compileFolder(folder);
  if (typeof bundle === 'number') return bundle;
  const environment = readEnvironment(process.env);
  const clock = clockFor(environment.CLOCK);
  const { database, secrets } = await openExisting(environment);
  const deciders = new Deciders();
  try {
    const now = clock.now();
    const tally = await replayAll(database.db, new Replayer(new Vault(secrets, clock), deciders), bundle, {
      now,
      modelDrafts: environment.OPENAI_API_KEY !== undefined,
    });
    const answer = { ...tallyAnswer(tally), until: now.toISOString() };
    for (const line of replayLines(answer, bundle.brand.currency)) console.log(line);
    return tally.unexplained === 0 && tally.unreadable === 0 ? 0 : 1;
  } finally {
    await deciders.onModuleDestroy();
    await database.close();
  }
}

async function replayAll(
  db: Db,
  replayer: Replayer,
  bundle: Bundle,
  assumed: Pick<Replaying, 'now' | 'modelDrafts'>,
): Promise<Tally> {
  const replaying: Replaying = {
    ...assumed,
    span: { since: null, until: assumed.now },
    bundle: bundle.hash,
    library: {
      bundle: (hash: string) => (hash === bundle.hash ? Promise.resolve(bundle) : keptBundle(db, hash)),
      files: (hash: string) =>
        hash === bundle.hash ? Promise.resolve(bundle.files) : selectBundleFiles(db, hash),
    },
  };
  let progress: Progress = { tally: EMPTY_TALLY, after: null, affected: [], isLast: false };
  for (;;) {
    progress = await replayer.goOn(db, replaying, progress, { forMs: SAY_EVERY_MS });
    if (progress.isLast) return progress.tally;
    console.error(`${progress.tally.decisions} decisions so far`);
  }
}

const COMMANDS: Readonly<Record<string, (folder: string) => Promise<ExitCode>>> = {
  check,
  test,
  replay,
  simulate: simulateFolder,
  vocabulary,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: SIMULATE_OPTIONS,
});
const [name = '', folder = process.env['POLICIES_DIR'] ?? './policies', ...rest] = positionals;
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
// A mistyped option would otherwise be passed over in silence, and another span simulated than was meant.
const options = Object.entries(values);
const understood =
  name === 'simulate'
    ? options.every(
        ([option, value]) =>
          Object.hasOwn(SIMULATE_OPTIONS, option) && (option === 'json') === (value === true),
      )
    : options.length === 0;
if (command !== undefined && rest.length === 0 && understood) {
  try {
    process.exitCode = await command(folder.replace(/\/+$/, ''));
  } catch (error) {
    console.error(`could not look: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  }
} else {
  console.error(USAGE);
  process.exitCode = 2;
}
