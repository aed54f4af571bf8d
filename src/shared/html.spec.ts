import fc from 'fast-check';
import { escapeHtml, linksOf, unescapeHtml } from './html.js';

describe('html', () => {
  it('escapes so that nothing is lost and nothing is markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const html = escapeHtml(text);
        expect(html).not.toMatch(/[<>"']/);
        expect(unescapeHtml(html)).toBe(text);
      }),
    );
  });

  it('reads the targets of links, in order, repeated ones too', () => {
    const html = `<a class="x" href="https://a.example/?a=1&amp;b=2">1</a> <a href="https://b.example/">2</a> <link href="no"> <a href="https://b.example/">3</a>`;
    expect(linksOf(html)).toEqual(['https://a.example/?a=1&b=2', 'https://b.example/', 'https://b.example/']);
  });
});
