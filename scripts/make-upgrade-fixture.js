// Makes the fixture that test/integration/upgrade.spec.ts upgrades from: a small database as a release leaves it.
//
//   DATABASE_URL=postgres://… node scripts/make-upgrade-fixture.js CHECKOUT OUT
//
// CHECKOUT is a built checkout of the release (npm install && npm run build), OUT a folder such as test/fixtures/upgrade/0010, named after the
// release's last migration. The release is used from outside only: its commands, its environment, HTTP. The people are the sample store's.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';

/** Used by these fixtures and nowhere else. */
const SECRET_KEYS = 'upgrade-fixture-key-that-protects-nothing';
/** Those of the stories in test/harness/service.ts, which go on from here. */
const ADMIN = {
  email: 'ada.admin@example.com',
  password: 'correct-horse-battery',
  token: 'story-admin-token-0001',
};
const WRITE_KEY = 'story-write-key';

const [checkout, out] = process.argv.slice(2).map((path) => resolve(path));
const server = process.env.DATABASE_URL;
if (!checkout || !out || !server) {
  console.error('usage: DATABASE_URL=postgres://… node scripts/make-upgrade-fixture.js CHECKOUT OUT');
  process.exit(2);
}
const name = `countersign_fixture_${randomBytes(4).toString('hex')}`;
const database = Object.assign(new URL(server), { pathname: `/${name}` }).href;
const directory = await mkdtemp(join(tmpdir(), 'countersign-fixture-'));
const policies = join(directory, 'policies');

