import fc from 'fast-check';
import { numberValues } from './numbers.js';
import { extractStatements } from './statements.js';

const kinds = (text: string) => extractStatements(text).map((each) => [each.meaning.kind, each.text.trim()]);
const minor = (text: string) =>
  extractStatements(text).flatMap((each) => (each.meaning.kind === 'price' ? each.meaning.minor : []));

describe('numbers', () => {
  it.each([
    ['1299', [1299]],
    ['19.99', [19.99]],
    ['19,99', [19.99]],
    ['1,299.00', [1299]],
    ['1.299,00', [1299]],
    ["1'299.50", [1299.5]],
    ['1\u00a0299,50', [1299.5]],
    ['1,299,000', [1_299_000]],
    ['1.299', [1299, 1.299]],
    ['0.125', [0.125]],
  ])('reads %s', (written, values) => {
    expect(numberValues(written)).toEqual(values);
  });

  it('reads back what English and German write', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999 }), (cents) => {
        for (const locale of ['en-GB', 'de-DE', 'de-CH']) {
          const written = (cents / 100).toLocaleString(locale, { minimumFractionDigits: 2 });
          expect(numberValues(written)).toContain(cents / 100);
        }
      }),
    );
  });
});

describe('statements', () => {
  it('finds prices in every usual notation', () => {
    expect(
      minor('€19.99, 1.299,00 €, EUR 20, $1,299.00, £5, 19,- €, CHF 1’299.50, 99 cents, 1 299,00 €'),
    ).toEqual([1999, 129_900, 2000, 129_900, 500, 1900, 129_950, 99, 129_900]);
  });

  it('takes prices as Intl writes them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 9_999_999 }),
        fc.constantFrom('en-US', 'en-GB', 'de-DE', 'de-AT'),
        fc.constantFrom('EUR', 'USD', 'GBP', 'CHF'),
        (cents, locale, currency) => {
          const written = (cents / 100).toLocaleString(locale, { style: 'currency', currency });
          expect(minor(`It costs ${written} today.`)).toEqual([cents]);
        },
      ),
    );
  });

  it('finds percentages, dates and quantities', () => {
    expect(kinds('Save 20 % until 30 November 2026, back within 30 days.')).toEqual([
      ['percentage', '20 %'],
      ['date', '30 November 2026'],
      ['quantity', '30 days'],
    ]);
    expect(kinds('15 Prozent bis zum 30.11.2026, Versand in 2-3 Werktagen.')).toEqual([
      ['percentage', '15 Prozent'],
      ['date', '30.11.2026'],
      ['quantity', '2-3 Werktagen'],
    ]);
    expect(kinds('Half price on Nov 30th, see 2026-12-01 and 12/24/2026')).toEqual([
      ['percentage', 'Half price'],
      ['date', 'Nov 30th'],
      ['date', '2026-12-01'],
      ['date', '12/24/2026'],
    ]);
  });

  it('finds superlatives, offers and guarantees in English and German', () => {
    expect(kinds('The best kettle, free shipping, money-back guaranteed.')).toEqual([
      ['superlative', 'The best'],
      ['offer', 'free shipping'],
      ['other', 'money-back'],
      ['other', 'guaranteed'],
    ]);
    expect(kinds('Der günstigste Kessel, versandkostenfrei, klimaneutral.').map(([kind]) => kind)).toEqual([
      'superlative',
      'offer',
      'other',
    ]);
  });

  it('leaves figures of speech alone', () => {
    expect(
      kinds(
        'Best regards. We do our best, as best we can. All the best. Beste Grüße! You may 5 times sign in. Call us at 12 Mill Lane. © 2026. Order #10045.',
      ).filter(([kind]) => kind !== 'quantity'),
    ).toEqual([]);
  });

  it('points exactly at what it found, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (noise) => {
        const text = `${noise}\n\nOnly €5.00 now.`;
        const found = extractStatements(text);
        for (const each of found) expect(text.slice(each.start, each.end)).toBe(each.text);
        expect(found.some((each) => each.text.includes('€5.00'))).toBe(true);
      }),
    );
  });
});
