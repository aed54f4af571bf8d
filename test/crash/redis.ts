import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Daemon } from './daemon.js';
import { freePort, until } from './ports.js';

const run = promisify(execFile);

/** A Redis of its own that keeps nothing: what is in it is gone with it. */
export class Redis {
  private server: Daemon | undefined;

  private constructor(
    private readonly log: string,
    readonly port: number,
  ) {}

  static async start(log: string): Promise<Redis> {
    const redis = new Redis(log, await freePort());
    await redis.up();
    return redis;
  }

  async up(): Promise<void> {
    const server = Daemon.start({
      program: 'redis-server',
      args: ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      env: { PATH: process.env['PATH'] ?? '' },
      log: this.log,
    });
    this.server = server;
    const up = await until(async () => !server.running || (await this.command('ping')) === 'PONG', 10_000);
    if (!up || !server.running) throw new Error(`Redis does not come up, see ${this.log}`);
  }

  private async command(...words: string[]): Promise<string | null> {
    try {
      const { stdout } = await run('redis-cli', ['-p', String(this.port), ...words], { timeout: 2_000 });
      return stdout.trim();
    } catch {
      return null;
    }
  }

  async flush(): Promise<void> {
    await this.command('flushall');
  }

  async kill(): Promise<void> {
    this.server?.signal('SIGKILL');
    await this.server?.ended;
  }

  async stop(): Promise<void> {
    await this.kill();
  }
}
