import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { ADMIN_TOKEN, DispatchWorld } from '../../test/harness/dispatch-world.js';
import { type Message } from '../messages/message.js';
import { ProfilesService } from '../profiles/index.js';
import { linkToken } from '../shared/links.js';
import { IMPORT_SOURCE, type Signal } from '../signals/signal.js';
import { OutcomesService } from './outcomes.service.js';
import { ProviderReportsService } from './provider-reports.service.js';

const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };

describe('outcomes', () => {
  let world: DispatchWorld;
  beforeAll(async () => {
    world = await DispatchWorld.open();
  });
  afterAll(() => world.close());

  const path = (message: Message, kind: 'click' | 'open' | 'unsubscribe', index = 0): string => {
    const token = linkToken(world.runtime.secrets.current('links'), message.id, kind, index);
    return `/${kind === 'unsubscribe' ? 'u' : 't'}/${token}`;
  };
  const sent = async (userId: string, links?: string[]): Promise<{ person: string; message: Message }> => {
    const person = await world.person(userId);
    const message = await world.approved(person, links === undefined ? {} : { content: { links } });
    await world.doDueWork();
    expect(await world.stateOf(message.id)).toBe('sent');
    world.clock.advance(60_000);
    return { person, message };
  };
  const TEXT = { channel: 'sms', kind: 'webhook', recipient: 'https://sms.example.com/', payload: { text: 'Hello' } } as const; // prettier-ignore
  const outcomesOf = (message: Message) => world.get(OutcomesService).of(world.database.db, message.id);
  const consentOf = async (person: string) =>
    (await world.get(ProfilesService).load(world.database.db, person)).consents;

  describe('unsubscribing', () => {
    it('asks on GET and changes nothing, whoever looks and how often', async () => {
      const { person, message } = await sent('ada');
      for (const method of ['GET', 'HEAD', 'GET'] as const) {
        const answer = await world.request(method, path(message, 'unsubscribe'), { headers: BROWSER });
        expect(answer.status).toBe(200);
      }
      const page = await world.request('GET', path(message, 'unsubscribe'));
      expect(page.headers['content-type']).toContain('text/html');
      expect(page.body).toContain('Unsubscribe from Ahrens?');
      expect(page.body).toContain('<form method="post"');
      expect(page.body).not.toContain('<script');
      expect(await outcomesOf(message)).toEqual([]);
      expect(await consentOf(person)).toMatchObject([{ state: 'granted' }]);
    });

    it.each([
      ['bea', 'application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
      [
        'cyd',
        'multipart/form-data; boundary=x',
        '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
      ],
      ['dee', 'text/plain', ''],
    ])('%s unsubscribes by a POST as %s, at once and for good', async (userId, type, body) => {
      const { person, message } = await sent(userId);
      const open = await world.approved(person);
      const receipt = await world.approved(person, {
        content: { class: 'transactional', action: 'receipt' },
      });
      world.clock.advance(1_000);
      for (let i = 0; i < 2; i++) {
        const answer = await world.request('POST', path(message, 'unsubscribe'), {
          body,
          headers: { 'content-type': type },
        });
        expect(answer.status).toBe(200);
        expect(answer.body).toContain('You are unsubscribed');
      }
      expect(await world.stateOf(open.id)).toBe('suppressed');
      expect(await world.lastStep(open.id)).toMatchObject({ code: 'unsubscribed' });
      expect(await outcomesOf(message)).toMatchObject([{ kind: 'unsubscribed', counted: true }]);
      expect(await consentOf(person)).toMatchObject([{ channel: 'email', topic: '*', state: 'denied' }]);
      const profile = await world.get(ProfilesService).load(world.database.db, person);
      expect(await world.get(ProfilesService).suppressionsOf(world.database.db, profile)).toMatchObject([
        { channel: 'email', reason: 'unsubscribe' },
      ]);
      const later = await world.approved(person);
      await world.doDueWork();
      expect(await world.stateOf(later.id)).toBe('suppressed');
      expect(await world.stateOf(receipt.id)).toBe('sent');
    });

    it('keeps the address of somebody who was erased', async () => {
      const { message } = await sent('flo');
      const profiles = world.get(ProfilesService);
      const reasonsOf = async () => {
        const { rows } = await sql<{ reason: string }>`
          select reason from suppressions where address_hash = ${profiles.addressHash('email', 'flo@example.com')}`.execute(
          world.database.db,
        );
        return rows.map(({ reason }) => reason);
      };
      await world.database.transaction((tx) => profiles.erase(tx, 'flo', 'per_1'));
      expect(await reasonsOf()).toEqual([]);
      const answer = await world.request('POST', path(message, 'unsubscribe'));
      expect(answer.status).toBe(200);
      expect(await reasonsOf()).toEqual(['unsubscribe']);
    });

    it('does not know links that are not ours', async () => {
      const { message } = await sent('eve');
      for (const url of ['/u/nonsense', path(message, 'click').replace('/t/', '/u/')]) {
        expect((await world.request('GET', url)).status).toBe(404);
        expect((await world.request('POST', url)).status).toBe(404);
      }
      expect(await outcomesOf(message)).toEqual([]);
    });
  });

  describe('agreeing again', () => {
    const profiles = () => world.get(ProfilesService);
    const suppressions = async (person: string): Promise<string[]> => {
      const { db } = world.database;
      const held = await profiles().suppressionsOf(db, await profiles().load(db, person));
      return held.map(({ channel, reason }) => `${channel} ${reason}`);
    };
    const says = (userId: string, event: string | null, more: Partial<Signal> = {}): Promise<string> => {
      world.clock.advance(60_000);
      return world.happens(world.signal(userId, event, more));
    };
    const unsubscribes = (userId: string): Promise<string> => says(userId, 'Unsubscribed');
    const consents = (userId: string, given: boolean): Promise<string> =>
      says(userId, null, { traits: { email_consent: given } });
    const suppress = (userId: string, reason: string): Promise<void> =>
      world.database.transaction((tx) =>
        profiles().suppress(tx, { space: 'email', address: `${userId}@example.com`, reason, source: 'test' }),
      );

    it.each([
      ['nell', 'by the link', 'an event'],
      ['nico', 'by an event', 'a trait'],
      ['noel', 'in so many words', 'an event'],
    ])('%s lifts what they withdrew %s by %s', async (userId, by, how) => {
      const { person, message } = await sent(userId);
      if (by === 'by the link') await world.request('POST', path(message, 'unsubscribe'));
      else if (by === 'by an event') await unsubscribes(userId);
      else await says(userId, 'Reply Received', { properties: { channel: 'email', text: 'Stop.' } });
      expect(await suppressions(person)).toEqual(['email unsubscribe']);
      const before = world.clock.now();
      if (how === 'a trait') await consents(userId, true);
      else await says(userId, 'Subscribed');
      expect(await suppressions(person)).toEqual([]);
      expect(await profiles().liftedFor(world.database.db, person)).toMatchObject([
        { channel: 'email', liftedAt: new Date(before.getTime() + 60_000).toISOString() },
      ]);
      const { rows } = await sql<{ actor: string; detail: string }>`
        select actor, detail from audit_entries where action = 'suppression.lifted' and subject = ${person}`.execute(
        world.database.db,
      );
      expect(rows.map(({ actor }) => actor)).toEqual(['system']);
      expect(JSON.parse(rows[0]?.detail ?? '')).toMatchObject({ address: 'email', channel: 'email' });
      const later = await world.approved(person);
      await world.doDueWork();
      expect(await world.stateOf(later.id)).toBe('sent');
      // And once more.
      await unsubscribes(userId);
      expect(await suppressions(person)).toEqual(['email unsubscribe']);
    });

    it.each<[string, string, (userId: string) => Promise<unknown>]>([
      ['a complaint', 'otis', (id) => says(id, 'Message Complained')],
      ['a complaint after it', 'opal', (id) => unsubscribes(id).then(() => says(id, 'Message Complained'))],
      ['a bounce after it', 'oran', (id) => unsubscribes(id).then(() => suppress(id, 'hard_bounce'))],
      ['a list that names it', 'orla', (id) => suppress(id, 'unsubscribe')],
      ['a list after it', 'osip', (id) => unsubscribes(id).then(() => suppress(id, 'unsubscribe'))],
    ])('does not lift %s', async (_what, userId, stops) => {
      const { person } = await sent(userId);
      await stops(userId);
      const held = await suppressions(person);
      await says(userId, 'Subscribed');
      expect(await consentOf(person)).toMatchObject([{ channel: 'email', topic: '*', state: 'granted' }]);
      expect(held).toHaveLength(1);
      expect(await suppressions(person)).toEqual(held);
    });

    it('lifts nothing by what was said before, or of something else, or was not said anew', async () => {
      const { person } = await sent('petra');
      await consents('petra', true);
      const earlier = world.clock.now().toISOString();
      await unsubscribes('petra');
      const withdrawn = world.clock.now().toISOString();
      for (const occurredAt of [earlier, withdrawn]) await says('petra', 'Subscribed', { occurredAt });
      await says('petra', 'Subscribed', { properties: { topic: 'news' } });
      await says('petra', 'Subscribed', { properties: { channel: 'newsletter' } });
      await says('petra', 'Product Viewed', { context: { consent: { email: true } } });
      await says('petra', null, { source: IMPORT_SOURCE, traits: { email_consent: true } });
      // What a site says of everybody at every visit.
      await consents('petra', true);
      expect(await consentOf(person)).toContainEqual(
        expect.objectContaining({ channel: 'email', topic: '*', state: 'granted' }),
      );
      expect(await suppressions(person)).toEqual(['email unsubscribe']);
      await consents('petra', false);
      await consents('petra', true);
      expect(await suppressions(person)).toEqual([]);
    });

    it('lifts what one person withdrew, and not what another did at the same mailbox', async () => {
      const shared = { email: 'home@example.com' };
      const [pavel, ruben] = [await world.person('pavel', shared), await world.person('ruben', shared)];
      await world.person('selma', shared);
      await unsubscribes('pavel');
      await says('selma', 'Subscribed');
      expect(await suppressions(pavel)).toEqual(['email unsubscribe']);
      await unsubscribes('ruben');
      await says('pavel', 'Subscribed');
      expect(await suppressions(pavel)).toEqual(['email unsubscribe']);
      await says('ruben', 'Subscribed');
      expect(await suppressions(ruben)).toEqual([]);
      // Of two who turn out to be one, the one they are withdrew it.
      await unsubscribes('ruben');
      await world.happens(world.signal('pavel', null, { type: 'alias', previousId: 'ruben' }));
      await says('pavel', 'Subscribed');
      expect(await suppressions(pavel)).toEqual([]);
    });

    it('lifts nothing that somebody withdrew who was erased', async () => {
      const { message } = await sent('quentin');
      const shared = await world.person('quentina', { email: 'quentin@example.com' });
      await unsubscribes('quentin');
      await unsubscribes('quentina');
      await world.database.transaction((tx) => profiles().erase(tx, 'quentin', 'per_1'));
      await says('quentina', 'Subscribed');
      expect(await suppressions(shared)).toEqual(['email unsubscribe']);
      const again = await world.person('quentin');
      await says('quentin', 'Subscribed');
      expect(await suppressions(again)).toEqual(['email unsubscribe']);
      expect((await world.request('POST', path(message, 'unsubscribe'))).status).toBe(200);
    });
  });

  it('ends texts that are open for the same telephone under another profile, whatever mailboxes they have', async () => {
    const shared = { phone: '+4915112345678' };
    const [wim, xena] = [await world.person('wim', shared), await world.person('xena', shared)];
    const zoe = await world.person('zoe', { phone: '+4915187654321' });
    const soon = new Date(world.clock.now().getTime() + 2 * 24 * 3_600_000);
    const text = (person: string) => world.approved(person, { sendAt: soon, content: TEXT });
    const [message, open, elsewhere] = [await text(wim), await text(xena), await text(zoe)];
    const mail = await world.approved(xena, { sendAt: soon });
    await world.doDueWork();
    await world.database.transaction((tx) =>
      world.get(OutcomesService).record(tx, {
        messageId: message.id,
        kind: 'unsubscribed',
        at: world.clock.now(),
        detail: {},
        uniqueKey: `unsubscribed ${message.id}`,
      }),
    );
    await world.doDueWork();
    expect(await world.lastStep(open.id)).toEqual({
      code: 'suppressed',
      text: 'The address on sms is suppressed: the person unsubscribed.',
    });
    expect(await world.stateOf(mail.id)).toBe('scheduled');
    expect(await world.stateOf(elsewhere.id)).toBe('scheduled');
  });

  it('ends advertising that is open for the same mailbox under another profile', async () => {
    const shared = { email: 'flat@example.com' };
    const timo = await world.person('timo', shared);
    const [ulla, vera] = [await world.person('ulla', shared), await world.person('vera')];
    const message = await world.approved(timo);
    await world.doDueWork();
    const soon = new Date(world.clock.now().getTime() + 3_600_000);
    const open = await world.approved(ulla, { sendAt: soon });
    const receipt = await world.approved(ulla, {
      sendAt: soon,
      content: { class: 'transactional', action: 'receipt' },
    });
    const elsewhere = await world.approved(vera, { sendAt: soon });
    await world.doDueWork();
    await world.request('POST', path(message, 'unsubscribe'));
    await world.doDueWork();
    expect(await world.stateOf(open.id)).toBe('suppressed');
    expect(await world.lastStep(open.id)).toEqual({
      code: 'suppressed',
      text: 'The address on email is suppressed: the person unsubscribed.',
    });
    expect(await world.stateOf(receipt.id)).toBe('scheduled');
    expect(await world.stateOf(elsewhere.id)).toBe('scheduled');
  });

  describe('following links', () => {
    const LINKS = ['https://shop.example.com/new?a=1&b=2', 'https://shop.example.com/sale'];

    it('leads to exactly the signed target and counts a person once it is known to be one', async () => {
      const { message } = await sent('fay', LINKS);
      const before = (await world.ownSignals()).filter((event) => event === 'Message Clicked').length;
      const answer = await world.request('GET', path(message, 'click', 1), { headers: BROWSER });
      expect(answer.status).toBe(302);
      expect(answer.headers['location']).toBe('https://shop.example.com/sale');
      expect(await outcomesOf(message)).toMatchObject([
        { kind: 'clicked', counted: false, whyNotCounted: 'undecided' },
      ]);
      world.clock.advance(2_500);
      await world.doDueWork();
      expect(await outcomesOf(message)).toMatchObject([
        { kind: 'clicked', counted: true, whyNotCounted: null },
      ]);
      const after = (await world.ownSignals()).filter((event) => event === 'Message Clicked').length;
      expect(after - before).toBe(1);
    });

    it.each([
      ['gil', 'HEAD', BROWSER, 'head_request'],
      ['hal', 'GET', { 'user-agent': '' }, 'no_user_agent'],
      ['ida', 'GET', { 'user-agent': 'Mozilla/5.0 (compatible; Barracuda Sentinel)' }, 'scanner'],
    ] as const)('%s: a %s as %j leads there and does not count', async (userId, method, headers, reason) => {
      const { message } = await sent(userId, LINKS);
      const answer = await world.request(method, path(message, 'click'), { headers });
      expect(answer.status).toBe(302);
      world.clock.advance(5_000);
      await world.doDueWork();
      expect(await outcomesOf(message)).toMatchObject([{ counted: false, whyNotCounted: reason }]);
    });

    it('does not count several links at once, the first one neither', async () => {
      const { message } = await sent('jan', LINKS);
      const before = await world.ownSignals();
      await world.request('GET', path(message, 'click', 0), { headers: BROWSER });
      world.clock.advance(1_500);
      await world.request('GET', path(message, 'click', 1), { headers: BROWSER });
      world.clock.advance(60_000);
      await world.doDueWork();
      expect(await outcomesOf(message)).toMatchObject([
        { counted: false, whyNotCounted: 'several_links_at_once' },
        { counted: false, whyNotCounted: 'several_links_at_once' },
      ]);
      expect(await world.ownSignals()).toEqual(before);
    });

    it('answers the pixel, counts a person’s open once, and a proxy’s never', async () => {
      const { message } = await sent('kim');
      const proxied = await world.request('GET', path(message, 'open'), {
        headers: { 'user-agent': 'Mozilla/5.0' },
      });
      expect(proxied.headers['content-type']).toBe('image/gif');
      for (let i = 0; i < 2; i++) await world.request('GET', path(message, 'open'), { headers: BROWSER });
      const opens = (await outcomesOf(message)).map(({ counted, whyNotCounted }) => ({
        counted,
        whyNotCounted,
      }));
      expect(opens).toHaveLength(2);
      expect(opens).toContainEqual({ counted: false, whyNotCounted: 'image_proxy' });
      expect(opens).toContainEqual({ counted: true, whyNotCounted: null });
    });

    it('leads nowhere for a token nobody made', async () => {
      expect((await world.request('GET', '/t/nonsense', { headers: BROWSER })).status).toBe(404);
    });
  });

  describe('reports of a provider', () => {
    const report = (provider: string, body: object, secret?: string) => {
      const text = JSON.stringify(body);
      const at = new Date();
      return world.request('POST', `/v1/webhooks/${provider}`, {
        body: text,
        headers: {
          'content-type': 'application/json',
          'webhook-id': 'e1',
          'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
          'webhook-signature': new Webhook(secret ?? world.get(ProviderReportsService).secret(provider)).sign(
            'e1',
            at,
            text,
          ),
        },
      });
    };

    it('are refused unsigned, wrongly signed, and signed by another provider', async () => {
      const { message } = await sent('lea');
      const event = { type: 'complained', messageId: message.id };
      const unsigned = await world.request('POST', '/v1/webhooks/mailer', { body: event });
      expect(unsigned.status).toBe(401);
      const other = world.get(ProviderReportsService).secret('other');
      expect((await report('mailer', event, other)).status).toBe(401);
      const guessed = { authorization: `Basic ${Buffer.from('x:whsec_guess').toString('base64')}` };
      const basic = await world.request('POST', '/v1/webhooks/mailer', { body: event, headers: guessed });
      expect(basic.status).toBe(401);
      expect(await outcomesOf(message)).toEqual([]);
    });

    it('mark a message as delivered, once', async () => {
      const { message } = await sent('max');
      const event = {
        events: [{ type: 'delivered', messageId: `<${message.id}@shop.example.com>` }, { type: 'x' }],
      };
      const first = await report('mailer', event);
      expect([first.status, JSON.parse(first.body)]).toMatchObject([
        200,
        { recorded: 1, ignored: [{ index: 1 }] },
      ]);
      expect(JSON.parse((await report('mailer', event)).body)).toMatchObject({ recorded: 0 });
      expect(await world.stateOf(message.id)).toBe('delivered');
    });

    it('of a hard bounce stop all writing to the address; of a soft one nothing', async () => {
      const { person, message } = await sent('nia');
      await report('mailer', { type: 'bounced', bounce: 'soft', messageId: message.id });
      expect(await world.stateOf(message.id)).toBe('sent');
      await report('mailer', { type: 'bounced', bounce: 'hard', messageId: message.id });
      expect(await world.stateOf(message.id)).toBe('failed');
      const receipt = await world.approved(person, {
        content: { class: 'transactional', action: 'receipt' },
      });
      await world.doDueWork();
      expect(await world.stateOf(receipt.id)).toBe('suppressed');
    });

    it('of a complaint stop marketing, with the secret as a password', async () => {
      const { person, message } = await sent('oda');
      const open = await world.approved(person);
      const asked = await world.request('GET', '/v1/webhooks/postmark/secret', { token: ADMIN_TOKEN });
      const { secret } = JSON.parse(asked.body) as { secret: string };
      const answer = await world.request('POST', '/v1/webhooks/postmark', {
        body: { RecordType: 'SpamComplaint', Metadata: { 'message-id': message.id } },
        headers: { authorization: `Basic ${Buffer.from(`postmark:${secret}`).toString('base64')}` },
      });
      expect([answer.status, answer.body]).toEqual([
        200,
        JSON.stringify({ success: true, recorded: 1, ignored: [] }),
      ]);
      expect(await world.stateOf(open.id)).toBe('suppressed');
      expect(await consentOf(person)).toMatchObject([{ state: 'denied' }]);
    });

    it('settle a message of unknown fate', async () => {
      const person = await world.person('pia');
      const message = await world.approved(person);
      const why = { actor: 'system', code: 'sending', text: 'Handed over.' };
      await world.database.transaction((tx) => world.messages.move(tx, message.id, 'sending', why));
      await world.doDueWork();
      expect(await world.stateOf(message.id)).toBe('unknown');
      await report('mailer', { type: 'delivered', messageId: message.id });
      expect(await world.stateOf(message.id)).toBe('delivered');
      const { rows } = await sql<{ state: string; outcome: string }>`
        select state, outcome from tasks where message_id = ${message.id}`.execute(world.database.db);
      expect(rows).toEqual([{ state: 'closed', outcome: 'delivered' }]);
    });

    it('are answered clearly when they are no JSON', async () => {
      const secret = world.get(ProviderReportsService).secret('mailer');
      const answer = await world.request('POST', '/v1/webhooks/mailer', {
        body: '{"type":',
        headers: { authorization: `Bearer ${secret}` },
      });
      expect(answer.status).toBe(400);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    });
  });

  describe('goals', () => {
    const order = (userId: string) => world.happens(world.signal(userId, 'Order Completed'));
    const conversions = async (message: Message) =>
      (await outcomesOf(message)).filter(({ kind }) => kind === 'converted').length;

    it('reached within seven days convert a message once', async () => {
      const { message } = await sent('quin');
      world.clock.advance(6 * 86_400_000);
      await order('quin');
      await order('quin');
      expect(await conversions(message)).toBe(1);
      expect(await world.ownSignals()).toContain('Message Converted');
    });

    it('reached later, before it, or by somebody else convert nothing', async () => {
      await world.person('rob');
      await order('rob');
      world.clock.advance(1_000);
      const { message } = await sent('rob');
      await world.person('sam');
      await order('sam');
      world.clock.advance(7 * 86_400_000);
      await order('rob');
      expect(await conversions(message)).toBe(0);
    });
  });

  it('takes up bounces that dispatch met while sending, without telling them twice', async () => {
    const { message } = await sent('tom');
    const before = await world.ownSignals();
    await world.happens(
      world.signal('tom', 'Message Bounced', {
        source: 'countersign',
        messageId: `bounced:${message.id}`,
        properties: { message_id: message.id, bounce: 'hard', code: '550' },
      }),
    );
    expect(await outcomesOf(message)).toMatchObject([
      { kind: 'bounced', detail: { bounce: 'hard', code: '550' } },
    ]);
    expect(await world.ownSignals()).toEqual(before);
  });

  it('believes no bounce that a write key sends', async () => {
    const { message } = await sent('uma');
    await world.happens(world.signal('uma', 'Message Bounced', { properties: { message_id: message.id } }));
    expect(await outcomesOf(message)).toEqual([]);
  });
});

describe('pauses over HTTP', () => {
  let world: DispatchWorld;
  beforeAll(async () => {
    world = await DispatchWorld.open();
  });
  afterAll(() => world.close());

  it('are made, listed and ended by people who may', async () => {
    const token = ADMIN_TOKEN;
    expect((await world.request('GET', '/v1/pauses')).status).toBe(401);
    const wrong = await world.request('POST', '/v1/pauses', {
      token,
      body: { scope: 'nothing', reason: 'x' },
    });
    expect(wrong.status).toBe(400);
    const made = await world.request('POST', '/v1/pauses', {
      token,
      body: { scope: { channel: 'email' }, reason: 'wrong prices' },
    });
    expect(made.status).toBe(201);
    const { id } = JSON.parse(made.body) as { id: string };
    const listed = await world.request('GET', '/v1/pauses', { token });
    expect(JSON.parse(listed.body)).toMatchObject({
      data: [{ id, scope: { channel: 'email' } }],
      nextCursor: null,
    });
    const ended = await world.request('DELETE', `/v1/pauses/${id}`, { token });
    expect([ended.status, JSON.parse(ended.body)]).toMatchObject([
      200,
      { id, endedAt: expect.any(String) as string },
    ]);
    expect((await world.request('DELETE', `/v1/pauses/${id}`, { token })).status).toBe(200);
    expect((await world.request('DELETE', '/v1/pauses/pau_none', { token })).status).toBe(404);
    expect(JSON.parse((await world.request('GET', '/v1/pauses', { token })).body)).toMatchObject({
      data: [],
    });
    const history = await world.request('GET', '/v1/pauses?state=ended', { token });
    expect(JSON.parse(history.body)).toMatchObject({ data: [{ id }] });
  });
});
