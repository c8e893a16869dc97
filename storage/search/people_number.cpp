#include "storage/search/people_number.h"

#include <algorithm>
#include <array>
#include <string>

#include "proto/base/ascii.h"

namespace koinon {
namespace {

struct Manner {
  std::string_view language;
  char thousands = 0;  // what stands between groups of three digits; 0: not known
  char decimal = 0;
  // "word=zeros" of what multiplies, then words for people; a blank on both sides of each.
  std::string_view factors;
  std::string_view people;
  bool joined = false;  // words stand behind the number without a blank
};

constexpr std::array<Manner, 6> kManners = {{
    {"en", ',', '.', " thousand=3 million=6 billion=9 ",
     " people persons residents inhabitants citizens children adults women men girls boys students pupils "
     "volunteers participants beneficiaries users patients workers employees passengers riders commuters "
     "visitors neighbours neighbors learners trainees youths refugees migrants seniors "},
    {"es", '.', ',', " mil=3 millón=6 millones=6 ",
     " personas habitantes residentes vecinos ciudadanos ciudadanas niños niñas mujeres hombres estudiantes "
     "alumnos alumnas voluntarios voluntarias participantes beneficiarios beneficiarias usuarios usuarias "
     "pacientes trabajadores trabajadoras pasajeros visitantes jóvenes mayores "},
    {"fr", 0, ',', " mille=3 million=6 millions=6 milliard=9 milliards=9 ",
     " personnes habitants habitantes résidents citoyens citoyennes enfants adultes femmes hommes élèves "
     "étudiants étudiantes volontaires bénévoles participants participantes bénéficiaires usagers "
     "utilisateurs patients travailleurs passagers visiteurs jeunes "},
    {"it", '.', ',', " mila=3 milione=6 milioni=6 miliardo=9 miliardi=9 ",
     " persone abitanti residenti cittadini cittadine bambini bambine adulti donne uomini studenti "
     "studentesse alunni volontari volontarie partecipanti beneficiari beneficiarie utenti pazienti "
     "lavoratori lavoratrici passeggeri visitatori giovani anziani "},
    {"ko", ',', '.', " 천=3 만=4 억=8 ",
     " 명 명의 인 여명 사람 주민 시민 명의시민 명의주민 명의학생 명의어린이 ", true},
    {"ar", ',', '.', " ألف=3 آلاف=3 مليون=6 ملايين=6 ",
     " شخص أشخاص شخصا شخصًا نسمة ساكن مواطن مواطنا مواطنين طالب طالبا طلاب طفل طفلا أطفال امرأة نساء متطوع "
     "متطوعا "
     "متطوعين مستفيد مستفيدا مستفيدين "},
}};

constexpr std::size_t kMostDigits = 12;
// What may follow the people that are counted: where, and since when.
constexpr std::string_view kBehind =
    " in at across from since by en desde dans à depuis nel nella nei nelle da dal dalla في منذ ";
// What makes a number a rate or a share.
constexpr std::string_view kRates =
    " per a an each every daily weekly monthly yearly of out cada por al diarias diarios par chaque ogni al "
    "giorno "
    "jour día mes año mois an mese anno لكل كل يوميا ";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes what `begin` says off the front.
bool take(std::string_view& text, std::string_view begin) {
  if (!text.starts_with(begin)) return false;
  text.remove_prefix(begin.size());
  return true;
}

// A blank that may stand between groups of digits or behind a number.
bool take_blank(std::string_view& text) {
  return take(text, " ") || take(text, "\xC2\xA0") || take(text, "\xE2\x80\xAF");
}

// Arabic digits and separators as ASCII has them.
std::string with_ascii_digits(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool arabic = byte == 0xD9 && next >= 0xA0 && next <= 0xA9;
    const bool persian = byte == 0xDB && next >= 0xB0 && next <= 0xB9;
    const bool separator = byte == 0xD9 && (next == 0xAB || next == 0xAC);
    if (arabic || persian) out += static_cast<char>('0' + (next & 0x0FU));
    if (separator) out += next == 0xAB ? '.' : ',';
    if (arabic || persian || separator) {
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

struct Number {
  std::uint64_t whole = 0;
  std::string decimals;
  std::uint64_t value(unsigned zeros) const {
    std::uint64_t out = whole;
    for (unsigned i = 0; i < zeros; ++i)
      out = out * 10 + (i < decimals.size() ? static_cast<std::uint64_t>(decimals[i] - '0') : 0);
    return out;
  }
};

std::string take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  std::string out(text.substr(0, count));
  text.remove_prefix(count);
  return out;
}

// Takes a separator and the three digits behind it, if that is what follows.
bool take_group(std::string_view& text, char separator, std::string& digits) {
  std::string_view rest = text;
  if (separator == ' ' ? !take_blank(rest) : !take(rest, std::string_view(&separator, 1))) return false;
  const std::string group = take_digits(rest);
  if (group.size() != 3) return false;
  digits += group;
  text = rest;
  return true;
}

// The number at the front. Several groups mean thousands in every language; one group only if the language
// says so, or blanks separate it.
std::optional<Number> take_number(std::string_view& text, const Manner* manner) {
  std::string digits = take_digits(text);
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  if (digits.size() <= 3) {
    for (const char separator : {',', '.', ' '}) {
      std::string_view rest = text;
      std::string grouped = digits;
      std::size_t groups = 0;
      while (take_group(rest, separator, grouped)) ++groups;
      if (groups == 0) continue;
      const bool clear =
          groups > 1 || separator == ' ' || (manner != nullptr && separator == manner->thousands);
      if (!clear) continue;
      digits = grouped;
      text = rest;
      break;
    }
  }
  if (digits.size() > kMostDigits) return std::nullopt;
  Number out{std::stoull(digits), {}};
  if (manner == nullptr || text.size() < 2 || text[0] != manner->decimal || !is_digit(text[1])) return out;
  text.remove_prefix(1);
  out.decimals = take_digits(text);
  return out;
}

// The next word: up to a blank, or to what ends a clause.
std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find_first_of(" \t\r\n,;:.()!?/%"), text.size());
  std::string_view out = text.substr(0, end);
  text.remove_prefix(end);
  return out;
}

bool lists(std::string_view words, std::string_view word) {
  return !word.empty() && words.find(" " + std::string(word) + " ") != std::string_view::npos;
}

// By how many zeros a word multiplies. Nothing: it does not.
std::optional<unsigned> zeros_of(const Manner& manner, std::string_view word) {
  const auto at = word.empty() ? std::string_view::npos : manner.factors.find(" " + std::string(word) + "=");
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(manner.factors[at + word.size() + 2] - '0');
}

// A factor that stands at the front of a word, as in Korean: 만명.
std::optional<unsigned> take_joined_factor(std::string_view& text, const Manner& manner) {
  constexpr std::size_t kBytes = 3;  // of one character
  const auto zeros = text.size() < kBytes ? std::nullopt : zeros_of(manner, text.substr(0, kBytes));
  if (zeros) text.remove_prefix(kBytes);
  return zeros;
}

void skip_blanks(std::string_view& text) {
  while (take_blank(text)) {
  }
}

// The word for those who are counted: "2 millones de personas", "1 million d'habitants".
std::string_view take_counted(std::string_view& text) {
  std::string_view word = take_word(text);
  if (word == "de" || word == "di") {
    skip_blanks(text);
    return take_word(text);
  }
  if (!take(word, "d'")) take(word, "d’");
  return word;
}

// Whether nothing follows that could make it another number, a rate, or a number of something else.
bool means_people(std::string_view rest, const Manner* manner) {
  skip_blanks(rest);
  if (rest.empty() || rest == ".") return true;
  if (manner == nullptr || !lists(manner->people, ascii_lower(take_counted(rest)))) return false;
  if (rest.starts_with('/') || rest.starts_with('%')) return false;
  const bool ends_clause =
      !rest.empty() && std::string_view(".,;:()").find(rest.front()) != std::string_view::npos;
  skip_blanks(rest);
  if (rest.empty()) return true;
  std::string_view next = rest;
  if (!ends_clause && !lists(kBehind, ascii_lower(take_word(next)))) return false;
  // "500 people in each district" is another number.
  while (!rest.empty()) {
    if (lists(kRates, ascii_lower(take_word(rest)))) return false;
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return true;
}

}  // namespace

std::optional<std::uint64_t> people_number(std::string_view given, std::string_view language) {
  const std::string base = ascii_lower(language.substr(0, language.find('-')));
  const auto* const found = std::find_if(kManners.begin(), kManners.end(),
                                         [&](const Manner& manner) { return manner.language == base; });
  const Manner* const manner = found == kManners.end() ? nullptr : found;
  const std::string ascii = with_ascii_digits(trimmed(given));
  std::string_view text = ascii;
  const auto number = take_number(text, manner);
  if (!number) return std::nullopt;
  std::string_view rest = text;
  std::optional<unsigned> zeros;
  if (manner != nullptr) {
    while (!manner->joined && take_blank(rest)) {
    }
    if (manner->joined) {
      take_blank(rest);
      zeros = take_joined_factor(rest, *manner);
    } else {
      std::string_view behind = rest;
      zeros = zeros_of(*manner, ascii_lower(take_word(behind)));
      if (zeros) rest = behind;
    }
    if (!zeros) rest = text;
  }
  if (!number->decimals.empty() && (!zeros || number->decimals.size() > *zeros)) return std::nullopt;
  if (number->whole > 999'999'999 && zeros) return std::nullopt;
  if (!means_people(rest, manner)) return std::nullopt;
  return number->value(zeros.value_or(0));
}

}  // namespace koinon
