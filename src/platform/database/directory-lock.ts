import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../shared/errors.js';

/** Another process has this data directory open. */
export class DirectoryLockedError extends Error {
  override readonly name = 'DirectoryLockedError';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return errorCode(error) === 'EPERM';
  }
}

/** When the process started, in clock ticks since boot: tells a reused process id from the process that wrote it. Empty off Linux. */
async function startedAt(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return ''; // No /proc on this system: the process id alone has to do.
  }
}

/**
 * Takes the lock on a data directory; the embedded engine has none of its own and a second process would destroy the data.
 * A lock left by a process that no longer runs is taken over.
 * @returns what releases it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, 'countersign.lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(`${process.pid} ${await startedAt(process.pid)}\n`);
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const [pidText = '', started = ''] = (await readFile(path, 'utf8').catch(() => '')).trim().split(' ');
    const pid = Number(pidText);
    const alive = Number.isInteger(pid) && pid > 0 && isRunning(pid) && (await startedAt(pid)) === started;
    if (alive) {
      throw new DirectoryLockedError(
        `DATA_DIR ${directory} is open in process ${pid}; the embedded database serves one process. Stop that one, or set DATABASE_URL.`,
      );
    }
    await rm(path, { force: true });
  }
  throw new DirectoryLockedError(`DATA_DIR ${directory} is being opened by another process at this moment`);
}
