import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Files that editors and systems leave behind say nothing about the playbook. */
const isLeftBehind = (name: string): boolean => name.startsWith('.') || /(~|\.swp|\.tmp|\.bak)$/.test(name);

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const below = await Promise.all(
    entries
      .filter((entry) => !isLeftBehind(entry.name))
      .map((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? filesBelow(path) : Promise.resolve([path]);
      }),
  );
  return below.flat().sort();
}

/**
 * Reads a playbook's folder: path relative to it, with forward slashes → text.
 * @throws the file system's error when the folder or a file cannot be read.
 */
export async function readPlaybookFolder(folder: string): Promise<Record<string, string>> {
  const paths = await filesBelow(folder);
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return Object.fromEntries(
    paths.map((path, index) => [relative(folder, path).split(sep).join('/'), texts[index] ?? '']),
  );
}

/** What changes when the folder does: names, sizes and times of its files. Looked at again and again, since file events miss what editors and mounts do. */
export async function folderSignature(folder: string): Promise<string> {
  const paths = await filesBelow(folder);
  const stats = await Promise.all(paths.map((path) => stat(path)));
  return paths.map((path, i) => `${path}:${stats[i]?.mtimeMs ?? 0}:${stats[i]?.size ?? 0}`).join('\n');
}
