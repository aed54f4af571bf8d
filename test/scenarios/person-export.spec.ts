import { sql } from 'kysely';
import { type PersonExport, personExportSchema } from '../../src/export/person-export.js';
import { checkout, fillCatalogue, HOUR, identify, MINUTE, oldOrder, order } from '../harness/customers.js';
import { ADMIN, type Answer, Story } from '../harness/service.js';
import { endSound, machine, only, reviewsAbout, verdict } from '../harness/shown.js';

/** Tables of which nothing is handed out, and why. Every other table that points at a person, a message or a key has to be in the export. */
const NOT_IN_IT: Readonly<Record<string, string>> = {
  address_claims: 'a keyed hash of an address that the traits name',
  cap_places: 'which counters an open message holds a place in',
  idempotency_keys: 'an answer to a request, kept for a day and made of what is in the export',
  import_chunks: 'a file of many people, sealed under a key of its own and gone when it has been taken in',
  judged_drafts: 'figures about how drafts were judged; the verdicts are in the export',
  profile_merges: 'in the profile',
  simulation_affected:
    'what a playbook that was only tried would have sent, by codes; gone with the signals it rests on',
  withdrawals: 'a keyed hash of an address beside what the signals and the history of consent say',
};

/** Where each of the others is. */
const IN_IT: Readonly<Record<string, keyof PersonExport>> = {
  assessments: 'messages',
  audit_entries: 'audit',
  consents: 'consentHistory',
  decisions: 'decisions',
  drafts: 'messages',
  firings: 'firings',
  identities: 'identities',
  lifted_suppressions: 'audit',
  link_tokens: 'messages',
  message_steps: 'messages',
  messages: 'messages',
  outbox: 'messages',
  outcomes: 'messages',
  past_messages: 'messages',
  profiles: 'profile',
  reviews: 'messages',
  signal_dedup: 'signals',
  signals: 'signals',
  signals_rest: 'signals',
  tasks: 'tasks',
  template_recipients: 'templates',
  timers: 'timers',
  trigger_hits: 'hits',
};

