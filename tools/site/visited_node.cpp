#include "tools/site/visited_node.h"

#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "node/daemon/config_place.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/folder_owner.h"
#include "node/daemon/identity_file.h"
#include "node/daemon/part_options.h"
#include "node/daemon/reader_network.h"
#include "node/daemon/store_source.h"
#include "node/daemon/version.h"
#include "node/pages/assets.h"
#include "node/pages/messages.h"
#include "node/replication/refusing_writer.h"
#include "node/replication/stored_trust.h"
#include "node/site/site.h"
#include "proto/base/clock.h"
#include "proto/base/limits.h"
#include "storage/store/settings.h"

namespace koinon::site_export {
namespace asio = boost::asio;
namespace {

constexpr const char* kOfficeFile = "no-office-";
constexpr std::chrono::milliseconds kPause{1};

// The databases of the node, to read.
struct Opened {
  std::unique_ptr<StoreReader> store;
  std::unique_ptr<IndexReader> index;
};
Result<Opened> open_to_read(const DataFolder& folder, const StoreSource& source,
                            const std::shared_ptr<SharedColumns>& columns) {
  Opened out;
  KOINON_ASSIGN(out.store, source.open_reader(limits::kReaderCacheKiB));
  KOINON_ASSIGN(out.index, open_index_reader(folder.index(), columns));
  return out;
}

Result<std::unique_ptr<OfficeDb>> open_empty_office(const NodePlace& place) {
  const std::filesystem::path path = place.notes / (kOfficeFile + std::to_string(place.reader) + ".db");
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + end, ignored);
  KOINON_ASSIGN(OfficeDb office, OfficeDb::open(path));
  return std::make_unique<OfficeDb>(std::move(office));
}

Result<NodeFacts> read_facts(const DataFolder& folder, const Config& config, StoreReader& store,
                             const std::optional<LogId>& own) {
  NodeFacts out;
  out.version = kVersion;
  out.address = config.address;
  out.folder = folder.path().string();
  if (!own) {
    KOINON_ASSIGN(const auto observer, store.setting(kObserverName));
    out.name = observer.value_or("");
    return out;
  }
  const auto held = store.log_state(*own);
  if (held.ok()) {
    out.keys = held->keys;
  } else {
    KOINON_ASSIGN(out.keys, read_identity_file(folder.identity()));
  }
  out.identity = out.keys.identity();
  out.name = out.keys.identity().name;
  return out;
}

Error nothing_is_changed() {
  return fail(Code::kRefused, "a site is made of files: nothing is changed here");
}

}  // namespace

struct VisitedNode::Works {
  Works(Messages said, std::shared_ptr<const TrustView> trusted, const ApiOptions& api)
      : clock(system_clock()),
        messages(std::move(said)),
        commons(clock.mono, clock.wall()),
        slow(1),
        writer(nothing_is_changed()),
        trust(std::move(trusted)),
        network([this] { return trust; }, clock.wall),
        options_of_api(api),
        here(asio::make_work_guard(io)) {}

  // Until `done` says so.
  template <typename Done>
  void turn_until(const Done& done) {
    while (!done()) {
      if (io.poll() == 0) (void)io.run_one_for(kPause);
    }
  }

  Clock clock;
  Messages messages;
  Commons commons;
  asio::thread_pool slow;
  asio::io_context io{1};
  SigningStanding signing;
  RefusingWriter writer;
  std::shared_ptr<const TrustView> trust;
  ReaderNetwork network;
  ApiOptions options_of_api;
  AnswerMemory memory;
  asio::executor_work_guard<asio::io_context::executor_type> here;
  std::unique_ptr<Site> site;
};

VisitedNode::VisitedNode() = default;
VisitedNode::~VisitedNode() = default;

