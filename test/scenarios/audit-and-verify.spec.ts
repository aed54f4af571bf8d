import { sql } from 'kysely';
import { AuditService } from '../../src/audit/index.js';
import { Secrets } from '../../src/platform/secrets/secrets.js';
import { Vault } from '../../src/platform/vault/index.js';
import { verifyDatabase } from '../../src/verification/index.js';
import { type FakeSmtpServer, startSmtpServer } from '../fakes/smtp-server.js';
import {
  checkout,
  DAY,
  fillCatalogue,
  HOUR,
  identify,
  MAIL_FROM,
  oldOrder,
  order,
} from '../harness/customers.js';
import { Story } from '../harness/service.js';

/** Eight in New York: the day is long enough for all that happens. */
const MORNING = '2026-11-18T13:00:00.000Z';

describe('the record of what was done', () => {
  let story: Story;
  let smtp: FakeSmtpServer;
  /** Sent on a template's signature, and on a person's. */
  let automatic: string;
  let reviewed: string;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    story = await Story.begin({ now: MORNING, environment: { SMTP_URL: smtp.url, MAIL_FROM } });
    await fillCatalogue(story);
    // A busy day: reminders, orders, a complaint, a pause, an edit, a rejection, somebody who is erased.
    for (const userId of ['ada', 'bob', 'cat', 'dan'])
      await story.happens(identify(userId), oldOrder(story, userId));
    await story.happens(
      checkout('ada'),
      checkout('bob', { total: 250 }),
      checkout('cat', { total: 700 }),
      checkout('dan', { total: 300 }),
    );
    await story.passes(HOUR);
    automatic = String((await story.messages('ada'))[0]?.['id']);
    for (const review of await story.reviews()) {
      const path = `/v1/reviews/${String(review['id'])}/verdict`;
      const userId = String(review['userId']);
      let contentHash = review['contentHash'];
      if (userId === 'bob') {
        reviewed = String(review['messageId']);
        const edited = await story.post(path, {
          verdict: 'edit',
          contentHash,
          content: { subject: 'Kept for you: your basket' },
        });
        expect(edited.status).toBe(200);
        contentHash = edited.body['contentHash'];
      }
      const answer = await story.post(path, {
        verdict: userId === 'dan' ? 'reject' : 'approve',
        contentHash,
        ...(userId === 'dan' ? { reasons: ['tone'] } : {}),
      });
      expect([userId, answer.status]).toEqual([userId, 200]);
    }
    await story.settle();
    const pause = await story.post('/v1/pauses', { scope: 'marketing', reason: 'lunch' });
    await story.happens(identify('eve'), order('eve'));
    await story.request('DELETE', `/v1/pauses/${String(pause.body['id'])}`);
    await story.happens(identify('fay'), order('fay'));
    await story.happens({
      type: 'track',
      userId: 'fay',
      event: 'Support Ticket Opened',
      properties: { ticket_id: 't', topic: 'complaint', text: 'angry' },
    });
    await story.passes(DAY);
    await story.request('DELETE', '/v1/profiles/eve');
    await story.settle();
    await story.service.app.get(AuditService).seal();
  });
  afterAll(async () => {
    await story.end();
    await smtp.close();
  });

  async function problems(): Promise<string[]> {
    const findings = await verifyDatabase(story.database.db, story.service.app.get(Secrets), story.clock);
    return findings.flatMap((finding) => finding.problems.map((problem) => `${finding.name}: ${problem}`));
  }
  /** Somebody with the database's password changes something; afterwards it is as it was. */
  async function tampered(...statements: ReturnType<typeof sql>[]): Promise<string[]> {
    let found: string[] = [];
    const undo = new Error('undo');
    await story.database
      .transaction(async (tx) => {
        for (const statement of statements) await statement.execute(tx);
        const findings = await verifyDatabase(tx, story.service.app.get(Secrets), story.clock);
        found = findings.flatMap((finding) =>
          finding.problems.map((problem) => `${finding.name}: ${problem}`),
        );
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
    return found;
  }

  it('holds', async () => {
    expect((await story.get(`/v1/messages/${reviewed}`))['state']).toBe('sent');
    expect(smtp.mails.map((mail) => mail.to[0]).sort()).toEqual([
      'ada@example.com',
      'bob@example.com',
      'eve@example.com',
      'fay@example.com',
    ]);
    expect(await problems()).toEqual([]);
    const entries = await sql<{ action: string }>`select distinct action from audit_entries`.execute(
      story.database.db,
    );
    expect(entries.rows.map((row) => row.action)).toEqual(
      expect.arrayContaining([
        'message.sent',
        'pause.created',
        'pause.ended',
        'policies.activated',
        'profile.erased',
      ]),
    );
  });

  it('tells when a sent mail’s words were exchanged, even by somebody who has the keys', async () => {
    const { db } = story.database;
    const vault = story.service.app.get(Vault);
    const { rows } = await sql<{ key_id: string; content: Uint8Array }>`
      select key_id, content from messages where id = ${reviewed}`.execute(db);
    const [row] = rows;
    const content = JSON.parse(
      await vault.openFor(db, row?.key_id ?? '', row?.content ?? new Uint8Array()),
    ) as Record<string, unknown>;
    expect(content['subject']).toBe('Kept for you: your basket');
    const forged = await vault.sealFor(db, row?.key_id ?? '', {
      ...content,
      subject: 'Kept for you: 90% off',
    });
    expect(await tampered(sql`update messages set content = ${forged} where id = ${reviewed}`)).toEqual([
      expect.stringContaining(reviewed),
    ]);
    expect(
      await tampered(
        sql`update messages set content = set_byte(content, 40, get_byte(content, 40) # 1) where id = ${automatic}`,
      ),
    ).toEqual([expect.stringContaining(automatic)]);
  });

  it('tells when an approval was made up, borrowed or taken away', async () => {
    const attempts: ReturnType<typeof sql>[] = [
      sql`update messages set approval = null where id = ${automatic}`,
      sql`update messages set approval = (select approval from messages where id = ${automatic}) where id = ${reviewed}`,
      sql`update messages set approval_kind = 'template' where id = ${reviewed}`,
      sql`delete from verdicts where verdict = 'approve'`,
      sql`update template_signatures set signature = (select max(signature) from template_signatures s where s.template_id <> template_signatures.template_id)`,
    ];
    for (const [i, attempt] of attempts.entries()) {
      const found = await tampered(attempt);
      expect([i, found.length > 0, found.join()]).toEqual([i, true, expect.stringMatching(/msg_/)]);
    }
  });

  it('tells when the audit log was touched: changed, shortened, cut off at its end', async () => {
    const attempts: ReturnType<typeof sql>[] = [
      sql`update audit_entries set actor = 'per_somebody_else' where action = 'pause.created'`,
      sql`update audit_entries set detail = '{}' where action = 'message.sent' and subject = ${automatic}`,
      sql`delete from audit_entries where action = 'profile.erased'`,
      sql`update audit_seals set hash = repeat('0', 64) where number = (select min(number) from audit_seals)`,
    ];
    for (const [i, attempt] of attempts.entries()) {
      const found = await tampered(attempt);
      expect([i, found.join('\n')]).toEqual([i, expect.stringContaining('the audit log is whole')]);
    }
    expect(await problems()).toEqual([]);
  });

  it('tells when somebody got a mail who had said no, or work was lost', async () => {
    const withdrawn = await tampered(sql`
      update consents set state = 'denied' where profile_id = (select profile_id from messages where id = ${automatic})`);
    expect(withdrawn.join()).toContain(automatic);
    await story.happens(identify('gus'), oldOrder(story, 'gus'));
    const pause = await story.post('/v1/pauses', { scope: 'everything', reason: 'to have one waiting' });
    await story.happens(order('gus'));
    const [waiting] = await story.messages('gus');
    const lost = await tampered(sql`delete from work where key = ${String(waiting?.['id'])}`);
    expect(lost).toEqual([
      expect.stringMatching(new RegExp(`no work is lost: .*${String(waiting?.['id'])}`)),
    ]);
    await story.request('DELETE', `/v1/pauses/${String(pause.body['id'])}`);
    await story.settle();
    await story.service.app.get(AuditService).seal();
    expect(await problems()).toEqual([]);
  });
});
