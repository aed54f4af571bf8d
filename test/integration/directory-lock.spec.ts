import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
});
