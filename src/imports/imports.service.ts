import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AuditService } from '../audit/index.js';
import { Database, type Tx } from '../platform/database/index.js';
import {
  decodeCursor,
  type Page,
  page,
  type PageQuery,
  Problem,
  RequestMemory,
} from '../platform/http/index.js';
import { Metrics } from '../platform/telemetry/index.js';
import { Vault } from '../platform/vault/index.js';
import { again, DONE, type WorkHandler, WorkService } from '../platform/work/index.js';
import { ProfilesService } from '../profiles/index.js';
import { Clock } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import { type Applied, ApplyingService, type PlacedLine } from './applying.service.js';
import { type Columns, headingOf } from './columns.js';
import {
  type CsvLine,
  delimiterOf,
  isBlank,
  LONGEST_LINE,
  readStretch,
  withoutMark,
  wrongEncoding,
} from './csv.reader.js';
import { type ImportAnswer, type ImportKind, type ImportSummary, SPELLED_OUT } from './import.js';
import {
  deleteEnded,
  endImport,
  type Import,
  insertChunk,
  insertImport,
  oldestOpen,
  saveMentions,
  saveProgress,
  selectBadLines,
  selectChunks,
  selectImport,
  selectImports,
} from './imports.repository.js';
import { readLine } from './lines.js';

const WORK = 'import.asked';
/** The file lies in pieces of this size: more than a line may have, so that two hold a whole one wherever it begins. */
const CHUNK = 2 * LONGEST_LINE;
const CHUNKS = 2;
/** Lines of one step, which is done again when a process dies. */
const LINES = 500;
/** A step locks as many people as it has lines: long enough for a slow disk. */
const LEASE_MS = 120_000;
/** How long what came of an import can be looked at. */
const KEPT_MS = 90 * 86_400_000;

const createdCursor = z.tuple([z.iso.datetime(), z.string()]);

/** A file that somebody wants taken in. */
export interface ImportRequest {
  readonly kind: ImportKind;
  readonly dryRun: boolean;
  readonly bytes: Buffer;
  /** Person id or `token:<id>`. */
  readonly by: string;
}

interface Step {
  readonly about: Import;
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

interface Answer {
  readonly lines: readonly PlacedLine[];
  readonly position: number;
  readonly line: number;
  /** What a dry run came to, rolled back already. */
  readonly tried: Applied | null;
}

/** Ends a dry run's transaction. */
class RolledBack extends Error {
  override readonly name = 'RolledBack';
  constructor(readonly applied: Applied) {
    super('a dry run changes nothing');
  }
}

/** Imports: a file of people, consent or suppressions, taken in in the background, step by step. */
@Injectable()
export class ImportsService {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly work: WorkService,
    private readonly audit: AuditService,
    private readonly metrics: Metrics,
    private readonly memory: RequestMemory,
    private readonly applying: ApplyingService,
    private readonly profiles: ProfilesService,
  ) {}

  /** One step of an import: some lines are read, and applied in the transaction that notes how far it has come. */
  readonly importAsked: WorkHandler<Step, Answer> = {
    kind: WORK,
    atOnce: 1,
    leaseMs: LEASE_MS,
    prepare: async (tx, job) => {
      const about = await selectImport(tx, job.key);
      return about === null || about.finishedAt !== null ? DONE : this.stretch(tx, about);
    },
    call: (step) => this.read(step),
    commit: async (tx, _job, { about }, answer) => {
      const now = this.clock.now();
      const applied = answer.tried ?? (await this.applying.apply(tx, about, answer.lines));
      await saveMentions(tx, about.id, applied.mentions);
      await saveProgress(tx, about.id, {
        position: answer.position,
        line: answer.line,
        counts: applied.counts,
        wrongBefore: about.wrong,
        wrong: applied.wrong,
      });
      this.count(about, applied);
      if (answer.position < about.bytes) return again(now);
      await this.end(tx, about, { state: 'done', error: null, at: now });
      await this.audit.record(tx, {
        actor: about.askedBy,
        action: 'import.done',
        subject: about.id,
        detail: { kind: about.kind, dryRun: about.dryRun, counts: { ...applied.counts } },
      });
      return DONE;
    },
    died: async (tx, job, error) => {
      const about = await selectImport(tx, job.key);
      if (about === null || about.finishedAt !== null) return;
      const why = `It was given up because of an error of ours (${error.name}); the lines before ${about.line} were taken in.`;
      await this.end(tx, about, { state: 'failed', error: why, at: this.clock.now() });
      const detail = { kind: about.kind, dryRun: about.dryRun };
      await this.audit.record(tx, {
        actor: about.askedBy,
        action: 'import.failed',
        subject: about.id,
        detail,
      });
    },
  };

