import { randomBytes } from 'node:crypto';
import { type Environment, readEnvironment } from '../../src/config/environment.js';
import { RandomIds, type Runtime } from '../../src/platform/runtime.js';
import { Secrets } from '../../src/platform/secrets/secrets.js';
import { Clock } from '../../src/shared/clock.js';

/** A clock that a test moves by hand. */
export class TestClock extends Clock {
  private current: number;

  constructor(start: string) {
    super();
    this.current = Date.parse(start);
  }

  override now(): Date {
    return new Date(this.current);
  }

  set(time: string): void {
    this.current = Date.parse(time);
  }

  advance(ms: number): void {
    this.current += ms;
  }
}

/** With REDIS_URL, work goes through that server; each database has a corner of its own on it. */
export function queueEnvironment(): Record<string, string> {
  const server = process.env['REDIS_URL'];
  return server === undefined || server === ''
    ? {}
    : { REDIS_URL: server, SECRET_KEYS: 'the-same-for-every-process-of-a-test' };
}

/** What a process would bring, with a clock to move. */
export function testRuntime(
  clock: Clock,
  environment: Record<string, string> = {},
  secretKey = randomBytes(32).toString('base64url'),
): Runtime {
  const parsed: Environment = readEnvironment({
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...queueEnvironment(),
    ...environment,
  });
  return {
    environment: parsed,
    clock,
    ids: new RandomIds(clock),
    secrets: new Secrets([secretKey]),
  };
}
