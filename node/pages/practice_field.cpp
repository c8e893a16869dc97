#include "node/pages/practice_field.h"

#include <algorithm>
#include <set>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/records_api.h"
#include "node/api/search_api.h"
#include "node/text/markdown.h"
#include "node/text/topic_names.h"
#include "proto/base/ascii.h"
#include "proto/codec/ref.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

using Form = std::map<std::string, std::string>;

constexpr std::string_view kField = "points_to";
constexpr std::string_view kPracticeFor = "practice-for:";
constexpr std::string_view kRecords = "/records/";
constexpr std::string_view kRowId = "points";
// An entry has limits::kRefs; one names the question.
constexpr std::size_t kRows = limits::kRefs - 1;
constexpr std::size_t kRowsShown = 3;       // where no script adds one
constexpr std::size_t kPracticesMeant = 5;  // practices that are offered for one title
constexpr std::size_t kLooked = 50;         // that a search for a title finds: the best have all its words
constexpr std::size_t kOffered = 20;        // of our own, and as many that have words of the question

std::string row_name(std::size_t number) {
  return number == 1 ? std::string(kField) : std::string(kField) + ":" + std::to_string(number);
}

// seoul.example/12, or the address of a page of it.
std::optional<std::string> ref_of(std::string_view word) {
  if (const auto at = word.find(kRecords); at != std::string_view::npos)
    word = word.substr(at + kRecords.size());
  word = word.substr(0, word.find_first_of("?#"));
  const auto ref = parse_ref(word);
  return ref.ok() && ref->name.find('.') != std::string::npos ? std::optional<std::string>(word)
                                                              : std::nullopt;
}

// What a row says without a look at any practice.
std::vector<std::string> refs_of(const std::string& typed) {
  if (const auto open = typed.rfind('('); open != std::string::npos && typed.ends_with(')')) {
    if (const auto ref = ref_of(trimmed(typed.substr(open + 1, typed.size() - open - 2)))) return {*ref};
  }
  std::string apart = typed;
  std::replace_if(
      apart.begin(), apart.end(), [](char c) { return c == ',' || c == ';' || c == '\t' || c == '\n'; }, ' ');
  std::vector<std::string> out;
  for (const std::string& word : split(apart, ' ')) {
    const auto ref = ref_of(word);
    if (!ref) return {};
    out.push_back(*ref);
  }
  return out;
}

// A title as words to search for: in a search a hyphen before a word excludes it.
std::string search_words_of(std::string_view title) {
  std::string out(title);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '-' && (i == 0 || out[i - 1] == ' ')) out[i] = ' ';
  }
  return out;
}

Error fault_of(const std::string& typed, bool several, const std::string& row) {
  return several ? fail(Code::kInvalidArgument,
                        Sentence{"practice.called_alike",
                                 "several practices are called “{typed}”: choose which one you mean",
                                 {{"typed", typed}}},
                        row)
                 : fail(Code::kInvalidArgument,
                        Sentence{"practice.none_called",
                                 "no practice here is called “{typed}”: choose one, or clear the field",
                                 {{"typed", typed}}},
                        row);
}

json::object question_of(const Visit& visit, const PracticeRow& row, const std::string& id) {
  json::array meant;
  for (const NamedPractice& one : row.meant)
    meant.push_back(json::object{{"id", id + "-meant-" + std::to_string(meant.size())},
                                 {"ref", one.ref},
                                 {"text", one.title},
                                 {"of", one.city_name},
                                 {"at", one.ref}});
  return {{"radio", std::string(kPracticeFor) + row.asked},
          {"text", visit.say("topic.did_you_mean", {{"typed", row.asked}})},
          {"meant", std::move(meant)}};
}

}  // namespace

std::string practice_row_id(std::size_t number) {
  return number == 1 ? std::string(kRowId) : std::string(kRowId) + "-" + std::to_string(number);
}

bool is_practice_row(std::string_view id) {
  return id == kRowId || id.starts_with(std::string(kRowId) + "-");
}

std::vector<TypedPractice> typed_practices(const Form& form) {
  std::vector<TypedPractice> out;
  for (std::size_t number = 1; number <= kRows; ++number) {
    const auto it = form.find(row_name(number));
    std::string typed = it == form.end() ? std::string() : trimmed(it->second);
    if (!typed.empty()) out.push_back({typed, refs_of(typed)});
  }
  return out;
}

std::string practice_label(const NamedPractice& practice) {
  return practice.title.empty() ? practice.ref : practice.title + " (" + practice.ref + ")";
}

