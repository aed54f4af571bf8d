import { plainWords } from './plain-words.js';

const titles = {
  actions: new Map([['recover-cart', 'Remind of an unfinished checkout']]),
  triggers: new Map([['signed-up', 'Somebody signed up']]),
  guardrails: new Map([
    ['minors', 'Nothing for minors'],
    ['quiet-hours', 'Quiet hours'],
  ]),
};

describe('a stored reason', () => {
  it.each([
    ['Rule minors suppresses it: they are young', 'Rule “Nothing for minors” suppresses it: they are young'],
    [
      'The rules quiet-hours and minors together leave no hour of the week.',
      'The rules “Quiet hours” and “Nothing for minors” together leave no hour of the week.',
    ],
    [
      'It waits until noon: rule quiet-hours, minors allows no earlier hour.',
      'It waits until noon: rule “Quiet hours”, “Nothing for minors” allows no earlier hour.',
    ],
    ['The trigger signed-up fired and was late.', 'The trigger “Somebody signed up” fired and was late.'],
    [
      'recover-cart is not for this person: profile.hasEmail',
      '“Remind of an unfinished checkout” is not for this person: profile.hasEmail',
    ],
  ])('says %j in titles', (stored, shown) => {
    expect(plainWords(stored, titles)).toBe(shown);
  });

  it('says a sign of risk in words, and keeps what nobody knows by another name', () => {
    expect(plainWords('Risk 0.90 is at or above 0.50, most of all by instructions.hidden.', titles)).not.toContain('instructions.hidden'); // prettier-ignore
    expect(plainWords('Rule gone-since suppresses it: R', titles)).toBe('Rule gone-since suppresses it: R');
    expect(plainWords('The rule for minors is strict.', titles)).toBe('The rule for minors is strict.');
  });
});
