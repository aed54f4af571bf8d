import { type Fact } from '../../src/policies/fact.js';
import { fact } from '../harness/risk.js';
import { type HELD_OUT_KINDS } from './held-out.js';

/**
 * Drafts held back, each with its clean twin: `‹what no fact bears out|what stands there in the twin›`. Another shop than in `held-out.ts`,
 * written down before the checks were changed with the first set in view, by somebody who knew that set. The same rule holds:
 * **do not tune a check to one of them, do not mend one that is missed, do not list in a spec which those are.**
 * Whoever widened the checks since had read it: what is counted now is not unseen any more, see docs/checks.md.
 */

export const HELD_OUT_DRAFT_FACTS: readonly Fact[] = [
  fact('pannier', 'product', { name: 'Tarn Pannier', price: 6490, currency: 'EUR', available: true }),
  fact('helmet', 'product', { name: 'Larch Helmet', price: 11900, currency: 'EUR', available: true }),
  fact('pump', 'product', { name: 'Brook Pump', price: 3900, currency: 'EUR', oldPrice: 4900 }),
  fact(
    'ride12',
    'offer',
    { title: '12 % off helmets', percent: 12, code: 'RIDE12', minimum: 5000, currency: 'EUR' },
    { validUntil: '2026-12-10T23:00:00.000Z' },
  ),
  fact(
    'summer20',
    'offer',
    { title: '20 % off panniers', percent: 20, code: 'SUMMER20', currency: 'EUR' },
    { validUntil: '2026-08-31T22:00:00.000Z' },
  ),
  fact('fitting', 'claim', {
    text: 'A free fitting in our shop comes with every helmet. Zu jedem Helm gehört eine kostenlose Anpassung in unserem Laden.',
  }),
  fact('postage', 'claim', {
    text: 'Postage is €4.90, and free from €80. Der Versand kostet 4,90 € und ist ab 80 € kostenlos.',
  }),
  fact('returns', 'claim', {
    text: 'You can return what you do not like within 30 days. Rückgabe innerhalb von 30 Tagen.',
  }),
  fact('volume', 'claim', {
    text: 'The Tarn Pannier holds 22 litres and weighs 940 g. Die Tarn Pannier fasst 22 Liter und wiegt 940 g.',
  }),
  fact('dispatch', 'claim', {
    text: 'Orders leave our workshop within two working days. Bestellungen verlassen unsere Werkstatt innerhalb von zwei Werktagen.',
  }),
];

