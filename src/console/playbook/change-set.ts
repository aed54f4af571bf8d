import { z } from 'zod';

/** Files of one change that are not on the page at the moment: path to new text, null where the file goes. */
export type OtherFiles = Readonly<Record<string, string | null>>;

const MOST_FILES = 50;
const otherFiles = z
  .record(z.string().trim().min(1).max(200), z.string().nullable())
  .refine((files) => Object.keys(files).length <= MOST_FILES, {
    error: `should be ${MOST_FILES} files at most`,
  });

/** A form's field that carries them from page to page, as JSON: nothing is kept before it is proposed. */
export const otherFilesField = z
  .string()
  .default('{}')
  .transform((text, context): OtherFiles => {
    const parsed = otherFiles.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: 'should be the files of the change as JSON', input: text });
    return z.NEVER;
  });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A change as it is written: the file on the page, and the others. */
export interface ChangeSet {
  readonly path: string;
  readonly text: string;
  readonly others: OtherFiles;
}

/** Everything that is written, as a proposal takes it; an empty file is none. */
export function changesOf({ path, text, others }: ChangeSet): Record<string, string | null> {
  return { ...others, [path]: text.trim() === '' ? null : text };
}

/** The same change with another of its files on the page; a file that was not changed is no part of it. @param base what is in force. */
export function opened(change: ChangeSet, path: string, base: Readonly<Record<string, string>>): ChangeSet {
  const all = Object.entries(changesOf(change)).filter(([file, text]) => text !== (base[file] ?? null));
  const text = new Map(all).get(path);
  return {
    path,
    text: text === undefined ? (base[path] ?? '') : (text ?? ''),
    others: Object.fromEntries(all.filter(([file]) => file !== path)),
  };
}

/** The same change without what is written in one of the files that are not on the page. */
export function leftOut<Change extends ChangeSet>(change: Change, path: string): Change {
  return {
    ...change,
    others: Object.fromEntries(Object.entries(change.others).filter(([file]) => file !== path)),
  };
}
