import { guardrailSchema } from '../../policies/playbook.js';
import { type Json } from '../../shared/canonical-json.js';
import { memberWords, ruleWords } from './change-words.js';

const rule = (more: Record<string, unknown>) =>
  guardrailSchema.parse({ id: 'rule', title: 'Rule', reason: 'because', owner: 'crm', ...more });
const limit = (more: Record<string, unknown>) =>
  JSON.parse(JSON.stringify(rule({ effect: 'limit', ...more }))) as Record<string, Json>;
const between = (member: string, before: Record<string, unknown>, after: Record<string, unknown>) =>
  memberWords('guardrails/rule', member, limit(before)[member] ?? null, limit(after)[member] ?? null);

describe('a change in words', () => {
  it('tells the cap that is otherwise, and leaves out those that stay', () => {
    const day = { max: 1, per: '1d', classes: ['marketing'] };
    expect(between('caps', { caps: [day, { max: 3, per: '7d' }] }, { caps: [day, { max: 2, per: '7d' }] })).toEqual({ gone: ['at most 3 in any 7 days'], new: ['at most 2 in any 7 days'] }); // prettier-ignore
    expect(between('caps', { caps: [day] }, {})).toEqual({
      gone: ['at most 1 in any 1 day (marketing)'],
      new: [],
    });
  });

  it('tells hours and scope as the playbook does', () => {
    expect(between('hours', {}, { hours: { from: '08:00', to: '20:00' } })).toEqual({
      gone: [],
      new: ['only 08:00–20:00 local time, every day'],
    });
    expect(between('scope', {}, { scope: { countries: ['DE'] } })).toEqual({
      gone: ['everywhere'],
      new: ['in DE'],
    });
  });

  it('writes down what has no words of its own', () => {
    expect(memberWords('actions/welcome', 'value', 900, 1200)).toEqual({ gone: ['900'], new: ['1200'] });
    expect(memberWords('actions/welcome', 'channels', ['email', 'push'], ['push', 'email'])).toEqual({
      gone: ['email', 'push'],
      new: ['push', 'email'],
    });
    expect(memberWords('guardrails/gone', 'caps', [{ most: 3 }], null)).toEqual({
      gone: ['{"most":3}'],
      new: [],
    });
  });

  it('says a whole rule', () => {
    expect(ruleWords(rule({ effect: 'suppress', scope: { classes: ['marketing'] }, when: 'a > 1' }))).toBe(
      'never send; marketing, when a > 1',
    );
    expect(ruleWords(rule({ effect: 'review' }))).toBe('review by a person; everywhere');
  });
});
