import { Injectable } from '@nestjs/common';
import { type Bundle } from '../policies/bundle.js';
import { PlaybookTester } from '../policies/index.js';
import { type TestReport } from '../policies/test-report.js';
import { coverageOf, runTest, type TestRun, withoutChance } from './run-tests.js';

/** Tests in one go before others get their turn: a millisecond each, about. */
const AT_ONCE = 16;

/** Of each bundle, since neither it nor its tests can change. */
const reports = new WeakMap<Bundle, Promise<TestReport>>();

/** Runs the tests of a playbook; those of one bundle once. */
@Injectable()
export class TesterService extends PlaybookTester {
  override test(bundle: Bundle): Promise<TestReport> {
    const known = reports.get(bundle) ?? runAll(bundle);
    reports.set(bundle, known);
    return known;
  }
}

/** Every test to its end, giving way to others now and then. */
export async function runAll(bundle: Bundle): Promise<TestReport> {
  const fixed = withoutChance(bundle);
  const runs: TestRun[] = [];
  for (const [i, test] of bundle.tests.entries()) {
    if (i % AT_ONCE === AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
    runs.push(runTest(fixed, test));
  }
  const failures = runs.flatMap(({ failure }) => (failure === null ? [] : [failure]));
  return { passed: runs.length - failures.length, failures, coverage: coverageOf(bundle, runs) };
}
