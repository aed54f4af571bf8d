import {
  checkout,
  DAY,
  fillCatalogue,
  HOUR,
  identify,
  MINUTE,
  oldOrder,
  order,
  timeline,
} from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  codesOf,
  endSound,
  lastDecision,
  mailsTo,
  message,
  messagesTo,
  only,
  reviewsAbout,
  tasksOf,
  verdict,
} from '../harness/shown.js';

function ticket(userId: string, text: string): Record<string, unknown> {
  const properties = { ticket_id: `t-${userId}`, topic: 'order', text };
  return { type: 'track', userId, event: 'Support Ticket Opened', properties };
}

describe('an angry customer', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
    await story.happens(identify('carl'), oldOrder(story, 'carl'));
    await story.happens(
      ticket('carl', 'The second pot arrived broken. This is unacceptable, I want a REFUND.'),
    );
  });
  afterAll(() => endSound(story));

  it('is handed to a person, with owner and reason, and gets no automatic answer', async () => {
    expect(await lastDecision(story, 'carl')).toMatchObject({ outcome: 'handoff', trigger: 'ticket-opened' });
    expect(only(await tasksOf(story, 'carl'))).toMatchObject({
      owner: 'customer-care',
      reason: { code: 'complaint', text: 'Somebody is dissatisfied, angry or wants to cancel.' },
      state: 'open',
    });
    expect(await messagesTo(story, 'carl')).toEqual([]);
  });

  it('is left alone by every automation while somebody takes care', async () => {
    await story.passes(MINUTE);
    await story.happens(checkout('carl'));
    await story.passes(HOUR);
    const held = await lastDecision(story, 'carl');
    expect(held).toMatchObject({ outcome: 'hold', trigger: 'checkout-abandoned' });
    expect(codesOf(held.reasons)).toContain('open_task');
  });

  it('makes no second task by writing again', async () => {
    await story.happens(ticket('carl', 'Still angry!'));
    expect(await tasksOf(story, 'carl')).toHaveLength(1);
    expect(codesOf((await lastDecision(story, 'carl')).reasons)).toContain('open_task');
    expect(await messagesTo(story, 'carl')).toEqual([]);
  });

  it('is told of again once the task is closed, and of marketing after a week of peace', async () => {
    const task = only(await tasksOf(story, 'carl'));
    const closing = { outcome: 'refunded', note: 'Called him; he will order again.' };
    expect((await story.post(`/v1/tasks/${task.id}/close`, closing)).status).toBe(200);
    expect((await story.post(`/v1/tasks/${task.id}/close`, closing)).status).toBe(409);
    expect(only(await tasksOf(story, 'carl', 'closed'))).toMatchObject({
      ...closing,
      closedBy: story.service.administrator.personId,
    });

    await story.passes(MINUTE);
    await story.happens(order('carl', { order_id: 'MP-7' }));
    expect(only(await mailsTo(story, 'carl@example.com')).email.subject).toBe('Your order MP-7');

    await story.passes(3 * DAY);
    await story.happens(checkout('carl'));
    await story.passes(HOUR);
    expect(codesOf((await lastDecision(story, 'carl')).reasons)).toContain('guardrail:open-ticket');

    for (const id of ['1', '2']) {
      const properties = { ticket_id: id };
      await story.happens({ type: 'track', userId: 'carl', event: 'Support Ticket Closed', properties });
    }
    await story.passes(5 * DAY);
    await story.happens(checkout('carl'));
    await story.passes(HOUR);
    const reminder = (await messagesTo(story, 'carl')).at(-1);
    expect(reminder).toMatchObject({ action: 'recover-cart', state: 'in_review' });
    // So soon after a complaint a person looks at it first.
    expect(codesOf(only(await reviewsAbout(story, 'carl')).risk.contributions)).toContain(
      'moment.recent-event',
    );
  });

  it('finds the whole matter in the timeline', async () => {
    const kinds = (await timeline(story, 'carl')).filter((entry) => String(entry['kind']) === 'task');
    expect(kinds.map((entry) => entry['state']).toSorted()).toEqual(['closed', 'open']);
  });

  it('is one who is angry: a plain question is acknowledged', async () => {
    await story.happens(identify('quinn'));
    await story.happens(ticket('quinn', 'Is the teapot safe for the dishwasher?'));
    expect(await tasksOf(story, 'quinn')).toEqual([]);
    expect(only(await mailsTo(story, 'quinn@example.com')).email.subject).toBe(
      'We have your message (t-quinn)',
    );
  });

  it('is one whose stop is done at once, and for good, however it was said', async () => {
    const said = (
      userId: string,
      event: string,
      properties: Record<string, unknown>,
    ): Record<string, unknown> => ({
      type: 'track',
      userId,
      event,
      properties: { channel: 'email', ...properties },
    });
    const people = ['stan', 'una', 'wes', 'xia', 'yui', 'zoe'];
    for (const userId of people) {
      await story.happens(identify(userId), oldOrder(story, userId), checkout(userId, { total: 240 }));
    }
    await story.passes(HOUR);
    const stateOf = async (userId: string): Promise<string> => only(await messagesTo(story, userId)).state;
    for (const userId of people) expect([userId, await stateOf(userId)]).toEqual([userId, 'in_review']);

    await story.happens(
      said('stan', 'Reply Received', { text: 'STOP.' }),
      said('una', 'Reply Received', { text: 'Please do not stop, I like these.' }),
      said('wes', 'Consent Withdrawn', {}),
      said('xia', 'Consent Updated', { state: 'denied', topic: 'offers' }),
      said('yui', 'Consent Updated', { state: 'denied' }),
    );
    const at = story.clock.now().toISOString();
    const refused = { channel: 'email', topic: '*', state: 'denied', source: 'telephone', at };
    expect((await story.request('PUT', '/v1/profiles/zoe/consent', { body: refused })).status).toBe(200);
    await story.settle();

    const suppressed = async (userId: string): Promise<string[]> => {
      const { suppressions } = JSON.parse(JSON.stringify(await story.get(`/v1/profiles/${userId}`))) as {
        suppressions: { channel: string; reason: string }[];
      };
      return suppressions.map(({ channel, reason }) => `${channel} ${reason}`);
    };
    const outcome = async (userId: string): Promise<unknown[]> => [
      await stateOf(userId),
      await suppressed(userId),
    ];
    expect(await outcome('stan')).toEqual(['suppressed', ['email unsubscribe']]);
    expect(await outcome('una')).toEqual(['in_review', []]);
    expect(await outcome('wes')).toEqual(['suppressed', ['email unsubscribe']]);
    // Another topic is another matter, and a setting may change again.
    expect(await outcome('xia')).toEqual(['in_review', []]);
    expect(await outcome('yui')).toEqual(['suppressed', []]);
    expect(await outcome('zoe')).toEqual(['suppressed', []]);
    const lastSteps = await Promise.all(
      ['stan', 'yui', 'zoe'].map(async (userId) => {
        const { id } = only(await messagesTo(story, userId));
        return (await message(story, id)).steps.at(-1)?.reason.code;
      }),
    );
    expect(lastSteps).toEqual(['unsubscribed', 'consent_withdrawn', 'consent_withdrawn']);
    for (const userId of ['stan', 'wes', 'yui', 'zoe']) expect(await reviewsAbout(story, userId)).toEqual([]);

    // Agreeing again takes back what they withdrew themselves, and the timeline says so; until the next time.
    await story.passes(MINUTE);
    await story.happens(said('wes', 'Consent Given', {}));
    expect(await suppressed('wes')).toEqual([]);
    await story.passes(MINUTE);
    await story.happens(said('wes', 'Unsubscribed', {}));
    const tell = async (when: Date): Promise<string[]> => {
      const body = { channel: 'email', state: 'granted', source: 'telephone', at: when.toISOString() };
      expect((await story.request('PUT', '/v1/profiles/wes/consent', { body })).status).toBe(200);
      return suppressed('wes');
    };
    const withdrawn = story.clock.now();
    await story.passes(MINUTE);
    expect(await tell(new Date(withdrawn.getTime() - 1))).toEqual(['email unsubscribe']);
    expect(await tell(story.clock.now())).toEqual([]);
    const lifted = (await timeline(story, 'wes')).filter((entry) => String(entry['kind']) === 'suppression');
    expect(lifted).toMatchObject([
      { state: 'lifted', channel: 'email', suppressedAt: withdrawn.toISOString() },
      { state: 'lifted', channel: 'email', suppressedAt: at },
    ]);

    // The address stays suppressed when everything else of the person is gone.
    expect((await story.request('DELETE', '/v1/profiles/stan')).status).toBe(204);
    await story.happens(identify('stanley', { email: 'stan@example.com', email_consent: true }));
    await story.happens(said('stanley', 'Subscribed', {}));
    expect(await suppressed('stanley')).toEqual(['email unsubscribe']);
  });

  it('reaches the lead when it is about grief', async () => {
    await story.happens(identify('gale'));
    await story.happens(
      ticket('gale', 'The set was for my mother, who passed away. Please stop the parcel.'),
    );
    expect(only(await tasksOf(story, 'gale')).owner).toBe('customer-care-lead');
  });

  it('is heard wherever they write, once for each message; what is owed to them leaves all the same', async () => {
    const chat = (userId: string, text: string, more: Record<string, unknown> = {}) => {
      const properties = { ticket_id: `t-${userId}`, text };
      return { type: 'track', userId, event: 'Support Message Sent', properties, ...more };
    };
    await story.happens(identify('ines'), oldOrder(story, 'ines'), checkout('ines', { total: 240 }));
    await story.passes(HOUR);
    const reminder = only(await messagesTo(story, 'ines'));
    expect(reminder).toMatchObject({ action: 'recover-cart', state: 'in_review' });

    const news = chat('ines', 'My husband passed away on Sunday, so I do not need it now.', {
      messageId: 'n1',
    });
    await story.happens(news);
    await story.happens(news, chat('ines', 'The funeral is on Friday.'));
    const task = only(await tasksOf(story, 'ines'));
    expect(task).toMatchObject({ owner: 'customer-care', reason: { code: 'moment.grief' } });
    expect(JSON.stringify(task)).not.toMatch(/husband|Sunday/);

    // Whoever signs advertising now signs what does not leave.
    const item = only(await reviewsAbout(story, 'ines'));
    expect((await verdict(story, item, { verdict: 'approve' })).status).toBe(200);
    const stopped = await message(story, reminder.id);
    expect(stopped).toMatchObject({ state: 'suppressed', sentAt: null });
    expect(stopped.steps.at(-1)?.reason.code).toBe('open_task');
    await story.happens(order('ines', { order_id: 'MP-20' }));
    expect(only(await mailsTo(story, 'ines@example.com')).email.subject).toBe('Your order MP-20');
    expect(await tasksOf(story, 'ines')).toHaveLength(1);

    // Also where a rule could have seen it and did not, and where nothing may be sent to them at all; what is old news is nobody's task.
    await story.happens(identify('jon'), identify('kim', { email_consent: false }));
    await story.happens(ticket('jon', 'The second parcel has not arrived, nothing since Monday.'));
    await story.happens(
      chat('kim', 'Where is the parcel? I hate this.', {
        timestamp: new Date(story.clock.now().getTime() - 3 * DAY),
      }),
    );
    expect(codesOf((await tasksOf(story, 'jon')).map(({ reason }) => reason))).toEqual(['moment.complaint']);
    expect(await tasksOf(story, 'kim')).toEqual([]);
    await story.happens({
      type: 'track',
      userId: 'kim',
      event: 'Product Reviewed',
      properties: { product_id: 'cup-tide', rating: 1, review_body: 'Worst cup ever. Never again!' },
    });
    expect(codesOf((await tasksOf(story, 'kim')).map(({ reason }) => reason))).toEqual(['moment.anger']);
  });

  it('is handed to a person by what was written anywhere, before anything is advertised', async () => {
    const delivered = (userId: string, note: string): Record<string, unknown> => ({
      type: 'track',
      userId,
      event: 'Order Delivered',
      properties: {
        order_id: `MP-${userId}`,
        product_id: 'pot-heron',
        delivery_note: note,
        products: [{ product_id: 'pot-heron', name: 'Funeral tea set' }],
      },
    });
    await story.happens(
      identify('gwen'),
      identify('hal'),
      delivered('gwen', 'Please ring twice: my husband passed away and I am slow on the stairs.'),
      delivered('hal', 'Please leave it with the neighbours downstairs.'),
    );
    await story.passes(MINUTE);
    const message = only(await messagesTo(story, 'gwen'));
    expect(message).toMatchObject({ action: 'care-guide', state: 'cancelled' });
    const task = only(await tasksOf(story, 'gwen'));
    expect(task).toMatchObject({ reason: { code: 'moment.grief' }, state: 'open' });
    // A task is no place for what somebody wrote.
    expect(JSON.stringify(task)).not.toContain('husband');
    expect(await tasksOf(story, 'hal')).toEqual([]);
    expect(only(await messagesTo(story, 'hal')).state).not.toBe('cancelled');
  });
});
