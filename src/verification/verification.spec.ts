import { sql } from 'kysely';
import { DispatchWorld } from '../../test/harness/dispatch-world.js';
import { AuditService } from '../audit/index.js';
import { decide } from '../decisions/decide.js';
import { PRIOR_MODELS } from '../decisions/decision.js';
import { ENGINE_HERE } from '../decisions/index.js';
import { keptResult } from '../decisions/kept-result.js';
import { type Situation } from '../decisions/situation.js';
import { Vault } from '../platform/vault/index.js';
import { type Bundle } from '../policies/bundle.js';
import { compilePlaybook } from '../policies/compiler.js';
import { ProfilesService } from '../profiles/index.js';
import { type ApprovalPayload } from '../review/approval.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { sha256Hex } from '../shared/hash.js';
import { findingLines, verifyDatabase } from './index.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

const FILES = {
  'brand.yaml': `name: Ahrens
sender: { name: Ahrens, email: hello@shop.example.com }
postalAddress: 1 Example Street
website: https://shop.example.com
linkHosts: [shop.example.com]
voice: plain
currency: EUR
`,
  'engine.yaml': 'handoffOwner: care\n',
  'vocabulary.yaml': 'traits: {}\nevents: { Order Completed: {} }\n',
  'channels.yaml': '- { id: email, kind: email, contactCost: 1 }\n',
  'actions/welcome.yaml': `id: welcome
title: Welcome
goal: a first order
class: marketing
channels: [email]
value: 100
propensity: 0.1
draft: { mode: template }
owner: mara
`,
  'templates/welcome.yaml': `id: welcome-email
action: welcome
channel: email
content:
  kind: email
  subject: Hello
  blocks: [{ type: text, text: Hello }]
maxAudience: 1000
expires: 2027-01-01
owner: mara
`,
  'guardrails/limits.yaml': `- id: two-a-week
  title: At most two a week
  reason: More is a nuisance.
  effect: limit
  caps: [{ max: 2, per: 7d }]
  owner: mara
- id: daytime
  title: By day
  reason: People sleep at night.
  effect: limit
  hours: { from: "08:00", to: "20:00" }
  owner: mara
`,
};

function compile(): Bundle {
  const compiled = compilePlaybook(FILES);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.bundle;
}

