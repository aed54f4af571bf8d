// npm start, npm run demo, verify and policies: builds when the sources are newer than the last build, then runs the command in this process.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const commands = { '--demo': 'demo/main.js', '--verify': 'verify.js', '--policies': 'policies-cli.js' };
const command = Object.keys(commands).find((name) => process.argv[2] === name);
if (command !== undefined) process.argv.splice(2, 1);
const target = join(root, 'dist', command === undefined ? 'main.js' : commands[command]);

/** The latest modification time below a folder, in milliseconds. */
function newest(directory) {
  return readdirSync(directory, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(directory, entry.name);
    return Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }, 0);
}

function builtAt() {
  try {
    return statSync(target).mtimeMs;
  } catch {
    return 0; // Never built.
  }
}

if (builtAt() < newest(join(root, 'src'))) {
  console.error('Building …');
  const build = spawnSync(process.execPath, [join(root, 'node_modules/@nestjs/cli/bin/nest.js'), 'build'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (build.status !== 0) process.exit(build.status ?? 1);
}
await import(target);
