import { FakeOpenAi } from '../../../test/fakes/openai-server.js';
import { TestClock, testRuntime } from '../../../test/harness/runtime.js';
import { Embedder } from './embedder.js';
import { ModelFailure } from './provider-failure.js';

describe('the embedder, with a provider', () => {
  let provider: FakeOpenAi;

  beforeAll(async () => {
    provider = await FakeOpenAi.start();
  });
  afterAll(() => provider.close());

  const embedder = (): Embedder =>
    new Embedder(
      testRuntime(new TestClock('2026-11-20T12:00:00Z'), {
        ...provider.environment,
        OPENAI_EMBEDDING_MODEL: 'test-embedding',
      }).environment,
    );

  const answers = (embedding: unknown): void => {
    provider.behave({ kind: 'body', body: JSON.stringify({ data: [{ embedding }] }) });
  };

  it('asks the provider, with white space made plain', async () => {
    answers([0.6, 0.8]);
    expect(await embedder().embed('  a kettle\n\n and a  pot ')).toEqual({
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
      spaces.push((await embedder().embed('a kettle')).space);
    }
    expect(spaces).toEqual(['test-embedding/2', 'test-embedding/3']);
  });

  it('takes no vector of another size than the model gave before', async () => {
    const one = embedder();
    answers([0.6, 0.8]);
    await one.embed('a kettle');
    answers([0.6, 0.8, 0]);
    await expect(one.embed('a pot')).rejects.toThrow('the embedding has 3 numbers where this model');
    answers([0.8, 0.6]);
    expect((await one.embed('a pot')).vector).toEqual([0.8, 0.6]);
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
    await expect(embedder().embed('a kettle')).rejects.toThrow(ModelFailure);
  });
});
