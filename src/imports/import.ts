import { z } from 'zod';

/** Bytes a file may have after unzipping. */
export const FILE_LIMIT = 50 * 1024 * 1024;
/** Bad lines that are spelled out; the others are counted. */
export const SPELLED_OUT = 1_000;

export const IMPORT_KINDS = ['contacts', 'consent', 'suppressions'] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];
const IMPORT_STATES = ['queued', 'running', 'done', 'failed'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** What is wrong with a line. Never with what stood there: that may be anybody's data. */
export interface BadLine {
  /** As a text editor counts; the line a record begins in. */
  readonly line: number;
  /** The column; empty when it is about the line as a whole. */
  readonly path: string;
  readonly message: string;
}

/** `good` and `bad` make up `lines`; `created`, `updated` and `unchanged` make up `good`. */
export interface Counts {
  readonly lines: number;
  readonly good: number;
  readonly bad: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

export const NOTHING_COUNTED: Counts = { lines: 0, good: 0, bad: 0, created: 0, updated: 0, unchanged: 0 };

/** What a good line came to. */
export type Effect = 'created' | 'updated' | 'unchanged';

export function withEffect(counts: Counts, effect: Effect | 'bad'): Counts {
  const lines = counts.lines + 1;
  if (effect === 'bad') return { ...counts, lines, bad: counts.bad + 1 };
  return { ...counts, lines, good: counts.good + 1, [effect]: counts[effect] + 1 };
}

const count = z.int().min(0);
const time = z.iso.datetime({ offset: true });

export const importAnswerSchema = z
  .strictObject({
    id: z.string(),
    kind: z.enum(IMPORT_KINDS),
    dryRun: z.boolean(),
    state: z.enum(IMPORT_STATES),
    /** So far, while it runs. Empty lines are not counted. */
    counts: z.strictObject({
      lines: count,
      good: count,
      bad: count,
      created: count,
      updated: count,
      unchanged: count,
    }),
    /** What was read otherwise than it may have been meant, such as columns that mean nothing here. */
    warnings: z.array(z.string()),
    /** The first thousand, in their order. */
    badLines: z.array(z.strictObject({ line: z.int(), path: z.string(), message: z.string() })),
    /** What is not among them. */
    badLinesLeftOut: count,
    /** Why it failed; null unless it did. */
    error: z.string().nullable(),
    createdAt: time,
    finishedAt: time.nullable(),
    /** Person id or `token:<id>`. */
    by: z.string(),
  })
  .meta({ id: 'Import' });
export type ImportAnswer = z.output<typeof importAnswerSchema>;

export const importsPageSchema = z
  .strictObject({
    data: z.array(importAnswerSchema.omit({ badLines: true, badLinesLeftOut: true })),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'ImportPage' });
export type ImportSummary = z.output<typeof importsPageSchema>['data'][number];
