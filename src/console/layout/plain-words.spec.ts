import { plainWords } from './plain-words.js';

const titles = {
  actions: new Map([['recover-cart', 'Remind of an unfinished checkout']]),
  triggers: new Map([['signed-up', 'Somebody signed up']]),
  guardrails: new Map([
    ['minors', 'Nothing for minors'],
    ['quiet-hours', 'Quiet hours'],
  ]),
  currency: 'EUR',
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
    [
      'recover-cart by email is worth more than doing nothing: 184 expected after the cost of contact.',
      '“Remind of an unfinished checkout” by email is worth more than doing nothing: €1.84 expected after the cost of contact.',
    ],
    [
      'recover-cart by onsite: Whether the person agreed is not known.',
      '“Remind of an unfinished checkout” by onsite: Whether the person agreed is not known.',
    ],
    ['act: recover-cart by email', 'act: “Remind of an unfinished checkout” by email'],
    [
      'This person belongs to the 10 % who never get recover-cart, so that its effect can be measured.',
      'This person belongs to the 10 % who never get “Remind of an unfinished checkout”, so that its effect can be measured.',
    ],
    ['If recover-cart were worth 100.5', 'If “Remind of an unfinished checkout” were worth €1.01'],
    [
      'If rule minors did not apply and rule quiet-hours did not apply',
      'If rule “Nothing for minors” did not apply and rule “Quiet hours” did not apply',
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
