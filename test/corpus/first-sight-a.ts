import { fact } from '../harness/risk.js';
import { type Trade } from './planted.js';

const coffee = [
  fact('beans', 'product', {
    name: 'Harbour Espresso',
    price: 1490,
    currency: 'EUR',
    available: true,
    description: 'Espresso beans, 500 g',
  }),
  fact('grinder', 'product', {
    name: 'Milo Grinder',
    price: 8900,
    currency: 'EUR',
    oldPrice: 10900,
    available: true,
    description: 'Hand grinder with a steel burr',
  }),
  fact(
    'brew20',
    'offer',
    { title: '20 % off grinders', percent: 20, code: 'BREW20', currency: 'EUR' },
    { validUntil: '2026-11-30T23:00:00.000Z' },
  ),
  fact(
    'pumpkin',
    'offer',
    { title: '10 % off espresso', percent: 10, code: 'PUMPKIN10', currency: 'EUR' },
    { validUntil: '2026-10-31T23:00:00.000Z' },
  ),
  fact('roast', 'claim', {
    text: 'We roast every Tuesday and Friday. Wir rösten jeden Dienstag und Freitag.',
  }),
  fact('ship', 'claim', {
    text: 'Free shipping from €35; below that shipping costs €3.90. Versandkostenfrei ab 35 €, darunter kostet der Versand 3,90 €.',
  }),
  fact('returns', 'claim', {
    text: 'Unopened bags can be returned within 30 days. Ungeöffnete Packungen können innerhalb von 30 Tagen zurückgegeben werden.',
  }),
  fact('rating', 'claim', {
    text: 'Rated 4.7 out of 5 in 812 reviews. Bewertet mit 4,7 von 5 Sternen in 812 Bewertungen.',
  }),
  fact('warranty', 'claim', {
    text: 'The Milo Grinder comes with a three-year warranty. Auf den Milo Grinder geben wir drei Jahre Garantie.',
  }),
  fact('sub', 'claim', {
    text: 'The coffee subscription can be paused or cancelled at any time and comes every four weeks. Das Kaffee-Abo kommt alle vier Wochen und lässt sich jederzeit pausieren oder kündigen.',
  }),
];

const hotel = [
  fact('double', 'product', {
    name: 'Seaview Double',
    price: 14500,
    currency: 'EUR',
    description: 'A double room with a view of the sea, per night',
  }),
  fact('spa', 'product', { name: 'Dune Spa Day', price: 7900, currency: 'EUR' }),
  fact(
    'long',
    'offer',
    { title: '15 % off stays of three nights or more', percent: 15, code: 'LONGSTAY', currency: 'EUR' },
    { validUntil: '2027-01-31T23:00:00.000Z' },
  ),
  fact(
    'easter',
    'offer',
    { title: 'Easter: 25 % off the Dune Spa Day', percent: 25, code: 'EASTER25' },
    { validUntil: '2026-04-12T22:00:00.000Z' },
  ),
  fact('breakfast', 'claim', {
    text: 'Breakfast is served from 7 to 10:30 and is included in the price. Frühstück gibt es von 7 bis 10:30 Uhr, es ist im Preis enthalten.',
  }),
  fact('cancel', 'claim', {
    text: 'Free cancellation up to 48 hours before arrival. Kostenlose Stornierung bis 48 Stunden vor Anreise.',
  }),
  fact('beach', 'claim', {
    text: 'The beach is a five-minute walk away. Zum Strand sind es fünf Minuten zu Fuß.',
  }),
  fact('rooms', 'claim', { text: 'The house has 42 rooms. Das Haus hat 42 Zimmer.' }),
  fact('checkin', 'claim', {
    text: 'Check-in from 3 pm, check-out until 11 am. Anreise ab 15 Uhr, Abreise bis 11 Uhr.',
  }),
  fact('dogs', 'claim', {
    text: 'Dogs are welcome for €12 a night. Hunde sind für 12 € pro Nacht willkommen.',
  }),
];

