import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillCatalogue, identify } from '../harness/customers.js';
import { type RunningService } from '../../src/service.js';
import { Story } from '../harness/service.js';
import { endSound, mailsTo, only } from '../harness/shown.js';

/** What processes that share their work have to be told; the story's database stands behind the address. */
const SHARED = {
  DATABASE_URL: process.env['DATABASE_URL'] ?? 'postgres://countersign@127.0.0.1/countersign',
  SECRET_KEYS: 'the-same-for-every-process-of-the-story',
};

describe('requests in one process and the work in another', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ environment: { ...SHARED, ROLE: 'api', PUBLIC_URL: '' } });
    await fillCatalogue(story);
  });
  afterAll(() => endSound(story));

  const work = async (during: (worker: RunningService) => Promise<void>): Promise<void> => {
    const worker = await story.startAnother({ ROLE: 'worker' });
    try {
      await during(worker);
    } finally {
      await worker.stop();
    }
  };

  it('takes in signals without a worker, and has a worker do what follows from them', async () => {
    await story.send(identify('ada'), { type: 'track', userId: 'ada', event: 'Signed Up' });
    expect((await story.get('/health/ready'))['checks']).toMatchObject({ work: { status: 'ok' } });
    expect((await story.request('GET', '/v1/profiles/ada')).status).toBe(404);
    await work(() => story.settle());
    expect(only(await mailsTo(story, 'ada@example.com')).email.subject).toBe('Welcome to Marrow & Pine');
  });

  it('leads links in what a worker sends to where they are answered', async () => {
    const mail = only(await mailsTo(story, 'ada@example.com'));
    const way = /^<(.+)>$/.exec(mail.header('list-unsubscribe') ?? '')?.[1];
    expect(way).toMatch(new RegExp(`^${story.service.url}/u/`));
    expect((await fetch(String(way))).status).toBe(200);
  });

  it('answers health and metrics where the work is done, and nothing else', async () => {
    await work(async (worker) => {
      const statuses: Record<string, number> = {};
      for (const path of ['/health/live', '/health/ready?verbose', '/metrics', '/', '/v1/messages', '/docs'])
        statuses[path] = (await fetch(`${worker.url}${path}`)).status;
      expect(statuses).toEqual({
        '/health/live': 200,
        '/health/ready?verbose': 200,
        '/metrics': 200,
        '/': 404,
        '/v1/messages': 404,
        '/docs': 404,
      });
      const refused = await fetch(`${worker.url}/v1/batch`, { method: 'POST', body: '{}' });
      expect([refused.status, refused.headers.get('content-type')]).toEqual([
        404,
        expect.stringContaining('application/problem+json'),
      ]);
    });
  });

  it('takes up a playbook that was activated in another process', async () => {
    await work(async (worker) => {
      const inForce = async (): Promise<string> => {
        const answer = (await (await fetch(`${worker.url}/health/ready`)).json()) as {
          checks: { playbook: { detail: string } };
        };
        return answer.checks.playbook.detail;
      };
      const active = async (): Promise<string> => String((await story.get('/v1/policies'))['hash']);
      const before = await active();
      expect(await inForce()).toContain(before.slice(0, 12));
      const file = join(story.policiesDirectory, 'guardrails/restraint.yaml');
      const text = await readFile(file, 'utf8');
      expect(text).toContain('"Order Completed"].within(2)');
      await writeFile(file, text.replace('"Order Completed"].within(2)', '"Order Completed"].within(3)'));
      await story.until('the change is in force', async () => (await active()) !== before);
      const after = (await active()).slice(0, 12);
      await story.until('the worker has it too', async () => (await inForce()).includes(after));
    });
  });
});
