import { fact } from '../harness/risk.js';
import { type Trade } from './planted.js';

const optician = [
  fact('frame', 'product', {
    name: 'Otto Frame',
    price: 12900,
    currency: 'EUR',
    available: true,
    description: 'Spectacle frame of acetate, 24 g',
  }),
  fact('sun', 'product', {
    name: 'Lido Sunglasses',
    price: 9500,
    currency: 'EUR',
    oldPrice: 11900,
    available: true,
  }),
  fact(
    'student',
    'offer',
    { title: '15 % off Otto Frame for students', percent: 15, code: 'CAMPUS15' },
    { validUntil: '2026-12-15T23:00:00.000Z' },
  ),
  fact(
    'beachday',
    'offer',
    { title: '25 % off Lido Sunglasses', percent: 25, code: 'LIDO25' },
    { validUntil: '2026-08-31T22:00:00.000Z' },
  ),
  fact('eyetest', 'claim', {
    text: 'The eye test takes 20 minutes and is free of charge. Der Sehtest dauert 20 Minuten und ist kostenlos.',
  }),
  fact('try', 'claim', {
    text: 'Try four frames at home for seven days. Vier Fassungen sieben Tage zu Hause anprobieren.',
  }),
  fact('ready', 'claim', {
    text: 'Glasses are ready within ten working days. Brillen sind innerhalb von zehn Werktagen fertig.',
  }),
  fact('break', 'claim', {
    text: 'We replace broken glasses in the first year for €30. Im ersten Jahr ersetzen wir zerbrochene Brillen für 30 €.',
  }),
  fact('hours', 'claim', {
    text: 'Open Tuesday to Saturday from 10 am to 6 pm. Geöffnet dienstags bis samstags von 10 bis 18 Uhr.',
  }),
  fact('uv', 'claim', {
    text: 'Lido Sunglasses come with UV 400 protection. Die Lido Sunglasses haben UV-400-Schutz.',
  }),
];

const kit = [
  fact('box', 'product', {
    name: 'Veggie Box',
    price: 4490,
    currency: 'EUR',
    description: 'Three recipes for two people',
  }),
  fact('family', 'product', {
    name: 'Family Box',
    price: 7990,
    currency: 'EUR',
    description: 'Four recipes for four people',
  }),
  fact(
    'first',
    'offer',
    { title: '€20 off the first box', amount: 2000, currency: 'EUR', code: 'HUNGRY20' },
    { validUntil: '2026-12-31T23:00:00.000Z' },
  ),
  fact(
    'bbq',
    'offer',
    { title: 'A free sauce with every Family Box', code: 'GRILL' },
    { validUntil: '2026-07-31T22:00:00.000Z' },
  ),
  fact('pause', 'claim', {
    text: 'You can skip a week until Wednesday, 11 pm. Eine Woche auslassen geht bis Mittwoch, 23 Uhr.',
  }),
  fact('cook', 'claim', {
    text: 'Every recipe takes at most 35 minutes. Jedes Rezept dauert höchstens 35 Minuten.',
  }),
  fact('farms', 'claim', { text: 'Our vegetables come from 14 farms. Unser Gemüse kommt von 14 Höfen.' }),
  fact('cool', 'claim', { text: 'The box stays cool for 24 hours. Die Box bleibt 24 Stunden kühl.' }),
  fact('post', 'claim', {
    text: 'Delivery is €4.99 and free for the Family Box. Die Lieferung kostet 4,99 € und ist für die Family Box kostenlos.',
  }),
  fact('menu', 'claim', { text: 'Choose from 18 dishes every week. Jede Woche 18 Gerichte zur Auswahl.' }),
];

