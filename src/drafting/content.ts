import { type MessageContent } from '../messages/content.js';
import { type Brand, type Channel } from '../policies/playbook.js';
import { type WrittenDraft } from './draft.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { renderEmail } from './render-email.js';

/** Everything about a message but its words. */
export interface ContentFrame {
  readonly brand: Brand;
  readonly channel: Channel;
  readonly action: { readonly id: string; readonly class: MessageContent['class'] };
  readonly offer: string | null;
  /** Address for e-mail, the profile id on site; ignored for a webhook, which goes to its channel's URL. */
  readonly recipient: string;
  readonly locale: string;
  readonly versions: MessageContent['versions'];
}

/** A draft as the complete content that is signed. @throws Error when the draft is not of the channel's kind. */
export async function toContent(written: WrittenDraft, frame: ContentFrame): Promise<MessageContent> {
  const { brand, channel, action } = frame;
  const shared = {
    channel: channel.id,
    kind: channel.kind,
    action: action.id,
    class: action.class,
    offer: frame.offer,
    sender: brand.name,
    replyTo: null,
    recipient: frame.recipient,
    subject: null,
    preheader: null,
    html: null,
    payload: null,
    links: [],
    versions: frame.versions,
  };
  switch (written.kind) {
    case 'email': {
      if (channel.kind !== 'email') break;
      const rendered = await renderEmail({
        subject: written.subject,
        preheader: written.preheader,
        blocks: written.blocks,
        brand,
        recipient: frame.recipient,
        locale: frame.locale,
        marketing: action.class === 'marketing',
        trackOpens: brand.tracking.opens,
        writtenByModel: frame.versions.prompt !== null,
      });
      return {
        ...shared,
        sender: `${senderName(brand.sender.name)} <${brand.sender.email}>`,
        replyTo: brand.replyTo ?? null,
        subject: written.subject,
        preheader: written.preheader,
        html: rendered.html,
        text: rendered.text,
        links: rendered.links,
      };
    }
    case 'webhook': {
      if (channel.kind !== 'webhook') break;
      const payload = { ...written.payload };
      return { ...shared, recipient: channel.url ?? '', text: canonicalJson(payload), payload };
    }
    case 'onsite': {
      if (channel.kind !== 'onsite') break;
      const { title, body, url } = written;
      return {
        ...shared,
        subject: title,
        text: onsiteText(title, body),
        payload: { title, body, url },
        links: url === null ? [] : [url],
      };
    }
    case 'edit':
      break;
  }
  throw new Error(
    `a draft of kind ${written.kind} cannot go over channel ${channel.id}, which is ${channel.kind}`,
  );
}

/** Title and body as one text, for whatever reads words and not payloads. */
export function onsiteText(title: string, body: string): string {
  return `${title}\n\n${body}`;
}

/** A display name that needs quotes gets them, so that `Name <address>` can be read back. */
function senderName(name: string): string {
  return /^[\p{L}\p{N} !#$%&'*+/=?^_`{|}~-]+$/u.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
}