  /** Opens the piece of the file that comes next. */
  private async stretch(tx: Tx, about: Import): Promise<Step> {
    const from = Math.floor(about.position / CHUNK);
    const chunks = await selectChunks(tx, about.id, from, CHUNKS);
    const keys = await this.vault.keys(tx, [about.id]);
    const key = keys.get(about.id);
    if (key === undefined) throw new Error(`the key of import ${about.id} is gone`);
    const opened = Buffer.concat(chunks.map(({ bytes }) => this.vault.unsealBytes(key, bytes)));
    const isLast = from * CHUNK + opened.length >= about.bytes;
    return { about, bytes: opened.subarray(about.position - from * CHUNK), isLast };
  }

  private async read({ about, bytes, isLast }: Step): Promise<Answer> {
    const { delimiter, line: firstLine } = about;
    const stretch = readStretch(bytes, { delimiter, firstLine, most: LINES, isLast });
    const options = {
      kind: about.kind,
      columns: about.columns,
      now: this.clock.now().getTime(),
      source: `import:${about.id}`,
    };
    const lines = stretch.lines.flatMap(({ line, cells }): PlacedLine[] => {
      if (cells === null) return [{ number: line, read: UNREADABLE }];
      return isBlank(cells) ? [] : [{ number: line, read: readLine(cells, options) }];
    });
    const tried = about.dryRun ? await this.tryOut(about, lines) : null;
    return { lines, position: about.position + stretch.read, line: stretch.nextLine, tried };
  }

  /** Does it all and takes it back: what a dry run answers is what the real one does. */
  private async tryOut(about: Import, lines: readonly PlacedLine[]): Promise<Applied> {
    try {
      return await this.database.transaction(async (tx) => {
        throw new RolledBack(await this.applying.apply(tx, about, lines));
      });
    } catch (error) {
      if (error instanceof RolledBack) return error.applied;
      throw error;
    }
  }

  private async end(
    tx: Tx,
    about: Import,
    end: { readonly state: 'done' | 'failed'; readonly error: string | null; readonly at: Date },
  ): Promise<void> {
    await endImport(tx, about.id, end);
    await this.vault.erase(tx, [about.id]);
  }

  private count(about: Import, { counts }: Applied): void {
    if (about.dryRun) return;
    const { kind } = about;
    this.database.afterCommit(() => {
      for (const outcome of ['created', 'updated', 'unchanged', 'bad'] as const)
        this.metrics.count(
          'countersign_import_lines_total',
          { kind, outcome },
          counts[outcome] - about.counts[outcome],
        );
    });
  }

  /**
   * Keeps a file, sealed, and asks for it to be taken in.
   * @throws Problem 400 when it is no CSV in UTF-8 whose first line names the columns.
   */
  async ask(request: ImportRequest): Promise<ImportAnswer> {
    const earlier = this.memory.made();
    if (earlier !== null) return this.get(earlier);
    const bytes = withoutMark(request.bytes);
    const heading = headOf(request.kind, bytes);
    const id = this.ids.make('imp');
    await this.database.transaction(async (tx) => {
      const now = this.clock.now();
      const { kind, dryRun, by } = request;
      await insertImport(tx, { id, kind, dryRun, bytes: bytes.length, askedBy: by, at: now, ...heading });
      const key = (await this.vault.ensureKeys(tx, [id])).get(id);
      if (key === undefined) throw new Error(`no key for import ${id}`);
      for (let number = 0; number * CHUNK < bytes.length; number++)
        await insertChunk(tx, {
          importId: id,
          number,
          keyId: id,
          bytes: this.vault.sealText(key, bytes.subarray(number * CHUNK, (number + 1) * CHUNK)),
        });
      await this.memory.keep(tx, id);
      await this.work.enqueue(tx, { kind: WORK, key: id, dueAt: now });
      const detail = { kind, dryRun, bytes: bytes.length };
      await this.audit.record(tx, { actor: by, action: 'import.asked', subject: id, detail });
    });
    return this.get(id);
  }

