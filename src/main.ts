import 'reflect-metadata';
import { ConfigurationError, readEnvironment } from './config/environment.js';
import { DirectoryLockedError, SchemaError } from './platform/database/index.js';
import { startFailure } from './config/start-failure.js';
import { runUntilSignal } from './process.js';
import { startService } from './service.js';

try {
  const service = await startService(readEnvironment(process.env));
  for (const line of service.printed) console.log(line);
  console.log(`Countersign is at ${service.url}`);
  runUntilSignal(service);
} catch (error) {
  // What a person can mend is said in one line; anything else is a defect and keeps its stack, without the rows a database quotes beside it.
  const mendable =
    error instanceof ConfigurationError ||
    error instanceof DirectoryLockedError ||
    error instanceof SchemaError;
  const named = mendable ? error.message : variableOf(error);
  console.error(named ?? (error instanceof Error ? error.stack : error));
  process.exit(1);
}

/** The variable whose value turned out to be of no use. */
function variableOf(error: unknown): string | null {
  return startFailure(error, readEnvironment(process.env));
}
