import { z } from 'zod';
import { Problem } from './problem.js';

const LIMIT = 'should be a whole number from 1 to 200';

/** `?limit=` (1 to 200, default 50) and `?cursor=`. Extend it with a list's own filters. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number({ error: LIMIT }).int({ error: LIMIT }).min(1, LIMIT).max(200, LIMIT).default(50),
  cursor: z.string().min(1).max(1_000).optional(),
});
export type PageQuery = z.output<typeof pageQuery>;

/** One page of a list. `nextCursor` is null on the last one. */
export interface Page<Item> {
  readonly data: Item[];
  readonly nextCursor: string | null;
}

/** What a row is ordered by, in order: enough to go on exactly behind it. */
export type CursorParts = readonly (string | number)[];

export function encodeCursor(parts: CursorParts): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Reads a cursor back; null when there is none.
 * @param shape what its parts are, such as `z.tuple([z.iso.datetime(), z.string()])`.
 * @throws Problem 400 when it is not one that this list gave out.
 */
export function decodeCursor<Parts>(cursor: string | undefined, shape: z.ZodType<Parts>): Parts | null {
  if (cursor === undefined) return null;
  const parsed = shape.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  const message = 'is not a cursor of this list; start again without it';
  throw new Problem(400, 'bad-cursor', `cursor ${message}`, [{ path: 'cursor', message }]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No JSON is no cursor: the shape refuses it.
  }
}

/** Makes a page of rows that were read with `limit + 1`: the one too many says that there is more. */
export function page<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => CursorParts,
): Page<Row> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return {
    data,
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(cursorOf(last)) : null,
  };
}
