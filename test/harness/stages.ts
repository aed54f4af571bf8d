import { AuditService } from '../../src/audit/index.js';
import { MomentsService, TasksService } from '../../src/decisions/index.js';
import { type OutcomesService } from '../../src/outcomes/index.js';
import { IntakeService } from '../../src/pipeline/intake.service.js';
import { type Database } from '../../src/platform/database/index.js';
import { Pace } from '../../src/platform/pace/index.js';
import { Metrics } from '../../src/platform/telemetry/index.js';
import { Vault } from '../../src/platform/vault/index.js';
import { WorkService } from '../../src/platform/work/index.js';
import { type Bundle } from '../../src/policies/bundle.js';
import { type PoliciesService } from '../../src/policies/index.js';
import { type Applied, CarriedNamesService, ProfilesService } from '../../src/profiles/index.js';
import { type Profile } from '../../src/profiles/profile.js';
import { type Runtime } from '../../src/platform/runtime.js';
import { InboxService, SignalsService } from '../../src/signals/index.js';
import { TriggersService } from '../../src/triggers/index.js';

/** The stages from a signal to a firing, wired by hand; what comes after them is a list of what they saw. */
export interface FirstStages {
  readonly signals: SignalsService;
  readonly inbox: InboxService;
  readonly profiles: ProfilesService;
  readonly triggers: TriggersService;
  readonly intake: IntakeService;
  readonly vault: Vault;
  readonly metrics: Metrics;
  /** What outcomes would have seen. */
  readonly seen: Applied[];
  /** Throws for a signal to make applying it fail. */
  failOn: (applied: Applied) => void;
  profileOf(userId: string): Promise<Profile | null>;
}

export function firstStages(database: Database, runtime: Runtime, bundle: () => Bundle): FirstStages {
  const { clock, ids, secrets } = runtime;
  const vault = new Vault(secrets, clock, database);
  const metrics = new Metrics();
  const signals = new SignalsService(database, vault, clock, ids, secrets, metrics);
  const inbox = new InboxService(database, vault, clock);
  const audit = new AuditService(database, vault, clock, ids, secrets);
  const pace = new Pace();
  const work = new WorkService(database, clock, metrics, pace);
  const profiles = new ProfilesService(vault, clock, ids, signals, audit, work, secrets);
  // Of these two only one method is called here; both have specs of their own.
  const policies = { active: bundle } as unknown as PoliciesService;
  const seen: Applied[] = [];
  const outcomes = {
    observe: (_tx: unknown, applied: readonly Applied[]): Promise<void> => {
      for (const one of applied) stages.failOn(one);
      seen.push(...applied);
      return Promise.resolve();
    },
  } as unknown as OutcomesService;
  const triggers = new TriggersService(database, policies, profiles, work, clock, ids, metrics);
  const intake = new IntakeService(
    database,
    clock,
    policies,
    signals,
    inbox,
    profiles,
    new CarriedNamesService(database, clock),
    triggers,
    new MomentsService(clock, triggers, new TasksService(clock, ids, vault, audit, work)),
    outcomes,
    metrics,
    pace,
  );
  const stages: FirstStages = {
    signals,
    inbox,
    profiles,
    triggers,
    intake,
    vault,
    metrics,
    seen,
    failOn: () => undefined,
    profileOf: async (userId) => {
      const id = await profiles.findByUserId(database.db, userId);
      return id === null ? null : profiles.load(database.db, id);
    },
  };
  return stages;
}
