import { fact } from '../harness/risk.js';
import { type Trade } from './planted.js';

const wine = [
  fact('riesling', 'product', {
    name: 'Slate Riesling',
    price: 1150,
    currency: 'EUR',
    available: true,
    vintage: 2023,
    description: 'Dry white wine, 0.75 l',
  }),
  fact('red', 'product', {
    name: 'Terrace Red',
    price: 890,
    currency: 'EUR',
    available: true,
    description: 'Red wine, 0.75 l',
  }),
  fact(
    'six',
    'offer',
    { title: '10 % off from six bottles', percent: 10, code: 'SIXPACK' },
    { validUntil: '2026-12-18T23:00:00.000Z' },
  ),
  fact(
    'harvest',
    'offer',
    { title: '€3 off Slate Riesling', amount: 300, currency: 'EUR', code: 'HARVEST3' },
    { validUntil: '2026-10-15T22:00:00.000Z' },
  ),
  fact('free', 'claim', {
    text: 'From twelve bottles we deliver free of charge. Ab zwölf Flaschen liefern wir kostenlos.',
  }),
  fact('tasting', 'claim', {
    text: 'The tasting takes place on Saturday, 12 December 2026, at 4 pm and costs €25. Die Verkostung ist am Samstag, dem 12. Dezember 2026, um 16 Uhr und kostet 25 €.',
  }),
  fact('slopes', 'claim', { text: 'Our vines grow on 9 hectares. Unsere Reben wachsen auf 9 Hektar.' }),
  fact('drink', 'claim', {
    text: 'Slate Riesling keeps for about five years. Slate Riesling hält sich etwa fünf Jahre.',
  }),
  fact('cork', 'claim', { text: 'We replace corked bottles. Flaschen mit Korkfehler ersetzen wir.' }),
];
const pets = [
  fact('kibble', 'product', {
    name: 'Bodo Kibble',
    price: 3490,
    currency: 'EUR',
    available: true,
    description: 'Dry dog food, 5 kg',
  }),
  fact('bed', 'product', {
    name: 'Nest Bed',
    price: 5900,
    currency: 'EUR',
    oldPrice: 7500,
    available: true,
    stock: 86,
  }),
  fact(
    'club',
    'offer',
    { title: '5 % off every order in the subscription', percent: 5, code: 'WOOF5' },
    { validUntil: '2027-06-30T22:00:00.000Z' },
  ),
  fact(
    'puppy',
    'offer',
    { title: 'Puppy weeks: 20 % off Bodo Kibble', percent: 20, code: 'PUPPY20' },
    { validUntil: '2026-06-14T22:00:00.000Z' },
  ),
  fact('meat', 'claim', { text: 'Bodo Kibble is 60 % chicken. Bodo Kibble besteht zu 60 % aus Huhn.' }),
  fact('grain', 'claim', { text: 'Bodo Kibble contains no grain. Bodo Kibble enthält kein Getreide.' }),
  fact('wash', 'claim', {
    text: 'Nest Bed can be washed at 40 degrees. Das Nest Bed ist bei 40 Grad waschbar.',
  }),
  fact('back', 'claim', {
    text: 'If your dog does not like it, you can return the opened bag within 14 days. Schmeckt es nicht, nehmen wir die geöffnete Packung innerhalb von 14 Tagen zurück.',
  }),
  fact('line', 'claim', {
    text: 'Our advice line is there on weekdays from 8 am to 4 pm. Unsere Beratung ist werktags von 8 bis 16 Uhr erreichbar.',
  }),
];
const telecom = [
  fact('plan', 'product', {
    name: 'Kite Mobile',
    price: 1299,
    currency: 'EUR',
    description: 'SIM-only plan, per month',
  }),
  fact('fibre', 'product', {
    name: 'Kite Fibre',
    price: 3999,
    currency: 'EUR',
    description: 'Internet, per month',
  }),
  fact(
    'combo',
    'offer',
    { title: '€5 off a month for Kite Fibre with Kite Mobile', amount: 500, currency: 'EUR', code: 'COMBO5' },
    { validUntil: '2027-01-31T23:00:00.000Z' },
  ),
  fact(
    'summer',
    'offer',
    { title: 'Kite Mobile: first month free', code: 'FIRSTFREE' },
    { validUntil: '2026-08-31T22:00:00.000Z' },
  ),
  fact('data', 'claim', { text: 'Kite Mobile comes with 20 GB. Kite Mobile hat 20 GB.' }),
  fact('speed', 'claim', {
    text: 'Kite Fibre reaches up to 250 megabits per second. Kite Fibre schafft bis zu 250 Megabit pro Sekunde.',
  }),
  fact('term', 'claim', {
    text: 'Kite Mobile can be cancelled monthly; Kite Fibre has a term of 24 months. Kite Mobile ist monatlich kündbar, Kite Fibre hat eine Laufzeit von 24 Monaten.',
  }),
  fact('setup', 'claim', {
    text: 'Setting up Kite Fibre costs €49. Die Einrichtung von Kite Fibre kostet 49 €.',
  }),
  fact('eu', 'claim', {
    text: 'Kite Mobile works in all 27 EU countries at no extra cost. Kite Mobile gilt ohne Aufpreis in allen 27 EU-Ländern.',
  }),
];
const theatre = [
  fact('play', 'product', {
    name: 'The Glass Lake',
    price: 3200,
    currency: 'EUR',
    description: 'Play in two acts, stalls',
  }),
  fact('pass', 'product', { name: 'Season Pass', price: 14800, currency: 'EUR', description: 'Six plays' }),
  fact(
    'under26',
    'offer',
    { title: '50 % off for everybody under 26', percent: 50, code: 'YOUNG' },
    { validUntil: '2027-05-31T22:00:00.000Z' },
  ),
  fact(
    'preview',
    'offer',
    { title: 'Preview: €10 off The Glass Lake', amount: 1000, currency: 'EUR', code: 'PREVIEW' },
    { validUntil: '2026-11-10T23:00:00.000Z' },
  ),
  fact('nights', 'claim', {
    text: 'The Glass Lake is on from 27 November to 30 December 2026, at 7:30 pm. The Glass Lake läuft vom 27. November bis 30. Dezember 2026, jeweils um 19:30 Uhr.',
  }),
  fact('length', 'claim', {
    text: 'The evening lasts two hours and ten minutes, with one interval. Der Abend dauert zwei Stunden und zehn Minuten, mit einer Pause.',
  }),
  fact('house', 'claim', {
    text: 'Our house has 412 seats and was opened in 1904. Unser Haus hat 412 Plätze und wurde 1904 eröffnet.',
  }),
  fact('swap', 'claim', {
    text: 'Tickets can be exchanged up to 24 hours before. Karten lassen sich bis 24 Stunden vorher umtauschen.',
  }),
];
const tech = [
  fact('buds', 'product', {
    name: 'Pebble Buds',
    price: 7900,
    currency: 'EUR',
    oldPrice: 9900,
    available: true,
    weight_g: 5,
  }),
  fact('lamp', 'product', { name: 'Orbit Lamp', price: 4500, currency: 'EUR', available: true }),
  fact(
    'gift',
    'offer',
    { title: '€8 off Orbit Lamp', amount: 800, currency: 'EUR', code: 'ORBIT8' },
    { validUntil: '2026-11-27T23:00:00.000Z' },
  ),
  fact(
    'school',
    'offer',
    { title: '15 % off Pebble Buds', percent: 15, code: 'SCHOOL15' },
    { validUntil: '2026-09-20T22:00:00.000Z' },
  ),
  fact('battery', 'claim', {
    text: 'Pebble Buds play for nine hours, with the case for 30. Die Pebble Buds spielen neun Stunden, mit Etui 30.',
  }),
  fact('led', 'claim', { text: 'Orbit Lamp uses 7 watts. Die Orbit Lamp verbraucht 7 Watt.' }),
  fact('warranty', 'claim', { text: 'Two-year warranty on everything. Zwei Jahre Garantie auf alles.' }),
  fact('ship', 'claim', {
    text: 'Shipping costs €3.50 and takes two to four working days. Der Versand kostet 3,50 € und dauert zwei bis vier Werktage.',
  }),
  fact('trade', 'claim', {
    text: 'For your old headphones you get €10. Für Ihre alten Kopfhörer bekommen Sie 10 €.',
  }),
];

