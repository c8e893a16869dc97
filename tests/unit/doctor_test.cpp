// What koinon doctor finds: each planted fault by its own name, with a why and a remedy; nothing on a sound
// node.
#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tools/doctor/examination.h"

namespace koinon::test::doctor_test {
namespace {
using namespace doctor;  // NOLINT(google-build-using-namespace): its subjects are all that is tested here

// A city with two peers behind a proxy with TLS, on a good day.
Facts sound() {
  Facts out;
  out.daemon.folder = "/var/lib/koinon-busan";
  out.daemon.start = {"systemctl start koinond@busan", "journalctl -u koinond@busan",
                      "systemctl restart koinond@busan"};
  ConfigurationFacts configuration;
  configuration.path = "/var/lib/koinon/koinond.toml";
  configuration.has_proxies = configuration.has_url = configuration.url_is_https = true;
  out.configuration = configuration;
  FileFacts files;
  files.folder = "/var/lib/koinon";
  files.owner = files.service_user = "koinon";
  files.databases = {{"/var/lib/koinon/store.db", 0600, false}, {"/var/lib/koinon/office.db", 0600, false}};
  out.files = files;
  KeyFacts keys;
  keys.files = {{"/var/lib/koinon/keys/node.key", 0600, false, ""}};
  keys.sealed = true;
  out.keys = keys;
  out.disk = DiskFacts();
  out.disk->alarm_bytes = 1'342'177'280;
  LimitFacts limits;
  limits.files = 4096;
  limits.open_files = 60;
  limits.locked_bytes = 8 << 20;
  out.limits = limits;
  ClockFacts clock;
  clock.synchronised = true;
  out.clock = clock;
  out.signing = SigningFacts{"ready", "", {}};
  out.names = NameFacts{{{"koinon.seoul.example", "", ""}, {"koinon.milan.example", "milan.example", ""}}};
  PortFacts ports;
  ports.peers = {"0.0.0.0", 8470};
  ports.http = {"127.0.0.1", 8471};
  ports.address = "koinon.seoul.example:8470";
  ports.own_address = PortFacts::Reach::kOurs;
  ports.peers_connected = 2;
  ports.came_in = ports.peers_are_elsewhere = true;
  out.ports = ports;
  PeersFacts peers;
  for (const char* name : {"milan.example", "la.example"}) {
    PeerFacts peer;
    peer.name = name;
    peer.node_key = std::string("key of ") + name;
    peer.address = std::string("koinon.") + name + ":8470";
    peers.peers.push_back(peer);
  }
  out.peers = peers;
  out.lag = LagFacts{3, 100, 0, {{"milan.example", 2}}};
  out.versions =
      VersionFacts{"1.2.3", "1.2.3", {{"milan.example", "koinon/1.2.9"}, {"la.example", "other/9"}}};
  return out;
}

std::vector<std::string> ids(const Facts& facts) {
  std::vector<std::string> out;
  for (const Finding& finding : examine(facts).findings) out.push_back(finding.id);
  return out;
}

TEST(Doctor, FindsNothingOnASoundNode) {
  const Examination examination = examine(sound());
  EXPECT_EQ(ids(sound()), std::vector<std::string>());
  EXPECT_EQ(examination.looked_at.size(), 13U) << "each subject was looked at";
  EXPECT_TRUE(examination_text(examination, {}).ends_with("Nothing is wrong.\n"));
}

TEST(Doctor, FindsNothingOnAnObserverThatOnlyDials) {
  Facts facts = sound();
  facts.signing->state = "never";
  facts.ports->address.clear();
  facts.ports->own_address = PortFacts::Reach::kUnknown;
  facts.ports->came_in = false;
  EXPECT_EQ(ids(facts), std::vector<std::string>());
}

struct Planted {
  std::string id;
  std::function<void(Facts&)> plant;
};

PeerFacts& away(Facts& facts) {
  PeerFacts& peer = facts.peers->peers.front();
  peer.connected = false;
  return peer;
}

const std::vector<Planted>& planted() {
  using State = DaemonFacts::State;
  static const std::vector<Planted> kAll = {
      {"daemon.folder", [](Facts& f) { f.daemon.folder_fault = "/var/lib/koinon lacks store.db"; }},
      {"daemon.down", [](Facts& f) { f.daemon.state = State::kDown; }},
      {"daemon.starts", [](Facts& f) { f.daemon.state = State::kStarts; }},
      {"daemon.silent", [](Facts& f) { f.daemon.state = State::kSilent; }},
      {"daemon.forbidden", [](Facts& f) { f.daemon.state = State::kForbidden; }},
      {"daemon.stranger",
       [](Facts& f) {
         f.daemon.state = State::kStranger;
         f.daemon.stranger = "a program of the user mallory listens on the socket in this folder";
       }},
      {"clock.off",
       [](Facts& f) {
         f.clock->off = true;
         f.clock->behind_seconds = -3 * 86'400;
         f.clock->because = {"peers"};
       }},
      {"clock.unsynchronised", [](Facts& f) { f.clock->synchronised = false; }},
      {"clock.offset", [](Facts& f) { f.clock->offset_seconds = 60; }},
      {"names.own", [](Facts& f) { f.names->names.front().fault = "Host not found"; }},
      {"names.peer", [](Facts& f) { f.names->names.back().fault = "Host not found"; }},
      {"names.none",
       [](Facts& f) {
         for (auto& name : f.names->names) name.fault = "the name servers do not answer in time";
       }},
      {"ports.peer_taken", [](Facts& f) { f.ports->peers.taken = true; }},
      {"ports.http_taken", [](Facts& f) { f.ports->http.taken = true; }},
      {"ports.peer_closed", [](Facts& f) { f.ports->peers.closed = true; }},
      {"ports.http_closed", [](Facts& f) { f.ports->http.closed = true; }},
      {"ports.not_served", [](Facts& f) { f.ports->peers.listen.clear(); }},
      {"ports.loopback", [](Facts& f) { f.ports->peers.listen = "127.0.0.1"; }},
      {"ports.address_loopback",
       [](Facts& f) {
         f.ports->address = "localhost:8470";
         f.ports->address_is_loopback = true;
       }},
      {"ports.address_private", [](Facts& f) { f.ports->address_is_private = true; }},
      {"ports.address_other", [](Facts& f) { f.ports->own_address = PortFacts::Reach::kOther; }},
      {"ports.outside",
       [](Facts& f) {
         f.ports->came_in = false;
         f.ports->own_address = PortFacts::Reach::kSilent;
       }},
      {"ports.outside_other",
       [](Facts& f) {
         f.ports->outside = {{"milan.example", "192.0.2.7:8470", FromOutside::Found::kOther}};
       }},
      {"ports.outside_some",
       [](Facts& f) {
         f.ports->outside = {{"milan.example", "192.0.2.7:8470", FromOutside::Found::kSilent},
                             {"la.example", "koinon.seoul.example:8470", FromOutside::Found::kUs}};
       }},
      {"peers.unreachable",
       [](Facts& f) {
         PeerFacts& peer = away(f);
         peer.trouble = "unreachable";
         peer.reach = PeerFacts::Reach::kSilent;
       }},
      {"peers.other_key", [](Facts& f) { away(f).reach = PeerFacts::Reach::kOther; }},
      {"peers.not_pinned",
       [](Facts& f) {
         PeerFacts& peer = away(f);
         peer.trouble = "not-pinned-there";
         peer.reach = PeerFacts::Reach::kItself;
       }},
      {"peers.refused", [](Facts& f) { away(f).trouble = "refused-there"; }},
      {"peers.ended", [](Facts& f) { away(f).reach = PeerFacts::Reach::kItself; }},
      {"peers.away", [](Facts& f) { away(f).address.clear(); }},
      {"peers.lies", [](Facts& f) { f.peers->peers.front().lies = 1; }},
      {"peers.one_address", [](Facts& f) { f.peers->peers.front().address = f.peers->peers.back().address; }},
      {"peers.knocks", [](Facts& f) { f.peers->knocks = 1; }},
      {"keys.loose", [](Facts& f) { f.keys->files.front().mode = 0644; }},
      {"keys.owner", [](Facts& f) { f.keys->files.front().foreign = true; }},
      {"keys.damaged", [](Facts& f) { f.keys->files.front().fault = "it is no key file"; }},
      {"keys.no_passphrase", [](Facts& f) { f.keys->passphrase_at_hand = false; }},
      {"keys.passphrase", [](Facts& f) { f.keys->passphrase_fault = "passphrase: the file is empty"; }},
      {"files.folder_loose", [](Facts& f) { f.files->folder_mode = 0755; }},
      {"files.folder_closed", [](Facts& f) { f.files->folder_writable = false; }},
      {"files.database_loose",
       [](Facts& f) {
         f.files->folder_mode = 0710;
         f.files->databases.back().mode = 0640;
       }},
      {"files.database_closed", [](Facts& f) { f.files->databases.front().mode = 0400; }},
      {"files.owner", [](Facts& f) { f.files->databases.front().foreign = true; }},
      {"files.owner", [](Facts& f) { f.files->owner = "root"; }},
      {"files.owner",
       [](Facts& f) {
         f.daemon.state = State::kForbidden;
         f.daemon.refusal = "/var/lib/koinon/keys belongs to the user root";
         f.daemon.is_users_own = true;
       }},
      {"files.broken", [](Facts& f) { f.files->broken = {"/var/lib/koinon/index.db"}; }},
      {"files.secret",
       [](Facts& f) {
         f.files->secrets = {{"http.sso_secret_file", "/etc/sso", "/etc/sso: it is not there", false}};
       }},
      {"files.secret_loose",
       [](Facts& f) {
         f.files->secrets = {{"passphrase_file", "/etc/words", "/etc/words: others may read it", true}};
       }},
      {"disk.full", [](Facts& f) { f.disk->free_bytes = 500'000'000; }},
      {"disk.low", [](Facts& f) { f.disk->free_bytes = 1'200'000'000; }},
      {"disk.files", [](Facts& f) { f.disk->free_files = 10; }},
      {"disk.read_only", [](Facts& f) { f.disk->read_only = true; }},
      {"disk.network", [](Facts& f) { f.disk->network = "nfs"; }},
      {"disk.quota",
       [](Facts& f) {
         f.disk->store_most = 1000;
         f.disk->store_bytes = 950;
       }},
      {"limits.files", [](Facts& f) { f.limits->files = 256; }},
      {"limits.open_files", [](Facts& f) { f.limits->open_files = 4000; }},
      {"limits.file_bytes", [](Facts& f) { f.limits->file_bytes = 1 << 30; }},
      {"limits.locked_bytes", [](Facts& f) { f.limits->locked_bytes = 4096; }},
      {"lag.index", [](Facts& f) { f.lag->index = 5000; }},
      {"lag.bodies", [](Facts& f) { f.lag->bodies = 2; }},
      {"lag.peer", [](Facts& f) { f.lag->peers.front().entries = 5000; }},
      {"configuration.wrong", [](Facts& f) { f.configuration->fault = "colour: there is no such key"; }},
      {"configuration.refused",
       [](Facts& f) { f.configuration->refusals = {"mail.smtp: it needs mail.from"}; }},
      {"configuration.doubt",
       [](Facts& f) { f.configuration->doubts = {"mail.smtp: no mail is sent without it"}; }},
      {"configuration.plain_http",
       [](Facts& f) {
         f.configuration->http_is_open = true;
         f.configuration->has_proxies = false;
       }},
      {"configuration.url", [](Facts& f) { f.configuration->url_is_https = false; }},
      {"signing.stopped",
       [](Facts& f) {
         f.signing = SigningFacts{"stopped", "our own log has forked", {}};
       }},
      {"signing.waits",
       [](Facts& f) {
         f.signing = SigningFacts{"waits", "peers are asked", {}};
       }},
      {"alarm.frozen",
       [](Facts& f) {
         f.signing->alarms = {{"frozen", "these cities: oslo.example", false}};
       }},
      {"versions.daemon", [](Facts& f) { f.versions->daemon = "1.2.2"; }},
      {"versions.newer", [](Facts& f) { f.versions->peers.front().agent = "koinon/1.3.0"; }},
      {"versions.older", [](Facts& f) { f.versions->peers.front().agent = "koinon/0.9.0"; }},
  };
  return kAll;
}

TEST(Doctor, FindsEachPlantedFaultAndNoOther) {
  for (const Planted& one : planted()) {
    Facts facts = sound();
    one.plant(facts);
    EXPECT_EQ(ids(facts), std::vector<std::string>{one.id});
  }
}

// Whatever keeps a node from its work, or gives its secrets away, is a problem.
TEST(Doctor, WhatOnlyWantsALookIsAWarningAndTheRestIsAProblem) {
  const std::set<std::string> warnings = {"daemon.forbidden",
                                          "clock.off",
                                          "clock.unsynchronised",
                                          "names.peer",
                                          "ports.outside",
                                          "ports.outside_some",
                                          "ports.address_private",
                                          "peers.refused",
                                          "peers.ended",
                                          "peers.away",
                                          "peers.lies",
                                          "peers.one_address",
                                          "peers.knocks",
                                          "keys.no_passphrase",
                                          "files.folder_loose",
                                          "disk.low",
                                          "disk.quota",
                                          "limits.files",
                                          "limits.locked_bytes",
                                          "lag.index",
                                          "lag.bodies",
                                          "lag.peer",
                                          "configuration.doubt",
                                          "configuration.plain_http",
                                          "configuration.url",
                                          "signing.waits",
                                          "alarm.frozen",
                                          "versions.daemon",
                                          "versions.newer",
                                          "versions.older"};
  for (const Planted& one : planted()) {
    Facts facts = sound();
    one.plant(facts);
    const Findings findings = examine(facts).findings;
    ASSERT_EQ(findings.size(), 1U) << one.id;
    EXPECT_EQ(findings.front().weight, warnings.contains(one.id) ? Weight::kWarning : Weight::kProblem)
        << one.id;
  }
}

TEST(Doctor, WhatHoldsUpSigningOrIsACriticalAlarmIsAProblem) {
  Facts facts = sound();
  facts.clock->off = facts.clock->signing_waits = true;
  facts.signing->alarms = {{"deliveries", "nothing can be written down", true}};
  ASSERT_EQ(ids(facts), (std::vector<std::string>{"clock.off", "alarm.deliveries"}));
  for (const Finding& finding : examine(facts).findings) EXPECT_EQ(finding.weight, Weight::kProblem);
}

TEST(Doctor, SaysWhyItMattersAndWhatToDo) {
  for (const Planted& one : planted()) {
    Facts facts = sound();
    one.plant(facts);
    for (const Finding& finding : examine(facts).findings) {
      for (const std::string& text : {finding.what, finding.why, finding.todo}) {
        EXPECT_GT(text.size(), 10U) << finding.id;
        EXPECT_EQ(text.find(".."), std::string::npos) << finding.id << ": " << text;
        EXPECT_EQ(text.find('\n'), std::string::npos) << finding.id;
      }
    }
  }
}

TEST(Doctor, FindsFaultsOfTwentyKindsAndMore) {
  std::set<std::string> kinds;
  for (const Planted& one : planted()) kinds.insert(one.id);
  EXPECT_GE(kinds.size(), 20U);
}

TEST(Doctor, WhatPeersFindWhoDialBackOutweighsWhatIsSeenFromHere) {
  Facts facts = sound();
  facts.ports->came_in = false;
  facts.ports->own_address = PortFacts::Reach::kSilent;
  facts.ports->outside = {{"milan.example", "koinon.seoul.example:8470", FromOutside::Found::kUs}};
  EXPECT_EQ(ids(facts), std::vector<std::string>()) << "the router does not lead its own address back";
  facts.ports->came_in = true;
  facts.ports->own_address = PortFacts::Reach::kOurs;
  facts.ports->outside = {{"milan.example", "192.0.2.7:8470", FromOutside::Found::kRefused},
                          {"la.example", "192.0.2.7:8470", FromOutside::Found::kNothing}};
  ASSERT_EQ(ids(facts), std::vector<std::string>{"ports.outside"});
  const Finding found = examine(facts).findings.front();
  EXPECT_EQ(found.weight, Weight::kProblem);
  EXPECT_NE(found.what.find("milan.example finds nobody who listens at 192.0.2.7:8470"), std::string::npos);
  EXPECT_EQ(found.what.find("la.example"), std::string::npos) << "it cannot say";
}

TEST(Doctor, WhereNoPeerAnswersItIsRatherOurLine) {
  Facts facts = sound();
  for (PeerFacts& peer : facts.peers->peers) {
    peer.connected = false;
    peer.reach = PeerFacts::Reach::kSilent;
  }
  EXPECT_EQ(ids(facts).front(), "peers.alone");
}

TEST(Doctor, APeerThatIsPausedIsNotMissed) {
  Facts facts = sound();
  PeerFacts& paused = facts.peers->peers.front();
  paused.connected = false;
  paused.paused = true;
  paused.trouble = "unreachable";
  paused.reach = PeerFacts::Reach::kSilent;
  EXPECT_EQ(ids(facts), std::vector<std::string>());
  paused.address = facts.peers->peers.back().address;
  EXPECT_EQ(ids(facts), std::vector<std::string>()) << "it is not dialled there";
  PeerFacts& other = facts.peers->peers.back();
  other.connected = false;
  other.reach = PeerFacts::Reach::kSilent;
  EXPECT_EQ(ids(facts), std::vector<std::string>{"peers.unreachable"}) << "one alone says little of our line";
}

TEST(Doctor, TellsEachConfigurationFaultAndWhatDoesNothing) {
  Facts facts = sound();
  facts.configuration->fault = "http.port: it is a number";
  facts.configuration->refusals = {"mail.smtp: it needs mail.from", "mail.smtp: it needs http.url"};
  facts.configuration->doubts = {"address: nobody listens there"};
  facts.configuration->url_is_https = false;
  EXPECT_EQ(ids(facts), (std::vector<std::string>{"configuration.wrong", "configuration.refused",
                                                  "configuration.refused", "configuration.doubt"}))
      << "what http.url says is not known to be right";
}

TEST(Doctor, AFullDiskIsToldOnce) {
  Facts facts = sound();
  facts.signing->alarms = {{"reserve", "what other cities send waits", true}};
  EXPECT_EQ(ids(facts), std::vector<std::string>{"alarm.reserve"}) << "room was made just now";
  facts.disk->free_bytes = 500'000'000;
  EXPECT_EQ(ids(facts), std::vector<std::string>{"disk.full"});
  facts = sound();
  facts.signing->alarms = {{"reserve", "what other cities send waits", true}};
  facts.disk->store_most = 1000;
  facts.disk->store_bytes = 950;
  EXPECT_EQ(ids(facts), std::vector<std::string>{"disk.quota"});
}

TEST(Doctor, AnAlarmThatAnotherSubjectTellsIsNotToldTwice) {
  Facts facts = sound();
  for (const char* id : {"clock", "disk", "away", "index", "signing", "standing"})
    facts.signing->alarms.push_back({id, "text", true});
  EXPECT_EQ(ids(facts), std::vector<std::string>());
}

TEST(Doctor, ProblemsComeFirst) {
  Facts facts = sound();
  facts.clock->synchronised = false;
  facts.disk->read_only = true;
  EXPECT_EQ(ids(facts), (std::vector<std::string>{"disk.read_only", "clock.unsynchronised"}));
  const std::string text = examination_text(examine(facts), {"names: --offline."});
  EXPECT_NE(text.find("Not looked at: names: --offline.\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("1 problem, 1 warning.\n")) << text;
}

TEST(Doctor, NamesTheServiceOfThatFolder) {
  for (const auto state : {DaemonFacts::State::kDown, DaemonFacts::State::kStarts,
                           DaemonFacts::State::kSilent, DaemonFacts::State::kStranger}) {
    Facts facts = sound();
    facts.daemon.state = state;
    const std::string todo = examine(facts).findings.front().todo;
    EXPECT_NE(todo.find(" koinond@busan"), std::string::npos) << todo;
  }
}

TEST(Doctor, WhatWasNotLookedAtIsNotSaidToBeWell) {
  Facts facts;
  facts.daemon.state = DaemonFacts::State::kDown;
  EXPECT_EQ(examine(facts).looked_at, std::vector<std::string>{"daemon"});
}

TEST(Doctor, WritesSpansAndSizesForPeople) {
  EXPECT_EQ(span_text(-90'000), "1 day");
  EXPECT_EQ(span_text(7200), "2 hours");
  EXPECT_EQ(span_text(61), "1 minute");
  EXPECT_EQ(span_text(0), "0 seconds");
  EXPECT_EQ(bytes_text(999), "999 bytes");
  EXPECT_EQ(bytes_text(1'500'000'000), "1.5 GB");
  EXPECT_EQ(bytes_text(500'000'000), "500 MB");
}

}  // namespace
}  // namespace koinon::test::doctor_test
