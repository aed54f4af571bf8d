import { createServer } from 'node:net';
import PostalMime from 'postal-mime';
import { type FakeSmtpServer, startSmtpServer } from '../../test/fakes/smtp-server.js';
import { parcelOf } from '../../test/harness/parcel.js';
import { Stopping } from '../platform/work/index.js';
import { SmtpChannel } from './smtp.channel.js';

/** Nobody comes near them who does not hang. */
const TIMEOUTS = { connect: 60_000, greeting: 60_000, silence: 60_000, whole: 60_000 };
const open = (): Promise<boolean> => Promise.resolve(true);
const never = new AbortController().signal;

describe('mail over SMTP', () => {
  let server: FakeSmtpServer;
  let channel: SmtpChannel;
  beforeEach(async () => {
    server = await startSmtpServer();
    channel = new SmtpChannel(server.url, 'Bounces <bounces@shop.example.com>', TIMEOUTS);
  });
  afterEach(() => server.close());

  it('leaves with the signed words and the links of the message', async () => {
    const parcel = parcelOf();
    expect(await channel.send(parcel, never, open)).toEqual({
      outcome: 'sent',
      providerId: `<${parcel.message.id}@shop.example.com>`,
    });
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: 'bounces@shop.example.com', to: ['ada@example.com'] });
    const parsed = await PostalMime.parse(mail?.raw ?? '');
    expect(parsed.subject).toBe('Grüße, Ada');
    expect(parsed.from).toMatchObject({ name: 'Ahrens & Söhne', address: 'hello@shop.example.com' });
    expect(parsed.replyTo?.[0]).toMatchObject({ address: 'help@shop.example.com' });
    expect(parsed.html?.trim()).toBe(parcel.wired.html);
    expect(parsed.text?.trim()).toBe(parcel.wired.text);
    const headers = new Map(parsed.headers.map(({ key, value }) => [key, value]));
    expect(headers.get('list-unsubscribe')).toBe(`<${parcel.links.unsubscribe.url}>`);
    expect(headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(headers.get('list-id')).toBe('<news.shop.example.com>');
    expect(parsed.messageId).toBe(`<${parcel.message.id}@shop.example.com>`);
  });

  it('offers no unsubscribing from an order confirmation', async () => {
    await channel.send(parcelOf({ content: { class: 'transactional' } }), never, open);
    expect(server.mails[0]?.raw).not.toMatch(/^list-/im);
  });

  it.each([
    ['450 4.2.1 greylisted', 'RCPT TO', { outcome: 'not_sent' }],
    ['451 4.3.0 try later', 'DATA', { outcome: 'not_sent' }],
    ['550 5.1.1 no such user', 'RCPT TO', { outcome: 'refused', hardBounce: true }],
    ['550 5.7.1 not from you', 'MAIL FROM', { outcome: 'not_sent' }],
    ['554 5.7.1 looks like spam', 'DATA', { outcome: 'refused', hardBounce: false }],
  ] as const)('%s at %s', async (reply, at, expected) => {
    server.next({ does: 'refuse', at, reply });
    expect(await channel.send(parcelOf(), never, open)).toMatchObject(expected);
  });

  it.each([
    ['greeting', 'not_sent'],
    ['RCPT TO', 'not_sent'],
    ['DATA', 'unknown'],
  ] as const)('a server that hangs at %s: %s', async (at, outcome) => {
    server.next({ does: 'hang', at });
    const silence = at === 'DATA' ? 1_500 : 300; // Before that it has to get there.
    const hasty = new SmtpChannel(server.url, undefined, { ...TIMEOUTS, greeting: silence, silence });
    expect(await hasty.send(parcelOf(), never, open)).toMatchObject({ outcome });
  });

  it.each(['greeting', 'RCPT TO'] as const)('a stop while a server hangs at %s: not sent', async (at) => {
    server.next({ does: 'hang', at });
    const stop = new AbortController();
    setTimeout(() => {
      stop.abort(new Stopping());
    }, 100);
    expect(await channel.send(parcelOf(), stop.signal, open)).toEqual({
      outcome: 'not_sent',
      reason: 'the service is stopping',
    });
    expect(await channel.send(parcelOf(), stop.signal, open)).toMatchObject({ outcome: 'not_sent' });
  });

  it('does not know the fate of a mail that was taken and never answered', async () => {
    server.next({ does: 'drop', at: 'DATA' });
    expect(await channel.send(parcelOf(), never, open)).toMatchObject({ outcome: 'unknown' });
    expect(server.mails).toHaveLength(1);
  });

  it('knows that nothing was sent when nobody listens', async () => {
    const socket = createServer();
    await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
    const address = socket.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => socket.close(resolve));
    const nobody = new SmtpChannel(`smtp://127.0.0.1:${port}`, undefined, TIMEOUTS);
    expect(await nobody.send(parcelOf(), never, open)).toMatchObject({ outcome: 'not_sent' });
  });

  it('stops before the mail when sending was paused meanwhile', async () => {
    const delivery = await channel.send(parcelOf(), never, () => Promise.resolve(false));
    expect(delivery).toEqual({ outcome: 'not_sent', reason: 'it may not leave any more' });
    expect(server.mails.filter((mail) => mail.accepted)).toEqual([]);
  });

  it.each([
    { subject: 'Hello\r\nBcc: everybody@example.com' },
    { recipient: 'ada@example.com, eve@example.com' },
    { recipient: 'ada@example.com\r\nBcc: eve@example.com' },
    { sender: 'Shop\n <hello@shop.example.com>' },
  ])('refuses headers that would say something else: %j', async (content) => {
    expect(await channel.send(parcelOf({ content }), never, open)).toMatchObject({
      outcome: 'refused',
      hardBounce: false,
    });
    expect(server.mails).toEqual([]);
  });
});
