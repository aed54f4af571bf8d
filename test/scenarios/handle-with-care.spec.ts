import { checkout, fillCatalogue, HOUR, identify, MINUTE, oldOrder, order } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import { codesOf, endSound, lastDecision, mailsTo, messagesTo, only, tasksOf } from '../harness/shown.js';

const signUp = (userId: string) => ({ type: 'track', userId, event: 'Signed Up' });

describe('people whom no automation should write to', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
  });
  afterAll(() => endSound(story));

  it('hands a key account to sales, once; what is owed to her goes out without them', async () => {
    await story.happens(identify('kate', { key_account: true }), oldOrder(story, 'kate'), checkout('kate'));
    await story.passes(HOUR);
    expect(await lastDecision(story, 'kate')).toMatchObject({
      outcome: 'handoff',
      action: 'handoff',
      messageId: null,
    });
    const task = only(await tasksOf(story, 'kate'));
    expect(task).toMatchObject({ owner: 'sales', reason: { code: 'key-account' } });

    await story.passes(MINUTE);
    await story.happens(signUp('kate'));
    expect(await tasksOf(story, 'kate')).toHaveLength(1);
    expect(codesOf((await lastDecision(story, 'kate')).reasons)).toContain('open_task');

    expect((await story.post(`/v1/tasks/${task.id}/close`, { outcome: 'called' })).status).toBe(200);
    await story.passes(MINUTE);
    await story.happens(order('kate', { order_id: 'MP-9' }));
    expect(only(await messagesTo(story, 'kate'))).toMatchObject({ action: 'confirm-order', state: 'sent' });
  });

  it.each([
    ['a minor', 'mo', 2012],
    ['somebody whose age cannot be read', 'nell', 'nineteen'],
  ])('suppresses marketing to %s, and nothing else', async (_who, userId, birthYear) => {
    await story.happens(identify(userId, { birth_year: birthYear }), signUp(userId));
    const held = await lastDecision(story, userId);
    expect(held.outcome).toBe('hold');
    expect(codesOf(held.reasons)).toEqual(['guardrail:minors']);
    expect(await messagesTo(story, userId)).toEqual([]);
    await story.passes(MINUTE);
    await story.happens(order(userId));
    expect(await mailsTo(story, `${userId}@example.com`)).toHaveLength(1);
  });

  it('writes to those who are of age', async () => {
    await story.happens(identify('olaf', { birth_year: 1980 }), signUp('olaf'));
    expect(only(await messagesTo(story, 'olaf'))).toMatchObject({ action: 'welcome', state: 'sent' });
  });

  it('stops what is on its way when somebody turns out to be a minor', async () => {
    await story.passes(Date.parse('2026-11-20T02:00:00Z') - story.clock.now().getTime());
    await story.happens(identify('pip'), signUp('pip'));
    expect(only(await messagesTo(story, 'pip'))).toMatchObject({
      state: 'scheduled',
      approval: { kind: 'template' },
    });
    await story.happens({ type: 'identify', userId: 'pip', traits: { birth_year: 2013 } });
    await story.passes(12 * HOUR);
    const welcome = only(await messagesTo(story, 'pip'));
    expect(welcome).toMatchObject({ state: 'suppressed', sentAt: null });
    expect(welcome.steps.at(-1)?.reason.code).toBe('guardrail:minors');
    expect(await mailsTo(story, 'pip@example.com')).toEqual([]);
  });
});