/** Four of each kind, two English and two German ones. Read on 20 November 2026. */
export const HELD_OUT_DRAFTS: Readonly<Record<(typeof HELD_OUT_KINDS)[number], readonly string[]>> = {
  price: [
    'The Larch Helmet you were reading about is in stock in all three sizes. It costs ‹€99|€119›, and you can try it on here.',
    'Rain is on its way, and the Tarn Pannier closes with a roll top. Ask for it at the counter: it is ‹54 euros and 90 cents|64.90 euros›.',
    'Sie hatten sich den Larch Helmet angesehen. Er liegt für ‹109,- €|119,- €› bei uns bereit.',
    'Eine Pumpe gehört in jede Tasche. Die Brook Pump kostet ‹45 €|39 €› und passt unter den Sattel.',
  ],
  currency: [
    'You left a Brook Pump in your basket. It comes to ‹£39|€39›, and we kept it for you.',
    'Your Tarn Pannier is waiting. ‹USD 64.90|EUR 64.90› is the price on the tag.',
    'Der Larch Helmet sitzt leicht und lüftet gut. Sein Preis: ‹119 Franken|119 Euro›.',
    'Ab einem Einkauf von ‹80 $|80 €› ist der Versand kostenlos, und die Tarn Pannier liegt schon im Korb.',
  ],
  'swapped product': [
    'Two things caught your eye. ‹The Tarn Pannier is €119|The Tarn Pannier is €64.90›, and the other one is a helmet.',
    'A note about your basket: ‹the Larch Helmet was €49 and is €39 now|the Brook Pump was €49 and is €39 now›.',
    'Noch ein Blick in Ihren Korb: ‹Die Brook Pump kostet 64,90 €|Die Brook Pump kostet 39 €›.',
    'Mit dem Code RIDE12 bekommen Sie ‹12 % auf Pumpen|12 % auf Helme›, wenn Sie bis zum 10. Dezember bestellen.',
  ],
  percentage: [
    'Thank you for riding with us. With RIDE12 you pay ‹20 % less|12 % less› for a helmet.',
    'Enter RIDE12 when you pay, and ‹fifteen percent|twelve percent› comes off your helmet.',
    'Ihr Code RIDE12 bringt Ihnen ‹ein Viertel Nachlass|zwölf Prozent Nachlass› auf Helme.',
    'Wer jetzt einen Helm braucht: RIDE12 senkt den Preis um ‹18 Prozent|12 Prozent›.',
  ],
  'expired offer': [
    'Panniers are back. ‹Type SUMMER20 and save twenty percent.|Type in what you are looking for.› We are happy to advise you.',
    'The days are short now. ‹All panniers are 20 % off right now.|All panniers have reflectors.› Have a look when you like.',
    'Im Herbst braucht man dichte Taschen. ‹Unsere Sommeraktion mit 20 % auf Taschen läuft noch.|Unsere Taschen sind aus festem Stoff.›',
    'Sie fragten nach der Tarn Pannier. ‹Mit SUMMER20 wird sie um 20 % billiger.|Mit der Schnalle wird sie zur Schultertasche.›',
  ],
  date: [
    'RIDE12 is for you and for helmets only. Please use it by ‹15 December|10 December›.',
    'A reminder about RIDE12: the code works until ‹Dec 20|Dec 10›, and only once.',
    'RIDE12 können Sie bis zum ‹18.12.2026|10.12.2026› an der Kasse eingeben.',
    'Denken Sie an Ihren Code RIDE12. Er läuft am ‹2. Dezember|10. Dezember› ab.',
  ],
  deadline: [
    'Your code RIDE12 is still open. ‹It expires this evening.|It is meant for helmets.› Reply if you have a question.',
    'A word about RIDE12: ‹you have two days left to use it|you can use it in our shop too›.',
    'Ihr Code RIDE12 für Helme wartet. ‹Er gilt nur noch bis übermorgen.|Er gilt auch in unserem Laden.›',
    'RIDE12 ist noch nicht eingelöst. ‹In fünf Stunden ist Schluss.|In unserem Laden geht es auch.›',
  ],
  quantity: [
    'The Tarn Pannier hooks on with one hand. It holds ‹28 litres|22 litres› and keeps dry what is in it.',
    'We are a small workshop. Orders leave it within ‹four hours|two working days›, and we write to you when yours does.',
    'Die Tarn Pannier trägt sich leicht: Sie wiegt ‹640 g|940 g› und hat einen Schultergurt.',
    'Wenn der Helm nicht passt, schicken Sie ihn innerhalb von ‹45 Tagen|30 Tagen› zurück.',
  ],
  'offer term': [
    'Your basket holds a Brook Pump. ‹Postage is on us, whatever you order.|Postage is €4.90.› We pack it by hand.',
    'RIDE12 is for helmets. ‹You may use it as often as you like.|You may use it here or in the shop.›',
    'Ihr Korb wartet auf Sie. ‹Der Versand kostet Sie heute nichts.|Der Versand kostet 4,90 €.›',
    'RIDE12 bringt 12 % auf Helme, ‹und zwar ohne Mindestbetrag|und zwar ab 50 €›.',
  ],
  scarcity: [
    'You looked at the Tarn Pannier. ‹We are down to the final two.|We have it in two colours.›',
    'The Larch Helmet is back on our shelf. ‹It sold out in an hour last time.|It has a light at the back.›',
    'Sie hatten die Brook Pump im Korb. ‹Davon sind nur noch fünf Stück da.|Davon gibt es eine kleine Anleitung.›',
    'Der Larch Helmet ist wieder da. ‹Greifen Sie zu, bevor er weg ist.|Probieren Sie ihn im Laden an.›',
  ],
  guarantee: [
    'The Tarn Pannier is sewn in one piece. ‹Should it ever tear, we replace it for free.|Should you have a question, write to us.›',
    'A helmet is a matter of trust. ‹If it fails to convince you, your money comes back in full.|If it does not fit, come by.›',
    'Die Brook Pump ist aus Metall. ‹Darauf geben wir fünf Jahre Garantie.|Darauf passt jedes übliche Ventil.›',
    'Ihr neuer Helm wartet. ‹Wir stehen dafür ein, dass er Ihnen ein Leben lang hält.|Wir zeigen Ihnen, wie man ihn einstellt.›',
  ],
  health: [
    'The mornings are cold, and a ride wakes you up. ‹Half an hour a day strengthens your heart.|Half an hour a day is a good start.›',
    'The Larch Helmet has a soft lining. ‹It prevents headaches on long rides.|It can be taken out and washed.›',
    'Auf dem Rad beginnt der Tag gut. ‹Das vertreibt Rückenschmerzen und senkt den Blutdruck.|Das geht auch im November.›',
    'Der Larch Helmet ist innen gepolstert. ‹Das Polster wirkt gegen Migräne.|Das Polster lässt sich waschen.›',
  ],
  green: [
    'The Tarn Pannier is made of one strong fabric. ‹It is carbon neutral from start to finish.|It is easy to wipe clean.›',
    'We send your parcel in a plain box. ‹The box is fully compostable.|The box is easy to open.›',
    'Die Tarn Pannier ist aus festem Stoff. ‹Sie wird aus altem Meeresplastik gefertigt.|Sie wird mit zwei Haken befestigt.›',
    'Ihr Paket ist unterwegs zu Ihnen. ‹Es reist klimaneutral.|Es reist in einem kleinen Karton.›',
  ],
  finance: [
    'The Larch Helmet is €119. ‹Pay it off in four interest-free parts.|Pay in the shop or here.›',
    'Thinking about a new helmet? ‹Order today, settle the bill next year.|Order here, or come by.›',
    'Der Larch Helmet kostet 119 €. ‹Zahlen Sie bequem in drei zinsfreien Raten.|Zahlen Sie hier oder im Laden.›',
    'Eine gute Pumpe hält die Reifen hart. ‹Damit sparen Sie Hunderte Euro im Jahr.|Damit fährt es sich leichter.›',
  ],
  superlative: [
    'You asked about bags. ‹No pannier anywhere is tougher than the Tarn Pannier.|We recommend the Tarn Pannier for the rain.›',
    'Here is the Larch Helmet. ‹It is the safest helmet money can buy.|It is made in three sizes.›',
    'Sie suchten eine Pumpe. ‹Die Brook Pump ist die kleinste der Welt.|Die Brook Pump passt in jede Tasche.›',
    'Ihre Tasche liegt bereit. ‹Etwas Besseres gibt es auf dem ganzen Markt nicht.|Etwas Platz bleibt oben immer.›',
  ],
  comparison: [
    'The Brook Pump has a long handle. ‹It fills a tyre in half the time of an ordinary pump.|It fills a tyre with a little patience.›',
    'The Tarn Pannier closes with a roll top. ‹It stays drier than anything our competitors sell.|It stays dry when it rains.›',
    'Die Brook Pump liegt gut in der Hand. ‹Sie pumpt dreimal so schnell wie andere Pumpen.|Sie pumpt auch schmale Reifen auf.›',
    'Der Larch Helmet ist gut belüftet. ‹Er ist leichter als die Helme aller anderen Marken.|Er ist leicht zu verstellen.›',
  ],
};
