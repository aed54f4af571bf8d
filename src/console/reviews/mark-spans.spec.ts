import fc from 'fast-check';
import { markSpans } from './mark-spans.js';

const span = (text: string, start: number, end: number) => ({
  field: 'text' as const,
  start,
  end,
  text: text.slice(start, end),
});

describe('marking the words that a check pointed at', () => {
  it('names the contribution of each stretch', () => {
    const text = 'Only today: 70 % off';
    expect(
      markSpans('text', text, [{ spans: [span(text, 0, 10)] }, { spans: [span(text, 12, 20)] }]),
    ).toEqual([
      { text: 'Only today', marks: [1] },
      { text: ': ', marks: [] },
      { text: '70 % off', marks: [2] },
    ]);
  });

  it('cuts overlapping spans where they meet', () => {
    const text = 'abcdef';
    expect(markSpans('text', text, [{ spans: [span(text, 0, 4)] }, { spans: [span(text, 2, 6)] }])).toEqual([
      { text: 'ab', marks: [1] },
      { text: 'cd', marks: [1, 2] },
      { text: 'ef', marks: [2] },
    ]);
  });

  it('leaves out a span that quotes other words than lie at its place', () => {
    const marked = markSpans('text', 'new words', [
      { spans: [{ field: 'text', start: 0, end: 3, text: 'old' }] },
    ]);
    expect(marked).toEqual([{ text: 'new words', marks: [] }]);
  });

  it('loses no character, whatever the spans are', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.tuple(fc.nat(40), fc.nat(40))), (text, pairs) => {
        const contributions = pairs.map(([a, b]) => ({
          spans: [span(text, Math.min(a, b), Math.max(a, b))],
        }));
        expect(
          markSpans('text', text, contributions)
            .map((stretch) => stretch.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});
