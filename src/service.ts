import { resolve } from 'node:path';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessService, type Bootstrapped, PeopleService } from './access/index.js';
import { AppModule } from './app.module.js';
import { type Environment } from './config/environment.js';
import { PipelineService } from './pipeline/index.js';
import { armCrashPoints } from './platform/crash-point.js';
import { Database, type DatabaseLocation } from './platform/database/index.js';
import { makeFolder } from './platform/data-folder.js';
import { configureHttp, httpAdapter } from './platform/http/index.js';
import { PublicAddress } from './platform/public-address.js';
import { clockFor, RandomIds, type Runtime } from './platform/runtime.js';
import { keepKnownKeys } from './platform/secrets/known-keys.js';
import { readOrCreateSecretKeys } from './platform/secrets/secrets-file.js';
import { Secrets } from './platform/secrets/secrets.js';
import { createLogger, Log, startTracing } from './platform/telemetry/index.js';
import { PoliciesService, ProposalsService } from './policies/index.js';

/** A started service. */
export interface RunningService {
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  /** In whose name the first start acted. */
  readonly administrator: Administrator;
  readonly app: NestFastifyApplication;
  /** Stops taking requests, lets what is under way end, closes the database. */
  stop(): Promise<void>;
}

/** What tests replace. */
export interface ServiceParts {
  readonly runtime?: Runtime;
  /** Told what the first start generated, a line each, as soon as it is kept: whatever fails after that, nobody is shown it again. */
  readonly show?: (line: string) => void;
  /** Left open by `stop`: who opened it closes it. */
  readonly database?: Database;
}

type Administrator = Bootstrapped['administrator'];

/** Where the environment says the database is. */
function databaseLocation(environment: Environment): DatabaseLocation {
  return environment.DATABASE_URL === undefined
    ? { engine: 'embedded', directory: resolve(environment.DATA_DIR) }
    : { engine: 'postgres', url: environment.DATABASE_URL };
}

/** What a process brings with it, from the environment; makes the secret keys at the first start. */
async function createRuntime(environment: Environment): Promise<Runtime> {
  const clock = clockFor(environment.CLOCK);
  const keys = environment.SECRET_KEYS ?? (await readOrCreateSecretKeys(resolve(environment.DATA_DIR)));
  return { environment, clock, ids: new RandomIds(clock), secrets: new Secrets(keys) };
}

/** The ids of who wrote the playbook's folder; null when the environment does not say, or names somebody whom nobody knows here. */
async function writersOfFolder(
  app: NestFastifyApplication,
  { POLICIES_AUTHORS }: Environment,
): Promise<string[] | null> {
  if (POLICIES_AUTHORS === undefined) return null;
  const people = new Map((await app.get(PeopleService).list()).map(({ email, id }) => [email, id]));
  const writers = POLICIES_AUTHORS.map((address) => people.get(address));
  return writers.some((id) => id === undefined) ? null : writers.filter((id) => id !== undefined);
}

/** Whoever answers requests makes the first start, and brings the folder's playbook into force, or before those who have to agree to it. */
async function startApi(
  app: NestFastifyApplication,
  environment: Environment,
  show: (line: string) => void,
): Promise<Administrator> {
  const { administrator, printed } = await app.get(AccessService).bootstrap(environment);
  for (const line of printed) show(line);
  await app.get(PoliciesService).loadFolderAtStart(administrator);
  await app.get(ProposalsService).proposeFolder(administrator, await writersOfFolder(app, environment));
  await app.listen({ port: environment.PORT, host: environment.HOST });
  await app.get(PublicAddress).tell(app.get(Database).db, await app.getUrl());
  return administrator;
}

/** A worker says how it is from the beginning, and begins once there is a playbook to work by. */
async function startWorker(app: NestFastifyApplication, environment: Environment): Promise<Administrator> {
  await app.listen({ port: environment.PORT, host: environment.HOST });
  await app.get(PoliciesService).follow();
  return (await app.get(AccessService).bootstrap(environment)).administrator;
}

/**
 * Starts what ROLE asks for in this process: everything, only what answers requests, or only the loops that do the work.
 * @throws ConfigurationError, DirectoryLockedError, or whatever keeps the playbook from being loaded at a first start.
 */
export async function startService(
  environment: Environment,
  parts: ServiceParts = {},
): Promise<RunningService> {
  if (environment.CRASH_POINTS !== undefined) armCrashPoints(environment.CRASH_POINTS);
  await makeFolder(resolve(environment.DATA_DIR));
  const runtime = parts.runtime ?? (await createRuntime(environment));
  const logger = createLogger(environment.LOG_LEVEL);
  // What is said before there is an application goes the same way.
  Logger.overrideLogger(logger);
  const log = new Log('database');
  const endTracing = await startTracing(environment);
  const say = (line: string): void => {
    log.info('database.migration', { note: line });
  };
  const onReplaced = (line: string): void => {
    log.fatal('database.replaced', { note: line });
    // Whoever supervises the process starts it again, and then it looks at what it stands on.
    process.kill(process.pid, 'SIGTERM');
  };
  const database =
    parts.database ?? (await Database.open(databaseLocation(environment), { say, onReplaced }));
  let app: NestFastifyApplication | undefined;
  const stop = async (): Promise<void> => {
    await app?.get(PipelineService).stop();
    await app?.close();
    if (parts.database === undefined) await database.close();
    await endTracing();
  };
  try {
    await keepKnownKeys(database, runtime.secrets);
    const options = Object.assign(new NestApplicationContextOptions(), {
      logger,
      abortOnError: false,
    });
    app = await NestFactory.create<NestFastifyApplication>(
      AppModule.of(database, runtime),
      httpAdapter(),
      options,
    );
    configureHttp(app, { answers: environment.ROLE === 'worker' ? 'health' : 'everything' });
    const show = parts.show ?? (() => undefined);
    const administrator =
      environment.ROLE === 'worker'
        ? await startWorker(app, environment)
        : await startApi(app, environment, show);
    await app.get(PipelineService).start();
    return { url: await app.getUrl(), administrator, app, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
