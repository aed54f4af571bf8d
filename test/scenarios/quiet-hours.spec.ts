import { checkout, fillCatalogue, HOUR, identify, oldOrder } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import { codesOf, endSound, lastDecision, mailsTo, messagesTo, only } from '../harness/shown.js';

/** Customers who begin to check out; the reminder an hour later is marketing, and waits for the morning. */
async function leavesABasket(
  story: Story,
  userId: string,
  whereabouts: Record<string, unknown>,
): Promise<void> {
  await story.happens(
    identify(userId, { country: undefined, timezone: undefined, ...whereabouts }),
    oldOrder(story, userId),
    checkout(userId),
  );
}

/** Nothing leaves a moment too early; it does leave at that time. */
async function leavesAt(story: Story, userId: string, time: string): Promise<void> {
  expect(only(await messagesTo(story, userId))).toMatchObject({ state: 'scheduled', sendAt: time });
  await story.passes(Date.parse(time) - 1 - story.clock.now().getTime());
  expect(await mailsTo(story, `${userId}@example.com`)).toEqual([]);
  await story.passes(1);
  expect(only(await mailsTo(story, `${userId}@example.com`)).at).toBe(time);
  expect(only(await messagesTo(story, userId))).toMatchObject({ state: 'sent', sentAt: time });
}

describe('marketing in the evening, when the clocks go forward in Berlin', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ now: '2026-03-28T15:00:00.000Z' });
    await fillCatalogue(story);
    await leavesABasket(story, 'kavi', { timezone: 'Asia/Kolkata' });
    // A timer that is found due long after its time fires nothing, so the hour passes by itself first.
    await story.passes(HOUR);
    await story.passes(3.5 * HOUR);
    await leavesABasket(story, 'berta', { timezone: 'Europe/Berlin' });
    await story.passes(HOUR);
  });
  afterAll(() => endSound(story));

  it('says why it waits, in local time', async () => {
    expect((await lastDecision(story, 'berta')).reasons).toContainEqual({
      code: 'waits_for_hours',
      text: 'It waits until Sun 29 Mar 2026, 08:00 Europe/Berlin: rule quiet-hours allows no earlier hour.',
    });
  });

  it('waits for eight in the morning where the zone is half an hour off', () =>
    leavesAt(story, 'kavi', '2026-03-29T02:30:00.000Z'));

  it('waits for eight in the morning of summer time, an hour less than the night before', () =>
    leavesAt(story, 'berta', '2026-03-29T06:00:00.000Z'));
});

describe('marketing in the evening, when the clocks go back in New York', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ now: '2026-11-01T00:30:00.000Z' });
    await fillCatalogue(story);
    await leavesABasket(story, 'nora', { timezone: 'America/New_York' });
    await leavesABasket(story, 'usha', { country: 'US' });
    await leavesABasket(story, 'tom', { phone: '+1 800 555 0199' });
    await leavesABasket(story, 'gus', {});
    await story.passes(HOUR);
  });
  afterAll(() => endSound(story));

  it('waits for eight in the morning of winter time', () =>
    leavesAt(story, 'nora', '2026-11-01T13:00:00.000Z'));

  it('waits for an hour that all of the country allows, when that is all that is known', async () => {
    expect((await story.get('/v1/profiles/usha'))['zoneSource']).toBe('country');
    // Eight in the morning in Hawaii is one in the afternoon in New York.
    await leavesAt(story, 'usha', '2026-11-01T18:00:00.000Z');
  });

  it('waits for an hour that all countries of an ambiguous phone prefix allow', async () => {
    expect((await story.get('/v1/profiles/tom'))['zoneSource']).toBe('phone');
    // Eight in the morning (of the next day) in Guam is half past six in the evening in Newfoundland.
    await leavesAt(story, 'tom', '2026-11-01T22:00:00.000Z');
  });

  it('does not write to somebody who may be anywhere', async () => {
    const held = await lastDecision(story, 'gus');
    expect(held.outcome).toBe('hold');
    const byMail = held.candidates.find(({ channel }) => channel === 'email');
    expect(codesOf(byMail?.blockedBy ?? [])).toEqual(['zone_unknown']);
    expect(await messagesTo(story, 'gus')).toEqual([]);
  });
});

describe('somebody who moves while a message waits for their morning', () => {
  let story: Story;
  const moves = (userId: string, timezone: string): Promise<void> =>
    story.happens(identify(userId, { country: undefined, timezone }));
  beforeAll(async () => {
    story = await Story.begin({ now: '2026-11-18T18:30:00.000Z' }); // 19:30 in Berlin
    await fillCatalogue(story);
    await leavesABasket(story, 'wim', { timezone: 'Europe/Berlin' });
    await story.passes(HOUR);
    // 20:30 in New York
    await story.passes(5 * HOUR);
    await leavesABasket(story, 'ottilie', { timezone: 'America/New_York' });
    await story.passes(HOUR);
    await moves('ottilie', 'Europe/Berlin');
  });
  afterAll(() => endSound(story));

  it('to the west waits for the morning there', async () => {
    expect(only(await messagesTo(story, 'wim'))).toMatchObject({ sendAt: '2026-11-19T07:00:00.000Z' });
    await moves('wim', 'America/New_York');
    await story.passes(Date.parse('2026-11-19T07:00:00.000Z') - story.clock.now().getTime());
    expect(await mailsTo(story, 'wim@example.com')).toEqual([]);
    await leavesAt(story, 'wim', '2026-11-19T13:00:00.000Z');
  });

  it('to the east gets it when it was planned for, if that is in their daytime', async () => {
    expect(only(await messagesTo(story, 'ottilie'))).toMatchObject({
      state: 'sent',
      sentAt: '2026-11-19T13:00:00.000Z',
    });
  });
});
