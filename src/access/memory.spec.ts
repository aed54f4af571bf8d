import { ShortMemory } from './memory.js';

describe('a short memory', () => {
  const steady = performance.now.bind(performance);
  let now = 0;
  let asked: ((value: string) => void)[] = [];
  let memory: ShortMemory<string>;
  const find = (): Promise<string> => new Promise((resolve) => asked.push(resolve));
  const ask = (key = 'a'): Promise<string> => memory.of(key, find);
  /** Asks for a key that nobody asks for yet, and is told. */
  const learn = async (value: string, key = 'a'): Promise<void> => {
    const answer = ask(key);
    asked.at(-1)?.(value);
    await answer;
  };

  beforeEach(() => {
    now = 1_000;
    asked = [];
    memory = new ShortMemory(5_000, 2);
    performance.now = () => now;
  });
  afterEach(() => {
    performance.now = steady;
  });

  it('asks once for all who want to know at a time, and not again while it knows', async () => {
    const answers = [ask(), ask()];
    expect(asked).toHaveLength(1);
    asked[0]?.('known');
    expect(await Promise.all(answers)).toEqual(['known', 'known']);
    now += 2_499;
    expect(await ask()).toBe('known');
    expect(asked).toHaveLength(1);
  });

  it('asks anew before an answer lapses, and keeps nobody waiting for it', async () => {
    await learn('old');
    now += 2_500;
    expect(await Promise.all([ask(), ask()])).toEqual(['old', 'old']);
    expect(asked).toHaveLength(2);
    asked[1]?.('new');
    await new Promise(setImmediate);
    expect(await ask()).toBe('new');
    // The age of an answer is that of its question.
    now += 4_999;
    expect(await ask()).toBe('new');
  });

  it('gives nothing older than it may be', async () => {
    await learn('old');
    now += 5_000;
    const answer = ask();
    asked[1]?.('new');
    expect(await answer).toBe('new');
  });

  it('forgets answers that are still on their way', async () => {
    const before = ask();
    memory.clear();
    const after = ask();
    asked[1]?.('after');
    asked[0]?.('before');
    expect(await Promise.all([before, after])).toEqual(['before', 'after']);
    expect(await ask()).toBe('after');
    expect(asked).toHaveLength(2);
  });

  it('asks again after a question failed, and says so only to whom it would have told', async () => {
    const failed = memory.of('a', () => Promise.reject(new Error('gone')));
    await expect(failed).rejects.toThrow('gone');
    await learn('known');
    now += 3_000;
    expect(await memory.of('a', () => Promise.reject(new Error('gone')))).toBe('known');
    now += 3_000;
    await expect(memory.of('a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  });

  it('forgets first what it learned first', async () => {
    await learn('1', 'a');
    await learn('2', 'b');
    await learn('3', 'c');
    expect([await ask('b'), await ask('c')]).toEqual(['2', '3']);
    await learn('1', 'a');
    expect(asked).toHaveLength(4);
  });
});
