import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { memoryOf } from '../world/service.js';

const SERVER = fileURLToPath(new URL('./server.js', import.meta.url));

/**
 * Starts the bare server on an empty database.
 * @param database of world.js
 * @param {{ people: number, stateBytes: number, decisionBytes: number }} sizes as the service has them
 */
export async function startLimitServer(database, { people, stateBytes, decisionBytes }) {
  const began = performance.now();
  const child = fork(SERVER, [], {
    stdio: ['ignore', 2, 2, 'ipc'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      ...(database.url === undefined ? { DIRECTORY: database.directory } : { DATABASE_URL: database.url }),
      PEOPLE: String(people),
      STATE_BYTES: String(stateBytes),
      DECISION_BYTES: String(decisionBytes),
    },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const { url } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    void exited.then((code) => reject(new Error(`the limit server ended with ${code}`)));
  });
  return {
    url,
    pid: child.pid,
    startMs: performance.now() - began,
    memory: () => memoryOf(child.pid),
    stop: async () => {
      child.disconnect();
      await exited;
    },
  };
}
