import { applyPatch, structuredPatch } from 'diff';

type Files = Readonly<Record<string, string>>;

/** What a change makes of other files than those it was written against. */
export interface LaidOver {
  /** By path: the new text, or null to drop the file. */
  readonly changes: Readonly<Record<string, string | null>>;
  /** Paths of files that both changed, in or next to the same lines. */
  readonly conflicts: readonly string[];
}

/** Lines put in or taken out of one file, beyond which nobody looks for where they belong. */
const MOST_LINES = 2_000;

/**
 * What differs between a base and what was made of it, laid over other files made of the same base. Where both changed the same file, each has
 * to find its lines and those around them as they were.
 */
export function laidOver({
  base,
  proposed,
  active,
}: Record<'base' | 'proposed' | 'active', Files>): LaidOver {
  const changes: Record<string, string | null> = {};
  const conflicts: string[] = [];
  for (const path of [...new Set([...Object.keys(base), ...Object.keys(proposed)])].sort()) {
    const [was, would, is] = [base[path], proposed[path], active[path]];
    if (would === was || would === is) continue;
    const text = is === was ? would : textLaidOver(was, would, is);
    if (text === null) conflicts.push(path);
    else changes[path] = text ?? null;
  }
  return { changes, conflicts };
}

/** @returns null where it does not fit, or where only one of them still has the file. */
function textLaidOver(
  was: string | undefined,
  would: string | undefined,
  is: string | undefined,
): string | null {
  if (was === undefined || would === undefined || is === undefined) return null;
  const patch = structuredPatch('', '', was, would, undefined, undefined, { maxEditLength: MOST_LINES });
  const text = patch === undefined ? false : applyPatch(is, patch);
  return text === false ? null : text;
}