/** Pairs of five more trades, by the same hand, hard to find by single words; worked with since. */
export const FIRST_SIGHT_C: readonly Trade[] = [
  {
    facts: wine,
    drafts: {
      price: [
        'Uncork the weekend: Slate Riesling, ‹€9.90|€11.50› a bottle.',
        'Terrace Red kommt auf ‹7,50 €|8,90 €› die Flasche.',
        'Terrace Red – ‹less than seven euros|less than nine euros› for a glass by the fire.',
      ],
      'multi-unit price': [
        'A case of six Terrace Red adds up to ‹€48|€53.40›.',
        'Drei Flaschen Slate Riesling: ‹29,90 €|34,50 €›.',
      ],
      percentage: [
        'Take six bottles, pay ‹15% less|10% less›.',
        'Ab sechs Flaschen wird alles ‹ein Viertel|zehn Prozent› günstiger.',
      ],
      'offer term': [
        'SIXPACK works from ‹three bottles|six bottles›.',
        'Frei Haus ‹ab sechs Flaschen|ab zwölf Flaschen›.',
        'Delivery ‹costs nothing, even for one bottle|is free from twelve bottles›.',
        'Flaschen mit Korkfehler ersetzen wir ‹doppelt|gern›.',
      ],
      date: [
        'Come and taste with us on ‹December 19|December 12›.',
        'Die Verkostung ist am ‹zweiten Advent|12. Dezember›.',
        'We pour from ‹six in the evening|4 pm›.',
        'Samstag, 12. Dezember, ‹18 Uhr|16 Uhr›: Verkostung im Keller.',
      ],
      weekday: [
        'Save ‹Sunday|Saturday›, 12 December, for our tasting.',
        'Wir verkosten am ‹Freitag|Samstag›, dem 12. Dezember.',
      ],
      duration: [
        'Slate Riesling keeps for ‹twenty years|five years› in your cellar.',
        'Liegen lassen lohnt: ‹zehn Jahre|fünf Jahre› hält er sich.',
      ],
      quantity: [
        'Our vines cover ‹forty hectares|nine hectares›.',
        'Auf ‹60 Hektar|9 Hektar› wachsen unsere Reben.',
      ],
      'expired offer': [
        'Fresh from the slope: ‹Slate Riesling is €3 cheaper with HARVEST3|Slate Riesling with a plate of cheese›.',
        '‹Drei Euro weniger für den Slate Riesling, Code HARVEST3|Drei Freunde, ein Slate Riesling›.',
      ],
      'swapped product': [
        '‹Slate Riesling: €8.90 a bottle.|Terrace Red: €8.90 a bottle.›',
        '‹Terrace Red hält sich etwa fünf Jahre.|Slate Riesling hält sich etwa fünf Jahre.›',
      ],
      superlative: [
        'The critics agree: ‹Riesling does not get any better|it goes with fish›.',
        'Von ‹Weltrang|hier›: unser Riesling.',
        '‹Gold medal winner in Bordeaux|A glass for the evening›: Terrace Red.',
      ],
      comparison: [
        'Terrace Red drinks ‹like a wine three times its price|like an evening by the fire›.',
        'Schmeckt ‹feiner als mancher Grand Cru|nach Kirsche›.',
      ],
      health: [
        'A glass a day ‹does your heart good|goes with dinner›.',
        'Unser Roter ‹macht keinen Kater|macht gute Laune›.',
      ],
      green: [
        'Grown ‹without a drop of herbicide|on steep slopes›.',
        '‹Zertifizierter Ökowein|Trockener Wein› aus Steillage.',
      ],
      scarcity: [
        '‹The 2023 vintage is down to its last cases|The 2023 vintage is dry›.',
        '‹Wer zuerst kommt, mahlt zuerst|Wer gern kocht, braucht Wein›: Terrace Red.',
      ],
    },
  },
  {
    facts: pets,
    drafts: {
      price: [
        'Five kilos of Bodo Kibble for ‹€29.90|€34.90›.',
        'Das Nest Bed kostet ‹keine 50 Euro|59 Euro›.',
        'Nest Bed is reduced by ‹€25|€16›.',
      ],
      currency: ['Nest Bed: ‹£59|€59›.', 'Bodo Kibble für ‹34,90 Franken|34,90 Euro›.'],
      percentage: [
        'Subscribers save ‹10%|5%› on every order.',
        'Im Abo gibt es ‹zwanzig|fünf› Prozent Nachlass mit WOOF5.',
        'Bodo Kibble is ‹80% chicken|60% chicken›.',
        'Zu ‹drei Vierteln|60 %› aus Huhn: Bodo Kibble.',
      ],
      quantity: [
        'A bag of Bodo Kibble weighs ‹7 kg|5 kg›.',
        'Das Nest Bed ist bei ‹60 Grad|40 Grad› waschbar.',
      ],
      'offer term': [
        'Dog not convinced? Return the opened bag within ‹a month|14 days›.',
        'Schmeckt es nicht, haben Sie ‹drei Wochen|14 Tage› Zeit für die Rückgabe.',
        'Subscribe today and ‹the first bag costs nothing|choose your rhythm›.',
        'WOOF5 gilt ‹nur für die erste Bestellung|für jede Bestellung›.',
      ],
      range: [
        'Call us on weekdays ‹from 7 am to 9 pm|from 8 am to 4 pm›.',
        'Unsere Beratung ist werktags ‹bis 20 Uhr|bis 16 Uhr› da.',
        'Questions? We pick up ‹at weekends, too|on weekdays›.',
      ],
      health: [
        'Bodo Kibble ‹keeps teeth free of tartar|is crunchy›.',
        'Für ‹ein glänzendes Fell und starke Knochen|kleine und große Hunde›.',
        'The Nest Bed ‹takes the pressure off old hips|is round›.',
        'Bodo Kibble ‹lässt Juckreiz verschwinden|riecht nach Huhn›.',
        '‹Vets feed it to their own dogs|Dogs like it›.',
      ],
      negation: [
        'Bodo Kibble is ‹free of additives|free of grain›.',
        'Ohne ‹Zuckerzusatz|Getreide›: Bodo Kibble.',
      ],
      green: [
        'Nest Bed is filled with ‹old fishing nets|soft flakes›.',
        'Huhn aus ‹Freilandhaltung|der Dose›? Bodo Kibble ist trocken.',
      ],
      popularity: [
        '‹Dogs in a million homes sleep|Dogs like to sleep› on it.',
        '‹95 % der Hunde|Manche Hunde› fressen den Napf leer.',
      ],
      guarantee: [
        'Nest Bed ‹outlives your dog, guaranteed|has a soft edge›.',
        '‹Ihr Hund wird es lieben, Ehrenwort|Fragen Sie Ihren Hund›.',
      ],
      scarcity: [
        '‹Only 8 beds left in the warehouse|Beds are in the warehouse›.',
        '‹Das Nest Bed ist so gut wie weg|Das Nest Bed ist rund›.',
      ],
      'expired offer': [
        '‹Puppy weeks: a fifth off Bodo Kibble|Puppies: small bites, big appetite›.',
        '‹PUPPY20 nicht vergessen|Leine nicht vergessen›!',
      ],
      superlative: [
        '‹The only food your dog will beg for|A food for every day›.',
        'Deutschlands ‹Lieblingsfutter|Hunde› und Bodo Kibble.',
      ],
      comparison: [
        'Bodo Kibble has ‹more meat than the big brands|chicken in it›.',
        '‹Halb so teuer wie beim Tierarzt|Im Beutel mit Verschluss›: Bodo Kibble.',
      ],
    },
  },
  {
    facts: telecom,
    drafts: {
      price: [
        'All you need for ‹under ten euros|under thirteen euros› a month: Kite Mobile.',
        'Kite Fibre für ‹29,99 €|39,99 €› im Monat.',
        'With COMBO5 Kite Fibre costs ‹€29.99|€34.99› a month.',
      ],
      'offer term': [
        'Setting up Kite Fibre is ‹free|€49›.',
        'Die Einrichtung von Kite Fibre ‹übernehmen wir|kostet 49 €›.',
        'Roam in ‹60 countries|27 EU countries› at no extra cost.',
        'Kite Mobile gilt ‹weltweit|in der EU› ohne Aufpreis.',
        'COMBO5 saves you ‹€10|€5› every month.',
        'Ihre Nummer nehmen Sie ‹kostenlos|einfach› mit.',
      ],
      subscription: [
        'Kite Fibre ‹can be cancelled any month|has a term of 24 months›.',
        'Kite Mobile bindet Sie ‹zwei Jahre|einen Monat lang›.',
        'Kite Fibre has a term of ‹12 months|24 months›.',
        'The price ‹is locked for life|is on the page›.',
      ],
      quantity: [
        'Kite Mobile has ‹50 GB|20 GB› on board.',
        'Surfen ‹ohne Limit|mit 20 GB›: Kite Mobile.',
        'Kite Fibre flies at ‹one gigabit|250 megabits› per second.',
        'Bis zu ‹500 Megabit|250 Megabit› mit Kite Fibre.',
      ],
      'expired offer': [
        'Kite Mobile: ‹your first month is a gift|your number stays yours›.',
        '‹Der erste Monat Kite Mobile geht auf uns.|Der Weg zu Kite Mobile ist kurz.›',
      ],
      'swapped product': [
        '‹Kite Fibre comes with 20 GB.|Kite Mobile comes with 20 GB.›',
        '‹Kite Mobile kostet 39,99 €.|Kite Fibre kostet 39,99 €.›',
        '‹Kite Fibre ist monatlich kündbar.|Kite Mobile ist monatlich kündbar.›',
      ],
      superlative: [
        '‹Britain’s fastest broadband|Broadband for the whole flat›.',
        'Surfen ‹im besten Netz|im Netz von Kite›.',
        'The ‹No.1 network|network› for families.',
      ],
      comparison: [
        'You pay ‹half of what the big three want|one bill for both›.',
        'Kite Fibre ist ‹zehnmal so schnell wie DSL|für die ganze Wohnung›.',
      ],
      guarantee: [
        '‹Never a dropped call again|Call us if something is wrong›.',
        'Ausfälle ‹gibt es bei uns nicht|melden wir in der App›.',
        'The connection ‹always holds|is set up by us›.',
      ],
      duration: [
        'Online ‹within 24 hours|after one appointment›.',
        'Der Wechsel ‹dauert keine zwei Minuten|geht im Browser›.',
      ],
      negation: [
        'Kite Mobile: ‹no activation fee|no paper form›.',
        'Kite Fibre ‹ohne Mindestvertragslaufzeit|mit Router›.',
      ],
      deadline: [
        'COMBO5 is there until ‹Valentine’s Day|the end of January›.',
        'COMBO5 gibt es bis ‹Ende Februar|Ende Januar›.',
      ],
    },
  },
  {
    facts: theatre,
    drafts: {
      price: [
        'Stalls for The Glass Lake from ‹€24|€32›.',
        'Six plays, one card: Season Pass at ‹€128|€148›.',
        'With the Season Pass a play comes to ‹less than €20|less than €25›.',
        'The Glass Lake: Parkett ‹28 Euro|32 Euro›.',
      ],
      percentage: [
        'Under 26? ‹Two thirds off|Half off› with YOUNG.',
        'Mit YOUNG zahlen alle unter 26 ‹nur ein Viertel|nur die Hälfte›.',
        'Under ‹thirty|26›? YOUNG halves the price.',
        'Wer ‹keine dreißig|unter 26› ist, spart mit YOUNG die Hälfte.',
      ],
      date: [
        'The Glass Lake opens on ‹November 20|November 27›.',
        'Bis zum ‹10. Januar|30. Dezember› läuft The Glass Lake.',
        'The curtain rises at ‹8 pm|7:30 pm›.',
        'Beginn ist ‹um 20 Uhr|um 19:30 Uhr›.',
        'Our house was opened in ‹1876|1904›.',
        'Seit ‹1888|1904› wird hier gespielt.',
      ],
      duration: [
        'You are out again after ‹90 minutes|two hours and ten minutes›.',
        'Der Abend dauert ‹drei Stunden|zwei Stunden und zehn Minuten›.',
        'Played ‹without an interval|with one interval›.',
      ],
      quantity: [
        'Room for ‹eight hundred|412›, and every seat is soft.',
        'Der Season Pass gilt für ‹acht Stücke|sechs Stücke›.',
      ],
      'offer term': [
        'Plans change? Swap your ticket ‹up to one hour|up to 24 hours› before.',
        'Karten lassen sich ‹jederzeit zurückgeben|bis 24 Stunden vorher umtauschen›.',
        'A drink in the interval ‹is included|is at the bar›.',
        'Der Season Pass ‹ist übertragbar|ist eine Karte›.',
      ],
      'expired offer': [
        '‹Ten euros off The Glass Lake: PREVIEW|Ten good lines from The Glass Lake›.',
        '‹The Glass Lake wird mit PREVIEW zehn Euro günstiger|The Glass Lake wird im Foyer besprochen›.',
      ],
      scarcity: [
        '‹Tickets are disappearing by the minute|Tickets are at the box office›.',
        'Für Silvester ‹nur noch Restkarten|noch keine Pläne›?',
        '‹Tonight’s show is as good as full|Tonight’s show begins with rain›.',
      ],
      superlative: [
        '‹The theatrical event of the decade|A play about a lake›.',
        '‹Das meistgespielte Stück des Jahres|Ein Stück über einen See›.',
        'Directed by ‹one of the greatest talents of our time|a quiet mind›.',
      ],
      popularity: [
        '‹Critics are over the moon|There is a moon in it›.',
        '‹Das Publikum tobt vor Begeisterung|Das Publikum sitzt nah an der Bühne›.',
        '‹Five stars from every paper in town|One lake, two acts›.',
      ],
      guarantee: ['You ‹will laugh, we bet the ticket price on it|might laugh›.'],
    },
  },
  {
    facts: tech,
    drafts: {
      price: [
        'Pebble Buds are back at ‹€69|€79›.',
        'Orbit Lamp: ‹statt 60 € nur 45 €|für 45 €›.',
        'With ORBIT8 Orbit Lamp is ‹€35|€37›.',
        'Für die Pebble Buds zahlen Sie ‹dreißig Euro weniger|zwanzig Euro weniger› als früher.',
      ],
      percentage: [
        'Pebble Buds are down ‹30 percent|20 percent›.',
        '‹Ein gutes Drittel|Ein gutes Fünftel› günstiger: Pebble Buds.',
      ],
      duration: [
        'Pebble Buds play ‹from dawn till dusk, fourteen hours|nine hours› on one charge.',
        'Mit Etui kommen Sie auf ‹48 Stunden|30 Stunden› Musik.',
        'Your parcel arrives in ‹one or two days|two to four working days›.',
        'Der Versand dauert ‹nur einen Tag|zwei bis vier Werktage›.',
      ],
      'offer term': [
        'We cover everything with a ‹four-year|two-year› warranty.',
        'Auf alles gibt es ‹fünf Jahre|zwei Jahre› Garantie.',
        'Shipping is ‹€1.90|€3.50›.',
        'Der Versand ‹ist geschenkt|kostet 3,50 €›.',
        'Trade in your old headphones for ‹€25|€10›.',
        'Für alte Kopfhörer gibt es ‹bis zu 40 €|10 €›.',
      ],
      quantity: ['Orbit Lamp needs just ‹3 watts|7 watts›.', 'Pebble Buds wiegen ‹3 g|5 g›.'],
      deadline: [
        'ORBIT8 ends on ‹Cyber Monday|Friday, November 27›.',
        'ORBIT8 gilt ‹bis Monatsende|bis 27. November›.',
        'One week left for ORBIT8? ‹No, two|Yes, one›.',
      ],
      'expired offer': [
        '‹SCHOOL15 still works on Pebble Buds|Homework sounds better with Pebble Buds›.',
        'Pebble Buds ‹mit 15 % Schulrabatt|mit Etui›.',
      ],
      'swapped product': [
        '‹Orbit Lamp plays for nine hours.|Pebble Buds play for nine hours.›',
        '‹ORBIT8 macht die Pebble Buds acht Euro billiger.|ORBIT8 macht die Orbit Lamp acht Euro billiger.›',
      ],
      superlative: [
        '‹The smartest sound money can buy|Sound for the way to work›.',
        'So klein ‹war noch nie ein Kopfhörer|wie ein Kiesel›.',
        '‹Unser Preis-Leistungs-Sieger|Unser Kopfhörer›: Pebble Buds.',
      ],
      comparison: [
        'Orbit Lamp uses ‹ten times less power than a bulb|7 watts›.',
        'Pebble Buds sitzen ‹fester als alle anderen|im Ohr›.',
      ],
      green: [
        'Orbit Lamp comes ‹from solar-powered factories|in a box›.',
        '‹CO2-sparend|Flach› verpackt: Pebble Buds.',
      ],
      health: [
        'Orbit Lamp ‹lifts winter blues|stands on three legs›.',
        'Pebble Buds ‹schützen Ihr Gehör|haben drei Aufsätze›.',
      ],
      finance: [
        'Pebble Buds ‹in 12 easy payments|in your pocket›.',
        'Erst hören, ‹im Januar zahlen|dann reden›.',
        'Buy Pebble Buds ‹with no money down|with a case›.',
      ],
      guarantee: [
        'Pebble Buds ‹survive any fall|fit in a small pocket›.',
        'Die Orbit Lamp ‹geht Ihnen nie kaputt|steht fest›.',
      ],
      rating: [
        '‹Rated excellent by two thousand buyers|Ask anybody who has a pair›.',
        '‹Note 1,3 in allen Tests|Musik in allen Räumen›: Pebble Buds.',
      ],
    },
  },
];