  /** @throws Problem 404 */
  async get(id: string): Promise<ImportAnswer> {
    const { db } = this.database;
    const found = await selectImport(db, id);
    if (found === null) throw new Problem(404, 'no-such-import', `There is no import ${id}.`);
    const badLines = await selectBadLines(db, id, SPELLED_OUT);
    return { ...toSummary(found), badLines, badLinesLeftOut: Math.max(0, found.wrong - badLines.length) };
  }

  /** Newest first. */
  async list(query: PageQuery): Promise<Page<ImportSummary>> {
    const after = decodeCursor(query.cursor, createdCursor);
    const rows = await selectImports(this.database.db, {
      after: after === null ? null : { at: after[0], id: after[1] },
      limit: query.limit + 1,
    });
    const { data, nextCursor } = page(rows, query.limit, (row) => [row.createdAt.toISOString(), row.id]);
    return { data: data.map(toSummary), nextCursor };
  }

  /** Lets what came of imports go when nobody looks at it any more. */
  async tidy(): Promise<void> {
    const now = this.clock.now();
    await this.database.transaction((tx) => deleteEnded(tx, new Date(now.getTime() - KEPT_MS)));
    await this.profiles.forgetErased(this.database.db, (await oldestOpen(this.database.db)) ?? now);
  }
}

const UNREADABLE = {
  ok: false,
  wrong: [
    {
      path: '',
      message: `cannot be read: a quote stands where none may, is never closed, or the line is longer than ${LONGEST_LINE / 1024} KB`,
    },
  ],
} as const;

/** What stands before the first line of data. @throws Problem 400 */
function headOf(
  kind: ImportKind,
  bytes: Buffer,
): { delimiter: string; columns: Columns; warnings: readonly string[]; position: number; line: number } {
  const encoding = bytes.length === 0 ? 'is empty' : wrongEncoding(bytes);
  if (encoding !== null) throw refused('', encoding);
  const delimiter = delimiterOf(bytes);
  const { first, position, line } = firstLineOf(bytes, delimiter);
  if (first.cells === null) throw refused('', 'begins with a line whose quotes cannot be made out');
  const heading = headingOf(kind, first.cells);
  if (!heading.ok) throw refused(heading.path, heading.message);
  if (position >= bytes.length) throw refused('', 'has no lines below the one that names the columns');
  return { delimiter, columns: heading.columns, warnings: heading.warnings, position, line };
}

function firstLineOf(
  bytes: Buffer,
  delimiter: string,
): { readonly first: CsvLine; readonly position: number; readonly line: number } {
  let [position, line] = [0, 1];
  while (position < bytes.length) {
    const rest = bytes.subarray(position, position + CHUNK);
    const isLast = position + rest.length >= bytes.length;
    const stretch = readStretch(rest, { delimiter, firstLine: line, most: 1, isLast });
    const [first] = stretch.lines;
    [position, line] = [position + stretch.read, stretch.nextLine];
    if (first === undefined) break;
    if (first.cells === null || !isBlank(first.cells)) return { first, position, line };
  }
  throw refused('', 'has no line that names the columns');
}

function refused(path: string, message: string): Problem {
  const what = path === '' ? 'The file' : `The file: ${path}`;
  return new Problem(400, 'invalid-file', `${what} ${message}.`, [{ path, message }]);
}

function toSummary(found: Import): ImportSummary {
  return {
    id: found.id,
    kind: found.kind,
    dryRun: found.dryRun,
    state: found.state,
    counts: { ...found.counts },
    warnings: [...found.warnings],
    error: found.error,
    createdAt: found.createdAt.toISOString(),
    finishedAt: found.finishedAt?.toISOString() ?? null,
    by: found.askedBy,
  };
}
