import { type Disk } from './disk.js';
import { sleep } from './ports.js';
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
  /** `dist/main.js` of the version before this one, when both run side by side. */
  readonly former: string | null;
}

const LONGEST_JUMP_MS = 20 * 60_000;

type Fault = readonly [weight: number, fault: readonly [name: string, happen: () => Promise<void>]];

const CALLED = ['message.opened', 'message.approved'];
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
  private clockOffsetMs = 0;

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
    return { crashPoint, clockOffsetMs: this.clockOffsetMs, program: this.program() };
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

  /** What the service's clock says in the end. */
  get now(): Date {
    return new Date(Date.now() + this.clockOffsetMs);
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
    // Armed points and wrong clocks go with their processes.
    for (const service of this.targets.services) service.kill();
  }

  private proxies(): Proxy[] {
    return this.targets.services.flatMap(({ links }) =>
      [links.database, links.redis, links.smtp, links.model].filter((link) => link !== null),
    );
  }

  /** One of the processes, one that is at work if there is any: one that is only starting has little to lose. */
  private service(): Service {
    const atWork = this.targets.services.filter(({ ready }) => ready);
    return this.random.pick(atWork.length > 0 ? atWork : this.targets.services);
  }

  private link(kind: keyof Links): Proxy | null {
    return this.service().links[kind];
  }

  /** Goes on beside the other faults. */
  private aside(happening: Promise<void>): Promise<void> {
    const tracked = happening.finally(() => this.asides.delete(tracked));
    this.asides.add(tracked);
    return Promise.resolve();
  }

  private faults(): Fault[] {
    return [...this.deaths(), ...this.brokenLinks(), ...this.databaseFaults(), ...this.queueFaults()];
  }

  private deaths(): Fault[] {
    const { services } = this.targets;
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
        0.3,
        [
          'the clock jumped ahead',
          () =>
            this.strike(() => {
              this.jump();
            }),
        ],
      ],
      [
        1,
        [
          'all processes killed',
          () =>
            this.strike(() => {
              for (const service of services) service.kill();
            }),
        ],
      ],
      [2, ['a process paused', () => this.aside(this.service().pause(this.random.between(200, 6_000)))]],
    ];
  }

  /** A machine that was suspended: everything on it goes on at another time. */
  private jump(): void {
    this.clockOffsetMs += Math.round(this.random.between(30_000, LONGEST_JUMP_MS));
    for (const service of this.targets.services) service.kill();
  }

  private strike(blow: () => void): Promise<void> {
    blow();
    return Promise.resolve();
  }

  private brokenLinks(): Fault[] {
    const kinds = ['database', 'smtp', 'model', 'redis'] as const;
    const { services } = this.targets;
    return kinds.flatMap((kind): Fault[] => {
      if (services[0]?.links[kind] === null) return [];
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

  /** One process stands still for longer than any lease, while the others go on; then it goes on too. */
  async outliveLease(ms: number): Promise<void> {
    this.count('a process paused beyond its lease');
    await this.service().pause(ms);
  }
}
