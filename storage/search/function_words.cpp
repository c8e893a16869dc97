#include "storage/search/function_words.h"

#include <algorithm>
#include <array>
#include <set>

#include "storage/search/folding.h"
#include "storage/search/tokenizer.h"

namespace koinon {
namespace {

// A language a line. A question mark stands behind a word that means something in another language.
constexpr std::array<std::string_view, 22> kWords = {
    // English
    "a an the and or but if then than that this these those it its he she they them their we us our you your "
    "i my me "
    "his her of in on at to from for with without by about into over under between through during after "
    "before as is "
    "are was were be been being am do does did done doing have has had having can could will would shall "
    "should may "
    "might must not no nor so too very how what when where who? whom whose which why there here all any some "
    "each "
    "every other others more most such only own same just also get gets got make makes let us don t s re ve "
    "ll d m",
    // Spanish
    "el la los las un una unos unas y e o u de del al a en con sin? por para sobre? entre hasta desde como "
    "cómo qué que "
    "cuál cuáles cual cuando cuándo dónde donde quién quien quiénes se su sus mi mis tu nuestra nuestro "
    "nuestros nuestras "
    "es son? era eran ser está están estar ha han hay hace hacen hacer hacemos puede pueden podemos lo le "
    "les nos me te "
    "no sí si más muy ya también otro otra otros otras este esta estos estas ese esa eso esto cada todo toda "
    "todos todas "
    "pero porque durante",
    // French
    "le la les l un une des de du d et ou où à au aux en dans sur? sous par pour avec sans chez vers entre "
    "comment que "
    "qu quoi quel quelle quels quelles quand qui dont ce cet cette ces c se s sa son? ses mon ma mes ton ta "
    "tes nos notre "
    "votre vos leur leurs il elle ils elles on nous vous je j tu me m te t lui y est sont était être a ont "
    "avoir "
    "avait fait font faire peut peuvent ne n pas plus? très aussi autre autres tout toute tous toutes mais "
    "si car? donc "
    "pendant lors jusqu puisqu lorsqu est-ce",
    // Portuguese
    "o a os as um uma uns umas e ou de do da dos das em no na nos nas ao à aos às com sem por pelo pela "
    "pelos pelas para "
    "sobre? entre até desde como que qual quais quando onde quem se seu sua seus suas meu minha nosso nossa "
    "nossos nossas "
    "é são foi era ser está estão estar tem têm ter há faz fazem fazer fazemos pode podem não sim mais? "
    "muito já também "
    "outro outra outros outras este esta estes estas esse essa isso isto cada todo toda todos todas mas "
    "porque durante "
    "num numa",
    // Italian
    "il lo la i gli le l un uno una e ed o di del dello della dei degli delle dell a al allo alla ai? agli "
    "alle all da dal "
    "dalla dai dagli dalle dall in nel nello nella nei negli nelle nell con senza per su? sul sullo sulla "
    "sui sugli sulle "
    "sull tra fra come che chi cosa quale quali quando dove perché se si suo sua suoi sue mio mia nostro "
    "nostra nostri "
    "nostre è sono era essere stato ha hanno avere fa fanno fare facciamo può possono non più molto già "
    "anche altro altra "
    "altri altre questo questa questi queste quello quella ogni tutto tutta tutti tutte ma c d",
    // German
    "der die? das den? dem des? ein eine einen einem einer eines und oder aber in im ins an? am? auf aus bei "
    "beim mit von "
    "vom zu zum zur nach über? unter durch für gegen ohne um vor zwischen während wie was? wann wo wer wen "
    "wem wessen welche "
    "welcher welches welchen warum ist sind war? waren sein wird werden wurde hat? haben hatte kann können "
    "man? machen "
    "macht tun? nicht kein keine auch nur so? sehr mehr andere anderen anderer es sie er wir ihr ich uns "
    "euch unser unsere "
    "unseren ihre ihren sich dass dies diese dieser dieses diesen jede jeder jedes alle als? wenn",
    // Dutch
    "de het een en of in op aan? met? zonder van? voor door over? tot? bij uit naar onder? tussen om tijdens "
    "hoe wat wanneer "
    "waar wie welke welk waarom is zijn was? waren wordt worden werd heeft hebben had kan? kunnen doen doet "
    "maken niet geen "
    "ook maar zo? zeer meer? andere anderen ze zij we wij hij ik jij je u ons? onze hun haar? zich dat dit "
    "deze die? elke "
    "alle als er te ten? ter?",
    // Swedish
    "en ett den? det de och eller men? i på av med utan från till för om? vid under? mellan genom hur vad "
    "när var? vem "
    "vilken vilket vilka varför är var? vara blir bli har ha? kan? kunna göra gör inte ingen också bara så "
    "mycket mer? andra "
    "annan vi de dem han hon jag du ni oss vår vårt våra sin? sitt sina sig att som denna detta dessa varje "
    "alla",
    // Danish
    "en et den? det de og eller men? i på af med uden fra til for? om? ved under? mellem gennem hvordan hvad "
    "hvornår hvor "
    "hvem hvilken hvilket hvilke hvorfor er var? være bliver blive har have kan? kunne gøre gør ikke ingen "
    "også kun så? "
    "meget mere andre anden vi de dem han hun jeg du i os? vores sin? sit? sine? sig at som denne dette "
    "disse hver alle man?",
    // Finnish
    "ja tai mutta että jos kun kuin niin myös on? ovat oli olla ei en eivät me te he se? ne nämä tämä tuo "
    "mitä mikä mitkä "
    "miten kuinka milloin missä mistä mihin kuka ketkä miksi meidän teidän heidän sen? voi voivat voidaan "
    "tehdä tekee "
    "tekevät muut muu muiden kanssa ilman aikana kaikki joka jotka hyvin",
    // Russian
    "и в во на с со к ко о об от до из у за под над при без для про через между по не ни но а или как что "
    "чего кто где "
    "куда откуда когда почему зачем какой какая какие каких каким это этот эта эти тот та те мы вы он она "
    "они оно я ты нас "
    "нам наш наша наши их его её свой свои есть был была были быть может могут можно делать делают делает "
    "сделать другие "
    "других другой все всё всех каждый очень также уже ещё же ли бы если чтобы во время?",
    // Arabic
    "في من إلى على عن مع بدون بين تحت فوق خلال بعد قبل عند حتى منذ و أو ثم لكن أن إن لا ما ماذا هل كيف متى "
    "أين من لماذا أي "
    "التي الذي الذين هذا هذه ذلك تلك هو هي هم نحن أنا أنت كان كانت يكون تكون يمكن يمكننا لدى كل بعض غير أخرى "
    "الأخرى آخر قد "
    "لم لن ليس نفعل تفعل يفعل",
    // Turkish
    "ve veya ya da? de? ile için bir bu şu o biz siz onlar ben? sen? bizim sizin onların ne? nasıl neden "
    "niçin nerede nereye "
    "kim hangi mi mı mu mü değil var? yok olan olarak olur gibi kadar daha? çok en her hem ama fakat ki "
    "diğer başka tüm bütün "
    "yapıyor yapar yapmak ediyor sırasında",
    // Romanian
    "și sau dar? a al ale ai? cu fără de din? la le în pe pentru prin sub? între până după înainte cum ce "
    "când unde cine care? "
    "de-ce este e sunt era fi? fost are? au avea poate pot? face? fac nu da? mai? foarte și-a se să își lui "
    "ei noi voi? eu? tu "
    "nostru noastră noștri noastre un o unui unei niște acest această acești aceste fiecare toate toți alt "
    "alte alți altă că",
    // Korean
    "어떻게 무엇을 무엇이 무엇 뭐 왜 언제 어디 어디서 어디에서 누가 어떤 우리 우리는 우리가 그 이 저 것 수 "
    "있는 있나요 있을까 있습니까 "
    "하는 하나요 하고 할 할까 합니까 하려면 하는지 되는 위한 위해? 대한 대해 다른 및 그리고 또는 등 더 잘 좀 "
    "때 동안",
    // Polish
    "i w we na z ze do? od po? za pod? nad przy bez dla przez między o u a ale lub albo jak co kto gdzie "
    "kiedy dlaczego jaki "
    "jaka jakie który która które czy jest są był była było być może mogą można robić robi robią nie tak? "
    "też także tylko "
    "bardzo już się to? ten? ta te my wy on? ona oni nas nasz nasza nasze ich inne innych inny wszystkie "
    "każdy podczas",
    // Vietnamese: without their marks its words are words of many languages
    "và? của? các? những? một? là? có? cho? với? trong? ngoài? trên? dưới? ở? tại? từ? đến? như? thế? nào? "
    "làm? sao? gì? khi? nào? đâu? ai? vì? được? bị? "
    "không? này? đó? chúng? ta? tôi? họ? khác? cũng? rất? để? mà? thì? nên? hay? hoặc?",
    // Ukrainian
    "і й та в у на з із зі до від за під над при без для про через між по не ні але або чи як що хто де куди "
    "коли чому "
    "який яка яке які це цей ця ці ми ви він вона вони я ти нас нам наш наша наші їх його її є був була були "
    "бути може "
    "можуть можна робити роблять інші інших інший всі кожен дуже також вже ще під час?",
    // Persian
    "و در از به با بی برای تا که چه چگونه چطور چرا کجا کی کدام این آن ما شما آنها او من است هست بود باشد شود "
    "می کند کنند "
    "کنیم کردن را هم نیز یا اما اگر هر همه دیگر بین زیر روی",
    // Urdu
    "اور میں سے کو کا کی کے پر تک کہ کیا کیسے کیوں کہاں کب کون یہ وہ ہم آپ ان اس ہے ہیں تھا تھے ہو کر کرنا "
    "کرتے کریں نے بھی یا "
    "لیکن اگر ہر سب دوسرے لیے",
    // Hindi
    "और में से को का की के पर तक कि क्या कैसे क्यों कहाँ कब कौन यह वह हम आप उन इस है हैं था थे हो कर करना करते करें ने भी या "
    "लेकिन अगर हर सब दूसरे लिए",
    // Indonesian
    "dan atau tetapi di ke dari pada? untuk dengan tanpa oleh tentang yang apa bagaimana kapan di-mana mana? "
    "siapa mengapa "
    "kenapa ini itu kita kami mereka saya anda dia? adalah ada akan bisa dapat tidak bukan juga lain lainnya "
    "semua setiap "
    "saat"};

constexpr std::array<std::string_view, 17> kElided = {"l",    "d",   "j",    "m",     "t",      "s",
                                                      "n",    "c",   "qu",   "jusqu", "puisqu", "lorsqu",
                                                      "dell", "all", "dall", "nell",  "sull"};

// The longest first.
constexpr std::array<std::string_view, 26> kParticles = {
    "에게서", "에서는", "으로는", "에서", "에게", "으로", "까지", "부터", "처럼",
    "보다",   "마다",   "에는",   "한테", "이나", "라는", "은",   "는",   "이",
    "가",     "을",     "를",     "에",   "의",   "로",   "와",   "과"};

}  // namespace

const FunctionWords& FunctionWords::builtin() {
  static const FunctionWords kBuiltin;
  return kBuiltin;
}

FunctionWords::FunctionWords() : languages_(kWords.size()) {
  for (std::size_t language = 0; language < kWords.size(); ++language) {
    const std::string_view all = kWords.at(language);
    for (std::size_t begin = 0; begin < all.size();) {
      const auto end = std::min(all.find(' ', begin), all.size());
      std::string_view word = all.substr(begin, end - begin);
      const bool other_meaning = word.ends_with('?');
      if (other_meaning) word.remove_suffix(1);
      // In a dense script a word is a phrase of pairs, so it is kept as it is written.
      const auto tokens = query_words(word);
      std::string whole;
      for (const auto& token : tokens) whole += tokens.size() == 1 ? token : "";
      if (whole.empty()) whole = nfc(word);
      words_[whole].push_back({language, other_meaning});
      begin = end + 1;
    }
  }
}

// What languages share ("in", "de") does not tell in which of them a search is written.
std::vector<bool> FunctionWords::among(const std::vector<std::string>& words) const {
  constexpr std::size_t kShared = 4;
  std::vector<std::set<std::string_view>> evidence(languages_);
  for (const auto& word : words) {
    const auto it = words_.find(word);
    if (it == words_.end() || it->second.size() >= kShared) continue;
    for (const Place& place : it->second) evidence[place.language].insert(it->first);
  }
  std::vector<bool> out;
  for (const auto& word : words) {
    const auto it = words_.find(word);
    out.push_back(it != words_.end() &&
                  std::any_of(it->second.begin(), it->second.end(), [&](const Place& place) {
                    const auto& others = evidence[place.language];
                    return !place.other_meaning || others.size() > others.count(it->first);
                  }));
  }
  return out;
}

bool FunctionWords::is_elided(std::string_view part) {
  return std::find(kElided.begin(), kElided.end(), part) != kElided.end();
}

std::string_view without_particle(std::string_view word) {
  constexpr std::size_t kSyllable = 3;  // bytes
  for (const std::string_view particle : kParticles) {
    if (word.ends_with(particle) && word.size() >= particle.size() + 2 * kSyllable)
      return word.substr(0, word.size() - particle.size());
  }
  return word;
}

}  // namespace koinon
