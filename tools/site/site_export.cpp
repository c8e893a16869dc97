#include "tools/site/site_export.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "crypto/hash.h"
#include "node/pages/assets.h"
#include "node/reading/directory.h"
#include "proto/base/encoding.h"
#include "tools/site/touched.h"

namespace koinon::site_export {
namespace {

constexpr std::uint64_t kRecordsAtOnce = 500;
// To keep what was made, all waits until it is on the disk. So much work a run that is killed does again.
constexpr std::chrono::seconds kKeptAfter{20};
constexpr std::size_t kRowsAtOnce = 100;
constexpr std::size_t kNamesAtOnce = 500;
constexpr std::uint64_t kArrivalsOfSitemap = 1000;  // node/linked/sitemap.cpp
constexpr int kRounds = 3;                          // while new notes come

constexpr const char* kGround = "ground";
constexpr const char* kPosition = "position";
constexpr const char* kEpoch = "epoch";
constexpr const char* kWholeUntil = "whole until";  // up to this arrival the run makes everything
constexpr const char* kWholeEnded = "whole ended";
constexpr const char* kEnded = "ended";
constexpr const char* kFrozen = "frozen";
constexpr const char* kCities = "cities changed";
constexpr const char* kTopics = "topics changed";
constexpr const char* kRanges = "sitemaps changed";

std::uint64_t number_in(const std::optional<Bytes>& note) {
  const auto number = note ? parse_decimal(*note) : Result<std::uint64_t>(0);
  return number.ok() ? *number : 0;
}

Address address(std::string_view text) { return parse_address(text).value_or(Address()); }

// A file of this address, where the node has one.
UnitMakers::Wish file(const std::string& text) {
  return [of = address(text)](UnitMaker& maker) { return maker.make_file(of); };
}

void add_feeds(const std::string& what, std::vector<UnitMakers::Wish>& wishes) {
  for (const char* form : {".atom", ".json"}) wishes.push_back(file("/feeds/" + what + form));
}

class Exporting {
 public:
  Exporting(const ExportWish& wish, UnitMakers& makers, MadeFiles& files, const SiteLinks& links)
      : wish_(wish),
        node_(makers.node()),
        files_(files),
        links_(links),
        makers_(makers),
        lists_(files, makers),
        logs_(node_, files) {}

  Result<ExportReport> run();

 private:
  Status begin();
  Status begin_whole();
  Result<bool> names_are_as_before();
  Status note_names();
  Result<bool> goes_on();
  Status make_assets();
  Status take_frozen();
  Status take_arrivals();
  Status take_row(const Arrival& row, std::uint64_t until);
  Status pass(std::uint64_t first, std::uint64_t last);
  Status keep_in_time();
  Status make_touched(const Touched& touched);
  Status note_range(std::uint64_t arrival);
  Status make_cities();
  Status make_topics();
  Status make_sitemaps();
  Status make_general();
  Status end();

