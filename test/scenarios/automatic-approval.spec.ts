import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { FakeOpenAi, goodDraft } from '../fakes/openai-server.js';
import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import { checkout, fillCatalogue, HOUR, identify, MAIL_FROM, oldOrder } from '../harness/customers.js';
import { type Body, Story } from '../harness/service.js';
import { endSound } from '../harness/shown.js';

/** Looks after few audits, so that a story can tell it: one wrong in five, at 50 %. */
const TERMS = 'automatic: { wrong: 0.2, confidence: 0.5, misses: [0], auditShare: 0.01 }';
const AUDITS = 4;

async function recovery(): Promise<string> {
  const text = await readFile('policies/actions/recovery.yaml', 'utf8');
  return text
    .replace(/^(\s*)holdout:.*$/gm, '$1holdout: 0')
    .replace(/^(\s*)prompt: recover-cart$/m, `$1prompt: recover-cart\n$1${TERMS}`);
}

const draft = goodDraft({
  subject: 'Your cup is still here',
  blocks: [{ type: 'text', text: 'We kept the Tide cup for you. It costs €24.00.' }],
  claims: [{ text: '€24.00', kind: 'price', factId: 'cup-tide' }],
});

describe('drafts that may go without a person', () => {
  let story: Story;
  let model: FakeOpenAi;
  let smtp: FakeSmtpServer;
  beforeAll(async () => {
    model = await FakeOpenAi.start();
    smtp = await startSmtpServer();
    story = await Story.begin({
      environment: { ...model.environment, SMTP_URL: smtp.url, MAIL_FROM },
      playbook: { 'actions/recovery.yaml': await recovery() },
    });
    await fillCatalogue(story);
    model.behave({ kind: 'answer', content: draft });
  });
  afterAll(async () => {
    await endSound(story);
    await Promise.all([model.close(), smtp.close()]);
  });

  /** Leaves somebody's cart behind until a draft is written. */
  async function abandons(name: string): Promise<Body> {
    await story.happens(identify(name), oldOrder(story, name));
    await story.happens(checkout(name));
    await story.passes(HOUR);
    const [message] = (await story.get(`/v1/messages?userId=${name}`))['data'] ?? [];
    if (message === undefined) throw new Error(`no message for ${name}`);
    return message;
  }

  async function review(messageId: unknown): Promise<Body> {
    const open = await story.reviews();
    const item = open.find((each) => String(each['messageId']) === String(messageId));
    if (item === undefined) throw new Error(`message ${String(messageId)} is not in review`);
    return story.get(`/v1/reviews/${String(item['id'])}`);
  }

  async function answer(item: Body, verdict: Record<string, unknown>): Promise<void> {
    const given = await story.post(`/v1/reviews/${String(item['id'])}/verdict`, {
      contentHash: item['contentHash'],
      ...verdict,
    });
    if (given.status !== 200) throw new Error(given.text);
    await story.settle();
  }

  const page = async (): Promise<string> => (await story.request('GET', '/automation')).text;

  it('are all read by a person at first, and the console says how many verdicts are still to come', async () => {
    expect(await page()).toContain(`It takes ${AUDITS} drafts with a risk below 0.10: ${AUDITS} to come.`);
    for (const name of ['ada', 'ben', 'cleo']) {
      const message = await abandons(name);
      expect(String(message['state'])).toBe('in_review');
      await answer(await review(message['id']), { verdict: 'approve' });
    }
    expect(await page()).toContain('3 verdicts so far, 0 against the draft');
    expect((await story.post('/automation/gates/recover-cart/email/open')).status).toBe(409);
  });

  it('are certified at the look, and go once a person has opened the gate', async () => {
    await answer(await review((await abandons('dora'))['id']), { verdict: 'approve' });
    expect(await page()).toContain('certified, not open');
    const before = await abandons('emil');
    expect(String(before['state'])).toBe('in_review');

    expect((await story.post('/automation/gates/recover-cart/email/open')).status).toBe(303);
    const sent = smtp.mails.length;
    // One in a hundred is picked for a look all the same; three in a row are not.
    let message: Body | undefined;
    for (const name of ['finn', 'fay', 'fred']) {
      message = await story.get(`/v1/messages/${String((await abandons(name))['id'])}`);
      if (String(message['state']) !== 'in_review') break;
    }
    if (message === undefined) throw new Error('nobody abandoned anything');
    expect(String(message['state'])).toBe('sent');
    expect(message['approval']).toMatchObject({ kind: 'threshold', by: [{ name: 'Administrator' }] });
    expect(smtp.mails).toHaveLength(sent + 1);
  });

  it('still need a person where a check finds something', async () => {
    model.behave({
      kind: 'answer',
      content: goodDraft({ blocks: [{ type: 'text', text: 'The cup is 90% off, only today.' }] }),
    });
    const message = await abandons('gwen');
    expect(String(message['state'])).toBe('in_review');
    expect((await review(message['id']))['why']?.map((why) => String(why['code']))).toContain('risk');
  });

  it('come back to a person when the gate is closed before they left', async () => {
    model.behave({ kind: 'answer', content: draft });
    await story.post('/v1/pauses', { scope: 'everything', reason: 'The warehouse moves.' });
    let waiting = await abandons('hugo');
    if (String(waiting['state']) === 'in_review') waiting = await abandons('hanna');
    expect(String(waiting['state'])).toBe('scheduled');
    expect((await story.post('/automation/gates/recover-cart/email/close')).status).toBe(303);
    const [pause] = (await story.get('/v1/pauses'))['data'] ?? [];
    await story.request('DELETE', `/v1/pauses/${String(pause?.['id'])}`);
    await story.passes(14 * HOUR);
    const item = await review(waiting['id']);
    expect(item['why']?.[0]).toMatchObject({ code: 'gate.closed' });
    const taught = async () => /(\d+) verdicts on drafts of models/.exec(await page())?.[1];
    const before = await taught();
    expect(Number(before)).toBeGreaterThan(3);
    await answer(item, { verdict: 'approve' });
    expect(await page()).toContain('Administrator closed it.');
    // Chance had not picked it: what is said of it now teaches nothing.
    expect(await taught()).toBe(before);
  });

  /** Changes the playbook's file, and waits until it is in force. */
  async function edits(from: string, to: string): Promise<void> {
    const before = String((await story.get('/v1/policies'))['hash']);
    const file = join(story.policiesDirectory, 'actions/recovery.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace(from, to));
    await story.until(
      'the playbook was taken over',
      async () => String((await story.get('/v1/policies'))['hash']) !== before,
    );
  }

  /** Several people leave their carts behind together; their messages. */
  async function abandon(names: readonly string[], context: Record<string, unknown> = {}): Promise<Body[]> {
    await story.happens(...names.flatMap((name) => [identify(name), oldOrder(story, name)]));
    await story.happens(...names.map((name) => ({ ...checkout(name), context })));
    await story.passes(HOUR);
    const messages: Body[] = [];
    for (const name of names) messages.push((await story.messages(name))[0] as Body);
    expect(messages.map((each) => String(each['state']))).toEqual(names.map(() => 'in_review'));
    return messages;
  }

  /** As many approvals as the look needs, and somebody opens the gate. */
  async function certify(round: string): Promise<void> {
    const names = Array.from({ length: AUDITS }, (_, i) => `${round}${i}`);
    for (const message of await abandon(names))
      await answer(await review(message['id']), { verdict: 'approve' });
    expect((await story.post('/automation/gates/recover-cart/email/open')).status).toBe(303);
  }

  const fallen = async (code: string): Promise<string | undefined> =>
    new RegExp(`^countersign_gates_fallen\\{code="${code}"\\} (\\d+)`, 'm').exec(
      (await story.request('GET', '/metrics', { token: null })).text,
    )?.[1];

  it('need a person again when what writes them is changed, and leave the gates of others open', async () => {
    expect((await story.post('/automation/gates/recover-cart/email/open')).status).toBe(303);
    for (const neighbour of ['recover-cart/onsite', 'welcome/email']) {
      const { db } = story.database;
      await sql`insert into gate_looks select ${neighbour}, fingerprint, look, threshold, result, made_at from gate_looks
        where action = 'recover-cart/email'`.execute(db);
      await sql`insert into gates (id, action, fingerprint, look, threshold, audit_share, wrong, opened_by, opened_at)
        select ${`gat_${neighbour}`}, ${neighbour}, fingerprint, look, threshold, audit_share, wrong, opened_by, opened_at
        from gates where closed_at is null and action = 'recover-cart/email'`.execute(db);
    }
    await edits('No discount,', 'Keep it short. No discount,');
    const message = await abandons('iris');
    expect(String(message['state'])).toBe('in_review');
    expect(await page()).toContain('What writes or checks these drafts was changed');
    const open = await sql<{ action: string }>`
      select action from gates where closed_at is null order by action`.execute(story.database.db);
    expect(open.rows.map(({ action }) => action)).toEqual(['recover-cart/onsite', 'welcome/email']);
  });

  it('need a person again when audits say otherwise, those nobody answered among them', async () => {
    await edits('auditShare: 0.01 }', 'auditShare: 1 }');
    await certify('kim');
    const [first, second] = await abandon(['lea', 'leo', 'lou']);
    for (const message of [first, second]) {
      const item = await review(message?.['id']);
      expect(item['why']?.map((why) => String(why['code']))).toEqual(['audit']);
      await answer(item, { verdict: 'reject', reasons: ['wrong_fact'] });
    }
    await story.passes(49 * HOUR);
    const text =
      'Of 3 drafts picked for a look 3 were rejected or changed (1 of them: nobody answered in time); 20 % were tolerated.';
    expect(await page()).toContain(text);
    expect((await story.request('GET', '/')).text).toContain(text);
    expect(await fallen('gate.misses')).toBe('1');
    // What was certified is refuted: verdicts are counted anew.
    expect((await story.post('/automation/gates/recover-cart/email/open')).status).toBe(409);
    expect(await page()).toContain(`${AUDITS} to come`);
  });

  it('need a person again when they are written for others than those that were certified', async () => {
    await certify('mia');
    const names = Array.from({ length: 16 }, (_, i) => `nils${i}`);
    const [message] = await abandon(names, { locale: 'de-DE' });
    await answer(await review(message?.['id']), { verdict: 'approve' });
    expect(await page()).toContain('Drafts are others than those it was certified on');
    expect((await story.request('GET', '/')).text).toContain('Drafts are others than those');
    expect(await fallen('gate.drift')).toBe('1');
  });

  /** Verdicts as if so many more drafts like the first had been judged: with these signs, and so many of them rejected. */
  async function wereJudged(
    round: string,
    signs: readonly object[],
    right: number,
    wrong: number,
  ): Promise<void> {
    await sql`
      with one as (select j.message_id from judged_drafts j order by j.routed_at, j.message_id limit 1),
      made as (
        insert into messages select r.* from one join messages m on m.id = one.message_id, generate_series(1, ${right + wrong}) i,
          jsonb_populate_record(m, jsonb_build_object('id', ${`copy-${round}-`}::text || i, 'state', 'rejected')) r returning id
      )
      insert into judged_drafts select r.* from made, one join judged_drafts j on j.message_id = one.message_id,
        jsonb_populate_record(j, jsonb_build_object('message_id', made.id, 'action', 'copied/email', 'signs', ${JSON.stringify(signs)}::text,
          'verdict', case when split_part(made.id, '-', 3)::int <= ${wrong} then 'rejected' else 'right' end)) r`.execute(
      story.database.db,
    );
  }

  it('are judged by weights that verdicts taught, once a person takes those into use, which closes every gate', async () => {
    const taught = /To learn from verdicts, (\d+) more verdicts are needed/;
    const missing = Number(taught.exec(await page())?.[1]);
    expect(missing).toBeGreaterThan(100);
    expect((await story.post('/automation/risk')).status).toBe(409);
    await certify('ole');
    const before = (await story.messages('ole0'))[0];
    await wereJudged('silent', [], 140, 20);
    await wereJudged('light', [{ code: 'manners.pressure', weight: 0.4 }], 55, 5);
    const shown = await page();
    expect(shown).not.toMatch(taught);
    expect(shown).toContain('Learned from these verdicts, judged on those it had not seen: Brier score');
    expect(shown).toContain('It closes 1 open gate at once');
    const scores = [...shown.matchAll(/Brier score (\d\.\d+)/g)].map(([, score]) => Number(score));
    expect(scores).toHaveLength(2);
    expect(scores[1]).toBeLessThan(scores[0] ?? 0);

    expect((await story.post('/automation/risk')).status).toBe(303);
    const adopted = await page();
    const version = /Signs are weighed as learned: model ([\d-]+), taken into use by Administrator/.exec(
      adopted,
    )?.[1];
    expect(version).toBeDefined();
    expect(adopted).toContain('took weights into use that were learned from verdicts');
    const open = await sql`select 1 from gates where closed_at is null`.execute(story.database.db);
    expect(open.rows).toEqual([]);
    expect((await story.post('/automation/risk')).status).toBe(409);

    const message = await abandons('olga');
    const item = await review(message['id']);
    expect(String(item['risk']?.['model'])).toMatch(new RegExp(`^risk-[0-9a-f]+/${String(version)}$`));
    expect(item['risk']?.['contributions']?.map((each) => String(each['code']))).toContain('base');
    const decided = await story.get(`/v1/decisions/${String(item['decision']?.['id'])}`);
    expect(String(decided['models']?.['risk'])).toBe(String(item['risk']?.['model']));
    const old = await story.get(`/v1/decisions/${String(before?.['decisionId'])}`);
    expect(String(old['models']?.['risk'])).toMatch(/^risk-[0-9a-f]+$/);

    await sql`delete from judged_drafts where action = 'copied/email'`.execute(story.database.db);
    await sql`delete from messages where id like 'copy-%'`.execute(story.database.db);
  });
});