std::vector<NamedPractice> called_so(std::string_view title, const std::vector<NamedPractice>& found) {
  const std::string wanted = folded_name(title);
  std::vector<NamedPractice> out;
  std::copy_if(found.begin(), found.end(), std::back_inserter(out),
               [&](const NamedPractice& one) { return folded_name(one.title) == wanted; });
  return out;
}

asio::awaitable<std::vector<NamedPractice>> PracticeField::found(Visit visit, Params words,
                                                                 std::size_t most) {
  std::vector<NamedPractice> out;
  words["kind"] = "practice";
  words["limit"] = std::to_string(most);
  auto wanted = read_note_search(words);
  if (!wanted.ok()) co_return out;
  const auto page = co_await frame_.call(visit, search_.search, std::move(*wanted));
  if (!page.ok()) co_return out;
  for (const FoundNote& item : page->items)
    out.push_back({item.note.ref, item.note.title, frame_.city_name(visit, item.note.city)});
  co_return out;
}

asio::awaitable<std::string> PracticeField::label_of(Visit visit, std::string ref) {
  const auto read = co_await frame_.call(visit, records_.get, RecordQuery{ref, true});
  if (!read.ok() || !read->record.body || !read->record.body->has_practice()) co_return ref;
  co_return practice_label({ref, title_line(read->record.body->practice().title())});
}

asio::awaitable<PointedPractices> PracticeField::read(Visit visit) {
  PointedPractices out;
  const auto add = [&](const std::string& ref) {
    if (std::find(out.refs.begin(), out.refs.end(), ref) == out.refs.end()) out.refs.push_back(ref);
  };
  for (const TypedPractice& one : typed_practices(visit.form)) {
    if (one.refs.size() == 1 && one.typed.ends_with(')')) {
      add(one.refs.front());
      out.rows.push_back({one.typed});
      continue;
    }
    std::vector<std::string> refs = one.refs;
    if (const auto answer = ref_of(visit.field(std::string(kPracticeFor) + one.typed));
        refs.empty() && answer)
      refs.push_back(*answer);
    std::vector<NamedPractice> near;
    std::vector<NamedPractice> same;
    if (refs.empty()) {
      const Params words{{"q", search_words_of(one.typed)}};
      near = co_await found(visit, words, kLooked);
      same = called_so(one.typed, near);
    }
    if (same.size() == 1) {
      add(same.front().ref);
      out.rows.push_back({practice_label(same.front())});
      continue;
    }
    for (const std::string& ref : refs) {
      add(ref);
      std::string label = co_await label_of(visit, ref);
      out.rows.push_back({std::move(label)});
    }
    if (!refs.empty()) continue;
    const bool several = !same.empty();
    std::vector<NamedPractice> meant = several ? std::move(same) : std::move(near);
    if (!several && meant.size() > kPracticesMeant) meant.resize(kPracticesMeant);
    out.rows.push_back({one.typed, one.typed, std::move(meant)});
    out.faults.push_back(fault_of(one.typed, several, practice_row_id(out.rows.size())));
  }
  co_return out;
}

asio::awaitable<json::object> PracticeField::shown(Visit visit, PointedPractices practices, FormFaults faults,
                                                   std::string about) {
  json::array rows;
  const std::size_t named = practices.rows.size();
  const std::size_t shown = std::max(named, std::min(kRows, std::max(kRowsShown, named + 1)));
  for (std::size_t i = 0; i < shown; ++i) {
    const PracticeRow row = i < named ? practices.rows[i] : PracticeRow();
    const std::string id = practice_row_id(i + 1);
    json::array questions;
    if (!row.meant.empty()) questions.push_back(question_of(visit, row, id));
    rows.push_back(json::object{
        {"row", id},
        {"name", row_name(i + 1)},
        {"value", row.value},
        {"row_label", visit.say("answer.practice", {{"number", static_cast<std::int64_t>(i + 1)}})},
        {"row_error", faults.at(id)},
        {"questions", std::move(questions)}});
  }
  std::set<std::string> known;
  json::array offered;
  const Params asked{{"q", search_words_of(about)}};
  const Params own{{"city", frame_.shared().parts.facts.name}, {"order", "newest"}};
  const std::vector<Params> lists =
      about.empty() ? std::vector<Params>{own} : std::vector<Params>{asked, own};
  for (const Params& words : lists) {
    const auto practices_of_list = co_await found(visit, words, kOffered);
    for (const NamedPractice& one : practices_of_list) {
      if (known.insert(one.ref).second) offered.push_back(json::object{{"offer", practice_label(one)}});
    }
  }
  co_return json::object{
      {"practices", std::move(rows)}, {"offered", std::move(offered)}, {"most_rows", std::to_string(kRows)}};
}

}  // namespace koinon
