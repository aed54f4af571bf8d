import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
export const WRITE_KEY = 'bench-write-key';
export const TOKEN = 'bench-administrator-token';

/**
 * Starts the built service as a process of its own, on a fresh data directory.
 * @param {{ databaseUrl?: string }} options
 */
export async function startServer({ databaseUrl }) {
  const directory = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATA_DIR: directory,
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      BOOTSTRAP_WRITE_KEY: WRITE_KEY,
      BOOTSTRAP_API_KEY: TOKEN,
      BOOTSTRAP_ADMIN_EMAIL: 'bench@example.com',
      BOOTSTRAP_ADMIN_PASSWORD: 'bench-password-1234',
    },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (part) => {
      output += part;
      const match = /Countersign is at (\S+)/.exec(output);
      if (match) resolve(match[1]);
    });
    exited.then((code) => reject(new Error(`the service ended with ${code} before it listened:\n${output}`)));
  });
  return {
    url,
    startMs: performance.now() - started,
    /** Highest resident memory so far, in MiB; the kernel's own figure. */
    peakMemory: async () => {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
