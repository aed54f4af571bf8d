import { Body, Controller, Get, Post } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { sql } from 'kysely';
import { z } from 'zod';
import { openTestDatabase, type TestDatabase } from '../../test/harness/database.js';
import { TestClock, testRuntime } from '../../test/harness/runtime.js';
import { AuditModule } from '../audit/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { configureHttp, httpAdapter, HttpModule } from '../platform/http/index.js';
import { type Runtime } from '../platform/runtime.js';
import { RuntimeModule } from '../platform/runtime.module.js';
import {
  AccessModule,
  AccessService,
  type Actor,
  actorId,
  Allow,
  CsrfToken,
  CurrentActor,
  type PersonActor,
  PeopleService,
  PERMISSIONS,
  Public,
  ROLES,
  sessionCookie,
  SessionsService,
  signer,
  TokensService,
} from './index.js';
import { may } from './permissions.js';

const form = z.strictObject({ note: z.string() });

@Controller()
class DoorsController {
  @Get('who')
  @Allow('any')
  who(@CurrentActor() actor: Actor, @CsrfToken() csrf: string): { id: string; kind: string; csrf: string } {
    return { id: actorId(actor), kind: actor.kind, csrf };
  }
  @Post('decide')
  @Allow('reviews.decide')
  decide(@Body({ schema: form }) body: z.output<typeof form>): { note: string } {
    return body;
  }
  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }
  @Get('forgotten')
  forgotten(): string {
    return 'nobody said who may see this';
  }
}

const GIVEN = {
  BOOTSTRAP_ADMIN_EMAIL: 'Ada@Example.com',
  BOOTSTRAP_ADMIN_PASSWORD: 'correct horse',
  BOOTSTRAP_WRITE_KEY: 'write-key-1',
  BOOTSTRAP_API_KEY: 'personal-token-of-ada',
};
const ADDRESS = '192.0.2.1';

