import { fillCatalogue, identify, MINUTE } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  codesOf,
  endSound,
  lastDecision,
  mailsTo,
  message,
  messagesTo,
  only,
  type ShownMail,
  unsubscribePath,
} from '../harness/shown.js';

describe('a welcome', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
    await story.happens(identify('ada'));
    await story.happens({ type: 'track', userId: 'ada', event: 'Signed Up' });
  });
  afterAll(() => endSound(story));

  const welcome = async (): Promise<ShownMail> => only(await mailsTo(story, 'ada@example.com'));

  it('greets whoever signs up, approved by the template that the administrator signed', async () => {
    const { id } = only(await messagesTo(story, 'ada'));
    const sent = await message(story, id);
    expect(sent).toMatchObject({
      action: 'welcome',
      state: 'sent',
      offer: 'offer-welcome-10',
      approval: { kind: 'template', by: [story.service.administrator] },
      content: { subject: 'Welcome to Marrow & Pine', recipient: 'ada@example.com' },
    });
    expect(sent.steps.map(({ to }) => to)).toEqual(['drafting', 'assessed', 'approved', 'sending', 'sent']);
    const { email } = await welcome();
    expect(email.from?.address).toBe('hello@marrow-and-pine.example.com');
    expect(email.replyTo?.[0]?.address).toBe('care@marrow-and-pine.example.com');
    expect(email.text).toContain('10% off your first order, with the code HELLO10');
    expect(email.text).toContain('7 Example Quay');
    expect(email.html).toContain('HELLO10');
  });

  it('speaks German to Germans', async () => {
    await story.happens(
      identify('greta', { first_name: 'Greta', locale: 'de-DE', country: 'DE', timezone: 'Europe/Berlin' }),
    );
    await story.happens({ type: 'track', userId: 'greta', event: 'Signed Up' });
    const { email } = only(await mailsTo(story, 'greta@example.com'));
    expect(email.subject).toBe('Willkommen bei Marrow & Pine');
    expect(email.text).toContain('Guten Tag Greta');
    expect(email.text).toContain('10 %');
  });

  it('leads tracked links to exactly the signed targets', async () => {
    const { email } = await welcome();
    const tracked = [...(email.html ?? '').matchAll(/https:\/\/countersign\.example\.com(\/t\/[\w-]+)/g)];
    const targets: (string | null)[] = [];
    for (const [, path = ''] of tracked) {
      const answer = await story.request('GET', path, { token: null });
      expect(answer.status).toBe(302);
      targets.push(answer.headers.get('location'));
    }
    const { id } = only(await messagesTo(story, 'ada'));
    expect(targets).toEqual(
      (await message(story, id)).content?.links.filter((link) => !link.includes('unsubscribe')),
    );
    expect(targets).toContain('https://marrow-and-pine.example.com/welcome');
    expect((await story.request('GET', '/t/made-up', { token: null })).status).toBe(404);
  });

  it('ends with one click, without log-in, and only on the click', async () => {
    await story.passes(MINUTE);
    const mail = await welcome();
    expect(mail.header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    const path = unsubscribePath(mail);
    expect(path).toMatch(/^\/u\//);
    expect(mail.email.html).toContain(path);
    expect(mail.email.text).toContain(path);

    // A scanner opens the page; nothing changes by that.
    expect((await story.request('GET', path, { token: null })).text).toContain('<form');
    expect((await story.get('/v1/profiles/ada'))['suppressions']).toEqual([]);

    expect((await story.request('POST', path, { token: null })).status).toBe(200);
    await story.settle();
    const profile = await story.get('/v1/profiles/ada');
    expect(profile['suppressions']).toMatchObject([{ channel: 'email', reason: 'unsubscribe' }]);
    expect(profile['consents']).toContainEqual(
      expect.objectContaining({ channel: 'email', topic: '*', state: 'denied' }),
    );
    await story.passes(MINUTE);
    await story.happens({ type: 'track', userId: 'ada', event: 'Signed Up' });
    expect(codesOf((await lastDecision(story, 'ada')).reasons)).toEqual(
      expect.arrayContaining(['suppressed', 'consent_denied']),
    );
    expect(await mailsTo(story, 'ada@example.com')).toHaveLength(1);
  });

  it('does not know a link that nobody got', async () => {
    expect((await story.request('POST', '/u/made-up', { token: null })).status).toBe(404);
  });
});