const bank = [
  fact('card', 'product', {
    name: 'Terra Card',
    price: 400,
    currency: 'EUR',
    description: 'Debit card, per month',
  }),
  fact('travel', 'product', {
    name: 'Roam Insurance',
    price: 2700,
    currency: 'EUR',
    description: 'Travel insurance for one year',
  }),
  fact(
    'welcome',
    'offer',
    { title: '€50 for switching your account', amount: 5000, currency: 'EUR', code: 'SWITCH50' },
    { validUntil: '2027-02-28T23:00:00.000Z' },
  ),
  fact(
    'spring',
    'offer',
    { title: 'Three months of Terra Card free', code: 'SPRING3' },
    { validUntil: '2026-06-30T22:00:00.000Z' },
  ),
  fact('rate', 'claim', {
    text: 'The savings account pays 2.1 % a year until 31 March 2027. Das Sparkonto bringt 2,1 % im Jahr bis zum 31. März 2027.',
  }),
  fact('atm', 'claim', {
    text: 'Withdraw cash five times a month without a fee. Fünfmal im Monat ohne Gebühr Bargeld abheben.',
  }),
  fact('cover', 'claim', {
    text: 'Roam Insurance covers trips of up to 56 days. Die Roam Insurance gilt für Reisen bis zu 56 Tagen.',
  }),
  fact('excess', 'claim', {
    text: 'The excess is €100 per claim. Der Selbstbehalt beträgt 100 € je Schaden.',
  }),
  fact('open', 'claim', {
    text: 'Opening an account takes eight minutes. Ein Konto ist in acht Minuten eröffnet.',
  }),
  fact('app', 'claim', { text: 'Our app is rated 4.6 of 5. Unsere App ist mit 4,6 von 5 bewertet.' }),
];

const ferry = [
  fact('crossing', 'product', {
    name: 'Island Crossing',
    price: 2350,
    currency: 'EUR',
    description: 'One way, per adult',
  }),
  fact('bike', 'product', { name: 'Bike Ticket', price: 650, currency: 'EUR' }),
  fact(
    'early',
    'offer',
    { title: '10 % off when you book 30 days ahead', percent: 10, code: 'EARLY10' },
    { validUntil: '2027-03-31T22:00:00.000Z' },
  ),
  fact(
    'autumn',
    'offer',
    { title: 'Autumn: €5 off the Island Crossing', amount: 500, currency: 'EUR', code: 'LEAVES5' },
    { validUntil: '2026-10-31T23:00:00.000Z' },
  ),
  fact('sail', 'claim', { text: 'The crossing takes 55 minutes. Die Überfahrt dauert 55 Minuten.' }),
  fact('depart', 'claim', {
    text: 'Ships leave at 8:15 am, 12:40 pm and 5 pm. Die Schiffe legen um 8:15, 12:40 und 17 Uhr ab.',
  }),
  fact('kids', 'claim', {
    text: 'Children under six travel free of charge. Kinder unter sechs Jahren fahren kostenlos mit.',
  }),
  fact('rebook', 'claim', {
    text: 'Tickets can be rebooked until two hours before departure. Tickets lassen sich bis zwei Stunden vor Abfahrt umbuchen.',
  }),
  fact('luggage', 'claim', { text: 'Two pieces of luggage are included. Zwei Gepäckstücke sind inklusive.' }),
  fact('seats', 'claim', { text: 'The new ship has 280 seats. Das neue Schiff hat 280 Sitzplätze.' }),
];

const gym = [
  fact('flex', 'product', {
    name: 'Flex Pass',
    price: 3900,
    currency: 'EUR',
    description: 'Gym membership, per month',
  }),
  fact('course', 'product', {
    name: 'Back Class',
    price: 8800,
    currency: 'EUR',
    description: 'A course of eight evenings',
  }),
  fact(
    'jan',
    'offer',
    { title: '30 % off the first three months of Flex Pass', percent: 30, code: 'START30' },
    { validUntil: '2027-01-15T23:00:00.000Z' },
  ),
  fact(
    'sept',
    'offer',
    { title: '20 % off the Back Class', percent: 20, code: 'BACK20' },
    { validUntil: '2026-09-30T22:00:00.000Z' },
  ),
  fact('notice', 'claim', {
    text: 'Flex Pass can be cancelled with one month’s notice. Der Flex Pass ist mit einem Monat Frist kündbar.',
  }),
  fact('trial', 'claim', { text: 'The first visit is free. Der erste Besuch ist kostenlos.' }),
  fact('open', 'claim', { text: 'Open every day from 6 to 23. Täglich von 6 bis 23 Uhr geöffnet.' }),
  fact('start', 'claim', {
    text: 'The Back Class starts on Monday, 11 January 2027. Die Back Class beginnt am Montag, dem 11. Januar 2027.',
  }),
  fact('group', 'claim', {
    text: 'Groups have at most twelve people. Gruppen haben höchstens zwölf Teilnehmende.',
  }),
  fact('sauna', 'claim', {
    text: 'The sauna is part of every membership. Die Sauna gehört zu jeder Mitgliedschaft.',
  }),
];

