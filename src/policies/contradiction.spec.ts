import { fact } from '../../test/harness/risk.js';
import { contradictionsAmong, thingsOf } from './contradiction.js';

const NOW = '2026-11-20T09:00:00.000Z';
const cup = (id: string, data: Parameters<typeof fact>[2], parts: Parameters<typeof fact>[3] = {}) =>
  fact(id, 'product', { name: 'Tide cup', price: 2_400, currency: 'EUR', ...data }, parts);
const claim = (id: string, text: string) => fact(id, 'claim', { text });
const texts = (...facts: ReturnType<typeof fact>[]) =>
  contradictionsAmong(facts, NOW).map(({ text }) => text);

describe('facts that contradict each other', () => {
  it('are two prices of one product in force at once, whichever comes first', () => {
    const [one, other] = [cup('a', {}), cup('b', { name: ' TIDE  cup', price: 2_600 })];
    const found = [{ facts: ['a', 'b'], about: ['price'], text: 'price 2400 against 2600' }];
    expect(contradictionsAmong([one, other], NOW)).toEqual(found);
    expect(contradictionsAmong([other, one], NOW)).toEqual(found);
  });

  it('are found by number under two names, and by the code of an offer', () => {
    expect(texts(cup('a', { sku: 'T-1' }), cup('b', { name: 'Cup', sku: 'T-1', available: true, price: 1 }))).toEqual([
      'price 2400 against 1',
    ]); // prettier-ignore
    const offer = (id: string, percent: number) => fact(id, 'offer', { code: 'Hello', percent });
    expect(texts(offer('a', 10), offer('b', 15))).toEqual(['percent 10 against 15']);
  });

  it('are two claims that read the same but for one figure', () => {
    expect(texts(claim('a', 'Free delivery from €60.'), claim('b', 'Free delivery from €50'))).toEqual([
      '“€60” against “€50”',
    ]);
    expect(texts(claim('a', 'Rückgabe binnen 30 Tagen.'), claim('b', 'Rückgabe binnen 60 Tagen.'))).toHaveLength(1); // prettier-ignore
  });

  it.each([
    ['the same said twice', cup('a', {}), cup('b', {})],
    ['one after the other', cup('a', {}, { validUntil: NOW }), cup('b', { price: 1 }, { validFrom: NOW })],
    ['one that ended', cup('a', {}, { validUntil: '2026-11-01T00:00:00.000Z' }), cup('b', { price: 1 })],
    ['two sizes', cup('a', { size: 'S' }), cup('b', { size: 'L', price: 1 })],
    [
      'two pages',
      cup('a', { url: 'https://a.example/1' }),
      cup('b', { url: 'https://a.example/2', price: 1 }),
    ],
    ['two price lists', cup('a', {}), cup('b', { currency: 'GBP', price: 2_100 })],
    ['one that says less', cup('a', {}), fact('b', 'product', { name: 'Tide cup' })],
    ['two models', claim('a', 'Model 3 is for two.'), claim('b', 'Model 4 is for two.')],
    ['a table of sizes', claim('a', 'From 20 kg you need 5 l.'), claim('b', 'From 30 kg you need 7 l.')],
    ['claims of other things', claim('a', 'Postage is €4.'), claim('b', 'A gift box is €5.')],
  ])('are not: %s', (_what, one, other) => {
    expect(texts(one, other)).toEqual([]);
  });

  it('are found by names that survive white space, case and width', () => {
    expect(thingsOf(cup('a', { name: ' Ｔide\u00a0Cup ', sku: 7 }))).toEqual(['name:tide cup', 'sku:7']);
    expect(thingsOf(claim('a', 'x'))).toEqual([]);
  });
});
