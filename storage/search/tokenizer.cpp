#include "storage/search/tokenizer.h"

#include <array>
#include <vector>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

namespace koinon {
namespace {

enum class Shape { kSeparator, kWord, kDense };

// Unified ideographs and Hangul syllables. They are dense, and folding does not change them.
bool stands_for_itself(UChar32 c) { return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3); }

Shape shape_of(UChar32 c) {
  UErrorCode error = U_ZERO_ERROR;
  if (stands_for_itself(c)) return Shape::kDense;
  switch (uscript_getScript(c, &error)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return u_isalnum(c) || u_getCombiningClass(c) != 0 || u_charType(c) == U_NON_SPACING_MARK
                 ? Shape::kDense
                 : Shape::kSeparator;
    default:
      break;
  }
  if (c == 0x30FC) return Shape::kDense;  // the prolonged sound mark belongs to Katakana words
  const auto type = u_charType(c);
  const bool mark = type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
  return u_isalnum(c) || mark ? Shape::kWord : Shape::kSeparator;
}

void append_utf8(std::string& out, UChar32 c) {
  std::array<char, 4> buffer{};
  int32_t length = 0;
  UBool failed = 0;
  U8_APPEND(reinterpret_cast<uint8_t*>(buffer.data()), length, static_cast<int32_t>(buffer.size()), c,
            failed);
  if (failed == 0) out.append(buffer.data(), static_cast<std::size_t>(length));
}

// Full case folding: one code point may become several, as ß becomes ss.
void append_case_folded(std::string& out, UChar32 c) {
  std::array<UChar, 2> source{};
  int32_t source_length = 0;
  U16_APPEND_UNSAFE(source.data(), source_length, c);
  std::array<UChar, 8> folded{};
  UErrorCode error = U_ZERO_ERROR;
  const int32_t length = u_strFoldCase(folded.data(), static_cast<int32_t>(folded.size()), source.data(),
                                       source_length, U_FOLD_CASE_DEFAULT, &error);
  if (U_FAILURE(error)) return append_utf8(out, c);
  for (int32_t i = 0; i < length;) {
    UChar32 part = 0;
    U16_NEXT(folded.data(), i, length, part);
    append_utf8(out, part);
  }
}

// Folds one code point: compatibility decomposition, case folding and, where asked, no combining marks.
void append_folded(std::string& out, UChar32 c, bool drop_marks) {
  // A syllable stays composed, because people type it so.
  if (stands_for_itself(c)) return append_utf8(out, c);
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2* nfkd = unorm2_getNFKDInstance(&error);
  std::array<UChar, 32> units{};
  const int32_t length =
      unorm2_getDecomposition(nfkd, c, units.data(), static_cast<int32_t>(units.size()), &error);
  if (length < 0 || U_FAILURE(error)) {
    append_case_folded(out, c);
    return;
  }
  for (int32_t i = 0; i < length;) {
    UChar32 part = 0;
    U16_NEXT(units.data(), i, length, part);
    if (drop_marks && u_getCombiningClass(part) != 0) continue;
    append_case_folded(out, part);
  }
}

struct Character {
  std::string folded;
  int begin = 0;
  int end = 0;
};

int emit_dense(const std::vector<Character>& run, bool query, const std::function<int(const Token&)>& emit) {
  for (std::size_t i = 0; i < run.size(); ++i) {
    const bool pair = i + 1 < run.size();
    if (pair) {
      const std::string text = run[i].folded + run[i + 1].folded;
      if (const int code = emit({text, run[i].begin, run[i + 1].end, false}); code != 0) return code;
    }
    if (query && (pair || run.size() > 1)) continue;
    if (const int code = emit({run[i].folded, run[i].begin, run[i].end, pair}); code != 0) return code;
  }
  return 0;
}

class Collector {
 public:
  Collector(bool query, const std::function<int(const Token&)>& emit) : query_(query), emit_(emit) {}

  int add(UChar32 c, int begin, int end) {
    if (c < 0x80) return add_ascii(static_cast<char>(c), begin);
    const Shape shape = shape_of(c);
    if (shape != Shape::kWord || !dense_.empty()) {
      const bool mark_of_dense = !dense_.empty() && u_getCombiningClass(c) != 0;
      if (shape == Shape::kWord && !mark_of_dense) {
        if (const int code = flush(); code != 0) return code;
      }
    }
    switch (shape) {
      case Shape::kSeparator:
        return flush();
      case Shape::kDense: {
        if (!word_.empty()) {
          if (const int code = flush(); code != 0) return code;
        }
        Character character{{}, begin, end};
        append_folded(character.folded, c, false);
        if (!character.folded.empty()) dense_.push_back(std::move(character));
        return 0;
      }
      case Shape::kWord:
        if (!dense_.empty()) {  // a combining mark, e.g. of decomposed Kana
          append_folded(dense_.back().folded, c, false);
          dense_.back().end = end;
          return 0;
        }
        if (word_.empty()) word_begin_ = begin;
        append_folded(word_, c, true);
        word_end_ = end;
        return 0;
    }
    return 0;
  }

