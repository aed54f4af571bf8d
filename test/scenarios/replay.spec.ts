import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { checkout, DAY, fillCatalogue, HOUR, identify, oldOrder, order } from '../harness/customers.js';
import { type Body, Story } from '../harness/service.js';

/** A replay of a bundle, once it has ended. */
async function replayed(story: Story, bundle: string, more: Record<string, string> = {}): Promise<Body> {
  const asked = await story.post('/v1/policies/replay', { bundle, ...more });
  expect(asked.status).toBe(202);
  await story.settle();
  return story.get(`/v1/policies/replay/${String(asked.body['id'])}`);
}

const numbers = (body: Body | undefined): Record<string, unknown> => JSON.parse(JSON.stringify(body ?? {})) as Record<string, unknown>; // prettier-ignore

describe('a playbook over what has happened', () => {
  let story: Story;
  let first: string;
  beforeAll(async () => {
    // The shop's own tests would refuse what is tried here.
    const tests = ['law', 'people', 'restraint', 'telephone'].map(
      (name) => [`tests/${name}.yaml`, null] as const,
    );
    story = await Story.begin({ chance: true, playbook: Object.fromEntries(tests) });
    await fillCatalogue(story);
    first = String((await story.get('/v1/policies'))['hash']);
    for (const name of ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gil', 'hal']) {
      await story.happens(identify(name), oldOrder(story, name), checkout(name));
      await story.passes(HOUR);
      await story.happens(order(name));
      await story.happens({ type: 'track', userId: name, event: 'Support Ticket Opened', properties: { ticket_id: 't', topic: 'complaint' } }); // prettier-ignore
      await story.post('/v1/decisions', { userId: name });
      await story.passes(HOUR);
    }
  });
  afterAll(() => story.end());

  /** Changes the folder and waits until it is in force. */
  async function change(file: string, from: string, to: string): Promise<string> {
    const before = String((await story.get('/v1/policies'))['hash']);
    const path = join(story.policiesDirectory, file);
    const text = await readFile(path, 'utf8');
    expect(text).toContain(from);
    await writeFile(path, text.replace(from, to));
    let hash = before;
    await story.until('the changed playbook is in force', async () => {
      hash = String((await story.get('/v1/policies'))['hash']);
      return hash !== before;
    });
    return hash;
  }

  it('reproduces every stored decision byte for byte when nothing differs', async () => {
    const replay = await replayed(story, first);
    const { rows } = await sql<{ count: number }>`select count(*) as count from decisions`.execute(
      story.database.db,
    );
    const count = rows[0]?.count ?? 0;
    expect(count).toBeGreaterThanOrEqual(32);
    expect(numbers(replay)).toMatchObject({
      state: 'done',
      bundle: first,
      total: count,
      decisions: count,
      reproduced: count,
      changed: 0,
      unexplained: 0,
      engineChanged: 0,
      notRecorded: 0,
      erased: 0,
      messages: { lost: 0, gained: 0 },
      value: { kind: 'refused', why: expect.stringContaining('old enough') as string },
    });
  });

  it('says who would not be messaged any more, and which rule did it', async () => {
    const stricter = await change(
      'guardrails/restraint.yaml',
      '- id: sold-out',
      [
        '- id: no-cups',
        '  title: No word about cups',
        '  reason: Tried.',
        '  effect: suppress',
        '  scope: { actions: [confirm-order] }',
        '  when: signal.properties.product_id == "cup-tide"',
        '  owner: operations',
        '',
        '- id: sold-out',
      ].join('\n'),
    );
    const replay = numbers(await replayed(story, stricter));
    expect(replay).toMatchObject({
      state: 'done',
      engineChanged: 0,
      notRecorded: 0,
      unexplained: 0,
      messages: { lost: 8, gained: 0, other: 0 },
      rules: expect.arrayContaining([
        expect.objectContaining({ id: 'no-cups', matched: 8, alone: 8 }),
        expect.objectContaining({ id: 'complaint', matched: 8 }),
      ]) as unknown,
      causes: [{ code: 'guardrail:no-cups', lost: 8, gained: 0 }],
    });
    const [sample] = (replay['samples'] as Record<string, string[]>)['lost'] ?? [];
    expect(await story.get(`/v1/decisions/${String(sample)}`)).toMatchObject({ action: 'confirm-order' });
  });

  it('says who would be', async () => {
    const now = story.clock.now().toISOString();
    await story.happens(identify('ivy'), order('ivy'));
    const replay = numbers(await replayed(story, first, { since: now }));
    expect(replay).toMatchObject({
      decisions: 1,
      messages: { lost: 0, gained: 1 },
      causes: [{ code: 'guardrail:no-cups', lost: 0, gained: 1 }],
    });
  });

  it('counts apart what another engine made, what was never recorded, and who was erased', async () => {
    const other = await change(
      'actions/lifecycle.yaml',
      'offer: "\'offer-welcome-10\'"',
      'offer: "\'offer-unheard-of\'"',
    );
    const before = numbers(await replayed(story, other));
    // Asked over HTTP, every marketing action was up, and nobody asked for that offer then.
    expect(before).toMatchObject({
      notRecorded: 8,
      missing: [{ field: 'the fact offer-unheard-of', decisions: 8 }],
      engineChanged: 0,
    });
    await sql`update decisions set engine = 'countersign-0+tz2020a' where action = 'confirm-order'`.execute(
      story.database.db,
    );
    expect((await story.request('DELETE', '/v1/profiles/ada')).status).toBeLessThan(300);
    await story.settle();
    const replay = numbers(await replayed(story, other));
    expect(replay['erased']).toBe(4);
    expect(replay['notRecorded']).toBe(7);
    // Made by another engine and yet the same: only what comes out differently is its doing.
    expect(replay['engineChanged']).toBe(7);
    const sum = [
      'reproduced',
      'changed',
      'engineChanged',
      'otherModels',
      'notRecorded',
      'erased',
      'unreadable',
    ]
      .map((name) => Number(replay[name]))
      .reduce((a, b) => a + b);
    expect(sum).toBe(replay['decisions']);
  });

  it('compares reviews by the day, and goes on where it stopped', async () => {
    const looked = await change(
      'guardrails/people.yaml',
      'when: signal.properties.total > 200',
      'when: signal.properties.total > 2',
    );
    const asked = await story.post('/v1/policies/replay', { bundle: looked });
    await story.restart();
    await story.settle();
    const replay = numbers(await story.get(`/v1/policies/replay/${String(asked.body['id'])}`));
    expect(replay).toMatchObject({ state: 'done' });
    expect(replay['decisions']).toBe(replay['total']);
    const days = replay['reviews'] as { day: string; before: number; after: number }[];
    expect(days.reduce((sum, { after }) => sum + after, 0)).toBeGreaterThan(
      days.reduce((sum, { before }) => sum + before, 0),
    );
  });

  it('knows neither bundles nor replays that are not there', async () => {
    expect((await story.post('/v1/policies/replay', { bundle: '0'.repeat(64) })).status).toBe(404);
    expect((await story.post('/v1/policies/replay', { bundle: 'latest' })).status).toBe(400);
    expect((await story.request('GET', '/v1/policies/replay/rpl_none')).status).toBe(404);
  });
});

describe('what a playbook would have been worth', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
    await fillCatalogue(story);
  });
  afterAll(() => story.end());

  it('is said once outcomes are known, and only when enough decisions speak for it', async () => {
    await story.happens(identify('ada'), order('ada'));
    await story.passes(15 * DAY);
    const hash = String((await story.get('/v1/policies'))['hash']);
    const replay = numbers(await replayed(story, hash));
    expect(replay['value']).toMatchObject({ kind: 'refused', trials: 1, effective: 1, tried: 1 });
  });
});
