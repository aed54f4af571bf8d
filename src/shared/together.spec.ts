import { Together, type TogetherSettings } from './together.js';

/** Groups as they were asked, each answered when the test says so. */
function asked(settings: Partial<TogetherSettings> = {}) {
  const groups: (readonly number[])[] = [];
  const release: (() => void)[] = [];
  const together = new Together<number, number>(
    async (questions) => {
      groups.push(questions);
      await new Promise<void>((resolve) => release.push(resolve));
      if (questions.includes(13)) throw new Error('thirteen');
      return questions.map((question) => question * 2);
    },
    { atOnce: 1, most: 3, isAboutOne: () => false, ...settings },
  );
  const answerNext = async (): Promise<void> => {
    release.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { together, groups, answerNext };
}

describe('asking together', () => {
  it('asks at once when nobody is being answered, and for all who came meanwhile in the next question', async () => {
    const { together, groups, answerNext } = asked();
    const answers = [1, 2, 3, 4, 5].map((question) => together.ask(question));
    expect(groups).toEqual([[1]]);
    await answerNext();
    expect(groups).toEqual([[1], [2, 3, 4]]);
    await answerNext();
    await answerNext();
    expect(await Promise.all(answers)).toEqual([2, 4, 6, 8, 10]);
    expect(groups).toEqual([[1], [2, 3, 4], [5]]);
    const later = together.ask(6);
    expect(groups.at(-1)).toEqual([6]);
    await answerNext();
    expect(await later).toBe(12);
  });

  it('has as many groups under way as it may', () => {
    const { together, groups } = asked({ atOnce: 2 });
    for (const question of [1, 2, 3]) void together.ask(question);
    expect(groups).toEqual([[1], [2]]);
  });

  it('tells everybody of a group when it fails, and nobody else', async () => {
    const { together, answerNext } = asked();
    const answers = Promise.allSettled([1, 12, 13].map((question) => together.ask(question)));
    await answerNext();
    await answerNext();
    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    const after = together.ask(4);
    await answerNext();
    expect(await after).toBe(8);
  });

  it('asks each by itself when an error may be about one of them', async () => {
    const { together, groups, answerNext } = asked({ isAboutOne: () => true });
    const answers = Promise.allSettled([1, 12, 13].map((question) => together.ask(question)));
    for (let i = 0; i < 4; i++) await answerNext();
    expect(groups).toEqual([[1], [12, 13], [12], [13]]);
    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });
});