const outdoor = [
  fact('jacket', 'product', {
    name: 'Fjell Jacket',
    price: 19900,
    currency: 'EUR',
    oldPrice: 24900,
    available: true,
    stock: 310,
  }),
  fact('socks', 'product', {
    name: 'Moss Socks',
    price: 1800,
    currency: 'EUR',
    available: true,
    description: 'Wool socks, three pairs',
  }),
  fact(
    'layers',
    'offer',
    { title: '12 % off jackets', percent: 12, code: 'LAYER12' },
    { validUntil: '2026-12-01T23:00:00.000Z' },
  ),
  fact(
    'trail',
    'offer',
    { title: '€15 off Fjell Jacket', amount: 1500, currency: 'EUR', code: 'TRAIL15' },
    { validUntil: '2026-09-15T22:00:00.000Z' },
  ),
  fact('repair', 'claim', {
    text: 'We repair zips free of charge for five years. Reißverschlüsse reparieren wir fünf Jahre lang kostenlos.',
  }),
  fact('water', 'claim', {
    text: 'Fjell Jacket withstands a water column of 10,000 mm. Die Fjell Jacket hält eine Wassersäule von 10.000 mm aus.',
  }),
  fact('wool', 'claim', {
    text: 'The wool of Moss Socks comes from Norway. Die Wolle der Moss Socks kommt aus Norwegen.',
  }),
  fact('back', 'claim', {
    text: 'Send back within 100 days, at our cost. Rückgabe innerhalb von 100 Tagen, auf unsere Kosten.',
  }),
  fact('post', 'claim', {
    text: 'Orders before 2 pm leave the same day. Bestellungen bis 14 Uhr gehen am selben Tag raus.',
  }),
  fact('store', 'claim', {
    text: 'We have three shops: Bergen, Kiel and Graz. Wir haben drei Läden: Bergen, Kiel und Graz.',
  }),
];

