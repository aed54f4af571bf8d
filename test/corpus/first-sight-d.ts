import { fact } from '../harness/risk.js';
import { type Trade } from './planted.js';

const rental = [
  fact('van', 'product', {
    name: 'Camper Lotte',
    price: 9800,
    currency: 'EUR',
    description: 'Camper van for two, per day',
  }),
  fact('seat', 'product', { name: 'Child Seat', price: 500, currency: 'EUR', description: 'Per day' }),
  fact(
    'week',
    'offer',
    { title: '15 % off from seven days', percent: 15, code: 'ROADTRIP' },
    { validUntil: '2027-04-30T22:00:00.000Z' },
  ),
  fact(
    'winter',
    'offer',
    { title: 'Ski weeks: €100 off Camper Lotte', amount: 10000, currency: 'EUR', code: 'SNOW100' },
    { validUntil: '2026-03-15T23:00:00.000Z' },
  ),
  fact('km', 'claim', {
    text: '200 kilometres a day are included; every further kilometre costs 25 cents. 200 Kilometer am Tag sind inklusive, jeder weitere Kilometer kostet 25 Cent.',
  }),
  fact('deposit', 'claim', { text: 'The deposit is €800. Die Kaution beträgt 800 €.' }),
  fact('cancel', 'claim', {
    text: 'You can cancel free of charge until 14 days before. Bis 14 Tage vorher können Sie kostenlos stornieren.',
  }),
  fact('pickup', 'claim', {
    text: 'Pick-up is from 2 pm, return until 10 am. Abholung ab 14 Uhr, Rückgabe bis 10 Uhr.',
  }),
  fact('age', 'claim', { text: 'Drivers must be at least 23. Fahrer müssen mindestens 23 Jahre alt sein.' }),
];
const school = [
  fact('course', 'product', {
    name: 'Ciao Course',
    price: 24000,
    currency: 'EUR',
    description: 'Italian for beginners, twelve evenings',
  }),
  fact('app', 'product', { name: 'Parlo App', price: 699, currency: 'EUR', description: 'Per month' }),
  fact(
    'pair',
    'offer',
    { title: '25 % off for two who sign up together', percent: 25, code: 'INDUE' },
    { validUntil: '2027-01-10T23:00:00.000Z' },
  ),
  fact(
    'old',
    'offer',
    { title: '€40 off the Ciao Course', amount: 4000, currency: 'EUR', code: 'ESTATE40' },
    { validUntil: '2026-07-20T22:00:00.000Z' },
  ),
  fact('start', 'claim', {
    text: 'The Ciao Course starts on Wednesday, 20 January 2027, at 6:30 pm. Der Ciao Course beginnt am Mittwoch, dem 20. Januar 2027, um 18:30 Uhr.',
  }),
  fact('size', 'claim', {
    text: 'We teach in groups of no more than nine. Wir unterrichten in Gruppen von höchstens neun.',
  }),
  fact('trial', 'claim', {
    text: 'You can try Parlo App for ten days without paying. Die Parlo App können Sie zehn Tage lang ausprobieren, ohne zu zahlen.',
  }),
  fact('book', 'claim', { text: 'The course book is included. Das Kursbuch ist inklusive.' }),
  fact('teachers', 'claim', {
    text: 'Our 16 teachers grew up with Italian. Unsere 16 Lehrkräfte sind mit Italienisch aufgewachsen.',
  }),
];
const furniture = [
  fact('sofa', 'product', {
    name: 'Halden Sofa',
    price: 129900,
    currency: 'EUR',
    oldPrice: 149900,
    available: true,
  }),
  fact('desk', 'product', {
    name: 'Birk Desk',
    price: 44900,
    currency: 'EUR',
    available: true,
    width_cm: 140,
  }),
  fact(
    'desk50',
    'offer',
    { title: '€50 off the Birk Desk', amount: 5000, currency: 'EUR', code: 'BIRK50' },
    { validUntil: '2026-12-06T23:00:00.000Z' },
  ),
  fact(
    'may',
    'offer',
    { title: '10 % off the Halden Sofa', percent: 10, code: 'MAY10' },
    { validUntil: '2026-05-31T22:00:00.000Z' },
  ),
  fact('delivery', 'claim', {
    text: 'We deliver to the room of your choice for €39, in six to eight weeks. Wir liefern für 39 € bis ins Zimmer, in sechs bis acht Wochen.',
  }),
  fact('warranty', 'claim', { text: 'Five-year warranty on frames. Fünf Jahre Garantie auf Gestelle.' }),
  fact('fabric', 'claim', {
    text: 'Halden Sofa comes in 22 fabrics. Das Halden Sofa gibt es in 22 Stoffen.',
  }),
  fact('oak', 'claim', {
    text: 'Birk Desk is made of solid birch and is 140 cm wide. Der Birk Desk ist aus massiver Birke und 140 cm breit.',
  }),
  fact('back', 'claim', {
    text: 'You can give furniture back within 60 days. Möbel können Sie innerhalb von 60 Tagen zurückgeben.',
  }),
];
const bakery = [
  fact('loaf', 'product', {
    name: 'Miller Loaf',
    price: 540,
    currency: 'EUR',
    description: 'Sourdough bread, 1 kg',
  }),
  fact('stollen', 'product', { name: 'Advent Stollen', price: 1990, currency: 'EUR', description: '750 g' }),
  fact(
    'card',
    'offer',
    { title: 'Every tenth Miller Loaf is free', code: 'CRUMBS' },
    { validUntil: '2027-12-31T23:00:00.000Z' },
  ),
  fact(
    'easter',
    'offer',
    { title: '10 % off Advent Stollen', percent: 10, code: 'XMAS25' },
    { validUntil: '2025-12-20T23:00:00.000Z' },
  ),
  fact('rest', 'claim', { text: 'Our dough rests for 24 hours. Unser Teig ruht 24 Stunden.' }),
  fact('open', 'claim', {
    text: 'Open Monday to Saturday from 6:30 to 18:00. Geöffnet montags bis samstags von 6:30 bis 18 Uhr.',
  }),
  fact('flour', 'claim', {
    text: 'Our flour comes from a mill in Bamberg. Unser Mehl kommt aus einer Mühle in Bamberg.',
  }),
  fact('late', 'claim', {
    text: 'From 5 pm everything left costs half. Ab 17 Uhr kostet alles, was übrig ist, die Hälfte.',
  }),
  fact('post', 'claim', {
    text: 'We send Advent Stollen by post for €4.90. Advent Stollen verschicken wir für 4,90 € per Post.',
  }),
];

