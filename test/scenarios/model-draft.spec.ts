import PostalMime from 'postal-mime';
import { FakeOpenAi, goodDraft, TOKENS_IN, TOKENS_OUT } from '../fakes/openai-server.js';
import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import {
  checkout,
  fillCatalogue,
  HOUR,
  identify,
  MAIL_FROM,
  oldOrder,
  timeline,
} from '../harness/customers.js';
import { Story } from '../harness/service.js';

const CUP = 'https://marrow-and-pine.example.com/products/cup-tide';
const UNSUBSCRIBE = 'https://countersign.invalid/unsubscribe';
/** Everything in here must stay in the house. */
const SECRETS = {
  last_name: 'Secretsurname',
  phone: '+12125550123',
  birth_year: 1971,
  allergies: ['walnut'],
  loyalty_card: 'LC-99-31337',
};

describe('a draft that the model wrote', () => {
  let story: Story;
  let model: FakeOpenAi;
  let smtp: FakeSmtpServer;
  beforeAll(async () => {
    model = await FakeOpenAi.start();
    smtp = await startSmtpServer();
    story = await Story.begin({ environment: { ...model.environment, SMTP_URL: smtp.url, MAIL_FROM } });
    await fillCatalogue(story);
  });
  afterAll(async () => {
    await story.end();
    await Promise.all([model.close(), smtp.close()]);
  });

  it('leaves once a person has signed it, and as exactly what they signed', async () => {
    model.behave({
      kind: 'answer',
      content: goodDraft({
        subject: 'Your cup is still here',
        blocks: [
          { type: 'text', text: 'Ada, we kept the Tide cup for you. It costs €24.00.' },
          { type: 'button', text: 'To the cup', url: CUP },
        ],
        claims: [{ text: '€24.00', kind: 'price', factId: 'cup-tide' }],
      }),
    });
    await story.happens(identify('ada', SECRETS), oldOrder(story, 'ada'));
    await story.happens(checkout('ada', { note: 'the-note-stays-home' }));
    await story.passes(HOUR);

    const [review] = await story.reviews();
    const detail = await story.get(`/v1/reviews/${String(review?.['id'])}`);
    expect(detail['why']?.map((why) => why['code'])).toEqual(['origin.model']);
    expect(detail['recipient']).toBe('ada@example.com');
    expect(detail['draft']?.['origin']).toBe('model');
    expect(detail['draft']?.['versions']?.['prompt']).toMatchObject({
      id: 'recover-cart',
      model: 'test-model',
    });
    expect(detail['draft']?.['claims']).toEqual([
      expect.objectContaining({
        text: '€24.00',
        kind: 'price',
        ok: true,
        source: expect.stringContaining('cup-tide') as string,
      }),
    ]);
    expect(smtp.mails).toHaveLength(0);

    const verdict = await story.post(`/v1/reviews/${String(review?.['id'])}/verdict`, {
      verdict: 'approve',
      contentHash: detail['contentHash'],
    });
    expect(verdict.status).toBe(200);
    await story.settle();

    const message = await story.get(`/v1/messages/${String(review?.['messageId'])}`);
    expect(message['state']).toBe('sent');
    expect(message['contentHash']).toBe(detail['contentHash']);
    expect(message['approval']).toMatchObject({ kind: 'person', by: [{ name: 'Administrator' }] });
    expect(smtp.mails).toHaveLength(1);
    const mail = await PostalMime.parse(smtp.mails[0]?.raw ?? '');
    expect(smtp.mails[0]?.to).toEqual(['ada@example.com']);
    expect(smtp.mails[0]?.raw).toMatch(/^Content-Type: multipart\/alternative;/m);
    const headers = new Map(mail.headers.map(({ key, value }) => [key, value]));
    const unsubscribe = /^<(https:\/\/countersign\.example\.com\/u\/[\w-]+)>$/.exec(
      headers.get('list-unsubscribe') ?? '',
    )?.[1];
    expect(unsubscribe).toBeDefined();
    expect(headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(mail.subject).toBe('Your cup is still here');

    // Nothing but the link tokens may differ from what was signed.
    const signed = message['content'];
    const untoken = async (text: string, quote: (url: string) => string): Promise<string> => {
      let plain = text.replaceAll('\r\n', '\n').replaceAll(String(unsubscribe), UNSUBSCRIBE);
      for (const [url = ''] of plain.matchAll(/https:\/\/countersign\.example\.com\/t\/[\w-]+/g)) {
        const followed = await story.request('HEAD', new URL(url).pathname, { token: null });
        plain = plain.replace(url, quote(followed.headers.get('location') ?? 'nowhere'));
      }
      return plain.trim();
    };
    expect(await untoken(mail.text ?? '', (url) => url)).toBe(String(signed?.['text']).trim());
    expect(await untoken(mail.html ?? '', (url) => url.replaceAll('&', '&amp;'))).toBe(
      String(signed?.['html']).trim(),
    );
    expect(mail.html).not.toContain(CUP);
  });

  it('was written from what the playbook lets the model see, and nothing else', () => {
    expect(model.requests).toHaveLength(1);
    const [request] = model.requests;
    const seen = JSON.stringify(request?.body);
    expect(seen).toContain('\\"first_name\\":\\"Ada\\"');
    expect(seen).toContain('\\"total\\":24');
    expect(request?.body.response_format?.json_schema.strict).toBe(true);
    for (const secret of [
      'Secretsurname',
      '2125550123',
      '1971',
      'walnut',
      'LC-99-31337',
      'ada@example.com',
      'the-note-stays-home',
      'New_York',
    ])
      expect(seen).not.toContain(secret);
  });

  it('shows its reviewer what the model was given, by part and word for word, and what it cost', async () => {
    const [message] = await story.messages('ada');
    const [closed] = await story.reviews('approved');
    const review = await story.get(`/v1/reviews/${String(closed?.['id'])}`);
    expect(review['messageId']).toBe(message?.['id']);
    const making = review['making'];
    expect(making?.['prompt']).toMatchObject({ id: 'recover-cart', model: 'test-model' });
    expect(making?.['usage']).toMatchObject({ tokensIn: TOKENS_IN, tokensOut: TOKENS_OUT, currency: 'EUR' });
    expect(making?.['failed']).toBeNull();
    expect(making?.['sent']).toEqual(model.requests[0]?.body.messages);
    expect(making?.['context']?.map((part) => String(part['name']))).toEqual(
      expect.arrayContaining(['customer', 'facts', 'examples']),
    );
    const said = JSON.stringify(making);
    expect(said).toContain('cup-tide');
    for (const secret of ['Secretsurname', '2125550123', 'walnut', 'ada@example.com', 'the-note-stays-home'])
      expect(said).not.toContain(secret);
    for (const path of [`/reviews/${String(review['id'])}`, `/messages/${String(message?.['id'])}`]) {
      const page = (await story.request('GET', path)).text;
      for (const words of [
        'How it was written',
        'What the model was given',
        '1,000 in, 200 out',
        'Word for word',
      ])
        expect([path, page]).toEqual([path, expect.stringContaining(words)]);
    }
  });

  it('is accounted for: the draft on the timeline, its use of the model in the metrics', async () => {
    const drafts = (await timeline(story, 'ada')).filter((entry) => String(entry['kind']) === 'draft');
    expect(drafts).toEqual([
      expect.objectContaining({ origin: 'model', author: 'test-model', fallbackReason: null }),
    ]);
    const metrics = (await story.request('GET', '/metrics')).text;
    expect(metrics).toMatch(
      /^countersign_model_request_seconds_count\{model="test-model",outcome="ok"\} 1$/m,
    );
    const operations = (await story.request('GET', '/operations')).text;
    expect(operations).toContain('test-model');
    expect(operations.replaceAll(/\s|,|<[^>]+>/g, '')).toContain(`${TOKENS_IN}/${TOKENS_OUT}`);
  });

  it('is marked where it claims what no fact says, and its reviewer may say no', async () => {
    model.behave({
      kind: 'answer',
      content: goodDraft({
        blocks: [{ type: 'text', text: 'The Tide cup costs only €19.00, 20% off until 24 December 2026.' }],
        claims: [{ text: '€19.00', kind: 'price', factId: 'cup-tide' }],
      }),
    });
    await story.happens(identify('bob', { first_name: 'Bob' }), oldOrder(story, 'bob'));
    await story.happens(checkout('bob'));
    await story.passes(HOUR);
    const [review] = await story.reviews();
    const detail = await story.get(`/v1/reviews/${String(review?.['id'])}`);
    const wrong = detail['draft']?.['claims']?.filter((claim) => String(claim['ok']) === 'false') ?? [];
    expect(wrong.map((claim) => String(claim['text']))).toEqual(
      expect.arrayContaining([expect.stringContaining('19.00'), expect.stringContaining('20%')]),
    );
    const risk = detail['risk'];
    expect(Number(risk?.['score'])).toBeGreaterThan(Number(risk?.['threshold']));
    const spans = (risk?.['contributions'] ?? []).flatMap((each) => [...(each['spans'] ?? [])]);
    expect(spans.map((span) => String(span['text'])).join(' ')).toContain('€19.00');

    const verdict = await story.post(`/v1/reviews/${String(review?.['id'])}/verdict`, {
      verdict: 'reject',
      contentHash: detail['contentHash'],
      reasons: ['wrong_fact'],
    });
    expect([verdict.status, verdict.text]).toEqual([200, expect.anything()]);
    await story.settle();
    const [message] = await story.messages('bob');
    expect(message?.['state']).toBe('rejected');
    expect(smtp.mails).toHaveLength(1);
  });

  it('is asked for in the reader’s language where the brand has templates in it, and told how far the relationship is', async () => {
    model.behave({ kind: 'answer', content: goodDraft() });
    const at = { timezone: 'Europe/Berlin', country: 'DE' };
    await story.happens(identify('grete', { ...at, locale: 'de-DE' }), oldOrder(story, 'grete'));
    await story.happens(identify('fleur', { ...at, locale: 'fr-FR' }));
    for (const userId of ['grete', 'fleur']) await story.happens(checkout(userId));
    await story.passes(HOUR);
    const asked = model.requests.map(({ body }) => JSON.stringify(body));
    const about = (stage: string): string => {
      const found = asked.filter((text) => text.includes(`\\"stage\\":\\"${stage}\\"`));
      expect([stage, found.length]).toEqual([stage, 1]);
      return found[0] ?? '';
    };
    expect(about('active')).toContain('de-DE');
    expect(about('lead')).toMatch(/fit the tone to it: explain a little to somebody new/);
    expect(about('lead')).not.toContain('de-DE');
  });

  it('shows nothing of what the model was given once the person is erased', async () => {
    const [closed] = await story.reviews('rejected');
    const id = String(closed?.['id']);
    expect((await story.get(`/v1/reviews/${id}`))['making']?.['sent']).toHaveLength(2);
    expect((await story.request('DELETE', '/v1/profiles/bob')).status).toBe(204);
    expect((await story.request('GET', `/v1/reviews/${id}`)).status).toBe(410);
    const page = await story.request('GET', `/messages/${String(closed?.['messageId'])}`);
    expect(page.text).not.toContain('What the model was given');
  });
});
