import { action, bundle, guardrail } from '../../test/fixtures/playbook.js';
import { keepsFrom, openTask } from './open-tasks.js';

const rules = [
  guardrail({ id: 'key-account', effect: 'handoff', handTo: 'sales', scope: { classes: ['marketing'] } }),
  guardrail({ id: 'complaint', effect: 'handoff', handTo: 'care', scope: { actions: ['acknowledge'] } }),
  guardrail({ id: 'fraud', effect: 'handoff', handTo: 'care' }),
  guardrail({ id: 'look', effect: 'review', scope: { actions: ['acknowledge'] } }),
];

/** Which of a newsletter, an order confirmation and an acknowledgement a task for this reason keeps from being sent. */
function kept(code: string): string[] {
  const task = openTask(bundle({ guardrails: rules }), {
    id: 't',
    code,
    reason: 'r',
  });
  return [
    action({ id: 'newsletter' }),
    action({ id: 'confirm', class: 'transactional' }),
    action({ id: 'acknowledge', class: 'transactional' }),
  ].flatMap(({ spec }) =>
    keepsFrom(task, { action: spec, channel: 'email', country: null }) ? [spec.id] : [],
  );
}

describe('an open task', () => {
  it.each([
    ['what they wrote', 'moment.grief', ['newsletter']],
    ['a rule on marketing', 'key-account', ['newsletter']],
    ['a rule on one thing that is owed', 'complaint', ['newsletter', 'acknowledge']],
    ['a rule on everything', 'fraud', ['newsletter', 'confirm', 'acknowledge']],
    ['a rule that hands over nothing', 'look', ['newsletter', 'confirm', 'acknowledge']],
    ['a matter of no rule', 'fate_unknown', ['newsletter', 'confirm', 'acknowledge']],
  ])('about %s keeps from marketing, and from what its rule is about', (_what, code, expected) => {
    expect(kept(code)).toEqual(expected);
  });

  it('that was written down without a scope keeps from everything, as it did then', () => {
    const { spec } = action({ id: 'confirm', class: 'transactional' });
    const task = { id: 't', code: 'key-account', reason: 'r' };
    expect(keepsFrom(task, { action: spec, channel: 'email', country: null })).toBe(true);
  });
});
