import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Hex } from '../../src/shared/hash.js';
import { DirectoryLockedError, lockDirectory } from '../../src/platform/database/directory-lock.js';

describe('the lock on a data directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'countersign-lock-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('lets the second opener know who has it', async () => {
    const unlock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryLockedError);
    await expect(lockDirectory(directory)).rejects.toThrow(`process ${process.pid}`);
    await unlock();
    await (
      await lockDirectory(directory)
    )();
  });

  it('takes over the lock of a process that is gone', async () => {
    await writeFile(join(directory, 'countersign.lock'), '4194304 1\n');
    await (
      await lockDirectory(directory)
    )();
  });

  it('takes over a lock whose process id now belongs to another process', async () => {
    await writeFile(join(directory, 'countersign.lock'), `${process.pid} 1\n`);
    await (
      await lockDirectory(directory)
    )();
  });

  it.each([
    ['a free directory', null],
    ['a lock left behind', '4194304 1\n'],
    ['a lock left behind half written', ''],
  ])('gives %s to one of many who come at once, every time', async (_what, left) => {
    for (let round = 0; round < 100; round++) {
      const path = join(directory, 'countersign.lock');
      if (left !== null) await writeFile(path, left);
      const answers = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)));
      const unlocks = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
      expect(unlocks).toHaveLength(1);
      for (const answer of answers)
        if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(DirectoryLockedError);
      await expect(lockDirectory(directory)).rejects.toThrow(DirectoryLockedError);
      for (const unlock of unlocks) await unlock();
      expect(await readdir(directory)).toEqual([]);
    }
  });

  it('takes over from a process that ended while it was taking over', async () => {
    const left = '4194304 1\n';
    await writeFile(join(directory, 'countersign.lock'), left);
    await writeFile(join(directory, `countersign.lock.${sha256Hex(left).slice(0, 16)}`), '4194304 2\n');
    await (
      await lockDirectory(directory)
    )();
    expect(await readdir(directory)).toEqual([]);
  });
});
