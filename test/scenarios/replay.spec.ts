import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { checkout, DAY, fillCatalogue, HOUR, identify, oldOrder, order } from '../harness/customers.js';
import { type Body, Story } from '../harness/service.js';
import { endSound } from '../harness/shown.js';

/** Every page of a list, some lines at a time. */
async function allOf(story: Story, path: string, limit = 3): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const begun = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`;
  for (let cursor = ''; ;) {
    const { data, nextCursor } = numbers(await story.get(`${begun}${cursor}`));
    expect((data as unknown[]).length).toBeLessThanOrEqual(limit);
    lines.push(...(data as Record<string, unknown>[]));
    if (nextCursor === null) return lines;
    cursor = `&cursor=${nextCursor as string}`;
  }
}

/** A replay of a bundle, once it has ended. */
async function replayed(story: Story, bundle: string, more: Record<string, string> = {}): Promise<Body> {
  const asked = await story.post('/v1/policies/replay', { bundle, ...more });
  expect(asked.status).toBe(202);
  await story.settle();
  return story.get(`/v1/policies/replay/${String(asked.body['id'])}`);
}

const PEOPLE = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gil', 'hal'];
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
    for (const name of PEOPLE) {
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

    const list = `/v1/policies/replay/${String(replay['id'])}/affected`;
    const lost = await allOf(story, `${list}?change=lost`);
    expect(lost.map(({ userId }) => userId)).toEqual(PEOPLE);
    expect(lost[0]).toEqual({
      decision: sample,
      profileId: expect.any(String) as string,
      userId: 'ada',
      decidedAt: expect.any(String) as string,
      change: 'lost',
      causes: ['guardrail:no-cups'],
      before: {
        outcome: 'act',
        action: 'confirm-order',
        channel: 'email',
        sendAt: expect.any(String) as string,
      },
      after: { outcome: 'hold', action: 'hold', channel: null, sendAt: null },
    });
    expect(await allOf(story, `${list}?cause=guardrail:no-cups`)).toEqual(lost);
    expect(await allOf(story, `${list}?change=gained`)).toEqual([]);
    expect((await story.request('GET', `${list}?change=none`)).status).toBe(400);
    expect((await story.request('GET', `${list}?cursor=none`)).status).toBe(400);
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
    const { data } = numbers(await story.get('/v1/policies/replay'));
    const lists = (data as { id: string }[]).map(({ id }) => `/v1/policies/replay/${id}/affected`);
    const lines = async () => (await Promise.all(lists.map((list) => allOf(story, list)))).flat();
    const named = async (): Promise<string[]> =>
      [...new Set((await lines()).map(({ userId }) => String(userId)))].toSorted();
    expect(await named()).toEqual([...PEOPLE, 'ivy']);
    // What it made of one of them is nothing that this engine makes.
    const hal = (await lines()).find(({ userId, change }) => userId === 'hal' && change === 'lost');
    await sql`update decisions set result_hash = ${'0'.repeat(64)} where id = ${hal?.['decision']}`.execute(
      story.database.db,
    );
    expect((await story.request('DELETE', '/v1/profiles/ada')).status).toBeLessThan(300);
    await story.settle();
    expect(await named()).toEqual([...PEOPLE.slice(1), 'ivy']);
    const { rows: erased } = await sql`
      select a.decision_id from replay_affected a join decisions d on d.id = a.decision_id join profiles p on p.id = d.profile_id
      where p.erased_at is not null`.execute(story.database.db);
    expect(erased).toEqual([]);
    const replay = numbers(await replayed(story, other));
    expect(replay['erased']).toBe(4);
    expect(replay['notRecorded']).toBe(7);
    // Of the others this engine makes the same under the playbook of their day: what comes out differently is the rule's doing.
    expect(replay).toMatchObject({ engineChanged: 1, messages: { lost: 6 } });
    expect(replay['causes']).toEqual([{ code: 'guardrail:no-cups', lost: 6, gained: 0 }]);
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
    expect((await story.request('GET', '/v1/policies/replay/rpl_none/affected')).status).toBe(404);
  });

  it('lists replays page by page, of one bundle or of all', async () => {
    const all = await allOf(story, '/v1/policies/replay', 2);
    const whole = numbers(await story.get('/v1/policies/replay'));
    expect(whole['data']).toEqual(all);
    expect(whole['nextCursor']).toBeNull();
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const ofFirst = await allOf(story, `/v1/policies/replay?bundle=${first}`, 1);
    expect(ofFirst).toEqual(all.filter(({ bundle }) => bundle === first));
    expect(ofFirst.length).toBeGreaterThan(1);
  });

  it('is asked for once while it is not done, and by no more than can wait', async () => {
    const { db } = story.database;
    const ask = (more = {}) => story.post('/v1/policies/replay', { bundle: first, ...more });
    const [{ id } = {}] = (await allOf(story, `/v1/policies/replay?bundle=${first}`)).filter(({ since }) => since === null); // prettier-ignore
    // As if it were under way.
    await sql`update replays set state = 'running' where id = ${id}`.execute(db);
    expect((await ask()).body['id']).toBe(id);
    const other = await ask({ since: '2020-01-01T00:00:00Z' });
    expect([other.status, other.body['id'] === id]).toEqual([202, false]);
    await story.settle();
    await sql`
      insert into replays (id, bundle_hash, engine, state, since, until, total, tally, asked_by, created_at)
      select 'rpl_more' || n, bundle_hash, engine, 'running', until - n * interval '1 day', until, total, tally, asked_by, created_at
      from replays, generate_series(1, 19) n where id = ${id}`.execute(db);
    expect(await ask({ since: '2020-01-02T00:00:00Z' })).toMatchObject({
      status: 429,
      body: { detail: '20 replays wait already. Ask again once some are done.' },
    });
    expect((await ask()).body['id']).toBe(id);
    await sql`delete from replays where id like 'rpl_more%'`.execute(db);
    await sql`update replays set state = 'done' where id = ${id}`.execute(db);
  });
});

/** Two letters between which chance decides, one time in ten for the one that is worth less. */
const LETTERS = ['tried-letter', 'tried-note'];
const letters = async (): Promise<Record<string, string>> => {
  const engine = await readFile('policies/engine.yaml', 'utf8');
  const actions = LETTERS.map((id, i) =>
    [
      `- id: ${id}`,
      '  title: Tried',
      '  goal: To hear what is missed',
      '  goalEvent: Back In Stock Requested',
      '  class: marketing',
      '  topic: news',
      // Else somebody would have to look at first words to people whom nobody knows.
      '  tags: [welcome]',
      '  channels: [email]',
      `  value: ${1_000 - 100 * i}`,
      '  propensity: 0.2',
      '  holdout: 0',
      '  auditShare: 0',
      '  validFor: 2d',
      '  draft: { mode: template }',
      '  owner: lifecycle',
    ].join('\n'),
  );
  const templates = LETTERS.map((id) =>
    [
      `- id: ${id}`,
      `  action: ${id}`,
      '  channel: email',
      '  slots: {}',
      '  content:',
      '    kind: email',
      '    subject: News from the shop',
      "    blocks: [{ type: text, text: 'There is something new on the shelves.' }]",
      '  maxAudience: 1000',
      '  expires: 2030-01-01',
      '  owner: lifecycle',
    ].join('\n'),
  );
  return {
    'engine.yaml': engine.replace(/^exploration:.*$/m, 'exploration: 0.2'),
    'actions/tried.yaml': `${actions.join('\n\n')}\n`,
    'templates/tried.yaml': `${templates.join('\n\n')}\n`,
  };
};

/** Euro cents, as the shop's channels have it. */
const MAIL_COSTS = 12;

interface Trial {
  readonly action: string;
  readonly reward: number;
}

/** What always writing the better letter would have been worth, per decision: worked out from what was logged, by no code of the service. */
function byHand(trials: readonly Trial[]): Record<string, unknown> {
  // A fifth of 1,000 (900) is expected of a letter, less what a mail costs; the better one is written nine times in ten.
  const expected = { [LETTERS[0] ?? '']: 200 - MAIL_COSTS, [LETTERS[1] ?? '']: 180 - MAIL_COSTS };
  const better = expected[LETTERS[0] ?? ''] ?? 0;
  const estimates = trials.map(({ action, reward }) =>
    action === LETTERS[0] ? better + (reward - better) / 0.9 : better,
  );
  const gains = estimates.map((estimate, i) => estimate - (trials[i]?.reward ?? 0));
  const mean = (all: readonly number[]): number => all.reduce((sum, each) => sum + each, 0) / all.length;
  const interval = (all: readonly number[]): Record<string, unknown> => {
    const middle = mean(all);
    const spread = all.reduce((sum, each) => sum + (each - middle) ** 2, 0) / (all.length - 1);
    const reach = 1.959964 * Math.sqrt(spread / all.length);
    const near = (value: number): number => expect.closeTo(value, 2) as number;
    return { value: near(middle), low: near(middle - reach), high: near(middle + reach) };
  };
  // Each that was written speaks by 1 / 0.9, the others not at all: as many speak as were written.
  const effective = trials.filter(({ action }) => action === LETTERS[0]).length;
  return {
    kind: 'estimate',
    trials: trials.length,
    affected: trials.length,
    effective,
    tried: 1,
    before: expect.closeTo(mean(trials.map(({ reward }) => reward)), 2) as number,
    after: interval(estimates),
    difference: interval(gains),
  };
}

describe('what another playbook would have been worth', () => {
  const MANY = 130;
  const FEW = 40;
  let story: Story;
  let trials: Trial[];
  let since: string;
  let greedy: string;
  beforeAll(async () => {
    story = await Story.begin({ chance: true, playbook: await letters() });
    const names = Array.from({ length: MANY }, (_, i) => `reader-${i}`);
    await story.happens(...names.map((name) => identify(name)));
    const chosen: string[] = [];
    for (const [i, name] of names.entries()) {
      if (i === MANY - FEW) {
        // A mail that is on its way when the hour passes is one of which nobody knows whether it left.
        await story.settle();
        await story.passes(HOUR);
        since = story.clock.now().toISOString();
      }
      const { status, body } = await story.post('/v1/decisions', { userId: name, actions: LETTERS, mode: 'execute' }); // prettier-ignore
      expect([status, body['outcome']]).toEqual([200, 'act']);
      chosen.push(String(body['action']));
    }
    await story.settle();
    await story.passes(HOUR);
    // Every third reader answers the letter, every fourth the note.
    const converts = (i: number): boolean => i % (chosen[i] === LETTERS[0] ? 3 : 4) === 0;
    await story.happens(
      ...names
        .filter((_, i) => converts(i))
        .map((userId) => ({ type: 'track', userId, event: 'Back In Stock Requested', properties: { product_id: 'cup-tide' } })), // prettier-ignore
    );
    trials = chosen.map((action, i) => {
      const value = action === LETTERS[0] ? 1_000 : 900;
      return { action, reward: (converts(i) ? value : 0) - MAIL_COSTS };
    });
    await story.passes(15 * DAY);
    const engine = await readFile(join(story.policiesDirectory, 'engine.yaml'), 'utf8');
    const files = { 'engine.yaml': engine.replace('exploration: 0.2', 'exploration: 0') };
    const proposed = await story.post('/v1/policies/proposals', { title: 'Always the letter', reason: 'To see.', changes: files }); // prettier-ignore
    expect(proposed.status).toBe(201);
    greedy = String(proposed.body['bundle']);
  });
  afterAll(() => endSound(story));

  it('is what the logged decisions say by their probabilities, with its interval and how many speak for it', async () => {
    const replay = numbers(await replayed(story, greedy));
    expect(replay).toMatchObject({ decisions: MANY, value: byHand(trials) });
  });

  it('is what happened, where nothing would be otherwise', async () => {
    const now = String((await story.get('/v1/policies'))['hash']);
    const replay = numbers(await replayed(story, now));
    const mean = trials.reduce((sum, { reward }) => sum + reward, 0) / MANY;
    expect(replay).toMatchObject({
      reproduced: MANY,
      value: { kind: 'estimate', affected: 0, before: expect.closeTo(mean, 2) as number, difference: { value: 0, low: 0, high: 0 } }, // prettier-ignore
    });
  });

  it('is refused in words where too few speak for it', async () => {
    const replay = numbers(await replayed(story, greedy, { since }));
    expect(replay).toMatchObject({
      decisions: FEW,
      value: {
        kind: 'refused',
        affected: FEW,
        why: expect.stringMatching(/^Of the 40 decisions that it would make otherwise, only \d+ speak for what it would do; below 100 a figure would be luck\.$/) as string, // prettier-ignore
      },
    });
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
