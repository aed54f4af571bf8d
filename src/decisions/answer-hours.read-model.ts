import { type Executor, prepared } from '../platform/database/index.js';
import { type Profile } from '../profiles/profile.js';
import { stageAt } from '../profiles/stage.js';
import { ANSWERED_WITHIN_MS, countHours, firstMonth, MOST_OWN, OWN_MS, segmentOf } from './best-hours.js';
import { type HourCount, type HourCounts } from './situation.js';

interface HoursRow {
  own: [channel: string, at: number, answered: boolean][] | null;
  others: [channel: string, segment: string, slot: number, left: number, answered: number][] | null;
}

/**
 * When messages are answered on some channels: by this person, by those like them, by everyone. What left within the last 72 hours is not counted,
 * since it may still be answered, nor is anything transactional: a receipt is read when somebody buys. @returns null when nothing was counted.
 */
export async function readAnswerHours(
  db: Executor,
  profile: Profile,
  now: Date,
  channels: readonly string[],
): Promise<Record<string, HourCounts> | null> {
  if (channels.length === 0) return null;
  const segment = segmentOf(profile.country, stageAt(profile, now.toISOString()));
  const [row] = await selectHours(db, [
    profile.id,
    new Date(now.getTime() - OWN_MS),
    new Date(now.getTime() - ANSWERED_WITHIN_MS),
    channels,
    segment,
    firstMonth(now),
    MOST_OWN,
  ]);
  const counted = channels.flatMap((channel): [string, HourCounts][] => {
    const of = (whose: string): HourCount[] =>
      (row?.others ?? [])
        .filter(([on, group]) => on === channel && group === whose)
        .map(([, , slot, left, answered]) => [slot, left, answered]);
    const left = (row?.own ?? [])
      .filter(([on]) => on === channel)
      .map(([, at, answered]) => ({ at, answered }));
    const counts = { everyone: of(''), segment: of(segment), own: countHours(left, profile.zones) };
    const any = counts.everyone.length + counts.segment.length + counts.own.length > 0;
    return any ? [[channel, counts]] : [];
  });
  return counted.length === 0 ? null : Object.fromEntries(counted);
}

/** $1 profile, $2 since, $3 before, $4 channels, $5 segment, $6 first month, $7 how many of one's own. */
const selectHours = prepared<HoursRow>(
  'decisions.answer_hours',
  `with recursive family as (
    select $1::text as id
    union
    select m.from_profile_id from profile_merges m join family f on m.into_profile_id = f.id
  ), own as (
    select m.channel, m.sent_at, exists (
        select 1 from outcomes o
        where o.message_id = m.id and o.counted and o.kind in ('opened', 'clicked')
          and o.at < m.sent_at + interval '72 hours'
      ) as answered
    from messages m
    where m.profile_id in (select f.id from family f) and m.sent_at > $2::timestamptz and m.sent_at <= $3::timestamptz
      and m.state in ('sent', 'delivered') and m.class = 'marketing' and m.channel = any($4::text[])
    order by m.sent_at desc, m.id limit $7::int
  ), others as (
    select h.channel, h.segment, h.slot, sum(h.sent)::bigint as sent, sum(h.answered)::bigint as answered
    from answer_hours h
    where h.channel = any($4::text[]) and h.segment in ('', $5::text) and h.month >= $6::date
    group by h.channel, h.segment, h.slot
  )
  select
    (select json_agg(json_build_array(o.channel, floor(extract(epoch from o.sent_at) * 1000)::bigint, o.answered)
      order by o.sent_at) from own o) as own,
    (select json_agg(json_build_array(h.channel, h.segment, h.slot, h.sent, h.answered) order by h.slot)
      from others h) as others`,
);
