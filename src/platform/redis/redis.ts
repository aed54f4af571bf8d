import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Redis as IoRedis, type RedisOptions } from 'ioredis';
import { type Environment } from '../../config/environment.js';
import { Database } from '../database/index.js';
import { ENVIRONMENT } from '../runtime.js';
import { Log } from '../telemetry/index.js';
import { deploymentOf } from './deployment.repository.js';

/** Longer than an answer takes; whoever waits does without Redis after it. */
const ANSWERS_WITHIN_MS = 150;
const PROBE_EVERY_MS = 500;
const RECONNECT_WITHIN_MS = 1_000;

/** A connection to Redis. */
export type Connection = IoRedis;

/** `commands` are answered at once; `messages` come when they come; `waiting` asks for the next job and waits for it up to five seconds. */
type Purpose = 'commands' | 'messages' | 'waiting';

/** A connection without an answer for so long is half open: it is made anew. Messages may be rare, so nothing follows from their silence. */
const SILENT_MS: Record<Purpose, number | null> = { commands: 2_000, messages: null, waiting: 8_000 };

function optionsFor(purpose: Purpose): RedisOptions {
  const silent = SILENT_MS[purpose];
  return {
    connectTimeout: 2_000,
    keepAlive: 5_000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), RECONNECT_WITHIN_MS),
    maxRetriesPerRequest: null,
    // Done by itself, its failure would be nobody's, and end the process. Whoever listens does it on every `ready`.
    autoResubscribe: false,
    enableReadyCheck: purpose === 'commands',
    // A command that cannot be sent fails; kept for later it would hang, and come as a surprise.
    enableOfflineQueue: purpose !== 'commands',
    ...(silent === null ? {} : { socketTimeout: silent }),
    ...(purpose === 'commands' ? { commandTimeout: silent ?? 0 } : {}),
  };
}

/**
 * Redis, when REDIS_URL names one. It carries hints and nothing else: it may be gone, slow or emptied at any moment, so whoever uses it asks
 * whether it is `up`, waits for nothing longer than a moment, and does without it otherwise.
 */
@Injectable()
export class Redis implements OnApplicationShutdown {
  private readonly log = new Log('redis');
  private readonly connections = new Set<Connection>();
  private readonly upListeners = new Set<() => void>();
  private shared: Connection | undefined;
  private suspected = false;
  private known = false;
  private probe: NodeJS.Timeout | undefined;
  private deployment: Promise<string> | undefined;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly database: Database,
  ) {}

  get configured(): boolean {
    return this.environment.REDIS_URL !== undefined;
  }

  /** Whether it answered when it was last asked. */
  get up(): boolean {
    return this.known && !this.suspected;
  }

  /** Called when it answers again. */
  onUp(listener: () => void): void {
    this.upListeners.add(listener);
  }

  /** What keys begin with, the same for all processes on one database and for nobody else. */
  async prefix(): Promise<string> {
    this.deployment ??= deploymentOf(this.database.db, randomUUID());
    return `countersign:${await this.deployment}`;
  }

  /** The connection that everybody's commands share. */
  commands(): Connection {
    this.shared ??= this.connect('commands');
    return this.shared;
  }

  /** A connection of one's own. It reconnects by itself, and is closed with the service. */
  connect(purpose: Purpose): Connection {
    const { REDIS_URL } = this.environment;
    if (REDIS_URL === undefined) throw new Error('REDIS_URL is not set');
    const connection = new IoRedis(REDIS_URL, optionsFor(purpose));
    connection.setMaxListeners(0);
    this.connections.add(connection);
    // Each failed attempt to connect says so; what matters is said once, below.
    connection.on('error', () => undefined);
    if (purpose === 'commands') {
      connection.on('ready', () => {
        this.found(true);
      });
      connection.on('close', () => {
        this.found(false);
      });
    }
    return connection;
  }

  /** Waits for an answer, a moment long. @throws the failure, or Error when it takes longer: then Redis counts as gone until it answers. */
  async within<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`Redis does not answer within ${ANSWERS_WITHIN_MS} ms`));
      }, ANSWERS_WITHIN_MS);
    });
    try {
      return await Promise.race([answer, late]);
    } catch (error) {
      answer.catch(() => undefined); // Nobody waits for it any more.
      this.suspect();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether it answers now; waits a moment where it was never asked before. */
  async answers(): Promise<boolean> {
    const connection = this.commands();
    const ready =
      connection.status === 'ready'
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            connection.once('ready', resolve);
          });
    try {
      await this.within(ready.then(() => connection.ping()));
      return true;
    } catch {
      return false;
    }
  }

  onApplicationShutdown(): void {
    this.known = false; // Nobody has to be told of what is meant.
    clearInterval(this.probe);
    for (const connection of this.connections) connection.disconnect();
  }

  private suspect(): void {
    if (this.suspected) return;
    this.suspected = true;
    if (this.known) this.log.warn('redis.slow');
    this.probe = setInterval(() => {
      void this.commands()
        .ping()
        .then(
          () => {
            this.absolve();
          },
          () => undefined,
        );
    }, PROBE_EVERY_MS);
    this.probe.unref();
  }

  private absolve(): void {
    clearInterval(this.probe);
    if (!this.suspected) return;
    this.suspected = false;
    if (this.known) this.tellUp();
  }

  private found(connected: boolean): void {
    if (this.known === connected) return;
    this.known = connected;
    if (!connected) this.log.warn('redis.gone');
    else if (!this.suspected) this.tellUp();
  }

  private tellUp(): void {
    this.log.info('redis.back');
    for (const listener of this.upListeners) listener();
  }
}
