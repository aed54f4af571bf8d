import { type Action, type Channel } from '../policies/playbook.js';
import { consentFor } from '../profiles/consent.js';
import { type Profile } from '../profiles/profile.js';
import { MARKETING_ONLY } from '../profiles/suppression.js';
import { durationMs } from '../shared/clock.js';
import { unitHash } from '../shared/hash.js';
import { addressSpace } from '../shared/identity.js';
import { keepsFrom } from './open-tasks.js';
import { type Reason } from './reason.js';
import { type Situation } from './situation.js';

/** The part of a situation that says whether a person may be contacted at all. */
type Contact = Pick<Situation, 'profile' | 'suppressions' | 'openTasks'>;

const SUPPRESSED_BECAUSE: Readonly<Record<string, string>> = {
  hard_bounce: 'mail to it came back for good',
  complaint: 'a message was reported as spam',
  unsubscribe: 'the person unsubscribed',
  import: 'it is on an imported suppression list',
  manual: 'it was suppressed by hand',
};

/** After a time down a firing may have waited for hours: what called for it has passed then, as for a signal that comes late. */
export function latenessCheck(
  { trigger, now }: Pick<Situation, 'trigger' | 'now'>,
  lateAfter: string,
): Reason[] {
  if (trigger?.firedAt === undefined) return [];
  if (Date.parse(now) - Date.parse(trigger.firedAt) <= durationMs(lateAfter)) return [];
  return [
    {
      code: 'trigger_late',
      text: `The trigger ${trigger.id} fired at ${trigger.firedAt} and was decided more than ${lateAfter} later.`,
    },
  ];
}

function addressCheck(profile: Profile, channel: Channel): Reason[] {
  if (channel.kind !== 'email' || profile.addresses.email !== null) return [];
  return [{ code: 'no_address', text: 'No e-mail address of this person is known.' }];
}

function suppressionCheck(situation: Contact, action: Action, channel: Channel): Reason[] {
  return situation.suppressions
    .filter((each) => each.channel === addressSpace(channel))
    .filter((each) => action.class === 'marketing' || !MARKETING_ONLY.has(each.reason))
    .map((each) => suppressedReason(channel.id, each.reason));
}

/** @param because why the address is suppressed. */
export function suppressedReason(channel: string, because: string): Reason {
  return {
    code: 'suppressed',
    text: `The address on ${channel} is suppressed: ${SUPPRESSED_BECAUSE[because] ?? because}.`,
  };
}

function consentCheck(profile: Profile, action: Action, channel: Channel): Reason[] {
  if (action.class === 'transactional') return [];
  const consent = consentFor(profile.consents, channel.id, action.topic);
  switch (consent) {
    case 'granted':
      return [];
    case 'denied':
      return [
        {
          code: 'consent_denied',
          text: `The person refused ${action.topic} messages on ${channel.id}.`,
        },
      ];
    case 'unknown':
      return [
        {
          code: 'consent_unknown',
          text: `Whether the person agreed to ${action.topic} messages on ${channel.id} is not known.`,
        },
      ];
  }
}

function taskCheck({ openTasks }: Contact, action: Action): Reason[] {
  const task = openTasks.find((each) => keepsFrom(each, action));
  if (task === undefined) return [];
  return [
    {
      code: 'open_task',
      text: `A person is taking care of this customer (${task.reason}); automation is off until that is closed.`,
    },
  ];
}

/** Whether this person belongs to the share that never gets the action. Fixed by the hash of person and action, from the first day. */
export function isHeldOut(profileId: string, action: Action): boolean {
  return action.holdout > 0 && unitHash(`holdout:${action.id}:${profileId}`) < action.holdout;
}

/** What stands against contacting this person at all: address, suppression, consent, an open task. Looked at again before sending. */
export function contactChecks(situation: Contact, action: Action, channel: Channel): Reason[] {
  return [
    ...taskCheck(situation, action),
    ...addressCheck(situation.profile, channel),
    ...suppressionCheck(situation, action, channel),
    ...consentCheck(situation.profile, action, channel),
  ];
}
