import fc from 'fast-check';
import { looseClaims } from './loose-claims.js';

const found = (text: string) =>
  looseClaims(text).map(({ kind, start, end }) => [kind, text.slice(start, end)] as const);
const keys = (text: string, isApproved = false) => looseClaims(text, isApproved).flatMap((each) => each.keys);

describe('what would be a claim in any sentence', () => {
  it.each([
    ['There are 47 shelves in our shop.', 'quantity', '47'],
    ['Wir legen sieben Samen dazu.', 'quantity', 'sieben Samen'],
    ['Lunch is served from 12:15.', 'date', '12:15'],
    ['Wir öffnen um 7 Uhr.', 'date', '7 Uhr'],
    ['Come by before noon.', 'date', 'before noon'],
    ['We bake every Thursday.', 'date', 'Thursday'],
    ['Donnerstags wird gebacken.', 'date', 'Donnerstags'],
    ['Our house was founded in 1871.', 'date', '1871'],
    ['The tour is free for groups.', 'offer', 'free'],
    ['Getränke gibt es gratis.', 'offer', 'gratis'],
    ['Sie zahlen monatlich.', 'offer', 'monatlich'],
    ['It renews automatically.', 'offer', 'renews automatically'],
    ['Der Preis sinkt um ein Drittel.', 'percentage', 'Drittel'],
    ['In its second year it flowers.', 'quantity', 'second year'],
    ['It eases asthma.', 'other', 'asthma'],
    ['Gut bei Neurodermitis.', 'other', 'Neurodermitis'],
    ['Made with renewable power.', 'other', 'renewable'],
    ['Wir nutzen Ökostrom.', 'other', 'Ökostrom'],
    ['It contains no parabens.', 'other', 'no parabens'],
    ['Farbstofffrei und mild.', 'other', 'Farbstofffrei'],
    ['Dermatologists recommend it.', 'other', 'Dermatologists recommend'],
    ['It is bound to work.', 'other', 'bound to'],
    ['Our bread is crustier than any other.', 'superlative', 'crustier than any'],
    ['Sie schläft ruhiger ein als andere.', 'superlative', 'ruhiger ein als andere'],
    ['This is the crispiest bread.', 'superlative', 'the crispiest'],
    ['Es ist das knusprigste Brot.', 'superlative', 'das knusprigste'],
  ])('finds it in: %s', (text, kind, words) => {
    expect(found(text)).toContainEqual([kind, words]);
  });

  it.each([
    'Thank you for your order. We will write to you as soon as it is on its way.',
    'Feel free to reply to this mail if you have a question.',
    'Here are three steps to get started.',
    'Your order no. 4711 and your ticket 12 are with us.',
    'We would rather ask than guess.',
    'More than ever we are glad that you are here.',
    'At the latest, we will call you back.',
    'Haben Sie zwei Fragen? Wir haben Antworten.',
    'Ihre Bestellung ist eher da als gedacht.',
    'Happy Friday!',
    'Vielen Dank für Ihre Bestellung Nr. 4711.',
  ])('finds nothing in: %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('knows the same in another language, and a time in another notation', () => {
    expect(keys('renewable')).toEqual(keys('erneuerbare'));
    expect(keys('every Monday')).toEqual(keys('montags'));
    expect(keys('at 3 pm')).toContain('clock 900');
    expect(keys('um 15 Uhr')).toContain('clock 900');
  });

  it('takes from approved words every day between two', () => {
    const named = keys('Open Tuesday to Thursday', true);
    expect([1, 2, 3, 4, 5].map((day) => named.includes(`weekly ${day}`))).toEqual([false, true, true, true, false]); // prettier-ignore
  });

  it('marks places that are in the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        for (const { start, end } of looseClaims(text)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});
