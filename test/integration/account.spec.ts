import { AccessService, PeopleService, SessionsService } from '../../src/access/index.js';
import { ADMIN, Story } from '../harness/service.js';

/** A browser as far as signing in goes: it keeps a cookie and sends forms from pages it has seen. */
class Visitor {
  private cookie = '';

  constructor(private readonly story: Story) {}

  async open(path: string): Promise<{ status: number; text: string; location: string | null }> {
    return this.fetch(path, {});
  }

  async press(
    path: string,
    fields: Record<string, string>,
    from = '/account',
  ): Promise<{ status: number; text: string; location: string | null }> {
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await this.open(from)).text)?.[1] ?? '';
    return this.fetch(path, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, ...fields }) });
  }

  signIn(email: string, password: string): ReturnType<Visitor['open']> {
    return this.fetch('/sign-in', { method: 'POST', body: new URLSearchParams({ email, password }) });
  }

  private async fetch(path: string, init: RequestInit): ReturnType<Visitor['open']> {
    const response = await fetch(`${this.story.service.url}${path}`, {
      redirect: 'manual',
      headers: { cookie: this.cookie, accept: 'text/html' },
      ...init,
    });
    const set = response.headers.get('set-cookie');
    if (set !== null) this.cookie = set.split(';')[0] ?? '';
    return {
      status: response.status,
      text: await response.text(),
      location: response.headers.get('location'),
    };
  }
}

describe('the account page', () => {
  let story: Story;
  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story.end());

  it('changes the password of whoever knows the old one, and ends their sessions elsewhere', async () => {
    const people = story.service.app.get(PeopleService);
    const administrator = {
      ...story.service.administrator,
      kind: 'person',
      role: 'administrator',
      via: 'session',
    } as const;
    await people.create(
      { email: 'cleo@example.com', name: 'Cleo', role: 'marketer', password: 'first password' },
      administrator,
    );
    const [here, elsewhere] = [new Visitor(story), new Visitor(story)];
    for (const visitor of [here, elsewhere])
      expect((await visitor.signIn('cleo@example.com', 'first password')).location).toBe('/');

    const wrong = await here.press('/account/password', { current: 'guess', next: 'second password' });
    expect([wrong.status, wrong.text]).toEqual([
      403,
      expect.stringContaining('The current password is wrong.'),
    ]);
    const short = await here.press('/account/password', { current: 'first password', next: 'short' });
    expect([short.status, short.text]).toEqual([400, expect.stringContaining('8 to 256 characters')]);
    expect((await elsewhere.open('/account')).status).toBe(200);

    const changed = await here.press('/account/password', {
      current: 'first password',
      next: 'second password',
    });
    expect([changed.status, changed.location]).toEqual([303, '/account?done=password_changed']);
    expect((await here.open('/account')).status).toBe(200);
    expect((await elsewhere.open('/account')).location).toContain('/sign-in');
    expect((await elsewhere.signIn('cleo@example.com', 'first password')).status).toBe(401);
    expect((await elsewhere.signIn('cleo@example.com', 'second password')).location).toBe('/');
  });

  it('lets whoever came in by a link choose a password, and sign only once they came in with it', async () => {
    const admin = new Visitor(story);
    await admin.signIn(ADMIN.email, ADMIN.password);
    const made = await admin.press('/team/people', {
      name: 'Dora',
      email: 'dora@example.com',
      role: 'strategist',
      password: '',
    });
    const path = /\/sign-in\/link\/[\w-]{43}/.exec(made.text)?.[0] ?? '';
    const dora = new Visitor(story);
    expect((await dora.open(path)).text).toContain('Sign in as Dora');
    expect((await dora.press(path, {}, path)).location).toBe('/');

    const hash = String((await story.get('/v1/policies'))['hash']);
    const activate = `/playbook/bundles/${hash}/activate`;
    const refused = await dora.press(activate, {});
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('Choose a password')]);

    const page = await dora.open('/account');
    expect(page.text).toContain('you cannot sign yet');
    expect(page.text).not.toContain('Current password');
    await dora.press('/account/password', { next: 'a password of hers' });
    expect((await dora.press(activate, {})).status).toBe(403);
    expect((await dora.signIn('dora@example.com', 'a password of hers')).location).toBe('/');
    expect((await dora.press(activate, {})).location).toBe('/playbook?done=activated');
  });

  it('lets the link of the start itself sign', async () => {
    const link = await story.service.app
      .get(AccessService)
      .signInLink(story.service.administrator.personId, 'system');
    const sessions = story.service.app.get(SessionsService);
    const session = await sessions.signInByLink(link.slice(link.lastIndexOf('/') + 1));
    expect((await sessions.caller(session ?? ''))?.actor).toMatchObject({ via: 'session' });
  });

  it('is not for tokens', async () => {
    const answer = await story.request('POST', '/account/password', { body: { next: 'whatever it is' } });
    expect(answer.status).toBe(403);
  });
});
