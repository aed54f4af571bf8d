import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { Daemon, killNow } from './daemon.js';
import { type MachineClock } from './machine-clock.js';
import { freePort, until } from './ports.js';
import { type Random } from './random.js';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';
const NAME = 'countersign';

/** Where the newest installed PostgreSQL has its programs. */
async function binaries(): Promise<string> {
  const versions = existsSync(VERSIONS) ? await readdir(VERSIONS) : [];
  const newest = versions.map(Number).sort((a, b) => b - a)[0];
  if (newest === undefined) throw new Error(`there is no PostgreSQL below ${VERSIONS}`);
  return join(VERSIONS, String(newest), 'bin');
}

/** As whom PostgreSQL runs: it refuses to be root. */
async function account(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = await Promise.all(['-u', '-g'].map((what) => run('id', [what, 'postgres'])));
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
}

/** A PostgreSQL cluster of its own, which may be killed. */
export class Postgres {
  private server: Daemon | undefined;
  private wanted = true;
  private killing = false;

  private constructor(
    private readonly programs: string,
    private readonly data: string,
    private readonly log: string,
    private readonly user: { uid: number; gid: number } | null,
    readonly port: number,
    private readonly clock: MachineClock,
  ) {}

  /** @param directory on which it may be alone. */
  static async start(directory: string, log: string, clock: MachineClock): Promise<Postgres> {
    const programs = await binaries();
    const user = await account();
    const data = join(directory, 'postgres');
    await mkdir(data, { recursive: true });
    if (user !== null) await chown(data, user.uid, user.gid);
    await run(
      join(programs, 'initdb'),
      ['-D', data, '-U', NAME, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
      {
        ...user,
        env: { PATH: process.env['PATH'] ?? '' },
      },
    );
    const postgres = new Postgres(programs, data, log, user, await freePort(), clock);
    await postgres.up();
    await postgres.administer(`create database ${NAME}`);
    return postgres;
  }

  url(port = this.port, database = NAME): string {
    return `postgres://${NAME}@127.0.0.1:${port}/${database}`;
  }

  private async administer(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.url(this.port, 'postgres') });
    await client.connect();
    await client.query(statement);
    await client.end();
  }

  /** Starts it, again and again until it stands: after a kill its old children may take a moment to go. */
  async up(): Promise<void> {
    this.wanted = true;
    this.killing = false;
    for (let attempt = 0; attempt < 60; attempt++) {
      const server = Daemon.start({
        program: join(this.programs, 'postgres'),
        args: [
          '-D',
          this.data,
          '-p',
          String(this.port),
          '-k',
          '',
          ...SETTINGS.flatMap((each) => ['-c', each]),
        ],
        env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...this.clock.environment() },
        log: this.log,
        ...this.user,
      });
      this.server = server;
      if (await until(async () => !server.running || (await this.answers()), 20_000, 100))
        if (server.running) {
          void server.ended.then(() => this.afterItsEnd());
          return;
        }
      killNow(server.pid);
      await server.ended;
    }
    throw new Error(`PostgreSQL does not come up, see ${this.log}`);
  }

  /** It may end by itself, for instance when its disk is full: somebody starts it again, as they would in earnest. */
  private async afterItsEnd(): Promise<void> {
    if (this.killing || !this.wanted) return;
    await this.up().catch((error: unknown) => {
      console.error(error);
    });
  }

  private async answers(): Promise<boolean> {
    const client = new pg.Client({
      connectionString: this.url(this.port, 'postgres'),
      connectionTimeoutMillis: 1_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** The whole server at once, as when the machine stops; it stays down until `up`. */
  async kill(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.killing = true;
    const children = await server.descendants();
    for (const pid of [server.pid, ...children]) killNow(pid);
    await server.ended;
  }

  /** One of its processes: the server ends every connection and recovers by itself. @returns whether there was one. */
  async killBackend(random: Random): Promise<boolean> {
    const children = (await this.server?.descendants()) ?? [];
    if (children.length === 0) return false;
    killNow(random.pick(children));
    return true;
  }

  async stop(): Promise<void> {
    this.wanted = false;
    this.server?.signal('SIGINT');
    if (this.server !== undefined && !(await until(() => this.server?.running !== true, 10_000)))
      await this.kill();
    await this.server?.ended;
  }
}

/** Durable as by default; only small, so that several fit beside each other. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'shared_buffers=32MB',
  'max_connections=80',
  'max_wal_size=64MB',
  'min_wal_size=32MB',
  'restart_after_crash=on',
];
