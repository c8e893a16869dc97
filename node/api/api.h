// The parts of which the areas of the API are made. All areas of one reading thread share its read-only
// connections. Changes go to the writer's thread, questions about peers to the network's thread, and slow
// work to a small pool. Commons has what the threads share.
#pragma once

#include <atomic>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "node/access/access.h"
#include "node/access/refusals.h"
#include "node/api/alarms.h"
#include "node/api/answer_memory.h"
#include "node/api/http_measures.h"
#include "node/api/measure_history.h"
#include "node/api/reader_rule.h"
#include "node/api/record_json.h"
#include "node/api/routes.h"
#include "node/api/story_choice.h"
#include "node/api/witness_view.h"
#include "node/delivery/mail_trial.h"
#include "node/delivery/witness_standing.h"
#include "node/http/shown_state.h"
#include "node/publishing/clock_standing.h"
#include "node/publishing/key_changing.h"
#include "node/publishing/publisher.h"
#include "node/publishing/signing_standing.h"
#include "node/reading/rendered_texts.h"
#include "node/replication/store_writing.h"
#include "node/transport/network_view.h"
#include "storage/office/accounts.h"
#include "storage/office/desk.h"
#include "storage/office/outbox.h"
#include "storage/office/worksheets.h"

namespace koinon {

inline constexpr std::string_view kApiVersion = "1.0.0";

class Messages;
class NetworkQuestions;

// The daemon's facts about itself.
struct NodeFacts {
  std::string version;
  std::string name;
  std::optional<LogIdentity> identity;  // nothing: an observer
  KeyHistory keys;                      // of its log, at the start
  NodeKey node_key;
  std::string address;  // HOST:PORT for other cities, or empty
  std::string folder;   // the folder of its data
  std::uint16_t peer_port = 0;
  std::uint16_t http_port = 0;
  std::string store = {};        // where it is: a file, or a server and its database
  bool store_on_server = false;  // then the process starts over where it loses the store
  unsigned started_over = 0;     // how often it did

  std::optional<LogId> log() const;
};

struct ApiOptions {
  AccessOptions access;
  GateRules gate;
  unsigned digest_hour = 6;       // by the clocks of the office
  std::string time_zone;          // of the office, a name of the IANA database; empty: UTC
  bool private_webhooks = false;  // webhooks may go to addresses of the office's own network
  std::string hub;                // the WebSub hub that is told of changed feeds; empty: none
  bool files_only = false;        // what is answered becomes files: nothing is offered that only a node has
};

// What all reading threads share. Each part is safe for any thread.
struct Commons {
  Commons(std::function<MonoTime()> clock, UnixMillis now) : started_at(now), guesses(std::move(clock)) {}

  const UnixMillis started_at;
  ShownState shown;
  HttpMeasures http;
  MeasureHistory measures;

  Guesses guesses;
  Refusals refusals;
  RenderedTexts texts{limits::kRenderedBytes};
  StoryChoice story;
  std::atomic<std::size_t> passwords_waiting = 0;
  std::atomic<std::uint64_t> passwords_checked = 0;  // since the start
};

struct ApiParts {
  NodeFacts facts;
  ApiOptions options;
  std::unique_ptr<StoreReader> store;
  std::unique_ptr<IndexReader> index;
  std::unique_ptr<OfficeDb> office;
  StoreWriting& writer;
  NetworkQuestions& network;
  Clock clock;
  boost::asio::io_context& io;  // of the thread to which this belongs
  Commons& commons;
  const Messages& messages;               // the pages' messages; any thread
  const Nearness& nearness;               // any thread
  boost::asio::thread_pool& slow;         // for passwords: to check one takes a tenth of a second
  std::function<void()> wake_courier;     // there is something new to send, or a new receiver
  std::function<void()> wake_hold_queue;  // a new note waits to be signed
  // Signs a note that a reviewer has released. The answer comes on the hold queue's thread.
  std::function<void(HeldId, std::function<void(Result<EntryIndex>)>)> sign_held;
  // Sends a mail that tells of nothing to this address. The answer comes on the courier's thread.
  std::function<void(const std::string&, MailTrial::Done)> try_mail;
  KeyChanging keys;  // how the keys of our log are changed
  std::function<void(const AuditLine&)> log_change;
  // Empties the index, calls back when that is done, and fills the index again in the background.
  std::function<void(std::function<void(Status)>)> reindex;
  std::function<std::vector<Alarm>()> alarms;
  ClockQuestions clock_questions;
  const SigningStanding& signing;  // any thread
  // Those that the configuration names; any thread.
  std::function<std::vector<WitnessStanding>()> witnesses;
  // Nothing: this node is no witness for other systems.
  std::function<std::optional<WitnessView>()> witness;
  std::optional<ReaderFacts> reader = {};  // of a reader; else nothing
  AnswerMemory* memory = nullptr;          // where everything is asked by the same visitor
};

// What another operator needs to peer with this node, with the key that signs now.
PeerLine own_peer_line(const ApiParts& parts);

// What the areas of the API share.
struct ApiShared {
  explicit ApiShared(ApiParts given);
  // A text of others as HTML. Its headings stand below one of the level `above`.
  std::string html(std::string_view text, unsigned above) { return parts.commons.texts.html(text, above); }

  ApiParts parts;
  Accounts accounts;
  Desk desk;
  Outbox outbox;
  Worksheets worksheets;
  Access access;
  Publisher publisher;
};

}  // namespace koinon
