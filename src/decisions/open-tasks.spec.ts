import { action } from '../../test/fixtures/playbook.js';
import { keepsFrom } from './open-tasks.js';

/** Which of a newsletter and an order confirmation a task for this reason keeps from being sent. */
function kept(code: string): string[] {
  return [action({ id: 'newsletter' }), action({ id: 'confirm', class: 'transactional' })].flatMap(
    ({ spec }) => (keepsFrom({ code }, spec) ? [spec.id] : []),
  );
}

describe('an open task', () => {
  it.each([
    ['what they wrote', 'moment.grief', ['newsletter']],
    ['a rule', 'key-account', ['newsletter', 'confirm']],
    ['a matter of no rule', 'fate_unknown', ['newsletter', 'confirm']],
  ])(
    'about %s keeps from marketing, and from what is owed unless it is about their words',
    (_what, code, expected) => {
      expect(kept(code)).toEqual(expected);
    },
  );
});
