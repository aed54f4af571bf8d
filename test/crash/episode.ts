import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Api } from './api.js';
import { check, type Finding } from './check.js';
import { Customers } from './customers.js';
import { Disk } from './disk.js';
import { type Held, readEmbedded, readPostgres } from './evidence.js';
import { Faults } from './faults.js';
import { Front } from './front.js';
import { MachineClock } from './machine-clock.js';
import { MailServer } from './mail-server.js';
import { ModelServer } from './model-server.js';
import { sleep, until } from './ports.js';
import { Postgres } from './postgres.js';
import { Proxy } from './proxy.js';
import { Random } from './random.js';
import { Redis } from './redis.js';
import { Reviewer } from './reviewer.js';
import { Casualties, type Links, type Role, Service } from './service.js';
import { Told } from './told.js';

const PLAYBOOK = fileURLToPath(new URL('playbook', import.meta.url));
const PROMPTS = fileURLToPath(new URL('../../prompts', import.meta.url));
const VERIFY = fileURLToPath(new URL('../../dist/verify.js', import.meta.url));
const LONGEST_SETTLING_MS = 20 * 60_000;
const WRITE_KEY = 'crash-write-key';
const TOKEN = 'crash-administrator-token';
const SETUPS = {
  embedded: { roles: ['all'], redis: false },
  postgres: { roles: ['api', 'all', 'worker'], redis: false },
  redis: { roles: ['api', 'api', 'worker', 'worker'], redis: true },
} as const satisfies Record<string, { roles: readonly Role[]; redis: boolean }>;

/** What an episode runs on. */
export type Setup = keyof typeof SETUPS;

export interface EpisodePlan {
  readonly setup: Setup;
  readonly seed: number;
  /** Trouble goes on until so many processes were killed. */
  readonly kills: number;
  /** …or so long. */
  readonly withinMs: number;
  /** Milliseconds between two faults, on average. */
  readonly everyMs: number;
  /** How long one process stands still beyond its lease while others go on, where there are others; 0 for never. */
  readonly pauseMs: number;
  /** After the last fault what is left undone must get less again within this, until nothing is. */
  readonly settleMs: number;
  /** `dist/main.js` of the version before this one, to run side by side with it; null for this one alone. */
  readonly former: string | null;
}

export interface EpisodeResult {
  readonly plan: EpisodePlan;
  readonly kills: number;
  readonly killsBy: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
  /** All that could have happened, by the names of `faults` and of the points in `killsBy`. */
  readonly possible: readonly string[];
  /** Processes that became ready, by what they ran. */
  readonly ready: ReadonlyMap<string, number>;
  readonly signals: number;
  readonly mails: number;
  readonly settledMs: number;
  readonly findings: readonly Finding[];
  /** Where the logs are; removed when nothing was found. */
  readonly directory: string;
}

const running = new Set<Episode>();

/** One database, its processes, its customers, its faults, and the reckoning at the end. */
export class Episode {
  private readonly random: Random;
  private readonly told = new Told();
  private readonly casualties = new Casualties();
  private readonly services: Service[] = [];
  private readonly closers: (() => Promise<unknown>)[] = [];
  /** Whether nothing was found: then its logs are of no use. */
  private holds = false;

  private constructor(
    private readonly plan: EpisodePlan,
    private readonly directory: string,
    private readonly clock: MachineClock,
    private readonly disk: Disk,
    private readonly mail: MailServer,
    private readonly model: ModelServer,
    private readonly postgres: Postgres | null,
    private readonly redis: Redis | null,
  ) {
    this.random = new Random(plan.seed);
  }

  static async run(plan: EpisodePlan): Promise<EpisodeResult> {
    const directory = await mkdtemp(join(tmpdir(), 'countersign-crash-'));
    await chmod(directory, 0o755); // PostgreSQL runs as somebody else.
    const random = new Random(plan.seed ^ 0x5eed);
    const { redis } = SETUPS[plan.setup];
    const clock = MachineClock.at(directory);
    const disk = await Disk.at(join(directory, 'disk'), 400);
    const postgres =
      plan.setup === 'embedded'
        ? null
        : await Postgres.start(disk.directory, join(directory, 'postgres.log'), clock);
    const episode = new Episode(
      plan,
      directory,
      clock,
      disk,
      await MailServer.start(new Random(random.seed())),
      await ModelServer.start(new Random(random.seed())),
      postgres,
      redis ? await Redis.start(join(directory, 'redis.log')) : null,
    );
    return episode.play();
  }

  private async play(): Promise<EpisodeResult> {
    running.add(this);
    try {
      return await this.acts();
    } finally {
      await this.close();
    }
  }

  /** Ends every process that an episode started, whatever it is at: for a run that is broken off. */
  static async breakOff(): Promise<void> {
    await Promise.all([...running].map((episode) => episode.close()));
  }

  private async close(): Promise<void> {
    // Once only: an episode that is broken off comes here a second time.
    if (!running.delete(this)) return;
    for (const service of this.services) await service.destroy();
    for (const close of this.closers.reverse()) await close();
    await this.mail.close();
    await this.model.close();
    await this.redis?.stop();
    await this.postgres?.stop();
    await this.disk.close();
    if (this.holds) await rm(this.directory, { recursive: true, force: true });
  }