const skin = [
  fact('cream', 'product', {
    name: 'Linden Face Cream',
    price: 2800,
    currency: 'EUR',
    available: true,
    description: 'Face cream, 50 ml',
  }),
  fact('oil', 'product', {
    name: 'Alba Body Oil',
    price: 1950,
    currency: 'EUR',
    available: true,
    description: 'Body oil, 100 ml',
  }),
  fact(
    'duo',
    'offer',
    { title: '50 % off the second Linden Face Cream', percent: 50, code: 'DUO' },
    { validUntil: '2026-12-24T23:00:00.000Z' },
  ),
  fact(
    'may',
    'offer',
    { title: 'Mother’s Day: €5 off the Alba Body Oil', amount: 500, currency: 'EUR', code: 'MAMA5' },
    { validUntil: '2026-05-10T22:00:00.000Z' },
  ),
  fact('test', 'claim', {
    text: 'In a test with 60 people, 9 out of 10 said their skin felt softer. In einem Test mit 60 Personen sagten 9 von 10, ihre Haut fühle sich weicher an.',
  }),
  fact('vegan', 'claim', {
    text: 'Linden Face Cream is vegan and free of perfume. Die Linden Face Cream ist vegan und parfümfrei.',
  }),
  fact('glass', 'claim', {
    text: 'The jars are made of recycled glass. Die Tiegel sind aus recyceltem Glas.',
  }),
  fact('samples', 'claim', {
    text: 'Every order comes with two samples. Jeder Bestellung liegen zwei Proben bei.',
  }),
  fact('size', 'claim', {
    text: 'Linden Face Cream holds 50 ml and lasts about two months. Die Linden Face Cream enthält 50 ml und reicht etwa zwei Monate.',
  }),
];

const saas = [
  fact('pro', 'product', {
    name: 'Notewell Pro',
    price: 900,
    currency: 'EUR',
    description: 'Notes for teams, per person and month',
  }),
  fact('team', 'product', {
    name: 'Notewell Team',
    price: 1900,
    currency: 'EUR',
    description: 'For teams, per person and month',
  }),
  fact(
    'year',
    'offer',
    { title: '20 % off when you pay yearly', percent: 20, code: 'YEARLY' },
    { validUntil: '2026-12-31T23:00:00.000Z' },
  ),
  fact(
    'launch',
    'offer',
    { title: 'Launch: three months of Notewell Team free', code: 'LAUNCH3' },
    { validUntil: '2026-09-30T22:00:00.000Z' },
  ),
  fact('trial', 'claim', {
    text: 'You can try Notewell Pro for 14 days free of charge. Notewell Pro lässt sich 14 Tage kostenlos testen.',
  }),
  fact('cancel', 'claim', { text: 'You can cancel monthly. Die Kündigung ist monatlich möglich.' }),
  fact('storage', 'claim', {
    text: 'Notewell Pro comes with 50 GB of storage. Notewell Pro enthält 50 GB Speicher.',
  }),
  fact('teams', 'claim', { text: '3,200 teams work with Notewell. 3.200 Teams arbeiten mit Notewell.' }),
  fact('support', 'claim', {
    text: 'Support answers from Monday to Friday, 9 am to 5 pm. Der Support antwortet montags bis freitags von 9 bis 17 Uhr.',
  }),
  fact('webinar', 'claim', {
    text: 'The webinar is on Thursday, 3 December 2026, at 10 am. Das Webinar findet am Donnerstag, dem 3. Dezember 2026, um 10 Uhr statt.',
  }),
];

