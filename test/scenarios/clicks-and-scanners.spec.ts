import { readFile } from 'node:fs/promises';
import PostalMime from 'postal-mime';
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
  order,
  timeline,
} from '../harness/customers.js';
import { type Answer, type Body, Story } from '../harness/service.js';

const PERSON =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15';
const GMAIL = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';
const TARGET = 'https://marrow-and-pine.example.com/products/cup-tide';

describe('what follows a mail that was sent', () => {
  let story: Story;
  let smtp: FakeSmtpServer;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    const brand = await readFile('policies/brand.yaml', 'utf8');
    story = await Story.begin({
      environment: { SMTP_URL: smtp.url, MAIL_FROM },
      playbook: { 'brand.yaml': brand.replace('opens: false', 'opens: true') },
    });
    await fillCatalogue(story);
  });
  afterAll(async () => {
    await story.end();
    await smtp.close();
  });

  interface Mail {
    readonly clicks: readonly string[];
    readonly unsubscribe: string;
    readonly raw: string;
  }
  /** A reminder arrives; its links as paths of the service. */
  async function mailTo(userId: string): Promise<Mail> {
    await story.happens(identify(userId), oldOrder(story, userId));
    await story.happens(checkout(userId));
    await story.passes(HOUR);
    const raw = smtp.mails.find((mail) => mail.to.includes(`${userId}@example.com`))?.raw ?? '';
    const html = (await PostalMime.parse(raw)).html ?? '';
    const paths = (kind: string): string[] => [
      ...new Set(
        [
          ...html.matchAll(new RegExp(`href="https://countersign\\.example\\.com(/${kind}/[\\w-]+)`, 'g')),
        ].map(([, path = '']) => path),
      ),
    ];
    const [unsubscribe = ''] = paths('u');
    expect(paths('t').length).toBeGreaterThan(1);
    await story.passes(MINUTE);
    return { clicks: paths('t'), unsubscribe, raw };
  }
  const follow = (path: string, userAgent = PERSON, method = 'GET'): Promise<Answer> =>
    story.request(method, path, { token: null, headers: { 'user-agent': userAgent } });
  async function outcomes(userId: string): Promise<string[]> {
    const entries = await timeline(story, userId);
    return entries
      .filter((entry) => String(entry['kind']) === 'outcome')
      .map(
        (entry) =>
          `${String(entry['outcome'])} ${String(entry['counted'])} ${String(entry['whyNotCounted'])}`,
      )
      .sort();
  }
  const signalsOf = async (userId: string, event: string): Promise<Body[]> =>
    (await timeline(story, userId)).filter((entry) => String(entry['event']) === event);

  it('a person clicks: they get exactly where the signed mail says, and it counts', async () => {
    const mail = await mailTo('ada');
    const locations = new Map<string, string>();
    for (const path of mail.clicks)
      locations.set((await follow(path, PERSON, 'HEAD')).headers.get('location') ?? '', path);
    const content = (await story.get(`/v1/messages/${String((await story.messages('ada'))[0]?.['id'])}`))[
      'content'
    ];
    expect([...locations.keys()].sort()).toEqual([...(content?.['links'] ?? [])].map(String).sort());
    await story.passes(MINUTE);

    const click = await follow(locations.get(TARGET) ?? '');
    expect([click.status, click.headers.get('location'), click.headers.get('set-cookie')]).toEqual([
      302,
      TARGET,
      null,
    ]);
    await story.passes(MINUTE);
    expect((await outcomes('ada')).filter((line) => line.includes('true'))).toEqual(['clicked true null']);
    expect(await signalsOf('ada', 'Message Clicked')).toHaveLength(1);
    const profile = await story.get('/v1/profiles/ada');
    expect(profile['events']?.['Message Clicked']).toMatchObject({ total: 1 });
    expect(profile['events']?.['Message Sent']).toMatchObject({ total: 1 });
  });

  it('machines get there too, and none of them counts', async () => {
    const mail = await mailTo('bob');
    const [first = '', second = ''] = mail.clicks;
    expect((await follow(first, PERSON, 'HEAD')).status).toBe(302);
    expect((await follow(first, 'Mozilla/5.0 (compatible; Barracuda Sentinel)')).status).toBe(302);
    await story.passes(MINUTE);
    // A scanner that calls itself a browser gives itself away by following everything at once.
    await follow(first);
    story.clock.advance(700);
    await follow(second);
    await story.passes(MINUTE);
    expect(await outcomes('bob')).toEqual([
      'clicked false head_request',
      'clicked false scanner',
      'clicked false several_links_at_once',
      'clicked false several_links_at_once',
    ]);
    expect(await signalsOf('bob', 'Message Clicked')).toEqual([]);
    expect((await story.get('/v1/profiles/bob'))['events']?.['Message Clicked']).toBeUndefined();
  });

  it('a click within the second of delivery is a machine’s', async () => {
    await story.happens(identify('cat'), oldOrder(story, 'cat'));
    await story.happens(checkout('cat'));
    await story.passes(HOUR);
    const raw = smtp.mails.find((mail) => mail.to.includes('cat@example.com'))?.raw ?? '';
    const path =
      /countersign\.example\.com(\/t\/[\w-]+)/.exec((await PostalMime.parse(raw)).html ?? '')?.[1] ?? '';
    expect((await follow(path)).status).toBe(302);
    await story.passes(MINUTE);
    expect(await outcomes('cat')).toEqual(['clicked false too_soon_after_delivery']);
  });

  it('an order afterwards is its conversion, once, and on the timeline', async () => {
    await mailTo('dan');
    await story.happens(order('dan', { order_id: 'o-1' }));
    await story.passes(DAY);
    await story.happens(order('dan', { order_id: 'o-2' }));
    expect((await outcomes('dan')).filter((line) => line.startsWith('converted'))).toEqual([
      'converted true null',
    ]);
    const converted = await signalsOf('dan', 'Message Converted');
    expect(converted).toHaveLength(1);
    expect(converted[0]?.['kind']).toBe('signal');
  });

  it('a picture loaded by a mail service is no opening', async () => {
    const mail = await mailTo('eve');
    const pixel = /<img[^>]+src="https:\/\/countersign\.example\.com(\/t\/[\w-]+)"/.exec(
      (await PostalMime.parse(mail.raw)).html ?? '',
    )?.[1];
    expect(pixel).toBeDefined();
    const loaded = await follow(pixel ?? '', GMAIL);
    expect([loaded.status, loaded.headers.get('content-type')]).toEqual([200, 'image/gif']);
    await story.settle();
    expect(await outcomes('eve')).toEqual(['opened false image_proxy']);
    await follow(pixel ?? '');
    await follow(pixel ?? '');
    await story.settle();
    expect(await outcomes('eve')).toEqual(['opened false image_proxy', 'opened true null']);
  });

  it('nothing follows from a link that nobody sent', async () => {
    expect((await follow('/t/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).status).toBe(404);
    const mail = await mailTo('fay');
    expect((await follow(mail.unsubscribe.replace('/u/', '/t/'))).status).toBe(404);
  });
});
