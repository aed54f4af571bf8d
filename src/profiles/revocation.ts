import { type Json } from '../shared/canonical-json.js';
import { type Signal } from '../signals/signal.js';

/** Events that carry what a person wrote to us, as `text`, and where, as `channel`. */
const WRITTEN = new Set(['Support Ticket Opened', 'Reply Received']);
const LONGEST = 2_000;

/** Of what somebody wants no more: one channel, or everything. */
export type Revocation = { readonly channel: string } | 'everything';

/**
 * What says no and nothing else, without courtesies. 47 CFR 64.1200(a)(10) names the first eight as valid by themselves. Some of them may be about
 * an order instead: no advertising is the smaller mistake, and whoever reads the ticket sees what was meant.
 */
const NO_MORE = new Set(
  `stop|quit|end|revoke|opt out|optout|cancel|unsubscribe
  |unsubscribe me|unsubscribe me from your list|unsubscribe from the newsletter|i want to unsubscribe|i would like to unsubscribe|opt me out|i opt out
  |remove me|remove me from your list|remove me from the list|remove me from your mailing list|take me off your list|take me off your mailing list
  |stop emailing me|stop mailing me|stop writing to me|stop texting me|stop messaging me|stop calling me|stop sending me emails|stop sending me messages
  |do not contact me|do not email me|do not text me|do not call me|don't contact me|don't email me|don't text me|don't call me
  |no more emails|no more mails|no more messages|no more texts|no more calls|i revoke my consent|i withdraw my consent
  |stopp|widerruf|widerrufe|ich widerrufe|hiermit widerrufe ich|ich widerrufe meine einwilligung|hiermit widerrufe ich meine einwilligung|ich widerspreche
  |abmelden|abbestellen|austragen|newsletter abmelden|newsletter abbestellen|ich möchte mich abmelden|melden sie mich ab|mich abmelden
  |keine werbung|keine werbung mehr|keine e-mails mehr|keine mails mehr|keine nachrichten mehr|keine anrufe mehr
  |désabonner|désinscrire|désinscription|désabonnez-moi|désinscrivez-moi|me désabonner|baja|darme de baja|cancelar suscripción|disiscrivimi|annulla iscrizione|afmelden|uitschrijven`
    .split('|')
    .map((phrase) => phrase.trim()),
);
const NOTHING_AT_ALL = new Set(
  `stop all|stopall|stop everything|unsubscribe all|unsubscribe me from all|unsubscribe me from everything|unsubscribe from all|unsubscribe from everything|opt out of all
  |opt out of everything|opt me out of everything|do not contact me at all|never contact me again
  |alles abbestellen|alle abbestellen|alles abmelden|ich widerrufe alles|ich widerrufe alle einwilligungen|tout désabonner`
    .split('|')
    .map((phrase) => phrase.trim()),
);

/**
 * What a signal revokes: a message that is one of these phrases and nothing else. Anything longer may say the opposite, and is read by a person. It
 * holds for the channel it came by; for everything where it says so, or where nobody said by which channel it came.
 */
export function revocationIn(
  signal: Pick<Signal, 'event' | 'properties'> & { readonly type: string },
): Revocation | null {
  if (signal.type !== 'track' || !WRITTEN.has(signal.event ?? '')) return null;
  const said = phraseOf(signal.properties['text']);
  if (said === null) return null;
  if (NOTHING_AT_ALL.has(said)) return 'everything';
  if (!NO_MORE.has(said)) return null;
  const { channel } = signal.properties;
  return typeof channel === 'string' && channel.trim() !== '' ? { channel: channel.trim() } : 'everything';
}

/** What was written, without what it answers to, courtesies, case and marks. */
function phraseOf(text: Json | undefined): string | null {
  if (typeof text !== 'string' || text.length > LONGEST) return null;
  const phrase = withoutQuote(text)
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/[^\p{L}\p{N}'\s-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(?:(?:hello|hi|hallo|please|bitte|thanks|thank you) )+/, '')
    .replace(/(?: (?:please|bitte|thanks|thank you|danke|merci|now|immediately|sofort))+$/, '');
  return phrase === '' ? null : phrase;
}

/** Mail programs put what is answered below: lines with `>`, or after one such as “On … wrote:”. */
function withoutQuote(text: string): string {
  const lines = text.split(/\r?\n/);
  const quoted = lines.findIndex((line) =>
    /^\s*>|^\s*-- ?$|^(?:On|Am|Le|El|Il|Op)\b.{0,200}:\s*$/.test(line),
  );
  return lines.slice(0, quoted === -1 ? undefined : quoted).join(' ');
}
