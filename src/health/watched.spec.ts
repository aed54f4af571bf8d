import { type Finding, Watched } from './watched.js';

const OK: Finding = { status: 'ok', detail: 'it answers' };
const SLOW: Finding = { status: 'degraded', detail: 'slow' };
const GONE: Finding = { status: 'unavailable', detail: 'gone' };

describe('what is watched', () => {
  let now = 0;
  let answers: ((finding: Finding) => void)[] = [];
  const watched = (): Watched => {
    now = 0;
    answers = [];
    return new Watched(
      {
        find: () => new Promise((resolve) => answers.push(resolve)),
        everyMs: 1_000,
        late: [
          { afterMs: 10_000, means: GONE },
          { afterMs: 2_000, means: SLOW },
        ],
      },
      () => now,
    );
  };

  it('is not taken for well before it was looked at', () => {
    expect(watched().finding()).toEqual({ status: 'degraded', detail: 'it was not looked at yet' });
  });

  it('is looked at once at a time, and not more often than it should be', async () => {
    const one = watched();
    const first = one.refresh();
    void one.refresh();
    expect(answers).toHaveLength(1);
    answers[0]?.(OK);
    await first;
    expect(one.finding()).toEqual(OK);
    now = 999;
    await one.refresh();
    expect(answers).toHaveLength(1);
    now = 1_000;
    void one.refresh();
    expect(answers).toHaveLength(2);
  });

  it('says by itself that a look does not end, and forgets it when it does', async () => {
    const one = watched();
    const first = one.refresh();
    answers[0]?.(OK);
    await first;
    now = 1_000;
    const second = one.refresh();
    now = 2_999;
    expect(one.finding()).toEqual(OK);
    now = 3_000;
    expect(one.finding()).toEqual(SLOW);
    now = 11_000;
    expect(one.finding()).toEqual(GONE);
    answers[1]?.(OK);
    await second;
    expect(one.finding()).toEqual(OK);
  });

  it('is known to be in trouble when looking at it fails', async () => {
    const one = new Watched({ find: () => Promise.reject(new Error('no')), everyMs: 1, late: [] });
    await one.refresh();
    expect(one.finding()).toEqual({ status: 'degraded', detail: 'it could not be looked at' });
  });
});
