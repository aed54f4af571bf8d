import { Injectable } from '@nestjs/common';
import { activityOf, HOURS_A_DAY, hoursOf } from '../decisions/advice-from-history.js';
import { Database, holdCursor, moveCursor } from '../platform/database/index.js';
import { Pace } from '../platform/pace/index.js';
import { erasedIsNull } from '../platform/vault/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { ProfilesService } from '../profiles/index.js';
import { Clock } from '../shared/clock.js';
import { isZone } from '../shared/local-time.js';
import { replaceUsualHours, samplePeople } from './usual-hours.repository.js';

const CURSOR = 'usual-hours';
const EVERY_MS = 24 * 3_600_000;
/** People looked at in a count. */
const SAMPLE = 2_000;
/** People in one piece of work. */
const AT_ONCE = 20;
/** Of fewer nothing is kept: it would tell of them. */
const FEWEST_PEOPLE = 20;

/** Counts once a day over a sample of people in which hours of their day they are about: what advice from one person's history is shrunk toward. */
@Injectable()
export class UsualHoursService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly policies: PoliciesService,
    private readonly profiles: ProfilesService,
    private readonly pace: Pace,
  ) {}

  /** Counts when the last count is a day old and the playbook asks for advice at all. @returns how many people told an hour; null when none was due. */
  async countIfDue(): Promise<number | null> {
    const events = eventsOf(this.policies.active());
    if (events === null || !(await this.take())) return null;
    const ids = await samplePeople(this.database.db, SAMPLE);
    const weights = Array.from({ length: HOURS_A_DAY }, () => 0);
    let people = 0;
    for (let from = 0; from < ids.length; from += AT_ONCE)
      people += await this.pace.piece(() => this.add(weights, ids.slice(from, from + AT_ONCE), events));
    if (people >= FEWEST_PEOPLE) await this.database.transaction((tx) => replaceUsualHours(tx, weights));
    return people;
  }

  /** One process counts; one that dies over it leaves the count of the day before. */
  private take(): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const now = this.clock.now();
      const due = new Date(now.getTime() - EVERY_MS);
      const cursor = await holdCursor(tx, 'learning_cursors', CURSOR, due);
      if (cursor === null || cursor.at > due) return false;
      await moveCursor(tx, 'learning_cursors', CURSOR, { at: now, id: '' });
      return true;
    });
  }

  private async add(weights: number[], ids: readonly string[], events: readonly string[]): Promise<number> {
    const now = this.clock.now().getTime();
    let people = 0;
    for (const id of ids) {
      const profile = await this.profiles.load(this.database.db, id).catch(erasedIsNull);
      const [zone, other] = profile?.zones.filter(isZone) ?? [];
      if (profile === null || zone === undefined || other !== undefined) continue;
      const hours = hoursOf(profile, events, zone, now);
      const count = hours.reduce((sum, each) => sum + each, 0);
      if (count === 0) continue;
      people += 1;
      hours.forEach((each, hour) => (weights[hour] = (weights[hour] ?? 0) + each / count));
    }
    return people;
  }
}

/** What people do at hours of their own choosing, over all triggers that ask for advice; null where none does. */
function eventsOf(bundle: Bundle): string[] | null {
  const asking = [...bundle.triggers.values()].flatMap(({ spec }) =>
    spec.advice === undefined ? [] : [{ spec, advice: spec.advice }],
  );
  if (asking.length === 0) return null;
  const events = asking.flatMap(({ spec, advice }) =>
    activityOf(
      spec.actions.flatMap((id) => bundle.actions.get(id)?.spec ?? []),
      advice,
    ),
  );
  return [...new Set(events)];
}
