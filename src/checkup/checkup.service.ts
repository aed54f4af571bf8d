import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { Database, type Tx } from '../platform/database/index.js';
import { Log } from '../platform/telemetry/index.js';
import { type Bundle } from '../policies/bundle.js';
import { FactsService, PoliciesService } from '../policies/index.js';
import { Clock, durationMs } from '../shared/clock.js';
import { Ids } from '../shared/ids.js';
import {
  factsNamed,
  type FiringHistory,
  lookAtContradictions,
  lookAtExpiries,
  lookAtFacts,
  lookAtHeld,
  lookAtLinks,
  lookAtLinkSetting,
  lookAtMessages,
  lookAtOldFacts,
  lookAtReviews,
  lookAtStaleFacts,
  lookAtTriggers,
} from './checks.js';
import { CountingService, FIRST_COUNT_MS } from './counting.service.js';
import { type Found, joined, keyOf, type Looked } from './finding.js';
import { countEvents, countMessages, readActivatedAt, selectOldFacts } from './health.read-model.js';
import {
  claimRound,
  deleteAged,
  keepFindings,
  keepItems,
  putCursor,
  putMessageDay,
  readCursor,
  resolveUnseen,
  selectBadLinks,
  selectFactUse,
  selectFirings,
  selectFirstCounted,
  selectLastFirings,
  selectMessages,
  selectOpenSince,
  selectOutcomes,
  wasOpenSince,
} from './health.repository.js';
import { itemsOf } from './items.js';
import { roundIn } from './rounds.js';

/** Up to when messages were counted. */
const MESSAGES = 'messages';
const DAY_MS = 86_400_000;
/** Days of firings that are looked at. */
const FIRING_DAYS = 180;
const RECENT_DAYS = 7;
const PAST_DAYS = 28;
/** What comes of a message counts for three days, and a message may leave some days after it was to. */
const STILL_MOVING_DAYS = 7;
/** Of the latest signals so many, of a week at most, say which events arrive. */
const LATEST_SIGNALS = 50_000;
/** A link that nobody looked at for so long is one of which nothing is said. */
const LINK_KEPT_MS = 7 * DAY_MS;
/** The same thing coming and going is told of once in so long. */
const TOLD_EVERY_MS = 7 * DAY_MS;

