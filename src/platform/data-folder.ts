import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../shared/errors.js';

/**
 * Makes a folder and those above it that are missing. Node's own recursive `mkdir` never returns where the file system answers that there
 * is no such folder although the one above is there, as /proc does.
 * @param path absolute.
 * @throws the file system's error: ENOENT where nothing can be made, EACCES, ENOTDIR, EROFS …
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above);
  try {
    await mkdir(path);
  } catch (error) {
    // Another process may have made it meanwhile; a file of that name is no folder.
    if (errorCode(error) !== 'EEXIST' || !(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}
