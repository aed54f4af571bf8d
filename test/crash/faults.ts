import { type Disk } from './disk.js';
import { type MachineClock } from './machine-clock.js';
import { sleep, until } from './ports.js';
import { type Postgres } from './postgres.js';
import { type Proxy } from './proxy.js';
import { type Random } from './random.js';
import { type Redis } from './redis.js';
import { type Casualties, type Links, MAIN, type Role, type Service, type Start } from './service.js';

/** What faults may be done to. */
export interface Targets {
  readonly services: readonly Service[];
  readonly postgres: Postgres | null;
  readonly redis: Redis | null;
  readonly disk: Disk;
  readonly casualties: Casualties;
  readonly clock: MachineClock;
  /** `dist/main.js` of the version before this one, when both run side by side. */
  readonly former: string | null;
}

const LONGEST_JUMP_MS = 20 * 60_000;

type Fault = readonly [weight: number, fault: readonly [name: string, happen: () => Promise<void>]];

/** Longer than the longest lease. */
const LEASE_MS = 130_000;
/** As when a time server finds it fast. */
const LONGEST_STEP_BACK_MS = 5_000;

const CALLED = ['message.opened', 'message.approved', 'advice.wanted'];
const KINDS = [...CALLED, 'trigger.fired', 'draft.written', 'draft.assessed', 'fate.told'];

/** A moment at which losing the process hurts most, and up to which passing of it the process may live. */
type Point = readonly [name: string, passings: number];

const COMMITS: readonly Point[] = [
  ['transaction.before_commit', 40],
  ['transaction.after_commit', 40],
];
const TAKING: readonly Point[] = [['signals.kept', 6]];
const WORKING: readonly Point[] = [
  ...KINDS.map((kind) => [`work.claimed.${kind}`, 4] as const),
  ...KINDS.map((kind) => [`work.ended.${kind}`, 4] as const),
  ...CALLED.map((kind) => [`work.prepared.${kind}`, 3] as const),
  ...CALLED.map((kind) => [`work.called.${kind}`, 3] as const),
];
/** Those a process of a role passes at all. */
const POINTS: Readonly<Record<Role, readonly Point[]>> = {
  api: [...COMMITS, ...TAKING],
  worker: [...COMMITS, ...WORKING],
  all: [...COMMITS, ...TAKING, ...WORKING],
};

/** Makes trouble of every kind, as the random source says. */
export class Faults {
  /** How often each was done. */
  readonly done = new Map<string, number>();
  private calm = true;
  private readonly asides = new Set<Promise<void>>();

  constructor(
    private readonly targets: Targets,
    private readonly random: Random,
    /** Milliseconds between two faults, on average. */
    private readonly everyMs: number,
  ) {}

  /** How the next process of a role starts. */
  nextStart(role: Role): Start {
    const armed = !this.calm && this.random.chance(0.8);
    const crashPoint = armed ? this.point(role) : null;
    return { crashPoint, program: this.program() };
  }

  /** All begin as the former version; then each next process is of either, as when a rollout is begun, broken off and begun again. */
  private program(): string {
    const { former, services, casualties } = this.targets;
    if (former === null) return MAIN;
    if ((casualties.ready.get(former) ?? 0) < services.length) return former;
    return !this.calm && this.random.chance(0.5) ? former : MAIN;
  }

  private point(role: Role): string {
    const [name, passings] = this.random.pick(POINTS[role]);
    return `${name}:${this.random.whole(1, passings)}`;
  }

  /** All that could be done here, and the families of points at which a process may die: what a long run must have done. */
  get possible(): readonly string[] {
    const roles = new Set(this.targets.services.map(({ role }) => role));
    const points = [...roles].flatMap((role) => POINTS[role].map(([name]) => `at ${familyOf(name)}`));
    const outlived = this.canOutlive().length > 0 ? [OUTLIVED] : [];
    return [...new Set([...this.faults().map(([, [name]]) => name), ...points, ...outlived])];
  }