/** Looks after the playbook in force: what nobody reads, what ends, what stopped, what gets worse. What it finds is kept until it is gone. */
@Injectable()
export class CheckupService {
  private readonly log = new Log('health');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly policies: PoliciesService,
    private readonly facts: FactsService,
    private readonly counting: CountingService,
    private readonly audit: AuditService,
  ) {}

  /** Looks when a look is due; of several processes one does. @returns whether it did. */
  async lookIfDue(): Promise<boolean> {
    const now = this.clock.now();
    const next = new Date(now.getTime() + roundIn.everyMs);
    const isDue = await claimRound(this.database.db, roundIn.name, now, next);
    if (isDue) await this.look();
    return isDue;
  }

  /** One look at everything. */
  async look(): Promise<void> {
    await this.counting.count();
    await this.countMessages();
    const now = this.clock.now();
    const bundle = this.policies.active();
    const since = await this.itemsSince(bundle, now);
    const looked = joined([
      lookAtExpiries(bundle, now.toISOString()),
      lookAtReviews(bundle, since, now.toISOString()),
      ...(await this.lookAtFacts(bundle, now)),
      ...(await this.lookAtFirings(bundle, since, now)),
      await this.lookAtMessages(bundle, now),
      lookAtLinkSetting(bundle),
      lookAtLinks(
        bundle,
        bundle.engine.health.checkLinks === true
          ? await selectBadLinks(this.database.db, new Date(now.getTime() - LINK_KEPT_MS))
          : [],
      ),
    ]);
    const kept = durationMs(bundle.engine.retention.situations);
    await this.database.transaction(async (tx) => {
      await this.keep(tx, looked, now);
      await deleteAged(tx, new Date(now.getTime() - kept));
      await putCursor(tx, roundIn.ended, now);
    });
  }

  /** Days whose messages may still move are counted anew, and those that nobody was there to count. */
  private async countMessages(): Promise<void> {
    const now = this.clock.now();
    const today = now.getTime();
    const first = today - (RECENT_DAYS + PAST_DAYS) * DAY_MS;
    const last = await readCursor(this.database.db, MESSAGES);
    const from = last === null ? first : Math.max(first, last.at.getTime() - STILL_MOVING_DAYS * DAY_MS);
    for (let at = from; dayOf(at) <= dayOf(today); at += DAY_MS) {
      const day = dayOf(at);
      const counts = await countMessages(this.database.db, day);
      await this.database.transaction((tx) => putMessageDay(tx, day, counts));
    }
    await this.database.transaction((tx) => putCursor(tx, MESSAGES, now));
  }

  private async itemsSince(bundle: Bundle, now: Date): Promise<Map<string, string>> {
    const since = (await readActivatedAt(this.database.db, bundle.hash)) ?? now;
    return this.database.transaction((tx) => keepItems(tx, itemsOf(bundle), since));
  }

  private async lookAtFacts(bundle: Bundle, now: Date): Promise<Looked[]> {
    const { db } = this.database;
    let noted;
    do noted = await this.database.transaction((tx) => this.facts.nameThings(tx));
    while (noted > 0);
    const named = await this.facts.current(db, [...factsNamed(bundle).keys()]);
    const before = new Date(now.getTime() - durationMs(bundle.engine.health.reviewEvery));
    return [
      lookAtFacts(bundle, new Map(named.map((fact) => [fact.id, fact])), now.toISOString()),
      lookAtOldFacts(bundle, await selectOldFacts(db, before, now)),
      lookAtContradictions(bundle, await this.facts.contradictions(db)),
    ];
  }

  /** Nothing is said of days that are not counted to their end. */
  private async lookAtFirings(
    bundle: Bundle,
    since: ReadonlyMap<string, string>,
    now: Date,
  ): Promise<Looked[]> {
    const { db } = this.database;
    const counted = await this.counting.countedUntil();
    if (counted === null) return [];
    const lastDay = dayOf(counted.getTime() - DAY_MS);
    const firstDay = dayOf(counted.getTime() - FIRING_DAYS * DAY_MS);
    const rows = await selectFirings(db, firstDay);
    const week = new Date(now.getTime() - 7 * DAY_MS);
    const kept = dayOf(now.getTime() - durationMs(bundle.engine.retention.situations));
    const firstCount = dayOf(counted.getTime() - FIRST_COUNT_MS);
    const stopped = await selectOpenSince(db, 'trigger-stopped');
    const history: FiringHistory = {
      byDay: byTrigger(rows, firstDay),
      last: await selectLastFirings(db),
      stopped: new Map(
        [...stopped].map(([subject, at]) => [subject.replace(/^triggers\//, ''), at.toISOString()]),
      ),
      lastDay,
      countedSince:
        [(await selectFirstCounted(db, kept)) ?? firstCount, firstCount].toSorted()[0] ?? firstCount,
      seen: await countEvents(db, week, LATEST_SIGNALS),
      since,
    };
    const shareHeld = async (from: number, until: number): Promise<{ hits: number; of: number }> => {
      const outcomes = await selectOutcomes(db, dayOf(from), dayOf(until));
      const of = outcomes.reduce((sum, { decisions }) => sum + decisions, 0);
      return { hits: outcomes.find(({ outcome }) => outcome === 'hold')?.decisions ?? 0, of };
    };
    const at = counted.getTime();
    return [
      lookAtStaleFacts(bundle, await selectFactUse(db, dayOf(at - (RECENT_DAYS - 1) * DAY_MS))),
      lookAtTriggers(bundle, history, now.toISOString()),
      lookAtHeld(
        bundle,
        await shareHeld(at - (RECENT_DAYS - 1) * DAY_MS, at),
        await shareHeld(at - (RECENT_DAYS + PAST_DAYS - 1) * DAY_MS, at - RECENT_DAYS * DAY_MS),
      ),
    ];
  }

  private async lookAtMessages(bundle: Bundle, now: Date): Promise<Looked> {
    const { db } = this.database;
    const today = now.getTime();
    const recent = dayOf(today - (RECENT_DAYS - 1) * DAY_MS);
    const past = dayOf(today - (RECENT_DAYS + PAST_DAYS - 1) * DAY_MS);
    return lookAtMessages(
      bundle,
      await selectMessages(db, recent, dayOf(today + DAY_MS)),
      await selectMessages(db, past, recent),
    );
  }

  private async keep(tx: Tx, looked: Looked, now: Date): Promise<void> {
    const once = new Map(looked.found.map((each) => [keyOf(each), each]));
    const found = [...once.values()].map((each) => ({ ...each, id: this.ids.make('hlf') }));
    const fresh = await keepFindings(tx, found, now);
    for (const each of found)
      if (fresh.has(each.id) && each.severity === 'high') await this.tell(tx, each.id, each, now);
    await resolveUnseen(tx, looked.judged, now);
  }

  /** What is grave stands in the audit log once, however often it comes and goes. */
  private async tell(tx: Tx, id: string, found: Found, now: Date): Promise<void> {
    if (await wasOpenSince(tx, found, new Date(now.getTime() - TOLD_EVERY_MS))) return;
    const { code, subject, owner } = found;
    this.log.warn('health.playbook_finding', { note: keyOf(found) });
    await this.audit.record(tx, {
      actor: 'system',
      action: 'health.found',
      subject: id,
      detail: { code, subject, owner },
    });
  }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Counts of each day from `firstDay` to `days` later, by trigger. */
function byTrigger(
  rows: readonly { trigger_id: string; day: string; firings: number }[],
  firstDay: string,
): Map<string, number[]> {
  const first = Date.parse(firstDay);
  const counts = new Map<string, number[]>();
  for (const { trigger_id, day, firings } of rows) {
    const days = counts.get(trigger_id) ?? new Array<number>(FIRING_DAYS).fill(0);
    counts.set(trigger_id, days);
    const at = Math.round((Date.parse(day) - first) / DAY_MS);
    if (at >= 0 && at < FIRING_DAYS) days[at] = firings;
  }
  return counts;
}