const garden = [
  fact('maple', 'product', { name: 'Ruby Maple', price: 4900, currency: 'EUR', available: true, stock: 240 }),
  fact('tulips', 'product', {
    name: 'Meadow Tulip Mix',
    price: 1290,
    currency: 'EUR',
    available: true,
    description: '25 bulbs',
  }),
  fact(
    'autumn',
    'offer',
    { title: '€10 off orders from €80', amount: 1000, minimum: 8000, currency: 'EUR', code: 'AUTUMN10' },
    { validUntil: '2026-11-29T23:00:00.000Z' },
  ),
  fact(
    'summer',
    'offer',
    { title: '30 % off Meadow Tulip Mix', percent: 30, code: 'BLOOM30' },
    { validUntil: '2026-08-15T22:00:00.000Z' },
  ),
  fact('grow', 'claim', {
    text: 'If a plant does not come up in the first year, we replace it. Wächst eine Pflanze im ersten Jahr nicht an, ersetzen wir sie.',
  }),
  fact('pot', 'claim', {
    text: 'Ruby Maple grows to about 3 metres and comes in a 10-litre pot. Der Ruby Maple wird etwa 3 Meter hoch und kommt im 10-Liter-Topf.',
  }),
  fact('delivery', 'claim', {
    text: 'Plants are delivered within four to six working days. Pflanzen werden in vier bis sechs Werktagen geliefert.',
  }),
  fact('peat', 'claim', { text: 'Our potting soil is free of peat. Unsere Blumenerde ist torffrei.' }),
  fact('open', 'claim', {
    text: 'The nursery is open on Saturdays from 9 to 16. Die Gärtnerei hat samstags von 9 bis 16 Uhr geöffnet.',
  }),
  fact('family', 'claim', { text: 'A family business since 1958. Ein Familienbetrieb seit 1958.' }),
];