  private async acts(): Promise<EpisodeResult> {
    const { plan, random, told, casualties } = this;
    const faults = new Faults(
      {
        services: this.services,
        postgres: this.postgres,
        redis: this.redis,
        disk: this.disk,
        casualties,
        clock: this.clock,
        former: plan.former,
      },
      new Random(random.seed()),
      plan.everyMs,
    );
    await this.makeServices(faults);
    const front = await Front.before(this.services, told);
    this.closers.push(() => front.close());
    const api = new Api(front.url, TOKEN);
    const customers = new Customers(
      front.url,
      WRITE_KEY,
      api,
      told,
      new Random(random.seed()),
      4,
      () => this.clock.now,
    );
    const reviewer = new Reviewer(api, this.mail, told, new Random(random.seed()));

    for (const service of this.services) service.run();
    if (!(await until(() => this.services.every(({ ready }) => ready), 120_000)))
      throw new Error(`the service did not start, see ${this.directory}`);
    customers.start();
    reviewer.start();
    const pauses = plan.pauseMs > 0 && this.services.length > 1;
    const outlived = pauses ? faults.outliveLease(plan.pauseMs) : Promise.resolve();
    await faults.rage(plan.kills, plan.withinMs);
    await outlived;
    await faults.mend();

    const began = performance.now();
    await customers.stop();
    await this.settle();
    const settledMs = performance.now() - began;
    await reviewer.stop();
    await this.readProfiles(api);
    const held = await this.endAndRead();
    const findings = [
      ...check({ told, mails: this.mail.accepted, held }),
      { claim: 'no signal was refused as bad', looked: told.sent.size, problems: front.rejected },
      {
        claim: 'processes end only when they are told to',
        looked: casualties.kills,
        problems: casualties.fell,
      },
      await this.verify(),
    ];
    this.holds = findings.every(({ problems }) => problems.length === 0);
    if (!this.holds) await this.keepEvidence(findings);
    return {
      plan,
      kills: casualties.kills,
      killsBy: casualties.by,
      faults: faults.done,
      possible: faults.possible,
      ready: casualties.ready,
      signals: told.acknowledged.size,
      mails: this.mail.accepted.length,
      settledMs,
      findings,
      directory: this.directory,
    };
  }

  /** What was asked and answered, beside the logs: the databases are gone afterwards. */
  private async keepEvidence(findings: readonly Finding[]): Promise<void> {
    const { verdicts, decisions, denials, fates } = this.told;
    const evidence = { verdicts, decisions, denials, fates, mails: this.mail.accepted, findings };
    await writeFile(join(this.directory, 'told.json'), JSON.stringify(evidence, null, 1));
  }

  private async makeServices(faults: Faults): Promise<void> {
    const { roles } = SETUPS[this.plan.setup];
    for (const [index, role] of roles.entries()) {
      const name = `${role}-${index + 1}`;
      const links = await this.links(role, () => this.services[index]?.port ?? null);
      const environment = await this.environment(links, name);
      this.services.push(
        new Service(
          name,
          role,
          links,
          environment,
          this.directory,
          () => faults.nextStart(role),
          this.casualties,
          this.clock,
        ),
      );
    }
  }

  private async links(role: Role, ownPort: () => number | null): Promise<Links> {
    const { postgres, redis } = this;
    const to = async (target: () => number | null): Promise<Proxy> => {
      const proxy = await Proxy.to(target);
      this.closers.push(() => proxy.close());
      return proxy;
    };
    return {
      client: role === 'worker' ? null : await to(ownPort),
      database: postgres === null ? null : await to(() => postgres.port),
      redis: redis === null ? null : await to(() => redis.port),
      smtp: await to(() => this.mail.port),
      model: await to(() => this.model.port),
    };
  }

  private async environment(links: Links, name: string): Promise<Record<string, string>> {
    const data =
      this.postgres === null ? join(this.disk.directory, 'data') : join(this.directory, `${name}-data`);
    await mkdir(data, { recursive: true });
    return {
      NODE_ENV: 'production',
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATA_DIR: data,
      POLICIES_DIR: PLAYBOOK,
      PROMPTS_DIR: PROMPTS,
      SECRET_KEYS: 'a-key-for-crash-tests-and-nothing-else',
      PUBLIC_URL: 'https://countersign.example.com',
      SMTP_URL: `smtp://127.0.0.1:${links.smtp.port}`,
      MAIL_FROM: 'Marrow & Pine <bounces@marrow-and-pine.example.com>',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `http://127.0.0.1:${links.model.port}/v1`,
      OPENAI_MODEL: 'test-model',
      BOOTSTRAP_WRITE_KEY: WRITE_KEY,
      BOOTSTRAP_ADMIN_EMAIL: 'crash@example.com',
      BOOTSTRAP_ADMIN_PASSWORD: 'crash-password-1234',
      BOOTSTRAP_API_KEY: TOKEN,
      ...(this.postgres === null || links.database === null
        ? {}
        : { DATABASE_URL: this.postgres.url(links.database.port) }),
      ...(links.redis === null ? {} : { REDIS_URL: `redis://127.0.0.1:${links.redis.port}/0` }),
    };
  }

