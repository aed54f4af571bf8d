/**
 * Words that promise or praise, in English and German: they hold only where an approved text says them. Each list is what a shop has had
 * to prove in court or to a regulator, so that a person looks when the model writes it by itself.
 */

/** Words between which other words may stand, within a sentence. */
const SOME = String.raw`(?:\s+[\p{L}'’-]+){0,3}?\s+`;
const words = (pattern: string): RegExp => new RegExp(`(?<!\\p{L})(?:${pattern})(?!\\p{L})`, 'giu');

const THING = String.raw`(?:products?|brands?|shops?|stores?|pots?|kettles?|models?|company|companies|one|others?|manufacturers?|offers?|competitors?|kocher|marken?|hersteller|anbieter|produkte?|modelle?|andere[rsnm]?)`;
const BETTER = String.raw`(?:better|cheaper|faster|stronger|safer|healthier|cleaner|lighter|longer|quieter|softer|tastier|fresher|easier|smarter|greener|quicker|warmer|thinner|tougher|less\s+\p{L}+|(?:more|less)\s+(?!than|often|or|information|details)\p{L}+)`;
const BESSER = String.raw`(?:besser|günstiger|billiger|schneller|stärker|sicherer|gesünder|sauberer|leichter|länger|leiser|weicher|frischer|einfacher|sparsamer|haltbarer|robuster|hochwertiger|nachhaltiger|(?:weniger|mehr)\s+(?!als)\p{L}+)`;
const TIMES = String.raw`(?:twice|half|double|triple|(?:two|three|four|five|ten|\d+)(?:\s+times|\s?[x×]))`;

/** Something set against something else. */
export const COMPARISONS = [
  words(`${BETTER}\\s+than(?!\\s+(?:ever|never|late|nothing|usual|before|you\\s+think|expected))`),
  words(
    `${TIMES}\\s+(?:as\\s+(?!much\\s+time)\\p{L}+\\s+as|${BETTER}|more)|half\\s+of\\s+what|half\\s+the\\s+(?:price|cost|time|energy)\\s+of`,
  ),
  words(
    `outperforms?|outlasts?|beats?\\s+(?:all|any|every|the\\s+competition)|unlike\\s+(?:any\\s+)?(?:other|most)\\s+\\p{L}+|(?:no|no\\s+other|nothing)${SOME}comes?\\s+close|(?:nothing|no\\s+one|nobody)\\s+(?:else\\s+)?(?:compares|matches|beats)|compared\\s+(?:to|with)\\s+(?:other|most)\\s+\\p{L}+`,
  ),
  words(
    `(?<!\\p{L}\\s(?:oder|und)\\s)${BESSER}\\s+als(?!\\s+(?:nie|je|sonst|gedacht|erwartet|vorher|zuvor|früher|bisher|nichts)(?!\\p{L}))`,
  ),
  words(
    `(?:doppelt|dreifach|halb)\\s+so\\s+\\p{L}+\\s+wie|(?:zwei|drei|vier|fünf|zehn|\\d+)[\\s-]?(?:mal|fach)\\s+(?:so\\s+\\p{L}+|mehr|${BESSER})|die\\s+hälfte\\s+(?:dessen|von\\s+dem)`,
  ),
  words(
    `\\p{L}{2,}er\\s+(?:\\p{L}+\\s+)?than\\s+(?:any|all|every|other|others|those|ordinary|most|our\\s+\\p{L}+|your\\s+(?:old|usual|present)|anything|anyone|the\\s+(?:competition|rest|others|\\p{L}+s\\s+of))|in\\s+half\\s+the\\s+time|half\\s+the\\s+time\\s+of|(?:twice|(?:two|three|four|five|ten|\\d+)\\s+times)\\s+(?:as\\s+)?\\p{L}+\\s+as|outlasts?|unlike\\s+(?:other|the\\s+others|most|many|ordinary)(?:\\s+\\p{L}+)?`,
  ),
  words(
    `\\p{L}{3,}er\\s+als\\s+(?:jede[rsnm]?|alle[rn]?|andere[rsn]?|herkömmliche[rsn]?|übliche[rsn]?|die\\s+(?:konkurrenz|der|anderen|meisten)|bei|ihre\\s+alte[nrs]?)(?:\\s+\\p{L}+)?|(?:doppelt|zweimal|dreimal|viermal|fünfmal|zehnmal|halb)\\s+so\\s+\\p{L}+\\s+wie|im\\s+(?:gegensatz|vergleich)\\s+zu(?:r|m)?\\s+(?:konkurrenz|anderen|übrigen|wettbewerb\\p{L}*)|überdauer\\p{L}+\\s+(?:die|andere|jede|alle)\\p{L}*`,
  ),
  words(
    `übertrifft|übertreffen|schlägt\\s+(?:alle|jede[nrs]?)|im\\s+(?:gegensatz|vergleich)\\s+zu\\s+(?:anderen|herkömmlichen|allen)\\s+\\p{L}+|(?:kein|keine)\\s+andere[rsn]?\\s+${THING}|anders\\s+als\\s+andere\\s+\\p{L}+`,
  ),
];

