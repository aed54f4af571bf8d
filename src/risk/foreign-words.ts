/**
 * Small words of other languages in Latin letters, without those that are words of English or German too (or names of shops and goods): a
 * few of them in a sentence tell that it is none of either, however short it is. Languages: French, Spanish, Portuguese, Catalan, Italian,
 * Romanian, Dutch, Swedish, Danish, Norwegian, Icelandic, Finnish, Estonian, Latvian, Lithuanian, Polish, Czech, Slovak, Slovene, Croatian,
 * Serbian, Hungarian, Turkish, Albanian, Indonesian, Vietnamese, Tagalog, Swahili, Irish, Welsh, Basque, Latin.
 */
const LISTS = `
  le la les et vous nous votre vos notre nos une dans avec sur que qui sont avez avons cette ces aux mais plus très bien ici tout toute tous
  toutes merci bonjour bonsoir chère cher je tu il elle ils elles ce sa ses ton tes ta mon mes leur leurs pour par pas du de en est ont été être avoir fait
  faire quand comme encore toujours déjà jamais aussi chez sans sous entre après avant depuis maintenant aujourd'hui aujourd hui demain quelque chose
  commande panier livraison bienvenue oubliée attend attendent prêt prête nouveau nouvelle nouveautés découvrez gratuite voici vient vue au oui non
  el los del las por con su sus una uno unos unas usted ustedes nosotros nuestro nuestra nuestros este esta estos estas gracias hola como cómo más está están estamos ser
  ya muy pero sin sobre todo todos todas cuando donde dónde qué hay han hemos tiene tienes tu tus te lo al y o si sí no ahora hoy mañana algo aquí
  pedido cesta carrito envío bienvenido bienvenida nuevo nueva espera olvidaste olvidado listo vuelve
  o os um uma uns umas não você vocês seu sua seus suas obrigado obrigada nosso nossa com em do da dos das no na nos nas ao à às para pelo pela mais muito já está
  estão são foi tem temos tudo quando onde também ainda hoje amanhã agora aqui isso este isto olá
  encomenda carrinho esqueceu algo novo nova bem-vindo chegou
  els amb què són és dels pel seva seu gràcies hem heu teva teu aquest aquesta molt avui comanda cistella
  il lo gli della delle dei degli del dello al alla allo ai agli alle nel nella nei nelle sul sulla che chi sono nostro nostra nostri suo sua suoi grazie ciao questo questa
  questi ti tuo tua tuoi vostro è e ma con per una uno un non più anche come quando dove già ancora sempre oggi domani ora qui hai abbiamo siamo ha hanno tutto tutti
  qualcosa dimenticato ordine carrello benvenuto benvenuta aspetta pronto nuovo nuova spedizione
  și este sunt pentru din cu nu mai noi voi dumneavoastră comanda coșul tău ta mulțumim bună așteaptă vă să pe la acum astăzi bun venit
  het een van jouw jullie uw u onze ons niet zijn voor naar bij ook aan deze dit dat hebben heb hebt heeft wordt worden bedankt je jij ik wij we hun hem haar maar nog
  al altijd nooit nu vandaag morgen hier daar wat wie waar hoe iets vergeten steeds geen wel te met op uit om over tot onder tussen zonder kun kunt kan zal zou
  bestelling winkelmandje winkelwagen mandje wacht klaar nieuw nieuwe terug welkom beste vriendelijke groet groeten
  och att det som på är för inte dig din ditt dina vi med av ett tack hej vår våra du ni er har hade kan ska till från om eller men när nu idag imorgon här där något något
  några alla mycket redan glömde beställning varukorg väntar välkommen ny nya tillbaka kundvagn
  og ikke til har på noen dager dage bestillingen hos vores mange tak en et den der de vi du dig din dit jeg mig er var fra ved eller men når nu dag her hvor noget alle meget allerede hos også efter
  glemte bestilling ordre kurv kurven venter velkommen ny nye tilbage handlekurv handlekurven takk vår våre deg ditt seg jeg meg noe hei hej klar
  og að það sem er við fyrir ekki þú þinn þín þitt karfan pöntun takk velkomin eru með
  ja on ei se että mutta sinun tilaus tilauksesi ostoskori ostoskorisi kiitos hei tervetuloa me te he ovat oli kun nyt tänään jotain unohditko odottaa
  on ja ei see et kui aga teie sinu tellimus ostukorv aitäh tere tulemast
  un ir jūsu mūsu par uz no ar ka nav paldies sveiki pasūtījums grozs gaida
  ir yra jūsų mūsų už su iš kad nėra ačiū labas sveiki užsakymas krepšelis laukia
  w na się jest są z ze do że dziękujemy dziękuję twoje twój twoja dla nasz nasza nas i oraz nie to ten ta te czy jak co po od przez przy już teraz dziś jutro tutaj państwa
  czegoś coś zamówienie koszyk koszyku czeka czekają witaj witamy nowe nowy zapomniałeś
  a je jsou se že na do za pro při od po nebo ale jak co už teď dnes zítra zde váš vaše vaší vašem děkujeme dobrý den objednávka košík košíku čeká něco vítejte
  sa sú že pre ako čo už teraz dnes váš vaša ďakujeme dobrý deň objednávka košík čaká niečo
  je so se da na za pri od po ali kako kaj že zdaj danes vaš vaša vaše hvala naročilo košarica čaka pozdravljeni nekaj
  i je su se da na za pri od po ili kako što već sada danas vaš vaša vaše hvala narudžba košarica čeka dobrodošli nešto
  az és egy nem hogy van volt de ez itt már még most ma köszönjük rendelés rendelése kosár kosara várja üdvözöljük az ön valamit kedves
  ve bir bu şu için ile çok teşekkürler siparişiniz sipariş sepetiniz sepet sepetinizde değil var yok siz sizi biz bizim sizin merhaba hoş geldiniz bekliyor bugün şimdi mi mı unuttunuz
  dhe një për me në nga të është janë juaj faleminderit porosia shporta përshëndetje
  dan yang untuk dengan anda kami ini itu di ke dari tidak sudah akan pesanan keranjang terima kasih selamat datang menunggu
  và của bạn cho không là có được trong với này đơn hàng giỏ cảm ơn xin chào
  ang mga ng sa ay iyong aming salamat hindi po kayo inyong
  na ya wa kwa ni asante karibu oda yako yetu
  agus an ár bhur do le ar go raibh maith agat fáilte
  eich ein mae yn ac gyda diolch croeso wedi archeb
  eta da zure gure eskerrik asko ongi etorri eskaera saskia
  est et cum sed non quod vester noster gratias salve
`;

