import { fact, mail, profile, riskInput, situation } from '../../../test/harness/risk.js';
import { assess } from '../assess.js';
import { type RiskInput } from '../check.js';

const marks = (parts: Partial<RiskInput>, words = ''): string[] =>
  assess(riskInput(words, parts))
    .contributions.map(({ code }) => code)
    .filter((code) => code.startsWith('language.'));
const inText = (words: string) => marks({}, words);
const inSubject = (subject: string) => marks({ content: mail('Hello Ada.', { subject }) });

/** A subject, a short sentence and a longer one in each. */
const OTHERS: Readonly<Record<string, readonly [string, string, string]>> = {
  Chinese: [
    '您的购物车',
    '您的订单已经准备好了。',
    '您好，感谢您的订购。我们今天已经把包裹寄出，您将在几天之内收到它。',
  ],
  Japanese: [
    'カートの商品',
    'ご注文の準備ができました。',
    'ご注文ありがとうございます。本日発送いたしましたので、数日でお届けいたします。',
  ],
  Korean: [
    '장바구니 안내',
    '주문이 준비되었습니다.',
    '주문해 주셔서 감사합니다. 오늘 포장을 마쳤으며 며칠 안에 도착할 예정입니다.',
  ],
  Russian: [
    'Ваша корзина',
    'Ваш заказ уже готов.',
    'Спасибо за ваш заказ. Мы упаковали его сегодня, и он будет у вас через несколько дней.',
  ],
  Ukrainian: [
    'Ваш кошик',
    'Ваше замовлення вже готове.',
    'Дякуємо за замовлення. Ми спакували його сьогодні, і воно буде у вас за кілька днів.',
  ],
  Greek: [
    'Το καλάθι σας',
    'Η παραγγελία σας είναι έτοιμη.',
    'Ευχαριστούμε για την παραγγελία σας. Τη συσκευάσαμε σήμερα και θα φτάσει σε λίγες ημέρες.',
  ],
  Arabic: ['سلة التسوق', 'طلبك جاهز الآن.', 'شكراً لطلبك. لقد قمنا بتغليفه اليوم وسيصل إليك خلال أيام قليلة.'],
  Hebrew: [
    'העגלה שלך',
    'ההזמנה שלך מוכנה.',
    'תודה על ההזמנה שלך. ארזנו אותה היום והיא תגיע אליך בעוד כמה ימים.',
  ],
  Hindi: [
    'आपकी टोकरी',
    'आपका ऑर्डर तैयार है।',
    'आपके ऑर्डर के लिए धन्यवाद। हमने इसे आज पैक कर दिया है और यह कुछ दिनों में आपके पास होगा।',
  ],
  Thai: ['ตะกร้าของคุณ', 'คำสั่งซื้อของคุณพร้อมแล้ว', 'ขอบคุณสำหรับคำสั่งซื้อของคุณ เราได้บรรจุหีบห่อแล้ววันนี้'],
  French: [
    'Votre panier vous attend',
    'Votre colis est déjà prêt.',
    'Merci pour votre commande. Nous avons préparé votre colis et il sera chez vous dans quelques jours.',
  ],
  Spanish: [
    'Su cesta le espera',
    'Su pedido ya está listo.',
    'Gracias por su pedido. Hemos preparado el paquete y estará con usted en unos días, con la factura.',
  ],
  Portuguese: [
    'O seu carrinho espera por você',
    'A sua encomenda já está pronta.',
    'Obrigado pela sua encomenda. Já preparámos o pacote e ele estará consigo em poucos dias.',
  ],
  Catalan: [
    'La seva cistella',
    'La seva comanda ja és aquí.',
    'Gràcies per la seva comanda. Hem preparat el paquet i el tindrà amb vostè en pocs dies.',
  ],
  Italian: [
    'Hai dimenticato qualcosa?',
    'Il suo ordine è pronto.',
    'Grazie per il suo ordine. Lo abbiamo preparato oggi e sarà da lei tra pochi giorni.',
  ],
  Romanian: [
    'Coșul tău te așteaptă',
    'Comanda este pregătită.',
    'Mulțumim pentru comanda dumneavoastră. Am pregătit-o astăzi și va fi la dumneavoastră în câteva zile.',
  ],
  Dutch: [
    'Uw winkelmandje wacht op u',
    'Je bestelling is klaar.',
    'Bedankt voor je bestelling. Het pakket is onderweg en wij hebben de factuur ook naar jouw adres gestuurd.',
  ],
  Swedish: [
    'Glömde du något?',
    'Din beställning är klar.',
    'Tack för din beställning. Vi har packat den idag och den kommer till dig om några dagar.',
  ],
  Danish: [
    'Din kurv venter på dig',
    'Din bestilling er klar til dig.',
    'Tak for din bestilling. Vi har pakket den i dag, og den er hos dig om et par dage.',
  ],
  Norwegian: [
    'Handlekurven din venter',
    'Bestillingen din er på vei.',
    'Takk for bestillingen din. Vi har pakket den i dag, og den er hos deg om noen dager.',
  ],
  Finnish: [
    'Ostoskorisi odottaa',
    'Tilauksesi on nyt valmis.',
    'Kiitos tilauksestasi. Pakkasimme sen tänään, ja se on sinulla muutaman päivän kuluttua.',
  ],
  Polish: [
    'Twój koszyk czeka',
    'Twoje zamówienie jest gotowe.',
    'Dziękujemy za zamówienie. Spakowaliśmy je dzisiaj i będzie u państwa za kilka dni.',
  ],
  Czech: [
    'Váš košík čeká',
    'Vaše objednávka je připravena.',
    'Děkujeme za vaši objednávku. Dnes jsme ji zabalili a za několik dní bude u vás.',
  ],
  Croatian: [
    'Vaša košarica čeka',
    'Vaša narudžba je spremna.',
    'Hvala na vašoj narudžbi. Danas smo je zapakirali i za nekoliko dana bit će kod vas.',
  ],
  Hungarian: [
    'A kosara várja',
    'A rendelése már elkészült.',
    'Köszönjük a rendelését. Ma becsomagoltuk, és néhány nap múlva önnél lesz.',
  ],
  Turkish: [
    'Sepetiniz sizi bekliyor',
    'Siparişiniz şimdi hazır.',
    'Siparişiniz için çok teşekkürler. Bugün paketledik ve birkaç gün içinde sizde olacak.',
  ],
  Indonesian: [
    'Keranjang anda menunggu',
    'Pesanan anda sudah siap.',
    'Terima kasih atas pesanan anda. Kami sudah mengemasnya hari ini dan akan tiba dalam beberapa hari.',
  ],
  Vietnamese: [
    'Giỏ hàng của bạn',
    'Đơn hàng của bạn đã sẵn sàng.',
    'Cảm ơn bạn đã đặt hàng. Chúng tôi đã đóng gói hôm nay và sẽ giao cho bạn trong vài ngày tới.',
  ],
};