/** The highest degree, however it is said. */
export const SUPERLATIVES = [
  /(?<!\p{L})(?<!\b(?:at|our|your|my|their|its|all|all the|for the|how|as|very|with)\s)(?:the\s+)?(?:world['’]?s\s+)?best(?:[\s-]?(?:selling|sellers?|ever|rated|price|prices|value|in class|quality))?(?!\p{L})(?!\s+(?:regards|wishes|before|of luck|if|way|when|to|practices?|possible|suited|suits))/giu,
  /(?<!\p{L})our\s+best(?:[\s-]sell(?:er|ers|ing)|\s+(?:price|offer|deal|quality))(?!\p{L})/giu,
  words(
    `cheapest|fastest|finest|safest|strongest|healthiest|lightest|quietest|softest|cleanest|smartest|freshest|toughest|greenest|lowest[\\s-]+prices?|highest[\\s-]+quality|most\\s+(?:popular|advanced|trusted|loved|affordable|comfortable|effective|powerful|reliable|durable|beautiful|efficient|innovative)|unbeatable|unrivalled|unrivaled|unmatched|unparalleled|incomparable|world[\\s-]class|world['’]s\\s+(?:first|only|leading|\\p{L}+est)|market[\\s-]lead(?:er|ing)|(?:the|a)\\s+leading\\s+(?:brand|${THING})|award[\\s-]winning|top[\\s-]rated|second\\s+to\\s+none|number\\s+(?:one|1)|no\\.\\s?1|ultimate|state[\\s-]of[\\s-]the[\\s-]art|(?:premium|top|superior|finest)[\\s-]quality|more\\s+(?:people|customers)\\s+choose|you(?:['’]ll|\\s+will)\\s+ever\\s+need|of\\s+the\\s+year`,
  ),
  /(?<![\p{L}\d])#1(?![\p{L}\d])/giu,
  words(
    `the\\s+perfect\\s+\\p{L}+|the\\s+only\\s+(?:\\p{L}+\\s+)?(?:that|which|who)|(?:nobody|no\\s+one)(?:\\s+else)?\\s+(?:offers?|makes?|sells?|gives?|does)|one\\s+of\\s+a\\s+kind`,
  ),
  words(
    `(?<!(?:am|zum|aufs)\\s)(?<!(?:unser|ihr|dein|mein|sein|mit\\s+den)\\s)(?:(?:der|die|das|den|dem|unser[ea]?[rsnm]?)\\s+)?(?<!unser\\s)(?<!am\\s)(?<!mit\\s)beste[rsnm]?(?!\\p{L})(?!\\s+(?:grüße|grüßen|wünsche|wünschen|dank))`,
  ),
  words(
    `(?<!zum\\s)(?:günstigste|billigste|schnellste|größte|sicherste|stärkste|leiseste|leichteste|sparsamste|schönste|haltbarste|hochwertigste|beliebteste|meistverkaufte|niedrigste|führende|perfekte|unschlagbare?)(?:[rsnm]|n)?|marktführ\\p{L}+|preisgekrönt\\p{L}*|ausgezeichnet\\s+(?:mit|als|von)|(?:spitzen|premium|top)[\\s-]?qualität|ultimativ\\p{L}*|nummer\\s+(?:eins|1)|nr\\.\\s?1|des\\s+jahres|konkurrenzlos\\p{L}*|einzigartig\\p{L}*|unvergleichlich\\p{L}*|bestseller\\p{L}*|testsieger|niemand(?:\\s+sonst)?\\s+(?:bietet|macht|verkauft|gibt)`,
  ),
  // By its form alone.
  words(
    `(?:the|our|its)\\s+(?!(?:late|near|earli|inter|for|mod|hon|har|requ|gu|cont|b|t|n|v|w|ch|qu|r|larg)est(?!\\p{L}))\\p{L}{3,}est(?:\\s+\\p{L}+){0,3}?\\s+(?:ever|(?:in|on|of)\\s+(?:the|its|our|all)\\s+\\p{L}+|(?:you|money|anyone)\\s+can\\s+\\p{L}+|(?:we|anyone|they)\\s+(?:have\\s+)?(?:ever\\s+)?(?:made|make|sell|built|build)|around|anywhere)`,
  ),
  words(
    `(?:nothing|nobody|no\\s+one|no\\s+\\p{L}+\\s+(?:anywhere|on\\s+earth|in\\s+the\\s+world))\\s+(?:\\p{L}+\\s+){0,3}?\\p{L}{2,}er(?!\\p{L})|the\\s+number\\s+one|you\\s+will\\s+not\\s+find\\s+(?:an?\\s+)?\\p{L}+er(?!\\p{L})`,
  ),
  /(?<!\p{L})(?:[Dd](?:er|ie|as|en|em))\s+(?!(?:erste|nächste|letzte|meiste|feste|ernste|oberste|unterste|hinterste|vorderste|jüngste|älteste|neueste)[nrms]?(?!\p{L}))\p{Ll}{4,}ste[nrms]?\s+(?:\p{L}+\s+)?(?:der\s+(?:Welt|Branche|Stadt)|auf\s+(?:dem|der)\s+\p{L}+|aller\s+\p{L}+|überhaupt|weltweit|unter\s+(?:den|allen)|(?:\p{Lu}\p{L}+\s+)?(?:auf|der|in|unter|aller|am|weit)(?!\p{L}))/gu,
  words(
    `(?:etwas|nichts)\\s+\\p{L}+eres(?!\\p{L})|\\p{L}+ere[nrs]?\\s+\\p{L}+\\s+(?:\\p{L}+\\s+){0,3}?(?:nirgends|nirgendwo)|nirgend(?:s|wo)\\s+(?:\\p{L}+\\s+){0,3}?\\p{L}+ere[nrs]?(?!\\p{L})|nummer\\s+eins`,
  ),
];

/** What the shop would have to stand for. */
const GUARANTEES = [
  words(
    `every\\s+(?:cent|penny)\\s+(?:\\p{L}+\\s+)?back|your\\s+money\\s+(?:comes|is|will\\s+be)\\s+(?:\\p{L}+\\s+)?back|(?:money|refund(?:ed)?)\\s+(?:\\p{L}+\\s+){0,2}?in\\s+full|we(?:['’]ll|\\s+will)?\\s+(?:replace|repair|exchange|refund)\\s+(?:it|them|everything)|we\\s+promise|we\\s+stand\\s+(?:behind|by|for)|we\\s+vouch|you\\s+have\\s+our\\s+word`,
  ),
  words(
    `jeden\\s+cent\\s+(?:\\p{L}+\\s+)?zurück|versprechen\\s+(?:wir|ihnen|dir|euch)|(?:stehen|bürgen|haften)\\s+(?:wir\\s+)?(?:dafür|mit\\s+unserem\\s+namen)(?:\\s+ein)?|(?:ersetzen|reparieren|tauschen)\\s+(?:wir|sie\\s+\\p{L}+|ihn|es)(?:\\s+\\p{L}+){0,2}\\s+(?:kostenlos|gratis|umsonst|um|aus)|ein\\s+leben\\s+lang|\\p{L}+\\s+jahre\\s+garantie`,
  ),
  words(
    `(?:we\\s+)?guarante(?:e|es|ed)|(?:(?:\\d+|two|three|five|ten|lifetime|life[\\s-]long)[\\s-]+(?:years?[\\s-]+)?)?(?:warranty|guarantee)|money[\\s-]back|(?:your|the)\\s+money\\s+back|(?:full|complete)\\s+refund|risk[\\s-]free|no\\s+risk|without\\s+(?:any\\s+)?risk|no\\s+questions\\s+asked|no\\s+obligations?|no\\s+strings(?:\\s+attached)?|free\\s+replacements?|we\\s+promise(?:\\s+that)?\\s+(?:you|it)|(?:(?:will\\s+)?never|can(?:not|['’]t))\\s+(?:breaks?|fails?|rusts?|wears?|burns?\\s+out|leaks?)|unlimited\\s+\\p{L}+|(?:within|in)\\s+(?:one|a|a\\s+single)\\s+day|unbreakable|indestructible|100\\s?%\\s+(?:protected|safe|secure|satisf\\p{L}+)|satisfaction\\s+(?:is\\s+)?(?:assured|guaranteed)|(?:match|beat)\\s+any(?:\\s+lower)?\\s+price|lasts?\\s+(?:you\\s+)?(?:a\\s+lifetime|for\\s*ever|for\\s+(?:decades|generations|life)|decades|generations)|(?:refund|pay(?:\\s+you)?|give\\s+you)\\s+(?:back\\s+)?the\\s+difference|(?:return|send)\\s+(?:it|them|anything|everything)\\s+(?:back\\s+)?(?:any\\s*time|whenever)|pay\\s+nothing|(?:you\\s+)?can(?:not|['’]t)\\s+(?:go\\s+wrong|lose)|(?:next|same|following)[\\s-](?:working[\\s-]|business[\\s-])?day\\s+(?:delivery|shipping|dispatch)|overnight\\s+(?:delivery|shipping)|an?\\s+(?:whole\\s+|full\\s+|entire\\s+)?(?:year|month|week)\\s+to\\s+(?:return|send|change|try|decide)|(?:return|send\\s+(?:it|them)\\s+back)\\s+(?:\\p{L}+\\s+){0,2}(?:within|for)\\s+(?:an?|one)\\s+(?:whole\\s+|full\\s+)?(?:year|month)`,
  ),
  words(
    `garantier(?:t|en|te[rnms]?)|(?:(?:\\d+|zwei|drei|fünf|zehn)\\s+jahre\\s+|lebenslange[rns]?\\s+)?(?:\\p{L}+)?garantie|geld[\\s-]zurück(?:[\\s-]garantie)?|(?:ihr|dein|das)\\s+geld\\s+(?:\\p{L}+\\s+)?zurück|risikofrei|ohne\\s+(?:jedes\\s+)?risiko|ohne\\s+(?:jede\\s+)?verpflichtung(?:en)?|wir\\s+versprechen|unzerbrechlich|unverwüstlich|(?:geht|gehen|rostet|bricht)\\s+(?:nie|niemals)(?:\\s+kaputt)?|hält\\s+(?:\\p{L}+\\s+){0,2}?(?:ein\\s+leben\\s+lang|ewig|jahrzehnte\\p{L}*|generationen)|(?:erstatten|zahlen)\\s+(?:\\p{L}+\\s+){0,3}?die\\s+differenz|(?:liefer|versand|zustell)\\p{L}*\\s+(?:schon\\s+|noch\\s+)?(?:heute|morgen|über\\s+nacht|am\\s+(?:nächsten|selben|gleichen)\\s+(?:werk|arbeits)?tag)|(?:heute|morgen|übermorgen)\\s+(?:schon\\s+|bereits\\s+|noch\\s+)?bei\\s+(?:ihnen|dir|euch)|ein(?:en)?\\s+(?:ganze[sn]\\s+|volle[sn]\\s+)?(?:jahr|monat)\\s+(?:rückgabe|umtausch|widerruf|zeit\\s+(?:für|zum))\\p{L}*|(?:rückgabe|umtausch)\\p{L}*\\s+(?:von\\s+|binnen\\s+|innerhalb\\s+)?ein(?:em|es)?\\s+(?:ganzen\\s+|vollen\\s+)?(?:jahr|monat)\\p{L}*|(?:jederzeit|immer)\\s+(?:kostenlos|gratis)`,
  ),
];

const AILMENT = String.raw`(?:blood\s+pressure|immun\p{L}+(?:\s+system)?|pain|stress|anxiety|sleep\p{L}*|insomnia|digestion|inflammation|cholesterol|blood\s+sugar|weight|colds?|flu|headaches?|migraines?|bones?|joints?|heart|metabolism|ag(?:e)?ing|wrinkles|allerg\p{L}+|disease\p{L}*|illness\p{L}*|body|liver|nerves|skin|hair|gut|circulation|mind)`;
const LEIDEN = String.raw`(?:blutdruck|immunsystem|abwehrkräfte|\p{L}*schmerz\p{L}*|stress|angst|schlaf\p{L}*|verdauung|entzündung\p{L}*|cholesterin|blutzucker|erkältung\p{L}*|grippe|knochen|gelenke|herz|stoffwechsel|falten|allergie\p{L}*|krankheit\p{L}*|körper|leber|abnehmen|haut|haare|darm|kreislauf)`;
/** Effects on health: forbidden without an authorised claim (Regulation (EC) 1924/2006, Heilmittelwerbegesetz). */
const HEALTH = [
  words(
    `(?:lowers?|reduces?|relieves?|boosts?|strengthens?|prevents?|treats?|heals?|cures?|improves?|eases?|fights?|supports?|detoxif\\p{L}+|soothes?|speeds?\\s+up|good\\s+for|protects?\\s+against|helps?\\s+(?:against|with)|proven\\s+to|calms?)${SOME}${AILMENT}|cures?\\s+\\p{L}+|los(?:e|ing)\\s+weight|detox|(?:clinically|dermatologically|medically|scientifically)\\s+(?:proven|tested|approved)|(?:doctors?|dermatologists?|experts?)\\s+recommend(?:ed|s)?|recommended\\s+by\\s+(?:doctors|dermatologists|experts)|(?:bpa|lead|toxin|chemical|gluten|lactose|sugar|paraben|pesticide|nickel)[\\s-]free|non[\\s-]toxic|hypoallergenic|anti[\\s-]?(?:bacterial|viral|microbial|inflammatory|septic|ag(?:e)?ing)|(?:sleep|breathe|live)\\s+(?:better|deeper|healthier|longer)`,
  ),
  words(
    `(?:senkt|reduziert|lindert|stärkt|verhindert|heilt|verbessert|bekämpft|fördert|entgiftet|unterstützt|beugt|gut\\s+(?:für|fürs)|hilft\\s+(?:gegen|bei|beim)|schützt\\s+vor)(?:${SOME}|\\s+)${LEIDEN}|${LEIDEN}\\s+(?:lindert|senkt|stärkt|vorbeugt|heilt|verhindert)|(?:klinisch|dermatologisch|medizinisch)\\s+(?:getestet|bewiesen|geprüft|erwiesen)|wissenschaftlich\\s+(?:bewiesen|erwiesen)|von\\s+(?:ärzten|ärztinnen|experten|apothekern)\\s+empfohlen|(?:bpa|blei|schadstoff|gift|gluten|laktose|zucker|paraben|nickel)[\\s-]?frei\\p{L}{0,2}|hypoallergen\\p{L}*|anti(?:bakteriell|mikrobiell|viral)\\p{L}*|entzündungshemmend\\p{L}*|keimfrei\\p{L}*|(?:besser|gesünder|tiefer)\\s+(?:schlafen|leben|atmen)`,
  ),
  words(
    `(?:wards?\\s+off|banish(?:es)?|drives?\\s+away|keeps?\\s+away|works?\\s+against|helps?\\s+with|strengthen(?:s|ing)?|lowers?|relieves?)${SOME}${AILMENT}`,
  ),
  words(
    `(?:vertreibt|mindert|lindert|wirkt\\s+gegen|hilft\\s+gegen|vorbeugt|beugt|löst|kräftigt|tut)${SOME}?\\s*(?:${LEIDEN}|migräne|verspannung\\p{L}*|müdigkeit|schlafstörung\\p{L}*|kopfweh)|(?:gegen|bei)\\s+(?:migräne|schlafstörung\\p{L}*|verspannung\\p{L}*|\\p{L}*schmerzen)`,
  ),
];

/** What is better for the environment: to be proven before it is said (Directive (EU) 2024/825). */
const GREEN = [
  words(
    `(?:climate|carbon|co2)[\\s-](?:neutral|positive|free)|net[\\s-]zero|zero[\\s-](?:emissions?|waste)|carbon\\s+footprint|eco[\\s-]?friendly|environmentally[\\s-]friendly|(?:good|better|kind)\\s+(?:for|to)\\s+the\\s+(?:environment|planet|climate)|sav(?:e|es|ing)\\s+the\\s+planet|sustainabl[ey](?:\\s+(?:made|sourced|produced))?|(?:100\\s?%\\s+)?(?:(?:fully|made\\s+(?:of|from))\\s+)?recycl(?:ed|able)(?:\\s+\\p{L}+)?|100\\s?%\\s+(?:organic|natural|vegan)|certified\\s+organic|compostable|biodegradable|plastic[\\s-]free|(?:plant\\p{L}*)\\s+(?:a|one)\\s+trees?|ocean\\s+plastics?|upcycled|vegan|cruelty[\\s-]free|fair[\\s-]?trade`,
  ),
  words(
    `(?:klima|co2|co₂)[\\s-]?(?:neutral|positiv|frei)\\p{L}*|umweltfreundlich\\p{L}*|umweltschonend\\p{L}*|nachhaltig\\p{L}*(?:\\s+(?:produziert|hergestellt))?|(?:die\\s+)?(?:umwelt|klima)\\s+(?:schonen|schützen)|(?:schon|schütz)\\p{L}+(?:\\s+sie)?\\s+(?:die\\s+umwelt|das\\s+klima)|gut\\s+für\\s+(?:die\\s+umwelt|das\\s+klima|den\\s+planeten)|(?:aus\\s+)?recycelt\\p{L}*(?:\\s+\\p{L}+)?|(?:vollständig\\s+)?recycelbar\\p{L}*|bio[\\s-]zertifiziert\\p{L}*|kompostierbar\\p{L}*|biologisch\\s+abbaubar\\p{L}*|plastikfrei\\p{L}*|pflanzen\\s+wir\\s+(?:einen\\s+)?b(?:aum|äume)|klimaschonend\\p{L}*|ressourcenschonend\\p{L}*|(?:co2|co₂)[\\s-]?reduziert\\p{L}*|vegan\\p{L}*|tierversuchsfrei\\p{L}*|fair\\s+gehandelt\\p{L}*|aus\\s+fairem\\s+handel|fairtrade\\p{L}*`,
  ),
  words(
    `(?:leaves?|leaving)\\s+no\\s+(?:footprint|trace)(?:\\s+at\\s+all)?|emission[\\s-]?free|without\\s+(?:any\\s+)?emissions|(?:made|sewn|woven|built)\\s+(?:\\p{L}+\\s+)?(?:of|from)\\s+(?:\\p{L}+\\s+)?(?:recycled|reclaimed|salvaged|upcycled)(?:\\s+\\p{L}+)?|ethically\\s+\\p{L}+|organically\\s+\\p{L}+|responsibly\\s+(?:made|sourced)`,
  ),
  words(
    `(?:emissions|abfall|müll|plastik|schadstoff)frei\\p{L}{0,2}|(?:meeres|alt)plastik|ökologisch\\p{L}*|öko[\\s-]?\\p{L}+|ohne\\s+(?:jede\\s+)?emissionen|(?:schont|schonen|schützt|schützen)\\s+(?:die\\s+)?(?:umwelt|natur|erde)|verantwortungsvoll\\s+(?:hergestellt|gewonnen)`,
  ),
];

/** So many of something, as credit is paid off. */
const PARTS = String.raw`(?:\d+|two|three|four|five|six|ten|twelve|zwei|drei|vier|fünf|sechs|zehn|zwölf)`;

/** Money beyond the price: credit, tax, gain. */
const FINANCE = [
  words(
    `interest[\\s-]free|0\\s?%\\s+(?:financing|finance|apr|interest)|no\\s+credit\\s+checks?|without\\s+(?:a\\s+)?credit\\s+checks?|pays?\\s+for\\s+itself|tax[\\s-](?:deductible|free)|deduct\\p{L}*${SOME}tax(?:es)?|(?:safe|secure|good|smart)\\s+investments?|double\\s+your\\s+money|guaranteed\\s+returns?|(?:buy\\s+now,?\\s+)?pay\\s+(?:it\\s+)?later|(?:no|zero)\\s+interest|(?:pay|spread)\\s+(?:\\p{L}+\\s+){0,3}?instal?lments|(?:bitcoins?|crypto\\p{L}*|shares?|stocks?|funds?)\\s+(?:\\p{L}+\\s+){0,2}?(?:now|can\\s+only)\\s*,?\\s*(?:\\p{L}+\\s+){0,3}?(?:rise|grow)?|can\\s+only\\s+(?:rise|grow|go\\s+up)|sav(?:e|es|ing)\\s+(?:hundreds|thousands)|(?:cuts?|halves?|lowers?|reduces?|slash(?:es)?)\\s+your\\s+(?:\\p{L}+\\s+){0,2}?(?:bills?|costs?)(?:\\s+in\\s+half)?`,
  ),
  words(
    `zinsfrei\\p{L}*|zinslos\\p{L}*|(?:bezahlen|zahlen)\\s+(?:sie\\s+)?(?:ganz\\s+)?(?:bequem\\s+)?(?:erst\\s+)?(?:später|in\\s+\\d+\\s+tagen)|kauf\\s+auf\\s+rechnung|ratenzahlung\\p{L}*|(?:bequem\\s+)?in\\s+raten|keine\\s+zinsen|ohne\\s+(?:schufa|bonitäts)\\p{L}*(?:-\\p{L}+)?|macht\\s+sich\\s+(?:von\\s+selbst\\s+)?bezahlt|steuerfrei|(?:von\\s+der\\s+)?steuer\\s+absetz\\p{L}*|steuerlich\\s+absetzbar|sichere[nr]?\\s+(?:geldanlage|investition)|spar\\p{L}+\\s+(?:sie\\s+)?(?:hunderte|tausende)|(?:halbier|senk|reduzier)\\p{L}*\\s+(?:sie\\s+)?(?:ihre|deine)\\s+\\p{L}*(?:rechnung|kosten)`,
  ),
  words(
    `(?:pay|settle|pay\\s+for\\s+it)\\s+(?:\\p{L}+\\s+){0,3}?(?:next\\s+(?:year|month|spring|summer)|later|until\\s+\\p{L}+)|(?:in|over|into)\\s+${PARTS}\\s+(?:\\p{L}+[\\s-]){0,3}?(?:instal?ments|parts|payments)|(?:(?<![\\d.,])0\\s?%|zero\\s+percent)\\s+(?:apr|interest|financ\\p{L}+|credit)|without\\s+(?:any\\s+)?interest|sav(?:e|es|ing)\\s+(?:you\\s+)?(?:hundreds|thousands)`,
  ),
  words(
    `(?:in|mit)\\s+${PARTS}\\s+(?:\\p{L}+\\s+){0,2}?(?:monats)?raten|(?:be)?zahlen\\s+(?:sie\\s+)?erst\\s+\\p{L}+(?:\\s+\\p{L}+)?|erst\\s+(?:im|in|nächst\\p{L}+)\\s+(?:\\p{L}+\\s+)?(?:be)?zahlen|(?:null|(?<![\\d.,])0)\\s?(?:prozent|%)\\s+zinsen|sich\\s+(?:von\\s+selbst\\s+|schnell\\s+|bald\\s+)?bezahlt\\s+macht|spar\\p{L}+\\s+(?:sie\\s+)?(?:\\p{L}+\\s+)?(?:hunderte?|tausende?)(?:\\s+euro)?`,
  ),
];

/** Where and how something was made: misleading where it is not so (Directive 2005/29/EC, art. 6). */
const ORIGIN = [
  /(?<!\p{L})(?:[Hh]and[\s-]?)?(?:[Mm]ade|[Cc]rafted|[Ww]oven|[Tt]hrown|[Ff]orged|[Dd]esigned)\s+in\s+\p{Lu}\p{L}+/gu,
  words(
    `(?:hergestellt|gefertigt|handgefertigt|handgemacht|produziert|entworfen)\\s+in\\s+(?!(?:der|dem|den|einem|einer|unserer?|unserem|zwei|drei|handarbeit)(?!\\p{L}))\\p{L}+|made\\s+in\\s+(?:germany|britain|england|france|italy|japan|switzerland|austria|europe)`,
  ),
];

/** What a thing withstands, where somebody comes to harm if it does not. */
const WITHSTANDS = [
  words(
    `(?:dishwasher|microwave|oven|freezer|food|child)[\\s-](?:safe|proof)|(?:water|fire|shatter|scratch|heat|rust|child)[\\s-]?(?:proof|resistant)|(?:spülmaschinen|mikrowellen|backofen)(?:fest|geeignet)\\p{L}{0,2}|(?:wasserdicht|kratzfest|bruchsicher|feuerfest|hitzebeständig|kindersicher|lebensmittelecht)\\p{L}{0,2}`,
  ),
];

/** A round number of whatever it is, as long as it is a large one. */
const MANY = String.raw`(?:(?!(?:19|20)\d\d(?!\d))\d{1,3}(?:[.,]\d{3})+|\d{5,}|(?:[\p{L}-]+\s)?(?:hundred|thousand|million)|\p{L}*(?:hundert|tausend)|(?:\p{L}+\s)?millionen)`;

/** How many others bought or liked it, without a figure. */
const CROWDS = [
  words(
    `(?:dozens|hundreds|thousands|millions|countless|tens\\s+of\\s+thousands)\\s+(?:of\\s+)?(?:\\p{L}+\\s+){0,2}?(?:customers|people|users|buyers|families|homes|fans|reviews|ratings)|(?:loved|trusted|used|chosen|recommended|bought)\\s+by\\s+(?:\\p{L}+\\s+){0,2}?(?:millions|thousands|hundreds|everyone|professionals|experts|chefs|families|people)|every(?:body|one)\\s+is\\s+talking\\s+about|in\\s+aller\\s+munde|(?:dutzende|hunderte|tausende|millionen|unzählige)\\s+(?:von\\s+)?(?:\\p{L}+\\s+){0,2}?(?:kund\\p{L}+|menschen|nutzer\\p{L}*|käufer\\p{L}*|familien|fans|bewertungen)`,
  ),
  words(
    `(?:more\\s+than|over|nearly|almost|around|some|roughly|mehr\\s+als|über|fast|rund|gut|beinahe)\\s+${MANY}\\s+(?!(?:euros?|dollars?|pounds?|francs?|franken|percent|prozent|hours?|days?|weeks?|months?|years?|stunden|tage[n]?|wochen|monate[n]?|jahre[n]?|k?m|k?g|ml|liter|litres?|times|words|of)(?!\\p{L}))\\p{L}{3,}`,
  ),
];

export const PROMISES = [...GUARANTEES, ...HEALTH, ...GREEN, ...FINANCE, ...ORIGIN, ...WITHSTANDS, ...CROWDS];

const N = String.raw`(?:\d|one|two|three|four|five|six)`;
const ZAHL = String.raw`(?:\d|ein(?:e[nmrs]?)?|zwei|drei|vier|fünf|sechs)`;
const ORDINAL = String.raw`(?:first|second|third|fourth|fifth|next|other)`;
const ORDNUNG = String.raw`(?:erste|zweite|dritte|vierte|fünfte|nächste|andere)[rsn]?`;
/** What "free" stands before without anything being given away. */
const NO_GIFT = String.raw`(?:of|to|from|time|range|will|up|for|and|or|as|when|on|in|at|if|days?|hours?|evenings?|mornings?|afternoons?|weekends?|moments?|minutes?|hands?|space|choice|spirit\p{L}*|trade|flow\p{L}*|standing)`;
/** Several for the price of fewer, and things given away. */
const GIFTS = [
  words(
    `${N}\\s?for\\s?(?:the\\s+price\\s+of\\s+)?${N}(?!\\s*(?:days?|weeks?|months?|years?|hours?|minutes?|people|persons?|cups?|\\p{Sc}|%|\\d|[.,:]\\d))|two[\\s-]for[\\s-]one|bogo|on\\s+the\\s+house|buy\\s+${N}\\s?(?:\\p{L}+\\s?)?,?\\s+(?:and\\s+)?get\\s+(?:the\\s+|an?\\s+)?(?:${N}|${ORDINAL}|another|extra)(?:\\s+(?:one|free|half\\s+price|for\\s+free)){0,2}`,
  ),
  words(
    `the\\s+${ORDINAL}\\s+(?:\\p{L}+\\s+){0,2}?(?:is\\s+)?(?:free|half[\\s-]price|on\\s+us)|${ZAHL}\\s+zum\\s+preis\\s+von\\s+${ZAHL}|(?:nimm|nehmen\\s+sie|kauf\\p{L}*(?:\\s+sie)?)\\s+${ZAHL}(?:\\s+\\p{L}+)?,?\\s+(?:(?:und\\s+)?(?:be)?zahl\\p{L}*(?:\\s+(?:sie\\s+)?(?:nur\\s+)?)?${ZAHL}|(?:bekomm|erhalt)\\p{L}*\\s+(?:sie\\s+)?${ZAHL}(?:\\s+(?:gratis|kostenlos))?)|(?:der|die|das|den)\\s+${ORDNUNG}\\s+(?:\\p{L}+\\s+){0,2}?(?:gratis|kostenlos|umsonst|geschenkt|zum\\s+halben\\s+preis)`,
  ),
  words(
    `(?:an?|your|our|another|with|plus|one|two|three|get|enjoy|receive)\\s+free\\s+(?!${NO_GIFT}(?!\\p{L}))\\p{L}+|complimentary\\s+\\p{L}+(?:\\s+\\p{L}+)?|ein(?:e[nm]?)?\\s+\\p{L}+\\s+geschenkt|(?:gratis|kostenlose?[rsnm]?)\\s+(?!und(?!\\p{L})|für(?!\\p{L})|an(?!\\p{L}))(?:\\p{L}+)|ein(?:e[nm]?)?\\s+\\p{L}+\\s+(?:gratis|geschenkt|umsonst|kostenlos)(?:\\s+dazu)?`,
  ),
];

/** What comes on top or costs nothing. */
export const OFFERS = [
  ...GIFTS,
  words(
    `(?:ships?|shipped|delivers?|delivered)\\s+(?:(?!sugar|gluten)\\p{L}+\\s+){0,3}?(?:for\\s+)?free(?:\\s+of\\s+charge)?(?![\\s-]range)|(?:liefern|liefert|versenden|verschicken|schicken)\\s+(?:\\p{L}+\\s+){0,4}?(?:kostenlos|gratis|kostenfrei|umsonst)|(?:we|wir)\\s+(?:cover|pay|übernehmen|schenken)\\s+(?:\\p{L}+\\s+){0,3}?(?:shipping|delivery|postage|versand\\p{L}*|porto|lieferung)|(?:cover|übernehmen|schenken)\\s+wir\\s+(?:\\p{L}+\\s+){0,3}?(?:versand\\p{L}*|porto|lieferung)|(?:versand|lieferung|porto)\\s+(?:geht|gehen)\\s+auf\\s+uns|(?:no|without)\\s+(?:shipping|delivery|postage)(?:\\s+(?:costs?|fees?|charges?))?|(?:keine|ohne)\\s+(?:versand|liefer|porto)(?:kosten|gebühren)|(?:versand|liefer)kosten\\s+(?:entfallen|fallen\\s+weg|sparen|übernehmen|schenken)|no\\s+minimum(?:\\s+(?:order|spend|purchase)(?:\\s+value)?)?|(?:kein(?:en)?|ohne)\\s+mindestbestellwert`,
  ),
  /(?<!\p{L})(?:free|complimentary)\s+(?:(?:express|standard|next[\s-]day|international|worldwide|same[\s-]day)\s+)?(?:shipping|delivery|returns?|gifts?|samples?|trial|upgrade|installation|refills?)(?!\p{L})/giu,
  words(
    `(?:shipping|delivery|returns?|installation)\\s+(?:is|are)\\s+(?:always\\s+)?(?:free(?:\\s+of\\s+charge)?|on\\s+us)`,
  ),
  /(?<!\p{L})(?:versandkostenfrei\p{L}*|portofrei\p{L}*|(?:kostenlos|gratis|kostenfrei)\p{L}{0,2}[\s-]?(?:versand|lieferung|rückgabe|rücksendung|retoure|geschenk|probe|zugabe|testphase)\p{L}*|gratis(?:versand|geschenk|probe|zugabe))(?!\p{L})/giu,
  words(
    `(?:versand|lieferung|rückgabe|rücksendung|retoure)\\s+(?:ist|sind)\\s+(?:immer\\s+)?(?:kostenlos|kostenfrei|gratis)`,
  ),
  words(
    `combin(?:ed|able|e)\\s+(?:\\p{L}+\\s+)?with\\s+(?:\\p{L}+\\s+){0,3}?(?:codes?|offers?|discounts?|vouchers?|promotions?)|stack(?:s|able|ed)?\\s+(?:\\p{L}+\\s+){0,3}?(?:codes?|offers?|discounts?|vouchers?)|as\\s+often\\s+as\\s+you\\s+(?:like|want|wish)|(?:used?|redeem(?:ed)?)\\s+(?:\\p{L}+\\s+)?more\\s+than\\s+once|(?:on|for|with)\\s+(?:every|any|all)\\s+orders?|across\\s+the\\s+(?:whole|entire)\\s+\\p{L}+|(?:site|store)[\\s-]?wide|(?:also|even)\\s+(?:on|for)\\s+(?:\\p{L}+\\s+)?(?:sale|reduced|discounted)\\s+\\p{L}+|whatever\\s+(?:you\\s+(?:order|buy|spend)|the\\s+(?:amount|value))|however\\s+(?:much|little)\\s+you\\s+(?:order|buy|spend)|regardless\\s+of\\s+(?:\\p{L}+\\s+){0,3}?(?:order|value|amount|basket)|(?:costs?|cost)\\s+you\\s+nothing|at\\s+no\\s+(?:extra\\s+|additional\\s+)?(?:cost|charge)|(?:postage|shipping|delivery|returns?)\\s+(?:is|are)\\s+(?:on\\s+us|included)|(?:double|twice|triple)\\s+(?:the\\s+)?(?:discount|points|savings)`,
  ),
  words(
    `(?:mit|zu)\\s+(?:allen|jedem|anderen)\\s+(?:\\p{L}+\\s+)?(?:codes?|gutschein\\p{L}*|rabatt\\p{L}*|angebot\\p{L}*)(?:\\s+kombinier\\p{L}+)?|beliebig\\s+oft|so\\s+oft\\s+(?:sie|du|ihr)\\s+\\p{L}+|mehrfach\\s+(?:einlös|nutz|verwend)\\p{L}*|auf\\s+(?:(?:das|unser)\\s+(?:ganze|gesamte|komplette)s?\\s+sortiment|alle\\s+artikel)|auch\\s+(?:für|auf)\\s+(?:bereits\\s+|schon\\s+)?(?:reduzierte|herabgesetzte)\\p{L}*(?:\\s+\\p{L}+)?|egal,?\\s+(?:wie\\s+viel|was)\\s+\\p{L}+\\s+\\p{L}+|unabhängig\\s+vo[nm]\\s+(?:\\p{L}+\\s+)?(?:bestell|waren|einkaufs)\\p{L}+|(?:ohne|kein(?:en)?)\\s+mindest\\p{L}+|kostet\\s+(?:sie|dich|euch)\\s+(?:\\p{L}+\\s+)?nichts|ohne\\s+(?:jeden\\s+)?aufpreis|(?:doppelte|dreifache)[rnsm]?\\s+(?:rabatt|punkte|nachlass|preisnachlass)|(?:schenken|spendieren)\\s+wir\\s+(?:ihnen|dir|euch)(?:\\s+\\p{L}+){1,2}|wir\\s+(?:schenken|spendieren)\\s+(?:ihnen|dir|euch)(?:\\s+\\p{L}+){1,2}`,
  ),
];
