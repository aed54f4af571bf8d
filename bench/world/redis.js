import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A port nobody has at the moment. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a Redis of its own, in memory; null when none is installed. @returns {Promise<{ url: string, stop: () => Promise<void> } | null>} */
export async function startRedis() {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'countersign-bench-redis-'));
  const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', directory];
  const child = spawn('redis-server', options.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const started = await new Promise((resolve, reject) => {
    child.once('error', (error) => (error.code === 'ENOENT' ? resolve(false) : reject(error)));
    child.stdout.on('data', (part) => {
      if (String(part).includes('Ready to accept connections')) resolve(true);
    });
    void exited.then((code) => reject(new Error(`redis-server ended with ${code}`)));
  });
  const remove = () => rm(directory, { recursive: true, force: true });
  if (!started) {
    await remove();
    return null;
  }
  return {
    url: `redis://127.0.0.1:${port}/0`,
    /** Its connections stay open and nothing answers: worse than one that is gone. */
    freeze: () => child.kill('SIGSTOP'),
    stop: async () => {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await exited;
      await remove();
    },
  };
}
