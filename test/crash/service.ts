import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Daemon } from './daemon.js';
import { type MachineClock } from './machine-clock.js';
import { type Proxy } from './proxy.js';
import { sleep, until } from './ports.js';

/** This version. */
export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const READY_WITHIN_MS = 90_000;

export type Role = 'all' | 'api' | 'worker';

/** What lies between one process of the service and the rest of the world. */
export interface Links {
  /** Between the load balancer and what it answers requests with; null for a worker. */
  readonly client: Proxy | null;
  readonly database: Proxy | null;
  readonly redis: Proxy | null;
  readonly smtp: Proxy;
  readonly model: Proxy;
}

/** How the next process is started. */
export interface Start {
  /** `name:passing` of a point at which it kills itself; null for none. */
  readonly crashPoint: string | null;
  /** What is run: `dist/main.js` of this version, or of the one it takes the place of. */
  readonly program: string;
}

/** Counts of what happened to the processes of one episode. */
export class Casualties {
  kills = 0;
  /** Kills by what died or where: `worker`, `postgres`, `at signals.kept`. */
  readonly by = new Map<string, number>();
  /** Processes that ended on their own after they had been ready: a defect. */
  readonly fell: string[] = [];
  /** Processes that became ready, by what they ran. */
  readonly ready = new Map<string, number>();

  count(what: string): void {
    this.kills++;
    this.by.set(what, (this.by.get(what) ?? 0) + 1);
  }
}

/** One process of the service, started again whenever it ends, as any supervisor would. */
export class Service {
  url: string | null = null;
  private daemon: Daemon | undefined;
  private killing = false;
  private stopping = false;
  private paused = false;
  private spared = false;
  private unarmed = false;
  private startedWith: Start = { crashPoint: null, program: MAIN };
  private loop: Promise<void> | undefined;

  constructor(
    readonly name: string,
    readonly role: Role,
    readonly links: Links,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly directory: string,
    private readonly nextStart: () => Start,
    private readonly casualties: Casualties,
    private readonly clock: MachineClock,
  ) {}

  get ready(): boolean {
    return this.url !== null && !this.paused;
  }

  get log(): string {
    return join(this.directory, `${this.name}.log`);
  }

  /** The port on which it answers; null while it is not there. */
  get port(): number | null {
    return this.url === null ? null : Number(new URL(this.url).port);
  }

  /** Whether what is done to it would be wasted: it is to live through something. */
  get isSpared(): boolean {
    return this.spared;
  }

  /** Whether it waits for an answer of the mail or model server: then it holds the lease of what it asks about. */
  get isCalling(): boolean {
    return this.ready && (this.links.smtp.isAwaited || this.links.model.isAwaited);
  }

  run(): void {
    this.loop = this.supervise();
  }

  private async supervise(): Promise<void> {
    while (!this.stopping) {
      const started = performance.now();
      const daemon = this.spawn();
      const wasReady = await this.whenReady(daemon);
      const { code, signal } = await daemon.ended;
      this.url = null;
      this.account(wasReady, code, signal, daemon.output);
      // Without its database it cannot start; there is no hurry to find that out again.
      if (!wasReady && signal !== 'SIGKILL' && performance.now() - started < 5_000) await sleep(300);
    }
  }

  private spawn(): Daemon {
    const start = this.unarmed ? { ...this.nextStart(), crashPoint: null } : this.nextStart();
    this.startedWith = start;
    this.killing = false;
    this.paused = false;
    this.daemon = Daemon.start({
      program: process.execPath,
      // Fewer collections while it loads: it is started a thousand times.
      args: ['--max-semi-space-size=64', start.program],
      env: {
        PATH: process.env['PATH'] ?? '',
        ...this.environment,
        ROLE: this.role,
        ...this.clock.environment(),
        ...(start.crashPoint === null ? {} : { CRASH_POINTS: start.crashPoint }),
      },
      log: this.log,
    });
    return this.daemon;
  }

  /** @returns whether it became ready before it ended. */
  private async whenReady(daemon: Daemon): Promise<boolean> {
    const said = (): string | undefined => /Countersign is at (\S+)/.exec(daemon.output)?.[1];
    await until(() => said() !== undefined || !daemon.running, READY_WITHIN_MS, 30);
    const url = said();
    if (url === undefined) {
      if (daemon.running) {
        this.casualties.fell.push(`${this.name} did not start within ${READY_WITHIN_MS / 1_000} s`);
        daemon.signal('SIGKILL');
      }
      return false;
    }
    if (daemon.running) this.url = url;
    const { program } = this.startedWith;
    this.casualties.ready.set(program, (this.casualties.ready.get(program) ?? 0) + 1);
    return true;
  }

  private account(
    wasReady: boolean,
    code: number | null,
    signal: NodeJS.Signals | null,
    output: string,
  ): void {
    if (this.stopping) return;
    if (signal === 'SIGKILL') {
      if (this.killing) this.casualties.count(this.role);
      else if (this.startedWith.crashPoint !== null)
        this.casualties.count(`at ${this.startedWith.crashPoint.split(':')[0] ?? ''}`);
      return;
    }
    if (wasReady)
      this.casualties.fell.push(
        `${this.name} ended by itself (${signal ?? `code ${code ?? -1}`}): ${output.trim().slice(-600)}`,
      );
  }

  kill(): void {
    if (this.daemon?.running !== true) return;
    this.killing = true;
    this.url = null;
    this.daemon.signal('SIGKILL');
  }

  /** Stands still as a process does on a machine that is suspended. @returns whether it lived to go on. */
  async pause(ms: number): Promise<boolean> {
    const { daemon } = this;
    if (daemon?.running !== true) return false;
    this.paused = true;
    daemon.signal('SIGSTOP');
    await sleep(ms);
    const lived = daemon.running;
    daemon.signal('SIGCONT');
    if (this.daemon === daemon) this.paused = false;
    return lived;
  }

  /** Starts it anew as one that no fault strikes and that passes no armed point, until `release`. */
  async spare(): Promise<boolean> {
    this.spared = true;
    this.unarmed = true;
    const { daemon } = this;
    this.kill();
    await daemon?.ended;
    return until(() => this.daemon !== daemon && this.ready, READY_WITHIN_MS);
  }

  release(): void {
    this.spared = false;
    this.unarmed = false;
  }

  /** Lines of its log that hold a word. */
  async said(word: string): Promise<number> {
    const text = await readFile(this.log, 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line.includes(word)).length;
  }

  /** Asks it to end. @returns whether it did so cleanly and in time. */
  async stop(): Promise<boolean> {
    this.stopping = true;
    const { daemon } = this;
    if (daemon === undefined) return true;
    daemon.signal('SIGTERM');
    const inTime = await until(() => !daemon.running, 30_000);
    if (!inTime) daemon.signal('SIGKILL');
    const { code } = await daemon.ended;
    await this.loop;
    return inTime && code === 0;
  }

  /** Ends it and its supervisor, whatever it does. */
  async destroy(): Promise<void> {
    this.stopping = true;
    this.daemon?.signal('SIGCONT');
    this.daemon?.signal('SIGKILL');
    await this.loop;
  }
}
