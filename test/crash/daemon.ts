import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { MachineClock } from './machine-clock.js';

/** How a process is started. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** Where its output goes, appended. */
  readonly log: string;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<ChildProcess>();
// Whatever becomes of the harness, nothing of it stays behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process of this harness, and nobody else's: everything is done to it by its handle. */
export class Daemon {
  readonly ended: Promise<Ended>;
  /** What it wrote to its output so far, its beginning only. */
  output = '';
  private alive = true;

  private constructor(private readonly child: ChildProcess) {
    this.ended = new Promise((resolve) => {
      running.add(child);
      child.once('error', () => {
        running.delete(child);
        this.alive = false;
        resolve({ code: -1, signal: null });
      });
      child.once('exit', (code, signal) => {
        running.delete(child);
        this.alive = false;
        MachineClock.forget(this.pid);
        resolve({ code, signal });
      });
    });
  }

  static start({ program, args, env, uid, gid, log }: Command): Daemon {
    const child = spawn(program, [...args], {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    const daemon = new Daemon(child);
    const file = createWriteStream(log, { flags: 'a' });
    file.on('error', () => undefined);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => {
        if (daemon.output.length < 10_000) daemon.output += part.toString();
        file.write(part);
      });
    child.once('close', () => {
      file.end();
    });
    return daemon;
  }

  get running(): boolean {
    return this.alive;
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.alive) this.child.kill(signal);
  }

  /** The processes it started that still run, and theirs. */
  async descendants(): Promise<number[]> {
    return descendantsOf(this.pid);
  }
}

async function descendantsOf(pid: number): Promise<number[]> {
  try {
    const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const children = text.split(' ').flatMap((word) => (word.trim() === '' ? [] : [Number(word)]));
    return [...children, ...(await Promise.all(children.map(descendantsOf))).flat()];
  } catch {
    return []; // It has ended meanwhile.
  }
}

export function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
