import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROCESS = fileURLToPath(new URL('./service-process.js', import.meta.url));
export const WRITE_KEY = 'bench-write-key';
export const TOKEN = 'bench-administrator-token';
/** Made-up databases deserve made-up keys: every process of a run shares them, so that it can read what another one sealed. */
const SECRET_KEYS = 'bench-secret-key-bench-secret-key-bench';
const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;

/** Resident memory now and at its highest, in MiB: the kernel's own figures. */
export async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mib = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN) / 1024;
  return { now: mib('VmRSS'), highest: mib('VmHWM') };
}

/** What a process of the service sees of the environment. @param database see world.js */
function variables(database, directory, env) {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    PORT: '0',
    LOG_LEVEL: process.env.BENCH_LOG ?? 'error',
    DATA_DIR: database.directory ?? directory,
    ...(database.url === undefined ? {} : { DATABASE_URL: database.url }),
    SECRET_KEYS,
    BOOTSTRAP_WRITE_KEY: WRITE_KEY,
    BOOTSTRAP_API_KEY: TOKEN,
    BOOTSTRAP_ADMIN_EMAIL: 'bench@example.com',
    BOOTSTRAP_ADMIN_PASSWORD: 'bench-password-1234',
    ...env,
  };
}

/**
 * Starts the built service on a database as a process of its own.
 * @param database of world.js
 * @param {{ paused?: boolean, env?: Record<string, string> }} options `paused`: without its loops, until `resume`
 */
export async function startService(database, { paused = false, env = {} } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const began = performance.now();
  const child = fork(PROCESS, [], {
    // Its log joins what the run says on stderr: an error there explains a figure.
    stdio: ['ignore', 2, 2, 'ipc'],
    serialization: 'advanced',
    env: { ...variables(database, directory, env), ...(paused ? { PAUSED: '1' } : {}) },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const waiting = new Map();
  const ready = new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message.ready) resolve(message.ready);
      const asker = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error === undefined) asker?.resolve(message.answer);
      else asker?.reject(new Error(message.error));
    });
    const gone = (why) => {
      reject(new Error(why));
      for (const { reject: refuse } of waiting.values()) refuse(new Error(why));
    };
    void exited.then((code) => gone(`the service ended with ${code}`));
    const late = setTimeout(() => gone('the service did not start in time'), START_WITHIN_MS);
    child.once('message', () => clearTimeout(late));
    child.once('exit', () => clearTimeout(late));
  });
  let asked = 0;
  const ask = (what, request = {}) =>
    new Promise((resolve, reject) => {
      const id = ++asked;
      waiting.set(id, { resolve, reject });
      child.send({ id, ask: what, ...request });
    });
  let url;
  try {
    ({ url } = await ready);
  } catch (error) {
    child.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return {
    url,
    pid: child.pid,
    /** Milliseconds from the start of the process to its first open door. */
    startMs: performance.now() - began,
    /** Rows of a query, asked through the service's own connections: the only ones the embedded engine has. */
    query: (text) => ask('query', { text }),
    /** Lets loops of a paused service run. @param {'all' | 'intake' | 'timers'} part */
    resume: (part) => ask('resume', { part }),
    maintain: () => ask('maintain'),
    seed: (request) => ask('seed', request),
    cpu: () => ask('cpu'),
    memory: () => memoryOf(child.pid),
    /** Ends it cleanly, so that its database can be used again. */
    stop: async () => {
      const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await Promise.race([ask('stop').catch(() => undefined), exited]);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(deadline);
      await rm(directory, { recursive: true, force: true });
    },
    /** Ends it at once: nobody waits for what is under way in a database that is about to be dropped. */
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
