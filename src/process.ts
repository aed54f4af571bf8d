import { ConfigurationError, readEnvironment } from './config/environment.js';
import { startFailure } from './config/start-failure.js';
import { DirectoryLockedError, SchemaError } from './platform/database/index.js';
import { Log } from './platform/telemetry/index.js';
import { type RunningService } from './service.js';

const STOP_WITHIN_MS = 20_000;

/** What Node would print of an error that nobody dealt with may quote a person. */
function end(error: unknown): never {
  new Log('process').fatal('process.failed', { error });
  process.exit(1);
}

/** Stops the service cleanly on the first Ctrl-C or TERM; a second one, or twenty seconds, ends the process at once. */
export function runUntilSignal(service: RunningService): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log('Stopping …');
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        end(error);
      },
    );
  };
  process.on('uncaughtException', end);
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/**
 * Says why the service did not start, and ends. What a person can mend is said in one line; anything else is a defect and keeps its
 * stack, without the rows a database quotes beside it.
 */
export function endFailedStart(error: unknown): never {
  const mendable =
    error instanceof ConfigurationError ||
    error instanceof DirectoryLockedError ||
    error instanceof SchemaError;
  const named = mendable ? error.message : startFailure(error, readEnvironment(process.env));
  console.error(named ?? (error instanceof Error ? error.stack : error));
  process.exit(1);
}
