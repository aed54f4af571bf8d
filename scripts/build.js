import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The latest modification time below a folder, in milliseconds. */
function newest(directory) {
  return readdirSync(directory, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(directory, entry.name);
    return Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }, 0);
}

function builtAt(target) {
  try {
    return statSync(target).mtimeMs;
  } catch {
    return 0; // Never built.
  }
}

function run(script, ...parameters) {
  const step = spawnSync(process.execPath, [script, ...parameters], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (step.status !== 0) process.exit(step.status ?? 1);
}

/** Builds when the sources are newer than a file of the last build; ends the process when that fails. @param target such as `main.js` */
export function buildIfStale(target) {
  const path = join(root, 'dist', target);
  if (builtAt(path) >= newest(join(root, 'src'))) return path;
  console.error('Building …');
  run(join(root, 'node_modules/@nestjs/cli/bin/nest.js'), 'build');
  run(join(root, 'scripts/source-versions.js'));
  run(join(root, 'scripts/bundle.js'));
  return path;
}
