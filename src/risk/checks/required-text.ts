import { type Check, type CheckContext } from '../check.js';
import { type Contribution } from '../assessment.js';
import { normalised } from '../draft-text.js';
import { findWords } from '../phrases.js';
import { UNSUBSCRIBE_TOKEN } from '../../messages/content.js';

/** A mail is read as text or as html: what is required has to stand in both. */
function missingIn({ draft, content }: CheckContext, phrase: string): string[] {
  const readers = content.kind === 'email' ? ['text', 'html'] : ['text', 'payload'];
  const parts = draft.filter((part) => readers.includes(part.field));
  const wanted = normalised(phrase).replace(/,/g, '');
  const without = parts.filter((part) => !normalised(part.text).replace(/,/g, '').includes(wanted));
  if (content.kind === 'email') return without.map((part) => part.field);
  return without.length === parts.length ? without.map((part) => part.field) : [];
}

function missing(code: string, weight: number, text: string): Contribution {
  return { code, weight, text, spans: [] };
}

/** Text that guardrails and the law require or forbid: named phrases, and on marketing mail a way out and the postal address. */
export const requiredText: Check = {
  name: 'text',
  run: (context) => {
    const { content, brand, decision, draft } = context;
    const required = [...decision.textLimits.required, ...(brand.requiredWords ?? [])].flatMap((phrase) => {
      const parts = missingIn(context, phrase);
      return parts.length === 0
        ? []
        : [missing('text.required', 0.8, `“${phrase}” is required and missing in ${parts.join(' and ')}.`)];
    });
    const forbidden = findWords(draft, decision.textLimits.forbidden).contribute(
      'text.forbidden',
      0.9,
      (found) => `“${found}” is forbidden by a guardrail.`,
    );
    if (content.kind !== 'email' || content.class !== 'marketing') return [...required, ...forbidden];
    const law: Contribution[] = [];
    const raw = draft.filter((part) => part.field === 'text' || part.field === 'html');
    const closed = raw.filter((part) => !part.raw.includes(UNSUBSCRIBE_TOKEN));
    if (closed.length > 0) {
      const parts = closed.map((part) => part.field).join(' and ');
      law.push(missing('text.unsubscribe', 0.9, `Marketing mail without a way to unsubscribe in ${parts}.`));
    }
    const unaddressed = missingIn(context, brand.postalAddress);
    if (unaddressed.length > 0)
      law.push(
        missing(
          'text.address',
          0.8,
          `Marketing mail without the postal address in ${unaddressed.join(' and ')}.`,
        ),
      );
    return [...required, ...forbidden, ...law];
  },
};
