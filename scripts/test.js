// Runs every test that needs nothing but this machine; with --cluster those that use a database, on the PostgreSQL and the Redis that
// DATABASE_URL and REDIS_URL name; with patterns only the spec files whose paths match, each by itself. Ends with one line: "N passed, N
// failed", and ", N skipped" where there are any.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isOnADatabase, writeTogether } from './together.js';

/** So many test files take all spec files that use a database: two for each worker, so that they end at about the same time. */
const WORLDS = 6;

function specsIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.spec\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

/** The integration and scenario suites, and the stages' specs that use a database; the rest is the same wherever it runs. */
function clusterSpecs() {
  return [
    ...specsIn('test/integration'),
    ...specsIn('test/scenarios'),
    ...specsIn('src').filter(isOnADatabase),
  ];
}

const cluster = process.argv.includes('--cluster');
const patterns = process.argv.slice(2).filter((argument) => argument !== '--cluster');
const env = { ...process.env };
if (!cluster) {
  delete env.DATABASE_URL;
  delete env.REDIS_URL;
} else if (!env.DATABASE_URL || !env.REDIS_URL) {
  console.error(
    'DATABASE_URL should name a PostgreSQL server with pgvector, where databases may be made and dropped, and REDIS_URL a Redis',
  );
  process.exit(1);
}

const directory = mkdtempSync(join(tmpdir(), 'countersign-results-'));
const outputFile = join(directory, 'results.json');

function everything() {
  const specs = cluster ? clusterSpecs() : [...specsIn('src'), ...specsIn('test')];
  const roots = ['src', 'test', directory].map((folder) => `--roots=${resolve(folder)}`);
  return [...roots, '--runTestsByPath', ...writeTogether(specs, directory, WORLDS)];
}

const jest = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    'node_modules/jest/bin/jest.js',
    '--json',
    `--outputFile=${outputFile}`,
    ...(patterns.length === 0 ? everything() : patterns),
  ],
  { stdio: ['ignore', 'ignore', 'inherit'], env },
);

let summary;
try {
  const results = JSON.parse(readFileSync(outputFile, 'utf8'));
  // A file that fails to load holds no tests, and is a failure all the same.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  summary = `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
} catch (error) {
  console.error(`the test runner left no results: ${error}`);
  summary = '0 passed, 1 failed';
}
rmSync(directory, { recursive: true, force: true });
console.log(summary);
process.exitCode = jest.status === 0 ? 0 : 1;
