import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenPlaybook } from '../../test/fixtures/golden-playbook.js';
import { fact, NOW, past, situation } from '../../test/fixtures/playbook.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { decide } from './decide.js';
import { type DecisionResult, ENGINE, PRIOR_MODELS } from './decision.js';
import { type Situation } from './situation.js';

interface Golden {
  readonly engine: string;
  readonly decisions: readonly {
    readonly name: string;
    readonly seed: string;
    readonly situation: Situation;
    readonly result: DecisionResult;
  }[];
}

const file = join(process.cwd(), 'test/fixtures/golden-decisions.json');

/** Written down once; `UPDATE_GOLDEN=1` writes them again, which calls for another ENGINE. */
const situations: readonly [string, Situation][] = [
  ['a new customer in Berlin at ten', situation({ actions: ['welcome'] })],
  ['everything a caller may ask for', situation({ facts: [fact({ id: 'sku-1', data: { price: 1_999 } })] })],
  [
    'the night before the clocks change in Berlin',
    situation({ now: '2026-03-28T22:30:00.000Z', actions: ['welcome'] }),
  ],
  [
    'a visitor with an American number of unknown zone',
    situation({
      actions: ['welcome'],
      profile: {
        country: 'US',
        zones: ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles'],
      },
    }),
  ],
  [
    'half an hour off in Kolkata',
    situation({ actions: ['win-back'], profile: { id: 'prf_7', zones: ['Asia/Kolkata'], country: 'IN' } }),
  ],
  ['nobody knows where', situation({ actions: ['welcome'], profile: { zones: [], country: null } })],
  [
    'a message yesterday and one waiting',
    situation({
      actions: ['welcome'],
      history: [
        past({ messageId: 'msg_a', at: '2026-06-30T18:00:00.000Z' }),
        past({ messageId: 'msg_b', at: '2026-07-02T06:00:00.000Z', open: true }),
      ],
    }),
  ],
  [
    'an order from somebody who unsubscribed',
    situation({
      actions: ['receipt', 'welcome'],
      profile: { consents: [] },
      suppressions: [{ channel: 'email', reason: 'unsubscribe', at: NOW }],
    }),
  ],
  ['a product that is gone', situation({ actions: ['back-in-stock'] })],
  [
    'somebody whom a person takes care of',
    situation({ openTasks: [{ id: 'tsk_1', code: 'complaint', reason: 'A complaint is open' }] }),
  ],
];

if (process.env['UPDATE_GOLDEN'] === '1') {
  const decisions = situations.map(([name, about]) => ({
    name,
    seed: name,
    situation: about,
    result: decide(goldenPlaybook, about, PRIOR_MODELS, name),
  }));
  writeFileSync(file, `${JSON.stringify({ engine: ENGINE, decisions }, null, 2)}\n`);
}

describe('golden decisions', () => {
  const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

  it('belong to this engine', () => {
    expect(golden.engine).toBe(ENGINE);
    expect(golden.decisions).toHaveLength(situations.length);
  });

  it.each(golden.decisions.map((each) => [each.name, each] as const))('%s', (_name, each) => {
    const again = decide(goldenPlaybook, each.situation, PRIOR_MODELS, each.seed);
    expect(again).toEqual(each.result);
    expect(canonicalJson(again)).toBe(canonicalJson(each.result));
  });
});
