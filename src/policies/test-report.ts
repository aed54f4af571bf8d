import { type PlaybookError, type PlacedTest } from './bundle.js';

/** One expectation that did not come true: where in the test it stands (`expect.sendAt`), what it says, and what came instead. */
export interface Mismatch {
  readonly member: string;
  readonly expected: string;
  readonly got: string;
}

/** A test that failed, with everything that was otherwise than expected. */
export interface TestFailure {
  readonly test: string;
  readonly place: PlacedTest['place'];
  readonly mismatches: readonly Mismatch[];
}

/** What running a playbook's own tests showed. */
export interface TestReport {
  readonly passed: number;
  readonly failures: readonly TestFailure[];
  readonly coverage: Coverage;
}

/** What the tests never showed of a playbook's guardrails, by id in order. */
export interface Coverage {
  readonly guardrails: number;
  /** Matched in no test. */
  readonly neverMatched: readonly string[];
  /** Have a condition, and it held in every test that reached it. */
  readonly neverFailedToMatch: readonly string[];
}

/** The failures as mistakes at their places, one for each test. */
export function failuresAsErrors(failures: readonly TestFailure[]): PlaybookError[] {
  return failures.map(({ test, place, mismatches }) => ({
    ...place,
    message: `the test “${test}” fails: ${mismatches
      .map(({ member, expected, got }) => `${member} should be ${expected}, got ${got}`)
      .join('; ')}`,
  }));
}
