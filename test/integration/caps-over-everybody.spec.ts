import { type INestApplicationContext } from '@nestjs/common';
import { sql } from 'kysely';
import { DecisionsService, EverybodyService } from '../../src/decisions/index.js';
import { type DecidedCase } from '../../src/decisions/decisions.service.js';
import { decide } from '../../src/decisions/decide.js';
import { PRIOR_MODELS } from '../../src/decisions/decision.js';
import { MessagesService } from '../../src/messages/index.js';
import { Database } from '../../src/platform/database/index.js';
import { type Bundle } from '../../src/policies/bundle.js';
import { canonicalJson } from '../../src/shared/canonical-json.js';
import { reckon } from '../harness/caps-oracle.js';
import { decidingProcess, mailPlaybook, settlePerson } from '../harness/caps-world.js';
import { openTestDatabase, type TestDatabase } from '../harness/database.js';
import { TestClock, testRuntime } from '../harness/runtime.js';

const NOW = '2026-11-18T10:00:00.000Z';
const HOUR = 3_600_000;
const PEOPLE = 60;
const SECRET = 'the-same-for-every-process-of-this-test-01';

const rule = (caps: string, more = ''): string => `- id: blast
  title: Not too many at once
  reason: A mistake should stay small.
  effect: limit
  caps: [${caps}]
  owner: mara
  ${more}
`;

