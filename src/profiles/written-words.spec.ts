import { vocabularySchema } from '../policies/playbook.js';
import { IMPORT_SOURCE, OWN_SOURCE, type Signal } from '../signals/signal.js';
import { heaviestOf, momentsIn } from './sensitive-moments.js';
import { isNews, momentWrittenIn } from './written-words.js';

const text = { type: 'string', absent: 'unknown' };
const vocabulary = vocabularySchema.parse({
  events: {
    'Product Reviewed': {
      properties: {
        review_body: { ...text, written: true },
        tags: { type: 'list<string>', absent: { default: [] }, written: true },
        name: text,
      },
    },
    'Reply Received': { properties: { text: { ...text, written: true } } },
    'Order Shipped': { properties: { note: text } },
  },
});

function heard(event: string, properties: Signal['properties'], type = 'track'): string | null {
  return momentWrittenIn(vocabulary, { type, event, properties })?.code ?? null;
}

describe('what a person wrote', () => {
  it.each([
    ['My husband passed away last week.', 'moment.grief'],
    ['We buried my dad on Saturday.', 'moment.grief'],
    ['Wir haben unser Kind in der 20. Woche verloren.', 'moment.grief'],
    ['I would rather not wake up.', 'moment.grief'],
    ['Ich liege seit Montag in der Klinik.', 'moment.illness'],
    ['Had a bad fall, both wrists in plaster.', 'moment.illness'],
    ['This is the third time I ask.', 'moment.anger'],
    ['Mir platzt gleich der Kragen.', 'moment.anger'],
    ['The bowl came in four pieces.', 'moment.complaint'],
    ['Der Henkel ist nach zwei Tagen abgebrochen.', 'moment.complaint'],
    ['Please wipe everything you hold about me.', 'moment.cancellation'],
    ['Ich trete vom Kauf zurück.', 'moment.cancellation'],
    ['Could somebody please ring me?', 'moment.asks-person'],
    ['Gibt es einen echten Ansprechpartner?', 'moment.asks-person'],
    ['Next step is trading standards.', 'moment.legal'],
    ['We are behind with the rent.', 'moment.hardship'],
    ['Der Gerichtsvollzieher war gestern da.', 'moment.hardship'],
    ['Ich habe die Diagnose Krebs bekommen.', 'moment.illness'],
    ['This is ridiculous.\nI am   fed\tup with you.', 'moment.anger'],
    ['The kettle arrived broken, like the last one.', 'moment.complaint'],
    ['Please cancel my contract.', 'moment.cancellation'],
    ['Can I talk to a human?', 'moment.asks-person'],
    ['You will hear from my lawyer.', 'moment.legal'],
    ['I cannot pay the rest this month.', 'moment.hardship'],
  ])('%s', (words, code) => {
    expect(momentsIn(words).map((moment) => moment.code)).toContain(code);
    expect(heard('Product Reviewed', { review_body: words })).toBe(code);
  });

  it('is looked at where the vocabulary says that the person wrote it, and nowhere else', () => {
    const words = 'My husband passed away last week.';
    expect(heard('Product Reviewed', { tags: ['a gift', words] })).toBe('moment.grief');
    expect(heard('Product Reviewed', { name: words, other: words })).toBeNull();
    expect(heard('Order Shipped', { note: words })).toBeNull();
    expect(heard('Nothing Declared', { text: words })).toBeNull();
    expect(heard('constructor', { text: words })).toBeNull();
    expect(heard('Product Reviewed', { review_body: words }, 'page')).toBeNull();
    expect(heard('Product Reviewed', { review_body: { text: words }, tags: [1, null] })).toBeNull();
  });

  it('says nothing in a single word, such as a code, and in what people say every day', () => {
    for (const words of [
      '',
      'funeral',
      ' REFUND ',
      'Lovely cups, and the parcel came on time.',
      'The box came in one piece, and we have enough cups now.',
      'Worth every penny. Shocking pink is my favourite.',
      'Mein Mann hat seine Tasse verloren, gibt es sie noch?',
      'Das Paket ist jeden Cent wert, und es tropft nicht.',
    ])
      expect([words, heard('Product Reviewed', { review_body: words })]).toEqual([words, null]);
  });

  it.each([
    ['moment.grief', 'The house is so quiet without him, I do not need the double portions.'],
    ['moment.complaint', 'Nobody has rung me in three weeks and the tap still drips.'],
    ['moment.asks-person', 'Könnte mich bitte ein Mensch anrufen? Ich verstehe die Rechnung nicht.'],
    ['moment.hardship', 'Seit der Trennung weiß ich nicht, wie ich die Raten schaffen soll.'],
  ])('is heard as %s where no list has the wording: %s', (code, words) => {
    expect(heard('Product Reviewed', { review_body: words })).toBe(code);
    // However much else is said around it.
    const around = 'We have had the blue cups for two years now and use them every morning. '.repeat(6);
    expect(heard('Product Reviewed', { review_body: `${around}${words} ${around}` })).toBe(code);
  });

  it('is neither in what somebody answers to nor in how a machine signs for them', () => {
    const words = 'Could you tell me when the blue cups are back? We would take four of them.';
    for (const signed of [
      'Sent from my iPhone',
      'Sent from Yahoo Mail on Android',
      'Von meinem Samsung Galaxy gesendet',
      'Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.',
      'Diese E-Mail enthält vertrauliche Informationen und ist nur für Sie bestimmt.',
      'On 3 November Marrow & Pine wrote:\n> The house is so quiet without him.',
    ])
      expect([signed, momentsIn(`${words}\n\n${signed}`)]).toEqual([signed, []]);
    // A line that begins alike is theirs.
    const own = 'Sent you three letters since May, and nobody has rung me, and the tap still drips.';
    expect(momentsIn(`${words}\n${own}`).map(({ code }) => code)).toContain('moment.complaint');
  });

  it('is the gravest of what was said', () => {
    const words = 'I want my money back: this was for my mother, who passed away.';
    expect(momentsIn(words).map(({ code }) => code)).toEqual(['moment.grief', 'moment.complaint']);
    expect(heard('Product Reviewed', { review_body: words })).toBe('moment.grief');
    expect(heaviestOf(['text.forbidden', 'moment.recent-event'])).toBeNull();
  });

  it('asks for nobody where a stop is all that was said', () => {
    expect(heard('Reply Received', { text: 'Please unsubscribe me' })).toBeNull();
    expect(heard('Reply Received', { text: 'Unsubscribe me, I am fed up with you' })).toBe('moment.anger');
  });

  it('takes no longer for hostile texts than their length', () => {
    const words = `${'so very '.repeat(4_000)}${'lost my '.repeat(1_000)}`;
    // What such words sound like nobody could say; they are looked through to their end.
    expect(momentsIn(`${words}. My father died.`).map(({ code }) => code)).toContain('moment.grief');
    for (const piece of ['\n', ' \n>', 'On ', 'this message ', '. ', '1. ', '\n- '])
      expect(momentsIn(`${piece.repeat(10_000)} My father died.`)).toHaveLength(1);
  });
});

describe('news', () => {
  const now = '2026-11-18T12:00:00.000Z';
  const signal = (parts: Partial<Signal>): Signal => ({
    id: 'sig_1',
    source: 'wk_1',
    messageId: 'm',
    type: 'track',
    event: 'Reply Received',
    userId: 'u',
    anonymousId: null,
    previousId: null,
    groupId: null,
    traits: {},
    properties: {},
    context: {},
    occurredAt: '2026-11-18T11:00:00.000Z',
    receivedAt: now,
    ...parts,
  });

  it('are what was said just now, by a person', () => {
    expect(isNews(signal({}), now, 3_600_000)).toBe(true);
    expect(isNews(signal({}), now, 3_599_999)).toBe(false);
    expect(isNews(signal({ source: IMPORT_SOURCE }), now, 3_600_000)).toBe(false);
    expect(isNews(signal({ source: OWN_SOURCE }), now, 3_600_000)).toBe(false);
  });
});
