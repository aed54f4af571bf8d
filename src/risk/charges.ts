/** What an amount of money is when it is not what one thing costs. `whole`: a basket, an order, a bill. */
export type Charge = 'whole' | 'shipping' | 'tax' | 'fee' | 'balance' | 'saving';

const BY_KEY: readonly (readonly [Charge, RegExp])[] = [
  ['shipping', /shipping|delivery|postage/],
  ['tax', /tax|vat/],
  ['fee', /fee|handling/],
  ['balance', /balance|deposit|credit/],
  ['saving', /saving|discount/],
];

/** What a figure of an event is, by the name it stands under: `total`, `shipping_cost`. */
export function chargeOf(key: string): Charge {
  return BY_KEY.find(([, name]) => name.test(key))?.[0] ?? 'whole';
}

const word = (words: string): RegExp => new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, 'iu');

const NAMED: readonly (readonly [Charge, RegExp])[] = [
  [
    'whole',
    word(
      String.raw`(?:sub|grand\s)?totals?|subtotals?|sum|amounts?|altogether|together|combined|in\sall|come\sto|adds?\sup\sto|invoices?|refund\p{L}*|charged|billed|paid|payments?|summe|\p{L}+summe|\p{L}*gesamt\p{L}*|insgesamt|zusammen|\p{L}*betrag\p{L}*|(?:bestell|waren|einkaufs)wert\p{L}*|rechnung\p{L}*|\p{L}*erstatt\p{L}*|rückzahlung|(?:ab|ein)gezogen|abgebucht|bezahlt|kommen\sauf`,
    ),
  ],
  ['shipping', /ship|deliver|postage|versand|versend|liefer|porto/i],
  ['tax', /tax|(?<!\p{L})vat(?!\p{L})|mwst|ust|steuer/iu],
  [
    'fee',
    /(?<!\p{L})fees?(?!\p{L})|handling|gebühr|pauschale|set(?:ting)?[\s-]?up|install|activat|einricht|aktivier/iu,
  ],
  ['balance', /balance|deposit|credit|guthaben|kaution|anzahlung|gutschrift/i],
  ['saving', /sav(?:e|ing)|discount|less|spar|rabatt|weniger|günstiger/i],
];

const ORDER = String.raw`(?:basket|cart|bag|order|purchase|checkout|warenkorb|einkaufswagen|korb|bestellung|einkauf|kasse)s?`;
const HOLDS_ORDER = word(ORDER);
/** "in your basket" says where something lies; "your basket is €48" says what the basket comes to. */
const PLACE = String.raw`(?<!(?:in|into|to|from|at|with|im|ins|zum|zur|am|an\sder|aus|mit)\s(?:(?:your|the|my|dein|ihr|de)\p{L}*\s)?)`;
const LITTLE = String.raw`(?:is|was|comes?|came|now|of|for|at|to|over|worth|value|von|über|für|zu|bei|in|höhe|liegt|beträgt|ist|war|kommt|auf|no\.?|nr\.?|number|nummer|[\p{L}#-]{0,8}\d[\p{L}\d-]{0,20})`;
const ORDER_BEFORE = new RegExp(`(?<!\\p{L})${PLACE}${ORDER}(?: ${LITTLE}){0,6} ?[:(–—-]? ?$`, 'iu');
const ORDER_BEHIND = new RegExp(
  `^ ?(?:for|from|on|in|für|aus|auf)? ?(?:(?:your|the|this|dein|ihr|die|der|den|dies)\\p{L}* )?(?:\\p{L}+e[nrs]? )?${ORDER}(?!\\p{L})`,
  'iu',
);

/** One line; what was blanked out, such as a name, is a gap that no pattern reaches across. */
function flat(words: string): string {
  return words.replace(/\s{3,}/g, ' \u{1} ').replace(/\s+/g, ' ');
}

/**
 * What a sentence says that an amount in it is, if it is more or other than what the thing beside it costs.
 * @param before what stands before the amount in its sentence, names blanked out.
 * @param behind what follows it there.
 * @param named whether the sentence names a product: then a basket or an order has to stand right beside the amount.
 */
export function chargesNamed(before: string, behind: string, named: boolean): ReadonlySet<Charge> {
  const [left, right] = [flat(before), flat(behind)];
  const sentence = `${left} ${right}`;
  const found = new Set(NAMED.filter(([, words]) => words.test(sentence)).map(([charge]) => charge));
  if (named ? ORDER_BEFORE.test(left) || ORDER_BEHIND.test(right) : HOLDS_ORDER.test(sentence))
    found.add('whole');
  return found;
}
