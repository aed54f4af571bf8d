import { readEnvironment } from './environment.js';

const SECRET_KEYS = 'k'.repeat(32);
const DATABASE_URL = 'postgres://countersign@127.0.0.1/countersign';

describe('the environment', () => {
  it('needs nothing at all', () => {
    expect(readEnvironment({})).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      DATA_DIR: './data',
      publicUrl: 'http://127.0.0.1:3000',
    });
  });

  it('takes an empty variable as unset', () => {
    expect(readEnvironment({ SMTP_URL: '', PORT: '' })).toMatchObject({ PORT: 3000 });
  });

  it.each([
    [{ PORT: 'abc' }, /^PORT should be a port number/],
    [{ PORT: '70000' }, /^PORT should be a port number/],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL should be a URL such as postgres:/],
    [{ SECRET_KEYS: 'short' }, /^SECRET_KEYS should be one or more keys/],
    [{ ROLE: 'boss' }, /^ROLE should be "all", "api" or "worker"$/],
    [{ REDIS_URL: 'http://127.0.0.1' }, /^REDIS_URL should be a URL such as redis:/],
    [{ REDIS_URL: 'redis://127.0.0.1' }, /^SECRET_KEYS should be set, .*when REDIS_URL is set$/],
    [{ ROLE: 'api', SECRET_KEYS }, /^DATABASE_URL should be set when ROLE is "api"/],
    [{ ROLE: 'worker', DATABASE_URL }, /^SECRET_KEYS should be set, .*when ROLE is "worker"$/],
    [{ CLOCK: 'yesterday' }, /^CLOCK should be an ISO time/],
    [{ POLICIES_AUTHORS: 'bea@example.com, nobody' }, /^POLICIES_AUTHORS should be one or more e-mail/],
    [{ BOOTSTRAP_ADMIN_EMAIL: 'nobody' }, /^BOOTSTRAP_ADMIN_EMAIL should be an e-mail address/],
    [{ SMTP_URL: 'smtp://127.0.0.1:2525' }, /^MAIL_FROM should be/],
    [
      { CLOCK: '2026-01-01T00:00:00Z', SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'a@example.com' },
      /^CLOCK should be unset/,
    ],
    [{ CRASH_POINTS: 'anywhere' }, /^CRASH_POINTS should name points/],
    [{ CRASH_POINTS: 'signals.kept:3' }, /^CRASH_POINTS should be unset unless/],
    [
      { CRASH_POINTS: 'signals.kept:3', SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'a@example.com' },
      /^CRASH_POINTS should be unset unless/,
    ],
  ])('names the variable that is wrong: %p', (variables, message) => {
    expect(() => readEnvironment(variables)).toThrow(message);
  });

  it.each(['redis://127.0.0.1:6379/2', 'rediss://user:secret@cache.example.com'])(
    'takes a queue at %p and a role in it',
    (REDIS_URL) => {
      for (const ROLE of ['all', 'api', 'worker'])
        expect(readEnvironment({ ROLE, REDIS_URL, DATABASE_URL, SECRET_KEYS })).toMatchObject({
          ROLE,
          REDIS_URL,
        });
    },
  );

  it('accepts a clock with a mail server on loopback', () => {
    const environment = readEnvironment({
      CLOCK: '2026-03-29T00:30:00Z@60x',
      SMTP_URL: 'smtp://127.0.0.1:2525',
      MAIL_FROM: 'a@example.com',
    });
    expect(environment.CLOCK).toBe('2026-03-29T00:30:00Z@60x');
  });
});
