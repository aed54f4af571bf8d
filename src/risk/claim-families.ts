/**
 * Words that make a claim wherever a shop says them, as beginnings: what one does for health, for the environment or with money, who vouches
 * for it, what nothing else comes up to. Words of one family say the same in either language. A claim by such a word holds where approved
 * words have the family too; else a person looks at it.
 */

type FamilyKind = 'other' | 'superlative';

interface Families {
  readonly kind: FamilyKind;
  /** A family a line: its name, then the beginnings of its words; `-ending` for the end of a compound, `=word` for the word alone. */
  readonly lines: string;
}

const BARE: readonly Families[] = [
  {
    kind: 'other',
    lines: `
      asthma asthm
      skin-disease eczem ekzem neurodermi atopi psoria schuppenflecht rosacea dermatitis
      acne acne akne blemish pickel unreinheit hautunrein
      joints arthr rheuma gicht osteopor gelenkschmerz -arthrose
      headache migrain migrän headache kopfschmerz kopfweh
      wrinkles wrinkl falten anti-falt antifalt
      metabolism metaboli stoffwechsel fettverbrenn fat-burn fatburn kalorienverbrenn
      immunity immun abwehrkr
      inflammation inflamm entzünd
      cholesterol cholest
      diabetes diabet blutzucker
      blood-pressure blutdruck bluthochdruck hypertens
      mind depressi burnout burn-out insomni schlaflos schlafstör anxiet angststör
      hormones hormon testoster östrogen melatonin cortisol
      collagen collagen kollagen elastin
      detox detox entgift entschlack entwässer giftstoff
      circulation durchblut -durchblutung
      healing heilt heilend heilsam heilkraft heilwirk heilkräft curativ therapeut healing
      clinical clinical klinisch dermatolog medizinisch medically
      cellulite cellulit orangenhaut
      digestion digesti verdau darmflora prebioti probioti präbioti mikrobiom microbiom
      germs antivir antibakt antibact bakteri bacteri virenfrei keimtöt
      allergy allerg hypoallerg antiallerg
      pain schmerzen schmerzfrei schmerzlind schmerzstill schmerzmittel -schmerz -schmerzen painkill pain-reliev pain-free
      ageing anti-ag antiag verjüng rejuvenat regenerier regenerati
      gentle -schonend magenfreund zahnfreund hautfreund -verträglich
      nutrition vitaminreich proteinreich eiweißreich high-protein low-fat fettarm zuckerarm kalorienarm ballaststoffreich superfood low-carb sugar-reduc zuckerreduz nährstoffreich nutrient-rich
      slimming slimming schlankmach fatloss abspeck abnehmerfolg
      performance leistungssteiger leistungsfördernd konzentrationsförder durchblutungsförder -fördernd -lindernd -hemmend -stärkend
    `,
  },
  {
    kind: 'other',
    lines: `
      renewable renewabl erneuerbar ökostrom grünstrom solarstrom solar-power windkraft windenerg solarenerg grüner-strom
      emissions co2 co₂ emission carbon-neutr carbon-neg carbon-pos klimaneutr klimaposit klimafreund klimaschon klimakompens carbon-offset
      environment umwelt environmental eco-friend eco-consc ecolog ökolog
      fossil fossil offset elektrofahrzeug e-auto e-autos e-bus electric-van
      organic organic =bio =öko bioqual biobaum bio- bioland demeter biolog
      sustainable sustainab nachhaltig
      pesticides pestizid pesticid herbizid herbicid spritzmittel
      animal-tests tierversuch cruelty-fr tierleidfrei
      footprint footprint fußabdruck
      responsible responsibly verantwortungsvoll ethically ethisch
      ocean ocean-bound ocean-plast plastikflasch
      waste zero-waste müllfrei verpackungsfrei unverpackt
      energy energiespar stromspar energieeffizi energy-effici energy-sav -sparend
      fair-trade fairtrade fair-trade
      degradable compostab kompostierb biodegrad abbaubar
      plastic plastikfrei plastic-fr mikroplastik microplastic meeresplastik
      vegan vegan
      welfare tierwohl free-range freiland weidehaltung grass-fed pasture-rais artgerecht
    `,
  },
  {
    kind: 'other',
    lines: `
      interest zinslos zinsfrei zinssatz zinsen zinsgünst interest-fr rendit dividend =apr tagesgeld
      tax absetzbar steuerfrei steuervorteil steuerspar tax-free tax-deduct deductib
      cashback cashback cash-back
      credit ratenkauf ratenzahl teilzahlung sofortkredit kleinkredit darlehen leasingrate buy-now-pay
      value wertsteiger wertanlage geldanlage wertstabil wertbeständig inflation
      pension altersvorsorge =rente retirement
      worth amortis amortiz amortisier
      credit-check schufa bonität
    `,
  },
  {
    kind: 'other',
    lines: `
      proof nachweislich erwiesen wissenschaftlich scientific lab-test laborgeprüft laborgetest science-back research-back evidence-bas proven
      seal testsieg tüv tüv-geprüft certified zertifizier öko-test stiftung-warentest gütesiegel prüfsiegel qualitätssiegel
      patent patented patentiert patent-
      award medaill goldmedaill -sieger award-winn preisgekr prämier multi-award
      crowd thousands millions hundreds dozens tausende hunderte millionen zehntausend hunderttausend dutzende unzählig countless
      scarce vergriffen begehrt ausverkauf restposten restbestand restbestände restplätz restexempl restkarten resttickets limitier sellout
      promise versprochen
      lasting lebenslang lifelong lifetime unkaputtbar unzerstör indestruct unbreakab unverwüst bulletproof wartungsfrei maintenance-fr bombensicher todsicher
      exclusive einzigart
      price-promise bestpreis tiefpreis tiefstpreis niedrigpreis dauertiefpreis preisgarantie preisversprech price-match price-beat lowest-price best-price
    `,
  },
  {
    kind: 'superlative',
    lines: `
      unrivalled unrival unmatch unbeat unparallel unsurpass unequal peerless matchless incompar unübertr unerreicht unschlagb unvergleich ohnegleichen konkurrenzlos beispiellos
      world world-best weltbest world-fam weltberühmt weltbekannt world-class world-lead weltklasse weltmeister weltmarkt weltrang
      leading market-lead industry-lead marktführ branchenführ spitzenreit best-in-class klassenbest klassenprim
      revolution revolution bahnbrech groundbreak ground-break game-chang gamechang
      legend legendär legendary iconic
      once once-in-a
      best-selling bestsell best-sell meistverkauf topsell top-sell verkaufsschlag publikumslieb
      perfect flawless makellos nonplusultra
    `,
  },
];

