import { guardrailSchema, triggerSchema } from '../../policies/playbook.js';
import { durationWords, guardrailWords, scopeWords, triggerWords } from './rule-words.js';

const guardrail = (more: Record<string, unknown>) =>
  guardrailSchema.parse({ id: 'rule', title: 'Rule', reason: 'because', owner: 'crm', ...more });

describe('rules in words', () => {
  it('says how long', () => {
    expect(durationWords('1h')).toBe('1 hour');
    expect(durationWords('30d')).toBe('30 days');
  });

  it('says when a trigger fires', () => {
    const trigger = triggerSchema.parse({
      id: 'abandoned-cart',
      title: 'Abandoned cart',
      actions: ['cart-reminder'],
      owner: 'crm',
      kind: 'inaction',
      event: 'Checkout Started',
      unless: ['Order Completed'],
      within: '1h',
    });
    expect(triggerWords(trigger)).toBe('1 hour after “Checkout Started”, unless “Order Completed” happened');
  });

  it('says every part of a limit', () => {
    const limit = guardrail({
      effect: 'limit',
      caps: [{ max: 2, per: '7d', classes: ['marketing'] }],
      hours: { from: '08:00', to: '20:00', days: [1, 2] },
    });
    expect(guardrailWords(limit)).toBe(
      'at most 2 in any 7 days (marketing); only 08:00–20:00 local time, Mon, Tue',
    );
  });

  it('says that an empty scope is everywhere', () => {
    expect(scopeWords(guardrail({ effect: 'suppress' }).scope)).toBe('everywhere');
    expect(
      scopeWords(
        guardrail({ effect: 'suppress', scope: { classes: ['marketing'], exceptActions: ['welcome'] } })
          .scope,
      ),
    ).toBe('marketing, except welcome');
  });
});
