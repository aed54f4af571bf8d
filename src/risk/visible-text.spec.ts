import fc from 'fast-check';
import { visibleText } from './visible-text.js';

describe('visible text', () => {
  it('leaves out tags, comments, styles and heads, and resolves entities', () => {
    const html =
      '<head><title>No</title></head><style>p{}</style><p class="a>b">Fish &amp; chips&nbsp;f&uuml;r 5&#8364;<!-- no --><b>!</b></p>';
    expect(visibleText(html).text.replace(/\n+/g, '|')).toBe('|Fish & chips\u{a0}für 5€!|');
  });

  it('knows where each character came from', () => {
    const html = '<p>a &lt;b&gt; <i>c</i></p>';
    const { text, starts, ends } = visibleText(html);
    const at = text.indexOf('<b>');
    expect(html.slice(starts[at], ends[at + 2])).toBe('&lt;b&gt;');
  });

  it('never reads more than there is, and ends on broken html', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('<', '>', '&', ';', '"', 'p', '!', '-', '/', ' ', '#', '6'),
          maxLength: 200,
        }),
        (html) => {
          const { text, starts, ends } = visibleText(html);
          expect(starts.length).toBe(text.length);
          expect(ends.length).toBe(text.length);
          for (let i = 1; i < starts.length; i++)
            expect(starts[i]).toBeGreaterThanOrEqual(starts[i - 1] ?? 0);
          expect(ends.at(-1) ?? 0).toBeLessThanOrEqual(html.length);
        },
      ),
    );
  });
});
