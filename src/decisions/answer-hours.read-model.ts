import { type Profile } from '../profiles/profile.js';
import { stageAt } from '../profiles/stage.js';
import { ANSWERED_WITHIN_MS, countHours, firstMonth, MOST_OWN, OWN_MS, segmentOf } from './best-hours.js';
import { type HourCount, type HourCounts } from './situation.js';

/** What was counted of some channels, in one row; null for nothing. */
export interface HoursRow {
  own: [channel: string, at: number, answered: boolean][] | null;
  others: [channel: string, segment: string, slot: number, left: number, answered: number][] | null;
}

/** Whose hours are asked for. */
export interface HoursQuestion {
  readonly profile: Profile;
  readonly now: Date;
  readonly channels: readonly string[];
}

const segmentOfProfile = ({ profile, now }: HoursQuestion): string =>
  segmentOf(profile.country, stageAt(profile, now.toISOString()));

/** The values that `HOURS_PARTS` names, from $6 on. */
export function hoursValues(question: HoursQuestion): unknown[] {
  const { now, channels } = question;
  return [
    new Date(now.getTime() - OWN_MS),
    new Date(now.getTime() - ANSWERED_WITHIN_MS),
    channels,
    segmentOfProfile(question),
    firstMonth(now),
    MOST_OWN,
  ];
}

/**
 * When messages are answered on some channels: by this person, by those like them, by everyone. What left within the last 72 hours is not counted,
 * since it may still be answered, nor is anything transactional: a receipt is read when somebody buys. @returns null when nothing was counted.
 */
export function answerHoursIn(row: HoursRow, question: HoursQuestion): Record<string, HourCounts> | null {
  const { profile, channels } = question;
  const segment = segmentOfProfile(question);
  const counted = channels.flatMap((channel): [string, HourCounts][] => {
    const of = (whose: string): HourCount[] =>
      (row.others ?? [])
        .filter(([on, group]) => on === channel && group === whose)
        .map(([, , slot, left, answered]) => [slot, left, answered]);
    const left = (row.own ?? [])
      .filter(([on]) => on === channel)
      .map(([, at, answered]) => ({ at, answered }));
    const counts = { everyone: of(''), segment: of(segment), own: countHours(left, profile.zones) };
    const any = counts.everyone.length + counts.segment.length + counts.own.length > 0;
    return any ? [[channel, counts]] : [];
  });
  return counted.length === 0 ? null : Object.fromEntries(counted);
}

/**
 * Read together with the rest of a person's past, behind their `family`. $6 since, $7 before, $8 channels, $9 segment, $10 first month, $11 how
 * many of one's own.
 */
export const HOURS_PARTS = `own as (
    select m.channel, m.sent_at, exists (
        select 1 from outcomes o
        where o.message_id = m.id and o.counted and o.kind in ('opened', 'clicked')
          and o.at < m.sent_at + interval '72 hours'
      ) as answered
    from family f cross join lateral (
      select x.id, x.channel, x.sent_at from messages x
      where x.profile_id = f.id and x.sent_at > $6::timestamptz and x.sent_at <= $7::timestamptz
        and x.state in ('sent', 'delivered') and x.class = 'marketing' and x.channel = any($8::text[])
      offset 0
    ) m
    order by m.sent_at desc, m.id limit $11::int
  ), others as (
    select h.channel, h.segment, h.slot, sum(h.sent)::bigint as sent, sum(h.answered)::bigint as answered
    from answer_hours h
    where h.channel = any($8::text[]) and h.segment in ('', $9::text) and h.month >= $10::date
    group by h.channel, h.segment, h.slot
  )`;

export const HOURS_COLUMNS = `
    (select json_agg(json_build_array(o.channel, floor(extract(epoch from o.sent_at) * 1000)::bigint, o.answered)
      order by o.sent_at) from own o) as own,
    (select json_agg(json_build_array(h.channel, h.segment, h.slot, h.sent, h.answered) order by h.slot)
      from others h) as others`;