describe('verify', () => {
  const bundle = compile();
  let world: DispatchWorld;
  let people = 0;

  beforeAll(async () => {
    world = await DispatchWorld.open();
    const at = world.clock.now();
    await run(sql`insert into people (id, email, name, role, created_at)
      values ('per_1', 'mara@example.com', 'Mara', 'marketer', ${at})`);
    await run(sql`insert into bundles (hash, files, counts, created_at)
      values (${bundle.hash}, ${JSON.stringify(FILES)}::jsonb, '{}', ${at})`);
    await run(sql`insert into bundle_activations (bundle_hash, origin, activated_at, activated_by)
      values (${bundle.hash}, 'folder', ${new Date(at.getTime() - DAY)}, 'per_1')`);
  });
  afterAll(() => world.close());

  const run = (statement: ReturnType<typeof sql>): Promise<unknown> => statement.execute(world.database.db);

  /** Every problem found that names `about`. */
  async function problems(about = ''): Promise<string[]> {
    const findings = await verifyDatabase(world.database.db, world.runtime.secrets, world.clock);
    return findings.flatMap((finding) =>
      finding.problems.filter((problem) => problem.includes(about)).map((text) => `${finding.name}: ${text}`),
    );
  }

  /** Somebody in Berlin who agreed to mail some time ago. */
  async function person(): Promise<string> {
    const id = await world.person(`anna-${++people}`, { timezone: 'Europe/Berlin' });
    world.clock.advance(MINUTE);
    return id;
  }

  /** A message that was decided, approved by a person and sent, with all that a running service leaves behind. */
  async function sentTo(
    profileId: string,
    payload: Partial<ApprovalPayload> = {},
  ): Promise<{ id: string; decisionId: string }> {
    const message = await world.approved(profileId, { payload });
    await leaveEvidence(message.id, message.decisionId, profileId);
    await world.doDueWork();
    const state = await world.stateOf(message.id);
    if (state !== 'sent')
      throw new Error(`it is ${String(state)}: ${(await world.lastStep(message.id)).text}`);
    world.clock.advance(MINUTE);
    return { id: message.id, decisionId: message.decisionId };
  }

  async function leaveEvidence(messageId: string, decisionId: string, profileId: string): Promise<void> {
    const now = world.clock.now();
    const situation: Situation = {
      now: now.toISOString(),
      trigger: null,
      signal: null,
      context: {},
      profile: await world.get(ProfilesService).load(world.database.db, profileId),
      suppressions: [],
      history: [],
      openTasks: [],
      facts: [],
      advice: null,
      actions: ['welcome'],
    };
    const result = keptResult(decide(bundle, situation, PRIOR_MODELS, decisionId));
    const vault = world.get(Vault);
    const { db } = world.database;
    await run(sql`update decisions set bundle_hash = ${bundle.hash}, engine = ${ENGINE_HERE},
      models = ${canonicalJson(PRIOR_MODELS.versions)}, seed = ${decisionId}, key_id = ${profileId},
      situation = ${await vault.sealFor(db, profileId, situation)}, situation_hash = ${sha256Hex(canonicalJson(situation))},
      result = ${await vault.sealFor(db, profileId, result)}, result_hash = ${sha256Hex(canonicalJson(result))}
      where id = ${decisionId}`);
    await run(sql`insert into drafts (id, message_id, number, written_at, origin, author, content_hash, key_id, content)
      select 'drf_' || m.id, m.id, 1, ${now}, 'template', 'welcome', m.content_hash, m.key_id, m.content
      from messages m where m.id = ${messageId}`);
    await run(sql`insert into reviews (id, message_id, profile_id, state, tier, why, draft_id, bundle_hash, content_hash, risk, priority,
        expires_at, created_at, closed_at)
      select 'rev_' || m.id, m.id, m.profile_id, 'approved', 1, '[]', 'drf_' || m.id, ${bundle.hash}, m.content_hash, 0.1, 1, ${now}, ${now}, ${now}
      from messages m where m.id = ${messageId}`);
    await run(sql`insert into verdicts (review_id, seq, verdict, person_id, at, content_hash)
      select 'rev_' || m.id, 1, 'approve', 'per_1', ${now}, m.content_hash from messages m where m.id = ${messageId}`);
  }

  const said = (profileId: string, state: 'granted' | 'denied'): Promise<void> =>
    world.database.transaction((tx) =>
      world.get(ProfilesService).setConsent(tx, profileId, {
        channel: 'email',
        topic: '*',
        state,
        source: 'form',
        at: world.clock.now().toISOString(),
      }),
    );

  it('finds nothing wrong with what the service did', async () => {
    const anna = await person();
    await sentTo(anna);
    await sentTo(anna);
    await said(anna, 'denied'); // afterwards: what was sent before stays right
    await world.get(AuditService).seal();
    expect(await problems()).toEqual([]);
  });

  it('counts the messages of an erased person apart', async () => {
    const id = await person();
    await sentTo(id);
    await world.database.transaction((tx) => world.get(ProfilesService).erase(tx, `anna-${people}`, 'per_1'));
    const findings = await verifyDatabase(world.database.db, world.runtime.secrets, world.clock);
    expect(findings.flatMap((finding) => finding.problems)).toEqual([]);
    expect(findings.map((finding) => finding.erased)).toEqual([0, 1, 1, 0, 0, 1]);
    expect(findings.flatMap(findingLines).join('\n')).toContain('1 erased');
  });

  it.each<[string, (id: string, decisionId: string) => ReturnType<typeof sql>, RegExp]>([
    [
      'a byte of the content was changed',
      (id) =>
        sql`update messages set content = set_byte(content, 20, 255 - get_byte(content, 20)) where id = ${id}`,
      /content or approval was changed/,
    ],
    [
      'the content was exchanged for another person’s',
      (id) => sql`update messages set content = approval where id = ${id}`,
      /cannot be read/,
    ],
    [
      'the approval is gone',
      (id) => sql`update messages set approval = null where id = ${id}`,
      /without an approval/,
    ],
    [
      'the row names other content',
      (id) => sql`update messages set content_hash = 'x' where id = ${id}`,
      /names another content/,
    ],
    [
      'other bytes left than the log says',
      (id) => sql`update messages set wire_hash = 'x' where id = ${id}`,
      /other bytes left/,
    ],
    [
      'nobody approved it in the review',
      (id) => sql`delete from verdicts where review_id = ${`rev_${id}`}`,
      /per_1 signed it and never approved/,
    ],
    [
      'it needed two people',
      (id) => sql`update reviews set tier = 2 where id = ${`rev_${id}`}`,
      /2 people should have signed it, 1 did/,
    ],
    [
      'it left after its approval had expired',
      (id) =>
        sql`update message_steps set at = at + interval '10 days' where message_id = ${id} and to_state = 'sending'`,
      /approval had expired/,
    ],
    [
      'it left before it was approved',
      (id) =>
        sql`with moved as (delete from audit_entries where subject = ${id} and action = 'message.approved' returning *)
          insert into audit_entries (id, at, actor, action, subject, detail, personal, key_id)
          select id, at, actor, action, subject, detail, personal, key_id from moved`,
      /approved before it left/,
    ],
    [
      'another approval was logged than it holds',
      (id) =>
        sql`update audit_entries set detail = '{"signature":"x"}' where subject = ${id} and action = 'message.approved'`,
      /approved before it left/,
    ],
    [
      'it left at night',
      (id) =>
        sql`update message_steps set at = at + interval '12 hours' where message_id = ${id} and to_state = 'sending'`,
      /daytime/,
    ],
    [
      'the decision was rewritten',
      (_id, decisionId) => sql`update decisions set result_hash = 'x' where id = ${decisionId}`,
      /not the one that was stored/,
    ],
    [
      'the decision came from another seed',
      (_id, decisionId) => sql`update decisions set situation_hash = 'x' where id = ${decisionId}`,
      /not the one it was made in/,
    ],
  ])('notices that %s', async (_what, tamper, expected) => {
    const { id, decisionId } = await sentTo(await person());
    expect([...(await problems(id)), ...(await problems(decisionId))]).toEqual([]);
    await run(tamper(id, decisionId));
    expect([...(await problems(id)), ...(await problems(decisionId))].join(' ')).toMatch(expected);
  });

  it('takes the order of the log for what came first, not the clocks of two machines', async () => {
    const inAMinute = new Date(world.clock.now().getTime() + MINUTE).toISOString();
    const { id } = await sentTo(await person(), { at: inAMinute });
    expect(await problems(id)).toEqual([]);
  });

  it('notices a result that deciding again does not give', async () => {
    const anna = await person();
    const { decisionId } = await sentTo(anna);
    const forged = '{"outcome":"act"}';
    const sealed = await world.get(Vault).sealFor(world.database.db, anna, JSON.parse(forged));
    await run(
      sql`update decisions set result = ${sealed}, result_hash = ${sha256Hex(forged)} where id = ${decisionId}`,
    );
    expect((await problems(decisionId)).join(' ')).toContain('deciding again gives another result');
  });

  it('notices that consent was refused before it left', async () => {
    const anna = await person();
    const { id } = await sentTo(anna);
    await run(sql`insert into consents (id, profile_id, channel, topic, state, source, at, recorded_at)
      select 'con_' || m.id, m.profile_id, 'email', '*', 'denied', 'form', m.sent_at - interval '20 seconds', m.sent_at - interval '10 seconds'
      from messages m where m.id = ${id}`);
    expect((await problems(id)).join(' ')).toContain('refused');
  });

  it('notices that consent was never given', async () => {
    const anna = await person();
    const { id } = await sentTo(anna);
    await run(sql`delete from consents where profile_id = ${anna}`);
    expect((await problems(id)).join(' ')).toContain('not known');
  });

  it('notices that the address was suppressed before, and not that it was suppressed since', async () => {
    const { id } = await sentTo(await person());
    const suppress = (when: string): Promise<unknown> =>
      run(sql`insert into suppressions (channel, address_hash, reason, source, at)
        select 'email', m.address_hash, 'hard_bounce', 'test', m.sent_at + ${when}::interval from messages m where m.id = ${id}
        on conflict (channel, address_hash) do update set at = excluded.at`);
    await suppress('1 hour');
    expect(await problems(id)).toEqual([]);
    await suppress('-1 hour');
    expect((await problems(id)).join(' ')).toContain('suppressed');
  });

  it('notices that the address was suppressed when it left, though that was lifted since', async () => {
    const { id } = await sentTo(await person());
    const lift = (when: string): Promise<unknown> =>
      run(sql`insert into lifted_suppressions (id, channel, address_hash, reason, source, at, granted_at, lifted_at)
        select 'sup_1', 'email', m.address_hash, 'unsubscribe', 'test', m.sent_at - interval '1 day', m.sent_at, m.sent_at + ${when}::interval
        from messages m where m.id = ${id}
        on conflict (id) do update set lifted_at = excluded.lifted_at`);
    await lift('-1 hour');
    expect(await problems(id)).toEqual([]);
    await lift('1 hour');
    expect((await problems(id)).join(' ')).toContain('suppressed');
  });

  it('notices one message too many, and whose it was', async () => {
    const anna = await person();
    const first = await sentTo(anna);
    const second = await sentTo(anna);
    const third = await sentTo(anna); // this world's own playbook has no cap, the one that counts here does
    expect(await problems(first.id)).toEqual([]);
    expect(await problems(second.id)).toEqual([]);
    expect((await problems(third.id)).join(' ')).toContain('two-a-week');
  });

  it('notices an open task that a message went past', async () => {
    const anna = await person();
    const { id } = await sentTo(anna);
    await run(sql`insert into tasks (id, profile_id, state, owner, reason_code, reason, created_at)
      select 'tsk_' || m.id, m.profile_id, 'open', 'care', 'complaint', 'A complaint', m.sent_at - interval '30 seconds'
      from messages m where m.id = ${id}`);
    expect((await problems(id)).join(' ')).toContain('taking care of this customer');
  });

  it('notices work that is lost', async () => {
    const anna = await person();
    const message = await world.approved(anna);
    await leaveEvidence(message.id, message.decisionId, anna);
    expect(await problems(message.id)).toEqual([]);
    await run(sql`delete from work where key = ${message.id}`);
    expect((await problems(message.id)).join(' ')).toContain('neither work nor a review');

    await run(sql`insert into firings (id, profile_id, trigger_id, occasion, bundle_hash, fired_at, evidence)
      values ('fir_lost', ${anna}, 'cart', 'once', ${bundle.hash}, now(), '{}')`);
    expect((await problems('fir_lost')).join(' ')).toContain('never decided');
    // Somebody is still being asked what they would do about it.
    await run(
      sql`insert into work (kind, key, due_at, created_at) values ('advice.wanted', 'fir_lost', '2100-01-01', now())`,
    );
    expect(await problems('fir_lost')).toEqual([]);
    await run(
      sql`insert into signal_inbox (partition, signal_id, received_at) values (0, 'sig_lost', '2100-01-01')`,
    );
    expect((await problems('sig_lost')).join(' ')).toContain('not among the signals');
  });

  it('notices a playbook that was changed under its name', async () => {
    const before = await problems();
    await run(
      sql`update bundles set files = jsonb_set(files, '{engine.yaml}', to_jsonb('handoffOwner: somebody'::text))`,
    );
    const after = await problems();
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.join(' ')).toContain('was changed');
  });

  it('notices a changed audit entry', async () => {
    await world.get(AuditService).seal();
    await run(sql`update audit_entries set actor = 'somebody else' where seq = 1`);
    expect((await problems('seal')).join(' ')).toContain('an audit entry under seal 1 was changed');
  });
});
