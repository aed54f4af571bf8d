import fc from 'fast-check';
import { type CsvLine, delimiterOf, isBlank, readStretch, withoutMark, wrongEncoding } from './csv.reader.js';

/** A whole file, in stretches of `size` bytes and `most` lines, as an import reads it. */
function readFile(bytes: Buffer, delimiter: string, size: number, most: number): CsvLine[] {
  const lines: CsvLine[] = [];
  let [position, line] = [0, 1];
  while (position < bytes.length) {
    const rest = bytes.subarray(position, position + size);
    const isLast = position + rest.length >= bytes.length;
    const stretch = readStretch(rest, { delimiter, firstLine: line, most, isLast });
    if (stretch.read === 0) throw new Error(`stuck at byte ${position}`);
    lines.push(...stretch.lines);
    [position, line] = [position + stretch.read, stretch.nextLine];
  }
  return lines;
}

const read = (text: string, delimiter = ','): CsvLine[] =>
  readFile(Buffer.from(text), delimiter, 1_000_000, 500);
const cells = (text: string, delimiter = ','): (readonly string[] | null)[] =>
  read(text, delimiter).map((line) => line.cells);

describe('reading CSV', () => {
  it.each([
    ['line feeds', 'a,b\n1,2\n'],
    ['carriage returns with line feeds', 'a,b\r\n1,2\r\n'],
    ['carriage returns alone', 'a,b\r1,2\r'],
    ['a mixture', 'a,b\n1,2\r\n'],
    ['no end of the last line', 'a,b\r\n1,2'],
  ])('takes %s', (_name, text) => {
    expect(cells(text)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });

  it('keeps what stands in quotes, and says in which line a record begins', () => {
    expect(read('a,b\r\n"x ""y""\r\nz, w",2\r\n\r\n3,4\r\n')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['x "y"\r\nz, w', '2'] },
      { line: 4, cells: [''] },
      { line: 5, cells: ['3', '4'] },
    ]);
    expect(isBlank([''])).toBe(true);
  });

  it('leaves ragged lines as they are', () => {
    expect(cells('a,b\n1\n1,2,3\n')).toEqual([['a', 'b'], ['1'], ['1', '2', '3']]);
  });

  it.each([
    ['is never closed', '1,"x\n'],
    ['ends within a cell', '1,"x"y\n'],
    ['begins within a cell', '1,x"y\n'],
  ])('loses no other line over one with a quote that %s', (_name, wrong) => {
    expect(read(`0,0\n${wrong}2,2\n3,"3"\n`)).toEqual([
      { line: 1, cells: ['0', '0'] },
      { line: 2, cells: null },
      { line: 3, cells: ['2', '2'] },
      { line: 4, cells: ['3', '3'] },
    ]);
  });

  it('gives up a line that is far too long, and goes on behind it', () => {
    const long = 'x'.repeat(300_000);
    expect(
      readFile(Buffer.from(`1,2\n${long},2\n3,4\n`), ',', 262_144, 500).map((line) => line.cells),
    ).toEqual(expect.arrayContaining([['1', '2'], null, ['3', '4']]));
  });

  it.each([
    ['a,b\n', ','],
    ['a;b;"c,d,e,f"\n', ';'],
    ['a\tb, c\td\n', '\t'],
    ['alone\n', ','],
  ])('finds out what parts the cells of %j', (text, delimiter) => {
    expect(delimiterOf(Buffer.from(text))).toBe(delimiter);
  });

  it('tells what is no text in UTF-8, and what it may be', () => {
    expect(wrongEncoding(Buffer.from('ä,€\n'))).toBeNull();
    expect(wrongEncoding(Buffer.from('ä,b\n', 'latin1'))).toContain('Latin-1');
    expect(wrongEncoding(Buffer.from('\ufeffa,b\n', 'utf16le'))).toContain('UTF-16');
    expect(wrongEncoding(Buffer.from('a,b\n', 'utf16le'))).toContain('null characters');
    expect(wrongEncoding(Buffer.from('PK\x03\x04'))).toContain('spreadsheet');
    expect(withoutMark(Buffer.from('\ufeffa')).toString()).toBe('a');
  });

  const cell = fc.string({
    unit: fc.constantFrom('a', 'é', '€', '😀', ' ', '"', ',', ';', '\t', '\n', '\r\n', '1'),
  });
  const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 30 });

  it('gives back every table that is written as CSV, wherever it is cut into stretches', () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 200, max: 2_000 }),
        (rows, delimiter, end, ends, most, size) => {
          const quoted = (text: string): string =>
            /["\r\n,;\t]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;
          const lines = rows.map((row) => row.map(quoted).join(delimiter));
          const text = Buffer.from(lines.join(end) + (ends ? end : ''));
          const longest = Math.max(...lines.map((line) => Buffer.byteLength(line))) + 2;
          const found = readFile(text, delimiter, Math.max(size, longest + 1), most);
          expect(found.map((line) => line.cells)).toEqual(rows);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gets to the end of anything, line by line', () => {
    const junk = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', 'é'), maxLength: 200 });
    fc.assert(
      fc.property(junk, fc.integer({ min: 1, max: 5 }), (text, most) => {
        const bytes = Buffer.from(text);
        const found = readFile(bytes, ',', 1_000_000, most);
        const numbers = found.map(({ line }) => line);
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        expect(new Set(numbers).size).toBe(numbers.length);
      }),
      { numRuns: 500 },
    );
  });
});
