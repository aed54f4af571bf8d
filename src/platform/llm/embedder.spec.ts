import { sql } from 'kysely';
import { FakeOpenAi } from '../../../test/fakes/openai-server.js';
import { openTestDatabase, type TestDatabase } from '../../../test/harness/database.js';
import { TestClock, testRuntime } from '../../../test/harness/runtime.js';
import { Embedder, type EmbeddingTerms } from './embedder.js';
import { DEFAULT_LIMITS } from './limits.js';
import { usageSince } from './model-usage.repository.js';
import { ModelFailure } from './provider-failure.js';
import { TokensSpent } from './spending.js';

const FREE: EmbeddingTerms = { tokensPerDay: null, prices: {}, concurrency: 4 };

describe('the embedder, with a provider', () => {
  let provider: FakeOpenAi;
  let opened: TestDatabase;

  beforeAll(async () => {
    [provider, opened] = await Promise.all([FakeOpenAi.start(), openTestDatabase()]);
  });
  afterAll(async () => {
    await provider.close();
    await opened.close();
  });

  const clock = new TestClock('2026-11-20T12:00:00Z');
  const embedder = (limits = DEFAULT_LIMITS): Embedder => {
    const settings = { ...provider.environment, OPENAI_EMBEDDING_MODEL: 'test-embedding' };
    return new Embedder(testRuntime(clock, settings).environment, opened.database, clock, limits);
  };

  const answers = (embedding: unknown): void => {
    provider.behave({ kind: 'body', body: JSON.stringify({ data: [{ embedding }] }) });
  };

  it('asks the provider, with white space made plain', async () => {
    answers([0.6, 0.8]);
    expect(await embedder().embed('  a kettle\n\n and a  pot ', FREE)).toEqual({
      space: 'test-embedding/2',
      vector: [0.6, 0.8],
    });
    expect(provider.requests[0]?.path).toBe('/v1/embeddings');
    expect(provider.requests[0]?.body).toMatchObject({
      model: 'test-embedding',
      input: 'a kettle and a pot',
    });
  });

  it('keeps vectors of another size in a space of their own, whatever the model is called', async () => {
    const spaces: string[] = [];
    for (const size of [2, 3]) {
      answers(Array.from({ length: size }, () => 1));
      spaces.push((await embedder().embed('a kettle', FREE)).space);
    }
    expect(spaces).toEqual(['test-embedding/2', 'test-embedding/3']);
  });

  it('takes no vector of another size than the model gave before', async () => {
    const one = embedder();
    answers([0.6, 0.8]);
    await one.embed('a kettle', FREE);
    answers([0.6, 0.8, 0]);
    await expect(one.embed('a pot', FREE)).rejects.toThrow('the embedding has 3 numbers where this model');
    answers([0.8, 0.6]);
    expect((await one.embed('a pot', FREE)).vector).toEqual([0.8, 0.6]);
  });

  it('believes two sizes in a row that agree, when the first answer was the broken one', async () => {
    const one = embedder();
    answers([0.6, 0.8, 0]);
    await one.embed('a kettle', FREE);
    answers([0.6, 0.8]);
    await expect(one.embed('a pot', FREE)).rejects.toThrow('the embedding has 2 numbers');
    expect((await one.embed('a pot', FREE)).space).toBe('test-embedding/2');
    answers([0.6, 0.8, 0]);
    await expect(one.embed('a cup', FREE)).rejects.toThrow('the embedding has 3 numbers');
    answers([0.6, 0.8]);
    expect((await one.embed('a cup', FREE)).space).toBe('test-embedding/2');
    // Two wrong ones with a right one between them are not in a row.
    answers([0.6, 0.8, 0]);
    await expect(one.embed('a cup', FREE)).rejects.toThrow('the embedding has 3 numbers');
  });

  it('asks within the tokens of the day, over all processes, and is counted like every other question', async () => {
    clock.set('2026-11-21T12:00:00Z');
    const body = JSON.stringify({ data: [{ embedding: [0.6, 0.8] }], usage: { total_tokens: 4 } });
    provider.behave({ kind: 'body', body });
    // Four tokens are reserved and taken each time: of thirteen that is room for three.
    const terms = { ...FREE, tokensPerDay: 13, prices: { 'test-embedding': { input: 13 } } };
    for (let i = 0; i < 3; i++) await embedder().embed('kettle', terms);
    await expect(embedder().embed('kettle', terms)).rejects.toThrow(TokensSpent);
    expect(provider.requests).toHaveLength(3);
    expect(await usageSince(opened.database.db, '2026-11-21')).toMatchObject([
      { day: '2026-11-21', model: 'test-embedding', calls: 3, tokens_in: 12, cost_micros: 3 * 4 * 13 },
    ]);
  });

  it('has no more requests open than allowed, and waits for a place no longer than for an embedding', async () => {
    const body = JSON.stringify({ data: [{ embedding: [0.6, 0.8] }] });
    provider.behave({ kind: 'slow', ms: 30, then: { kind: 'body', body } });
    const one = embedder();
    const terms = { ...FREE, concurrency: 2 };
    await Promise.all(Array.from({ length: 6 }, () => one.embed('a kettle', terms)));
    expect(provider.requests).toHaveLength(6);
    expect(provider.mostAtOnce).toBeLessThanOrEqual(2);

    const brief = embedder({ ...DEFAULT_LIMITS, embeddingMs: 20 });
    await expect(brief.embed('a kettle', { ...FREE, concurrency: 0 })).rejects.toThrow(
      new ModelFailure({ kind: 'timeout', detail: 'no place became free in time' }),
    );
  });

  it('leaves a provider alone that failed too often, until one request finds it back', async () => {
    const circuit = { failures: 2, cooldownMs: 1_000_000, longestMs: 1_000_000 };
    const one = embedder({ ...DEFAULT_LIMITS, circuit });
    provider.behave({ kind: 'status', status: 400 });
    for (let i = 0; i < 2; i++) await expect(one.embed('a kettle', FREE)).rejects.toThrow('answered 400');
    expect(provider.requests).toHaveLength(2);
    await expect(one.embed('a kettle', FREE)).rejects.toThrow('left alone for a while');
    expect(provider.requests).toHaveLength(2);

    const soon = embedder({ ...DEFAULT_LIMITS, circuit: { failures: 1, cooldownMs: 0, longestMs: 0 } });
    await expect(soon.embed('a kettle', FREE)).rejects.toThrow(ModelFailure);
    // Whether it is back is not found out by who may not ask.
    await expect(soon.embed('a kettle', { ...FREE, tokensPerDay: 0 })).rejects.toThrow(TokensSpent);
    answers([0.6, 0.8]);
    expect((await soon.embed('a kettle', FREE)).vector).toEqual([0.6, 0.8]);
  });

  it('gives an embedding that was paid for although what it took cannot be written down', async () => {
    clock.set('2026-11-22T12:00:00Z');
    answers([0.6, 0.8]);
    const { db } = opened.database;
    await sql`alter table model_budget add constraint none_used check (used = 0) not valid`.execute(db);
    await sql`alter table model_answers add constraint none_kept check (false) not valid`.execute(db);
    try {
      const { vector } = await embedder().embed('a kettle', { ...FREE, tokensPerDay: 100 });
      expect(vector).toEqual([0.6, 0.8]);
    } finally {
      await sql`alter table model_budget drop constraint none_used`.execute(db);
      await sql`alter table model_answers drop constraint none_kept`.execute(db);
    }
  });

  it.each([
    ['none', []],
    ['one number', [1]],
    ['more numbers than any model gives', Array.from({ length: 5_000 }, () => 0.1)],
    ['words', ['a', 'b']],
    ['no direction', [0, 0]],
    ['nothing', null],
  ])('takes no vector of %s', async (_what, embedding) => {
    answers(embedding);
    await expect(embedder().embed('a kettle', FREE)).rejects.toThrow(ModelFailure);
  });
});
