import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../data-folder.js';
import { errorCode } from '../../shared/errors.js';

/**
 * The secret keys of a single-process deployment: read from DATA_DIR, made at the first start. Losing this file loses every person's
 * data and every signature, so it belongs into the backup.
 */
export async function readOrCreateSecretKeys(dataDir: string): Promise<string[]> {
  await makeFolder(dataDir);
  const path = join(dataDir, 'secret-keys');
  try {
    const file = await open(path, 'wx', 0o600);
    const key = randomBytes(32).toString('base64url');
    await file.writeFile(`${key}\n`);
    await file.sync();
    await file.close();
    return [key];
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const keys = (await readFile(path, 'utf8')).split(/[\s,]+/).filter((key) => key.length > 0);
  if (keys.length === 0)
    throw new Error(`${path} is empty; restore it from the backup, the data cannot be read without it`);
  return keys;
}
