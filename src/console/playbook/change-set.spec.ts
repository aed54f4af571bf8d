import { changesOf, leftOut, opened, otherFilesField } from './change-set.js';

const base = { 'a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n' };
const change = { path: 'a.yaml', text: 'a: 2\n', others: {} };

describe('a change of several files', () => {
  it('holds what is on the page, and what was written before', () => {
    const both = { ...opened(change, 'b.yaml', base), text: 'b: 2\n' };
    expect(changesOf(both)).toEqual({ 'a.yaml': 'a: 2\n', 'b.yaml': 'b: 2\n' });
    expect(opened(both, 'a.yaml', base)).toEqual({ ...change, others: { 'b.yaml': 'b: 2\n' } });
  });

  it('opens a file as it is in force, or empty where there is none', () => {
    expect(opened(change, 'b.yaml', base)).toMatchObject({ text: 'b: 1\n' });
    expect(opened(change, 'c.yaml', base)).toMatchObject({ text: '' });
  });

  it('is nothing where nothing was changed', () => {
    expect(opened({ ...change, text: 'a: 1\n' }, 'b.yaml', base).others).toEqual({});
    expect(opened({ path: 'new.yaml', text: ' ', others: {} }, 'b.yaml', base).others).toEqual({});
  });

  it('takes an emptied file away, and shows it empty when it is opened again', () => {
    const without = opened({ ...change, text: '' }, 'b.yaml', base);
    expect(without.others).toEqual({ 'a.yaml': null });
    expect(opened(without, 'a.yaml', base).text).toBe('');
  });

  it('leaves a file out', () => {
    expect(leftOut(opened(change, 'b.yaml', base), 'a.yaml').others).toEqual({});
  });

  it('is carried as JSON of paths and texts', () => {
    expect(otherFilesField.parse(undefined)).toEqual({});
    expect(otherFilesField.parse('{"a.yaml":"a: 2","b.yaml":null}')).toEqual({
      'a.yaml': 'a: 2',
      'b.yaml': null,
    });
    for (const bad of ['', '{', '[]', '"a"', '{"a.yaml":1}', '{"":"a"}'])
      expect(otherFilesField.safeParse(bad).success).toBe(false);
  });
});
