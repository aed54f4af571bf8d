/**
 * Words that mails between a shop and its customers are made of, in English and German, as beginnings: `order` covers `ordered`. What a
 * draft says beyond them has to come from what it was given.
 */
const BEGINNINGS = `
  able about above accept access account across act activ actual add address advice after afternoon again agree ahead alert all almost along already also although always
  amount and announce another answer any anyone anything apolog appear appl appreciat approv area around arrang arriv article ask assist attach available away
  back bag balance bank basket bas become been before begin behind being believe below benefit best better between bill book both bottom box brand brief bring brought browser brows build business
  button buy call can cancel card care cart case change charg check choice choos chose class clear click close code colleague collect colo come comfort comment common communit company
  complet confirm connect consider contact contain content continu contract control cop cost could country coupon cover creat credit current custom daily dashboard data date days deal dear decid delay
  delet deliver demo depart desk detail device did differ direct discount discuss display does doing domain done down download draft due during each earl easi easy edit either email enable end
  enjoy enough ensure enter entire error especially even evening event ever every exact exampl except exchang exclusiv exist expect expert expir expla explor extra face fact famil fast favo feature feedback feel few
  field file fill final find first fit follow forget forgot form forward found free fresh friend from full further future gave general get gift give given glad goes going gone good got great greet group guid had half hand
  handl happ hard has have having heard hear held hello help here high himself history hold home hope hours house how however idea identif imagin immediate important improv inbox include information inform inside instead instruct interest into invit invoice issue item
  its itself join just keep kept kind know known label last late later latest latter learn least leave left less let letter level light like limit line link list little live load local log login long look lost lot love lower made mail main make making manag manual many mark matter may maybe mean meant meet member
  membership mention menu message might mind minut miss mobile moment money month more morning most mostly move much must myself name near need network never new news newsletter next nice night none normal note nothing notic notif now number occasion offer office often okay once one only online open operat option order organi
  other otherwise ours out over own owner pack page paid pair parcel part partner pass password past pay people perfect perhaps period permission person phone photo pick picture piece place plan platform please pleas plus point polic position possible post prefer prepar present preview previous price print privacy privat
  probabl problem process product profile progress project promise prompt proper protect provid public purchas put qualit quantit question quick quiet quite ran rate reach read ready real reason receipt receiv recent recommend record recover redeem refer refund refus regard register regular related relationship release remain remember remind remov
  renew repl report representativ request requir reserv reset resolv resource respond respons rest result return review reward right room run safe said sale same save say schedul screen search second section secur see seem select sell send sender sent separate servic session set setting several shar ship shop short should show side sign similar simple simpl
  since single site size small smooth some somebody someone something soon sorry sound special staff standard start state statement stat stay step still stock stop store stor straight subject submit subscri success such suggest suit summary support sure surpris system take taken talk team tell term test than thank that their them
  then there therefore these they thing think this those though thought three through thus ticket till time tips title today together told tomorrow tonight took tool total touch toward track transaction transfer travel trial trouble true trust try trying turn twice two type under understand unfortunate unless unsubscrib
  until unused upcoming updat upgrad upon usag use used user usual valid valu variant verif version very via view visit voucher wait want warm was watch way web week welcome well went were what when where whether which while who whole whose why wide will wish with within without wonder word work world worr would writ wrong
  yesterday yet you your yourself
  aber abgelaufen abhol abmeld absend aktion aktiv aktuell alle allerdings allgemein als also alter alt andere anbei anders anfrage angab angebot angeh angekommen angeleg angemeldet angeseh anhang anleg anmeld annehm anpass anruf anschau anschrift ansehen ansprech anstatt antwort anzahl anzeig arbeit artikel auch auf aufgab aufgrund aufmerksam aus ausgewählt
  auskunft ausprobier aussuch auswahl auswähl automatisch bald bank bearbeit bedarf bedeut beding befind begeister begrüß behalt beide bei beispiel bekannt bekomm benachricht benutz bequem beratung bereich bereit beschreib besonder besser bestand bestätig beste bestell besuch betrag betreff bevor bezahl bieten bild bis bitte bleib brauch breit bring brief code dabei dafür dahin damit danach
  daneben dank dann daran darauf darf darüber das dass daten datum dauer davon dazu dein deine dem den denken denn deren des deshalb dich die dies dir direkt doch dort drei dringend drücken durch dürf echt egal eigen eilig ein einfach eingang eingegangen einige einkauf einladen einladung einlös einmal einstell eintrag einzeln empfang empfehl ende endlich entdeck entscheid entschuldig entspann
  enthalt enthält entweder erfahr erfolg erhalt erhält erinner erkenn erklär erledig erneu erreich erst erwart etwas euch euer eure familie farbe fehl fertig feier find folg form frage frei freund freuen freut früh führ für ganz garten geben gibt gefallen gefällt gefunden gegen gehen geht gehör gekauft gelegen geliefert gemeinsam gemerkt genau genieß genug gerade geräte gern gesamt geschäft geschenk geschickt geschrieb gesehen gestern
  getan gewünscht gilt gleich glücklich grad groß grund gruß grüß gruppe gültig gut gutschein haben habt hallo halten hand hast hat hatte haus heißt helf herr herzlich heute hier hilf hilfe hin hinweis hinzu hoff hoch höh hören ich ihm ihn ihr immer information informier inhalt innerhalb insgesamt interess irgend jahr januar jede jemand jetzt jeweil kann karte kasse kategorie kauf kein kennen klar klein klick
  kollegen komm können könnt kontakt konto kontroll korb kosten kunde kündig kurz lang lass läuft laden lager leben leg leicht leider lesen letzt leute lieb liefer lieg link list lohn los lösch lösung machen macht mail mal manchmal marke mehr mein meist meld menge merk mich minute mir mit mitglied mitteil möchte mög möglich moment monat morgen muss müss nach nachdem nachfrag nachricht nächst nah name nämlich natürlich
  neben nehmen nein neu nicht nichts nie nimm noch normal notwend nummer nun nur nutz nütz ob oben oder offen öffn ohne online ort paar paket partner passen passt passwort person persönlich pfleg platz plötzlich post preis privat probe problem produkt punkt qualität rabatt raus recht rechnung regist reicht reihe reinschau reservier retoure richtig rück rückfrag rückgab rund rufen sachen sagen sammel schaff schau schenk schick schließ schnell
  schon schön schreib schritt schutz seh sehr sein seit seite selbst selten senden service setz sich sicher sie siehe sind sobald sofort sogar sollen sollt somit sondern sonst sorg spar spät speicher später spricht ständig stand statt stehen steht stell stimm stöber stunde such tag täg team teil teilnahm telefon termin text tipp tun über überleg übersicht überrasch übrig uhr und unser unten unter unterlag unterstütz
  unterwegs urlaub variante verabred verändern verantwort verbind verfüg vergess vergleich verkauf verlänger vermiss verpack verpass versand verschick verschied versend verspät verspr versteh versuch vertrag vertrau verwend viel vielleicht voll von vor vorab vorbei vorher vorlieb vorschlag vorstell wähl während wann war waren wäre ware warenkorb warm warten warum was website weg wegen weil weise weiß weit weiter welche wenig wenn wer werden wert wesentlich
  wichtig wie wieder willkommen wir wird wirklich wissen wo woche wohl wohn wollen worden wort wunsch wünsch wurde würd zahl zeig zeit ziel zimmer zu zudem zufrieden zuhause zuletzt zum zunächst zur zurück zusammen zusatz zusend zuständig zustell zwar zwei zwischen
`;

