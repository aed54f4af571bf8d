import fc from 'fast-check';
import { z } from 'zod';
import { type EmailDraft } from './draft.js';
import { mendedOnce, nearlySame, readVariants, severalSchema } from './variants.js';

const ASKED = ['a', 'b', 'c'].map((label) => ({ label, brief: null }));
const LIMITS = { links: ['https://shop.example/cup'], factIds: ['cup'] };

const mail = (subject: string, text: string): EmailDraft => ({
  subject,
  preheader: '',
  blocks: [{ type: 'text', text }],
  claims: [],
});
const PLAIN = mail('Your cup is still here', 'We kept the cup that you put into your basket.');
const QUESTION = mail('Is anything unclear?', 'Ask us whatever you would like to know about it.');
const LETTER = mail(
  'A short note about your basket',
  'Nothing is lost: all of it waits until Friday evening.',
);

const answer = (...drafts: readonly (readonly [string, unknown])[]) => ({
  drafts: drafts.map(([label, draft]) => ({ label, draft })),
});
const read = (given: unknown) => readVariants('email', given, ASKED, LIMITS);

const word = fc.stringMatching(/^[a-zäöü]{2,9}$/);
const draft = fc
  .record({
    subject: fc.array(word, { minLength: 1, maxLength: 8 }),
    text: fc.array(word, { minLength: 1, maxLength: 60 }),
  })
  .map(({ subject, text }) => ({ kind: 'email' as const, ...mail(subject.join(' '), text.join(' ')) }));

describe('readVariants', () => {
  it('reads one draft for each label, in the order they were asked for', () => {
    const { variants, leftOut, problems } = read(answer(['c', LETTER], ['a', PLAIN], ['b', QUESTION]));
    expect(
      variants.map(({ label, written }) => [label, written.kind === 'email' && written.subject]),
    ).toEqual([
      ['a', PLAIN.subject],
      ['b', QUESTION.subject],
      ['c', LETTER.subject],
    ]);
    expect([leftOut, problems]).toEqual([[], []]);
  });

  it('leaves out what is missing, given twice or unusable, and keeps the others', () => {
    const foreign = {
      ...QUESTION,
      blocks: [{ type: 'button', text: 'Go', url: 'https://elsewhere.example/' }],
    };
    const { variants, leftOut, problems } = read(answer(['a', PLAIN], ['b', foreign]));
    expect(variants.map(({ label }) => label)).toEqual(['a']);
    expect(leftOut).toEqual([
      { label: 'b', code: 'unusable' },
      { label: 'c', code: 'missing' },
    ]);
    expect(problems.join('\n')).toContain(
      'draft "b": blocks[0].url: https://elsewhere.example/ is not among',
    );
    expect(read(answer(['a', PLAIN], ['a', LETTER])).leftOut[0]).toEqual({ label: 'a', code: 'unusable' });
  });

  it('keeps the first of two that say nearly the same', () => {
    const again = mail('Your cup is still here!', 'We kept that cup you put into your basket.');
    const { variants, leftOut, problems } = read(answer(['a', PLAIN], ['b', again], ['c', LETTER]));
    expect(variants.map(({ label }) => label)).toEqual(['a', 'c']);
    expect(leftOut).toEqual([{ label: 'b', code: 'same', as: 'a' }]);
    expect(problems).toEqual([expect.stringContaining('draft "b" says nearly the same as "a"')]);
  });

  it('never lets two that say nearly the same stand side by side', () => {
    fc.assert(
      fc.property(
        fc.array(draft, { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        ([one, two, three], twice) => {
          if (one === undefined || two === undefined || three === undefined) return;
          const { variants, leftOut } = read(stripped(['a', one], ['b', twice ? one : two], ['c', three]));
          expect(variants.length + leftOut.length).toBe(3);
          for (const [i, left] of variants.entries())
            for (const right of variants.slice(i + 1))
              expect(nearlySame(left.written, right.written)).toBe(false);
        },
      ),
    );
  });
});

/** As a model gives them: without the kind, which the prompt knows. */
function stripped(...drafts: readonly (readonly [string, EmailDraft])[]) {
  return answer(
    ...drafts.map(([label, { subject, preheader, blocks, claims }]) => {
      const one = { subject, preheader, blocks, claims };
      return [label, one] as const;
    }),
  );
}

describe('nearlySame', () => {
  const as = (one: EmailDraft) => ({ kind: 'email' as const, ...one });

  it('holds for the same words in another case, order or punctuation, whichever comes first', () => {
    fc.assert(
      fc.property(draft, draft, (one, other) => {
        const shouted = mail(`${one.subject.toUpperCase()}!`, textOf(one).split(' ').reverse().join(', '));
        expect(nearlySame(one, as(shouted))).toBe(true);
        expect(nearlySame(one, other)).toBe(nearlySame(other, one));
      }),
    );
  });

  it('does not hold where the subject, a figure or a link is another one', () => {
    expect(nearlySame(as(PLAIN), as({ ...PLAIN, subject: 'Is anything unclear?' }))).toBe(false);
    const priced = (price: string) =>
      as(mail('Your cup is still here', `We kept the cup for you, it is ${price} as before.`));
    expect(nearlySame(priced('€24.00'), priced('€19.00'))).toBe(false);
    expect(nearlySame(priced('€24.00'), priced('€24.00.'))).toBe(true);
    const led = (url: string) =>
      as({ ...PLAIN, blocks: [...PLAIN.blocks, { type: 'button', text: 'Go', url }] });
    expect(nearlySame(led('https://shop.example/a'), led('https://shop.example/b'))).toBe(false);
  });
});

const textOf = ({ blocks: [first] }: EmailDraft): string => (first?.type === 'text' ? first.text : '');

describe('mendedOnce', () => {
  it('complains once, and then takes what is usable; an answer without any is never taken', () => {
    const check = mendedOnce(read);
    expect(check(answer(['a', PLAIN])).length).toBeGreaterThan(0);
    expect(check(answer(['a', PLAIN]))).toEqual([]);
    expect(check(answer(['a', mail('Hi', 'Hello [name]')])).length).toBeGreaterThan(0);
  });
});

describe('severalSchema', () => {
  it('takes drafts by their labels and nothing else', () => {
    const schema = severalSchema(z.strictObject({ title: z.string() }), ASKED);
    expect(schema.safeParse(answer(['a', { title: 'x' }])).success).toBe(true);
    expect(schema.safeParse(answer(['d', { title: 'x' }])).success).toBe(false);
    expect(schema.safeParse(answer(['a', { subject: 'x' }])).success).toBe(false);
    expect(schema.safeParse(answer()).success).toBe(false);
  });
});
