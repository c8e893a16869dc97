#include "storage/search/tokenizer.h"

#include <algorithm>
#include <vector>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include "storage/search/folding.h"

namespace koinon {
namespace {

constexpr std::size_t kPartsOfWord = 6;  // with more apostrophes it is no word

struct Character {
  std::string folded;
  int begin = 0;
  int end = 0;
  unsigned char script = 0;
};

constexpr unsigned char kHiragana = 3;

// The scripts that a reader of unspaced text tells words by. Marks belong to the script before them.
unsigned char script_of(UChar32 c, unsigned char before) {
  if (c >= 0xAC00 && c <= 0xD7A3) return 1;
  if ((c >= 0x3400 && c <= 0x9FFF) || c == 0x3005 || c >= 0x20000) return 2;
  if (c >= 0x3041 && c <= 0x309F) return kHiragana;
  if (c == 0x30FC) return before == 0 ? 4 : before;
  if ((c >= 0x30A1 && c <= 0x30FF) || (c >= 0x31F0 && c <= 0x31FF)) return 4;
  return 5;
}

// Where a word may begin: at the beginning, and where the script changes, but not at an ending in Hiragana.
bool begins_word(const std::vector<Character>& run, std::size_t i) {
  return i == 0 || (run[i].script != run[i - 1].script && run[i].script != kHiragana);
}

// A run of one part, or the parts of a word between apostrophes.
class Collector {
 public:
  Collector(bool query, const std::function<int(const Token&)>& emit) : query_(query), emit_(emit) {}

  // Most texts are mostly ASCII. It needs none of Unicode's tables.
  int add_ascii(char c, int begin) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (c == '\'' || c == '`') return add_apostrophe();
    if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) return flush();
    if (const int code = flush_dense(); code != 0) return code;
    Character& part = part_of_word(begin);
    part.folded += upper ? static_cast<char>(c - 'A' + 'a') : c;
    part.end = begin + 1;
    return 0;
  }

  int add(const FoldedPoint& point, int begin, int end) {
    switch (point.shape) {
      case Shape::kSeparator:
        return flush();
      case Shape::kIgnored:
        return 0;
      case Shape::kApostrophe:
        return add_apostrophe();
      case Shape::kMark:  // an accent, which words lose; a sound mark of Kana that no letter has
        if (!dense_.empty()) {
          dense_.back().folded += point.text;
          dense_.back().end = end;
        }
        return 0;
      case Shape::kDense: {
        if (const int code = flush_word(); code != 0) return code;
        int32_t at = 0;
        UChar32 c = 0;
        U8_NEXT_OR_FFFD(reinterpret_cast<const uint8_t*>(point.text.data()), at,
                        static_cast<int32_t>(point.text.size()), c);
        dense_.push_back({point.text, begin, end, script_of(c, dense_.empty() ? 0 : dense_.back().script)});
        return 0;
      }
      case Shape::kWord: {
        if (const int code = flush_dense(); code != 0) return code;
        Character& part = part_of_word(begin);
        part.folded += point.text;
        part.end = end;
        return 0;
      }
    }
    return 0;
  }

  int add_whole(std::string_view text, int begin, int end) {
    if (const int code = flush(); code != 0) return code;
    return emit_({text, begin, end, false});
  }

  // Between words it separates them. What is dense goes on behind it: Thai is written so.
  int add_zero_width_space() { return flush_word(); }

  // The run that follows is looked for where words may begin.
  int want_beginning() {
    if (const int code = flush(); code != 0) return code;
    beginning_wanted_ = query_;
    return 0;
  }

  // A whole word of ASCII letters and digits, where none is begun.
  bool takes_whole_word() const { return word_.empty(); }
  int add_ascii_word(std::string_view word, int begin) {
    if (const int code = flush_dense(); code != 0) return code;
    folded_.assign(word);
    for (char& c : folded_) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return emit_({folded_, begin, begin + static_cast<int>(word.size()), false});
  }

  int flush() {
    if (const int code = flush_word(); code != 0) return code;
    return flush_dense();
  }

 private:
  Character& part_of_word(int begin) {
    if (word_.empty() || apostrophe_) word_.push_back({{}, begin, begin});
    apostrophe_ = false;
    return word_.back();
  }

  int add_apostrophe() {
    if (const int code = flush_dense(); code != 0) return code;
    if (word_.empty()) return 0;
    if (apostrophe_ || word_.size() == kPartsOfWord) return flush();
    apostrophe_ = true;
    return 0;
  }

  // Each part is a word, and all of them without apostrophes are another at the place of the first.
  int flush_word() {
    apostrophe_ = false;
    const int code = word_.empty() ? 0 : emit_word();
    word_.clear();
    return code;
  }

  int emit_word() {
    for (std::size_t i = 0; i < word_.size(); ++i) {
      if (const int code = emit_({word_[i].folded, word_[i].begin, word_[i].end, false}); code != 0)
        return code;
      if (i > 0 || query_ || word_.size() == 1) continue;
      std::string whole;
      for (const Character& part : word_) whole += part.folded;
      if (const int code = emit_({whole, word_.front().begin, word_.back().end, true}); code != 0)
        return code;
    }
    return 0;
  }

  int flush_dense() {
    const int code = dense_.empty() ? 0 : emit_dense();
    dense_.clear();
    beginning_wanted_ = false;
    return code;
  }

