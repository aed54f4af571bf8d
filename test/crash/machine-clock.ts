import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/**
 * The clock of the machine that a database and the processes of the service are on, running ones too: libfaketime puts what a file says between
 * them and the system's.
 */
export class MachineClock {
  /** How far it is off, in milliseconds. */
  offsetMs = 0;

  private constructor(private readonly file: string) {}

  static at(directory: string): MachineClock {
    const clock = new MachineClock(join(directory, 'clock'));
    clock.shift(0);
    return clock;
  }

  /** Whether libfaketime is installed (Debian's package of that name); nothing can be shifted without. */
  get canShift(): boolean {
    return existsSync(LIBRARY);
  }

  get now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  /** Running processes follow within a second. Only what tells the time jumps: how long something takes is measured as ever. */
  shift(ms: number): void {
    this.offsetMs += ms;
    const seconds = this.offsetMs / 1_000;
    writeFileSync(this.file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  }

  /** Removes what libfaketime leaves behind of a process that was killed. */
  static forget(pid: number): void {
    for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`])
      rmSync(join('/dev/shm', name), { force: true });
  }

  /** What a process is started with to go by this clock. */
  environment(): Readonly<Record<string, string>> {
    if (!this.canShift) return {};
    return {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }
}