/** What a shop writes above and into its mails, in both languages, with names and borrowed words. */
const OURS: readonly string[] = [
  'A note from us',
  'Your basket is waiting',
  'Still thinking it over?',
  'Back in stock: Rowan Teapot',
  'Order shipped',
  'Welcome',
  'New arrivals',
  'Café crème for two',
  'Crème brûlée at home',
  'Did you forget something?',
  'Tea for two',
  'Your à la carte menu',
  'Rooibos de la Plage is back',
  'Meet Renée, our potter',
  'Jalapeño sauce and piñata fun',
  'From Málaga to São Paulo',
  'Autumn, slowly',
  'Time for soup',
  'One kettle, no fuss',
  'Ada, your order 4711',
  'Please confirm your e-mail address',
  'Voilà: the new teapots',
  'Ihr Warenkorb wartet',
  'Neue Farben',
  'Ihre Bestellung ist da',
  'Tee für zwei',
  'Haben Sie etwas vergessen?',
  'Wieder da: der Rowan Teapot',
  'Willkommen',
  'Schön, dass Sie da sind',
  'Café au lait für zu Hause',
  'Neu im Geschäft',
  'Bestellung versandt',
  'Herbst, ganz in Ruhe',
  'Ein Kännchen, kein Wirbel',
  'Noch einen Moment, bitte',
  'Grüße aus Bristol',
  'Zu zweit am Ofen',
  'Das Déjà-vu unter den Kannen',
  'Crêpes für alle',
];