/**
 * Pairs by the hand that widened the checks, written before they were widened for the second and third set. No check was changed for one of
 * these and none that is missed was read: count them, never work with them.
 */
export const FIRST_SIGHT_D: readonly Trade[] = [
  {
    facts: rental,
    drafts: {
      price: [
        'Pack your bags: Camper Lotte is waiting in the yard. You pay ‹€79|€98› a day and drive off.',
        'Mit Camper Lotte ans Meer? Ein Tag kostet ‹88 Euro|98 Euro›, das Bettzeug bringen Sie mit.',
        'The little ones come along in a Child Seat for ‹three euros fifty|five euros› a day.',
        'Zwei Tage mit Camper Lotte, das macht ‹178 €|196 €›.',
      ],
      percentage: [
        'Stay on the road for a week. ROADTRIP takes ‹20 percent|15 percent› off the whole trip.',
        'Wer sieben Tage bleibt, fährt mit ROADTRIP ‹um ein Viertel günstiger|15 Prozent günstiger›.',
      ],
      'offer term': [
        'Drive as far as you like: ‹500 kilometres|200 kilometres› a day are included.',
        'Fahren Sie los, ‹Kilometer sind unbegrenzt frei|200 Kilometer am Tag sind inklusive›.',
        'Every further kilometre costs ‹15 cents|25 cents›.',
        'Als Kaution hinterlegen Sie ‹500 €|800 €›.',
        'Change of plans? Cancel without paying a cent ‹up to the day before|until 14 days before›.',
        'ROADTRIP gilt ‹ab drei Tagen|ab sieben Tagen›.',
        'Ab ‹18 Jahren|23 Jahren› dürfen Sie ans Steuer.',
      ],
      range: [
        'Pick up the keys ‹from 9 am|from 2 pm› and be back by ten.',
        'Die Rückgabe ist ‹bis 18 Uhr|bis 10 Uhr› möglich.',
      ],
      'expired offer': [
        'Fresh snow in the Alps. ‹SNOW100 makes the trip €100 cheaper.|Camper Lotte has a heater.›',
        '‹Hundert Euro weniger für Camper Lotte in den Skiwochen.|Camper Lotte fährt auch auf Schnee.›',
      ],
      scarcity: [
        'Easter is early next year, and ‹most of our vans are spoken for already|our vans are being washed›.',
        '‹Für die Ferien sind nur noch Restplätze zu haben|Für die Ferien lohnt sich ein Plan›: Camper Lotte.',
      ],
      guarantee: [
        'If something breaks, ‹a new van is with you inside two hours|give us a call›.',
        'Pannen ‹kosten Sie keinen Cent|kommen vor, rufen Sie uns an›.',
      ],
      superlative: [
        'Lotte is ‹hands down the cosiest van on four wheels|a van with curtains›.',
        'Bei uns finden Sie ‹die größte Flotte im Norden|eine Flotte mit Namen›.',
      ],
      comparison: [
        'Cheaper ‹than any hotel|to read about than to miss›: sleep by the lake.',
        'Camper Lotte braucht ‹ein Drittel weniger Sprit als andere Busse|einen Stellplatz›.',
      ],
      green: [
        'Travel with ‹a clean slate: we offset every kilometre|a full flask›.',
        'Camper Lotte fährt ‹mit Biodiesel|mit Gardinen›.',
      ],
    },
  },
  {
    facts: school,
    drafts: {
      price: [
        'Twelve evenings, one language: Ciao Course for ‹€199|€240›.',
        'Die Parlo App kostet ‹4,99 €|6,99 €› im Monat.',
        'An evening of Ciao Course comes to ‹fifteen euros|twenty euros›.',
      ],
      percentage: [
        'Bring somebody along and both save ‹half|a quarter› with INDUE.',
        'Zu zweit lernen: INDUE macht es ‹40 %|25 %› günstiger.',
      ],
      date: [
        'Benvenuti! We begin on ‹January 13|January 20›.',
        'Der Ciao Course startet ‹am 27. Januar|am 20. Januar›.',
        'Class begins at ‹7:15 pm|6:30 pm›, bring a pen.',
        'Los geht’s ‹am Montag|am Mittwoch›, dem 20. Januar.',
      ],
      quantity: [
        'You share your teacher with at most ‹five others|eight others›.',
        'In der Gruppe sind ‹höchstens sechs|höchstens neun› Lernende.',
        'Our ‹forty teachers|16 teachers› grew up with Italian.',
        'Ciao Course: ‹zwanzig Abende|zwölf Abende› Italienisch.',
      ],
      duration: [
        'Order your coffee in Italian ‹after just one week|after class›.',
        'Parlo App: ‹a month|ten days› to try it out without paying.',
        'Zwei Wochen? Nein, ‹dreißig Tage|zehn Tage› lang probieren Sie die Parlo App aus, ohne zu zahlen.',
      ],
      'offer term': [
        'The course book ‹is sold separately|is included›.',
        'Fehlen Sie einmal, ‹holen Sie die Stunde kostenlos nach|schicken wir Ihnen die Blätter›.',
        'INDUE is for ‹groups of five|two who sign up together›.',
      ],
      deadline: [
        'INDUE expires ‹on January 31|on January 10›.',
        'Melden Sie sich ‹bis Silvester|bis 10. Januar› mit INDUE an.',
      ],
      'expired offer': [
        'Summer is long gone, ‹but ESTATE40 still saves you €40|but Italian stays›.',
        '‹Ciao Course mit 40 Euro Nachlass|Ciao Course mit viel Gelächter›: Wir freuen uns auf Sie.',
      ],
      popularity: [
        '‹Nine in ten students|Students› come back for the next level.',
        'Über ‹5.000 Absolventen|die Piazza› und weiter: Italienisch lernen.',
      ],
      guarantee: [
        'You ‹will be fluent by summer|will meet new people›.',
        'Prüfung ‹bestanden oder Geld zurück|und Kuchen am Ende›.',
      ],
      superlative: [
        'Learn with ‹the city’s leading language school|people who like to talk›.',
        'Die ‹erfolgreichste|gelbe› App für Italienisch.',
      ],
      comparison: [
        'Learn Italian ‹in half the time school took you|in the evening›.',
        'Mit uns lernen Sie ‹leichter als mit jedem Buch|mit Liedern und Rezepten›.',
      ],
      proof: [
        'Our method is ‹backed by Harvard research|playful›.',
        '‹Neurowissenschaftler haben|Wir haben› die Methode entwickelt.',
      ],
    },
  },
  {
    facts: furniture,
    drafts: {
      price: [
        'Sunday afternoons belong to the Halden Sofa. It is ‹€1,099|€1,299› now.',
        'Der Birk Desk steht für ‹399 Euro|449 Euro› bereit.',
        'Birk Desk with BIRK50: ‹€349|€399›.',
        'Beim Halden Sofa sparen Sie ‹400 €|200 €› gegenüber früher.',
      ],
      percentage: [
        'Halden Sofa costs ‹a quarter less|€200 less› than it used to.',
        'BIRK50 bringt Ihnen ‹50 Prozent|50 Euro› Nachlass.',
      ],
      'offer term': [
        'Delivery to the room of your choice is ‹included|€39›.',
        'Wir liefern ‹für 19 €|für 39 €› bis ins Zimmer.',
        'Not your style after all? Give it back within ‹a hundred days|60 days›.',
        'Alte Möbel ‹nehmen wir gratis mit|finden neue Freunde›.',
        'Frames are under warranty for ‹fifteen years|five years›.',
      ],
      duration: [
        'Your sofa arrives in ‹ten days|six to eight weeks›.',
        'Nach ‹zwei bis drei Wochen|sechs bis acht Wochen› steht das Möbel im Zimmer.',
      ],
      quantity: [
        'Pick from ‹fifty fabrics|22 fabrics› for your Halden Sofa.',
        'Der Birk Desk ist ‹180 cm|140 cm› breit.',
        'Halden Sofa seats ‹six people|you and a cat›.',
      ],
      material: [
        'Birk Desk is made of ‹solid oak|solid birch›.',
        'Halden Sofa: ‹bezogen mit echtem Leder|bezogen mit Stoff›.',
      ],
      deadline: [
        'BIRK50 is good until ‹Christmas|December 6›.',
        'Noch bis ‹Mitte Dezember|Nikolaus› gibt es BIRK50.',
      ],
      'expired offer': [
        'Put your feet up: ‹10% off the Halden Sofa|the Halden Sofa is deep and soft›.',
        '‹MAY10 eingeben und beim Halden Sofa sparen|Beine hoch auf dem Halden Sofa›.',
      ],
      'swapped product': [
        '‹BIRK50 takes €50 off the Halden Sofa.|BIRK50 takes €50 off the Birk Desk.›',
        '‹Den Birk Desk gibt es in 22 Stoffen.|Das Halden Sofa gibt es in 22 Stoffen.›',
        '‹The Birk Desk was €1,499 and is €1,299 now.|The Halden Sofa was €1,499 and is €1,299 now.›',
      ],
      health: [
        'A desk ‹that straightens your back|with two drawers›: Birk Desk.',
        'Das Halden Sofa ‹entlastet die Wirbelsäule|lädt zum Liegen ein›.',
      ],
      green: [
        'Birk Desk comes from ‹FSC-certified forests|our workshop›.',
        'Bezug aus ‹Bio-Baumwolle|Stoff›: das Halden Sofa.',
      ],
      superlative: [
        '‹The sofa to end all sofas|The sofa for Sunday afternoons›: Halden.',
        'Ein Schreibtisch, ‹wie es ihn kein zweites Mal gibt|wie man ihn gern hat›.',
      ],
      finance: [
        'Sit now, ‹settle the bill in spring|think later›: Halden Sofa.',
        'Halden Sofa ‹ab 36 € im Monat|ab sofort im Laden›.',
      ],
      scarcity: [
        'Halden Sofa in blue: ‹our final two pieces|our quiet favourite›.',
        '‹Ausverkauf wegen Umbau|Umbau im ersten Stock›: Birk Desk.',
      ],
    },
  },
  {
    facts: bakery,
    drafts: {
      price: [
        'The smell alone is worth the walk. A Miller Loaf is ‹€4.20|€5.40›.',
        'Advent Stollen, ‹16,90 €|19,90 €› das Stück.',
        'Two Miller Loaves? That is ‹€9.50|€10.80›.',
      ],
      'multi-unit price': ['Drei Advent Stollen kosten ‹50 €|59,70 €›.'],
      'offer term': [
        'Collect crumbs: every ‹fifth|tenth› Miller Loaf is free.',
        'Jedes ‹sechste|zehnte› Miller Loaf geht aufs Haus.',
        'We send Advent Stollen by post ‹at no charge|for €4.90›.',
        'Ab ‹15 Uhr|17 Uhr› kostet alles, was übrig ist, die Hälfte.',
        'From 5 pm everything left costs ‹a third|half›.',
      ],
      duration: [
        'Good things take time: our dough rests for ‹three days|24 hours›.',
        'Unser Teig ruht ‹48 Stunden|24 Stunden›, ehe er in den Ofen kommt.',
      ],
      range: [
        'Fresh rolls ‹from 5 in the morning|from 6:30›.',
        'Wir haben ‹bis 20 Uhr|bis 18 Uhr› geöffnet.',
      ],
      weekday: ['Rolls ‹on Sundays, too|on Saturdays, too›.', 'Auch ‹sonntags|samstags› duftet es bei uns.'],
      origin: [
        'Our flour is ‹milled in France|from a mill in Bamberg›.',
        'Das Mehl kommt ‹aus dem Allgäu|aus einer Mühle in Bamberg›.',
      ],
      quantity: ['An Advent Stollen weighs ‹a kilo|750 g›.', 'Ein Miller Loaf wiegt ‹750 g|1 kg›.'],
      'expired offer': [
        '‹XMAS25 takes ten percent off|Sugar and spice make up› the Advent Stollen.',
        '‹Advent Stollen: zehn Prozent günstiger|Advent Stollen: zehn Finger voller Puderzucker›.',
      ],
      health: [
        'Sourdough is ‹easy on a sensitive stomach|good with butter›.',
        'Unser Brot ‹macht nicht dick|macht Lust auf Butter›.',
        'Miller Loaf ‹is rich in fibre|has a dark crust›.',
      ],
      negation: [
        'We bake ‹without any flavour enhancers|without haste›.',
        'Gebacken ‹ohne Zusatzstoffe|ohne Eile›.',
      ],
      green: [
        'Only ‹organic|good› grain goes into our dough.',
        'Was übrig bleibt, ‹spenden wir an die Tafel|wird am Abend günstiger›.',
      ],
      superlative: [
        '‹Bavaria’s finest stollen|A stollen with almonds›, by post.',
        'Das ‹leckerste|dunkle› Brot der Stadt.',
        '‹Voted best bakery of 2025|A bakery with two ovens›.',
      ],
      popularity: [
        '‹Half the village queues for it|Queue for it, or call ahead›: Miller Loaf.',
        '‹Unser Verkaufsschlager|Unser Brot›: das Miller Loaf.',
      ],
      scarcity: [
        'Advent Stollen: ‹when it is gone, it is gone until next year|when it is cut, keep it cool›.',
        '‹Nur solange die Bleche voll sind|Frisch vom Blech›: Advent Stollen.',
      ],
    },
  },
];