  int flush() {
    int code = 0;
    if (!word_.empty()) code = emit_({word_, word_begin_, word_end_, false});
    if (code == 0 && !dense_.empty()) code = emit_dense(dense_, query_, emit_);
    word_.clear();
    dense_.clear();
    return code;
  }

 private:
  // Most texts are mostly ASCII. It needs none of Unicode's tables.
  int add_ascii(char c, int begin) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) return flush();
    if (!dense_.empty()) {
      if (const int code = flush(); code != 0) return code;
    }
    if (word_.empty()) word_begin_ = begin;
    word_ += upper ? static_cast<char>(c - 'A' + 'a') : c;
    word_end_ = begin + 1;
    return 0;
  }

  bool query_;
  const std::function<int(const Token&)>& emit_;
  std::string word_;
  int word_begin_ = 0;
  int word_end_ = 0;
  std::vector<Character> dense_;
};

extern "C" {
static int tokenizer_create(void*, const char**, int, Fts5Tokenizer** out) {
  // The tokenizer has no state, but FTS5 needs a pointer that is not null.
  static char stateless = 0;
  *out = reinterpret_cast<Fts5Tokenizer*>(&stateless);
  return SQLITE_OK;
}
static void tokenizer_delete(Fts5Tokenizer*) {}
static int tokenizer_run(Fts5Tokenizer*, void* context, int flags, const char* text, int size,
                         int (*emit)(void*, int, const char*, int, int, int)) {
  const bool query = (flags & FTS5_TOKENIZE_QUERY) != 0;
  return tokenize({text, static_cast<std::size_t>(size)}, query, [&](const Token& token) {
    return emit(context, token.same_place ? FTS5_TOKEN_COLOCATED : 0, token.text.data(),
                static_cast<int>(token.text.size()), token.begin, token.end);
  });
}
}

}  // namespace

int tokenize(std::string_view text, bool query, const std::function<int(const Token&)>& emit) {
  Collector collector(query, emit);
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    const int32_t begin = i;
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(bytes, i, size, c);
    if (const int code = collector.add(c, begin, i); code != 0) return code;
  }
  return collector.flush();
}

std::vector<std::string> query_words(std::string_view text) {
  std::vector<std::string> out;
  tokenize(text, true, [&](const Token& token) {
    out.emplace_back(token.text);
    return 0;
  });
  return out;
}

namespace {

// The time to sort combining marks grows with the square of how many stand in a row. So the text is made
// stream-safe first (UAX 15, section 13): a U+034F is put after thirty marks. No writing system has one
// there.
icu::UnicodeString stream_safe(const icu::UnicodeString& text) {
  constexpr int kMostMarks = 30;
  constexpr UChar32 kJoiner = 0x034F;
  icu::UnicodeString out;
  int marks = 0;
  int32_t done = 0;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    marks = u_getCombiningClass(text.char32At(i)) == 0 ? 0 : marks + 1;
    if (marks <= kMostMarks) continue;
    out.append(text, done, i - done).append(kJoiner);
    done = i;
    marks = 1;
  }
  return done == 0 ? text : out.append(text, done, text.length() - done);
}

}  // namespace

std::string nfc(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFCInstance(error);
  std::string out;
  if (U_FAILURE(error) != 0) return std::string(text);
  normalizer->normalize(stream_safe(icu::UnicodeString::fromUTF8(text)), error).toUTF8String(out);
  return U_FAILURE(error) != 0 ? std::string(text) : out;
}

Result<fts5_api*> fts5_of(sqlite::Connection& db) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db.handle(), "SELECT fts5(?1)", -1, &statement, nullptr) != SQLITE_OK) {
    return sqlite::error_of(db.handle(), "index.db");
  }
  sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
  sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (api == nullptr) return fail(Code::kInternal, "SQLite was built without FTS5", "index.db");
  return api;
}

Status register_tokenizer(sqlite::Connection& db) {
  KOINON_ASSIGN(fts5_api * api, fts5_of(db));
  fts5_tokenizer tokenizer{tokenizer_create, tokenizer_delete, tokenizer_run};
  if (api->xCreateTokenizer(api, "koinon", nullptr, &tokenizer, nullptr) != SQLITE_OK) {
    return sqlite::error_of(db.handle(), "index.db");
  }
  return {};
}

}  // namespace koinon
