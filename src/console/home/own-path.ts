/** A path of this console and nothing else, so that a link cannot lead a person elsewhere after they signed in. */
export function ownPath(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])/.test(next)) return '/';
  return next.startsWith('/sign-in') ? '/' : next;
}
