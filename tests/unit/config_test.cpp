// What a configuration may say, and what is refused by name.
#include "node/daemon/config.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "node/daemon/config_text.h"
#include "proto/base/ascii.h"
#include "proto/base/limits.h"

namespace koinon::test::config_test {
namespace {

Status read(const std::string& text, Config& config) { return read_config_text(text, config); }

// The error of one line.
Error refused(const std::string& line) {
  Config config;
  const Status status = read(line + "\n", config);
  EXPECT_FALSE(status.ok()) << line;
  return status.ok() ? Error() : status.error();
}

TEST(Configuration, ANumberOutOfItsRangeIsRefusedWithItsKeyAndItsRange) {
  constexpr const char* kMost = "1125899906842624";
  for (const char* key :
       {"disk.reserve_bytes", "store.max_bytes", "transit.max_bytes", "attachments.max_bytes"}) {
    for (const char* value : {"-1", "1125899906842625", "9223372036854775807", "99999999999999999999",
                              "\"1 GiB\"", "\"\"", "1.5", "[]", "true"}) {
      const Error error = refused(std::string(key) + " = " + value);
      EXPECT_EQ(error.code, Code::kInvalidArgument) << key << " " << value;
      // What TOML itself does not take names the file.
      if (std::string(value).size() == 20) continue;
      EXPECT_EQ(error.field, key) << value;
      EXPECT_NE(error.message.find("whole number"), std::string::npos) << error.message;
    }
    EXPECT_EQ(refused(std::string(key) + " = -1").message,
              std::string("it is a whole number from 0 to ") + kMost);
    Config config;
    EXPECT_TRUE(read(std::string(key) + " = " + kMost + "\n", config).ok()) << key;
    EXPECT_TRUE(read(std::string(key) + " = 0\n", config).ok()) << key;
  }
}

// The engine takes 0 for "nobody says": it would be the default, and the operator meant none.
TEST(Configuration, NothingAtAllIsRefusedWhereItWouldBeTheDefault) {
  for (const char* key : {"quota.log_bytes", "quota.log_entries", "trust.admits", "trust.paths"})
    EXPECT_TRUE(refused(std::string(key) + " = 0").message.starts_with("it is a whole number from 1 to"))
        << key;
  EXPECT_TRUE(refused("window_bytes = 1000").message.starts_with("it is a whole number from 2097156 to"));
}

TEST(Configuration, AKeyWithOtherSignsBetweenItsWordsIsToldTheRightOne) {
  for (const char* wrong : {"http-port = 1", "http_port = 1", "HTTP.Port = 1"})
    EXPECT_EQ(refused(wrong).message, "the configuration has an unknown key; did you mean http.port?")
        << wrong;
  EXPECT_EQ(refused("office.timezone = \"Asia/Seoul\"").message,
            "the configuration has an unknown key; did you mean office.time_zone?");
  EXPECT_EQ(refused("colour = 1").message,
            "the configuration has an unknown key; koinond --help lists them all");
  EXPECT_EQ(refused("http-port = 1").field, "http-port");
}

TEST(Configuration, TheClockOfATestIsAHundredYearsOffAtMost) {
  Config config;
  for (const std::int64_t fits : {0LL, -5LL, 3'162'240'000LL, -3'162'240'000LL}) {
    ASSERT_TRUE(read("clock.offset_seconds = " + std::to_string(fits) + "\n", config).ok()) << fits;
    EXPECT_EQ(config.clock_offset_seconds, fits);
  }
  for (const char* value : {"3162240001", "-3162240001", "9223372036854775807", "-9223372036854775808",
                            "\"-\"", "\"--5\"", "\"+5\"", "\"tomorrow\"", "\"\""}) {
    const Error error = refused(std::string("clock.offset_seconds = ") + value);
    EXPECT_EQ(error.field, "clock.offset_seconds") << value;
    EXPECT_EQ(error.message, "it is a whole number of seconds, up to a hundred years either way") << value;
  }
  EXPECT_EQ(config.clock_offset_seconds, -3'162'240'000LL) << "what is refused changes nothing";
}

TEST(Configuration, TheStoryOfTheFirstPageIsARefOrNone) {
  Config config;
  for (const char* fits : {"seoul.example/17", "seoul.example~abcdefghijklmnop/17", "none", ""}) {
    ASSERT_TRUE(read(std::string("office.story = \"") + fits + "\"\n", config).ok()) << fits;
    EXPECT_EQ(config.story, fits);
  }
  for (const char* wrong : {"seoul.example", "any", "seoul.example/", "/17"}) {
    EXPECT_EQ(refused(std::string("office.story = \"") + wrong + "\"").field, "office.story") << wrong;
  }
}

TEST(Configuration, WhatNobodySetsIsAsTheLimitsSay) {
  const Config config;
  EXPECT_EQ(config.disk_reserve_bytes, limits::kDiskReserve);
  EXPECT_EQ(config.log_bytes, limits::kLogBytes);
  EXPECT_EQ(config.log_entries, limits::kLogEntries);
  EXPECT_EQ(config.transit_max_bytes, limits::kTransitBytes);
  EXPECT_EQ(config.clock_offset_seconds, 0);
}

TEST(Configuration, TheAddressIsKeptAsBrowsersSendIt) {
  for (const char* written : {"https://notes.seoul.example", "https://Notes.Seoul.EXAMPLE/",
                              "https://notes.seoul.example:443", "https://notes.seoul.example:443/"}) {
    Config config;
    ASSERT_TRUE(read(std::string("http.url = \"") + written + "\"\n", config).ok()) << written;
    EXPECT_EQ(config.http_url, "https://notes.seoul.example") << written;
  }
  Config config;
  ASSERT_TRUE(read("http.url = \"http://localhost:8443\"\n", config).ok());
  EXPECT_EQ(config.http_url, "http://localhost:8443");
  EXPECT_TRUE(read("http.url = \"\"\n", config).ok());
  EXPECT_EQ(config.http_url, "");
}

TEST(Configuration, EveryKeySaysWhatItIsAndAppearsOnce) {
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) {
    EXPECT_FALSE(key.description.empty()) << key.name;
    EXPECT_EQ(std::find(names.begin(), names.end(), key.name), names.end()) << key.name;
    names.push_back(key.name);
  }
}

TEST(Configuration, AMistypedKeyOrTableIsToldTheNearest) {
  EXPECT_EQ(refused("http.prot = 1").message,
            "the configuration has an unknown key; did you mean http.port?");
  EXPECT_EQ(refused("[htpp]\nport = 1").message,
            "the configuration has an unknown key; did you mean http.port?");
  EXPECT_EQ(refused("[htpp]\nport = 1").field, "htpp.port");
  EXPECT_EQ(refused("public = true").message,
            "the configuration has an unknown key; did you mean http.public?");
  EXPECT_EQ(refused("[htpp]").message, "the configuration has an unknown table; did you mean [http]?");
  EXPECT_EQ(refused("port = 1").message,
            "the configuration has an unknown key; koinond --help lists them all")
      << "two keys end so";
  Config config;
  EXPECT_TRUE(read("[http]\n", config).ok());
}

TEST(Configuration, AllThatIsWrongIsToldAtOnceAndWhatIsRightCounts) {
  Config config;
  const Status status =
      read("http.prot = 1\nhttp.port = 70000\ntrust.hops = 1\nlog.level = \"loud\"\n", config);
  ASSERT_FALSE(status.ok());
  std::vector<std::string> fields = {status.error().field};
  for (const Error& other : status.error().also) fields.push_back(other.field);
  std::sort(fields.begin(), fields.end());
  EXPECT_EQ(fields, (std::vector<std::string>{"http.port", "http.prot", "log.level"}));
  EXPECT_EQ(config.trust_hops, 1U);
}

TEST(Configuration, WhatIsPrintedAsTheDefaultsChangesNothingWithAndWithoutItsMarks) {
  const std::string text = default_config_text();
  std::string bare;
  for (const std::string& line : split(text, '\n')) {
    const bool is_key = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    bare += (is_key ? line.substr(1) : line) + "\n";
  }
  const Config defaults;
  for (const std::string& file : {text, bare}) {
    Config config;
    const Status status = read(file, config);
    ASSERT_TRUE(status.ok()) << status.error().text();
    for (const ConfigKey& key : config_keys()) EXPECT_EQ(key.value(config), key.value(defaults)) << key.name;
  }
  for (const ConfigKey& key : config_keys()) {
    const std::string line = "\n#" + key.name + " = " + toml_value(key, defaults);
    EXPECT_NE(text.find(line), std::string::npos) << key.name;
    EXPECT_EQ(key.option, [&] {
      std::string option = "--" + key.name;
      for (char& c : option) c = c == '.' || c == '_' ? '-' : c;
      return option;
    }());
  }
}

TEST(Configuration, WhatAKeySaysOfAConfigurationItTakesAgain) {
  Config config;
  ASSERT_TRUE(read("http.proxies = [\"10.1.0.0/16\", \"::1\"]\nwitness.listen = \"[::1]:0\"\n"
                   "topics = [\"health\", \"climate\"]\nwitness.logs = [\"/a\", \"/b\"]\n"
                   "clock.offset_seconds = -5\n",
                   config)
                  .ok());
  for (const ConfigKey& key : config_keys()) {
    Config again;
    ASSERT_TRUE(key.set(again, key.value(config)).ok()) << key.name;
    EXPECT_EQ(key.value(again), key.value(config)) << key.name;
  }
}

TEST(Configuration, AnUnknownKeyIsNamed) {
  EXPECT_EQ(refused("disk.reserved_bytes = 1").field, "disk.reserved_bytes");
  EXPECT_EQ(refused("[quota]\nbytes = 1").field, "quota.bytes");
}

TEST(Configuration, WhatAnOfficePublishesCanBeTakenBackForTenMinutesUnlessItSaysOtherwise) {
  Config config;
  EXPECT_EQ(config.hold_minutes, 10U);
  EXPECT_TRUE(read("publishing.hold_minutes = 0\n", config).ok());
  EXPECT_EQ(config.hold_minutes, 0U);
}

TEST(Configuration, ATimeZoneIsOneOfTheDatabase) {
  Config config;
  EXPECT_TRUE(read("office.time_zone = \"Asia/Seoul\"\n", config).ok());
  EXPECT_EQ(config.time_zone, "Asia/Seoul");
  EXPECT_EQ(refused("office.time_zone = \"Seoul time\"").field, "office.time_zone");
}

TEST(Configuration, TheWitnessListensWhereItIsToldTo) {
  Config config;
  EXPECT_TRUE(config.witness_listen.empty()) << "off by default";
  ASSERT_TRUE(read("witness.listen = \"127.0.0.1:8472\"\nwitness.logs = [\"/a\", \"/b\"]\n", config).ok());
  EXPECT_EQ(config.witness_listen, "127.0.0.1");
  EXPECT_EQ(config.witness_port, 8472);
  EXPECT_EQ(config.witness_logs, (std::vector<std::string>{"/a", "/b"}));
  ASSERT_TRUE(read("witness.listen = \"[::1]:0\"\n", config).ok());
  EXPECT_EQ(config.witness_listen, "::1");
  EXPECT_EQ(config.witness_port, 0);
  ASSERT_TRUE(read("witness.listen = \"\"\n", config).ok());
  EXPECT_TRUE(config.witness_listen.empty());
  for (const char* wrong : {"8472", "127.0.0.1", "127.0.0.1:", ":0", "127.0.0.1:65536", "127.0.0.1:00"})
    EXPECT_EQ(refused("witness.listen = \"" + std::string(wrong) + "\"").field, "witness.listen") << wrong;
  for (const char* wrong : {"0", "1001", "-1"})
    EXPECT_EQ(refused("witness.per_second = " + std::string(wrong)).field, "witness.per_second") << wrong;
}

}  // namespace
}  // namespace koinon::test::config_test
