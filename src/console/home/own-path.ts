/** Stands for this console's own origin: whatever a path resolves to on it is judged against it. */
const OWN = 'http://console.invalid';

/**
 * A path of this console and nothing else, so that a link cannot lead a person elsewhere after they signed in. Judged as a browser would
 * read it: browsers drop tabs and line ends out of an address, and take a backslash for a slash.
 */
export function ownPath(next: string | undefined): string {
  if (next === undefined || !next.startsWith('/') || /[\p{Cc}\\]/u.test(next)) return '/';
  const url = URL.parse(next, OWN);
  if (url === null || url.origin !== OWN) return '/';
  const path = `${url.pathname}${url.search}`;
  // Dot segments may resolve to two leading slashes, which name a host.
  return path.startsWith('//') || path.startsWith('/sign-in') ? '/' : path;
}
