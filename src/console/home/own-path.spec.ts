import { ownPath } from './own-path.js';

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
    'reviews',
    '/sign-in?next=%2F',
  ])('starts at home instead of %s', (next) => {
    expect(ownPath(next)).toBe('/');
  });
});
