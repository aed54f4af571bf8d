import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';

/** Bytes one line may have. */
export const LONGEST_LINE = 128 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const DELIMITERS = [',', ';', '\t'] as const;
const ENDS = ['\r\n', '\n', '\r'];

/** A line of a file; `cells` is null when its quotes cannot be made out, or when it is too long. */
export interface CsvLine {
  readonly line: number;
  readonly cells: readonly string[] | null;
}

/** A stretch of a file. */
export interface Stretch {
  readonly lines: readonly CsvLine[];
  /** Bytes that were read, from the beginning of the stretch up to the end of its last line. */
  readonly read: number;
  /** The line the next stretch begins in. */
  readonly nextLine: number;
}

/** Why a file cannot be taken as text; null when it can. */
export function wrongEncoding(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return 'is UTF-16: save it as UTF-8';
  if (first === 0x50 && second === 0x4b) return 'is no CSV: save the spreadsheet as CSV (UTF-8)';
  if (bytes.includes(0)) return 'holds null characters: save it as CSV in UTF-8';
  return isUtf8(bytes) ? null : 'is not UTF-8 (it may be Latin-1 or Windows-1252): save it as CSV in UTF-8';
}

/** The same without its byte order mark. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** What parts the cells: whichever of comma, semicolon and tab the first line has most of, outside quotes. */
export function delimiterOf(bytes: Buffer): string {
  const first = bytes
    .subarray(0, LONGEST_LINE)
    .toString('utf8')
    .replaceAll(/"[^"]*"/g, '');
  const [line = ''] = first.split(/[\r\n]/).filter((each) => each.trim() !== '');
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

/**
 * Reads up to `most` lines. A line whose quotes are wrong costs that line alone: what follows it is read on from the next line end.
 * @param bytes from the beginning of a line on.
 * @param isLast whether the file ends with them; otherwise a last line without its end is left for the next stretch.
 */
export function readStretch(
  bytes: Buffer,
  {
    delimiter,
    firstLine,
    most,
    isLast,
  }: { delimiter: string; firstLine: number; most: number; isLast: boolean },
): Stretch {
  const lines: CsvLine[] = [];
  let [read, line] = [0, firstLine];
  while (lines.length < most && read < bytes.length) {
    const rest = bytes.subarray(read);
    const found = readWhole(rest, delimiter, most - lines.length);
    const good = isLast ? found.records : withoutPartial(found, rest);
    for (const record of good) {
      lines.push({ line, cells: record.cells });
      line += lineEnds(bytes.subarray(read, read + record.bytes));
      read += record.bytes;
    }
    if (found.isWhole || lines.length >= most || read >= bytes.length) break;
    const next = afterLineEnd(bytes, read);
    // It may only look wrong because the rest of it is not here yet.
    if (!isLast && (next === null || found.isOpen)) {
      if (lines.length > 0 || bytes.length - read < LONGEST_LINE) break;
    }
    lines.push({ line, cells: null });
    line += 1;
    read = next ?? bytes.length;
  }
  return { lines, read, nextLine: line };
}

interface CsvRecord {
  readonly cells: readonly string[];
  readonly bytes: number;
}

interface Found {
  readonly records: readonly CsvRecord[];
  /** Everything could be read. */
  readonly isWhole: boolean;
  /** A quote was not closed up to the end. */
  readonly isOpen: boolean;
}

function readWhole(bytes: Buffer, delimiter: string, most: number): Found {
  const records: CsvRecord[] = [];
  let read = 0;
  try {
    parse(bytes, {
      delimiter,
      relax_column_count: true,
      record_delimiter: ENDS,
      max_record_size: LONGEST_LINE,
      to: most,
      on_record: (cells: string[], context) => {
        records.push({ cells, bytes: context.bytes - read });
        read = context.bytes;
        return null;
      },
    });
    return { records, isWhole: true, isOpen: false };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { records, isWhole: false, isOpen: error.code === 'CSV_QUOTE_NOT_CLOSED' };
  }
}

/** The last record of a stretch ends where the stretch does: whether it is all of it shows only with what follows. */
function withoutPartial({ records, isWhole }: Found, bytes: Buffer): readonly CsvRecord[] {
  const read = records.reduce((sum, record) => sum + record.bytes, 0);
  if (!isWhole || read < bytes.length || bytes[bytes.length - 1] === NEWLINE) return records;
  return records.slice(0, -1);
}

function afterLineEnd(bytes: Buffer, from: number): number | null {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === NEWLINE) return at + 1;
    if (bytes[at] === RETURN && bytes[at + 1] !== NEWLINE && at + 1 < bytes.length) return at + 1;
  }
  return null;
}

/** Line ends of any kind, those inside quotes included. */
function lineEnds(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++)
    if (bytes[at] === NEWLINE || (bytes[at] === RETURN && bytes[at + 1] !== NEWLINE)) count++;
  return count;
}

/** A line with nothing in it, as files end with. */
export function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === '');
}
