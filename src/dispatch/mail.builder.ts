import addressparser from 'nodemailer/lib/addressparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import { sha256Hex } from '../shared/hash.js';
import { type Parcel } from './channel.port.js';

/** A whole mail, with whom the servers are told it is from and for. */
export interface BuiltMail {
  readonly envelope: { readonly from: string; readonly to: string };
  readonly messageId: string;
  /** RFC 5322, lines ended by CRLF. */
  readonly raw: Buffer;
}

/** The content cannot become a mail that says exactly what was signed. */
export class UnmailableError extends Error {
  override readonly name = 'UnmailableError';
}

const CONTROL = /\p{Cc}/u;

/** The one address in a text such as `Shop <hello@example.com>`. @throws UnmailableError */
function oneAddress(text: string, what: string): { name: string; address: string } {
  if (CONTROL.test(text)) throw new UnmailableError(`the ${what} holds a control character`);
  const [first, second] = addressparser(text, { flatten: true });
  if (first === undefined || second !== undefined || !/^[^\s@<>,]+@[^\s@<>,]+$/.test(first.address))
    throw new UnmailableError(`the ${what} is not one e-mail address`);
  return { name: first.name, address: first.address };
}

/** The part of a Message-ID that is ours: providers report on it. */
function mailMessageId(messageId: string, senderAddress: string): string {
  return `<${messageId}@${senderAddress.slice(senderAddress.lastIndexOf('@') + 1)}>`;
}

/**
 * Builds the mail of a parcel. Subject, sender, reply-to, recipient, html and text are those of the signed content (links substituted);
 * Date, Message-ID, MIME boundaries and list headers are added here.
 * @param bounceAddress where servers report to (MAIL_FROM); the signed sender without it.
 * @throws UnmailableError when a header would not be what was signed.
 */
export async function buildMail(parcel: Parcel, bounceAddress: string | undefined): Promise<BuiltMail> {
  const { message, wired, links, at } = parcel;
  const { content } = parcel.approval;
  const sender = oneAddress(content.sender, 'sender');
  const recipient = oneAddress(content.recipient, 'recipient');
  const subject = content.subject ?? '';
  if (CONTROL.test(subject)) throw new UnmailableError('the subject holds a control character');
  const domain = sender.address.slice(sender.address.lastIndexOf('@') + 1);
  const messageId = mailMessageId(message.id, sender.address);
  const marketing = content.class === 'marketing';
  const composer = new MailComposer({
    from: sender,
    to: recipient.address,
    ...(content.replyTo === null ? {} : { replyTo: oneAddress(content.replyTo, 'reply-to') }),
    subject,
    text: wired.text,
    ...(wired.html === null ? {} : { html: wired.html }),
    date: at,
    messageId,
    headers: {
      ...(marketing
        ? {
            // RFC 8058: one POST to this address unsubscribes, without cookies or log-in; a GET changes nothing.
            'List-Unsubscribe': { prepared: true, value: `<${links.unsubscribe.url}>` },
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
            'List-Id': `<${message.topic}.${domain}>`,
          }
        : {}),
      // Gmail's feedback loop: up to three names of our own, then who sends.
      'Feedback-ID': `${message.action}:${message.topic}:${content.class}:countersign`,
    },
    baseBoundary: sha256Hex(message.id).slice(0, 24),
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const from = bounceAddress === undefined ? sender : oneAddress(bounceAddress, 'MAIL_FROM');
  return {
    envelope: { from: from.address, to: recipient.address },
    messageId,
    raw: await composer.compile().build(),
  };
}