  /**
   * Waits until nothing is left to do, or for as long as it goes on getting less or something goes out: how fast that is depends on the machine,
   * and what is done makes more to do at first. Whatever is left at the end shows in the check.
   */
  private async settle(): Promise<void> {
    const { postgres, plan } = this;
    // On the embedded database nobody but the service itself can look: its own gauges say when it is idle.
    const left =
      postgres === null
        ? () => this.leftByGauges()
        : async () => leftIn(await readPostgres(postgres.url(), this.clock.now));
    const last = performance.now() + LONGEST_SETTLING_MS;
    let deadline = performance.now() + plan.settleMs;
    let least = Infinity;
    let wentOut = 0;
    let quietRounds = 0;
    while (performance.now() < Math.min(deadline, last) && quietRounds < 3) {
      await sleep(1_500);
      const now = await left().catch(() => Infinity);
      quietRounds = now === 0 ? quietRounds + 1 : 0;
      const out =
        this.mail.accepted.length + this.told.verdicts.filter(({ status }) => status === 200).length;
      if (now < least || out > wentOut) deadline = performance.now() + plan.settleMs;
      least = Math.min(least, now);
      wentOut = out;
    }
  }

  private async leftByGauges(): Promise<number> {
    const url = this.services[0]?.url ?? null;
    if (url === null) return Infinity;
    const metrics = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
    const waiting = [
      ...metrics.matchAll(
        /^countersign_(inbox_signals|work_waiting|messages_open|reviews_open)(?:\{([^}]*)\})? (\d+)/gm,
      ),
    ].filter(([, of = '', labels = '']) => isBusy(of, labels));
    const tasks = await new Api(url, TOKEN).ask(
      z.object({ data: z.array(z.unknown()) }),
      'GET',
      '/v1/tasks?state=open&limit=200',
    );
    return waiting.reduce((sum, [, , , n]) => sum + Number(n), tasks?.body?.data.length ?? Infinity);
  }

  private async readProfiles(api: Api): Promise<void> {
    const people = new Set([...this.told.sent.values()].map(({ userId }) => userId));
    const left = [...people];
    const read = async (): Promise<void> => {
      for (let userId = left.pop(); userId !== undefined; userId = left.pop()) {
        const answer = await api.ask(
          z.object({ events: z.record(z.string(), z.object({ total: z.number() })) }),
          'GET',
          `/v1/profiles/${userId}`,
        );
        if (answer?.body == null) continue;
        const totals = Object.entries(answer.body.events).map(
          ([event, { total }]) => [event, total] as const,
        );
        this.told.profiles.set(userId, Object.fromEntries(totals));
      }
    };
    await Promise.all([read(), read(), read(), read()]);
  }

  private async endAndRead(): Promise<Held> {
    for (const service of this.services)
      if (!(await service.stop())) this.casualties.fell.push(`${service.name} did not stop cleanly`);
    return this.postgres === null
      ? readEmbedded(join(this.disk.directory, 'data'), this.clock.now)
      : readPostgres(this.postgres.url(), this.clock.now);
  }

  /** The service's own audit of its database. */
  private async verify(): Promise<Finding> {
    const [service] = this.services;
    if (service === undefined) throw new Error('there is no service');
    const environment = await this.environment(service.links, service.name);
    const env = { PATH: process.env['PATH'] ?? '', ...environment, CLOCK: this.clock.now.toISOString() };
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      execFile(process.execPath, [VERIFY], { env, timeout: LONGEST_SETTLING_MS }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: `${stdout}${stderr}` });
      });
    });
    return {
      claim: 'npm run verify holds',
      looked: output.split('\n').length,
      problems: code === 0 ? [] : [`it ended with ${code}: ${output.slice(0, 2_000)}`],
    };
  }
}

/** Whether a gauge speaks of something that is still to be done; what waits for its time does not. */
function isBusy(gauge: string, labels: string): boolean {
  switch (gauge) {
    case 'work_waiting':
      return !/kind="(message\.approved|review\.expires)"/.test(labels);
    case 'messages_open':
      return /"(drafting|assessed|in_review|approved|sending)"/.test(labels);
    default:
      return true;
  }
}

/** How many things wait that could be done now. */
function leftIn(held: Held): number {
  const messages = held.messages.filter(
    ({ state, overdue }) => !ENDED.has(state) && (state !== 'scheduled' || overdue),
  );
  const work = held.work.filter(({ state, overdue }) => state !== 'dead' && overdue);
  return (
    messages.length +
    work.length +
    held.waitingSignals +
    held.overdueTimers +
    held.openReviews +
    held.openTasks.length
  );
}

const ENDED = new Set([
  'sent',
  'delivered',
  'suppressed',
  'rejected',
  'expired',
  'failed',
  'cancelled',
  'unknown',
]);
