// Runs every test that needs nothing but this machine (or, with DATABASE_URL set, the same on that PostgreSQL) and ends with one line:
// "N passed, N failed", and ", N skipped" where there are any.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const postgres = process.argv.includes('--postgres');
if (postgres && !process.env.DATABASE_URL) {
  console.error(
    'DATABASE_URL should name a PostgreSQL server with pgvector, where databases may be made and dropped',
  );
  process.exit(1);
}
const env = { ...process.env };
if (!postgres) delete env.DATABASE_URL;

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
    ...process.argv.slice(2).filter((argument) => argument !== '--postgres'),
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
