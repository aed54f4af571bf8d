import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Daemon } from '../crash/daemon.js';
import { ADMIN, leaveNothingToChance, WRITE_KEY } from './service.js';

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url));
const REGISTER = new URL('register-typescript.js', import.meta.url).href;
const STARTS_WITHIN_MS = 240_000;

/** What processes of one deployment have in common: a folder with a playbook that leaves nothing to chance, and who may do what. */
export async function makeDeployment(): Promise<{
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'countersign-processes-'));
  const policies = join(directory, 'policies');
  await cp('policies', policies, { recursive: true });
  await leaveNothingToChance(policies);
  return {
    directory,
    environment: {
      PORT: '0',
      DATA_DIR: directory,
      POLICIES_DIR: policies,
      PUBLIC_URL: 'https://countersign.example.com',
      SECRET_KEYS: 'the-same-for-every-process-of-a-deployment',
      BOOTSTRAP_WRITE_KEY: WRITE_KEY,
      BOOTSTRAP_ADMIN_EMAIL: ADMIN.email,
      BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      BOOTSTRAP_API_KEY: ADMIN.token,
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** How a command of the service ended, and what it said. */
export interface CommandEnd {
  readonly code: number | null;
  readonly said: string;
}

/**
 * A command that ends by itself, as an operator starts it, from its sources.
 * @param file below `src`, such as `verify.ts`. @param log where its output goes.
 */
export async function runCommand(
  file: string,
  environment: Readonly<Record<string, string>>,
  log: string,
): Promise<CommandEnd> {
  const command = startSource(file, environment, log);
  const { code } = await command.ended;
  return { code, said: command.output };
}

function startSource(file: string, environment: Readonly<Record<string, string>>, log: string): Daemon {
  return Daemon.start({
    program: process.execPath,
    args: ['--no-warnings', '--import', REGISTER, join(SOURCES, file)],
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    log,
  });
}

/** A process of the service as an operator starts it, from its sources. */
export class ServiceProcess {
  private constructor(
    private readonly daemon: Daemon,
    readonly url: string,
    private readonly logFile: string,
  ) {}

  /** @param log where its output goes. */
  static async start(environment: Readonly<Record<string, string>>, log: string): Promise<ServiceProcess> {
    const daemon = startSource('main.ts', environment, log);
    for (const deadline = performance.now() + STARTS_WITHIN_MS; ;) {
      const output = await readFile(log, 'utf8').catch(() => '');
      const url = /^Countersign is at (\S+)/m.exec(output)?.[1];
      if (url !== undefined) return new ServiceProcess(daemon, url, log);
      if (!daemon.running || performance.now() > deadline) {
        daemon.signal('SIGKILL');
        throw new Error(`the service did not start: ${output.slice(-2_000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Everything it said so far. */
  output(): Promise<string> {
    return readFile(this.logFile, 'utf8');
  }

  /** Asks it to end and waits until it has. */
  async stop(): Promise<void> {
    this.daemon.signal('SIGTERM');
    await this.daemon.ended;
  }
}