  const ExportWish& wish_;
  VisitedNode& node_;
  MadeFiles& files_;
  const SiteLinks& links_;
  UnitMakers& makers_;
  NoteLists lists_;
  LogCopies logs_;
  std::map<LogId, std::vector<bool>> done_;  // records whose pages this run has made
  std::uint64_t position_ = 0;
  std::uint64_t whole_until_ = 0;
  std::chrono::steady_clock::time_point kept_at_ = std::chrono::steady_clock::now();
  int wholes_ = 0;  // how often this run has begun to make everything
  ExportReport report_;
};

// An export counts with the arrivals of one store: where it was put back from a copy they count otherwise.
Result<bool> Exporting::goes_on() {
  KOINON_ASSIGN(const auto kept, files_.note(kEpoch));
  KOINON_ASSIGN(const auto epochs, node_.store().epochs());
  KOINON_ASSIGN(const ArrivalSeq newest, node_.store().newest_arrival());
  if (!kept || kept->empty()) return false;
  const auto epoch = epoch_from_text(*kept);
  return epoch.ok() && resumed(epochs, *epoch, ArrivalSeq(position_), newest) == ArrivalSeq(position_);
}

// By name and log: a name that means another log now is in the addresses of pages and in links to them.
Result<bool> Exporting::names_are_as_before() {
  std::optional<LogState> last;
  while (true) {
    KOINON_ASSIGN(const auto states, node_.store().logs_after(last, kNamesAtOnce));
    Directory directory(node_.store(), node_.nearness());
    for (const LogState& state : states) {
      KOINON_ASSIGN(const auto before, files_.note("name " + to_text(state.id)));
      if (before && *before != directory.city(state.id)) return false;
    }
    if (states.size() < kNamesAtOnce) return true;
    last = states.back();
  }
}

Status Exporting::note_names() {
  std::optional<LogState> last;
  while (true) {
    KOINON_ASSIGN(const auto states, node_.store().logs_after(last, kNamesAtOnce));
    Directory directory(node_.store(), node_.nearness());
    for (const LogState& state : states) {
      const std::string name = directory.city(state.id);
      KOINON_ASSIGN(const auto before, files_.note("name " + to_text(state.id)));
      if (!before || *before != name) KOINON_TRY(files_.set_note("name " + to_text(state.id), name));
    }
    if (states.size() < kNamesAtOnce) return {};
    last = states.back();
  }
}

Status Exporting::begin_whole() {
  report_.whole = true;
  ++wholes_;
  makers_.forget();
  KOINON_TRY(files_.begin_generation());
  KOINON_ASSIGN(const bool counts, goes_on());
  if (!counts) KOINON_TRY(lists_.forget_ends());
  position_ = 0;
  done_.clear();
  KOINON_ASSIGN(const ArrivalSeq newest, node_.index().position());
  whole_until_ = newest.value;
  KOINON_TRY(files_.set_note(kWholeUntil, std::to_string(whole_until_)));
  KOINON_TRY(files_.set_note(kWholeEnded, "no"));
  return files_.set_note(kPosition, "0");
}

Status Exporting::begin() {
  std::string ground = node_.ground() + links_.node + "\n";
  for (const SiteLanguage& one : links_.languages) ground += one.tag + "=" + one.folder + " ";
  const std::string digest = to_hex(sha256(ground).view());
  KOINON_ASSIGN(const auto before, files_.note(kGround));
  KOINON_ASSIGN(const auto position, files_.note(kPosition));
  KOINON_ASSIGN(const auto until, files_.note(kWholeUntil));
  KOINON_ASSIGN(const auto ended, files_.note(kEnded));
  KOINON_ASSIGN(const auto whole_ended, files_.note(kWholeEnded));
  position_ = number_in(position);
  whole_until_ = number_in(until);
  KOINON_ASSIGN(const bool goes_on_here, goes_on());
  KOINON_ASSIGN(const ArrivalSeq indexed, node_.index().position());
  // It would miss notes that stand, and take their pages away.
  if (goes_on_here && indexed.value < position_)
    return fail(Code::kUnavailable, "the search index is being made anew; try again when it is complete");
  if (ended && *ended == "yes") KOINON_TRY(files_.begin_purge_list());
  if (ended && *ended == "no") KOINON_TRY(files_.tidy());
  KOINON_TRY(files_.set_note(kEnded, "no"));
  KOINON_ASSIGN(const bool same_names, names_are_as_before());
  const bool under_way = whole_ended && *whole_ended == "no";
  // A run over everything that was cut short goes on, unless it was asked for anew.
  report_.whole = under_way;
  if (!before || *before != digest || !goes_on_here || !same_names || (wish_.whole && !under_way))
    KOINON_TRY(begin_whole());
  KOINON_ASSIGN(const auto epoch, node_.store().epoch());
  KOINON_TRY(files_.set_note(kEpoch, epoch ? to_text(*epoch) : std::string()));
  KOINON_TRY(files_.set_note(kGround, digest));
  KOINON_TRY(note_names());
  // From here on a run that is killed is known to have been.
  return files_.keep();
}

Status Exporting::make_assets() {
  std::vector<UnitMakers::Wish> wishes;
  for (const char* name : {"koinon.css", "koinon.js", "paste.js", "world.svg"})
    wishes.emplace_back([name](UnitMaker& maker) -> Result<MadeUnit> {
      auto made = maker.make_file(address(asset_path(name)));
      if (made.ok() && made->files.empty())
        return fail(Code::kInternal, "an asset is missing from the program", name);
      return made;
    });
  return makers_.make(wishes, files_);
}

// Evidence against a log comes without an arrival, and marks all its pages.
Status Exporting::take_frozen() {
  std::string now;
  for (const LogId& log : node_.frozen()) now += to_text(log) + " ";
  KOINON_ASSIGN(const auto before, files_.note(kFrozen));
  Touched touched(node_.store(), node_.index(), node_.own_log());
  const auto add_those_not_in = [&](const std::string& these, const std::string& others) -> Status {
    for (std::size_t begin = 0; begin < these.size();) {
      const auto end = these.find(' ', begin);
      const std::string text = these.substr(begin, end - begin);
      begin = end + 1;
      const auto log = parse_log_id(text);
      if (log.ok() && others.find(text) == std::string::npos) KOINON_TRY(touched.add_log(*log));
    }
    return {};
  };
  KOINON_TRY(add_those_not_in(now, before.value_or("")));
  KOINON_TRY(add_those_not_in(before.value_or(""), now));
  KOINON_TRY(make_touched(touched));
  return files_.set_note(kFrozen, now);
}

Status Exporting::note_range(std::uint64_t arrival) {
  return arrival == 0 ? Status() : files_.add_to(kRanges, std::to_string((arrival - 1) / kArrivalsOfSitemap));
}

// These arrivals are done. The list for search engines has a file for each thousand, whatever they are.
Status Exporting::pass(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t at = first; at < last; at += kArrivalsOfSitemap) KOINON_TRY(note_range(at));
  KOINON_TRY(note_range(last));
  position_ = std::max(position_, last);
  return files_.set_note(kPosition, std::to_string(position_));
}

Status Exporting::make_touched(const Touched& touched) {
  std::vector<UnitMakers::Wish> wishes;
  for (const auto& [log, index] : touched.records()) {
    std::vector<bool>& done = done_[log];
    if (done.size() <= index.value) done.resize(index.value + 1);
    if (done[index.value]) continue;
    done[index.value] = true;
    wishes.emplace_back([log, index](UnitMaker& maker) { return maker.make_record(log, index); });
    ++report_.records;
  }
  KOINON_TRY(makers_.make(wishes, files_));
  for (const ListChange& change : touched.lists()) {
    // With everything all pages of a list are made, wherever the record stands.
    KOINON_TRY(lists_.note({change.list, report_.whole ? ArrivalSeq(0) : change.arrival}));
    KOINON_TRY(note_range(change.arrival.value));
  }
  for (const LogId& log : touched.cities()) KOINON_TRY(files_.add_to(kCities, to_text(log)));
  for (const std::string& topic : touched.topics()) KOINON_TRY(files_.add_to(kTopics, topic));
  return {};
}

Status Exporting::take_row(const Arrival& row, std::uint64_t until) {
  const bool takes_away = row.kind == ArrivalKind::kRemoved || row.kind == ArrivalKind::kVoided;
  // What is gone nobody can name any more: everything is made, and what is not made is removed.
  if (takes_away && row.first.value > whole_until_) return begin_whole();
  const std::uint64_t last = std::min(row.first.value + row.count - 1, until);
  const std::uint64_t begin = std::max(row.first.value, position_ + 1);
  if (takes_away) return pass(begin, last);
  for (std::uint64_t at = begin; at <= last; at += kRecordsAtOnce) {
    const std::uint64_t end = std::min(at + kRecordsAtOnce - 1, last);
    const bool alone = end <= whole_until_;
    Touched touched(node_.store(), node_.index(), node_.own_log());
    for (std::uint64_t one = at; one <= end; ++one) {
      const EntryIndex index(row.from.value + (one - row.first.value));
      // A page that this run has made before something else happened to its record is made again.
      if (row.first.value > whole_until_ && done_[row.log].size() > index.value)
        done_[row.log][index.value] = false;
      KOINON_TRY(touched.add(row.log, index, alone));
    }
    if (touched.is_everything() && !alone) return begin_whole();
    KOINON_TRY(make_touched(touched));
    KOINON_TRY(pass(at, end));
    KOINON_TRY(keep_in_time());
    if (wish_.progress) wish_.progress(position_, until);
  }
  return {};
}

Status Exporting::keep_in_time() {
  const auto now = std::chrono::steady_clock::now();
  if (now < kept_at_ + kKeptAfter) return {};
  KOINON_TRY(files_.keep());
  kept_at_ = std::chrono::steady_clock::now();
  return {};
}

Status Exporting::take_arrivals() {
  KOINON_ASSIGN(const ArrivalSeq until, node_.index().position());
  while (position_ < until.value) {
    KOINON_ASSIGN(const auto rows, node_.store().arrivals(ArrivalSeq(position_), kRowsAtOnce));
    if (rows.empty()) return {};
    for (const Arrival& row : rows) {
      if (row.first.value > until.value) return {};
      const std::uint64_t before = position_;
      KOINON_TRY(take_row(row, until.value));
      if (position_ < before) break;  // all begins again
    }
  }
  return {};
}

Status Exporting::make_cities() {
  KOINON_ASSIGN(const auto cities, files_.all_of(kCities));
  Directory directory(node_.store(), node_.nearness());
  std::vector<UnitMakers::Wish> wishes;
  for (const std::string& text : cities) {
    const auto log = parse_log_id(text);
    if (!log.ok()) continue;
    const std::string name = encoded(directory.city(*log));
    if (const auto place = place_of(address("/cities/" + name)))
      wishes.emplace_back(
          [unit = "city " + text, place](UnitMaker& maker) { return maker.make(unit, {*place}); });
    add_feeds("city/" + name, wishes);
  }
  KOINON_TRY(makers_.make(wishes, files_));
  return files_.clear(kCities);
}

Status Exporting::make_topics() {
  KOINON_ASSIGN(const auto topics, files_.all_of(kTopics));
  std::vector<UnitMakers::Wish> wishes;
  for (const std::string& topic : topics) add_feeds("topic/" + topic, wishes);
  KOINON_TRY(makers_.make(wishes, files_));
  return files_.clear(kTopics);
}

Status Exporting::make_sitemaps() {
  KOINON_ASSIGN(const ArrivalSeq newest, node_.index().position());
  KOINON_TRY(note_range(newest.value));
  KOINON_ASSIGN(const auto ranges, files_.all_of(kRanges));
  std::vector<UnitMakers::Wish> wishes;
  for (const std::string& range : ranges) wishes.push_back(file("/sitemaps/notes-" + range + ".xml"));
  for (const char* text : {"/sitemaps/pages.xml", "/sitemap.xml", "/robots.txt"})
    wishes.push_back(file(text));
  KOINON_TRY(makers_.make(wishes, files_));
  return files_.clear(kRanges);
}

Status Exporting::make_general() {
  std::vector<std::string> pages = {"/questions", "/pictures", "/map", "/impact", "/ties", "/cities", "/"};
  if (node_.own_log()) pages.insert(pages.begin(), "/catalog");
  std::vector<StaticPlace> places;
  for (const std::string& text : pages) {
    if (auto place = place_of(address(text))) places.push_back(std::move(*place));
  }
  std::vector<UnitMakers::Wish> wishes;
  add_feeds("all", wishes);
  for (const char* text : {"/feeds.opml", "/catalog.jsonld", "/catalog.ttl"}) wishes.push_back(file(text));
  wishes.emplace_back([&places](UnitMaker& maker) { return maker.make("general", places); });
  KOINON_TRY(makers_.make(wishes, files_));
  // The lists that pages lead to are there, be they empty.
  KOINON_TRY(lists_.note({{"", ""}, ArrivalSeq(position_)}));
  KOINON_TRY(lists_.note({{"kind", "question"}, ArrivalSeq(position_)}));
  return lists_.make(report_.whole);
}

Status Exporting::end() {
  KOINON_TRY(logs_.write_heads());
  KOINON_ASSIGN(const auto whole_ended, files_.note(kWholeEnded));
  if (report_.whole || (whole_ended && *whole_ended == "no")) {
    KOINON_TRY(files_.sweep());
    KOINON_TRY(files_.tidy());
    KOINON_TRY(files_.set_note(kWholeEnded, "yes"));
  }
  KOINON_ASSIGN(report_.purge, files_.write_purge_list());
  KOINON_TRY(files_.set_note(kEnded, "yes"));
  report_.files = files_.written();
  return files_.keep();
}

Result<ExportReport> Exporting::run() {
  KOINON_TRY(begin());
  KOINON_TRY(logs_.read_heads());
  KOINON_TRY(make_assets());
  KOINON_TRY(logs_.write_tiles(report_.whole));
  KOINON_TRY(take_frozen());
  const int begun = wholes_;
  // What comes while this is at work may stand on the pages that are made last: it gets its own as well.
  for (int round = 0; round < kRounds; ++round) {
    if (round > 0) {
      done_.clear();
      makers_.forget();
    }
    KOINON_TRY(take_arrivals());
    // Everything is made after all, and they are a part of it.
    if (round == 0 && wholes_ > begun) {
      KOINON_TRY(make_assets());
      KOINON_TRY(logs_.write_tiles(true));
    }
    KOINON_TRY(make_cities());
    KOINON_TRY(make_topics());
    KOINON_TRY(make_general());
    KOINON_TRY(make_sitemaps());
    KOINON_TRY(files_.keep());
    KOINON_ASSIGN(const ArrivalSeq newest, node_.index().position());
    if (newest.value <= position_) break;
  }
  KOINON_TRY(end());
  return report_;
}

Result<std::vector<SiteLanguage>> languages_of(const VisitedNode& node, const std::string& wanted) {
  const std::string first = wanted.empty() ? "en" : wanted;
  std::vector<SiteLanguage> out;
  std::string known;
  for (const VisitedNode::Language& one : node.languages()) {
    known += (known.empty() ? "" : ", ") + one.tag;
    const SiteLanguage made{one.tag, one.name, one.tag == first ? std::string() : one.tag + "/"};
    out.insert(one.tag == first ? out.begin() : out.end(), made);
  }
  if (out.empty() || !out.front().folder.empty())
    return fail(Code::kInvalidArgument, "the pages are in these languages: " + known, "language");
  return out;
}

Status check_web_address(const std::string& text, const char* field) {
  const bool begins = text.starts_with("https://") || text.starts_with("http://");
  const auto host = text.find("//") + 2;
  if (text.empty() ||
      (begins && text.size() > host && text.find_first_of("/?# \"", host) == std::string::npos))
    return {};
  return fail(Code::kInvalidArgument,
              "it is an address such as https://notes.seoul.example, with nothing behind it", field);
}

}  // namespace

Result<ExportReport> export_site(const ExportWish& wish) {
  KOINON_TRY(check_web_address(wish.node.url, "url"));
  KOINON_TRY(check_web_address(wish.node_url, "node"));
  KOINON_ASSIGN(MadeFiles files, MadeFiles::open(wish.folder));
  NodePlace place = wish.node;
  place.notes = files.notes();
  std::vector<std::unique_ptr<VisitedNode>> nodes;
  for (place.reader = 0; place.reader < std::max<std::size_t>(wish.makers, 1); ++place.reader) {
    KOINON_ASSIGN(auto node, VisitedNode::open(place));
    nodes.push_back(std::move(node));
  }
  SiteLinks links{nodes.front()->url(), wish.node_url, {}};
  KOINON_ASSIGN(links.languages, languages_of(*nodes.front(), wish.language));
  UnitMakers makers(std::move(nodes), links);
  return Exporting(wish, makers, files, links).run();
}

}  // namespace koinon::site_export
