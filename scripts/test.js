// Runs every test that needs nothing but this machine; with --cluster those that use a database, on the PostgreSQL and the Redis that
// DATABASE_URL and REDIS_URL name. Ends with one line: "N passed, N failed", and ", N skipped" where there are any.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a spec imports that opens a database. */
const ON_A_DATABASE = /harness\/(database|service|dispatch-world|review-world|stages)\.js'/;

/** The integration and scenario suites, and the stages' specs that use a database; the rest is the same wherever it runs. */
function clusterSpecs() {
  const specs = (folder) =>
    readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith('.spec.ts'))
      .map((name) => join(folder, name));
  return [
    ...specs('test/integration'),
    ...specs('test/scenarios'),
    ...specs('src').filter((path) => ON_A_DATABASE.test(readFileSync(path, 'utf8'))),
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
const jest = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    'node_modules/jest/bin/jest.js',
    '--json',
    `--outputFile=${outputFile}`,
    ...(cluster && patterns.length === 0 ? ['--runTestsByPath', ...clusterSpecs()] : patterns),
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
