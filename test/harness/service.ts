import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { readEnvironment } from '../../src/config/environment.js';
import { type Database } from '../../src/platform/database/index.js';
import { type Runtime } from '../../src/platform/runtime.js';
import { type RunningService, startService } from '../../src/service.js';
import { openTestDatabase, type TestDatabase } from './database.js';
import { queueEnvironment, TestClock, testRuntime } from './runtime.js';

export const WRITE_KEY = 'story-write-key';
export const ADMIN = {
  email: 'ada.admin@example.com',
  password: 'correct-horse-battery',
  token: 'story-admin-token-0001',
};

/** Only for what never comes: a machine with other things to do is waited for. */
const PATIENCE_MS = 120_000;
const SOON_MS = 15;
/** A look at what is left keeps the one connection of the embedded engine from getting on with it. */
const LOOK_AGAIN_MS = 40;

/** An HTTP answer, its body parsed when it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // A story reads whatever the contract promises of a body.
  readonly body: Body;
}

/** JSON as a story walks through it; a missing member reads as undefined. */
export type Body = { readonly [member: string]: Body } & readonly Body[] & {
    readonly toString: () => string;
  };

/** What a story may change about the service it runs against. */
export interface StorySettings {
  /** Where the clock stands at the start; a Wednesday noon in New York by default. */
  readonly now?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Files of the playbook that replace or join the shipped ones: path below `policies/` → text; null removes one. */
  readonly playbook?: Readonly<Record<string, string | null>>;
  /** Keep holdouts, audits and exploration as the playbook has them; by default a story leaves nothing to chance. */
  readonly chance?: boolean;
  /** A database to go on with, instead of an empty one, and the secret key it was filled under. */
  readonly from?: { readonly opened: Omit<TestDatabase, 'url'>; readonly secretKey: string };
}

/** Takes holdouts, audits and exploration out of a folder of a playbook. */
export async function leaveNothingToChance(policies: string): Promise<void> {
  for (const name of await readdir(policies, { recursive: true })) {
    if (!name.endsWith('.yaml')) continue;
    const path = join(policies, name);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/^(\s*)(holdout|auditShare|exploration):.*$/gm, '$1$2: 0'));
  }
}

/** What a story runs against. */
interface Running {
  readonly database: Database;
  readonly closeDatabase: () => Promise<void>;
  readonly service: RunningService;
}

/** The whole service on a database of its own, with a clock that the story moves. */
export class Story {
  private constructor(
    readonly clock: TestClock,
    /** Let go at the end: a spec file names its stories until all of its tests have run, and each would keep a database in memory. */
    private running: Running | null,
    private readonly directory: string,
    private readonly variables: Readonly<Record<string, string>>,
    private readonly runtime: Runtime,
  ) {}

  private get now(): Running {
    if (this.running === null) throw new Error('the story has ended');
    return this.running;
  }

  get database(): Database {
    return this.now.database;
  }

  /** The service that requests go to; another one after `restart`. */
  get service(): RunningService {
    return this.now.service;
  }

  static async begin(settings: StorySettings = {}): Promise<Story> {
    const directory = await mkdtemp(join(tmpdir(), 'countersign-story-'));
    const policies = join(directory, 'policies');
    await cp('policies', policies, { recursive: true });
    for (const [path, text] of Object.entries(settings.playbook ?? {})) {
      await mkdir(dirname(join(policies, path)), { recursive: true });
      if (text === null) await rm(join(policies, path));
      else await writeFile(join(policies, path), text);
    }
    // Last of all: a story's own files are mostly the shipped ones with a line changed.
    if (settings.chance !== true) await leaveNothingToChance(policies);
    const clock = new TestClock(settings.now ?? '2026-11-18T17:00:00.000Z');
    const variables = {
      PORT: '0',
      LOG_LEVEL: process.env['STORY_LOG'] ?? 'silent',
      DATA_DIR: directory,
      POLICIES_DIR: policies,
      PUBLIC_URL: 'https://countersign.example.com',
      BOOTSTRAP_WRITE_KEY: WRITE_KEY,
      BOOTSTRAP_ADMIN_EMAIL: ADMIN.email,
      BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      BOOTSTRAP_API_KEY: ADMIN.token,
      ...queueEnvironment(),
      ...settings.environment,
    };
    const opened = settings.from?.opened ?? (await openTestDatabase());
    try {
      const runtime = testRuntime(clock, variables, settings.from?.secretKey);
      const service = await startService(readEnvironment(variables), {
        runtime,
        database: opened.database,
      });
      const running = { database: opened.database, closeDatabase: () => opened.close(), service };
      return new Story(clock, running, directory, variables, runtime);
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  /** One more service on the same database, clock and secrets, as a second process would be. Whoever starts it stops it. */
  async startAnother(environment: Readonly<Record<string, string>> = {}): Promise<RunningService> {
    const variables = { ...this.variables, ...environment };
    const parsed = readEnvironment(variables);
    return startService(parsed, {
      runtime: { ...this.runtime, environment: parsed },
      database: this.database,
    });
  }

  /** Stops the service, lets something happen while nobody is there, and starts it again on the same database. */
  async restart(
    meanwhile: () => Promise<void> | void = () => undefined,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await this.service.stop();
    await meanwhile();
    this.running = { ...this.now, service: await this.startAnother(environment) };
  }

  /** Waits, in real time, until something is the case; for what does not go by the story's clock. */
  async until(what: string, isSo: () => boolean | Promise<boolean>, withinMs = PATIENCE_MS): Promise<void> {
    for (const deadline = performance.now() + withinMs; !(await isSo());) {
      if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, SOON_MS));
    }
  }