describe('everything stored about a person', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin({ now: '2026-11-18T13:00:00.000Z' });
    await fillCatalogue(story);
  });
  afterAll(() => endSound(story));

  const asked = (userId: string, token?: string): Promise<Answer> =>
    story.request('GET', `/v1/profiles/${encodeURIComponent(userId)}/export`, {
      ...(token === undefined ? {} : { token }),
    });
  async function exported(userId: string): Promise<PersonExport> {
    const answer = await asked(userId);
    expect(answer.status).toBe(200);
    return personExportSchema.parse(answer.body);
  }

  it('is handed out as one file, with what happened, what was decided and why, and what was written', async () => {
    await story.happens({ type: 'page', anonymousId: 'ada-laptop', name: 'Home' });
    await story.happens(
      { ...identify('ada', { last_name: 'Byron', shoe_size: 39 }), anonymousId: 'ada-laptop' },
      oldOrder(story, 'ada'),
    );
    await story.happens(checkout('ada', { total: 250 }));
    await story.passes(HOUR);
    const review = only(await reviewsAbout(story, 'ada'));
    await verdict(story, review, {
      verdict: 'edit',
      content: { subject: 'Your basket, Ada' },
      note: 'She called about the cup.',
    });
    await verdict(story, only(await reviewsAbout(story, 'ada', 'claimed')), { verdict: 'approve' });
    await story.request('PUT', '/v1/profiles/ada/consent', {
      body: {
        channel: 'email',
        topic: 'news',
        state: 'granted',
        source: 'counter at the shop',
        at: story.clock.now().toISOString(),
      },
    });
    await story.happens({
      type: 'track',
      userId: 'ada',
      event: 'Support Ticket Opened',
      properties: { ticket_id: 't1', topic: 'complaint', text: 'The cup is blue.' },
    });
    const task = only((await story.get('/v1/tasks?state=open'))['data'] ?? []);
    await story.post(`/v1/tasks/${String(task['id'])}/close`, {
      outcome: 'refunded',
      note: 'Sent a red one.',
    });

    const answer = await asked('ada');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="person-prf_\w+-2026-11-18\.json"$/,
    );
    const all = personExportSchema.parse(answer.body);
    expect(all.userId).toBe('ada');
    expect(all.profile).toEqual(await story.get('/v1/profiles/ada'));
    expect(all.identities.map(({ kind }) => kind).sort()).toEqual(['anonymous', 'user']);
    expect(all.signals.map(({ record }) => (record as { type: string }).type)).toEqual(
      expect.arrayContaining(['page', 'identify', 'track']),
    );
    expect(all.consentHistory).toEqual(
      expect.arrayContaining([expect.objectContaining({ topic: 'news', source: 'counter at the shop' })]),
    );
    const reminded = only(all.messages.filter(({ approval }) => approval?.kind === 'person'));
    expect(reminded).toMatchObject({
      state: 'sent',
      content: { subject: 'Your basket, Ada', recipient: 'ada@example.com' },
      outbox: { wire: { kind: 'email' } },
    });
    expect(reminded.drafts.map(({ origin }) => origin)).toEqual(['template', 'person']);
    expect(reminded.assessments).toHaveLength(2);
    expect(reminded.links.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['unsubscribe']));
    expect(only(reminded.reviews).verdicts).toMatchObject([
      { verdict: 'edit', note: 'She called about the cup.' },
      { verdict: 'approve', note: null },
    ]);
    const why = only(all.decisions.filter(({ messageId }) => messageId === reminded.id));
    expect(why.result).toMatchObject({ outcome: 'act' });
    expect(why.situation).toMatchObject({ profile: { traits: { shoe_size: 39 } } });
    expect(all.firings.map(({ trigger }) => trigger)).toContain(why.trigger);
    expect(only(all.tasks)).toMatchObject({ outcome: 'refunded', note: 'Sent a red one.' });
    expect(all.audit.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['review.edit', 'message.approved', 'profile.consent_recorded']),
    );
    expect(all.audit.at(-1)).toMatchObject({ action: 'profile.exported', by: 'person' });
  });

  it('tells nothing of the people who work on it', async () => {
    await story.happens(identify('bea'), oldOrder(story, 'bea'));
    await story.happens(checkout('bea', { total: 250 }));
    await story.passes(HOUR);
    await verdict(story, only(await reviewsAbout(story, 'bea')), { verdict: 'handoff' });
    const { rows } = await sql<{ name: string }>`select name from people`.execute(story.database.db);
    const name = only(rows).name;
    const { text } = await asked('bea');
    expect(text).toContain('a colleague handed');
    expect(text).not.toContain(`${name} handed`);
    for (const { text: each } of [await asked('ada'), { text }]) {
      expect(each).not.toContain(ADMIN.email);
      expect([...each.matchAll(/per_\w+/g)].map(([id]) => id)).toEqual([]);
    }
  });

  it('holds each signal once, however many pages it takes to read them', async () => {
    const views = Array.from({ length: 450 }, (_, i) => ({
      type: 'page',
      userId: 'cleo',
      messageId: `view-${i}`,
      name: `Page ${i}`,
      timestamp: new Date(story.clock.now().getTime() - i * MINUTE).toISOString(),
    }));
    await story.happens(...views.slice(0, 200));
    await story.happens(...views.slice(200));
    const { signals } = await exported('cleo');
    const ids = signals.map(({ record }) => (record as { messageId: string }).messageId);
    expect(ids.sort()).toEqual(views.map(({ messageId }) => messageId).sort());
  });

  it('is asked of a known person, by who may', async () => {
    expect((await asked('nobody')).status).toBe(404);
    expect((await asked('ada', await machine(story, 'marketer'))).status).toBe(403);
    expect((await asked('ada', await machine(story, 'developer'))).status).toBe(200);
    await story.happens(identify('dora'), order('dora'));
    expect((await asked('dora')).status).toBe(200);
    expect((await story.request('DELETE', '/v1/profiles/dora')).status).toBe(204);
    expect((await asked('dora')).status).toBe(404);
  });

  it('leaves no table out that points at a person', async () => {
    const { rows } = await sql<{ name: string }>`
      select distinct c.table_name as name from information_schema.columns c
        join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
        and c.column_name in ('profile_id', 'message_id', 'key_id', 'identity_hash')`.execute(
      story.database.db,
    );
    const tables = rows.map(({ name }) => name).filter((name) => !/_(\d+|\d{4}_\d{2})$/.test(name));
    const known = new Set([...Object.keys(IN_IT), ...Object.keys(NOT_IN_IT)]);
    expect(tables.filter((name) => !known.has(name))).toEqual([]);
  });
});
