import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../shared/errors.js';
import { sha256Hex } from '../../shared/hash.js';

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
 * @throws DirectoryLockedError
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, 'countersign.lock');
  const holder = await take(path);
  if (holder === null) return () => rm(path, { force: true });
  throw new DirectoryLockedError(
    `DATA_DIR ${directory} is open in process ${holder}; the embedded database serves one process. Stop that one, or set DATABASE_URL.`,
  );
}

/** Makes the lock file, or takes over that of a process that is gone. @returns null, or the process that holds it. */
async function take(path: string): Promise<number | null> {
  const own = `${path}.${randomUUID()}`;
  // No two locks are ever written alike: a taker-over knows by its content that a lock is still the one it looked at.
  await writeFile(own, `${process.pid} ${await startedAt(process.pid)} ${randomUUID()}\n`);
  try {
    for (;;) {
      // A link appears with its whole content at once: nobody ever reads a lock half written.
      if (await linked(own, path)) return null;
      const content = await contentOf(path);
      if (content === null) continue;
      const holder = await holderOf(content);
      if (holder !== null) return holder;
      const other = await takeOver(own, path, content);
      if (other !== 'gone') return other;
    }
  } finally {
    await rm(own, { force: true });
  }
}

/**
 * Puts our lock in the place of one whose process is gone. Only the one who holds the lock on this very content may do so: whoever looked
 * at it earlier and comes late finds another content in its place and leaves that alone.
 * @returns null, the process that is taking over itself, or `gone` when the lock is no longer the one that was looked at.
 */
async function takeOver(own: string, path: string, content: string): Promise<number | null | 'gone'> {
  const right = `${path}.${sha256Hex(content).slice(0, 16)}`;
  const other = await take(right);
  if (other !== null) return other;
  try {
    if ((await contentOf(path)) !== content) return 'gone';
    await rename(own, path);
    return null;
  } finally {
    await rm(right, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function contentOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The process that wrote a lock, while it runs. */
async function holderOf(content: string): Promise<number | null> {
  const [pidText = '', started = ''] = content.trim().split(' ');
  const pid = Number(pidText);
  const alive = Number.isInteger(pid) && pid > 0 && isRunning(pid) && (await startedAt(pid)) === started;
  return alive ? pid : null;
}