  int emit_dense() {
    for (std::size_t i = 0; i < dense_.size(); ++i) {
      const Character& character = dense_[i];
      const bool pair = i + 1 < dense_.size();
      if (pair) {
        const int end = dense_[i + 1].end;
        const std::string text = character.folded + dense_[i + 1].folded;
        const bool marked = query_ && beginning_wanted_ && i == 0;
        const std::string first =
            marked || (!query_ && begins_word(dense_, i)) ? std::string(kBeginning) + text : "";
        if (const int code = emit_({marked ? first : text, character.begin, end, false}); code != 0)
          return code;
        if (!first.empty() && !marked) {
          if (const int code = emit_({first, character.begin, end, true}); code != 0) return code;
        }
      }
      if (query_ && dense_.size() > 1) continue;
      if (const int code = emit_({character.folded, character.begin, character.end, pair}); code != 0)
        return code;
    }
    return 0;
  }

  bool query_;
  const std::function<int(const Token&)>& emit_;
  std::vector<Character> word_;  // its parts
  std::string folded_;           // a whole word
  bool apostrophe_ = false;      // the next letter begins another part
  std::vector<Character> dense_;
  bool beginning_wanted_ = false;
};

// Reads a text and gives the collector what is in it.
class Reader {
 public:
  Reader(std::string_view text, Collector& collector) : text_(text), collector_(collector) {}

  int read() {
    while (at_ < size()) {
      if (const int code = read_next(); code != 0) return code;
    }
    return collector_.flush();
  }

 private:
  int32_t size() const { return static_cast<int32_t>(text_.size()); }
  UChar32 next() {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(reinterpret_cast<const uint8_t*>(text_.data()), at_, size(), c);
    return c;
  }

  int read_next() {
    const int32_t begin = at_;
    const char first = text_[static_cast<std::size_t>(at_)];
    const bool ascii = static_cast<unsigned char>(first) < 0x80;
    if (ascii && collector_.takes_whole_word()) {
      const std::string_view word = ascii_word();
      if (!word.empty()) {
        at_ += static_cast<int32_t>(word.size());
        return collector_.add_ascii_word(word, begin);
      }
    }
    if (ascii && !sign_may_follow()) {
      ++at_;
      return collector_.add_ascii(first, begin);
    }
    const UChar32 c = next();
    if (stands_for_itself(c) && !joined_follows()) {
      FoldedPoint point{Shape::kDense, std::string(text_.substr(static_cast<std::size_t>(begin),
                                                                static_cast<std::size_t>(at_ - begin)))};
      return collector_.add(point, begin, at_);
    }
    if (c == kZeroWidthSpace) return collector_.add_zero_width_space();
    if (c == kBeginningMark) return collector_.want_beginning();
    // Only signs that are no letters begin an emoji.
    if (ascii || c >= 0x231A) {
      const auto from = static_cast<std::size_t>(begin);
      if (const std::size_t end = emoji_end(text_, from); end > from) {
        at_ = static_cast<int32_t>(end);
        return collector_.add_whole(folded_emoji(text_.substr(from, end - from)), begin, at_);
      }
    }
    if (ascii) return collector_.add_ascii(first, begin);
    return read_sequence(c, begin);
  }

  // The letters and digits from here on, up to what separates words. Empty: none are here, or what follows
  // them may belong to the word.
  std::string_view ascii_word() const {
    const auto from = static_cast<std::size_t>(at_);
    const auto in_word = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    std::size_t end = from;
    while (end < text_.size() && in_word(text_[end])) ++end;
    const char after = end < text_.size() ? text_[end] : ' ';
    const bool separates = static_cast<unsigned char>(after) < 0x80 && after != '\'' && after != '`';
    return separates ? text_.substr(from, end - from) : std::string_view();
  }

  // Whether what is not ASCII follows: a digit may be a keycap.
  bool sign_may_follow() const {
    const auto next = static_cast<std::size_t>(at_) + 1;
    return next < text_.size() && static_cast<unsigned char>(text_[next]) >= 0x80;
  }

  bool joined_follows() {
    if (at_ >= size()) return false;
    const int32_t here = at_;
    const bool joins = joins_before(next());
    at_ = here;
    return joins;
  }

  int read_sequence(UChar32 first, int32_t begin) {
    points_.assign(1, first);
    ends_.assign(1, at_);
    while (points_.size() < kFoldedTogether && joined_follows()) {
      points_.push_back(next());
      ends_.push_back(at_);
    }
    std::vector<FoldedPoint> room;
    if (points_.size() > 1) room = fold(points_);
    const auto& folded = points_.size() > 1 ? room : fold(first, room);
    // If each code point has become one, each has its own place. Else all stand where the sequence stands.
    const bool one_each = folded.size() == points_.size();
    for (std::size_t i = 0; i < folded.size(); ++i) {
      const int from = one_each && i > 0 ? ends_[i - 1] : begin;
      const int to = one_each ? ends_[i] : at_;
      if (const int code = collector_.add(folded[i], from, to); code != 0) return code;
    }
    return 0;
  }

  std::string_view text_;
  Collector& collector_;
  int32_t at_ = 0;
  std::vector<UChar32> points_;
  std::vector<int32_t> ends_;
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
  return Reader(text, collector).read();
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
  constexpr int kMarksInARow = 30;
  constexpr UChar32 kGraphemeJoiner = 0x034F;
  icu::UnicodeString out;
  int marks = 0;
  int32_t done = 0;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    marks = u_getCombiningClass(text.char32At(i)) == 0 ? 0 : marks + 1;
    if (marks <= kMarksInARow) continue;
    out.append(text, done, i - done).append(kGraphemeJoiner);
    done = i;
    marks = 1;
  }
  return done == 0 ? text : out.append(text, done, text.length() - done);
}

}  // namespace

std::string nfc(std::string_view text) {
  // ASCII stands for itself, and needs none of Unicode's tables.
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return std::string(text);
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
