import fc from 'fast-check';
import { withoutPerson } from './without-person.js';

describe('a message as an example for others', () => {
  it('says nothing of whom it was written to', () => {
    const own = { first_name: 'Ada', last_name: 'King Noel', age: 36, tags: ['vip'], order: { total: 24 } };
    expect(
      withoutPerson(
        'Ada, dear Ms King  Noel: your 24 points (vip) wait. ada@example.com, +49 151 2345 6789. Adagio stays.',
        own,
        500,
      ),
    ).toBe(
      '[first_name], dear Ms [last_name]: your [total] points ([tags]) wait. [e-mail], [number]. Adagio stays.',
    );
  });

  it('leaves no value of the person in, wherever it stands', () => {
    const word = fc.stringMatching(/^[a-zA-Z]{3,8}$/);
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 8 }), (name, words) => {
        const text = [...words, name, ...words].join(' ');
        const masked = withoutPerson(text, { nick: name }, 1_000)
          .toLowerCase()
          .split(/[^a-z]+/);
        if (name.toLowerCase() !== 'nick') expect(masked).not.toContain(name.toLowerCase());
      }),
    );
  });
});
