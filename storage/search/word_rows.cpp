#include "storage/search/word_rows.h"

#include <string>
#include <vector>

#include "proto/base/limits.h"
#include "storage/search/spelling.h"

namespace koinon {
namespace {

constexpr std::int64_t kWordsOfStep = 2000;
constexpr std::size_t kWordsSeen = 50'000;  // some MiB

}  // namespace

Status WordRows::add(const LogId& log, const NoteWords& of_note) {
  std::vector<const std::string*> words;
  for (const std::string* word : of_note.in_order()) {
    if (words.size() == limits::kWordsOfNote) break;
    if (!seen_.contains(*word) && is_spelled(*word)) words.push_back(word);
  }
  return words.empty() ? Status() : add_all(log, words);
}

Status WordRows::add_all(const LogId& log, const std::vector<const std::string*>& words) {
  std::int64_t brought = 0;
  {
    auto select = db_.prepare("SELECT words FROM city_words WHERE log_id = ?");
    select.bind_blob(log.view());
    KOINON_ASSIGN(const bool found, select.step());
    if (found) brought = select.integer(0);
  }
  const std::int64_t before = brought;
  for (const std::string* word : words) {
    if (brought >= static_cast<std::int64_t>(limits::kWordsOfCity)) break;
    auto put = db_.prepare("INSERT OR IGNORE INTO word (text) VALUES (?)");
    KOINON_TRY(put.bind_text(*word).run());
    if (seen_.size() >= kWordsSeen) seen_.clear();
    seen_.insert(*word);
    if (db_.changes() == 0) continue;
    const std::int64_t id = sqlite3_last_insert_rowid(db_.handle());
    ++brought;
    for (const std::int64_t form : forms_less_one(*word)) {
      auto add_form = db_.prepare("INSERT OR IGNORE INTO word_form (form, word) VALUES (?, ?)");
      KOINON_TRY(add_form.bind(form).bind(id).run());
    }
  }
  if (brought == before) return {};
  auto keep = db_.prepare(
      "INSERT INTO city_words (log_id, words) VALUES (?, ?) ON CONFLICT (log_id) DO UPDATE SET words = "
      "excluded.words");
  return keep.bind_blob(log.view()).bind(brought).run();
}

Status WordRows::remove_city(const LogId& log) {
  auto remove = db_.prepare("DELETE FROM city_words WHERE log_id = ?");
  return remove.bind_blob(log.view()).run();
}

Result<bool> WordRows::clean_some() {
  struct Word {
    std::int64_t id = 0;
    std::string text;
  };
  std::vector<Word> words;
  {
    auto select = db_.prepare("SELECT id, text FROM word WHERE id > ? ORDER BY id LIMIT ?");
    select.bind(cleaned_).bind(kWordsOfStep);
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      words.push_back({select.integer(0), select.text(1)});
    }
  }
  forget();
  for (const Word& word : words) {
    auto look = db_.prepare("SELECT 1 FROM text WHERE text MATCH ? LIMIT 1");
    const std::string quoted = "\"" + word.text + "\"";
    look.bind_text(quoted);
    KOINON_ASSIGN(const bool there, look.step());
    if (there) continue;
    for (const std::int64_t form : forms_less_one(word.text)) {
      auto remove_form = db_.prepare("DELETE FROM word_form WHERE form = ? AND word = ?");
      KOINON_TRY(remove_form.bind(form).bind(word.id).run());
    }
    auto remove = db_.prepare("DELETE FROM word WHERE id = ?");
    KOINON_TRY(remove.bind(word.id).run());
  }
  if (!words.empty()) cleaned_ = words.back().id;
  return words.size() == static_cast<std::size_t>(kWordsOfStep);
}

}  // namespace koinon
