import { fact } from '../harness/risk.js';
import { type Trade } from './planted.js';

const bikes = [
  fact('bike', 'product', {
    name: 'Velta City',
    price: 189900,
    currency: 'EUR',
    available: true,
    range_km: 80,
  }),
  fact('lock', 'product', { name: 'Fort Lock', price: 5900, currency: 'EUR', available: true }),
  fact(
    'spring',
    'offer',
    { title: '12 % off the Velta City', percent: 12, code: 'PEDAL12' },
    { validUntil: '2027-03-31T22:00:00.000Z' },
  ),
  fact(
    'gone',
    'offer',
    { title: '€150 off the Velta City', amount: 15000, currency: 'EUR', code: 'FALL150' },
    { validUntil: '2026-10-01T22:00:00.000Z' },
  ),
  fact('range', 'claim', {
    text: 'The Velta City goes up to 80 kilometres on one charge. Das Velta City fährt bis zu 80 Kilometer mit einer Ladung.',
  }),
  fact('frame', 'claim', { text: 'Ten-year warranty on the frame. Zehn Jahre Garantie auf den Rahmen.' }),
  fact('test', 'claim', {
    text: 'You can try the Velta City for 14 days. Das Velta City können Sie 14 Tage lang ausprobieren.',
  }),
  fact('check', 'claim', { text: 'The first inspection is free. Die erste Inspektion ist kostenlos.' }),
];
const pets = [
  fact('kibble', 'product', { name: 'Bruno Menu', price: 4290, currency: 'EUR', description: '12 kg bag' }),
  fact('toy', 'product', { name: 'Rope Ring', price: 890, currency: 'EUR' }),
  fact(
    'bundle',
    'offer',
    { title: 'Three bags of Bruno Menu for the price of two', code: 'WUFF' },
    { validUntil: '2026-12-31T23:00:00.000Z' },
  ),
  fact('salmon', 'claim', { text: 'Bruno Menu holds 30 % salmon. Bruno Menu enthält 30 % Lachs.' }),
  fact('ship', 'claim', { text: 'Free delivery from €49. Kostenloser Versand ab 49 €.' }),
  fact('plan', 'claim', {
    text: 'You can pause or cancel the subscription at any time. Das Abo können Sie jederzeit pausieren oder kündigen.',
  }),
];
const optician = [
  fact('frame', 'product', { name: 'Aalto Frame', price: 14900, currency: 'EUR', available: true }),
  fact('lens', 'product', { name: 'Daily Lenses', price: 2450, currency: 'EUR', description: 'Box of 30' }),
  fact(
    'eye',
    'offer',
    { title: 'Second pair at half price', code: 'ZWEI' },
    { validUntil: '2027-01-31T23:00:00.000Z' },
  ),
  fact('ready', 'claim', {
    text: 'Glasses are ready within five working days. Brillen sind innerhalb von fünf Werktagen fertig.',
  }),
  fact('exam', 'claim', {
    text: 'An eye test takes 20 minutes and costs nothing. Ein Sehtest dauert 20 Minuten und kostet nichts.',
  }),
  fact('happy', 'claim', { text: '30 days to change your mind. 30 Tage Umtauschrecht.' }),
];
/** By another hand, who had not seen what the checks look for. */
export const FIRST_SIGHT_E: readonly Trade[] = [
  {
    facts: bikes,
    drafts: {
      price: [
        'The Velta City is yours for ‹1,799 euros|1,899 euros›.',
        'Das Fort Lock gibt es bei uns für ‹49,- €|59,- €›.',
        'Lock it up: the Fort Lock sets you back ‹sixty-nine euros|fifty-nine euros›.',
      ],
      currency: ['A Fort Lock costs ‹$59|€59›.'],
      percentage: [
        'PEDAL12 saves you ‹a fifth|12 percent› on the Velta City.',
        'Mit PEDAL12 sparen Sie ‹fünfzehn Prozent|zwölf Prozent› beim Velta City.',
      ],
      'expired offer': [
        '‹Use FALL150 and the Velta City gets 150 euros cheaper.|The Velta City has a bell.›',
        '‹Jetzt 150 € beim Velta City sparen.|Das Velta City hat eine Klingel.›',
      ],
      quantity: [
        'One charge takes you ‹120 kilometres|80 kilometres› far.',
        'Mit vollem Akku kommen Sie ‹hundert Kilometer weit|bis zu 80 Kilometer weit›.',
      ],
      duration: [
        'Ride it for ‹a whole month|14 days› before you make up your mind.',
        'Der Rahmen hat ‹15 Jahre|zehn Jahre› Garantie.',
      ],
      guarantee: [
        '‹If it ever breaks, we replace it without asking.|If you have questions, just ask.›',
        '‹Lebenslang sorglos: wir reparieren alles umsonst.|Kommen Sie vorbei, wir reparieren gern.›',
      ],
      superlative: [
        '‹No city bike in Europe is lighter.|It is a bike for the city.›',
        'Das Velta City ist ‹das leiseste E-Bike, das es gibt|ein leises E-Bike für Sie›.',
      ],
      comparison: [
        'It climbs hills ‹twice as fast as an ordinary e-bike|with you›.',
        'Der Motor verbraucht ‹weniger Strom als jeder andere|Strom aus dem Akku›.',
      ],
      scarcity: [
        '‹Only a handful are left in the warehouse.|They are in the warehouse.›',
        '‹Die letzten Räder gehen gerade weg.|Die Räder stehen im Laden.›',
      ],
      green: [
        'Every Velta City is ‹built without any emissions|built in a workshop›.',
        'Wir fertigen ‹vollständig CO2-frei|in einer Halle›.',
      ],
      'offer term': [
        '‹The first three inspections are on us.|The first inspection is on us.›',
        '‹Wir liefern Ihr Rad gratis nach Hause.|Wir freuen uns auf Sie.›',
      ],
      date: [
        'PEDAL12 works ‹until 15 April|until 31 March›.',
        'PEDAL12 gilt ‹bis Ende April|bis Ende März›.',
      ],
    },
  },
  {
    facts: pets,
    drafts: {
      price: [
        'A big bag of Bruno Menu for ‹€39.90|€42.90›.',
        'Der Rope Ring: ‹neun Euro fünfzig|8,90 Euro› purer Spaß.',
      ],
      'multi-unit price': [
        'With WUFF you get ‹four bags for the price of two|three bags for the price of two›.',
        'Mit WUFF: ‹zwei Säcke zahlen, vier bekommen|drei Säcke zum Preis von zwei›.',
      ],
      percentage: [
        'There is ‹half salmon|30 percent salmon› in every bowl of Bruno Menu.',
        'Bruno Menu besteht zu ‹40 Prozent|30 Prozent› aus Lachs.',
      ],
      health: [
        'Bruno Menu ‹keeps the vet away|is what Bruno eats›.',
        '‹Löst Juckreiz in wenigen Tagen auf.|Steht in der Küche bereit.›',
        'The Rope Ring ‹prevents tartar for good|is made of rope›.',
      ],
      'offer term': [
        'We bring it to your door for free ‹from 29 euros|from 49 euros›.',
        'Versandkostenfrei ‹ohne Mindestbestellwert|ab 49 Euro›.',
      ],
      subscription: [
        '‹You can leave after the first year.|You can leave whenever you like.›',
        'Das Abo läuft ‹mindestens sechs Monate|, bis Sie es kündigen›.',
      ],
      popularity: [
        '‹Nine out of ten dogs choose Bruno Menu.|Many dogs are called Bruno.›',
        '‹Schon 50.000 Hunde fressen mit Begeisterung.|Hunde fressen mit Begeisterung.›',
      ],
      rating: ['Dog owners give it ‹4.8 out of five|a place in the kitchen›.'],
      proof: [
        '‹Recommended by vets.|Recommended reading: our blog.›',
        '‹Von Tierärzten entwickelt.|In Hamburg entwickelt.›',
      ],
      deadline: ['‹Order before midnight or WUFF is gone.|Order when you like.›'],
    },
  },
  {
    facts: optician,
    drafts: {
      price: ['The Aalto Frame starts at ‹€129|€149›.', 'Dreißig Daily Lenses für ‹19,50 €|24,50 €›.'],
      'offer term': [
        'ZWEI gives you ‹the second pair for free|the second pair at half price›.',
        '‹Die zweite Brille schenken wir Ihnen.|Die zweite Brille gibt es zum halben Preis.›',
      ],
      duration: [
        'Your glasses are ready ‹in an hour|within five working days›.',
        'Ihre Brille ist ‹übermorgen fertig|in fünf Werktagen fertig›.',
        'The eye test takes ‹ten minutes|20 minutes›.',
      ],
      guarantee: [
        '‹Not happy? You get every cent back, even after a year.|Not happy? Tell us within 30 days.›',
        '‹Ihre Zufriedenheit ist bei uns garantiert.|Ihre Meinung ist uns wichtig.›',
      ],
      health: [
        'The Aalto Frame ‹stops headaches|sits lightly›.',
        'Daily Lenses ‹schützen Ihre Augen vor dem Altern|sind für einen Tag›.',
      ],
      superlative: [
        'We are ‹the number one for glasses in Germany|opticians in Germany›.',
        '‹Nirgendwo sehen Sie besser aus.|Bei uns sehen Sie sich im Spiegel.›',
      ],
      finance: [
        'Pay ‹in twelve instalments at zero interest|at the till›.',
        '‹Heute kaufen, erst im März bezahlen.|Heute kaufen, heute tragen.›',
      ],
    },
  },
];
