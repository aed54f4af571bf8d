import { type DatedExample, KeptFit } from './kept-fit.js';
import { crossPredict, fitStrengths } from './strengths.js';

const MUST_SEE = 0.5;

/** Verdicts, newest first, of which those with a sign are wrong in two of three cases. */
const verdicts = (count: number): DatedExample[] =>
  Array.from({ length: count }, (_, i) => ({
    at: new Date(1_000_000 - i * 1_000),
    share: 1,
    signs: i % 2 === 0 ? [{ code: 'tone.pressure', weight: 0.3 }] : [],
    wrong: i % 6 === 0 || i % 6 === 4,
  }));

describe('what verdicts teach', () => {
  it('is learned once, and again only when there are others', async () => {
    let rounds = 0;
    const kept = new KeptFit(() => {
      rounds++;
      return Promise.resolve();
    });
    const examples = verdicts(60);
    const first = await kept.of(examples, MUST_SEE);
    const learned = rounds;
    expect(learned).toBeGreaterThan(0);
    expect(await kept.of(verdicts(60), MUST_SEE)).toBe(first);
    expect(rounds).toBe(learned);

    const newer = { ...verdicts(1)[0], at: new Date(2_000_000), share: 1, signs: [], wrong: true };
    const more = [newer, ...examples];
    expect(await kept.of(more, MUST_SEE)).not.toEqual(first);
    expect(rounds).toBeGreaterThan(learned);
    // As many as before, the oldest one gone: that, too, is something else.
    expect(await kept.of(more.slice(0, -1), MUST_SEE)).not.toEqual(first);
  });

  it('is the same as learned in one go', async () => {
    const examples = verdicts(60);
    const { model, unseen } = await new KeptFit(() => Promise.resolve()).of(examples, MUST_SEE);
    expect({ ...model, version: 'v1' }).toEqual(fitStrengths(examples, 'v1'));
    expect(unseen).toEqual(crossPredict(examples, MUST_SEE));
  });

  it('lets others have their turn between rounds, and is learned once by all who ask meanwhile', async () => {
    let others = 0;
    const kept = new KeptFit(() => new Promise((resolve) => setImmediate(resolve)));
    const both = [kept.of(verdicts(60), MUST_SEE), kept.of(verdicts(60), MUST_SEE)];
    setImmediate(() => others++);
    const [one, other] = await Promise.all(both);
    expect(one).toBe(other);
    expect(others).toBeGreaterThan(0);
  });
});
