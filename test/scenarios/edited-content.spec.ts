import { UNSUBSCRIBE_TOKEN } from '../../src/messages/content.js';
import { escapeHtml } from '../../src/shared/html.js';
import { checkout, fillCatalogue, HOUR, identify, MINUTE } from '../harness/customers.js';
import { Story } from '../harness/service.js';
import {
  codesOf,
  endSound,
  mailsTo,
  message,
  only,
  review,
  reviewsAbout,
  type ShownReview,
  unsubscribePath,
  verdict,
} from '../harness/shown.js';

const PUBLIC_URL = 'https://countersign.example.com';

describe('a letter that a reviewer rewrites', () => {
  let story: Story;
  let first: ShownReview;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
    await story.happens(identify('ada'), checkout('ada'));
    await story.passes(HOUR);
    first = only(await reviewsAbout(story, 'ada'));
  });
  afterAll(() => endSound(story));

  it('is judged anew: a discount that nobody offers is found in the new words', async () => {
    const content = { text: 'Take 50% off today with the code GIVEAWAY50.' };
    const answer = await verdict(story, first, { verdict: 'edit', content });
    expect(answer.status).toBe(200);
    const now = await review(story, first.id);
    expect(now).toMatchObject({ state: 'claimed', contentHash: answer.body['contentHash'] });
    expect(now.contentHash).not.toBe(first.contentHash);
    expect(now.risk.score).toBeGreaterThan(first.risk.score);
    expect(now.draft.claims).toContainEqual(expect.objectContaining({ text: '50%', ok: false }));
    expect(codesOf(now.risk.contributions).length).toBeGreaterThan(0);
  });

  it('cannot be approved by somebody who read the words before', async () => {
    const stale = await verdict(story, first, { verdict: 'approve' });
    expect([stale.status, stale.body['type']]).toEqual([409, expect.stringContaining('stale-content')]);
    expect(await mailsTo(story, 'ada@example.com')).toEqual([]);
  });

  it('leaves with exactly the bytes that were approved, the links led through tokens', async () => {
    await story.passes(MINUTE);
    const content = {
      subject: 'A question about your basket?',
      preheader: 'We are here until six.',
      text: 'Dear Ada,\n\nyour Tide cup, 180 ml is still in the basket at €24.00 & waiting.\n\nMara',
    };
    const current = await review(story, first.id);
    expect((await verdict(story, current, { verdict: 'edit', content })).status).toBe(200);
    const last = await review(story, first.id);
    expect(last.draft).toMatchObject({
      subject: content.subject,
      preheader: content.preheader,
      origin: 'person',
    });
    expect((await verdict(story, last, { verdict: 'approve' })).status).toBe(200);

    const sent = await message(story, last.messageId);
    expect(sent).toMatchObject({
      state: 'sent',
      contentHash: last.contentHash,
      approval: { kind: 'person' },
    });
    const mail = only(await mailsTo(story, 'ada@example.com'));
    expect(mail.email.subject).toBe(content.subject);
    expect(mail.email.text?.startsWith(content.text)).toBe(true);
    // Undo what dispatch may do, and nothing but the signed bytes is left.
    const unsubscribe = `${PUBLIC_URL}${unsubscribePath(mail)}`;
    expect(mail.email.text?.replaceAll(unsubscribe, UNSUBSCRIBE_TOKEN).trimEnd()).toBe(
      last.draft.text.trimEnd(),
    );
    let html = mail.email.html?.replaceAll(unsubscribe, UNSUBSCRIBE_TOKEN) ?? '';
    for (const [url, path = ''] of html.matchAll(/https:\/\/countersign\.example\.com(\/t\/[\w-]+)/g)) {
      const target = (await story.request('GET', path, { token: null })).headers.get('location');
      html = html.replace(url, escapeHtml(target ?? ''));
    }
    expect(html.trimEnd()).toBe(last.draft.html?.trimEnd());
  });

  it('tells who wrote what', async () => {
    const { verdicts } = await review(story, first.id);
    expect(verdicts.map(({ verdict: given, contentHash }) => [given, contentHash.length])).toEqual([
      ['edit', 64],
      ['edit', 64],
      ['approve', 64],
    ]);
    expect(new Set(verdicts.map(({ personId }) => personId))).toEqual(
      new Set([story.service.administrator.personId]),
    );
  });

  it('cannot be edited into a mail that nobody can unsubscribe from', async () => {
    await story.happens(identify('ben'), checkout('ben'));
    await story.passes(HOUR);
    const item = only(await reviewsAbout(story, 'ben'));
    const html = '<p>Hello</p><script>alert(1)</script><a href="javascript:alert(1)">x</a>';
    expect((await verdict(story, item, { verdict: 'edit', content: { html } })).status).toBe(200);
    const now = await review(story, item.id);
    expect(now.draft.html).not.toMatch(/<script|javascript:/);
    expect((await verdict(story, now, { verdict: 'approve' })).status).toBe(200);
    const mail = only(await mailsTo(story, 'ben@example.com'));
    expect(mail.email.html).toContain(unsubscribePath(mail));
    expect(mail.email.text).toContain(unsubscribePath(mail));
    expect(mail.email.text).toContain('7 Example Quay');
  });
});
