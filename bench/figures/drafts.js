import { createServer } from 'node:http';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { firingBatches, makeLoad } from '../load/load.js';
import { row } from '../row.js';
import { untilNone } from '../world/checks.js';
import { changedPlaybook, withPlaybook } from '../world/playbook.js';
import { startService } from '../world/service.js';

const CALLS = 200;
const MOST_MIB = 300;
/** Longer than it takes to decide about everybody who is written to. */
const ANSWER_AFTER_MS = 20_000;
/** Some are held back or answered with silence: more are asked about than are to be written to. */
const FIRINGS = 2_200;

/**
 * Drafts asked of a model that takes its time, as many as the playbook lets it be asked at once: how many are really under way, and what the
 * process grows by meanwhile.
 */
export const name = 'drafts';
export const engines = ['postgres'];
export const slow = true;

export async function measure(bench) {
  const model = await slowModel();
  const playbook = await changedPlaybook(writeByModel);
  const database = await bench.world.copy();
  const env = {
    ...withPlaybook(playbook),
    OPENAI_API_KEY: 'sk-bench',
    OPENAI_BASE_URL: model.url,
    OPENAI_MODEL: 'bench-model',
  };
  const service = await startService(database, { env });
  try {
    const before = await service.memory();
    await makeLoad({
      urls: [service.url],
      requests: firingBatches(bench.world.people, 1, 1),
      connections: 8,
      total: FIRINGS,
      warmUp: 0,
    });
    await untilNone(service, 'select count(*) from signal_inbox');
    await untilNone(service, `select count(*) from messages where state = 'drafting'`, {
      stuckAfter: 60_000,
    });
    const { highest } = await service.memory();
    if (model.most > CALLS) throw new Error(`${model.most} calls were under way, ${CALLS} were allowed`);
    const written = await service.query(`select count(*)::int as count from drafts where origin = 'model'`);
    bench.say(`  ${written[0].count} drafts by the model`);
    return [
      row(
        'calls of a slow model under way at once',
        model.most,
        CALLS,
        'calls',
        'higher',
        'what the playbook allows',
      ),
      row(
        'what the process grows by meanwhile',
        highest - before.now,
        MOST_MIB,
        'MiB',
        'lower',
        'what it may',
      ),
    ];
  } finally {
    await service.kill();
    await database.drop();
    await model.close();
    await rm(playbook, { recursive: true, force: true });
  }
}

/** Whoever signs up is written to by the model. */
async function writeByModel(folder) {
  const change = async (path, by) => {
    const file = join(folder, path);
    await writeFile(file, stringify(by(parse(await readFile(file, 'utf8')))));
  };
  await change('engine.yaml', (engine) => ({ ...engine, modelConcurrency: CALLS }));
  await change('actions/lifecycle.yaml', (actions) =>
    actions.map((action) =>
      action.id === 'welcome'
        ? {
            ...action,
            draft: { mode: 'model', prompt: 'recover-cart', brief: 'Say hello.', fallback: 'template' },
          }
        : action,
    ),
  );
}

const DRAFT = {
  subject: 'Welcome',
  preheader: 'Good to have you with us.',
  blocks: [{ type: 'text', text: 'Good to have you with us. Have a look around, there is no hurry.' }],
  claims: [],
};
const COMPLETION = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 0,
  model: 'bench-model',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: JSON.stringify(DRAFT), refusal: null },
      finish_reason: 'stop',
      logprobs: null,
    },
  ],
  usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
});

async function slowModel() {
  let underWay = 0;
  let most = 0;
  const server = createServer((request, response) => {
    request.resume();
    underWay++;
    most = Math.max(most, underWay);
    setTimeout(() => {
      underWay--;
      response.writeHead(200, { 'content-type': 'application/json' }).end(COMPLETION);
    }, ANSWER_AFTER_MS);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    get most() {
      return most;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
