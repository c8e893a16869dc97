// Each value of the configuration is checked as what it is.
#include <gtest/gtest.h>

#include "node/daemon/config.h"
#include "node/daemon/store_url.h"

namespace koinon::test::config_values_test {
namespace {

// What setting the key says; empty: it is taken.
std::string said_of(const std::string& name, const std::string& value) {
  const ConfigKey* key = find_config_key(name);
  if (key == nullptr) return "there is no such key";
  Config config;
  const std::string before = key->value(config);
  const Status set = key->set(config, value);
  if (!set.ok()) EXPECT_EQ(key->value(config), before) << "what is refused changes nothing";
  return set.ok() ? std::string() : set.error().message;
}

struct ValueCase {
  const char* key;
  std::vector<const char*> taken;
  std::vector<const char*> refused;
};

TEST(ConfigValues, AreWhatTheirKeyIsFor) {
  const ValueCase cases[] = {
      {"listen",
       {"", "127.0.0.1", "::", "0.0.0.0"},
       {"localhost", "*", "127.0.0.1:8470", "10.0.0.0/8", "[::1]"}},
      {"http.listen", {"", "::1", "192.0.2.1"}, {"node.seoul.example", "8471", " "}},
      {"address",
       {"", "node.seoul.example:8470", "192.0.2.7:1", "[2001:db8::7]:8470", "127.0.0.1:8470", "localhost:1"},
       {"0.0.0.0:8470", "[::]:8470", "node.seoul.example", "node.seoul.example:0", ":8470", "224.0.0.1:1",
        "255.255.255.255:1", "[fe80::1%eth0]:1", "192.0.2:1", "300.1.1.1:1", "a..b:1", "-a.example:1",
        "https://node.seoul.example:1"}},
      {"http.proxies",
       {"", "127.0.0.1", "127.0.0.1, ::1", "10.0.0.0/8,2001:db8::/32", "::ffff:192.0.2.7"},
       {"10.0.0.0/33", "10.0.0.1/8", "0.0.0.0/0", "::/0", "proxy.example", "127.0.0.1:80", "10.0.0.0/",
        "10/8", "2001:db8::/129"}},
      {"http.proxy_socket", {"", "/run/koinon-proxy/http.sock"}, {"http.sock", "unix:/run/http.sock"}},
      {"http.sso_header",
       {"", "X-Remote-User", "remote-user", "X-Forwarded-User"},
       {"X Remote", "X-Remote:", "Authorization", "cookie", "Koinon-SSO-Secret", "X-Forwarded-For", "Host",
        "Sec-Fetch-Site", "Content-Type", "X-Bürger"}},
      {"http.url",
       {"", "https://notes.seoul.example", "http://localhost:8443"},
       {"notes.seoul.example", "https://", "https://a.example/path", "https://a.example?x",
        "https://a.example#x", "https://me@a.example", "ftp://a.example", "https://a.example:0",
        "https://a.example:70000", "http://0.0.0.0", "https://a..b"}},
      {"mail.smtp",
       {"", "smtp://mail.city.example:587", "smtps://mail.city.example", "smtp://127.0.0.1:25"},
       {"mail.city.example:587", "smtp://", "smtp://a:b@mail.city.example", "smtp://mail.city.example:0",
        "smtp://mail.city.example:587x", "https://mail.city.example", "smtp://mail.city.example/inbox"}},
      {"mail.from", {"", "koinon@seoul.example"}, {"koinon", "Koinon <koinon@seoul.example>", "a@b\n"}},
      {"mail.user", {"", "koinon@seoul.example"}, {"a\nb"}},
      {"mail.digest_hour", {"0", "23"}, {"24", "-1", "six"}},
      {"topics",
       {"", "all", "health", "health, climate/heat", "Health/Testing"},
       {"helth", "health/tsting", "a//b"}},
      {"store.max_bytes", {"0", "1048576"}, {"1", "1048575", "1 GiB"}},
      {"store.url",
       {"", "postgresql://db.example/koinon", "postgres://koinon@db1.example:5432,db2.example:5433/koinon",
        "postgresql://koinon@[2001:db8::7]/koinon?passfile=/etc/koinon/pgpass&sslmode=verify-full",
        "postgresql:///koinon?host=/run/postgresql", "host=/run/postgresql dbname=koinon",
        "host = db.example user='a b' passfile=/etc/koinon/pgpass"},
       {"db.example", "mysql://db.example/koinon", "https://db.example", "postgresql://[::1/koinon",
        "postgresql://db.example:http/koinon", "postgresql://db.example/koinon?sslmode", "host='db.example",
        "postgresql://db.example/%zz", "host=db.example\nport=1"}},
      {"reader_max_lag", {"1", "86400"}, {"0", "-1", "86401", "10s"}},
      {"signing.mark_etcd",
       {"", "http://10.1.0.1:2379", "https://etcd1.example:2379, https://etcd2.example:2379/"},
       {"10.1.0.1:2379", "http://10.1.0.1", "http://root:x@10.1.0.1:2379", "http://10.1.0.1:2379/v3"}},
      {"passphrase_file", {"", "/etc/koinon/words"}, {"words", "./words", "~/words"}},
      {"witness.logs", {"", "/a,/b"}, {"/a,b"}},
      {"witness.listen", {"", "127.0.0.1:8472", "[::1]:0"}, {"witness.example:8472", "8472", "127.0.0.1"}},
      {"witness.name",
       {"", "w.example", "w.example/one"},
       {"https://w.example", "w example", "w.example/", "a+b"}},
      {"office.time_zone", {"", "Asia/Seoul"}, {"Seoul"}},
      {"log.level", {"debug", "info", "warning", "error"}, {"", "INFO", "warn"}},
      {"log.format", {"text", "json"}, {"", "xml"}},
      {"http.public", {"true", "false"}, {"yes", "1", ""}},
      {"send.backoff_seconds", {"1", "3600"}, {"0", "3601"}},
      {"witness.urls", {""}, {"https://witness.example"}},
  };
  for (const ValueCase& one : cases) {
    for (const char* value : one.taken) EXPECT_EQ(said_of(one.key, value), "") << one.key << " = " << value;
    for (const char* value : one.refused) EXPECT_NE(said_of(one.key, value), "") << one.key << " = " << value;
  }
}

TEST(ConfigValues, SayWhatTheyMustBe) {
  EXPECT_EQ(
      said_of("topics", "helth"),
      "the vocabulary has no topic helth; did you mean health? A topic of your own: koinon subscribe helth, "
      "while koinond runs");
  EXPECT_EQ(said_of("address", "0.0.0.0:8470"),
            "0.0.0.0 is not the address of one machine: others cannot connect to it");
  EXPECT_EQ(said_of("http.proxies", "10.0.0.1/8"),
            "10.0.0.1/8 has bits behind its prefix: write 10.0.0.0/8 or 10.0.0.1");
  EXPECT_EQ(said_of("http.sso_header", "Cookie"),
            "this header is used for something else; take one of its own, such as X-Remote-User");
  EXPECT_EQ(said_of("store.max_bytes", "1000"),
            "it is 0 for no quota, or at least 1048576: an empty store has nearly half of that");
}

TEST(ConfigValues, AreKeptAsTheyAreCompared) {
  Config config;
  ASSERT_TRUE(find_config_key("http.sso_header")->set(config, "X-Remote-User").ok());
  EXPECT_EQ(config.http_sso_header, "x-remote-user");
  ASSERT_TRUE(find_config_key("topics")->set(config, "climate, health").ok());
  EXPECT_EQ(config.filter.topics, (std::vector<std::string>{"climate", "health"}));
  ASSERT_TRUE(find_config_key("topics")->set(config, "").ok());
  EXPECT_TRUE(config.filter.all);
}

TEST(AddressRange, ContainsTheAddressesThatBeginSo) {
  const auto in = [](const char* range, const char* address) {
    const auto parsed = AddressRange::parse(range);
    return parsed.ok() && parsed->contains(address);
  };
  EXPECT_TRUE(in("127.0.0.1", "127.0.0.1"));
  EXPECT_TRUE(in("127.0.0.1", "::ffff:127.0.0.1")) << "one IPv4 address, however it came";
  EXPECT_FALSE(in("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(in("10.1.0.0/16", "10.1.255.255"));
  EXPECT_FALSE(in("10.1.0.0/16", "10.2.0.0"));
  EXPECT_TRUE(in("192.0.2.128/25", "192.0.2.129"));
  EXPECT_FALSE(in("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(in("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(in("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_FALSE(in("::/1", "10.1.0.1")) << "an IPv4 address is no IPv6 one";
  EXPECT_TRUE(in("fe80::/10", "fe80::1%eth0"));
  for (const char* nothing : {"", "unknown", "localhost", "10.1.0.1:80"})
    EXPECT_FALSE(in("10.0.0.0/8", nothing)) << nothing;
  EXPECT_EQ(AddressRange::parse("10.1.0.0/16")->text(), "10.1.0.0/16");
  EXPECT_EQ(AddressRange::parse("192.0.2.7/32")->text(), "192.0.2.7");
  EXPECT_EQ(AddressRange::parse("2001:DB8::/32")->text(), "2001:db8::/32");
}

TEST(ConfigValues, AnAddressOfAStoreHasNoPasswordInIt) {
  const char* secrets[] = {"postgresql://koinon:s3cret@db.example/koinon",
                           "postgresql://koinon:@db.example/koinon",
                           "postgresql://db.example/koinon?password=s3cret",
                           "postgresql://db.example/koinon?p%61ssword=s3cret",
                           "postgresql://db.example/koinon?sslkey=/k&sslpassword=s3cret",
                           "host=db.example password=s3cret",
                           "host=db.example password = 's3cret'",
                           "postgresql://koinon:s3cret@db.example:http/koinon"};
  for (const char* secret : secrets) {
    const std::string said = said_of("store.url", secret);
    EXPECT_NE(said.find("passfile="), std::string::npos) << secret << " is told: " << said;
    EXPECT_EQ(said.find("s3cret"), std::string::npos) << said;
  }
}

TEST(ConfigValues, AStoreIsShownWithoutWhoComesToIt) {
  const std::pair<const char*, const char*> cases[] = {
      {"postgresql://koinon@db1.example,db2.example:5433/koinon?passfile=/etc/koinon/pgpass",
       "postgresql://db1.example:5432,db2.example:5433/koinon"},
      {"host=db1.example,db2.example port=5433 dbname='a b' user=koinon",
       "postgresql://db1.example:5433,db2.example:5433/a%20b"},
      {"postgresql:///koinon?host=/run/postgresql&user=koinon", "postgresql://%2Frun%2Fpostgresql/koinon"},
      {"postgresql://koinon@[2001:db8::7]:5433/koinon", "postgresql://[2001:db8::7]:5433/koinon"},
  };
  for (const auto& [url, shown] : cases) {
    const auto parsed = StoreUrl::parse(url);
    ASSERT_TRUE(parsed.ok()) << url;
    EXPECT_EQ(parsed->place(), shown);
  }
}

}  // namespace
}  // namespace koinon::test::config_values_test
