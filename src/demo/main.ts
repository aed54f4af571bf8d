import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AccessService, type PersonActor, TokensService } from '../access/index.js';
import { readEnvironment } from '../config/environment.js';
import { PoliciesService } from '../policies/index.js';
import { endFailedStart, runUntilSignal } from '../process.js';
import { errorCode } from '../shared/errors.js';
import { type RunningService, startService } from '../service.js';
import { sampleFacts } from './catalogue.js';
import { sampleCustomers } from './customers.js';
import { loadFacts, replayCustomers } from './replay.js';

const SEED = 'sample-store';
const WAIT_FOR_REVIEWS_MS = 40_000;

/** Whether the sample store was loaded into this data directory before; a second start goes on where the first one stopped. */
async function loadedBefore(marker: string): Promise<boolean> {
  try {
    await readFile(marker);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Loads the catalogue and replays the customers, with keys that are revoked again afterwards. */
async function loadSampleStore(service: RunningService): Promise<number> {
  const tokens = service.app.get(TokensService);
  const { personId, name } = service.administrator;
  const by: PersonActor = { kind: 'person', personId, name, role: 'administrator', via: 'token' };
  const writeKey = await tokens.createWriteKey('sample store', by);
  const token = await tokens.createService('sample store', 'developer', by);
  try {
    const connection = { url: service.url, writeKey: writeKey.key, token: token.token };
    const now = new Date();
    const { website } = service.app.get(PoliciesService).active().brand;
    await loadFacts(connection, sampleFacts(now, website.replace(/\/$/, '')));
    return await replayCustomers(connection, sampleCustomers(SEED, now));
  } finally {
    await tokens.revokeWriteKey(writeKey.id, by);
    await tokens.revoke(token.id, by);
  }
}

try {
  // The terminal belongs to the address and the sign-in link; LOG_LEVEL=info shows the rest.
  const environment = readEnvironment({ LOG_LEVEL: 'warn', ...process.env });
  const service = await startService(environment, { show: console.log });
  runUntilSignal(service);
  const marker = join(resolve(environment.DATA_DIR), 'sample-store-loaded');
  if (await loadedBefore(marker)) {
    console.log('The sample store is loaded already; going on where it stopped.');
  } else {
    const signals = await loadSampleStore(service);
    await writeFile(marker, `${new Date().toISOString()}\n`);
    console.log(
      `The sample store is loaded: ${signals} signals of its customers. What they lead to appears over the next minute.`,
    );
  }
  await untilReviews(service);
  console.log(`\nConsole:       ${service.url}`);
  console.log(
    `Sign in once:  ${await service.app.get(AccessService).signInLink(service.administrator.personId, 'system')}\n`,
  );
} catch (error) {
  endFailedStart(error);
}

/** Waits until somebody has something to review, or forty seconds: the console is useful then. */
async function untilReviews(service: RunningService): Promise<void> {
  const tokens = service.app.get(TokensService);
  const { personId, name } = service.administrator;
  const by: PersonActor = { kind: 'person', personId, name, role: 'administrator', via: 'token' };
  const token = await tokens.createService('demo start', 'viewer', by);
  const until = performance.now() + WAIT_FOR_REVIEWS_MS;
  try {
    while (performance.now() < until) {
      const response = await fetch(`${service.url}/v1/reviews?state=pending&limit=1`, {
        headers: { authorization: `Bearer ${token.token}` },
      });
      const body = (await response.json()) as { data?: unknown[] };
      if ((body.data?.length ?? 0) > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    console.log('No review is waiting yet.');
  } finally {
    await tokens.revoke(token.id, by);
  }
}