/** Pairs of five trades, written without a look at the checks; worked with since. */
export const FIRST_SIGHT_A: readonly Trade[] = [
  {
    facts: coffee,
    drafts: {
      price: [
        'Your mornings deserve better than instant. A bag of Harbour Espresso is yours for just ‹€12.90|€14.90›.',
        'The Milo Grinder used to be €109. Right now you take it home for ‹under seventy euros|under ninety euros›.',
        'Harbour Espresso, ‹13,50 € die Packung|14,90 € die Packung›: kräftig, mit einer Note von Kakao.',
        'Für den Milo Grinder zahlen Sie derzeit nur ‹neunundsiebzig Euro|neunundachtzig Euro›.',
        'Bag a bargain: ‹a tenner buys you a whole bag of Harbour Espresso|€14.90 buys you a whole bag of Harbour Espresso›.',
      ],
      currency: [
        'One bag of Harbour Espresso comes to ‹14.90 pounds|14.90 euros›, and it lasts a good while.',
        'Der Milo Grinder liegt bei ‹89 Dollar|89 Euro›. Gemahlen wird von Hand.',
      ],
      percentage: [
        'Type in BREW20 and we knock ‹a quarter off|a fifth off› the price of any grinder.',
        'BREW20 at the checkout makes your new grinder ‹30% cheaper|20% cheaper›.',
        'Mit BREW20 sinkt der Preis Ihrer Mühle um ‹ein Drittel|ein Fünftel›.',
        'Frisch gemahlen schmeckt es einfach runder. Mit dem Code BREW20 gibt es ‹fünfundzwanzig Prozent|zwanzig Prozent› auf Mühlen.',
      ],
      'words as figures': [
        'Grinders at ‹half price|20 % less› with BREW20: a good week to upgrade your kitchen.',
        '‹Buy two bags, get the third one on us|Put two bags in your basket and the third one beside it›. Harbour Espresso keeps for months.',
        '‹Drei Packungen zum Preis von zwei|Drei Packungen in einem Karton›: So geht der Vorrat nicht aus.',
        'Mühlen gibt es mit BREW20 ‹zum halben Preis|20 % günstiger›. Sehen Sie selbst.',
      ],
      'offer term': [
        'Shipping is ‹on us, whatever you order|on us once you reach €35›.',
        'Orders from ‹€20|€35› travel to you free of charge.',
        'Ab ‹25 Euro|35 Euro› Bestellwert liefern wir portofrei.',
        'Changed your mind? Send unopened bags back ‹within 60 days|within 30 days›.',
        'Nicht Ihr Geschmack? Sie haben ‹ein halbes Jahr|30 Tage› Rückgaberecht für ungeöffnete Packungen.',
        'The Milo Grinder is covered by ‹a five-year warranty|a three-year warranty›.',
        'Auf den Milo Grinder gibt es ‹zehn Jahre Garantie|drei Jahre Garantie›.',
        'The subscription ‹runs for at least six months|can be paused at any time›.',
        'Das Abo bringt Ihnen ‹alle zwei Wochen|alle vier Wochen› frischen Kaffee.',
      ],
      weekday: [
        'Our roaster is fired up ‹every Monday|every Tuesday›, so your beans are only days old.',
        'Geröstet wird bei uns ‹mittwochs und freitags|dienstags und freitags›.',
      ],
      deadline: [
        'BREW20 works until ‹December 6|November 30›, then it is gone.',
        'Der Code BREW20 gilt ‹noch bis Nikolaus|noch bis Ende November›.',
        'You have ‹a whole month|ten days› left to use BREW20.',
      ],
      'expired offer': [
        'Autumn in a cup: ‹PUMPKIN10 takes 10% off Harbour Espresso|Harbour Espresso for rainy afternoons›.',
        'Noch ein Tipp: ‹Mit PUMPKIN10 wird der Espresso 10 % günstiger|Der Espresso schmeckt auch kalt›.',
      ],
      'swapped product': [
        'For €14.90 ‹the Milo Grinder|Harbour Espresso› is on its way to your kitchen.',
        'Mit BREW20 sparen Sie 20 % auf ‹alle Espressobohnen|alle Mühlen›.',
      ],
      rating: [
        'Our customers give us ‹4.9 stars|4.7 stars›, and we are a little proud.',
        '‹Over 10,000 coffee lovers|812 coffee lovers› have reviewed us, with 4.7 out of 5.',
        'Mit ‹4,9 von 5 Sternen|4,7 von 5 Sternen› bewertet: Danke für Ihr Vertrauen.',
      ],
      scarcity: [
        'Harbour Espresso is flying off the shelves, ‹and there are only a handful of bags left|and we roast again on Friday›.',
        'Der Milo Grinder ‹ist fast ausverkauft|ist auf Lager›.',
        '‹Once it is gone, it is gone|Once it is open, keep it cool›: Harbour Espresso likes a dark cupboard.',
      ],
      superlative: [
        'Taste ‹the finest espresso in Europe|an espresso with a note of cocoa›.',
        'Der Milo Grinder ist ‹die leiseste Handmühle auf dem Markt|eine Handmühle mit Mahlwerk aus Stahl›.',
        'Baristas call it ‹the gold standard of grinders|a grinder for every day›.',
      ],
      comparison: [
        'The Milo Grinder grinds ‹twice as fast as electric mills|by hand, with a steel burr›.',
        'Harbour Espresso hat ‹weniger Säure als jeder Kaffee aus dem Supermarkt|eine Note von Kakao›.',
      ],
      guarantee: [
        'Not happy with your beans? ‹You get every cent back, no questions asked|You can send unopened bags back within 30 days›.',
        'Mit unserer ‹Bestpreisgarantie|Auswahl› kaufen Sie entspannt ein.',
        'We ‹promise you will never drink bad coffee again|promise to roast on Tuesday›.',
      ],
      health: [
        'A cup of Harbour Espresso ‹gets your metabolism going|gets your morning going›.',
        'Harbour Espresso ist ‹besonders magenschonend|besonders aromatisch›.',
      ],
      green: [
        'Every bag is ‹fully compostable|sealed by hand›.',
        'Wir rösten ‹klimaneutral mit Ökostrom|dienstags und freitags›.',
      ],
      quantity: [
        'A bag of Harbour Espresso holds ‹a full kilo|500 g› of beans.',
        'In jeder Packung Harbour Espresso stecken ‹750 Gramm|500 Gramm› Bohnen.',
      ],
    },
  },
  {
    facts: hotel,
    drafts: {
      price: [
        'Wake up to the sea. The Seaview Double starts at ‹€119|€145› a night.',
        'Ein Tag im Dune Spa Day kostet ‹59,- Euro|79,- Euro›, Handtuch inklusive.',
        'Two nights in the Seaview Double come to ‹€250|€290›.',
        'Zwei Nächte im Seaview Double: ‹zusammen 270 €|zusammen 290 €›.',
      ],
      currency: [
        'The Dune Spa Day is yours for ‹CHF 79|EUR 79›.',
        'Das Seaview Double kostet ‹145 Schweizer Franken|145 Euro› pro Nacht.',
      ],
      percentage: [
        'Stay three nights and LONGSTAY takes ‹one fifth|15 percent› off your bill.',
        'Wer drei Nächte bleibt, spart mit LONGSTAY ‹satte 25 %|15 %›.',
      ],
      'words as figures': [
        'Stay three nights, ‹pay for two|wake up to the sea›.',
        '‹Kinder schlafen bei uns gratis|Kinder sind bei uns willkommen›.',
        '‹Your fourth night is free|Your third night is when it gets cosy›.',
      ],
      range: [
        'Breakfast runs ‹from 6:30 to 11|from 7 to 10:30›, so there is no rush.',
        'Das Frühstücksbuffet steht ‹von 8 bis 12 Uhr|von 7 bis 10:30 Uhr› bereit.',
      ],
      duration: [
        'Stroll ‹two minutes|five minutes› and your toes are in the sand.',
        'In ‹einer Minute|fünf Minuten› sind Sie am Strand.',
        'Plans change: cancel free of charge ‹up to 24 hours|up to 48 hours› before you arrive.',
        'Sie können ‹bis zum Anreisetag|bis 48 Stunden vor Anreise› kostenfrei stornieren.',
      ],
      'offer term': [
        'Bring the dog: four-legged guests ‹stay for free|stay for €12 a night›.',
        'Das Frühstück ‹kostet 18 € extra|ist inklusive›.',
        'Your room is ready ‹from noon|from 3 pm›.',
        'Auschecken können Sie ‹bis 14 Uhr|bis 11 Uhr›.',
        'LONGSTAY counts ‹from two nights|from three nights›.',
      ],
      deadline: [
        'LONGSTAY runs through ‹the end of March|the end of January›.',
        'Mit LONGSTAY sparen Sie 15 %, buchbar ‹bis zum 28. Februar|bis zum 31. Januar›.',
      ],
      'expired offer': [
        'Treat yourself: ‹a quarter off your spa day with EASTER25|a spa day by the dunes›.',
        'Gönnen Sie sich etwas: ‹25 % auf den Dune Spa Day|einen Dune Spa Day›.',
      ],
      scarcity: [
        'Weekends go fast: ‹just two rooms remain for December|have a look at December›.',
        '‹17 people are looking at this room right now|The sea looks at this room all day long›.',
        'Die Zimmer mit Meerblick ‹sind heiß begehrt und bald vergriffen|haben einen Balkon›.',
      ],
      superlative: [
        'Sleep in ‹the quietest beds on the whole coast|beds with a view of the sea›.',
        'Unser Haus gehört zu ‹den beliebtesten Hotels an der Küste|den Häusern an der Küste›.',
        'A ‹world-class|quiet› spa by the dunes.',
      ],
      comparison: [
        'Book here and you always ‹pay less than on any portal|know who answers the phone›.',
        'Bei uns ist es ‹ruhiger als in jedem anderen Haus am Strand|ruhig, auch im Sommer›.',
      ],
      guarantee: [
        '‹Sunshine guaranteed|Sunshine hoped for›, deckchairs ready.',
        'Wir ‹garantieren Ihnen den niedrigsten Preis|freuen uns auf Sie›.',
      ],
      health: [
        'Sea air ‹relieves asthma and clears your lungs|smells of salt and pines›.',
        'Ein Tag im Spa ‹lindert Rückenschmerzen|tut einfach gut›.',
      ],
      green: [
        'Our house runs ‹entirely on renewable energy|from March to January›.',
        'Urlaub ‹mit gutem Gewissen für das Klima|mit Blick auf das Meer›.',
      ],
      quantity: [
        'With only ‹25 rooms|42 rooms›, everybody knows your name.',
        'Unser Haus hat ‹über hundert Zimmer|42 Zimmer›.',
      ],
    },
  },
  {
    facts: skin,
    drafts: {
      price: [
        'Soft skin for ‹less than €20|less than €30›: Linden Face Cream.',
        'Das Alba Body Oil gibt es für ‹schlappe fünfzehn Euro|19,50 Euro›.',
        'Linden Face Cream costs ‹24 euros|28 euros› for 50 ml.',
      ],
      'multi-unit price': [
        'Two jars of Linden Face Cream for ‹€35|€56›.',
        'Linden Face Cream (‹39 €/100 ml|56 €/100 ml›) im Glastiegel.',
        'That is ‹25 cents|56 cents› per millilitre of Linden Face Cream.',
      ],
      percentage: [
        'Take a second Linden Face Cream and get ‹70% off|50% off› it with DUO.',
        'Mit DUO kostet die zweite Linden Face Cream ‹nur ein Drittel|nur die Hälfte›.',
      ],
      'expired offer': [
        'Spoil your mum: ‹MAMA5 takes €5 off the Alba Body Oil|the Alba Body Oil smells of almonds›.',
        '‹Fünf Euro Rabatt auf das Alba Body Oil|Fünf Minuten Ruhe mit dem Alba Body Oil›: Das haben Sie sich verdient.',
      ],
      popularity: [
        '‹98% of women|9 out of 10 testers› felt softer skin.',
        '‹Loved by 50,000 customers|Loved by people with dry skin›: Alba Body Oil.',
        '‹Neun von zehn Hautärzten empfehlen|Neun von zehn Testpersonen mögen› unsere Creme.',
        'In unserem Test mit ‹200 Personen|60 Personen› fühlte sich die Haut weicher an.',
      ],
      health: [
        'Linden Face Cream ‹smooths away wrinkles overnight|sinks in without a film›.',
        'Die Linden Face Cream ‹hilft bei Neurodermitis|zieht schnell ein›.',
        'Alba Body Oil ‹boosts collagen|smells of almonds›.',
        'Unser Öl ‹wirkt entzündungshemmend|duftet nach Mandeln›.',
        'Clinically ‹proven to|speaking, we would rather let you› make your own mind up.',
      ],
      green: [
        'Packed in ‹plastic-free, biodegradable pouches|jars of recycled glass›.',
        'Alle Zutaten stammen ‹aus kontrolliert biologischem Anbau|aus unserer Küche›.',
        'Alba Body Oil is ‹never tested on animals|made in small batches›.',
        'Verpackt in ‹Meeresplastik|recyceltem Glas›.',
      ],
      superlative: [
        'Meet ‹the only cream your skin will ever need|a cream for cold days›.',
        'Unsere ‹meistverkaufte|neue› Creme, jetzt im Tiegel.',
        'An ‹unrivalled|everyday› cream for dry days.',
        'Das ist ‹die Nummer eins unter den Körperölen|ein Öl für den ganzen Körper›.',
      ],
      comparison: [
        'It moisturises ‹three times longer than other creams|without a film›.',
        'Alba Body Oil zieht ‹schneller ein als herkömmliche Öle|in Ruhe ein›.',
      ],
      guarantee: [
        'Softer skin ‹or your money back|or simply a nice smell›.',
        '‹Garantiert allergiefrei|Vegan und parfümfrei›: die Linden Face Cream.',
      ],
      quantity: [
        'Every parcel hides ‹five samples|two samples› for you to try.',
        'Zu jeder Bestellung legen wir ‹vier Pröbchen|zwei Proben› ins Paket.',
      ],
      duration: [
        'One jar lasts ‹half a year|about two months›.',
        'Ein Tiegel reicht ‹rund vier Monate|etwa zwei Monate›.',
      ],
      negation: [
        'Linden Face Cream contains ‹no parabens, no silicones|no perfume›.',
        'Die Linden Face Cream kommt ‹ohne Konservierungsstoffe|ohne Parfüm› aus.',
      ],
      scarcity: [
        '‹This batch will not be repeated|This batch was stirred last week›.',
        'Das Alba Body Oil gibt es ‹nur in limitierter Auflage|in einer Flasche aus Glas›.',
      ],
    },
  },
  {
    facts: saas,
    drafts: {
      price: [
        'Notewell Pro costs ‹less than €5|less than €10› per person and month.',
        'Für ‹sieben Euro|neun Euro› im Monat schreibt Ihr ganzes Team mit Notewell Pro.',
      ],
      'multi-unit price': [
        'Notewell Pro is ‹€84|€108› a year.',
        'Zehn Plätze Notewell Team kosten ‹150 €|190 €› im Monat.',
      ],
      percentage: [
        'Pay once a year and keep ‹two months’ worth|20 percent› of the price.',
        'Wer jährlich zahlt, spart ‹ein Viertel|ein Fünftel›.',
      ],
      subscription: [
        'Try it for ‹30 days|14 days› without paying a thing.',
        'Testen Sie Notewell Pro ‹einen ganzen Monat|zwei Wochen› gratis.',
        'There is ‹no credit card needed|no need to hurry›: start your 14 days when you like.',
        'Gekündigt wird ‹jährlich|monatlich›, per Klick.',
        'You are ‹tied in for twelve months|free to cancel monthly›.',
        'Notewell Pro bleibt ‹für immer kostenlos|14 Tage lang kostenlos›.',
        'Your plan ‹renews automatically every year|can be cancelled monthly›.',
      ],
      'expired offer': [
        'Move your team over: ‹three months of Notewell Team are on the house|Notewell Team is made for that›.',
        'Mit LAUNCH3 ‹nutzen Sie Notewell Team drei Monate gratis|war der Start schön, jetzt geht es weiter›.',
      ],
      quantity: [
        'Notewell Pro comes with ‹unlimited storage|50 GB of storage›.',
        'Mit ‹1 TB Speicher|50 GB Speicher› hat Notewell Pro Platz für alle Notizen.',
        '‹Thousands of companies across 40 countries|3,200 teams› work with Notewell.',
        'Schon ‹fast 10.000 Teams|3.200 Teams› arbeiten mit Notewell.',
      ],
      date: [
        'Save the date: our webinar is on ‹December 10|December 3›.',
        'Das Webinar startet am ‹3. Dezember um 14 Uhr|3. Dezember um 10 Uhr›.',
        'See you ‹on the fourth of December|on the third of December› at our webinar.',
      ],
      weekday: [
        'Our webinar takes place on ‹Wednesday|Thursday›, December 3.',
        'Unser Support ist ‹auch samstags|montags bis freitags› für Sie da.',
      ],
      duration: [
        'Our support team is here ‹around the clock|from 9 am to 5 pm›.',
        'Wir antworten ‹innerhalb von zwei Stunden|von 9 bis 17 Uhr›.',
      ],
      superlative: [
        '‹Nothing beats|Nothing stops you from trying› Notewell Pro.',
        'Der ‹Testsieger|Begleiter› für Teams.',
        'Notewell is ‹the world’s favourite notebook|a notebook for teams›.',
      ],
      comparison: [
        'Teams get their work done ‹40% faster|together› with Notewell Team.',
        'Mit Notewell sparen Teams ‹fünf Stunden pro Woche|Zettel und Umwege›.',
      ],
      guarantee: [
        'Your notes are ‹100% safe|in one place› with us.',
        'Ihre Daten sind ‹absolut sicher|auf einem Server in der EU, so steht es im Vertrag›.',
      ],
      finance: [
        'Notewell Team ‹pays for itself within weeks|is one tool for everybody›.',
        'Die Kosten sind ‹steuerlich voll absetzbar|auf einen Blick zu sehen›.',
      ],
      'swapped product': [
        'Pick Notewell ‹Team for €9|Team for €19› a month.',
        '‹Notewell Team|Notewell Pro› lässt sich 14 Tage kostenlos testen.',
      ],
    },
  },
  {
    facts: garden,
    drafts: {
      price: [
        'A Ruby Maple by the terrace, for ‹€39 only|€49 only›.',
        'Der Meadow Tulip Mix: 25 Zwiebeln für ‹9,90|12,90› Euro.',
      ],
      'multi-unit price': [
        'Take three bags of Meadow Tulip Mix for ‹€30|€38.70›.',
        'Eine Zwiebel aus dem Meadow Tulip Mix kostet ‹keine vierzig Cent|gut fünfzig Cent›.',
      ],
      'offer term': [
        'AUTUMN10 takes €10 off once your basket reaches ‹€50|€80›.',
        'Zehn Euro weniger mit AUTUMN10, ‹ganz ohne Mindestbestellwert|ab 80 Euro Bestellwert›.',
        'If your tree does not make it ‹through the first five years|through the first year›, we replace it.',
        'Wächst etwas im ‹ersten und zweiten Jahr|ersten Jahr› nicht an, bekommen Sie Ersatz.',
        'AUTUMN10 can be ‹combined with any other discount|typed in at the checkout›.',
      ],
      percentage: [
        'AUTUMN10: ‹10% off|€10 off› when you spend €80.',
        'Mit AUTUMN10 gibt es ‹15 Euro|10 Euro› Nachlass ab 80 Euro.',
      ],
      deadline: [
        'Plant now, pay less: AUTUMN10 ends ‹next Friday|next Sunday›.',
        'AUTUMN10 läuft ‹am Montag, 30. November,|am Sonntag, 29. November,› aus.',
        'Only ‹three|nine› days to go until AUTUMN10 ends.',
      ],
      'expired offer': [
        'Tulips now, colour in spring. ‹Save nearly a third on Meadow Tulip Mix.|Plant Meadow Tulip Mix ten centimetres deep.›',
        '‹BLOOM30 gilt weiterhin|Tulpen blühen im April› und der Meadow Tulip Mix passt in jedes Beet.',
      ],
      duration: [
        'Your plants are at your door ‹the next day|in four to six working days›.',
        'Lieferung ‹in 48 Stunden|in vier bis sechs Werktagen›, direkt vor die Tür.',
      ],
      quantity: [
        'Ruby Maple grows up to ‹six metres|three metres› tall.',
        'Der Ruby Maple kommt im ‹20-Liter-Topf|10-Liter-Topf›.',
        'Each Meadow Tulip Mix holds ‹fifty bulbs|25 bulbs›.',
        'Im Beutel stecken ‹dreißig Zwiebeln|25 Zwiebeln›: Meadow Tulip Mix.',
      ],
      weekday: [
        'Drop by our nursery ‹on Sunday|on Saturday›, we are open from 9 to 16.',
        'Die Gärtnerei ist samstags ‹bis 18 Uhr|bis 16 Uhr› offen.',
      ],
      date: [
        'Family-run since ‹1908|1958›, and still at it.',
        'Seit ‹über hundert Jahren|1958› sind wir ein Familienbetrieb.',
        'We are in ‹our fifth generation|our greenhouse› and still love mud.',
      ],
      scarcity: [
        '‹The last Ruby Maples of the year are waiting|Ruby Maples are waiting in the yard› for a garden.',
        'Vom Ruby Maple ‹gibt es nur noch drei Stück|gibt es genug für alle›.',
        'Grab your Ruby Maple ‹before somebody else does|before the frost comes›.',
      ],
      superlative: [
        'Ruby Maple turns ‹redder than any other tree|red in October›.',
        '‹Deutschlands größte Auswahl an Tulpen|Tulpen für jedes Beet› finden Sie bei uns.',
        'A tree ‹like no other|for small gardens›: Ruby Maple.',
      ],
      guarantee: [
        'Our bulbs ‹are certain to bloom|are ready to plant›.',
        'Mit ‹Anwachsgarantie auf Lebenszeit|etwas Wasser› wächst er ruhig vor sich hin.',
      ],
      green: [
        'Our soil is ‹carbon neutral|free of peat›.',
        'Unsere Gärtnerei arbeitet ‹ganz ohne Pestizide|an jedem Samstag›.',
        'Bees love it: ‹we plant a tree for every order|plant it in full sun›.',
      ],
      negation: [
        'There are ‹no delivery charges|no shortcuts› in gardening with us.',
        'Es fallen ‹keine Versandkosten|keine Blätter im Sommer› an.',
      ],
      finance: [
        'Spread the cost ‹with 0% financing|over your garden: one tree this year, one the next›.',
        'Bestellen Sie jetzt, ‹zahlen Sie erst im Frühjahr|pflanzen Sie vor dem Frost›.',
      ],
    },
  },
];