  private count(what: string): void {
    this.done.set(what, (this.done.get(what) ?? 0) + 1);
  }

  /** Makes trouble until so many processes were killed, or time is up. */
  async rage(kills: number, withinMs: number): Promise<void> {
    this.calm = false;
    const { casualties } = this.targets;
    const deadline = performance.now() + withinMs;
    while (casualties.kills < kills && performance.now() < deadline) {
      await sleep(this.everyMs * this.random.between(0.3, 1.7));
      const [name, happen] = this.random.weighted(this.faults());
      this.count(name);
      await happen();
    }
  }

  /** Mends everything: whatever is left undone now must come to its end without anybody's help. */
  async mend(): Promise<void> {
    this.calm = true;
    await Promise.all(this.asides);
    for (const proxy of this.proxies()) proxy.pass();
    await this.targets.disk.empty();
    // Armed points go with their processes.
    for (const service of this.targets.services) {
      service.release();
      service.kill();
    }
  }

  private proxies(): Proxy[] {
    return this.targets.services.flatMap(({ links }) =>
      [links.client, links.database, links.redis, links.smtp, links.model].filter((link) => link !== null),
    );
  }

  /** One of the processes, one that is at work if there is any: one that is only starting has little to lose. */
  private service(): Service {
    const exposed = this.exposed();
    const atWork = exposed.filter(({ ready }) => ready);
    return this.random.pick(atWork.length > 0 ? atWork : exposed);
  }

  /** All but the one that is to live through something. */
  private exposed(): readonly Service[] {
    return this.targets.services.filter(({ isSpared }) => !isSpared);
  }

  private link(kind: keyof Links): Proxy | null {
    const having = this.exposed().flatMap(({ links }) => links[kind] ?? []);
    return having.length === 0 ? null : this.random.pick(having);
  }

  /** Goes on beside the other faults. */
  private aside(happening: Promise<void>): Promise<void> {
    const tracked = happening.finally(() => this.asides.delete(tracked));
    this.asides.add(tracked);
    return Promise.resolve();
  }

  private faults(): Fault[] {
    return [
      ...this.deaths(),
      ...this.clockFaults(),
      ...this.brokenLinks(),
      ...this.databaseFaults(),
      ...this.queueFaults(),
    ];
  }

  private deaths(): Fault[] {
    return [
      [
        10,
        [
          'a process killed',
          () =>
            this.strike(() => {
              this.service().kill();
            }),
        ],
      ],
      [
        1,
        [
          'all processes killed',
          () =>
            this.strike(() => {
              for (const service of this.exposed()) service.kill();
            }),
        ],
      ],
      [2, ['a process paused', () => this.aside(this.pause())]],
    ];
  }

  private async pause(): Promise<void> {
    await this.service().pause(this.random.between(200, 6_000));
  }

  /** The processes live on and find that it is another time. */
  private clockFaults(): Fault[] {
    const { clock } = this.targets;
    if (!clock.canShift) return [];
    const shift = (from: number, to: number) => () =>
      this.strike(() => {
        clock.shift(Math.round(this.random.between(from, to)));
      });
    return [
      [0.3, ['the clock jumped ahead', shift(30_000, LONGEST_JUMP_MS)]],
      [0.3, ['the clock set back', shift(-LONGEST_STEP_BACK_MS, -200)]],
    ];
  }

  private strike(blow: () => void): Promise<void> {
    blow();
    return Promise.resolve();
  }