  async end(): Promise<void> {
    const { running } = this;
    if (running === null) return;
    this.running = null;
    await running.service.stop();
    await running.closeDatabase();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Where the playbook's files of this story lie. */
  get policiesDirectory(): string {
    return join(this.directory, 'policies');
  }

  async request(
    method: string,
    path: string,
    options: {
      body?: unknown;
      token?: string | null;
      headers?: Record<string, string>;
      redirect?: 'manual' | 'follow';
    } = {},
  ): Promise<Answer> {
    const token = options.token === undefined ? ADMIN.token : options.token;
    const response = await fetch(`${this.service.url}${path}`, {
      method,
      redirect: options.redirect ?? 'manual',
      headers: {
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (json ? JSON.parse(text) : {}) as Body,
    };
  }

  async get(path: string): Promise<Body> {
    const answer = await this.request('GET', path);
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  async post(path: string, body: unknown = {}, token?: string): Promise<Answer> {
    return this.request('POST', path, { body, ...(token === undefined ? {} : { token }) });
  }

  /** Sends signals as a Segment client does, at the story's present unless they say otherwise. */
  async send(...signals: Record<string, unknown>[]): Promise<Answer> {
    const now = this.clock.now().toISOString();
    return this.request('POST', '/v1/batch', {
      token: null,
      headers: { authorization: `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}` },
      body: {
        batch: signals.map((signal) => ({
          messageId: `m-${Math.random().toString(36).slice(2)}`,
          timestamp: now,
          ...signal,
        })),
        sentAt: now,
      },
    });
  }

  /** Sends, and waits until everything that follows from it by now has happened. */
  async happens(...signals: Record<string, unknown>[]): Promise<void> {
    const answer = await this.send(...signals);
    if (answer.status !== 200 || answer.text.includes('rejected'))
      throw new Error(`signals answered ${answer.status}: ${answer.text}`);
    await this.settle();
  }

  /** Lets time pass, then waits until what fell due has happened. */
  async passes(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }

  /** Waits until nothing is due at the story's present: no signal unapplied, no timer, no work. */
  async settle(): Promise<void> {
    let deadline = performance.now() + PATIENCE_MS;
    let least = Infinity;
    for (let quiet = 0; quiet < 2;) {
      const { rows } = await sql<{ inbox: number; timers: number; work: number; leased: number }>`
        select (select count(*) from signal_inbox) as inbox,
          (select count(*) from timers where due_at <= ${this.clock.now()}) as timers,
          (select count(*) from work where state = 'ready' and due_at <= ${this.clock.now()}) as work,
          (select count(*) from work where state = 'ready' and leased_by is not null) as leased`.execute(
        this.database.db,
      );
      const left = rows[0];
      if (left === undefined) throw new Error('counting what is left gave no row');
      const sum = left.inbox + left.timers + left.work + left.leased;
      quiet = sum === 0 ? quiet + 1 : 0;
      if (sum < least) [least, deadline] = [sum, performance.now() + PATIENCE_MS]; // It gets on, however slowly.
      if (performance.now() > deadline)
        throw new Error(`not settled after ${PATIENCE_MS} ms: ${JSON.stringify(left)}`);
      await new Promise((resolve) => setTimeout(resolve, sum === 0 ? SOON_MS : LOOK_AGAIN_MS));
    }
  }

  /** The messages of a person, newest first. */
  async messages(userId: string): Promise<Body> {
    return this.field(await this.get(`/v1/messages?userId=${encodeURIComponent(userId)}`), 'data');
  }

  /** The decisions about a person, newest first. */
  async decisions(userId: string): Promise<Body> {
    return this.field(await this.get(`/v1/decisions?userId=${encodeURIComponent(userId)}`), 'data');
  }

  async reviews(state = 'pending'): Promise<Body> {
    return this.field(await this.get(`/v1/reviews?state=${state}`), 'data');
  }

  private field(body: Body, name: string): Body {
    const value = body[name];
    if (value === undefined) throw new Error(`the answer has no ${name}: ${JSON.stringify(body)}`);
    return value;
  }
}
