import { type Bundle } from './bundle.js';
import { type TestReport } from './test-report.js';

/** Runs a playbook's own tests. A port: tests ask for decisions, and the stage that makes them stands downstream. */
export abstract class PlaybookTester {
  abstract test(bundle: Bundle): Promise<TestReport>;
}
