import { z } from 'zod';
import { decisionOutcome } from '../decisions/decision.js';
import { type Profile } from '../profiles/profile.js';
import { type Affected, AFFECTING, type Done } from './affected.js';
import { type AffectedPerson, PERSON_CHANGES, type SentOnBothSides } from './affected-person.js';

/** What the lists go on behind: the time of a decision and its id, or the id of a profile. */
export const decisionCursor = z.tuple([z.iso.datetime(), z.string()]);
export const personCursor = z.tuple([z.string()]);

const done = z.strictObject({
  outcome: decisionOutcome,
  action: z.string(),
  channel: z.string().nullable(),
  sendAt: z.string().nullable(),
});

/** A decision that would have been another, as it is answered over HTTP. */
export const affectedAnswerSchema = z
  .strictObject({
    decision: z.string(),
    profileId: z.string(),
    /** Null while the person is anonymous. */
    userId: z.string().nullable(),
    decidedAt: z.iso.datetime(),
    /** lost: a message would not be sent; gained: one would; other: another message; retimed: at another time; taskGained and taskLost: hand-offs. */
    change: z.enum(AFFECTING),
    /** What did it: `guardrail:` and the rule, `cap:` and the rule, or a reason's code. */
    causes: z.array(z.string()),
    before: done,
    after: done,
  })
  .meta({ id: 'AffectedDecision' });
export const affectedPageSchema = z
  .strictObject({ data: z.array(affectedAnswerSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'AffectedDecisionPage' });

export function affectedAnswer(
  line: Affected & { readonly profile: Pick<Profile, 'id' | 'userId'> },
): z.output<typeof affectedAnswerSchema> {
  const { id, createdAt, change, causes, before, after, profile } = line;
  return {
    decision: id,
    profileId: profile.id,
    userId: profile.userId,
    decidedAt: createdAt,
    change,
    causes: [...causes],
    before: shown(before),
    after: shown(after),
  };
}

function shown({ outcome, action, channel, sendAt }: Done): z.output<typeof done> {
  return { outcome, action, channel, sendAt };
}

const sent = z.strictObject({
  count: z.int(),
  /** The first twenty. */
  first: z.array(z.strictObject({ at: z.iso.datetime(), action: z.string(), channel: z.string() })),
});

/** Somebody who would get other messages, as it is answered over HTTP. */
export const affectedPersonSchema = z
  .strictObject({
    profileId: z.string(),
    /** Null while the person is anonymous. */
    userId: z.string().nullable(),
    change: z.enum(PERSON_CHANGES),
    /** What held messages back more often under one playbook than under the other. */
    causes: z.array(z.string()),
    asked: sent,
    active: sent,
  })
  .meta({ id: 'AffectedPerson' });
export const affectedPeoplePageSchema = z
  .strictObject({ data: z.array(affectedPersonSchema), nextCursor: z.string().nullable() })
  .meta({ id: 'AffectedPersonPage' });

export function affectedPersonAnswer({
  profile,
  change,
  causes,
  sent: { asked, active },
}: Omit<AffectedPerson, 'id'> & { readonly profile: Pick<Profile, 'id' | 'userId'> }): z.output<
  typeof affectedPersonSchema
> {
  const { id, userId } = profile;
  return { profileId: id, userId, change, causes: [...causes], asked: sentAnswer(asked), active: sentAnswer(active) }; // prettier-ignore
}

function sentAnswer({ count, first }: SentOnBothSides['asked']): z.output<typeof sent> {
  return { count, first: first.map((each) => ({ ...each })) };
}
