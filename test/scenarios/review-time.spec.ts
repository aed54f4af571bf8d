import { readFile } from 'node:fs/promises';
import { sampleFacts } from '../../src/demo/catalogue.js';
import { DAY, fillCatalogue, HOUR, identify, MINUTE } from '../harness/customers.js';
import { type Body, Story } from '../harness/service.js';
import {
  codesOf,
  endSound,
  lastDecision,
  mailsTo,
  messagesTo,
  only,
  reviewsAbout,
  verdict,
} from '../harness/shown.js';

/** The last letter is one that a person reads first; quiet hours end at eight in the evening. */
const ACTION = 'win-back-90';

describe('what a person has to sign first', () => {
  let story: Story;
  beforeAll(async () => {
    const file = await readFile('policies/actions/win-back.yaml', 'utf8');
    // What a story replaces is taken as it is, its chances too.
    const letters = file.replace(/holdout: .*/g, 'holdout: 0');
    story = await Story.begin({
      now: '2026-11-18T22:30:00.000Z', // 17:30 in New York
      playbook: {
        'actions/win-back.yaml': letters.replace('reviewTime: 4h', 'reviewTime: 2h'),
      },
    });
    await fillCatalogue(story);
  });
  afterAll(() => endSound(story));

  const now = (): string => story.clock.now().toISOString();
  async function asks(userId: string): Promise<Body> {
    await story.happens(identify(userId));
    const answer = await story.post('/v1/decisions', { userId, actions: [ACTION], mode: 'execute' });
    expect(answer.status).toBe(200);
    await story.settle();
    return answer.body;
  }
  async function signs(userId: string): Promise<void> {
    expect((await verdict(story, only(await reviewsAbout(story, userId)), { verdict: 'approve' })).status).toBe(200); // prettier-ignore
  }
  const until = (time: string): Promise<void> => story.passes(Date.parse(time) - story.clock.now().getTime());

  it('is planned for when the signature can be there, and leaves at once when it is there sooner', async () => {
    const decision = await asks('ada');
    expect(decision['sendAt']).toBe('2026-11-19T00:30:00.000Z');
    const { reasons } = await lastDecision(story, 'ada');
    expect(codesOf(reasons)).toEqual(['best_value', 'waits_for_review']);
    expect(reasons[1]?.text).toBe(
      'It is planned for Wed 18 Nov 2026, 19:30 America/New_York: a person has to sign it first, which takes about 2 hours as the playbook has it.',
    );
    await story.passes(10 * MINUTE);
    await signs('ada');
    expect(only(await messagesTo(story, 'ada'))).toMatchObject({ state: 'sent', sentAt: now() });
    expect(only(await mailsTo(story, 'ada@example.com')).at).toBe(now());
  });

  it('waits for the morning when it cannot be signed before the quiet hours, and leaves in the evening when it is', async () => {
    await until('2026-11-18T23:30:00.000Z');
    for (const userId of ['bea', 'cem', 'dan']) {
      await asks(userId);
      const { sendAt, reasons } = await lastDecision(story, userId);
      expect(codesOf(reasons)).toEqual(['best_value', 'waits_for_review', 'waits_for_hours']);
      expect(sendAt).toBe('2026-11-19T13:00:00.000Z');
    }
    await story.passes(30 * MINUTE);
    await signs('bea');
    expect(only(await messagesTo(story, 'bea'))).toMatchObject({ state: 'sent', sentAt: now() });
    // Signed after eight, it waits for the morning it was planned for.
    await story.passes(2 * HOUR);
    await signs('cem');
    expect(only(await messagesTo(story, 'cem')).state).toBe('scheduled');
    await until('2026-11-19T13:00:00.000Z');
    expect(only(await messagesTo(story, 'cem'))).toMatchObject({ state: 'sent', sentAt: now() });
    // Signed later than that, it leaves then.
    await story.passes(HOUR);
    await signs('dan');
    expect(only(await messagesTo(story, 'dan'))).toMatchObject({ state: 'sent', sentAt: now() });
  });

  it('takes as long as it took before, once that was measured', async () => {
    await until('2026-11-19T15:00:00.000Z');
    const people = Array.from({ length: 8 }, (_, i) => `reader-${i}`);
    for (const userId of people) await asks(userId);
    await story.passes(40 * MINUTE);
    for (const userId of people) await signs(userId);
    await story.passes(20 * MINUTE);
    const decision = await asks('eli');
    expect(decision['sendAt']).toBe('2026-11-19T16:40:00.000Z');
    expect((await lastDecision(story, 'eli')).reasons[1]?.text).toContain(
      'a person has to sign it first, which takes about 40 minutes as measured on the last 12 reviews.',
    );
  });

  it('is not made when what it says will have ended by then', async () => {
    const offer = sampleFacts(story.clock.now(), 'https://marrow-and-pine.example.com').find(
      ({ id }) => id === 'offer-comeback-15',
    );
    const validUntil = new Date(story.clock.now().getTime() + 30 * MINUTE).toISOString();
    const answer = await story.request('PUT', '/v1/facts/offer-comeback-15', {
      body: { ...offer, id: undefined, validUntil },
    });
    expect(answer.status).toBe(200);
    await asks('flo');
    const held = await lastDecision(story, 'flo');
    expect(held.outcome).toBe('hold');
    expect(codesOf(held.reasons)).toContain('no_time_for_review');
    expect(await messagesTo(story, 'flo')).toEqual([]);
    await story.passes(DAY);
  });
});
