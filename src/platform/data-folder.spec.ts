import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './data-folder.js';

describe('a folder for data', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'countersign-folder-'));
    await writeFile(join(root, 'file'), '');
  });
  afterAll(() => rm(root, { recursive: true }));

  it('is made with those above it, also by several at once, and may be there', async () => {
    const path = join(root, 'a', 'b', 'c');
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(root, 'a', 'b'))]);
    await makeFolder(path);
    expect((await stat(path)).isDirectory()).toBe(true);
  });

  it.each([
    ['is a file', 'file', 'EEXIST'],
    ['lies below a file', 'file/a/b', 'EEXIST'],
    ['has a name without end', 'n'.repeat(300), 'ENAMETOOLONG'],
  ])('is refused where it %s', async (_what, path, code) => {
    await expect(makeFolder(join(root, path))).rejects.toMatchObject({ code });
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('is refused where the file system makes none, instead of trying for ever', async () => {
    await expect(makeFolder('/proc/countersign')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(makeFolder('/proc/countersign/a/b')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
