import fc from 'fast-check';
import { hunks, lineDiff } from './line-diff.js';

const told = (before: string, after: string) =>
  lineDiff(before, after).map(({ kind, text }) => `${{ same: ' ', gone: '-', new: '+' }[kind]}${text}`);
const text = fc
  .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
  .map((lines) => lines.map((line) => `${line}\n`).join(''));

describe('two texts beside each other', () => {
  it('tells the line that is otherwise, and nothing else', () => {
    expect(told('caps:\n- max: 3\n- per: 7d\n', 'caps:\n- max: 2\n- per: 7d\n')).toEqual([' caps:', '-- max: 3', '+- max: 2', ' - per: 7d']); // prettier-ignore
    expect(told('a\nb\n', 'a\nx\nb\n')).toEqual([' a', '+x', ' b']);
  });

  it('takes a file that was not there as all new, and one that is gone as all gone', () => {
    expect(lineDiff(null, 'a\nb\n').map(({ kind }) => kind)).toEqual(['new', 'new']);
    expect(lineDiff('a\n', null).map(({ kind }) => kind)).toEqual(['gone']);
  });

  it('holds the whole of both, whatever they are', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = lineDiff(before, after);
        const without = (kind: string) => lines.filter((line) => line.kind !== kind).map((line) => `${line.text}\n`).join(''); // prettier-ignore
        expect(without('new')).toBe(before);
        expect(without('gone')).toBe(after);
        if (before === after) expect(lines.every(({ kind }) => kind === 'same')).toBe(true);
      }),
    );
  });

  it('shows every line that is otherwise once, with the lines around it', () => {
    const many = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    const other = many.map((line, i) => (i === 3 || i === 5 || i === 20 ? `${line}!` : line));
    const shown = hunks(lineDiff(many.join('\n'), other.join('\n')), 2);
    expect(shown.map((run) => [run[0]?.text, run.at(-1)?.text, run.length])).toEqual([
      ['line 1', 'line 7', 9],
      ['line 18', 'line 22', 6],
    ]);
    fc.assert(
      fc.property(text, text, fc.nat(4), (before, after, around) => {
        const lines = lineDiff(before, after);
        const changed = (all: readonly { kind: string }[]) => all.filter(({ kind }) => kind !== 'same');
        expect(changed(hunks(lines, around).flat())).toEqual(changed(lines));
      }),
    );
  });
});
