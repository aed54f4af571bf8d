import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import {
  checkout,
  DAY,
  fillCatalogue,
  HOUR,
  identify,
  MAIL_FROM,
  MINUTE,
  oldOrder,
} from '../harness/customers.js';
import { type Body, Story } from '../harness/service.js';
import { endSound } from '../harness/shown.js';

/** Eight in New York: the day is long enough for all that happens. */
const MORNING = '2026-11-18T13:00:00.000Z';

describe('a mail server with troubles', () => {
  let story: Story;
  let smtp: FakeSmtpServer;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    // As in nodemailer's own URLs: how long a silent server is waited for.
    story = await Story.begin({
      now: MORNING,
      environment: { SMTP_URL: `${smtp.url}?socketTimeout=3000`, MAIL_FROM },
    });
    await fillCatalogue(story);
  });
  afterAll(async () => {
    await endSound(story);
    await smtp.close();
  });

  const mailsTo = (userId: string): boolean[] =>
    smtp.mails.filter((mail) => mail.to.includes(`${userId}@example.com`)).map((mail) => mail.accepted);
  /** Somebody leaves a checkout; the reminder is due and tried. */
  async function abandons(userId: string): Promise<Body | undefined> {
    await story.happens(identify(userId), oldOrder(story, userId));
    await story.happens(checkout(userId));
    await story.passes(HOUR);
    return (await story.messages(userId))[0];
  }
  const states = (message: Body | undefined): string[] =>
    (message?.['steps'] ?? []).map((step) => String(step['to']));

  it('4xx: the mail is tried again and arrives once', async () => {
    smtp.next(
      { does: 'refuse', at: 'RCPT TO', reply: '450 4.2.1 greylisted, come back later' },
      { does: 'refuse', at: 'DATA', reply: '451 4.3.0 try again' },
    );
    const waiting = await abandons('grey');
    expect(waiting?.['state']).toBe('scheduled');
    expect(String(waiting?.['steps']?.at(-1)?.['reason']?.['text'])).toContain('greylisted');
    await story.passes(MINUTE);
    await story.passes(MINUTE);
    await story.passes(HOUR);
    const [message] = await story.messages('grey');
    expect(message?.['state']).toBe('sent');
    expect(states(message).filter((state) => state === 'sending')).toHaveLength(3);
    expect(mailsTo('grey')).toEqual([false, true]);
  });

  it('550: the address is suppressed, and nothing more is decided for it', async () => {
    smtp.next({ does: 'refuse', at: 'RCPT TO', reply: '550 5.1.1 no such user here' });
    const message = await abandons('gone');
    expect(message?.['state']).toBe('failed');
    expect(String(message?.['steps']?.at(-1)?.['reason']?.['text'])).toContain('no such user');
    const profile = await story.get('/v1/profiles/gone');
    expect(profile['suppressions']).toMatchObject([{ channel: 'email', reason: 'hard_bounce' }]);

    await story.passes(8 * DAY);
    await story.happens(checkout('gone'));
    await story.passes(HOUR);
    const [decision] = await story.decisions('gone');
    expect(decision?.['outcome']).toBe('hold');
    const mail = decision?.['candidates']?.find((candidate) => String(candidate['channel']) === 'email');
    expect(mail).toMatchObject({ eligible: false });
    expect(JSON.stringify(decision?.['candidates'])).toContain('suppressed');
    // The same address under another name is no other address.
    await story.happens(identify('again', { email: 'GONE@example.com' }), oldOrder(story, 'again'));
    await story.happens(checkout('again'));
    await story.passes(HOUR);
    expect(await story.messages('again')).toEqual([]);
    expect(mailsTo('gone')).toEqual([]);
  });

  it('silence after the mail was handed over: a person finds out, and no second mail leaves', async () => {
    smtp.next({ does: 'hang', at: 'DATA' });
    const message = await abandons('limbo');
    expect(message?.['state']).toBe('unknown');
    const tasks = (await story.get('/v1/tasks?state=open'))['data']?.filter(
      (task) => String(task['userId']) === 'limbo',
    );
    expect(tasks).toMatchObject([{ reason: { code: 'fate_unknown' }, messageId: message?.['id'] }]);
    await story.passes(DAY);
    await story.happens(checkout('limbo'));
    await story.passes(8 * DAY);
    expect(mailsTo('limbo')).toEqual([false]);
    expect(await story.messages('limbo')).toHaveLength(1);

    // They find it in the mail server's log. What it was is in ours, which is compared at the end.
    const closed = await story.post(`/v1/tasks/${String(tasks?.[0]?.['id'])}/close`, { outcome: 'left' });
    expect(closed.status).toBe(200);
    await story.settle();
    expect((await story.messages('limbo'))[0]?.['state']).toBe('sent');
    expect(mailsTo('limbo')).toEqual([false]);
  });

  it('a server that is down for hours: the mail leaves when it is back, once', async () => {
    const port = Number(new URL(smtp.url).port);
    await smtp.close();
    const down = await abandons('patient');
    expect(down?.['state']).toBe('scheduled');
    expect(String(down?.['steps']?.at(-1)?.['reason']?.['text'])).toContain('ECONNREFUSED');
    await story.passes(HOUR);
    await story.passes(10 * MINUTE);
    expect((await story.messages('patient'))[0]?.['state']).toBe('scheduled');
    smtp = await startSmtpServer(port);
    await story.passes(HOUR);
    expect((await story.messages('patient'))[0]?.['state']).toBe('sent');
    await story.passes(DAY);
    expect(mailsTo('patient')).toEqual([true]);
  });
});
