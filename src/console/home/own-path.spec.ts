import fc from 'fast-check';
import { ownPath } from './own-path.js';

const CONSOLE = 'https://console.example';

describe('where a person lands after signing in', () => {
  it('goes on to where they were going', () => {
    expect(ownPath('/reviews/rev_1?edit=1')).toBe('/reviews/rev_1?edit=1');
  });

  it.each([
    undefined,
    '',
    'https://evil.example.org',
    '//evil.example.org',
    '/\\evil.example.org',
    '/\t/evil.example.org',
    '/\n/evil.example.org',
    '\t//evil.example.org',
    '/.//evil.example.org',
    '/a/..//evil.example.org',
    '/%2e//evil.example.org',
    'javascript:alert(1)',
    'reviews',
    '/sign-in?next=%2F',
  ])('starts at home instead of %j', (next) => {
    expect(ownPath(next)).toBe('/');
  });

  it('never leads to another host, whatever the link says', () => {
    const hostile = fc
      .array(
        fc.constantFrom(
          '/',
          '\\',
          '\t',
          '\r',
          '\n',
          '.',
          '..',
          '%2e',
          '@',
          ':',
          '?',
          '#',
          'evil.example',
          ' ',
        ),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(hostile, (next) => {
        const path = ownPath(next);
        expect(path).toMatch(/^\/(?![/\\])/);
        expect(new URL(path, CONSOLE).origin).toBe(CONSOLE);
      }),
      { numRuns: 2_000 },
    );
  });
});
