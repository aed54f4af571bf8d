import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Behaviour, FakeOpenAi, goodDraft, TOKENS_IN, TOKENS_OUT } from '../fakes/openai-server.js';
import { checkout, fillCatalogue, HOUR, identify, MINUTE, oldOrder, timeline } from '../harness/customers.js';
import { type Body, Story } from '../harness/service.js';

/** The shop's prompts with a deadline that a test can wait for. */
async function impatientPrompts(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-prompts-'));
  await cp('prompts', folder, { recursive: true });
  const path = join(folder, 'recover-cart.md');
  await writeFile(path, (await readFile(path, 'utf8')).replace(/deadlineMs: \d+/, 'deadlineMs: 2500'));
  return folder;
}

describe('a model that does not write', () => {
  let story: Story;
  let model: FakeOpenAi;
  beforeEach(async () => {
    model = await FakeOpenAi.start();
  });
  afterEach(async () => {
    await story.end();
    await model.close();
  });

  async function begin(
    playbook: Record<string, string> = {},
    now?: string,
    environment: Record<string, string> = {},
  ): Promise<void> {
    story = await Story.begin({
      environment: { ...model.environment, ...environment },
      playbook,
      ...(now === undefined ? {} : { now }),
    });
    await fillCatalogue(story);
  }

  /** Somebody leaves a checkout while the model behaves like this. */
  async function abandons(
    userId: string,
    ...behaviour: [Behaviour, ...Behaviour[]]
  ): Promise<Body | undefined> {
    model.behave(...behaviour);
    await story.happens(identify(userId), oldOrder(story, userId));
    await story.happens(checkout(userId));
    await story.passes(HOUR);
    return (await story.messages(userId))[0];
  }

  async function fallbackOf(userId: string): Promise<string[]> {
    const entries = await timeline(story, userId);
    return entries
      .filter((entry) => String(entry['kind']) === 'draft')
      .map((entry) => `${String(entry['origin'])}: ${String(entry['fallbackReason'])}`);
  }

  it('is replaced by the signed template, and the reason is kept', async () => {
    await begin();
    const troubles: [string, Behaviour, string][] = [
      ['rubbish', { kind: 'answer', content: 'Sure! Here is your e-mail:' }, 'invalid'],
      [
        'foreign-link',
        {
          kind: 'answer',
          content: goodDraft({ blocks: [{ type: 'button', text: 'Go', url: 'https://evil.example.net/' }] }),
        },
        'invalid',
      ],
      ['refusal', { kind: 'refusal', text: 'I cannot help with that.' }, 'refused'],
      ['truncated', { kind: 'truncated', content: '{"subject":"Your b' }, 'truncated'],
      ['no-completion', { kind: 'body', body: '<html>502</html>', contentType: 'text/html' }, 'unavailable'],
      ['hours', { kind: 'status', status: 429, headers: { 'retry-after': '3600' } }, 'rate_limited'],
    ];
    for (const [userId, behaviour, reason] of troubles) {
      const message = await abandons(userId, behaviour);
      expect([userId, await fallbackOf(userId)]).toEqual([userId, [`template: ${reason}`]]);
      expect([userId, message?.['state'], message?.['templateId']]).toEqual([
        userId,
        'sent',
        'recover-cart-mail',
      ]);
      expect(message?.['approval']).toMatchObject({ kind: 'template', by: [{ name: 'Administrator' }] });
    }
  });

  it('is not waited for longer than the deadline, and left alone after five failures', async () => {
    const prompts = await impatientPrompts();
    await begin({}, undefined, { PROMPTS_DIR: prompts });
    const silent: Behaviour[] = [
      { kind: 'never' },
      { kind: 'stalls' },
      { kind: 'slow', ms: 5_000, then: { kind: 'never' } },
    ];
    for (const [i, behaviour] of silent.entries()) {
      const message = await abandons(`silent-${i}`, behaviour);
      expect([i, message?.['state'], await fallbackOf(`silent-${i}`)]).toEqual([
        i,
        'sent',
        ['template: timeout'],
      ]);
      // It may have been worked on to its end.
      const page = (await story.request('GET', `/messages/${String(message?.['id'])}`)).text;
      expect(page).toContain('not known: it may have been worked on although no answer came in time');
      expect(page).not.toContain('no answer was paid for');
    }
    for (const i of [4, 5]) await abandons(`broken-${i}`, { kind: 'status', status: 400 });
    await abandons('spared', { kind: 'answer', content: goodDraft() });
    expect(await fallbackOf('spared')).toEqual(['template: circuit_open']);
    expect(model.requests).toHaveLength(0);
    expect((await story.request('GET', '/health/ready')).status).toBe(200);
    await rm(prompts, { recursive: true });
  });

  it('is asked again after a rate limit where the message has time, as here until the morning', async () => {
    // Nine in the evening in New York: the mail would leave at eight in the morning anyway.
    await begin({}, '2026-11-19T02:00:00.000Z');
    const waiting = await abandons(
      'owl',
      { kind: 'status', status: 429, headers: { 'retry-after': '120' } },
      { kind: 'answer', content: goodDraft() },
    );
    expect(waiting?.['state']).toBe('drafting');
    await story.passes(2 * MINUTE);
    const [message] = await story.messages('owl');
    expect(message?.['state']).toBe('in_review');
    expect(await fallbackOf('owl')).toEqual(['model: null']);
    expect(message?.['modelUse']?.['answers']?.map((each) => String(each['outcome']))).toEqual([
      'rate_limited',
      'ok',
    ]);
  });

  it('is gone for a day: decisions go on, nothing is asked in vain, and it writes again once it is back', async () => {
    await begin();
    const home = async (): Promise<string> => (await story.request('GET', '/')).text;
    const gone = 'The language model gives no drafts';
    /** Several people leave their checkouts, and their messages. */
    const abandon = async (names: readonly string[]): Promise<(Body | undefined)[]> => {
      await story.happens(...names.flatMap((name) => [identify(name), oldOrder(story, name)]));
      await story.happens(...names.map((name) => checkout(name)));
      await story.passes(HOUR);
      return Promise.all(names.map(async (name) => (await story.messages(name))[0]));
    };
    expect(await home()).not.toContain(gone);
    // The breaker goes by the machine's own clock: it stands still, however long the rounds take, until it is set on.
    const now = performance.now.bind(performance);
    const stood = now();
    performance.now = () => stood;
    try {
      model.behave({ kind: 'status', status: 400 });
      await abandon(['anna', 'bert', 'cora', 'dana', 'egon', 'fred']);
      const asked = model.requests.length;
      expect(asked).toBeGreaterThanOrEqual(5);
      expect(await home()).toContain(gone);
      expect(await home()).toContain('it could not be reached');

      for (const round of ['morning', 'noon', 'night']) {
        const names = [`${round}-1`, `${round}-2`];
        for (const message of await abandon(names)) {
          expect(message?.['templateId']).toBe('recover-cart-mail');
          expect(message?.['approval']).toMatchObject({ kind: 'template' });
        }
        for (const name of names) expect(await fallbackOf(name)).toEqual(['template: circuit_open']);
        await story.passes(6 * HOUR);
      }
      expect(model.requests).toHaveLength(asked);
      expect(await home()).toContain('12 messages came from signed templates instead');
      expect((await story.request('GET', '/operations')).text).toContain('left alone: it failed too often');

      performance.now = () => stood + 31_000;
      model.behave({ kind: 'answer', content: goodDraft() });
      const [message] = await abandon(['zoe']);
      expect([message?.['state'], await fallbackOf('zoe')]).toEqual(['in_review', ['model: null']]);
    } finally {
      performance.now = now;
    }
    expect(await home()).not.toContain(gone);
    expect((await story.request('GET', '/operations')).text).toContain('asked as needed');
  });

  it('makes the service hold where the playbook says so', async () => {
    const recovery = (await readFile('policies/actions/recovery.yaml', 'utf8'))
      .replace('fallback: template', 'fallback: hold')
      .replaceAll(/(holdout|auditShare): .*/g, '$1: 0');
    await begin({ 'actions/recovery.yaml': recovery });
    const message = await abandons('carol', { kind: 'refusal', text: 'No.' });
    expect(message?.['state']).toBe('suppressed');
    const last = message?.['steps']?.at(-1);
    expect(last?.['reason']?.['code']).toBe('no_draft');
    expect(String(last?.['reason']?.['text'])).toContain('refused');
    // Held, but paid for.
    const use = message?.['modelUse'];
    expect(use).toMatchObject({ tokensIn: TOKENS_IN, tokensOut: TOKENS_OUT, currency: 'EUR' });
    expect(use?.['answers']).toMatchObject([
      { outcome: 'refused', model: 'test-model', tokensIn: TOKENS_IN },
    ]);
    const page = (await story.request('GET', `/messages/${String(message?.['id'])}`)).text;
    expect(page).toContain('What the model took');
    expect(page).toContain('1,000 in, 200 out');
    await abandons('cleo', { kind: 'status', status: 400 });
    expect((await story.request('GET', '/')).text).toContain('1 message was not made, as the playbook says');
    // And when it is back, it writes.
    const next = await abandons('dora', { kind: 'answer', content: goodDraft() });
    expect(next?.['state']).toBe('in_review');
  });
});