async function query(url, text) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Runs the release with its clock at `now` while `act` talks to it, then stops it in good order. */
async function during(now, act) {
  const service = spawn(process.execPath, [join(checkout, 'dist/main.js')], {
    cwd: checkout,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATABASE_URL: database,
      DATA_DIR: directory,
      SECRET_KEYS,
      POLICIES_DIR: policies,
      PUBLIC_URL: 'https://countersign.example.com',
      CLOCK: now,
      BOOTSTRAP_WRITE_KEY: WRITE_KEY,
      BOOTSTRAP_ADMIN_EMAIL: ADMIN.email,
      BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      BOOTSTRAP_API_KEY: ADMIN.token,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((done) => service.on('exit', done));
  try {
    const url = await new Promise((found, failed) => {
      let text = '';
      service.stdout.on('data', (chunk) => {
        text += chunk;
        const at = /Countersign is at (\S+)/.exec(text);
        if (at) found(at[1]);
      });
      service.on('exit', (code) => failed(new Error(`the release ended with ${code}: ${text}`)));
    });
    await act(new Shop(url, now));
  } finally {
    service.kill('SIGTERM');
    await ended;
  }
}

/** What a shop and its marketer do over HTTP. */
class Shop {
  constructor(url, now) {
    this.url = url;
    this.now = now;
  }

  async request(method, path, body, authorization = `Bearer ${ADMIN.token}`) {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok || (path === '/v1/batch' && text.includes('"rejected"')))
      throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return text.startsWith('{') ? JSON.parse(text) : text;
  }

  /** Sends signals and waits until what follows from them by now has happened. */
  async happens(...signals) {
    if (signals.length > 0)
      await this.request(
        'POST',
        '/v1/batch',
        {
          batch: signals.map((signal) => ({
            messageId: randomBytes(8).toString('hex'),
            timestamp: this.now,
            ...signal,
          })),
          sentAt: this.now,
        },
        `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`,
      );
    const later = new Date(Date.parse(this.now) + 60_000).toISOString();
    for (const deadline = Date.now() + 60_000; ;) {
      const [left] = await query(
        database,
        `select (select count(*) from signal_inbox) + (select count(*) from timers where due_at <= '${this.now}')
          + (select count(*) from work where state = 'ready' and (due_at <= '${later}' or leased_by is not null)) as left`,
      );
      if (left.left === '0') return;
      if (Date.now() > deadline) throw new Error(`${left.left} things are still under way`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async reviewOf(userId) {
    const { data } = await this.request('GET', '/v1/reviews?state=pending&limit=100');
    const found = data.find((review) => review.userId === userId);
    if (!found) throw new Error(`nothing of ${userId} waits for a review`);
    return found;
  }

  async answer(userId, verdict, more = {}) {
    const { id, contentHash } = await this.reviewOf(userId);
    const path = `/v1/reviews/${id}/verdict`;
    return this.request('POST', path, { verdict, contentHash, ...more });
  }
}

const identify = (userId, traits = {}) => ({
  type: 'identify',
  userId,
  traits: {
    email: `${userId}@example.com`,
    first_name: userId,
    country: 'US',
    timezone: 'America/New_York',
    email_consent: true,
    ...traits,
  },
});
const known = (userId) => [
  identify(userId),
  {
    ...order(userId),
    timestamp: '2026-10-18T15:00:00.000Z',
  },
];
const product = { product_id: 'cup-tide', name: 'Tide cup, 180 ml', price: 24, quantity: 1 };
const order = (userId, id = `old-${userId}`) => ({
  type: 'track',
  userId,
  event: 'Order Completed',
  properties: { order_id: id, total: 24, currency: 'EUR', product_id: 'cup-tide' },
});
const basket = (who, total) => ({
  type: 'track',
  ...who,
  event: 'Checkout Started',
  properties: { total, currency: 'EUR', products: [product] },
});

const MORNING = '2026-11-18T15:00:00.000Z';
const NOON = '2026-11-18T16:05:00.000Z';
const AFTERNOON = '2026-11-18T17:10:00.000Z';
const NIGHT = '2026-11-19T03:00:00.000Z';

/** Ten in the morning in New York: baskets are filled, some of them large. */
async function morning(shop) {
  const { sampleFacts } = await import(join(checkout, 'dist/demo/catalogue.js'));
  const facts = sampleFacts(new Date(MORNING), 'https://marrow-and-pine.example.com');
  await shop.request('POST', '/v1/facts/batch', { facts });
  const regulars = ['ada', 'bob', 'cat', 'dan', 'eve', 'fay', 'hal', 'jim', 'kim'];
  await shop.happens(...regulars.flatMap(known), basket({ anonymousId: 'browser-gus' }, 24));
  await shop.happens(identify('gus'), { ...identify('gus'), anonymousId: 'browser-gus' });
  await shop.happens(identify('joy', { email_consent: undefined }));
  await shop.happens(
    basket({ userId: 'ada' }, 24),
    basket({ userId: 'bob' }, 250),
    basket({ userId: 'cat' }, 300),
    basket({ userId: 'dan' }, 900),
    basket({ userId: 'fay' }, 24),
    basket({ userId: 'jim' }, 300),
    basket({ userId: 'joy' }, 24),
  );
  await shop.happens(order('eve', 'new-eve'));
  await shop.happens({
    type: 'track',
    userId: 'hal',
    event: 'Support Ticket Opened',
    properties: { ticket_id: 't1', topic: 'complaint', text: 'the glaze is cracked' },
  });
}

/** An hour later: reminders leave or wait for somebody; one is edited, one signed by the first of two. Somebody is erased. */
async function noon(shop) {
  await shop.happens();
  const edited = await shop.answer('bob', 'edit', { content: { subject: 'Kept for you: your basket' } });
  const { id } = (await shop.request('GET', '/v1/reviews?state=claimed')).data[0];
  await shop.request('POST', `/v1/reviews/${id}/verdict`, {
    verdict: 'approve',
    contentHash: edited.contentHash,
  });
  await shop.answer('dan', 'approve');
  await shop.answer('jim', 'reject', { reasons: ['tone'] });
  await shop.request('DELETE', '/v1/profiles/fay');
  const pause = await shop.request('POST', '/v1/pauses', { scope: { channel: 'email' }, reason: 'lunch' });
  await shop.request('DELETE', `/v1/pauses/${pause.id}`);
  await shop.happens(basket({ userId: 'kim' }, 300));
}

/** Ten in the evening: what is approved now waits for the morning, and a new basket for its hour to pass. */
async function night(shop) {
  await shop.answer('kim', 'approve');
  await shop.happens(basket({ userId: 'ada' }, 48));
}

try {
  await query(server, `create database ${name}`);
  await cp(join(checkout, 'policies'), policies, { recursive: true });
  // Whatever chance decides would make a fixture that cannot be relied on.
  for (const file of await readdir(policies, { recursive: true })) {
    if (!file.endsWith('.yaml')) continue;
    const text = await readFile(join(policies, file), 'utf8');
    const certain = text.replace(/^(\s*)(holdout|auditShare|exploration):.*$/gm, '$1$2: 0');
    await writeFile(join(policies, file), certain);
  }
  await during(MORNING, morning);
  await during(NOON, noon);
  await during(AFTERNOON, (shop) => shop.happens());
  await during(NIGHT, night);

  const dump = spawnSync(
    'pg_dump',
    ['--column-inserts', '--no-owner', '--no-privileges', '--no-comments', database],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (dump.status !== 0) throw new Error(`pg_dump: ${dump.stderr}`);
  const migrations = {};
  const folder = join(checkout, 'src/platform/database/migrations');
  for (const file of (await readdir(folder)).sort())
    migrations[file] = createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex');
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'dump.sql'), dump.stdout);
  const manifest = { stoppedAt: NIGHT, secretKeys: SECRET_KEYS, migrations };
  await writeFile(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`${out}: ${Math.round(dump.stdout.length / 1024)} KB`);
} finally {
  await query(server, `drop database if exists ${name} with (force)`);
  await rm(directory, { recursive: true, force: true });
}
