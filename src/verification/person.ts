import { mergeConsents, withConsent } from '../profiles/consent.js';
import { type Consent } from '../profiles/profile.js';
import { type ConsentRow, type MergeRow, type SentRow, type TaskRow } from './evidence.read-model.js';

/** Everything that is kept of one person, the profiles merged into theirs included. */
export interface PersonRecord {
  readonly sent: readonly SentRow[];
  readonly consents: readonly ConsentRow[];
  readonly merges: readonly MergeRow[];
  readonly tasks: readonly TaskRow[];
}

/** Which profile a profile was part of at a time. */
function canonicalAt(merges: readonly MergeRow[], profileId: string, at: number): string {
  let id = profileId;
  for (const merge of merges) {
    if (merge.merged_at.getTime() < at && merge.from_profile_id === id) id = merge.into_profile_id;
  }
  return id;
}

/** Whether two profiles were known to be one person before a time. */
export function wereOne(record: PersonRecord, a: string, b: string, at: number): boolean {
  return canonicalAt(record.merges, a, at) === canonicalAt(record.merges, b, at);
}

type Step =
  { readonly at: number; readonly merge: MergeRow } | { readonly at: number; readonly consent: ConsentRow };

/**
 * What consents may have stood for a profile at a time, told again from what was recorded. Rows of the same moment have no order among them,
 * so each reading that is possible is given; only what none of them allows is certain to be wrong.
 */
export function consentsAt(record: PersonRecord, profileId: string, at: number): (readonly Consent[])[] {
  const merges: Step[] = record.merges.map((merge) => ({ at: merge.merged_at.getTime(), merge }));
  const consents: Step[] = record.consents.map((consent) => ({ at: consent.recorded_at.getTime(), consent }));
  const orders = [
    [...merges, ...consents],
    [...consents, ...merges],
  ];
  return orders.flatMap((steps) => {
    const inOrder = steps.toSorted((a, b) => a.at - b.at);
    return [
      tell(
        inOrder.filter((step) => step.at < at),
        profileId,
      ),
      tell(
        inOrder.filter((step) => step.at <= at),
        profileId,
      ),
    ];
  });
}

function tell(steps: readonly Step[], profileId: string): readonly Consent[] {
  const held = new Map<string, readonly Consent[]>();
  const owner = new Map<string, string>();
  const ownerOf = (id: string): string => {
    const next = owner.get(id);
    return next === undefined ? id : ownerOf(next);
  };
  for (const step of steps) {
    if ('merge' in step) {
      const from = ownerOf(step.merge.from_profile_id);
      const into = ownerOf(step.merge.into_profile_id);
      if (from === into) continue;
      held.set(into, mergeConsents(held.get(into) ?? [], held.get(from) ?? []));
      owner.set(from, into);
    } else {
      const { profile_id, channel, topic, state, source, at } = step.consent;
      const id = ownerOf(profile_id);
      const said: Consent = { channel, topic, state, source, at: at.toISOString() };
      held.set(id, withConsent(held.get(id) ?? [], said));
    }
  }
  return held.get(ownerOf(profileId)) ?? [];
}
