import { sql } from 'kysely';
import { type FakeSmtpServer, startSmtpServer } from '../../test/fakes/smtp-server.js';
import { DispatchWorld } from '../../test/harness/dispatch-world.js';
import { newSignal } from '../../test/fixtures/signals.js';
import { emailContent } from '../../test/harness/parcel.js';
import { TasksService } from '../decisions/index.js';
import { type Tx } from '../platform/database/index.js';
import { Vault } from '../platform/vault/index.js';
import { ProfilesService } from '../profiles/index.js';
import { OutcomesService } from '../outcomes/index.js';
import { SignalsService } from '../signals/index.js';
import { type Delivery } from './delivery.js';
import { DispatchService } from './dispatch.service.js';
import { outboxWireSchema } from './outbox.js';

describe('dispatch into the outbox', () => {
  let world: DispatchWorld;
  beforeAll(async () => {
    world = await DispatchWorld.open();
  });
  afterAll(() => world.close());

  const outboxOf = async (messageId: string): Promise<string> => {
    const { rows } = await sql<{ key_id: string; wire: Uint8Array }>`
      select key_id, wire from outbox where message_id = ${messageId}`.execute(world.database.db);
    const row = rows[0];
    if (row === undefined) return '';
    const wire = await world.get(Vault).openFor(world.database.db, row.key_id, row.wire);
    return outboxWireSchema.parse(JSON.parse(wire)).raw;
  };

  it('sends an approved message once, as the whole mail, and says so', async () => {
    const message = await world.approved(await world.person('ada'));
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('sent');
    const raw = await outboxOf(message.id);
    expect(raw).toContain('To: ada@example.com');
    expect(raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(await world.ownSignals()).toEqual(['Message Sent']);
    const { rows } = await sql<{ provider: string; wire_hash: string | null }>`
      select provider, wire_hash from messages where id = ${message.id}`.execute(world.database.db);
    expect(rows[0]).toMatchObject({
      provider: 'outbox',
      wire_hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it('waits for its time', async () => {
    const sendAt = new Date(world.clock.now().getTime() + 3_600_000);
    const message = await world.approved(await world.person('bea'), { sendAt });
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('scheduled');
    world.clock.advance(3_599_999);
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('scheduled');
    world.clock.advance(1);
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('sent');
  });

  it('sends nothing without an approval of exactly these bytes', async () => {
    const person = await world.person('cyd');
    const other = await world.approved(person, { payload: { contentHash: 'f'.repeat(64) } });
    const unsigned = await world.approved(person);
    const elsewhere = await world.approved(person, { payload: { messageId: other.id } });
    await sql`update messages set approval = null where id = ${unsigned.id}`.execute(world.database.db);
    await world.doDueWork();
    for (const { id } of [other, unsigned, elsewhere]) {
      expect(await world.stateOf(id)).toBe('failed');
      expect(await world.lastStep(id)).toMatchObject({ code: 'approval_refused' });
      expect(await outboxOf(id)).toBe('');
    }
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from audit_entries where action = 'message.approval_refused'`.execute(
      world.database.db,
    );
    expect(rows[0]?.count).toBe(3);
  });

  it('sends nothing under an approval that has run out', async () => {
    const message = await world.approved(await world.person('dee'), {
      payload: { expiresAt: world.clock.now().toISOString() },
    });
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('expired');
    expect(await world.lastStep(message.id)).toMatchObject({ code: 'approval_expired' });
  });

  it('looks at consent again', async () => {
    const person = await world.person('eve');
    const message = await world.approved(person);
    await world.database.transaction((tx) =>
      world.get(ProfilesService).setConsent(tx, person, {
        channel: 'email',
        topic: '*',
        state: 'denied',
        source: 'phone',
        at: world.clock.now().toISOString(),
      }),
    );
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('suppressed');
  });

  it('keeps marketing back while what a person did in the meantime waits to be read', async () => {
    const receipt = { content: { action: 'receipt', class: 'transactional' as const } };
    const marketing = await world.approved(await world.person('mia'));
    const owed = await world.approved(await world.person('max'), receipt);
    const occurredAt = world.clock.now().toISOString();
    const said = ['mia', 'max'].map((userId) => newSignal({ userId, event: 'Unsubscribed', occurredAt }));
    await world.get(SignalsService).append('key_test', said);
    world.clock.advance(30_001);
    await world.doDueWork({ isHeard: false });
    expect(await world.lastStep(marketing.id)).toMatchObject({ code: 'unheard' });
    expect(await world.stateOf(marketing.id)).toBe('scheduled');
    expect(await world.stateOf(owed.id)).toBe('sent');
    world.clock.advance(5_000);
    await world.doDueWork();
    expect(await world.stateOf(marketing.id)).toBe('sent');
  });

  it('does not send to an address that is not the person’s any more', async () => {
    const message = await world.approved(await world.person('fay'));
    await world.happens(world.signal('fay', null, { traits: { email: 'fay.new@example.com' } }));
    await world.doDueWork();
    expect(await world.lastStep(message.id)).toMatchObject({ code: 'recipient_changed' });
    expect(await world.stateOf(message.id)).toBe('expired');
  });

  it('brings back what rests on a changed fact, and sends it once a person has signed knowing that', async () => {
    const soap = {
      id: 'soap',
      version: 1,
      kind: 'product' as const,
      data: { price: 499 },
      validFrom: null,
      validUntil: null,
      source: 'shop',
    };
    await world.setFacts([{ ...soap, version: 2, data: { price: 599 } }]);
    const versions = { ...emailContent.versions, facts: [{ id: 'soap', version: 1 }] };
    const message = await world.approved(await world.person('lou'), { content: { versions } });
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('in_review');
    expect(await world.lastStep(message.id)).toMatchObject({ code: 'changed_fact' });
    const approve = () =>
      world.database.transaction(async (tx) => {
        const content = await world.messages.content(tx, message.id);
        if (content === null) throw new Error('no content');
        await world.sign(tx, message, content, { expiresAt: message.expiresAt });
        await world.messages.move(tx, message.id, 'approved', {
          actor: 'per_1',
          code: 'approved',
          text: 'Fine.',
        });
        await world.work.enqueue(tx, { kind: 'message.approved', key: message.id, dueAt: world.clock.now() });
      });
    await world.setFacts([{ ...soap, version: 3, data: { price: 699 } }]);
    await approve();
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('in_review');
    await approve();
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('sent');
    await world.setFacts([]);
  });

  it('brings back what a review rule began to ask for after it was signed, until enough people signed knowing that', async () => {
    const now = world.clock.now().toISOString();
    const person = await world.person('vip', { vip: true });
    const message = await world.approved(person);
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('in_review');
    expect(await world.lastStep(message.id)).toMatchObject({ code: 'look-at-vips' });
    const { rows } = await sql<{ payload: { tier: number; why: string } }>`
      select payload from work where kind = 'message.needs_review' and key = ${message.id}`.execute(
      world.database.db,
    );
    expect(rows[0]?.payload.tier).toBe(2);
    expect(JSON.parse(rows[0]?.payload.why ?? '')).toMatchObject([{ code: 'look-at-vips' }]);

    await sql`insert into drafts (id, message_id, number, written_at, origin, author, content_hash, key_id, content)
      values ('drf_vip', ${message.id}, 1, ${now}, 'template', 'welcome', '', ${person}, '\\x00'::bytea)`.execute(
      world.database.db,
    );
    await sql`insert into reviews (id, message_id, profile_id, state, tier, why, draft_id, bundle_hash, content_hash, risk, priority,
        expires_at, created_at, closed_at)
      values ('rev_vip', ${message.id}, ${person}, 'approved', 2, '[{"code":"look-at-vips","text":""}]', 'drf_vip', ${world.bundle.hash}, '',
        0.1, 1, ${now}, ${now}, ${now})`.execute(world.database.db);
    for (const [people, state] of [
      [1, 'in_review'],
      [2, 'sent'],
    ] as const) {
      await world.database.transaction(async (tx) => {
        const content = await world.messages.content(tx, message.id);
        if (content === null) throw new Error('no content');
        const by = ['per_1', 'per_2'].slice(0, people).map((personId) => ({ personId, name: 'P', at: now }));
        await world.sign(tx, message, content, { expiresAt: message.expiresAt, by });
        const why = { actor: 'per_1', code: 'approved', text: 'Fine.' };
        await world.messages.move(tx, message.id, 'approved', why);
        await world.work.enqueue(tx, { kind: 'message.approved', key: message.id, dueAt: world.clock.now() });
      });
      await world.doDueWork();
      expect(await world.stateOf(message.id)).toBe(state);
    }
  });

  it('sends no marketing mail without a way out', async () => {
    const message = await world.approved(await world.person('gil'), { content: { text: 'Buy!' } });
    await world.doDueWork();
    expect(await world.lastStep(message.id)).toMatchObject({ code: 'no_unsubscribe' });
  });

  it('sends no mail whose subject would smuggle in a header', async () => {
    const message = await world.approved(await world.person('hal'), {
      content: { subject: 'Hi\r\nBcc: all@example.com' },
    });
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('failed');
    expect(await outboxOf(message.id)).toBe('');
  });

  it('keeps back what is paused, lets the rest go, and sends after the end of the pause', async () => {
    const person = await world.person('ida');
    const marketing = await world.approved(person);
    const receipt = await world.approved(person, { content: { class: 'transactional', action: 'receipt' } });
    const pause = await world.database.transaction((tx) =>
      world.pauses.create(tx, { scope: 'marketing', reason: 'wrong prices' }, 'per_1'),
    );
    await world.doDueWork();
    expect(await world.stateOf(marketing.id)).toBe('scheduled');
    expect(await world.lastStep(marketing.id)).toEqual({ code: 'paused', text: 'Paused: wrong prices' });
    expect(await world.stateOf(receipt.id)).toBe('sent');
    world.clock.advance(60_000);
    await world.doDueWork();
    expect(await world.stateOf(marketing.id)).toBe('scheduled');
    await world.database.transaction((tx) => world.pauses.end(tx, pause.id, 'per_1'));
    await world.doDueWork();
    expect(await world.stateOf(marketing.id)).toBe('sent');
  });

  it('rechecks everything when a pause ends', async () => {
    const person = await world.person('jan');
    const message = await world.approved(person);
    const pause = await world.database.transaction((tx) =>
      world.pauses.create(tx, { scope: { action: 'welcome' }, reason: 'wait' }, 'per_1'),
    );
    await world.doDueWork();
    await world.database.transaction((tx) =>
      world.get(ProfilesService).suppress(tx, {
        space: 'email',
        address: 'JAN@example.com',
        reason: 'manual',
        source: 'test',
      }),
    );
    await world.database.transaction((tx) => world.pauses.end(tx, pause.id, 'per_1'));
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('suppressed');
  });

  it('has nothing to send for what is shown on site', async () => {
    const person = await world.person('kim');
    await world.database.transaction((tx) =>
      world.get(ProfilesService).setConsent(tx, person, {
        channel: 'onsite',
        topic: '*',
        state: 'granted',
        source: 'form',
        at: world.clock.now().toISOString(),
      }),
    );
    const message = await world.approved(person, {
      content: { channel: 'onsite', kind: 'onsite', recipient: person, html: null },
    });
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('sent');
    expect(await outboxOf(message.id)).toBe('');
  });
});

describe('dispatch over SMTP', () => {
  let world: DispatchWorld;
  let server: FakeSmtpServer;
  beforeAll(async () => {
    server = await startSmtpServer();
    world = await DispatchWorld.open({ SMTP_URL: server.url, MAIL_FROM: 'bounces@shop.example.com' });
  });
  afterAll(async () => {
    await world.close();
    await server.close();
  });
  const tasksOf = (profileId: string) => world.get(TasksService).openOf(world.database.db, profileId);

  it('sends', async () => {
    const message = await world.approved(await world.person('ada'));
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('sent');
    expect(server.mails.at(-1)).toMatchObject({ to: ['ada@example.com'], accepted: true });
  });

  it('tries again what was not taken', async () => {
    server.next({ does: 'refuse', at: 'RCPT TO', reply: '450 4.2.1 later' });
    const message = await world.approved(await world.person('bea'));
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('scheduled');
    expect(await world.lastStep(message.id)).toMatchObject({ code: 'not_sent' });
    world.clock.advance(5_000);
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('sent');
    expect(server.mails.filter((mail) => mail.to[0] === 'bea@example.com')).toHaveLength(1);
  });

  it('never writes again to an address that does not exist', async () => {
    server.next({ does: 'refuse', at: 'RCPT TO', reply: '550 5.1.1 no such user' });
    const person = await world.person('cyd');
    const message = await world.approved(person);
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('failed');
    const next = await world.approved(person);
    await world.doDueWork();
    expect(await world.stateOf(next.id)).toBe('suppressed');
    expect(await world.ownSignals()).toContain('Message Bounced');
  });

  it('knows the address again on every channel that leads to mailboxes', async () => {
    server.next({ does: 'refuse', at: 'RCPT TO', reply: '550 5.1.1 no such user' });
    const person = await world.person('fay');
    for (const channel of ['email', 'newsletter'])
      await world.database.transaction((tx) =>
        world.get(ProfilesService).setConsent(tx, person, {
          channel,
          topic: '*',
          state: 'granted',
          source: 'form',
          at: world.clock.now().toISOString(),
        }),
      );
    await world.approved(person, { content: { channel: 'newsletter' } });
    await world.doDueWork();
    for (const channel of ['newsletter', 'email']) {
      const next = await world.approved(person, { content: { channel } });
      await world.doDueWork();
      expect([channel, await world.lastStep(next.id)]).toMatchObject([channel, { code: 'suppressed' }]);
    }
  });

  /** Takes a message up to where the network comes next. */
  const begun = async (message: { id: string }) => {
    const { messageApproved } = world.get(DispatchService);
    const job = (await world.work.claim(10)).find(({ key }) => key === message.id);
    if (job === undefined) throw new Error(`nothing is due for ${message.id}`);
    const underway = await world.database.transaction(async (tx) => messageApproved.prepare?.(tx, job));
    if (underway === undefined || 'kind' in underway) throw new Error(`${message.id} does not leave`);
    const never = new AbortController().signal;
    return {
      call: async () => messageApproved.call?.(underway, job, never),
      commit: (delivery: Delivery) =>
        world.database.transaction((tx) => messageApproved.commit(tx, job, underway, delivery)),
      die: () => world.database.transaction(async (tx) => messageApproved.died?.(tx, job, new Error('no'))),
    };
  };
  const profiles = () => world.get(ProfilesService);
  const at = () => world.clock.now().toISOString();

  it.each<[string, (tx: Tx, person: string) => Promise<unknown>]>([
    [
      'nia',
      (tx, person) =>
        profiles().setConsent(tx, person, {
          channel: 'email',
          topic: '*',
          state: 'denied',
          source: 'phone',
          at: at(),
        }),
    ],
    [
      'oda',
      (tx) =>
        profiles().suppress(tx, {
          space: 'email',
          address: 'oda@example.com',
          reason: 'complaint',
          source: 'test',
        }),
    ],
    ['pia', (tx) => profiles().erase(tx, 'pia', 'per_1')],
    [
      'qi',
      (tx, person) =>
        world
          .get(TasksService)
          .open(tx, { profileId: person, owner: 'care', reasonCode: 'complaint', reason: 'A complaint.' }),
    ],
  ])('hands nothing over when %s must not be written to any more', async (userId, happens) => {
    const person = await world.person(userId);
    const message = await world.approved(person);
    const leaving = await begun(message);
    await world.database.transaction((tx) => happens(tx, person));
    expect(await leaving.call()).toMatchObject({ outcome: 'not_sent' });
    expect(server.mails.filter((mail) => mail.accepted && mail.to[0] === `${userId}@example.com`)).toEqual(
      [],
    );
  });

  it.each([
    ['rae', 'delivered', {}, 'delivered'],
    ['sol', 'bounced', { bounce: 'hard' }, 'failed'],
  ] as const)(
    '%s: keeps what was reported as %s before it was written down as sent',
    async (userId, kind, detail, state) => {
      for (const outcome of ['sent', 'unknown'] as const) {
        const person = await world.person(`${userId}-${outcome}`);
        const message = await world.approved(person);
        const leaving = await begun(message);
        await world.database.transaction((tx) =>
          world.get(OutcomesService).record(tx, {
            messageId: message.id,
            kind,
            at: world.clock.now(),
            detail,
            uniqueKey: `${kind}:${message.id}`,
          }),
        );
        await leaving.commit(
          outcome === 'sent' ? { outcome, providerId: null } : { outcome, reason: 'the line went dead' },
        );
        expect(await world.stateOf(message.id)).toBe(state);
        const { sentAt } = (await world.messages.get(world.database.db, message.id)) ?? {};
        expect(sentAt).not.toBeNull();
        expect(await tasksOf(person)).toEqual([]);
      }
    },
  );

  it('does not seem to be on its way once it was given up', async () => {
    const person = await world.person('tom');
    const leaving = await world.approved(person);
    const { die } = await begun(leaving);
    await die();
    expect(await world.stateOf(leaving.id)).toBe('unknown');
    expect(await tasksOf(person)).toMatchObject([{ reasonCode: 'fate_unknown' }]);
    const waiting = await world.approved(await world.person('una'));
    const job = (await world.work.claim(10)).find(({ key }) => key === waiting.id);
    await world.database.transaction(async (tx) => {
      if (job !== undefined)
        await world.get(DispatchService).messageApproved.died?.(tx, job, new TypeError('una@example.com'));
    });
    expect(await world.stateOf(waiting.id)).toBe('failed');
    expect(await world.lastStep(waiting.id)).toMatchObject({ code: 'dispatch_failed' });
  });

  it('keeps no address in its reasons, whoever said it', async () => {
    const person = await world.person('wim.wenders');
    const message = await world.approved(person);
    const leaving = await begun(message);
    await leaving.commit({ outcome: 'unknown', reason: 'Error: wim.wenders@example.com: broken' });
    expect((await world.lastStep(message.id)).text).not.toContain('wim');
    expect((await tasksOf(person))[0]?.reason).not.toContain('wim');
  });

  it('stops for a person when nobody knows whether it left, and never repeats it', async () => {
    server.next({ does: 'drop', at: 'DATA' });
    const person = await world.person('dee');
    const message = await world.approved(person);
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('unknown');
    expect(await tasksOf(person)).toMatchObject([{ reasonCode: 'fate_unknown', messageId: message.id }]);
    world.clock.advance(3_600_000);
    await world.doDueWork();
    expect(server.mails.filter((mail) => mail.to[0] === 'dee@example.com')).toHaveLength(1);
  });

  it.each([
    ['left', 'sent'],
    ['did_not_leave', 'failed'],
  ])('follows what a person found out: %s', async (outcome, state) => {
    server.next({ does: 'drop', at: 'DATA' });
    const person = await world.person(`fay-${outcome.replaceAll('_', '-')}`);
    const message = await world.approved(person);
    await world.doDueWork();
    const [task] = await tasksOf(person);
    const close = (said: string) =>
      world.database.transaction((tx) =>
        world.get(TasksService).close(tx, task?.id ?? '', { by: 'per_1', outcome: said }),
      );
    await expect(close('solved')).rejects.toMatchObject({ status: 400 });
    await close(outcome);
    const told = (await world.work.claim(10)).find(
      ({ kind, key }) => kind === 'fate.told' && key === message.id,
    );
    if (told === undefined) throw new Error('closing the task handed nothing over');
    await world.work.run(told);
    expect(await world.stateOf(message.id)).toBe(state);
    expect(await world.lastStep(message.id)).toMatchObject({ code: 'told' });
  });

  it('stops for a person when the process died while sending', async () => {
    const person = await world.person('eve');
    const message = await world.approved(person);
    await world.database.transaction((tx) =>
      world.messages.move(tx, message.id, 'sending', {
        actor: 'system',
        code: 'sending',
        text: 'Handed over.',
      }),
    );
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('unknown');
    expect(await tasksOf(person)).toHaveLength(1);
    expect(server.mails.filter((mail) => mail.to[0] === 'eve@example.com')).toEqual([]);
  });
});
