import 'reflect-metadata';
import { readEnvironment } from './config/environment.js';
import { openExisting } from './existing-database.js';
import { clockFor } from './platform/runtime.js';
import { findingLines, verifyDatabase } from './verification/index.js';

const HOLDS = 0;
const BROKEN = 1;
const COULD_NOT_LOOK = 2;

async function verify(): Promise<number> {
  const environment = readEnvironment(process.env);
  const { database, secrets } = await openExisting(environment);
  try {
    const findings = await verifyDatabase(database.db, secrets, clockFor(environment.CLOCK));
    for (const finding of findings) for (const line of findingLines(finding)) console.log(line);
    return findings.every((finding) => finding.problems.length === 0) ? HOLDS : BROKEN;
  } finally {
    await database.close();
  }
}

try {
  process.exitCode = await verify();
} catch (error) {
  console.error(`could not look: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = COULD_NOT_LOOK;
}
