/** A moment in which somebody needs a person and no advertising. */
export interface Moment {
  /** Such as `moment.grief`. */
  readonly code: string;
  /** What of it a draft is worth being looked at for, 0 to 1; of several moments the heaviest names the task. */
  readonly weight: number;
  /** In words that quote nobody. */
  readonly what: string;
}

const MOMENTS: readonly (Moment & { readonly patterns: readonly RegExp[] })[] = [
  {
    code: 'moment.grief',
    weight: 0.8,
    what: 'grief',
    patterns: [
      /(?<!\p{L})(?:passed\s+away|died|death|deceased|funeral|bereave\p{L}*|mourning|grie(?:f|ving)|widow(?:ed|er)?|miscarriage|stillb\p{L}+|terminal(?:ly)?\s+ill|hospice|in\s+(?:the\s+)?hospital|suicid\p{L}*|rest\s+in\s+peace|rip|heart\s?broken|condolences|(?:so|very|deeply)\s+sad|lost\s+(?:my|our|her|his)\s+(?:\p{L}+\s+)?(?:mother|father|mum|mom|dad|wife|husband|son|daughter|baby|child|partner|brother|sister|dog|cat|grand\p{L}+|friend|job))(?!\p{L})/iu,
      /(?<!\p{L})(?:verstorben\p{L}*|gestorben|todesfall|beerdigung|trauer\p{L}*|hinterblieben\p{L}*|witwer?|fehlgeburt|im\s+krankenhaus|suizid\p{L}*|tot)(?!\p{L})/iu,
    ],
  },
  {
    code: 'moment.illness',
    weight: 0.7,
    what: 'illness',
    patterns: [
      /(?<!\p{L})(?:diagnos(?:ed|is)|cancer|chemo(?:therapy)?|tumou?r|stroke|heart\s+attack|dementia|alzheimer\p{L}*|(?:i['’]?m|i\s+am|i\s+have\s+been|he\s+is|she\s+is|is|been|very|seriously|so|fallen)\s+(?:\p{L}+\s+)?(?:ill|sick|unwell)(?!\s+(?:and\s+tired\s+)?of)|(?:my|our|his|her)\s+(?:illness|disease|surgery|operation)|intensive\s+care|in\s+surgery)(?!\p{L})/iu,
      /(?<!\p{L})(?:krebs(?:erkrank\p{L}*|diagnose)?|chemo(?:therapie)?|tumor|schlaganfall|herzinfarkt|demenz|diagnose|(?:bin|ist|sehr|schwer|so|lange)\s+(?:\p{L}+\s+)?krank|erkrankt\p{L}*|(?:meine|unsere|seine|ihre)\s+krankheit|operiert|intensivstation|im\s+sterben)(?!\p{L})/iu,
    ],
  },
  {
    code: 'moment.anger',
    weight: 0.6,
    what: 'anger',
    patterns: [
      /(?<!\p{L})(?:angry|furious|outrage\p{L}*|disgust\p{L}*|livid|fed\s+up|sick\s+(?:and\s+tired\s+)?of|ridiculous|unacceptable|appalling|pathetic|scam(?:mers?|med)?|rip[\s-]?off|fraud\p{L}*|liars?|thie(?:f|ves)|worst|terrible|horrible|awful|hate|useless|incompetent|disgrace\p{L}*|shame\s+on|how\s+dare|pissed(?:\s+off)?|fuck\p{L}*|bullshit|wtf|shit\p{L}*|crap|stupid|idiots?|damn(?:ed)?|never\s+(?:again|buy|order)|waste\s+of\s+(?:money|time)|leave\s+me\s+alone|stop\s+(?:sending|e-?mailing|contacting|spamming|texting|calling)|harass\p{L}*)(?!\p{L})/iu,
      /(?<!\p{L})(?:wütend|sauer|unverschämt\p{L}*|frechheit|unerhört|unmöglich|inakzeptabel|betrug|betrüger|abzocke|lügner|katastroph\p{L}*|schrecklich|furchtbar|nie\s+wieder|hasse|unfähig|scheiß\p{L}*|verarsch\p{L}*|lasst\s+mich\s+in\s+ruhe|hören\s+sie\s+auf)(?!\p{L})/iu,
    ],
  },
  {
    code: 'moment.complaint',
    weight: 0.6,
    what: 'a complaint',
    patterns: [
      /(?<!\p{L})(?:complain\p{L}*|complaint|dissatisf\p{L}*|disappoint\p{L}*|not\s+happy|unhappy|not\s+(?:working|received|arrived|delivered)|(?:never|hasn['’]t|haven['’]t|didn['’]t|doesn['’]t|not\s+yet)\s+(?:arrived?|received?|come|work(?:ed)?|got(?:ten)?|get|delivered|been\s+(?:delivered|refunded))|broken|damaged|defective|faulty|wrong\s+(?:item|size|product|order|colou?r|address)|missing\s+(?:item|part|parcel|order)|refund\p{L}*|money\s+back|charge(?:d\s+(?:twice|me|wrong\p{L}*|double)|back)|double\s+charged|overcharged|poor\s+(?:service|quality)|speak\s+(?:to|with)\s+(?:a\s+)?(?:manager|human|supervisor|person)|consumer\s+(?:protection|rights)|claims?\s+(?:\p{L}+\s+)?against|reclaim\p{L}*|reclamation|(?:file|filing|lodg(?:e|ing)|make|submit\p{L}*)\s+(?:an?\s+)?(?:\p{L}+\s+)?(?:claim|reclamation)|reimburs\p{L}*|restitution|(?:problems?|issues?|errors?|trouble)\s+(?:with|in|during)\s+(?:the\s+|my\s+|an?\s+|online\s+)?(?:payments?|orders?|deliver\p{L}+|purchases?|invoices?|checkout))(?!\p{L})/iu,
      /(?<!\p{L})(?:beschwer\p{L}*|reklam\p{L}*|unzufrieden\p{L}*|enttäusch\p{L}*|(?:nicht|nie|noch\s+immer\s+nicht)\s+(?:angekommen|erhalten|geliefert|funktioniert)|funktioniert\s+nicht|kaputt\p{L}*|beschädigt\p{L}*|defekt\p{L}*|mangelhaft\p{L}*|falsche[rsnm]?\s+(?:artikel|größe|ware|lieferung|produkt)|erstatt\p{L}*|geld\s+zurück|rückerstattung|doppelt\s+(?:abgebucht|berechnet)|verbraucherschutz|verbraucherzentrale)(?!\p{L})/iu,
    ],
  },
  {
    code: 'moment.cancellation',
    weight: 0.6,
    what: 'a cancellation',
    patterns: [
      /(?<!\p{L})(?:cancel\p{L}*|terminate\s+(?:my|the|our)|clos(?:e|ing)\s+(?:my|the|our)\s+(?:\p{L}+\s+)?account|delet(?:e|ing)\s+(?:my|the|our)\s+(?:\p{L}+\s+)?(?:account|data|profile)|(?:remove|erase)\s+(?:my|me|our)\s*(?:\p{L}+\s+)?(?:account|data|from)?|unsubscrib\p{L}*|opt(?:ing)?[\s-]?out|end\s+my\s+(?:subscription|membership|contract)|switch(?:ing)?\s+to\s+(?:a\s+)?(?:another|competitor|different)|(?:don['’]?t|do\s+not)\s+want\s+(?:(?:it|this|my\s+\p{L}+)\s+any\s?more|(?:the\s+|my\s+|this\s+)?(?:order|purchase))|(?:account|profile)\s+(?:removal|deletion|cancellation|closure)s?|(?:deletion|removal|closure|cancellation)s?\s+of\s+(?:my|the|an?|our)\s+(?:\p{L}+\s+)?account|(?:delet(?:e|ing)|clos(?:e|ing)|remov(?:e|ing)|cancel\p{L}*)\s+(?:\p{L}+\s+){0,2}account)(?!\p{L})/iu,
      /(?<!\p{L})(?:kündig\p{L}*|stornier\p{L}*|widerruf\p{L}*|abbestell\p{L}*|konto\s+(?:löschen|schließen)|(?:daten|account)\s+löschen|abmelden|vertrag\s+beenden)(?!\p{L})/iu,
    ],
  },
  {
    code: 'moment.asks-person',
    weight: 0.6,
    what: 'wanting to speak to a person',
    patterns: [
      /(?<!\p{L})(?:speak|talk|chat|contact|call|reach|connect)\p{L}*\s+(?:(?:to|with|me|an?|the|real|live|human|customer|service|some)\s+){0,4}(?:human|agents?|person|someone|somebody|manager|supervisor|representative|operator|advisor)(?!\p{L})/iu,
      /(?<!\p{L})(?:mit\s+(?:einem|einer)\s+(?:\p{L}+\s+)?(?:mitarbeiter\p{L}*|menschen|berater\p{L}*)\s+(?:sprechen|reden)|rufen\s+sie\s+mich\s+(?:bitte\s+)?(?:an|zurück))(?!\p{L})/iu,
    ],
  },
  {
    code: 'moment.legal',
    weight: 0.7,
    what: 'a legal matter',
    patterns: [
      /(?<!\p{L})(?:lawyers?|attorney|solicitor|sue\s+you|suing|lawsuit|legal\s+action|small\s+claims|court|ombudsman|gdpr\s+request|data\s+protection\s+(?:officer|authority)|police)(?!\p{L})/iu,
      /(?<!\p{L})(?:anwalt|anwältin|rechtsanwalt|klage|verklag\p{L}*|gericht|rechtliche\s+schritte|anzeige\s+erstatt\p{L}*|polizei|dsgvo|datenschutzbehörde)(?!\p{L})/iu,
    ],
  },
  {
    code: 'moment.hardship',
    weight: 0.6,
    what: 'hardship or fear',
    patterns: [
      /(?<!\p{L})(?:can(?:['’]?t|not)\s+(?:afford|pay)|bankrupt\p{L}*|unemployed|laid\s+off|lost\s+my\s+job|evict\p{L}*|in\s+debt|depress(?:ed|ion)|(?:so|really|very|i['’]?m|am|was)\s+(?:scared|afraid|terrified|frightened|worried|anxious)|panic(?:king)?|domestic\s+(?:violence|abuse)|emergency|divorc\p{L}*|stolen|hacked|identity\s+theft|compromised)(?!\p{L})/iu,
      /(?<!\p{L})(?:kann\s+(?:es\s+)?(?:mir\s+)?nicht\s+(?:leisten|zahlen|bezahlen)|insolvenz|arbeitslos|schulden|depressi\p{L}+|habe\s+angst|notfall|scheidung|gestohlen|gehackt)(?!\p{L})/iu,
    ],
  },
];

/** The moments that a text speaks of, in the order they are looked for. Codes and single words are too short to say anything. */
export function momentsIn(text: string): readonly Moment[] {
  const words = text.trim().replace(/\s+/g, ' ');
  if (!words.includes(' ')) return [];
  return MOMENTS.filter(({ patterns }) => patterns.some((pattern) => pattern.test(words)));
}

/** Of what was found the moment that weighs most; null where nothing that was found is one. @param codes such as `moment.grief`. */
export function heaviestOf(codes: readonly string[]): Moment | null {
  const [heaviest] = MOMENTS.filter(({ code }) => codes.includes(code)).toSorted(
    (a, b) => b.weight - a.weight,
  );
  return heaviest ?? null;
}