describe('access', () => {
  let opened: TestDatabase;
  let runtime: Runtime;
  let app: NestFastifyApplication;
  let ada: { personId: string; name: string };
  let by: Actor;
  let me: PersonActor;
  const clock = new TestClock('2026-11-02T09:00:00Z');

  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(() => opened.close());

  /** A start on an empty database. */
  async function start(environment: Record<string, string>): Promise<void> {
    for (const table of [
      'sessions',
      'sign_in_links',
      'api_tokens',
      'write_keys',
      'people',
      'settings',
      'throttles',
      'audit_entries',
    ])
      await sql`delete from ${sql.table(table)}`.execute(opened.database.db);
    runtime = testRuntime(clock, environment);
    const module = await Test.createTestingModule({
      imports: [
        DatabaseModule.of(opened.database),
        RuntimeModule.of(runtime),
        HttpModule,
        AuditModule,
        AccessModule,
      ],
      controllers: [DoorsController],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(httpAdapter());
    app.useLogger(false);
    configureHttp(app);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  }
  beforeEach(async () => {
    clock.set('2026-11-02T09:00:00Z');
    await start(GIVEN);
    ada = (await app.get(AccessService).bootstrap(runtime.environment)).administrator;
    me = { kind: 'person', personId: ada.personId, name: ada.name, role: 'administrator', via: 'session' };
    by = me;
  });
  afterEach(() => app.close());

  const sessions = (): SessionsService => app.get(SessionsService);
  const tokens = (): TokensService => app.get(TokensService);
  const people = (): PeopleService => app.get(PeopleService);

  async function signIn(email = 'ada@example.com', password = 'correct horse'): Promise<string> {
    const outcome = await sessions().signIn(email, password, ADDRESS);
    if (!outcome.ok) throw new Error(outcome.reason);
    return outcome.sessionToken;
  }
  async function get(
    url: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, string>; headers: Record<string, unknown> }> {
    const response = await app.inject({ method: 'GET', url, headers });
    const body = response.body.startsWith('{') ? response.json<Record<string, string>>() : {};
    return { status: response.statusCode, body, headers: response.headers };
  }
  async function decide(headers: Record<string, string>, payload: object = { note: 'x' }): Promise<number> {
    const response = await app.inject({ method: 'POST', url: '/decide', headers, payload });
    return response.statusCode;
  }
  const cookie = (session: string): Record<string, string> => ({
    cookie: `other=1; ${sessionCookie(session, 60, 'http://x').split(';')[0] ?? ''}`,
  });
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

  describe('the first start', () => {
    it('takes what it was given and prints nothing', async () => {
      const again = await app.get(AccessService).bootstrap(runtime.environment);
      expect(again).toEqual({ administrator: ada, printed: [] });
      expect(await people().list()).toMatchObject([{ email: 'ada@example.com', role: 'administrator' }]);
      expect(await app.get(AccessService).writeKey('write-key-1')).not.toBeNull();
      expect((await get('/who', bearer('personal-token-of-ada'))).body['id']).toBe(ada.personId);
    });

    it('makes up what is missing, prints it once, and it works', async () => {
      await app.close();
      await start({});
      const access = app.get(AccessService);
      const { printed } = await access.bootstrap(runtime.environment);
      const said = new Map(printed.map((line) => line.split(': ') as [string, string]));
      expect([...said.keys()]).toEqual(['Administrator', 'Password', 'Write key', 'API token']);
      await signIn(said.get('Administrator'), said.get('Password'));
      expect(await access.writeKey(said.get('Write key') ?? '')).not.toBeNull();
      expect((await get('/who', bearer(said.get('API token') ?? ''))).status).toBe(200);
      expect((await access.bootstrap(runtime.environment)).printed).toEqual([]);
    });

    it('makes one administrator when two processes start at once', async () => {
      await app.close();
      await start(GIVEN);
      const access = app.get(AccessService);
      const both = await Promise.all([
        access.bootstrap(runtime.environment),
        access.bootstrap(runtime.environment),
      ]);
      expect(both[0].administrator).toEqual(both[1].administrator);
      expect(await people().list()).toHaveLength(1);
    });

    it('keeps no password, token or key as it was given', async () => {
      const { rows } = await sql<{ everything: string }>`
        select concat((select string_agg(p::text, ' ') from people p), (select string_agg(t::text, ' ') from api_tokens t),
          (select string_agg(w::text, ' ') from write_keys w)) as everything`.execute(opened.database.db);
      for (const secret of ['correct horse', 'write-key-1', 'personal-token-of-ada'])
        expect(rows[0]?.everything).not.toContain(secret);
    });
  });

  describe('routes', () => {
    it('are refused to everybody when they do not say who may use them', async () => {
      expect((await get('/forgotten', bearer('personal-token-of-ada'))).status).toBe(403);
    });

    it('are open when they say so, and ask for a name otherwise', async () => {
      expect((await get('/open')).status).toBe(200);
      const refused = await get('/who');
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      for (const authorization of ['Bearer nonsense', 'Basic abc', 'Bearer', ''])
        expect((await get('/who', { authorization })).status).toBe(401);
    });

    it('send a browser to the sign-in form and back', async () => {
      const answer = await get('/who?x=1', { accept: 'text/html' });
      expect([answer.status, answer.headers['location']]).toEqual([303, '/sign-in?next=%2Fwho%3Fx%3D1']);
    });

    it('are refused to a role that lacks the permission', async () => {
      const { token } = await tokens().createService('reader', 'viewer', by);
      expect(await decide(bearer(token))).toBe(403);
      expect(await decide(bearer('personal-token-of-ada'))).toBe(201);
    });
  });

  describe('roles', () => {
    it('each may do what the ones before may', () => {
      const counts = ROLES.map((role) => PERMISSIONS.filter((permission) => may(role, permission)));
      counts.slice(1).forEach((permissions, i) => {
        expect(permissions).toEqual(expect.arrayContaining(counts[i] ?? []));
        expect(permissions.length).toBeGreaterThan(counts[i]?.length ?? 0);
      });
      expect(counts[0]?.every((permission) => permission.endsWith('.read'))).toBe(true);
      expect(counts.at(-1)).toHaveLength(PERMISSIONS.length);
    });

    it.each([
      ['viewer', 'reviews.decide', false],
      ['marketer', 'reviews.decide', true],
      ['marketer', 'policies.activate', false],
      ['strategist', 'policies.activate', true],
      ['strategist', 'profiles.write', false],
      ['developer', 'profiles.write', true],
      ['developer', 'people.manage', false],
      ['administrator', 'people.manage', true],
    ] as const)('%s %s: %s', (role, permission, allowed) => {
      expect(may(role, permission)).toBe(allowed);
    });
  });

  describe('sessions', () => {
    it('carry the person and ask for the token of the page before anything changes', async () => {
      const session = cookie(await signIn());
      const { body } = await get('/who', session);
      const csrf = body['csrf'] ?? '';
      expect(body['id']).toBe(ada.personId);
      expect(await decide(session)).toBe(403);
      expect(await decide({ ...session, 'x-csrf-token': 'wrong' })).toBe(403);
      expect(await decide({ ...session, 'x-csrf-token': csrf })).toBe(201);
      expect(await decide(session, { note: 'x', _csrf: csrf })).toBe(201);
      expect(await decide({ ...session, 'x-csrf-token': csrf }, { note: 'x', _csrf: csrf })).toBe(201);
    });

    it('do not take the token of another session', async () => {
      const other = (await get('/who', cookie(await signIn()))).body['csrf'] ?? '';
      expect(await decide({ ...cookie(await signIn()), 'x-csrf-token': other })).toBe(403);
    });

    it('end with sign-out, with time and with the person', async () => {
      const first = await signIn();
      await sessions().signOut(first);
      expect((await get('/who', cookie(first))).status).toBe(401);

      const second = await signIn();
      clock.advance(8 * 24 * 3_600_000);
      expect((await get('/who', cookie(second))).status).toBe(401);

      const marie = await people().create(
        { email: 'marie@example.com', name: 'Marie', role: 'marketer', password: 'polonium 84' },
        by,
      );
      const third = await signIn('marie@example.com', 'polonium 84');
      await people().disable(marie.id, by);
      expect((await get('/who', cookie(third))).status).toBe(401);
      await expect(signIn('marie@example.com', 'polonium 84')).rejects.toThrow('wrong');
    });

    it('have a cookie that scripts cannot read, and that stays on https where the service is on https', () => {
      expect(sessionCookie('t', 5, 'http://x')).toBe(
        'countersign=t; Path=/; Max-Age=5; HttpOnly; SameSite=Lax',
      );
      expect(sessionCookie('t', 5, 'https://x')).toMatch(/^__Host-countersign=t; Path=\/;.*; Secure$/);
    });
  });

  describe('signing in', () => {
    const countsOf = (outcomes: readonly { ok: boolean; reason?: string }[]): Record<string, number> => ({
      wrong: outcomes.filter(({ reason }) => reason === 'wrong').length,
      throttled: outcomes.filter(({ reason }) => reason === 'throttled').length,
    });

    it('does not care for upper case in the address, and says the same for a wrong person as for a wrong password', async () => {
      expect((await sessions().signIn(' ADA@example.com', 'correct horse', ADDRESS)).ok).toBe(true);
      const wrong = await sessions().signIn('ada@example.com', 'wrong', ADDRESS);
      const nobody = await sessions().signIn('nobody@example.com', 'wrong', ADDRESS);
      expect(nobody).toEqual(wrong);
    });

    it('is throttled where the guesses come from, and does not lock out whose password is guessed', async () => {
      const outcomes = [];
      for (let i = 0; i < 120; i++)
        outcomes.push(await sessions().signIn('ada@example.com', 'guess', '192.0.2.66'));
      expect(outcomes.filter((outcome) => !outcome.ok && outcome.reason === 'wrong')).toHaveLength(10);
      const there = await sessions().signIn('ada@example.com', 'correct horse', '192.0.2.66');
      expect(there).toMatchObject({ reason: 'throttled' });
      expect((await sessions().signIn('ada@example.com', 'correct horse', ADDRESS)).ok).toBe(true);
      clock.advance(15 * 60_000);
      expect((await sessions().signIn('ada@example.com', 'correct horse', '192.0.2.66')).ok).toBe(true);
    });

    it('is bounded per person, from wherever the attempts come', async () => {
      const attempts = Array.from({ length: 101 }, (_, i) =>
        sessions().signIn('ada@example.com', 'guess', `192.0.2.${i}`),
      );
      expect(countsOf(await Promise.all(attempts))).toEqual({ wrong: 100, throttled: 1 });
    });

    it('is throttled per network address, whomever the attempts are for', async () => {
      const attempts = Array.from({ length: 51 }, (_, i) =>
        sessions().signIn(`somebody${i}@example.com`, 'guess', ADDRESS),
      );
      expect(countsOf(await Promise.all(attempts))).toEqual({ wrong: 50, throttled: 1 });
    });

    it('leaves nothing of windows that are over', async () => {
      const windows = async (): Promise<number> =>
        (await sql<{ n: number }>`select count(*) as n from throttles`.execute(opened.database.db)).rows[0]
          ?.n ?? -1;
      for (let i = 0; i < 4; i++)
        await sessions().signIn(`somebody${i}@example.com`, 'guess', `192.0.2.${i}`);
      expect(await windows()).toBe(12);
      clock.advance(15 * 60_000);
      await sessions().signIn('somebody@example.com', 'guess', ADDRESS);
      expect(await windows()).toBe(3);
    });

    it('by link works once, for a quarter of an hour, and looking at it uses nothing up', async () => {
      const tokenOf = (link: string): string => link.slice(link.lastIndexOf('/') + 1);
      const link = await app.get(AccessService).signInLink(ada.personId, 'system');
      expect(link).toMatch(/^http:\/\/.+\/sign-in\/link\/[\w-]{43}$/);
      expect(await sessions().linkFor(tokenOf(link))).toEqual({ name: 'Administrator' });
      expect(await sessions().linkFor(tokenOf(link))).not.toBeNull();
      const [one, other] = await Promise.all([
        sessions().signInByLink(tokenOf(link)),
        sessions().signInByLink(tokenOf(link)),
      ]);
      expect([one, other].filter((session) => session !== null)).toHaveLength(1);

      const late = tokenOf(await app.get(AccessService).signInLink(ada.personId, 'system'));
      clock.advance(15 * 60_000);
      expect(await sessions().linkFor(late)).toBeNull();
      expect(await sessions().signInByLink(late)).toBeNull();
    });

    it('by a link that somebody else made signs nothing, nor makes what could', async () => {
      const tokenOf = (link: string): string => link.slice(link.lastIndexOf('/') + 1);
      const actorBy = async (link: string): Promise<Actor> => {
        const session = await sessions().signInByLink(tokenOf(link));
        const caller = await sessions().caller(session ?? '');
        if (caller === null) throw new Error('the link did not sign in');
        return caller.actor;
      };
      const access = app.get(AccessService);
      const bea = await people().create(
        { email: 'bea@example.com', name: 'Bea', role: 'administrator', password: null },
        by,
      );
      const lent = await actorBy(await access.signInLink(bea.id, by));
      expect(() => signer(lent)).toThrow('own-password-needed');
      await expect(tokens().createPersonal('laptop', bea.id, lent)).rejects.toMatchObject({ status: 403 });
      const again = await actorBy(await access.signInLink(bea.id, lent));
      expect(() => signer(again)).toThrow('own-password-needed');

      expect(signer(await actorBy(await access.signInLink(ada.personId, 'system')))).toMatchObject(ada);
      expect(signer(await actorBy(await access.signInLink(ada.personId, by)))).toMatchObject(ada);
      if (lent.kind !== 'person') throw new Error('a person was expected');
      await people().changePassword(lent, '', 'a password of hers');
      const own = await sessions().caller(await signIn('bea@example.com', 'a password of hers'));
      expect(own?.actor).toMatchObject({ personId: bea.id, via: 'session' });

      const { rows } = await sql<{ actor: string; subject: string }>`
        select actor, subject from audit_entries where action = 'sign_in_link.created' order by seq`.execute(
        opened.database.db,
      );
      expect(rows).toEqual([
        { actor: ada.personId, subject: bea.id },
        { actor: bea.id, subject: bea.id },
        { actor: 'system', subject: ada.personId },
        { actor: ada.personId, subject: ada.personId },
      ]);
    });

    it('is written into the audit log, refusals too', async () => {
      await signIn();
      await sessions().signIn('ada@example.com', 'wrong', ADDRESS);
      const { rows } = await sql<{ action: string }>`select action from audit_entries order by seq`.execute(
        opened.database.db,
      );
      expect(rows.map((row) => row.action)).toEqual([
        'person.created',
        'person.signed_in',
        'person.sign_in_refused',
      ]);
    });
  });

  describe('people', () => {
    const marie = {
      email: 'Marie@example.com',
      name: 'Marie',
      role: 'marketer',
      password: 'polonium 84',
    } as const;

    it('have an address each and a password of some length', async () => {
      await people().create(marie, by);
      await expect(people().create({ ...marie, email: 'marie@EXAMPLE.com' }, by)).rejects.toMatchObject({
        status: 409,
      });
      await expect(
        people().create({ ...marie, email: 'x@example.com', password: 'short' }, by),
      ).rejects.toMatchObject({ status: 400, errors: [{ path: 'password' }] });
    });

    it('are led by at least one administrator', async () => {
      await expect(people().disable(ada.personId, by)).rejects.toMatchObject({ status: 409 });
      await expect(people().setRole(ada.personId, 'viewer', by)).rejects.toMatchObject({ status: 409 });
      const second = await people().create({ ...marie, role: 'administrator' }, by);
      await people().setRole(ada.personId, 'viewer', by);
      await expect(people().disable(second.id, by)).rejects.toMatchObject({ status: 409 });
    });

    it('change their password with the old one, which ends their sessions', async () => {
      const session = await signIn();
      await expect(people().changePassword(me, 'wrong', 'battery staple')).rejects.toMatchObject({
        status: 403,
      });
      await people().changePassword(me, 'correct horse', 'battery staple');
      expect((await get('/who', cookie(session))).status).toBe(401);
      await signIn('ada@example.com', 'battery staple');
    });
  });

  describe('tokens', () => {
    it('of a person act for the person and follow their role', async () => {
      const marie = await people().create(
        { email: 'marie@example.com', name: 'Marie', role: 'viewer', password: null },
        by,
      );
      const { token } = await tokens().createPersonal('laptop', marie.id, by);
      expect((await get('/who', bearer(token))).body).toMatchObject({ id: marie.id, kind: 'person' });
      expect(await decide(bearer(token))).toBe(403);
      await people().setRole(marie.id, 'marketer', by);
      expect(await decide(bearer(token))).toBe(201);
      await people().disable(marie.id, by);
      expect((await get('/who', bearer(token))).status).toBe(401);
    });

    it('of a service act for nobody', async () => {
      const { id, token } = await tokens().createService('shop', 'developer', by);
      expect((await get('/who', bearer(token))).body).toMatchObject({ id: `token:${id}`, kind: 'service' });
    });

    it('are refused once they are revoked, and so are write keys', async () => {
      const { id, token } = await tokens().createService('shop', 'developer', by);
      expect((await get('/who', bearer(token))).status).toBe(200);
      await tokens().revoke(id, by);
      expect((await get('/who', bearer(token))).status).toBe(401);
      await expect(tokens().revoke(id, by)).rejects.toMatchObject({ status: 404 });

      const writeKey = await tokens().createWriteKey('web', by);
      const access = app.get(AccessService);
      expect(await access.writeKey(writeKey.key)).toEqual({ id: writeKey.id });
      await tokens().revokeWriteKey(writeKey.id, by);
      expect(await access.writeKey(writeKey.key)).toBeNull();
      expect(await access.writeKey('nonsense')).toBeNull();
    });
  });
});
