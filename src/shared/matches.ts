/**
 * Every match of a global pattern, as `String.matchAll` finds them. That makes a copy of the pattern at each call, which an engine that has
 * collected its garbage compiles anew and interprets from then on: with patterns as long as those of the checks, twice the time.
 * @throws TypeError when the pattern is not global.
 */
export function matchesOf(text: string, pattern: RegExp): RegExpExecArray[] {
  if (!pattern.global)
    throw new TypeError(`a pattern that is to match more than once is not global: ${pattern}`);
  const found: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    found.push(match);
    if (match[0] === '') pattern.lastIndex = afterCharacter(text, pattern);
  }
  return found;
}

/** An empty match would be found at its place for ever; a character above U+FFFF is two units of a string. */
function afterCharacter(text: string, { lastIndex, unicode, unicodeSets }: RegExp): number {
  const wide = (unicode || unicodeSets) && (text.codePointAt(lastIndex) ?? 0) > 0xffff;
  return lastIndex + (wide ? 2 : 1);
}