describe('the language a draft is written in', () => {
  it.each(Object.entries(OTHERS))(
    'goes to a person as %s, however short',
    (_name, [subject, short, long]) => {
      expect([inSubject(subject), inText(short), inText(long)]).toEqual(Array(3).fill(['language.other']));
      expect(inText(`Thank you for your order. It is on its way to you.\n\n${long}`)).toEqual([
        'language.other',
      ]);
      expect(inText(`Thank you for your order. ${short} It is on its way to you.`)).toEqual([
        'language.other',
      ]);
    },
  );

  it.each(OURS)('may be English or German: %s', (words) => {
    expect([inSubject(words), inText(words), inText(`${words}.`)]).toEqual([[], [], []]);
  });

  it('is looked at in the subject, the preheader, on site and in what a webhook carries', () => {
    const words = 'Votre panier vous attend';
    const hello = 'Hello Ada.';
    expect(marks({ content: mail(hello, { subject: words }) })).toEqual(['language.other']);
    expect(marks({ content: mail(hello, { preheader: words }) })).toEqual(['language.other']);
    for (const kind of ['onsite', 'webhook'] as const) {
      const payload = { title: words, blocks: [{ text: 'Hello.' }] };
      const content = mail(hello, {
        channel: kind,
        kind,
        subject: null,
        preheader: null,
        html: null,
        payload,
      });
      expect(marks({ content })).toEqual(['language.other']);
      expect(
        marks({ content: { ...content, payload: { title: 'Your basket', kind: 'on-site', ref: 'el' } } }),
      ).toEqual([]);
    }
  });

  it('does not take names for another language', () => {
    const traits = { first_name: 'Владимир', city: 'Κέρκυρα' };
    const facts = [fact('tea', 'product', { name: '龍井茶 Longjing', price: 1500, currency: 'EUR' })];
    expect(
      marks(
        { situation: situation({ profile: profile({ traits }) }), facts },
        'Hello Владимир,\n\nthe 龍井茶 Longjing is back.',
      ),
    ).toEqual([]);
    expect(marks({}, 'Hello Владимир,\n\nthe kettle is back.')).toEqual(['language.other']);
  });

  it('is the one the recipient is written to in', () => {
    const english = 'Thank you for your order. We have packed it today, and it is on its way to you.';
    const german = 'Vielen Dank für Ihre Bestellung. Wir haben sie heute gepackt, und sie ist auf dem Weg.';
    expect(marks({ language: 'de' }, english)).toEqual(['language.not-asked']);
    expect(marks({ language: 'en' }, german)).toEqual(['language.not-asked']);
    expect(marks({ language: 'en' }, english)).toEqual([]);
    const greeting = mail(german, { subject: 'Ihre Bestellung ist unterwegs' });
    expect(marks({ language: 'de', content: greeting })).toEqual([]);
    expect(marks({ language: null }, german)).toEqual([]);
    const content = mail(german, { subject: 'Your order is with you' });
    expect(marks({ language: 'de', content })).toEqual(['language.not-asked']);
    // However short, and however much of the mail around it is in the right language.
    const fixed =
      'You get this mail because you are a customer of ours. You can unsubscribe here if you do not want it, and we will not write to you any more.';
    for (const words of [
      'Ihr Warenkorb wartet auf Sie.',
      'Die Tasse ist noch da.',
      'Schön, dass du wieder da bist.',
    ])
      expect([words, marks({ language: 'en' }, `${words}\n\n${fixed}`)]).toEqual([
        words,
        ['language.not-asked'],
      ]);
    expect(marks({ language: 'en' }, `I am here, and so is the Wanderlust tea.\n\n${fixed}`)).toEqual([]);
  });
});
