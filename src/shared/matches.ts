import { isPlain, withCompactClasses } from './compact-pattern.js';

/**
 * Every match of a global pattern, as `String.matchAll` finds them. That makes a copy of the pattern at each call, which an engine that has
 * collected its garbage compiles anew and interprets from then on: with patterns as long as those of the checks, twice the time. Texts in Western
 * letters are looked through with the pattern's compact twin, see there.
 * @throws TypeError when the pattern is not global.
 */
export function matchesOf(text: string, pattern: RegExp): RegExpExecArray[] {
  if (!pattern.global)
    throw new TypeError(`a pattern that is to match more than once is not global: ${pattern}`);
  const used = isPlain(text) ? withCompactClasses(pattern) : pattern;
  const found: RegExpExecArray[] = [];
  used.lastIndex = 0;
  for (let match = used.exec(text); match !== null; match = used.exec(text)) {
    found.push(match);
    if (match[0] === '') used.lastIndex = afterCharacter(text, used);
  }
  return found;
}

/** An empty match would be found at its place for ever; a character above U+FFFF is two units of a string. */
function afterCharacter(text: string, { lastIndex, unicode, unicodeSets }: RegExp): number {
  const wide = (unicode || unicodeSets) && (text.codePointAt(lastIndex) ?? 0) > 0xffff;
  return lastIndex + (wide ? 2 : 1);
}
