// The built service as a process of its own, with a line to whoever measures it: the same `startService` that dist/main.js calls, and beside it
// answers to { id, ask, ... } over IPC. PAUSED=1 starts it without its loops, so that signals wait.
import { PipelineService } from '../../dist/pipeline/index.js';
import { IntakeService } from '../../dist/pipeline/intake.service.js';
import { TimersService } from '../../dist/pipeline/timers.service.js';
import { Database } from '../../dist/platform/database/index.js';
import { readEnvironment } from '../../dist/config/environment.js';
import { startService } from '../../dist/service.js';
import { sql } from 'kysely';
import { seed } from './seed.js';

const startPipeline = PipelineService.prototype.start;
const { PAUSED, ...variables } = process.env;
if (PAUSED === '1') PipelineService.prototype.start = () => Promise.resolve();

/** What of the pipeline can be let run after a paused start. */
const PARTS = {
  all: (app) => startPipeline.call(app.get(PipelineService)),
  intake: (app) => app.get(IntakeService, { strict: false }).start(),
  timers: (app) => app.get(TimersService, { strict: false }).start(),
};

const service = await startService(readEnvironment(variables));
const { app } = service;
const startedMs = performance.now();

const ANSWERS = {
  query: async ({ text }) => (await sql.raw(text).execute(app.get(Database).db)).rows,
  resume: async ({ part }) => PARTS[part](app),
  maintain: () => app.get(Database).maintain(),
  seed: (request) => seed(app, request),
  /** CPU of all threads of this process so far, in microseconds. */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  stop: () => service.stop(),
};

process.on('message', async ({ id, ask, ...request }) => {
  try {
    process.send({ id, answer: await ANSWERS[ask](request) });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
  if (ask === 'stop') process.disconnect();
});
// Whoever measures is gone: nobody will ask for the end any more.
process.on('disconnect', () => process.exit(0));
process.send({ ready: { url: service.url, startedMs } });
