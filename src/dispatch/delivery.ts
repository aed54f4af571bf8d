/** What came of handing a message to a channel. Only `unknown` leaves open whether it left. */
export type Delivery =
  | { readonly outcome: 'sent'; readonly providerId: string | null }
  /** Known not to have been taken, for a reason that may pass: the same bytes may be tried again. */
  | { readonly outcome: 'not_sent'; readonly reason: string }
  /** Refused for good. `hardBounce`: the address itself was refused and must not be written to again. */
  | { readonly outcome: 'refused'; readonly reason: string; readonly hardBounce: boolean }
  /** It may have left: nobody repeats it without knowing. */
  | { readonly outcome: 'unknown'; readonly reason: string };

/** How far a conversation with a mail server had come when it failed. */
export interface SmtpFailure {
  /** Whether any byte of the mail itself was handed over (after the server's 354). */
  readonly dataStarted: boolean;
  /** The command that was answered badly, such as `RCPT TO`; null when none was. */
  readonly command: string | null;
  /** The server's reply code; null when there was no reply, for instance after a timeout. */
  readonly code: number | null;
  /** No server was asked: the mail itself or its envelope cannot be sent. */
  readonly malformed: boolean;
  /** The server's reply or the error's text. */
  readonly text: string;
}

const ENHANCED_CODE = /\b([245])\.(\d{1,3})\.(\d{1,3})\b/;
/** About the address itself: bad mailbox, bad system, bad syntax, moved, null MX. */
const ADDRESS_DETAILS = new Set(['0', '1', '2', '3', '6', '10']);

/** Whether a permanent refusal of a recipient says that the address does not exist, and not that we or the mail were unwelcome. */
function refusesAddress(failure: SmtpFailure): boolean {
  const enhanced = ENHANCED_CODE.exec(failure.text);
  // A bare 550 says as often that the sender is on a list as that the mailbox does not exist.
  return enhanced !== null && enhanced[2] === '1' && ADDRESS_DETAILS.has(enhanced[3] ?? '');
}

/** Whether a refusal speaks of us (who may log in, who may send here) and not of the mail or its recipient. */
function refusesUs({ command, code, text }: SmtpFailure): boolean {
  if (code === 530 || code === 534 || code === 535 || code === 538) return true;
  // MAIL FROM names only the sender, and how large the mail is.
  return command === 'MAIL FROM' && code !== 552 && ENHANCED_CODE.exec(text)?.slice(2).join('.') !== '3.4';
}

/**
 * What a failed conversation means. A reply decides: 4xx was not taken and may be tried again, 5xx was refused. Refusals of the sender, or
 * before one was named (greeting, TLS, log-in), are about us and not about the mail or its recipient, so they are tried again. Without a reply it was not sent
 * if the mail itself was never handed over, and unknown otherwise.
 */
export function readSmtpFailure(failure: SmtpFailure): Delivery {
  const reason = failure.text.replace(/\s+/g, ' ').slice(0, 300);
  const aboutTheMail =
    failure.command === 'MAIL FROM' || failure.command === 'RCPT TO' || failure.command === 'DATA';
  if (failure.code !== null && aboutTheMail) {
    if (failure.code >= 500 && !refusesUs(failure))
      return { outcome: 'refused', reason, hardBounce: refusesAddress(failure) };
    if (failure.code >= 400) return { outcome: 'not_sent', reason };
  }
  if (failure.malformed && failure.code === null && !failure.dataStarted)
    return { outcome: 'refused', reason, hardBounce: false };
  return failure.dataStarted ? { outcome: 'unknown', reason } : { outcome: 'not_sent', reason };
}

/**
 * A server's words without the address they speak of: reasons are kept in the clear, and must say nothing of a person who was erased.
 * @param recipient the address that was written to.
 */
export function withoutAddresses(text: string, recipient: string): string {
  const mailbox = recipient.split('@')[0] ?? '';
  const plain = text.replace(/[^\s<>"'(),;:=]+(?:@|=40|%40)[^\s<>"'(),;:]+/gi, '(address)');
  // Some name the mailbox alone: "user ada.lovelace unknown".
  const literally = mailbox.replace(/[^\w]/g, '\\$&');
  return mailbox.length < 3
    ? plain
    : plain.replace(new RegExp(`(?<!\\w)${literally}(?!\\w)`, 'gi'), '(mailbox)');
}

/** What a webhook's answer means: 2xx taken, 429 and 5xx not taken and worth another try, the rest refused. Redirects are not followed. */
export function readHttpStatus(status: number): Delivery {
  if (status >= 200 && status < 300) return { outcome: 'sent', providerId: null };
  const reason = `the receiver answered ${status}`;
  if (status === 429 || status >= 500) return { outcome: 'not_sent', reason };
  return { outcome: 'refused', reason, hardBounce: false };
}
