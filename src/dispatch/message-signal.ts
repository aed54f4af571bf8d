import { type Message } from '../messages/message.js';
import { type Profile } from '../profiles/profile.js';
import { type NewSignal } from '../signals/signal.js';
import { type Json } from '../shared/canonical-json.js';

/**
 * What came of a message, as a signal about the person. Null for a profile that nothing names: no signal could find it.
 * @param key what makes it unique, such as `sent:msg_…`: the same event is kept once. @param at ISO 8601.
 */
export function messageSignal(
  profile: Profile,
  message: Pick<Message, 'id' | 'action' | 'channel' | 'class' | 'topic'>,
  event: string,
  key: string,
  at: string,
  detail: Readonly<Record<string, Json>> = {},
): NewSignal | null {
  const anonymousId = profile.userId === null ? (profile.anonymousIds[0] ?? null) : null;
  if (profile.userId === null && anonymousId === null) return null;
  return {
    messageId: key,
    type: 'track',
    event,
    userId: profile.userId,
    anonymousId,
    previousId: null,
    groupId: null,
    traits: {},
    properties: {
      message_id: message.id,
      action: message.action,
      channel: message.channel,
      class: message.class,
      topic: message.topic,
      ...detail,
    },
    context: {},
    occurredAt: at,
  };
}
