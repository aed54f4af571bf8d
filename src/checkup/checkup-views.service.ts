import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { type Bundle } from '../policies/bundle.js';
import { PoliciesService } from '../policies/index.js';
import { type Guardrail } from '../policies/playbook.js';
import { Clock } from '../shared/clock.js';
import { CountingService } from './counting.service.js';
import { SEVERITIES, type Severity } from './finding.js';
import {
  countLinkChecks,
  countOpenFindings,
  readCursor,
  selectFindings,
  selectOutcomes,
  selectOwners,
  selectRuleUse,
  type StoredFinding,
} from './health.repository.js';
import { roundIn } from './rounds.js';

const DAY_MS = 86_400_000;
const LINK_KEPT_MS = 7 * DAY_MS;
const MICROS = 1e6;

/** How the playbook stands. */
export interface PlaybookHealth {
  /** When it was looked at last; null before the first look. */
  readonly lookedAt: Date | null;
  readonly open: Readonly<Record<Severity, number>>;
  /** Null where links are not followed, so nothing is known of them. */
  readonly links: Readonly<Record<'ok' | 'broken' | 'unknown', number>> | null;
}

/** What a guardrail did in some days. */
export interface RuleLine {
  readonly rule: string;
  /** Null for a rule that the playbook in force does not have. */
  readonly spec: Guardrail | null;
  /** Executed decisions in which it matched for a candidate. */
  readonly matched: number;
  /** In which it stood in the way of one, or asked for a person. */
  readonly stood: number;
  /** In which nothing else did. */
  readonly alone: number;
  /** Expected value forgone by it alone, in minor units of the brand's currency. */
  readonly cost: number;
}

/** What all guardrails did in some days. */
export interface RuleUseOverview {
  /** Executed decisions. */
  readonly decisions: number;
  /** Decisions from before then are counted; null before the first count. */
  readonly countedUntil: Date | null;
  readonly currency: string;
  readonly rules: readonly RuleLine[];
}

/** What is shown of the playbook's health. */
@Injectable()
export class CheckupViews {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly policies: PoliciesService,
    private readonly counting: CountingService,
  ) {}

  async health(): Promise<PlaybookHealth> {
    const { db } = this.database;
    const ended = await readCursor(db, roundIn.ended);
    const counts = new Map((await countOpenFindings(db)).map(({ severity, count }) => [severity, count]));
    const checkLinks = this.policies.active().engine.health.checkLinks === true;
    const since = new Date(this.clock.now().getTime() - LINK_KEPT_MS);
    const links = new Map(
      (checkLinks ? await countLinkChecks(db, since) : []).map(({ state, count }) => [state, count]),
    );
    return {
      lookedAt: ended?.at ?? null,
      open: Object.fromEntries(SEVERITIES.map((each) => [each, counts.get(each) ?? 0])) as Record<
        Severity,
        number
      >,
      links: checkLinks
        ? { ok: links.get('ok') ?? 0, broken: links.get('broken') ?? 0, unknown: links.get('unknown') ?? 0 }
        : null,
    };
  }

  /** How many findings are open. */
  async open(): Promise<number> {
    return (await countOpenFindings(this.database.db)).reduce((sum, { count }) => sum + count, 0);
  }

  /** The gravest first; one more than `limit` when there are more. */
  findings(query: Parameters<typeof selectFindings>[1]): Promise<StoredFinding[]> {
    return selectFindings(this.database.db, query);
  }

  /** Who owns something that is open, or was. */
  owners(state: 'open' | 'resolved'): Promise<string[]> {
    return selectOwners(this.database.db, state);
  }

  /** What every rule did in the last days, today's included: those of the playbook in force, and others that did something. The dearest first. */
  async rules(days: number): Promise<RuleUseOverview> {
    const { db } = this.database;
    const now = this.clock.now().getTime();
    const since = new Date(now - (days - 1) * DAY_MS).toISOString().slice(0, 10);
    const outcomes = await selectOutcomes(db, since, new Date(now).toISOString().slice(0, 10));
    const used = new Map((await selectRuleUse(db, since)).map((row) => [row.rule, row]));
    const bundle = this.policies.active();
    const specs = specsOf(bundle);
    const rules = [...new Set([...specs.keys(), ...used.keys()])].map((rule): RuleLine => {
      const row = used.get(rule);
      return {
        rule,
        spec: specs.get(rule) ?? null,
        matched: row?.matched ?? 0,
        stood: row?.stood ?? 0,
        alone: row?.alone ?? 0,
        cost: (row?.cost_micros ?? 0) / MICROS,
      };
    });
    return {
      decisions: outcomes.reduce((sum, { decisions }) => sum + decisions, 0),
      countedUntil: await this.counting.countedUntil(),
      currency: bundle.brand.currency,
      rules: rules.toSorted(
        (a, b) =>
          b.cost - a.cost ||
          b.alone - a.alone ||
          b.stood - a.stood ||
          b.matched - a.matched ||
          (a.rule < b.rule ? -1 : 1),
      ),
    };
  }
}

function specsOf(bundle: Bundle): Map<string, Guardrail> {
  return new Map(bundle.guardrails.map(({ spec }) => [spec.id, spec]));
}
