import { fillCatalogue, identify, MINUTE } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import { codesOf, endSound, lastDecision, mailsTo, messagesTo, only } from '../harness/shown.js';

const signUp = { type: 'track', userId: 'ada', event: 'Signed Up' };

describe('somebody of whom no consent is known', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
    await story.happens(identify('ada', { email_consent: undefined }));
  });
  afterAll(() => endSound(story));

  it('is left alone, and the decision says why and what would change it', async () => {
    await story.happens(signUp);
    const held = await lastDecision(story, 'ada');
    expect(held).toMatchObject({ outcome: 'hold', action: 'hold', trigger: 'signed-up', messageId: null });
    expect(held.reasons).toEqual([
      {
        code: 'consent_unknown',
        text: 'Whether the person agreed to news messages on email is not known.',
      },
    ]);
    expect(held.flip).toContainEqual({
      change: expect.stringContaining('consent') as string,
      becomes: 'act: welcome by email',
    });
    expect(await messagesTo(story, 'ada')).toEqual([]);
  });

  it('hears from the shop at the next occasion once they agreed, not retroactively', async () => {
    await story.passes(MINUTE);
    const consent = {
      channel: 'email',
      state: 'granted',
      source: 'a form in the shop',
      at: story.clock.now().toISOString(),
    };
    expect((await story.request('PUT', '/v1/profiles/ada/consent', { body: consent })).status).toBe(200);
    await story.settle();
    expect(await messagesTo(story, 'ada')).toEqual([]);

    await story.happens(signUp);
    expect(only(await messagesTo(story, 'ada'))).toMatchObject({ action: 'welcome', state: 'sent' });
    expect(await mailsTo(story, 'ada@example.com')).toHaveLength(1);
  });

  it('is not talked into it by an older statement', async () => {
    const statement = (state: string, at: string) =>
      story.request('PUT', '/v1/profiles/ada/consent', {
        body: { channel: 'email', state, source: 'crm', at },
      });
    await story.passes(MINUTE);
    await statement('denied', story.clock.now().toISOString());
    await statement('granted', '2026-01-01T00:00:00Z');
    await story.passes(MINUTE);
    await story.happens(signUp);
    expect(codesOf((await lastDecision(story, 'ada')).reasons)).toContain('consent_denied');
  });

  it('is taken for unknown when what was said is no statement', async () => {
    await story.happens({ ...identify('bo', { email_consent: 'perhaps' }) });
    await story.happens({ ...signUp, userId: 'bo' });
    expect(codesOf((await lastDecision(story, 'bo')).reasons)).toEqual(['consent_unknown']);
  });
});
