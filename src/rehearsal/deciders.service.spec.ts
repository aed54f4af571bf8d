import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NOW, situation } from '../../test/fixtures/playbook.js';
import { decide } from '../decisions/decide.js';
import { PRIOR_MODELS } from '../decisions/decision.js';
import { keptResult } from '../decisions/kept-result.js';
import { seal } from '../platform/vault/seal.js';
import { type Bundle } from '../policies/bundle.js';
import { compilePlaybook } from '../policies/compiler.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { sha256Hex } from '../shared/hash.js';
import { Deciders, type Sources, ThreadDied } from './deciders.service.js';
import { countPage, KEY_BYTES, type SealedCase, type SealedPage } from './pages.decider.js';

const LOADER = pathToFileURL('test/crash/typescript-loader.js').href;
/** The sources as a thread can run them: compiled as it loads them. */
const FROM_SOURCES = {
  url: pathToFileURL('src/rehearsal/decider.thread.ts'),
  execArgv: [
    '--import',
    `data:text/javascript,import{register}from"node:module";register(${JSON.stringify(LOADER)})`,
  ],
};
const DYING = {
  url: new URL(
    `data:text/javascript,import{parentPort}from"node:worker_threads";parentPort.on("message",()=>process.exit(3))`,
  ),
};

function compiled(files: Readonly<Record<string, string>>): Bundle {
  const result = compilePlaybook(files);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.bundle;
}
const shipped: Record<string, string> = Object.fromEntries(
  readdirSync('policies', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !path.startsWith('tests/'))
    .map((path) => [path, readFileSync(join('policies', path), 'utf8')]),
);
const then = compiled(shipped);
const never = '{ id: never, title: T, reason: R, owner: me, effect: suppress, scope: {}, when: "true" }';
const now = compiled({ ...shipped, 'guardrails/never.yaml': never });
const bundles = new Map([then, now].map((bundle) => [bundle.hash, bundle]));

/** Decisions about somebody, made under the earlier playbook and sealed; of four, one was erased and one has a changed byte. */
function stored(under: Bundle): { readonly page: SealedPage; readonly sources: Sources } {
  const pieces: Uint8Array[] = [];
  const results = new Map<string, Uint8Array>();
  let end = 0;
  const cases = Array.from({ length: 40 }, (_, i): SealedCase => {
    const key = randomBytes(KEY_BYTES);
    const given = situation();
    const seed = `seed ${i}`;
    const result = canonicalJson(keptResult(decide(then, given, PRIOR_MODELS, seed)));
    const sealed = seal(key, canonicalJson(given));
    if (i % 4 === 1) sealed.writeUInt8(sealed.readUInt8(20) ^ 1, 20);
    results.set(`dec_${i}`, seal(key, result));
    const from = end;
    pieces.push(key, sealed);
    end += key.length + sealed.length;
    return {
      id: `dec_${i}`,
      createdAt: NOW,
      mode: 'execute',
      bundleHash: then.hash,
      engine: 'here',
      models: canonicalJson(PRIOR_MODELS.versions),
      seed,
      resultHash: sha256Hex(result),
      outcome: null,
      sealed: i % 4 === 2 ? 'erased' : { from, to: end },
    };
  });
  return {
    page: {
      bundle: under.hash,
      engine: 'here',
      modelDrafts: false,
      cases,
      bytes: new Uint8Array(Buffer.concat(pieces)),
    },
    sources: {
      bundle: (hash) => Promise.resolve(bundles.get(hash) ?? null),
      files: (hash) => Promise.resolve(bundles.get(hash)?.files ?? null),
      results: (ids) => Promise.resolve(ids.map((id) => results.get(id) ?? null)),
    },
  };
}

describe('threads that decide again', () => {
  let deciders: Deciders;
  beforeAll(() => {
    deciders = Deciders.running(FROM_SOURCES);
  });
  afterAll(() => deciders.onModuleDestroy());

  it.each([
    ['the playbook of that day', then],
    ['another', now],
  ])('count under %s what this thread counts', async (_name, under) => {
    const pages = Array.from({ length: 5 }, () => stored(under));
    const here = await Promise.all(pages.map(({ page, sources }) => countPage(page, sources)));
    const there = await Promise.all(pages.map(({ page, sources }) => deciders.count(page, sources)));
    expect(there).toEqual(here);
    expect(there[0]?.tally).toMatchObject({
      decisions: 40,
      unreadable: 10,
      erased: 10,
      [under === then ? 'reproduced' : 'changed']: 20,
      unexplained: 0,
    });
    const changes = Object.entries(there[0]?.tally.messages ?? {}).filter(([name]) => name !== 'inWords');
    expect(there[0]?.affected).toHaveLength(changes.reduce((sum, [, count]) => sum + count, 0));
  });

  it('say when the playbook is gone, and go on with the next page', async () => {
    const { page, sources } = stored(then);
    const gone = { ...page, bundle: '0'.repeat(64) };
    await expect(deciders.count(gone, sources)).rejects.toThrow('is gone');
    const next = stored(then);
    await expect(deciders.count(next.page, next.sources)).resolves.toMatchObject({
      tally: { reproduced: 20 },
    });
  });

  it('hand on why their results cannot be read', async () => {
    const { page, sources } = stored(now);
    const failing = { ...sources, results: () => Promise.reject(new Error('the database is away')) };
    await expect(deciders.count(page, failing)).rejects.toThrow('the database is away');
  });

  it('fail what they were given when they die, in plain words', async () => {
    const dying = Deciders.running(DYING);
    const { page, sources } = stored(then);
    const died = dying.count(page, sources);
    await expect(died).rejects.toBeInstanceOf(ThreadDied);
    await expect(died).rejects.toThrow(
      'A thread that decided stored decisions again has died: it ended with 3.',
    );
    await dying.onModuleDestroy();
  });
});
