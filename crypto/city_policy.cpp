// The policy of the cities that a node trusts, as a file.
#include <algorithm>
#include <set>

#include "crypto/tlog_policy.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// A word that stands in one line of a policy: blanks and control characters become minus signs.
std::string policy_word(std::string_view text) {
  std::string out(clipped_utf8(text, limits::kPolicyLabelBytes));
  for (char& c : out) {
    const auto u = static_cast<unsigned char>(c);
    if (u <= 0x20 || u == 0x7F) c = '-';
  }
  return out;
}

std::string plural(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::size_t more_than_half(std::size_t count) { return count / 2 + 1; }

class CityPolicy {
 public:
  explicit CityPolicy(PolicyCounts counts) : counts_(counts) {}

  Status add_log(const VKey& log) {
    if (log.type != SignatureType::kEd25519 || !is_key_name(log.name))
      return fail(Code::kInvalidArgument, "a policy names a log by an Ed25519 key with a name", "logs");
    if (!log_keys_.insert(log.key).second) return {};
    if (logs_.size() == limits::kPolicyCosigners) {
      ++logs_left_;
    } else {
      logs_.push_back(log);
    }
    return {};
  }

  Status add_cosigner(const PolicyCosigner& cosigner) {
    KOINON_TRY(check_cosigner(cosigner.newest));
    for (const VKey& retired : cosigner.retired) KOINON_TRY(check_cosigner(retired));
    if (!witness_keys_.insert(cosigner.newest.key).second) return {};
    if (cities_.size() == most_witnesses()) {
      ++cities_left_;
    } else {
      cities_.push_back({&cosigner, policy_word(cosigner.country), {}, {}});
    }
    return {};
  }

  Result<std::string> text(std::optional<std::size_t> quorum) {
    take_retired();
    make_countries();
    name_cities();
    const std::size_t all = counts_ == PolicyCounts::kCosigners ? cities_.size() : top_.size();
    // No proof has more: a larger quorum could never be met.
    const std::size_t most = std::min(all, limits::kCosignatures);
    if (quorum && (*quorum == 0 || *quorum > most))
      return fail(Code::kInvalidArgument,
                  "there are " + std::to_string(all) +
                      " to choose from, and a proof bears the cosignatures of " +
                      std::to_string(limits::kCosignatures) +
                      " cities at most, so a quorum is a number from 1 to " + std::to_string(most),
                  "quorum");
    const std::size_t threshold = quorum.value_or(all == 0 ? 0 : std::min(most, more_than_half(all)));
    return head(threshold, all) + log_lines() + city_lines() + quorum_lines(threshold);
  }

 private:
  struct City {
    const PolicyCosigner* cosigner;
    std::string country;
    std::vector<VKey> retired;  // that are written
    std::string name;           // of its witness, or of the group of its witnesses
  };
  struct Country {
    std::string code;  // empty: of those who have none
    std::vector<City*> cities;
  };

  // So that there are no more groups than that either: one for each country, one for each city with retired
  // keys, and the one of the quorum.
  std::size_t most_witnesses() const {
    return limits::kPolicyCosigners - (counts_ == PolicyCounts::kCountries ? 1 : 0);
  }

  static Status check_cosigner(const VKey& key) {
    if (key.type == SignatureType::kCosignatureV1 && is_key_name(key.name)) return {};
    return fail(Code::kInvalidArgument, "a policy names a cosigner by a key for cosignatures with a name",
                "cosigners");
  }

  // After all newest keys: a city that changed its key often takes no place from others.
  void take_retired() {
    std::size_t room = most_witnesses() - cities_.size();
    for (City& city : cities_) {
      for (const VKey& key : city.cosigner->retired) {
        if (!witness_keys_.insert(key.key).second) continue;
        if (room == 0) {
          ++retired_left_;
          continue;
        }
        city.retired.push_back(key);
        --room;
      }
    }
  }

  // In the order of their nearest cities; those without one last.
  void make_countries() {
    for (City& city : cities_) {
      auto at = std::ranges::find(countries_, city.country, &Country::code);
      if (at == countries_.end()) at = countries_.insert(countries_.end(), Country{city.country, {}});
      at->cities.push_back(&city);
    }
    const auto unknown = std::ranges::find(countries_, std::string(), &Country::code);
    if (unknown != countries_.end()) std::rotate(unknown, unknown + 1, countries_.end());
  }

  // A name that nothing else in the file has.
  std::string unique(const std::string& wanted) {
    std::string out = wanted;
    for (int i = 2; !names_.insert(out).second; ++i) out = wanted + "~" + std::to_string(i);
    return out;
  }

  void name_cities() {
    for (Country& country : countries_) {
      for (City* city : country.cities) {
        const std::string& label = city->cosigner->label;
        city->name = unique(policy_word(label.empty() ? city->cosigner->newest.name : label));
        if (counts_ == PolicyCounts::kCosigners || country.code.empty()) top_.push_back(city->name);
      }
      if (counts_ == PolicyCounts::kCountries && !country.code.empty())
        top_.push_back(unique("country:" + country.code));
    }
  }

  std::string head(std::size_t threshold, std::size_t all) const {
    std::string out =
        "# C2SP tlog-policy: whose signatures make the head of a city's log good.\n"
        "# Written by koinon. Offline: koinon verify FILE --policy THIS-FILE\n#\n";
    if (all == 0) {
      out += "# Quorum: none. No cosigner is known here, so the signature of a log alone suffices.\n";
    } else {
      const bool by_country = counts_ == PolicyCounts::kCountries;
      out += "# Quorum: " + std::to_string(threshold) + " of " +
             (by_country ? plural(all, "country", "countries") : plural(all, "cosigner", "cosigners"));
      if (threshold == more_than_half(all)) out += ", which is more than half of all";
      if (threshold == limits::kCosignatures && threshold < more_than_half(all))
        out += ", which is as many as a proof bears";
      out += ".\n";
      if (by_country)
        out +=
            "# A country has signed if more than half of its cosigners have; a cosigner of no known country "
            "stands alone.\n";
    }
    out += left(logs_left_, "log", "logs") + left(cities_left_, "cosigner", "cosigners") +
           left(retired_left_, "retired key", "retired keys");
    return out;
  }

  static std::string left(std::size_t count, std::string_view one, std::string_view many) {
    if (count == 0) return {};
    return "# Left out: " + plural(count, one, many) + ", since this file has room for " +
           std::to_string(limits::kPolicyCosigners) + ".\n";
  }

  std::string log_lines() const {
    std::string out = "\n";
    for (const VKey& log : logs_) out += "log " + log.text() + "\n";
    return out;
  }

  std::string city_lines() {
    std::string out;
    for (const Country& country : countries_) {
      out += "\n# " + (country.code.empty() ? std::string("Of no known country") : country.code) + "\n";
      for (const City* city : country.cities) out += lines_of(*city);
    }
    return out;
  }

  std::string lines_of(const City& city) {
    const PolicyCosigner& cosigner = *city.cosigner;
    if (city.retired.empty()) return "witness " + city.name + " " + cosigner.newest.text() + "\n";
    std::string members = unique(city.name + ":newest");
    std::string out = "witness " + members + " " + cosigner.newest.text() + "\n";
    for (std::size_t i = 0; i < city.retired.size(); ++i) {
      const std::string name = unique(city.name + ":retired" + std::to_string(i + 1));
      out += "witness " + name + " " + city.retired[i].text() + "\n";
      members += " " + name;
    }
    return out + "group " + city.name + " any " + members + "\n";
  }

  std::string quorum_lines(std::size_t threshold) const {
    if (top_.empty()) return "\nquorum none\n";
    std::string out = "\n";
    std::size_t at = 0;
    for (const Country& country : countries_) {
      if (counts_ == PolicyCounts::kCosigners || country.code.empty()) {
        at += country.cities.size();
        continue;
      }
      out += "group " + top_[at++] + " " + std::to_string(more_than_half(country.cities.size()));
      for (const City* city : country.cities) out += " " + city->name;
      out += "\n";
    }
    const std::string name(top_name());
    out += "group " + name + " " + std::to_string(threshold);
    for (const std::string& member : top_) out += " " + member;
    return out + "\nquorum " + name + "\n";
  }

  std::string_view top_name() const { return counts_ == PolicyCounts::kCosigners ? kCosigners : kCountries; }

  static constexpr std::string_view kCosigners = "cosigners";
  static constexpr std::string_view kCountries = "countries";

  const PolicyCounts counts_;
  std::vector<VKey> logs_;
  std::vector<City> cities_;  // nearest first; countries_ points into it
  std::vector<Country> countries_;
  std::vector<std::string> top_;  // what the quorum counts
  std::set<std::string> names_ = {"none", std::string(kCosigners), std::string(kCountries)};
  std::set<PublicKey> log_keys_;
  std::set<PublicKey> witness_keys_;
  std::size_t logs_left_ = 0;
  std::size_t cities_left_ = 0;
  std::size_t retired_left_ = 0;
};

}  // namespace

Result<std::string> make_city_policy(const std::vector<VKey>& logs,
                                     const std::vector<PolicyCosigner>& cosigners,
                                     std::optional<std::size_t> quorum, PolicyCounts counts) {
  CityPolicy policy(counts);
  for (const VKey& log : logs) KOINON_TRY(policy.add_log(log));
  for (const PolicyCosigner& cosigner : cosigners) KOINON_TRY(policy.add_cosigner(cosigner));
  return policy.text(quorum);
}

}  // namespace koinon