/** What an offer comes without, or a product: only after `no`, `without`, `keine`, or before `-free` and `-frei`. */
const ABSENT = `
  fees =fee =fees gebühr -gebühr -gebühren -gebühre
  charges charge surcharge aufpreis aufschlag zuschlag zusatzkosten folgekosten -kosten -zuschlag
  costs cost kosten
  contract contract vertrag -vertrag laufzeit -laufzeit mindestlaufzeit vertragsbind bindung -bindung commitment tie-in lock-in =abo
  card card kreditkarte zahlungsdaten
  deposit deposit anzahlung kaution
  minimum minimum mindest
  obligation obligation verpflicht kaufzwang
  risk risk risiko
  interest interest zins
  postage postage porto
  limit limit obergrenz begrenzung volumengrenz
  waiting waiting wartezeit wartelist
  notice kündigungsfrist frist
  registration registrat registrier sign-up
  medical schufa bonität gesundheitsprüf gesundheitsfrag
  parabens paraben
  silicone silicon silikon
  sulphates sulfat sulphat sulfate
  additives additiv zusatzstoff
  preservatives preservativ konservier
  chemicals chemical chemie chemikal
  pesticides pestizid pesticid spritzmittel
  sugar =added zuckerzusatz
  gluten gluten
  lactose lactos laktos
  palm-oil palm palmöl palmfett
  alcohol alcohol alkohol
  plastic plastic plastik kunststoff microplastic mikroplastik
  modified gmo gentechn genmanip
  animal tierversuch animal tierisch
  aluminium alumin
  colours colouring coloring farbstoff artificial
  flavours flavour flavor aromen aromastoff geschmacksverst
  plasticisers plasticis plasticiz weichmach bpa
  hormones hormon
  antibiotics antibiot
  perfume perfum fragranc parfüm duftstoff
  toxins toxin pollutant schadstoff
  maintenance maintenanc wartung
  side-effects side-effect nebenwirk
`;

export interface Family {
  readonly name: string;
  readonly kind: FamilyKind;
}

interface Lookup {
  /** First and last letters of beginnings and endings: most words have none of them. */
  readonly starts: ReadonlySet<string>;
  readonly ends: ReadonlySet<string>;
  readonly words: ReadonlyMap<string, Family>;
  readonly beginnings: ReadonlyMap<string, Family>;
  readonly endings: ReadonlyMap<string, Family>;
}

function lookup(all: readonly Families[]): Lookup {
  const [words, beginnings, endings] = [
    new Map<string, Family>(),
    new Map<string, Family>(),
    new Map<string, Family>(),
  ];
  for (const { kind, lines } of all)
    for (const line of lines.trim().split('\n')) {
      const [name = '', ...written] = line.trim().split(/\s+/);
      for (const word of written)
        if (word.startsWith('=')) words.set(word.slice(1), { name, kind });
        else if (word.startsWith('-')) endings.set(word.slice(1), { name, kind });
        else beginnings.set(word, { name, kind });
    }
  const starts = new Set([...beginnings.keys()].map((word) => word.slice(0, SHORTEST)));
  const ends = new Set([...endings.keys()].map((word) => word.slice(-SHORTEST)));
  return { starts, ends, words, beginnings, endings };
}

/** Beginnings and endings are this long. */
const SHORTEST = 3;
const LONGEST = 16;

const CLAIMING = lookup(BARE);
const MISSING = lookup([{ kind: 'other', lines: ABSENT }]);

/** The family whose longest beginning, or ending, a word in lower case has. */
function find(word: string, { starts, ends, words, beginnings, endings }: Lookup): Family | undefined {
  const own = words.get(word);
  if (own !== undefined) return own;
  if (!starts.has(word.slice(0, SHORTEST)) && !ends.has(word.slice(-SHORTEST))) return undefined;
  for (let length = Math.min(LONGEST, word.length); length >= SHORTEST; length--) {
    const found = beginnings.get(word.slice(0, length)) ?? endings.get(word.slice(word.length - length));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The family of a word (lower case) that makes a claim by itself. */
export function claimFamily(word: string): Family | undefined {
  return find(word, CLAIMING);
}

/** The family of what something is said to come without. */
export function absentFamily(word: string): Family | undefined {
  return find(word, MISSING);
}