  private brokenLinks(): Fault[] {
    const kinds = ['client', 'database', 'smtp', 'model', 'redis'] as const;
    const { services } = this.targets;
    return kinds.flatMap((kind): Fault[] => {
      if (services.every(({ links }) => links[kind] === null)) return [];
      const weight = kind === 'database' || kind === 'smtp' ? 1 : 0.5;
      return [
        [
          weight,
          [
            `${kind} cut`,
            () =>
              this.strike(() => {
                this.link(kind)?.cut();
              }),
          ],
        ],
        [
          weight,
          [
            `${kind} half-open`,
            () =>
              this.strike(() => {
                this.strand(kind);
              }),
          ],
        ],
        [weight / 2, [`${kind} stalled`, () => this.aside(this.stall(kind))]],
        [weight / 2, [`${kind} refused`, () => this.aside(this.refuse(kind))]],
      ];
    });
  }

  private strand(kind: keyof Links): void {
    this.link(kind)?.strand(this.random.pick(['client', 'server']), this.random.between(1_000, 25_000));
  }

  private async stall(kind: keyof Links): Promise<void> {
    const link = this.link(kind);
    link?.stall();
    await sleep(this.random.between(500, 8_000));
    link?.pass();
  }

  private async refuse(kind: keyof Links): Promise<void> {
    const link = this.link(kind);
    link?.refuse();
    await sleep(this.random.between(500, 5_000));
    link?.pass();
  }

  private databaseFaults(): Fault[] {
    const { postgres, disk, casualties } = this.targets;
    const full: Fault[] = disk.canFill ? [[0.5, ['the disk full', () => this.aside(this.fillDisk())]]] : [];
    if (postgres === null) return full;
    return [
      ...full,
      [
        0.7,
        [
          'PostgreSQL killed',
          async () => {
            casualties.count('postgres');
            await postgres.kill();
            await sleep(this.random.between(0, 2_000));
            await disk.empty();
            await postgres.up();
          },
        ],
      ],
      [
        0.7,
        [
          'a PostgreSQL backend killed',
          async () => {
            if (await postgres.killBackend(this.random)) casualties.count('postgres backend');
          },
        ],
      ],
    ];
  }

  private async fillDisk(): Promise<void> {
    await this.targets.disk.fill();
    await sleep(this.random.between(500, 3_000));
    await this.targets.disk.empty();
  }

  private queueFaults(): Fault[] {
    const { redis, casualties } = this.targets;
    if (redis === null) return [];
    return [
      [1.5, ['FLUSHALL', () => redis.flush()]],
      [
        1,
        [
          'Redis killed',
          async () => {
            casualties.count('redis');
            await redis.kill();
            await sleep(this.random.between(0, 3_000));
            await redis.up();
          },
        ],
      ],
    ];
  }

  /** Those that hold leases while others can take their work: of one process alone nobody takes anything. */
  private canOutlive(): readonly Service[] {
    const { services } = this.targets;
    return services.length < 2 ? [] : services.filter(({ role }) => role !== 'api');
  }

  /**
   * One process stands still in the middle of a call, for longer than the lease of what it works at, while the others take that over; then it
   * goes on, and must find that it may change nothing. Where that is too long to wait for, the clock jumps meanwhile. Counted only when the
   * process says that its lease had moved: it may have had none, or others had trouble of their own.
   */
  async outliveLease(ms: number): Promise<void> {
    for (let tries = 0; tries < 3; tries++)
      if (await this.outlive(this.random.pick(this.canOutlive()), ms)) {
        this.count(OUTLIVED);
        return;
      }
  }

  private async outlive(service: Service, ms: number): Promise<boolean> {
    try {
      if (!(await service.spare()) || !(await until(() => service.isCalling, ms, 1))) return false;
      const before = await service.said('lease_moved');
      const { clock } = this.targets;
      const pausing = service.pause(ms);
      if (ms < LEASE_MS && clock.canShift) clock.shift(LEASE_MS);
      if (!(await pausing)) return false;
      return await until(async () => (await service.said('lease_moved')) > before, 10_000, 200);
    } finally {
      service.release();
    }
  }
}

const OUTLIVED = 'a process paused beyond its lease';

/** `work.claimed.message.opened` is one of `work.claimed`. */
export function familyOf(point: string): string {
  return point.split('.').slice(0, 2).join('.');
}