describe('a cap over everybody', () => {
  let opened: TestDatabase;
  let second: Database | null = null;
  let processes: INestApplicationContext[] = [];
  let bundle: Bundle;
  const clock = new TestClock(NOW);

  beforeAll(async () => {
    opened = await openTestDatabase();
    if (opened.url !== null) second = await Database.openAsItIs({ engine: 'postgres', url: opened.url, maxConnections: 10 }); // prettier-ignore
    bundle = mailPlaybook(rule('{ max: 1, per: 1h, over: everybody }'));
    processes = [await anotherProcess(), await anotherProcess(second ?? opened.database)];
    for (let i = 0; i < PEOPLE; i++)
      await settlePerson(one(), opened.database, `user-${i}`, `user-${i}@example.com`);
  });
  afterAll(async () => {
    for (const app of processes) await app.close();
    await second?.close();
    await opened.close();
  });
  beforeEach(async () => {
    clock.set(NOW);
    await sql`truncate cap_places, cap_leases, cap_counters`.execute(opened.database.db);
    await sql`update messages set state = 'cancelled'`.execute(opened.database.db);
  });

  const anotherProcess = (database: Database = opened.database): Promise<INestApplicationContext> =>
    decidingProcess(database, clock, () => bundle, testRuntime(clock, {}, SECRET));
  const one = (): INestApplicationContext => {
    const [first] = processes;
    if (first === undefined) throw new Error('no process was begun');
    return first;
  };
  const decideAbout = (
    i: number,
    app = one(),
    mode: 'execute' | 'decide' = 'execute',
    what = 'receipt',
  ): Promise<DecidedCase> => app.get(DecisionsService).decide({ userId: `user-${i}`, actions: [what], mode });
  const usage = async (app = one()) => {
    const [use] = await app.get(EverybodyService).usage(opened.database.db, bundle);
    return [use?.used, use?.leased];
  };
  const actedAt = ({ decision: { result } }: DecidedCase): string | null => result.sendAt;
  /** Processes of which nobody hears any more. */
  const leasesRunOut = () => sql`update cap_leases set expires_at = now() - interval '1 s'`.execute(opened.database.db); // prettier-ignore

  it('is never overshot by many processes and writers, and used up to what is leased', async () => {
    bundle = mailPlaybook(rule('{ max: 30, per: 1h, over: everybody }'));
    // Two days are time enough for all of them; who finds the hour full waits for the next.
    let left = PEOPLE;
    const write = async (app: INestApplicationContext): Promise<void> => {
      while (left-- > 0) await decideAbout(left, app);
    };
    await Promise.all(processes.flatMap((app) => Array.from({ length: 8 }, () => write(app))));
    const { rows } = await sql<{ at: Date }>`
      select m.send_at as at from messages m where m.state = 'drafting'`.execute(opened.database.db);
    expect(rows).toHaveLength(PEOPLE);
    const places = rows.map(({ at }) => ({
      holder: 'everybody',
      action: 'receipt',
      channel: 'email',
      at: at.getTime(),
    }));
    const cap = { name: 'mails', actions: ['receipt'], channels: ['email'], max: 30, window: HOUR };
    expect(reckon(places, [cap]).over).toEqual([]);
    // All of the first hour but what somebody leased and did not come to use.
    const first = places.filter(({ at }) => at < Date.parse(NOW) + HOUR).length;
    const { rows: leases } = await sql<{ idle: number }>`
      select sum(l.tokens - (select count(*) from cap_places p where p.lease_id = l.id))::bigint as idle from cap_leases l`.execute(opened.database.db); // prettier-ignore
    expect(first).toBeGreaterThanOrEqual(30 - (leases[0]?.idle ?? 0));
    expect(first).toBeLessThanOrEqual(30);
  });

  it('makes messages wait for room in order, says which rule it is, and replays to the same bytes', async () => {
    bundle = mailPlaybook(rule('{ max: 2, per: 1h, over: everybody }'));
    const made: DecidedCase[] = [];
    for (let i = 0; i < 5; i++) made.push(await decideAbout(i));
    // Room comes back when the minute of the first two has passed out of the hour.
    expect(made.map(actedAt)).toEqual([
      NOW,
      NOW,
      '2026-11-18T11:01:00.000Z',
      '2026-11-18T11:01:00.000Z',
      '2026-11-18T12:02:00.000Z',
    ]);
    const third = made[2];
    expect(third?.decision.result.reasons.map(({ text }) => text).join(' ')).toContain(
      'Rule blast allows 2 messages to everybody together in any 1h, so it waits until',
    );
    for (const { decision, situation } of made)
      expect(canonicalJson(decide(bundle, situation, PRIOR_MODELS, decision.seed))).toBe(
        canonicalJson(decision.result),
      );
  });

  it('holds and names the rule where nothing is left before it expires; asking alone takes nothing', async () => {
    bundle = mailPlaybook(rule('{ max: 1, per: 30d, over: everybody }'));
    expect((await decideAbout(0, one(), 'decide')).decision.result.outcome).toBe('act');
    expect(await usage()).toEqual([0, 0]);
    await decideAbout(0);
    for (const mode of ['decide', 'execute'] as const) {
      const { decision } = await decideAbout(1, one(), mode);
      expect(decision.result).toMatchObject({ outcome: 'hold', reasons: [{ code: 'cap' }] });
      expect(decision.result.reasons[0]?.text).toContain('Rule blast allows 1 message to everybody together');
    }
    expect(await usage()).toEqual([1, 0]);
  });

  it('is given back by what ends without leaving, before and after its lease was settled', async () => {
    bundle = mailPlaybook(rule('{ max: 1, per: 30d, over: everybody }'));
    for (const settled of [false, true, true]) {
      const { decision } = await decideAbout(0);
      expect(decision.result.outcome).toBe('act');
      if (settled) {
        await leasesRunOut();
        expect((await decideAbout(1)).decision.result.outcome).toBe('hold');
      }
      await opened.database.transaction((tx) =>
        one()
          .get(MessagesService)
          .cancel(tx, decision.messageId ?? '', { actor: 'system', reason: 'test' }),
      );
      expect(await usage()).toEqual([0, 0]);
    }
  });

  it('survives a process that dies with tokens: what it used counts, the rest comes back', async () => {
    bundle = mailPlaybook(rule('{ max: 60, per: 30d, over: everybody }'));
    const dead = await anotherProcess();
    await decideAbout(0, dead);
    expect(await usage()).toEqual([1, 1]);
    const full = async (): Promise<number> => {
      let acts = 0;
      for (let i = 1; i < PEOPLE; i++)
        acts += (await decideAbout(i)).decision.result.outcome === 'act' ? 1 : 0;
      return acts;
    };
    expect(await full()).toBe(58 - ((await usage())[1] ?? Number.NaN) + 1);
    await leasesRunOut();
    await decideAbout(0);
    expect(await usage()).toEqual([60, 0]);
    // It was only slow, and finds its lease settled.
    expect((await decideAbout(1, dead)).decision.result.outcome).toBe('hold');
    expect(await usage()).toEqual([60, 0]);
    await dead.close();
  });

  it('gives back at once what a process that stops had not used', async () => {
    bundle = mailPlaybook(rule('{ max: 200, per: 30d, over: everybody }'));
    const stopping = await anotherProcess();
    await decideAbout(0, stopping);
    expect(await usage()).toEqual([1, 3]);
    await stopping.close();
    await decideAbout(1);
    expect(await usage()).toEqual([2, 3]);
  });

  it('moves a place to the time at which a message really leaves, or says until when it has to wait', async () => {
    bundle = mailPlaybook(rule('{ max: 1, per: 1h, over: everybody }'));
    const early = await decideAbout(0);
    const late = await decideAbout(1);
    expect([early, late].map(actedAt)).toEqual([NOW, '2026-11-18T11:01:00.000Z']);
    const renew = (made: DecidedCase, at: string, expires = '2026-11-20T10:00:00.000Z') =>
      opened.database.transaction((tx) =>
        one()
          .get(EverybodyService)
          .renew(tx, bundle, made.decision.messageId ?? '', {
            at: Date.parse(at),
            expires: Date.parse(expires),
          }),
      );
    expect(await renew(early, '2026-11-18T10:00:59.000Z')).toBeNull();
    // It would leave less than an hour before the other one.
    const waits = { rule: 'blast', until: '2026-11-18T12:02:00.000Z' };
    expect(await renew(early, '2026-11-18T10:30:00.000Z', '2026-11-18T12:02:00.000Z')).toMatchObject(waits);
    // Expired by then, it keeps what it had, and is not in its own way.
    expect(await usage()).toEqual([1, 0]);
    expect(await renew(early, '2026-11-18T10:30:00.000Z')).toMatchObject(waits);
    // What it has now is the place it waits for: who comes later comes later.
    expect(await usage()).toEqual([0, 0]);
    clock.set('2026-11-18T10:30:00.000Z');
    expect(actedAt(await decideAbout(2))).toBe('2026-11-18T13:03:00.000Z');
    expect(await renew(early, '2026-11-18T12:02:00.000Z')).toBeNull();
    expect(await renew(late, '2026-11-18T10:59:00.000Z')).toBeNull();
    expect(await renew(late, '2026-11-18T11:01:00.000Z')).toBeNull();
  });

  it('keeps the place of a message that leaves many windows late, so that it has to wait for another', async () => {
    bundle = mailPlaybook(rule('{ max: 1, per: 1h, over: everybody }'));
    const late = await decideAbout(0);
    clock.set('2026-11-18T18:00:00.000Z');
    await leasesRunOut();
    await decideAbout(1);
    const waits = await opened.database.transaction((tx) =>
      one()
        .get(EverybodyService)
        .renew(tx, bundle, late.decision.messageId ?? '', {
          at: clock.now().getTime(),
          expires: clock.now().getTime() + 24 * HOUR,
        }),
    );
    expect(waits).toMatchObject({ rule: 'blast', until: '2026-11-18T19:01:00.000Z' });
  });

  it('is a budget of what contacts cost, and leaves out whom its rule does not concern', async () => {
    bundle = mailPlaybook(
      rule('{ max: 3, per: 30d, over: everybody, of: cost }', 'scope: { actions: [receipt] }'),
    );
    const outcomes: string[] = [];
    for (let i = 0; i < 5; i++) outcomes.push((await decideAbout(i)).decision.result.outcome);
    expect(outcomes).toEqual(['act', 'act', 'act', 'hold', 'hold']);
    expect((await decideAbout(3, one(), 'execute', 'news')).decision.result.outcome).toBe('act');
    expect(await usage()).toEqual([3, 0]);
  });
});