/** By their first three letters: a word is compared with a handful, not with all. */
const BY_START = new Map<string, string[]>();
for (const beginning of BEGINNINGS.trim().split(/\s+/)) {
  const start = beginning.slice(0, 3);
  BY_START.set(start, [...(BY_START.get(start) ?? []), beginning]);
}

/** How much longer than its beginning a word may be: `add` is in `added` and not in `addendums`, `photo` in `photographs` and not in `photosynthesis`. */
const endingOf = (beginning: string): number => (beginning.length > 4 ? 8 : 5);

/** Whether a word in lower case belongs to any mail of a shop. */
export function isEveryday(word: string): boolean {
  if (word.length < 4) return true;
  return (BY_START.get(word.slice(0, 3)) ?? []).some(
    (beginning) => word.startsWith(beginning) && word.length - beginning.length <= endingOf(beginning),
  );
}

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/** Small words that a text in the language cannot do without. */
export const SMALL_WORDS = {
  en: words(
    `the and you your yours we our ours us is are was were be been of to in on for with it its this that these those have has had from as at by or if will would can could not no do does did they them their there here he she his her i me my a an all any so but about just out up more when what which who how get one than then now please thank thanks`,
  ),
  de: words(
    `der die das und ist sind war nicht kein keine sie ihr ihre ihren ihrem ihnen wir uns unser unsere unseren du dich dir dein deine deinen ich mich mir mein mit für auf von zu zum zur im in am an ein eine einen einem einer den dem des sich es er haben hat wird werden bei nach aus wie was wenn als auch noch nur schon so dass oder aber um bis über hier jetzt bitte danke vielen`,
  ),
} as const;
