import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import { DAY, fillCatalogue, HOUR, identify, MAIL_FROM, order } from '../harness/customers.js';
import { Story } from '../harness/service.js';

const CLAIMANTS = 1_000;
/** One in so many claimants orders too, all over the thousand: far more than a day's ration. */
const ORDERS_OF = 4;
/** A day's firings that may lead to a mail to one address. */
const A_DAY = 25;
const VICTIM = 'victim@example.com';

describe('one address that a thousand strangers claim', () => {
  let story: Story;
  let smtp: FakeSmtpServer;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    story = await Story.begin({ environment: { SMTP_URL: smtp.url, MAIL_FROM } });
    await fillCatalogue(story);
  });
  afterAll(async () => {
    await story.end();
    await smtp.close();
  });

  const mailsTo = (address: string): number => smtp.mails.filter((mail) => mail.to.includes(address)).length;
  /** Anybody can do this with the public write key: say that the address is theirs, and order. */
  async function claim(wave: number, claimants: number): Promise<void> {
    for (let i = 0; i < claimants; i += 100) {
      const signals = Array.from({ length: 100 }, (_, n) => {
        const anonymousId = `wave-${wave}-${i + n}`;
        // Written in ever other ways, and still one address.
        const email = n % 8 === 0 ? ' Victim@Example.COM ' : VICTIM;
        const { traits } = identify('nobody', { email });
        const { event, properties } = order('nobody', { order_id: anonymousId });
        const claimed = { type: 'identify', anonymousId, traits };
        return n % ORDERS_OF === 0 ? [claimed, { type: 'track', anonymousId, event, properties }] : [claimed];
      });
      const answer = await story.send(...signals.flat());
      expect([answer.status, answer.text]).toEqual([200, '{"success":true}']);
    }
    await story.settle();
  }

  it('gets a day’s ration of mails and no more', async () => {
    await claim(1, CLAIMANTS);
    const first = mailsTo(VICTIM);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(A_DAY);
    await story.passes(HOUR);
    await claim(2, 100);
    expect(mailsTo(VICTIM)).toBeLessThanOrEqual(A_DAY);

    // Somebody else, at the same time, is not made to suffer.
    await story.happens(identify('ada'), order('ada'));
    expect(mailsTo('ada@example.com')).toBe(1);
  });

  it('is known to a developer who looks', async () => {
    const metrics = (await story.request('GET', '/metrics')).text;
    expect(metrics).toContain('countersign_message_steps_total{to="sent",channel="email"}');
    const sent = (await story.get('/v1/messages?state=sent&limit=200'))['data'] ?? [];
    expect(sent.length).toBe(smtp.mails.length);
  });

  it('is not claimed for ever: the next day counts anew', async () => {
    const before = mailsTo(VICTIM);
    await story.passes(DAY);
    await story.happens(identify('owner', { email: VICTIM }), order('owner'));
    expect(mailsTo(VICTIM)).toBe(before + 1);
  });
});
