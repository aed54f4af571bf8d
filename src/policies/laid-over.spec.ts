import fc from 'fast-check';
import { laidOver } from './laid-over.js';

const numbered = (changed: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 20 }, (_, i) => `${changed[i] ?? `line ${i}`}\n`).join('');

describe('a change laid over other files', () => {
  it('takes what only the change touched, and leaves the rest', () => {
    const base = { 'a.yaml': 'a\n', 'b.yaml': 'b\n', 'c.yaml': 'c\n' };
    expect(
      laidOver({
        base,
        proposed: { 'a.yaml': 'A\n', 'b.yaml': 'b\n', 'd.yaml': 'd\n' },
        active: { ...base, 'b.yaml': 'B\n', 'e.yaml': 'e\n' },
      }),
    ).toEqual({ changes: { 'a.yaml': 'A\n', 'c.yaml': null, 'd.yaml': 'd\n' }, conflicts: [] });
  });

  it('joins both in one file where they are apart, and not where they meet', () => {
    const over = (mine: number, theirs: number) =>
      laidOver({
        base: { 'a.yaml': numbered() },
        proposed: { 'a.yaml': numbered({ [mine]: 'mine' }) },
        active: { 'a.yaml': numbered({ [theirs]: 'theirs' }) },
      });
    expect(over(2, 15)).toEqual({
      changes: { 'a.yaml': numbered({ 2: 'mine', 15: 'theirs' }) },
      conflicts: [],
    });
    expect(over(2, 2)).toEqual({ changes: {}, conflicts: ['a.yaml'] });
    expect(over(2, 3)).toEqual({ changes: {}, conflicts: ['a.yaml'] });
  });

  it('is no change where the same is in force already', () => {
    const base = { 'a.yaml': 'a\n' };
    expect(laidOver({ base, proposed: { 'a.yaml': 'A\n' }, active: { 'a.yaml': 'A\n' } })).toEqual({
      changes: {},
      conflicts: [],
    });
  });

  it('does not fit where the file is gone, or was made anew on both sides', () => {
    const base = { 'a.yaml': 'a\n' };
    expect(laidOver({ base, proposed: { 'a.yaml': 'A\n' }, active: {} }).conflicts).toEqual(['a.yaml']);
    expect(laidOver({ base, proposed: {}, active: { 'a.yaml': 'A\n' } }).conflicts).toEqual(['a.yaml']);
    expect(
      laidOver({ base, proposed: { ...base, 'b.yaml': '1\n' }, active: { ...base, 'b.yaml': '2\n' } })
        .conflicts,
    ).toEqual(['b.yaml']);
  });

  it('over its own base gives what was made of it', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
      .map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (was, would) => {
        const base = { 'a.yaml': was };
        const { changes, conflicts } = laidOver({ base, proposed: { 'a.yaml': would }, active: base });
        expect([changes['a.yaml'] ?? was, conflicts]).toEqual([would, []]);
      }),
    );
  });
});
