import { sentencesOf } from './sentences.js';

const said = (text: string) => sentencesOf(text).map((sentence) => sentence.text);

describe('sentences', () => {
  it('end at a mark before space, with the quotes and brackets that close there', () => {
    expect(said('One. Two! Three?! Four… five')).toEqual(['One.', 'Two!', 'Three?!', 'Four…', 'five']);
    expect(said('She said “no.” He left. (So did I.) Fine.')).toEqual([
      'She said “no.”',
      'He left.',
      '(So did I.)',
      'Fine.',
    ]);
  });

  it('do not end at prices, days, initials and what is shortened', () => {
    for (const whole of [
      'It costs €24.00 until then.',
      'Schon am 1. Dezember wird geliefert.',
      'Tee, z. B. Assam, ca. 20 Sorten.',
      'Ask Dr. Finch, e.g. on Monday.',
      'J. Alder und A. Finch.',
    ])
      expect(said(whole)).toEqual([whole]);
  });

  it('end at an empty line and at the next item of a list, not where a line merely was too long', () => {
    expect(said('In the basket:\n- a cup\n- a kettle, 1 l\n\nYours\nMarrow')).toEqual([
      'In the basket:',
      '- a cup',
      '- a kettle, 1 l',
      'Yours\nMarrow',
    ]);
  });

  it('say where they stand', () => {
    const text = '  One.  Two three.\n\nFour ';
    for (const { text: sentence, start, end } of sentencesOf(text))
      expect(text.slice(start, end)).toBe(sentence);
    expect(sentencesOf(' \n ')).toEqual([]);
  });
});