/** Pairs of six more trades, by the hand that had widened the checks for the first set; worked with since. */
export const FIRST_SIGHT_B: readonly Trade[] = [
  {
    facts: optician,
    drafts: {
      price: [
        'See the world sharply again: the Otto Frame is now ‹down to €99|at €129›.',
        'Lido Sunglasses, ‹49 Euro günstiger als zuvor|24 Euro günstiger als zuvor›: jetzt zugreifbar im Laden.',
        'You will find the Otto Frame for ‹a hundred and nineteen euros|a hundred and twenty-nine euros›.',
        'Die Lido Sunglasses lagen bei ‹149 €|119 €›, nun sind es 95 €.',
      ],
      currency: [
        'The Lido Sunglasses will set you back ‹$95|€95›.',
        'Otto Frame – ‹129 CHF|129 EUR› mit Etui.',
      ],
      percentage: [
        'Students, listen up: CAMPUS15 shaves ‹25 per cent|15 per cent› off the Otto Frame.',
        'Mit CAMPUS15 wird der Otto Frame für Studierende um ‹ein Fünftel|15 Prozent› billiger.',
        'Lido Sunglasses have dropped by ‹nearly a half|24 euros›.',
      ],
      'words as figures': [
        '‹Second pair for a single euro|Second pair in your bag›: handy when you travel.',
        '‹Zwei Brillen, nur eine zahlen|Zwei Augen, ein Blick› – kommen Sie vorbei.',
        'Your glasses, ‹and the lenses come at no charge|and the lenses come in a case›.',
      ],
      'offer term': [
        'Pick ‹six frames|four frames› and try them on in your own bathroom mirror.',
        'Behalten Sie die Fassungen ‹vierzehn Tage|sieben Tage› zum Anprobieren.',
        'Sat on them? In the first year a new pair costs you ‹nothing|€30›.',
        'Ersatz gibt es ‹drei Jahre lang|im ersten Jahr›, und zwar für 30 €.',
      ],
      duration: [
        'Your new pair is finished ‹in an hour|within ten working days›.',
        'Der Sehtest ist ‹nach fünf Minuten|nach 20 Minuten› geschafft.',
        'We make your glasses ‹while you wait|within ten working days›.',
      ],
      weekday: [
        'Walk in any time ‹from Monday to Sunday|from Tuesday to Saturday›.',
        'Wir sind auch ‹am Montag|am Samstag› für Ihre Augen da.',
      ],
      range: [
        'Doors are open ‹9 to 8|10 to 6›, no appointment necessary.',
        'Geöffnet ist ‹von 8 bis 20 Uhr|von 10 bis 18 Uhr›.',
      ],
      deadline: [
        'CAMPUS15 is yours until ‹New Year’s Eve|December 15›.',
        'Studierende sparen ‹bis Heiligabend|bis 15. Dezember› mit CAMPUS15.',
      ],
      'expired offer': [
        'Winter sun is bright. ‹Knock a quarter off Lido Sunglasses with LIDO25.|Lido Sunglasses fit in every pocket.›',
        'Auch im Winter: ‹LIDO25 spart Ihnen 25 %|Schnee blendet stark› und die Lido Sunglasses liegen bereit.',
      ],
      'swapped product': [
        '‹The Lido Sunglasses cost €129|The Lido Sunglasses cost €95›, case included.',
        '‹Studierende bekommen 15 % auf die Lido Sunglasses.|Studierende bekommen 15 % auf den Otto Frame.›',
      ],
      health: [
        'Lenses that ‹end eye strain for good|fit your prescription›.',
        'Unsere Gläser ‹beugen Kopfweh vor|passen zu Ihrer Fassung›.',
        'Blue-light lenses ‹help you fall asleep sooner|are a matter of taste›.',
        'Lido Sunglasses filter ‹every harmful ray|light on the water›.',
      ],
      superlative: [
        'Probably ‹the lightest spectacles ever built|a frame you forget you are wearing›.',
        'Der Otto Frame wurde ‹zur schönsten Brille des Jahres gekürt|aus Acetat gefräst›.',
        'Nobody ‹knows eyes better than we do|likes smudges on their lenses›.',
      ],
      comparison: [
        'Pay ‹a third of what other opticians charge|us a visit when you have the time›.',
        'Der Otto Frame ist ‹halb so schwer wie gewöhnliche Fassungen|24 Gramm schwer›.',
      ],
      popularity: [
        '‹Half of Hamburg wears our glasses|Many faces, many frames›.',
        '‹Schon über 40.000 Menschen sehen mit uns klarer|Schauen Sie vorbei und sehen Sie selbst›.',
      ],
    },
  },
  {
    facts: kit,
    drafts: {
      price: [
        'Dinner for two, sorted: Veggie Box at ‹€39.90|€44.90›.',
        'Vier Gerichte, vier Personen: die Family Box für ‹69,90 €|79,90 €›.',
        'That makes the Veggie Box ‹barely five euros|about seven and a half euros› a plate.',
        'Mit HUNGRY20 zahlen Sie für Ihre erste Veggie Box nur noch ‹19,90 €|24,90 €›.',
      ],
      percentage: [
        'HUNGRY20 gives you ‹20% off|€20 off› your first box.',
        'Ihre erste Box kommt mit HUNGRY20 ‹zum halben Preis|20 Euro günstiger›.',
      ],
      'offer term': [
        'Delivery of the Veggie Box ‹is included|is €4.99›.',
        'HUNGRY20 counts on ‹your first three boxes|your first box›.',
        'Für die Family Box zahlen Sie ‹2,99 € Versand|keinen Versand›.',
        'Not hungry? Skip a week until ‹Friday|Wednesday›.',
        'Auslassen geht ‹bis Samstagmittag|bis Mittwoch, 23 Uhr›.',
      ],
      quantity: [
        'Every week ‹thirty dishes|18 dishes› wait for you.',
        'Unser Gemüse stammt von ‹fünfzig Höfen|14 Höfen› aus der Gegend um die Ecke.',
        'The Family Box feeds ‹six|four›.',
        'In der Veggie Box stecken ‹fünf Rezepte|drei Rezepte›.',
      ],
      duration: [
        'On the table in ‹a quarter of an hour|35 minutes›.',
        'Die Box hält ‹zwei Tage|24 Stunden› kühl, auch vor der Tür.',
        'Quick dinners: none of our recipes takes more than ‹20 minutes|35 minutes›.',
      ],
      'expired offer': [
        'Fire up the grill: ‹a sauce is on us with every Family Box|the Family Box comes with corn›.',
        'Zur Family Box ‹gibt es eine Sauce dazu, geschenkt|passt ein kühles Bier›.',
      ],
      health: [
        'Eat ‹your way to a flatter tummy|your greens› with the Veggie Box.',
        'Unsere Rezepte ‹halten Ihr Herz gesund|halten den Abwasch klein›.',
        'Packed with ‹immune-boosting|colourful› vegetables.',
        'So ‹purzeln die Pfunde|klappt das Abendessen›.',
      ],
      green: [
        'Our boxes ‹produce 25% less food waste|arrive in paper›.',
        'Geliefert wird ‹ausschließlich mit E-Autos|einmal in der Woche›.',
        'Vegetables ‹grown without chemicals|grown by people we know›.',
        'Alles kommt ‹aus der Region|aus einer Hand›.',
      ],
      superlative: [
        '‹Germany’s tastiest cooking box|A cooking box for busy weeks›.',
        'Einfach ‹das leckerste Gemüse weit und breit|gutes Gemüse in einer Kiste›.',
      ],
      comparison: [
        'You spend ‹less than at the supermarket|an evening at the stove›.',
        'Unser Gemüse ist ‹knackiger als auf jedem Markt|knackig und bunt›.',
      ],
      guarantee: [
        'If you do not like it, ‹we refund the whole box|we would love to hear why›.',
        '‹Schmeckt es nicht, zahlen Sie nichts|Schmeckt es nicht, schreiben Sie uns›.',
      ],
      scarcity: [
        'Delivery slots ‹are nearly gone|can be changed online›.',
        '‹Nur die ersten 200 Besteller|Alle Besteller› bekommen ein Kochbuch zu sehen.',
      ],
      subscription: [
        '‹No subscription, no commitment|No shopping list, no queue›: just dinner.',
        'Nach drei Boxen ‹läuft das Abo ein Jahr weiter|kennen Sie unsere Küche›.',
      ],
    },
  },
  {
    facts: bank,
    drafts: {
      price: [
        'The Terra Card comes at ‹€2.50|€4› a month.',
        'Roam Insurance: ‹ein ganzes Jahr für 19 Euro|ein ganzes Jahr für 27 Euro›.',
        'That is ‹€36|€48› a year for the Terra Card.',
      ],
      percentage: [
        'Let your savings grow by ‹3.5 %|2.1 %› a year.',
        'Auf dem Sparkonto gibt es ‹glatte drei Prozent|2,1 Prozent›.',
      ],
      'offer term': [
        'Switch to us and pocket ‹€100|€50›.',
        'Für den Wechsel schenken wir Ihnen ‹150 Euro|50 Euro›.',
        'Take out cash ‹as often as you please|five times a month› without a fee.',
        'Bargeld gibt es ‹zehnmal|fünfmal› im Monat ohne Gebühr.',
        'Should something happen, you pay the first ‹€50|€100› yourself.',
        'Roam Insurance kommt ‹ganz ohne Selbstbehalt|mit 100 € Selbstbehalt›.',
      ],
      duration: [
        'Roam Insurance looks after you on trips of up to ‹90 days|56 days›.',
        'In ‹drei Minuten|acht Minuten› haben Sie Ihr Konto.',
        'You are covered ‹for half a year|for 56 days› away from home.',
      ],
      deadline: [
        'The rate is fixed until ‹the end of June|the end of March›.',
        'Den Zins gibt es ‹bis Ende 2027|bis Ende März 2027›.',
        'SWITCH50 is open ‹until the summer|until February 28›.',
      ],
      date: [
        'The 2.1 % hold until ‹30 April 2027|31 March 2027›.',
        'Bis zum ‹1. Juni|31. März› bleibt der Satz.',
      ],
      'expired offer': [
        'Say hello to your new card: ‹Terra Card is free for three months|Terra Card fits in every wallet›.',
        'Die Terra Card ‹kostet in den ersten drei Monaten nichts|passt in jedes Portemonnaie›.',
      ],
      'swapped product': [
        '‹Roam Insurance costs €4 a month|Roam Insurance costs €27 a year›.',
        '‹Mit der Terra Card sind Reisen bis 56 Tage versichert.|Mit der Roam Insurance sind Reisen bis 56 Tage versichert.›',
      ],
      finance: [
        'Your money ‹is sure to multiply|is in one place›.',
        'Legen Sie Ihr Geld ‹ohne jedes Risiko|in Ruhe› an.',
        '‹Beat inflation|Keep an eye on things› with our savings account.',
        '‹Ein Kredit in zehn Minuten, ohne lästige Prüfung|Ein Konto in acht Minuten, ohne lästige Wege›.',
        'Get ‹up to five per cent cashback|a message› on every purchase.',
        'Die Rente ‹ist damit gesichert|ist ein weites Feld›.',
      ],
      guarantee: [
        'Your deposits are ‹one hundred percent protected|listed in the app›.',
        'Wir zahlen ‹in jedem Fall, sofort und unbürokratisch|nach Prüfung›.',
      ],
      superlative: [
        '‹The highest rate in the country|A fair rate›, on your savings.',
        '‹Deutschlands beliebtestes Konto|Ihr Konto› in der Hosentasche.',
      ],
      comparison: [
        '‹Twice the interest your current bank pays|The interest is on your statement›.',
        'Sie zahlen ‹weniger Gebühren als bei jeder Filialbank|mit einem Wisch›.',
      ],
      rating: ['People give our app ‹4.9 stars|4.6 of 5›.', 'Unsere App: ‹4,8|4,6› von 5 im Store.'],
      negation: [
        '‹No foreign fees, wherever you go|No paperwork on the kitchen table›.',
        '‹Ohne Schufa-Abfrage|Ohne Papierkram› zum Konto.',
      ],
    },
  },
  {
    facts: ferry,
    drafts: {
      price: [
        'To the island and the seals for ‹€19.50|€23.50›: Island Crossing.',
        'Das Rad fährt für ‹vier Euro fünfzig|sechs Euro fünfzig› mit: Bike Ticket.',
        'There and back, the Island Crossing comes to ‹€40|€47›.',
      ],
      'multi-unit price': [
        'Three adults on the Island Crossing: ‹€60|€70.50›.',
        'Zwei Bike Tickets kosten zusammen ‹10 €|13 €›.',
      ],
      percentage: [
        'EARLY10 takes ‹a third|a tenth› off when you book 30 days ahead.',
        'Wer 30 Tage vorher bucht, spart ‹15 Prozent|10 Prozent›.',
      ],
      'offer term': [
        'Book ‹two weeks|30 days› ahead and EARLY10 makes it cheaper.',
        'Kids ‹up to twelve|under six› sail for free.',
        '‹Kinder bis vierzehn fahren gratis mit|Kinder unter sechs fahren gratis mit›.',
        'Bring ‹as many bags as you like|two bags›, they are included.',
        'Umbuchen können Sie ‹bis zur letzten Minute|bis zwei Stunden vorher›.',
        'Tickets can be ‹refunded at any time|rebooked until two hours before departure›.',
      ],
      range: [
        'The first ship leaves at ‹7:30|8:15› in the morning.',
        'Abends geht das letzte Schiff ‹um 19 Uhr|um 17 Uhr›.',
        'Around lunch there is one at ‹1:10 pm|12:40 pm›.',
      ],
      duration: [
        'You are across in ‹half an hour|55 minutes›.',
        'Die Überfahrt dauert ‹keine vierzig Minuten|55 Minuten›.',
      ],
      quantity: ['The new ship seats ‹four hundred|280›.', 'An Bord sind ‹120 Sitzplätze|280 Sitzplätze›.'],
      'expired offer': [
        'Golden days: ‹€5 off the Island Crossing with LEAVES5|the Island Crossing in October light›.',
        '‹Mit LEAVES5 wird es fünf Euro billiger|Mit Thermoskanne wird es gemütlich›: Island Crossing.',
      ],
      scarcity: [
        '‹Seats are selling like hot cakes|Seats face the sea›.',
        'Für Samstag ‹sind kaum noch Plätze frei|packen Sie Sonnencreme ein›.',
        'Sailings ‹fill up within minutes|go past the lighthouse›.',
      ],
      superlative: [
        '‹The prettiest crossing in the North Sea|A crossing with a view›.',
        'Mit der ‹modernsten Fähre Europas|neuen Fähre› zur Insel.',
        'The ‹one and only|new› ship to the island.',
      ],
      comparison: [
        'We get you there ‹ahead of every other line|with time for a coffee›.',
        'Unser Schiff ist ‹pünktlicher als die Bahn|pünktlich am Kai›.',
      ],
      guarantee: [
        'You ‹will see seals, promise|might see seals›.',
        '‹Wir fahren bei jedem Wetter|Wir fahren zur Insel›.',
        'If we are late, ‹you travel free next time|we tell you on the app›.',
      ],
      green: [
        'Our ship ‹burns no fossil fuel|is painted blue›.',
        'Die Überfahrt ‹hinterlässt keine Spuren im Meer|geht an Seehunden vorbei›.',
        'Every ticket ‹offsets its own CO2|has a seat number›.',
      ],
      weekday: [
        'We ‹do not sail on Mondays|sail at 8:15›.',
        'Fahrten ‹nur am Wochenende|um 8:15 und 17 Uhr›.',
      ],
    },
  },
  {
    facts: gym,
    drafts: {
      price: [
        'Train as you like with Flex Pass, ‹€29|€39› a month.',
        'Acht Abende Back Class für ‹68 €|88 €›.',
        'That is ‹€9|€11› an evening for the Back Class.',
      ],
      percentage: [
        'START30 makes the first three months ‹half as expensive|30% cheaper›.',
        'Mit START30 sparen Sie ‹vierzig|dreißig› Prozent auf die ersten drei Monate Flex Pass.',
      ],
      'offer term': [
        'START30 lowers the price for ‹the first six months|the first three months›.',
        'Die ersten ‹beiden Wochen sind|Schritte sind› leicht, der erste Besuch ist kostenlos.',
        'The sauna ‹costs €5 extra|is part of it›.',
        'Die Sauna gibt es ‹gegen Aufpreis|für alle›.',
        'Bring a friend: ‹they train for nothing|they can join the tour›.',
      ],
      subscription: [
        'Cancel Flex Pass ‹from one day to the next|with one month’s notice›.',
        'Der Flex Pass läuft ‹mindestens zwei Jahre|mit einem Monat Frist›.',
        'Flex Pass can be ended ‹with three months’ notice|with one month’s notice›.',
        '‹Keine Kündigungsfrist|Ein Monat Frist›, so einfach ist das.',
        'The joining fee ‹is waived|is on the price list›.',
      ],
      date: [
        'The Back Class kicks off on ‹January 18|January 11›.',
        'Los geht es ‹am achten Januar|am elften Januar› mit der Back Class.',
        'Back Class starts on ‹Tuesday|Monday›, 11 January.',
      ],
      range: [
        'Open ‹24 hours a day|from 6 to 23›, every day.',
        'Trainieren Sie ‹bis Mitternacht|bis 23 Uhr›.',
      ],
      quantity: [
        'Never more than ‹eight people|twelve people› in a group.',
        'Die Back Class umfasst ‹zehn Abende|acht Abende›.',
      ],
      deadline: [
        'START30 waits for you until ‹the end of January|mid-January, the 15th›.',
        'START30 gibt es ‹noch bis Silvester|noch bis zum 15. Januar›.',
      ],
      'expired offer': [
        'Your back will thank you: ‹BACK20 is worth a fifth off|the Back Class is on Mondays›.',
        'Für die Back Class ‹gibt es gerade 20 % Rabatt|braucht man eine Matte›.',
      ],
      health: [
        'Eight evenings and ‹your back pain is history|you know the exercises›.',
        'Die Back Class ‹beseitigt Bandscheibenprobleme|beginnt mit einer Aufwärmrunde›.',
        'Sauna ‹flushes out toxins|opens at six›.',
        'Training ‹verlängert das Leben|macht Freude›.',
        'Sleep ‹like a baby after every class|well and train when you like›.',
        'So ‹straffen Sie Bauch und Beine in vier Wochen|finden Sie den Weg in den Kursraum›.',
      ],
      superlative: [
        '‹The friendliest gym in town|A gym with windows›.',
        'Hier trainieren Sie ‹mit den besten Trainern der Stadt|mit Blick auf den Park›.',
        'Das ‹Nonplusultra|Studio› für Kraftsport.',
      ],
      comparison: [
        'Results come ‹three times quicker with us|when you come›.',
        'Bei uns zahlen Sie ‹nur die Hälfte von dem, was andere verlangen|per Lastschrift›.',
      ],
      popularity: [
        '‹Voted gym of the year|A gym on the corner›.',
        '‹Acht von zehn Mitgliedern bleiben länger als fünf Jahre|Unsere Mitglieder grüßen sich beim Namen›.',
        'The class ‹everyone is raving about|with the mats›.',
      ],
      guarantee: [
        'See results ‹or get your fee back|at your own pace›.',
        'Abnehmerfolg ‹inklusive|braucht Geduld›.',
      ],
    },
  },
  {
    facts: outdoor,
    drafts: {
      price: [
        'Ready for rain: Fjell Jacket for ‹€179|€199›.',
        'Moss Socks im Dreierpack: ‹15 €|18 €›.',
        'Fjell Jacket: ‹was €299|was €249›, is €199.',
        'You save ‹a hundred euros|fifty euros› on the Fjell Jacket.',
      ],
      'multi-unit price': [
        'Each pair of Moss Socks works out at ‹€5|€6›.',
        'Zwei Packungen Moss Socks für ‹30 €|36 €›.',
      ],
      percentage: [
        'Fjell Jacket, now ‹40% below|20% below› its old price.',
        'LAYER12 bringt ‹zwanzig|zwölf› Prozent auf Jacken.',
      ],
      'offer term': [
        'Zip gone? We fix it ‹as long as you live|for five years›, free of charge.',
        'Reißverschlüsse reparieren wir ‹zehn Jahre lang|fünf Jahre lang› kostenlos.',
        'Send it back within ‹a year|100 days›, at our cost.',
        'Die Rücksendung ‹kostet 5,90 €|geht auf unsere Kosten›.',
        'Order before ‹6 pm|2 pm› and it leaves today’s shelf the same day.',
      ],
      quantity: [
        'Visit one of our ‹eleven shops|three shops›.',
        'Die Fjell Jacket hält ‹20.000 mm|10.000 mm› Wassersäule aus.',
        'Moss Socks come ‹five pairs to a pack|three pairs to a pack›.',
      ],
      deadline: [
        'LAYER12 runs out ‹on Thursday|on December 1›.',
        'LAYER12 gilt ‹noch zwei Wochen|noch elf Tage›.',
      ],
      'expired offer': [
        'Off the beaten track: ‹TRAIL15 makes the Fjell Jacket €15 cheaper|the Fjell Jacket has a hood›.',
        '‹Mit TRAIL15 sparen Sie 15 Euro|Mit Kapuze und Taschen›: Fjell Jacket.',
      ],
      'swapped product': [
        '‹The wool of the Fjell Jacket comes from Norway.|The wool of Moss Socks comes from Norway.›',
        '‹Moss Socks kosten jetzt 199 € statt 249 €.|Die Fjell Jacket kostet jetzt 199 € statt 249 €.›',
      ],
      origin: [
        'Moss Socks are ‹knitted in Portugal|knitted with care›.',
        'Die Wolle kommt ‹von neuseeländischen Schafen|aus Norwegen›.',
        'A jacket ‹of Swiss make|with a hood›.',
      ],
      green: [
        'Made ‹from ocean-bound plastic bottles|for wet days›.',
        'Die Fjell Jacket ist ‹PFAS-frei|blau oder grün›.',
        'Every stitch is ‹sourced responsibly|double›.',
      ],
      superlative: [
        'Stay dry in ‹the most waterproof jacket money can buy|a jacket with a hood›.',
        'Socken, ‹die alles andere in den Schatten stellen|die man gern anzieht›.',
        '‹Unsere wärmste Jacke aller Zeiten|Unsere Jacke mit Kapuze›.',
      ],
      comparison: [
        'Moss Socks last ‹longer than cotton ever could|through the walk›.',
        'Die Fjell Jacket trocknet ‹im Nu, anders als Billigjacken|an der Luft›.',
      ],
      guarantee: [
        'You ‹will stay dry, whatever happens|have a hood and two pockets›.',
        '‹Blasen sind damit passé|Socken für lange Wege›.',
      ],
      scarcity: [
        'Fjell Jacket in your size: ‹hardly any left|have a look›.',
        'Die Fjell Jacket ‹wird nicht noch einmal aufgelegt|gibt es in zwei Farben›.',
        '‹Back in stock, but not for long|Back in stock, in blue›.',
      ],
      health: [
        'Merino ‹keeps eczema at bay|feels soft›.',
        'Moss Socks ‹fördern die Durchblutung|halten die Füße warm›.',
      ],
    },
  },
];
