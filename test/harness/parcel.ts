import { generateKeyPairSync, sign } from 'node:crypto';
import { type Parcel } from '../../src/dispatch/channel.port.js';
import { wire, wireLinks } from '../../src/dispatch/wire.js';
import { type MessageContent, UNSUBSCRIBE_TOKEN } from '../../src/messages/content.js';
import { type Message } from '../../src/messages/message.js';
import { type Channel } from '../../src/policies/playbook.js';
import { type ApprovalPayload, openApproval } from '../../src/review/approval.js';
import { canonicalJson } from '../../src/shared/canonical-json.js';
import { contentHash } from '../../src/shared/hash.js';

const AT = '2026-03-02T10:00:00.000Z';

export const emailContent: MessageContent = {
  channel: 'email',
  kind: 'email',
  action: 'welcome',
  class: 'marketing',
  offer: null,
  sender: 'Ahrens & Söhne <hello@shop.example.com>',
  replyTo: 'help@shop.example.com',
  recipient: 'ada@example.com',
  subject: 'Grüße, Ada',
  preheader: null,
  html: `<p><a href="https://shop.example.com/new?a=1&amp;b=2">New</a></p><a href="${UNSUBSCRIBE_TOKEN}">Unsubscribe</a>`,
  text: `New: https://shop.example.com/new?a=1&b=2\n\nUnsubscribe: ${UNSUBSCRIBE_TOKEN}`,
  payload: null,
  links: ['https://shop.example.com/new?a=1&b=2', UNSUBSCRIBE_TOKEN],
  versions: { bundle: 'b', template: null, prompt: null, facts: [] },
};

/** A parcel as dispatch would pack it, approved under a key of its own. */
export function parcelOf(
  changes: { content?: Partial<MessageContent>; channel?: Partial<Channel>; at?: Date } = {},
): Parcel {
  const content = { ...emailContent, ...changes.content };
  const message: Message = {
    id: 'msg_01h00000000000000000000000',
    profileId: 'prf_1',
    decisionId: 'dec_1',
    action: content.action,
    channel: content.channel,
    class: content.class,
    tags: [],
    topic: 'news',
    offer: null,
    state: 'approved',
    sendAt: AT,
    expiresAt: '2026-03-05T10:00:00.000Z',
    createdAt: AT,
    sentAt: null,
    templateId: null,
    contentHash: contentHash(content),
  };
  const payload: ApprovalPayload = {
    messageId: message.id,
    decisionId: message.decisionId,
    profileId: message.profileId,
    contentHash: contentHash(content),
    kind: 'person',
    by: [{ personId: 'per_1', name: 'Mara', at: AT }],
    template: null,
    bundleHash: 'b',
    at: AT,
    expiresAt: message.expiresAt,
  };
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signature = sign(null, Buffer.from(canonicalJson(payload)), privateKey).toString('base64url');
  const opened = openApproval(message, content, { payload, signature }, [publicKey]);
  if (!opened.ok) throw new Error(opened.reason);
  const links = wireLinks(message.id, content, {
    secret: Buffer.alloc(32, 7),
    publicUrl: 'https://m.example.com',
    trackClicks: content.class === 'marketing',
  });
  return {
    message,
    approval: opened.approval,
    links,
    wired: wire(content, links),
    channel: {
      id: content.channel,
      kind: content.kind,
      contactCost: 0,
      enabled: true,
      allowHosts: [],
      ...changes.channel,
    },
    at: changes.at ?? new Date(AT),
  };
}
