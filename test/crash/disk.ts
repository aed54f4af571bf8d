import { execFile } from 'node:child_process';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CHUNK = Buffer.alloc(1 << 20);

/** A small disk that can be filled up; a plain folder where nothing may be mounted. */
export class Disk {
  private constructor(
    readonly directory: string,
    readonly canFill: boolean,
  ) {}

  static async at(directory: string, megabytes: number): Promise<Disk> {
    await mkdir(directory, { recursive: true });
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory]);
      return new Disk(directory, true);
    } catch {
      return new Disk(directory, false);
    }
  }

  private get filler(): string {
    return join(this.directory, 'filler');
  }

  /** Leaves no room; a file that grows stops growing. */
  async fill(): Promise<void> {
    if (!this.canFill) return;
    const file = await open(this.filler, 'w');
    try {
      for (;;) {
        const { bavail, bsize } = await statfs(this.directory);
        const room = bavail * bsize;
        if (room <= 0) return;
        await file.write(CHUNK.subarray(0, Math.min(room, CHUNK.length)));
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      await file.close();
    }
  }

  async empty(): Promise<void> {
    await rm(this.filler, { force: true });
  }

  async close(): Promise<void> {
    if (this.canFill) await run('umount', ['-l', this.directory]);
    await rm(this.directory, { recursive: true, force: true });
  }
}