/** Words of English and German, abbreviations and words in names that stand among the others by chance. */
const SHARED = `
  a i an in on no so me we he do to as at be by or is it was war will wie wo da du es die der das den dem des am um im ist er ein eine einen bei mit man alle wir
  her him his all more most non via pro plus per bin hat hab haben hast kann will soll sind sein seine du dich dir mich mir uns unser ihr ihre
  de la le en el al del con los las san van von te ta to ma mi tu su sa se si tes mes pas par sur tout sans bien dame chic chose cher date are and for from have had has
  over under met uit op kan kun wat wie hier daar dan der dat den beste best welkom not plan sale son sun pour dot com no new ten men over era hand era
  du dos das do da na no nos o os um uma com em ar on ei me he te se us den der de et er en var dig din dit her alle man men fra hos ad ok era
  ja ne ni ke ku by po co jak to ten ta te i a z w u s k v o e y un uno una ir su ka ar par on off
  am an be ach nun nu mal mai made fast fat gar her here klar rest rein sand senden ton ohne ora pan per mais toast
  ordre order ny nye till mandy ska vi av om men was lo lar au du vu vue oui hui ai ha hem heu hear with who who more
  anda dan di ini ya wa po oda mga sei sie sind ein eich yn ac le go maid
  como este esta uno pronto lista nova novo ser van ons as most een voici vor vos cesta
`;

/** Single letters stand for too much in any language: v is versus, u is you. */
const setOf = (list: string): Set<string> =>
  new Set(
    list
      .trim()
      .split(/\s+/)
      .filter((word) => !/^[a-z]$/.test(word)),
  );

const FOREIGN = setOf(LISTS);
const COMMON = setOf(SHARED);

/** Words that only other languages have. */
export const FOREIGN_SMALL_WORDS: ReadonlySet<string> = new Set(
  [...FOREIGN].filter((word) => !COMMON.has(word)),
);

/** Words that English or German shares with another language: they speak for neither. */
export const SHARED_WORDS: ReadonlySet<string> = new Set([...FOREIGN].filter((word) => COMMON.has(word)));

/** Small words that stand in names (“Rooibos de la Plage”) and in English and German alike, but beside another foreign word tell the same. */
export const FOREIGN_PARTICLES: ReadonlySet<string> = setOf(
  `de la le en el al del con los las te ta tu su se si du da na no o e y un una uno em et par sur sans est pas tout pour op met uit kan kun wat dat van je av om till vi ja ei w z i ne na po co to jak te ta di ini su uz por por mais este esta como ser van ons een voor`,
);