Result<std::unique_ptr<VisitedNode>> VisitedNode::open(const NodePlace& place) {
  const DataFolder folder(place.data);
  KOINON_ASSIGN(Config config, read_found_config(folder, place.config));
  KOINON_ASSIGN(const StoreSource source, StoreSource::of(folder, config.store_url, config.reader));
  if (!config.reader) KOINON_TRY(folder.check_node(source.is_on_server()));
  std::error_code ignored;
  if (!std::filesystem::exists(folder.index(), ignored))
    return fail(Code::kNotFound, "there is no search index yet, which koinond makes; start it",
                folder.index().string());
  if (!place.url.empty()) config.http_url = place.url;
  if (config.http_url.empty())
    return fail(Code::kInvalidArgument,
                "links and feeds name the address at which the site is read: say it with --url, or set "
                "http.url",
                "url");
  std::unique_ptr<VisitedNode> out(new VisitedNode());
  out->url_ = config.http_url;
  const auto columns = make_shared_columns();
  KOINON_ASSIGN(StoreState state, source.read_state());
  KOINON_ASSIGN(Opened own, open_to_read(folder, source, columns));
  KOINON_ASSIGN(Opened of_site, open_to_read(folder, source, columns));
  out->store_ = std::move(own.store);
  out->index_ = std::move(own.index);
  out->own_ = state.own_log;
  TrustPolicy::Rules trust_rules{config.trust_hops, config.trust_paths, config.trust_admits};
  if (config.reader) {
    KOINON_ASSIGN(trust_rules, read_trust_rules(*out->store_));
  }
  if (state.restored && state.own_log)
    return fail(
        Code::kRefused,
        "the data of this city were put back from a copy, and texts may stand in them that were taken "
        "back since; start koinond, and try again when it signs");
  const Clock clock = system_clock();
  StoredTrust trust;
  out->nearness_.apply(trust.take(state, trust_rules, clock.wall()));
  KOINON_ASSIGN(ApiOptions api, api_options(config, 0));
  api.access.public_reading = true;
  api.files_only = true;
  KOINON_ASSIGN(NodeFacts facts, read_facts(folder, config, *out->store_, out->own_));
  KOINON_ASSIGN(auto office, open_empty_office(place));
  KOINON_ASSIGN(Messages messages, Messages::builtin());
  for (const Catalogue& one : messages.languages()) out->languages_.push_back({one.tag(), one.own_name()});
  out->works_ = std::make_unique<Works>(std::move(messages), trust.view(), api);
  Works& works = *out->works_;
  works.commons.story.set(config.story);
  works.site = std::make_unique<Site>(ApiParts{std::move(facts),
                                               works.options_of_api,
                                               std::move(of_site.store),
                                               std::move(of_site.index),
                                               std::move(office),
                                               works.writer,
                                               works.network,
                                               works.clock,
                                               works.io,
                                               works.commons,
                                               works.messages,
                                               out->nearness_,
                                               works.slow,
                                               [] {},
                                               [] {},
                                               {},
                                               {},
                                               {},
                                               [](const AuditLine&) {},
                                               {},
                                               [] { return std::vector<Alarm>(); },
                                               {},
                                               works.signing,
                                               [] { return std::vector<WitnessStanding>(); },
                                               [] { return std::optional<WitnessView>(); },
                                               {},
                                               &works.memory});
  return out;
}

void VisitedNode::look_again() { works_->memory.forget(); }

HttpResponse VisitedNode::get(const Address& address, const std::string& language) {
  const auto request = std::make_shared<ApiRequest>();
  request->method = "GET";
  request->path = address.path;
  if (request->path.empty()) request->path.emplace_back();
  request->query = address.query;
  request->headers = {
      {"host", "localhost"}, {"accept", "text/html"}, {"cookie", "koinon_language=" + language}};
  request->peer = "127.0.0.1";
  request->remote = request->peer;
  std::string allowed;
  if (const Status found = works_->site->routes().match(*request, allowed); !found.ok())
    return problem(found.error());
  if (request->route->stream != nullptr) return problem(fail(Code::kNotFound, "it is no file"));
  std::optional<Admission> done;
  std::exception_ptr fault;
  asio::co_spawn(works_->io, works_->site->admit(request, false),
                 [&](const std::exception_ptr& thrown, Admission admission) {
                   fault = thrown;
                   done = std::move(admission);
                 });
  works_->turn_until([&] { return done.has_value(); });
  if (fault || !done->answer) return problem(fail(Code::kInternal, "the page was not made"));
  return std::move(*done->answer);
}

std::vector<LogId> VisitedNode::frozen() {
  std::vector<LogId> out;
  for (const auto& [log, size] : works_->trust->frozen) out.push_back(log);
  return out;
}

std::string VisitedNode::ground() const {
  std::string out = std::string(kVersion) + "\n" + url_ + "\n";
  for (const char* asset : {"koinon.css", "koinon.js", "paste.js", "world.svg"})
    out += asset_path(asset) + "\n";
  for (const Language& one : languages_) out += one.tag + " ";
  return out + "\n" + works_->options_of_api.time_zone + "\n" + works_->commons.story.get() + "\n";
}

}  // namespace koinon::site_export
