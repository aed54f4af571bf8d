import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenPlaybook } from '../../test/fixtures/golden-playbook.js';
import { contentHash } from '../shared/hash.js';
import { examine } from './candidates.js';
import { type DecisionResult, ENGINE, PRIOR_MODELS } from './decision.js';
import { asStoredBy, candidatesInFull, keptResult } from './kept-result.js';
import { type Situation } from './situation.js';

interface Golden {
  readonly decisions: readonly { name: string; situation: Situation; result: DecisionResult }[];
}

const { decisions } = JSON.parse(
  readFileSync(join(process.cwd(), 'test/fixtures/golden-decisions.json'), 'utf8'),
) as Golden;
const verdictsOf = ({ candidates }: DecisionResult) => candidates.flatMap(({ guardrails }) => guardrails);

describe('what is stored of a result', () => {
  it('is all but the rules that did not match', () => {
    const all = decisions.flatMap(({ result }) => verdictsOf(result));
    const kept = decisions.flatMap(({ result }) => verdictsOf(keptResult(result)));
    expect(kept).toEqual(all.filter(({ matched }) => matched));
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(all.length);
  });

  it.each(decisions)('tells everything again: $name', ({ situation, result }) => {
    const examination = examine(goldenPlaybook, situation, PRIOR_MODELS);
    const candidates = candidatesInFull(keptResult(result), examination);
    expect({ ...keptResult(result), candidates }).toEqual(result);
  });

  it('was everything under the first engine', () => {
    const [first] = decisions.filter(({ result }) => verdictsOf(result).some(({ matched }) => !matched));
    const result = first?.result;
    if (result === undefined) throw new Error('no rule stays silent in a golden decision');
    const hash = (engine: string): string => contentHash(asStoredBy(engine, result));
    expect(hash('countersign-1+tz2025b')).toBe(contentHash(result));
    expect(hash(`${ENGINE}+tz2025b`)).toBe(contentHash(keptResult(result)));
    expect(hash(ENGINE)).not.toBe(contentHash(result));
  });
});
