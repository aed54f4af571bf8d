import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';

/** Kernel ticks are hundredths of a second on Linux, whatever the processor. */
const TICK_US = 10_000;

/** The fields of /proc/PID/stat behind the command's name; null when the process is gone. */
async function statOf(pid) {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return null;
    throw error;
  }
}

/** CPU of a process so far with all its threads, in microseconds. */
async function cpuOf(pid) {
  const stat = await statOf(pid);
  return stat === null ? 0 : (Number(stat[11]) + Number(stat[12])) * TICK_US;
}

/**
 * Reads the CPU of a whole PostgreSQL server, backends that ended included. @param client of `pg`, connected to it
 * @returns a function that gives microseconds so far, or null when the server's processes are not on this machine
 */
async function databaseCpu(client) {
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const backend = await statOf(rows[0].pid);
  if (backend === null) return null;
  const postmaster = Number(backend[1]);
  if (!(await readFile(`/proc/${postmaster}/comm`, 'utf8')).startsWith('postgres')) return null;
  return async () => {
    const parent = await statOf(postmaster);
    const ended = [11, 12, 13, 14].reduce((sum, field) => sum + Number(parent[field]), 0);
    let running = 0;
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const stat = await statOf(name);
      if (stat !== null && Number(stat[1]) === postmaster) running += Number(stat[11]) + Number(stat[12]);
    }
    return (ended + running) * TICK_US;
  };
}

/**
 * Counts the CPU of a service and its database while something is done.
 * @param {{ pid: number }} service @param database of world.js @param {() => Promise<T>} work
 * @returns {Promise<{ result: T, cpu: { service: number, database: number | null } }>} microseconds; null where it cannot be told apart: the
 *   embedded engine is part of the service
 * @template T
 */
export async function countingCpu({ pid }, database, work) {
  if (database.url === undefined) {
    const before = await cpuOf(pid);
    const result = await work();
    return { result, cpu: { service: (await cpuOf(pid)) - before, database: null } };
  }
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const ofDatabase = await databaseCpu(client);
    const before = { service: await cpuOf(pid), database: await ofDatabase?.() };
    const result = await work();
    const after = { service: await cpuOf(pid), database: await ofDatabase?.() };
    return {
      result,
      cpu: {
        service: after.service - before.service,
        database: ofDatabase === null ? null : after.database - before.database,
      },
    };
  } finally {
    await client.end();
  }
}
