#include "node/api/proofs_api.h"

#include "crypto/tlog_proof.h"
#include "node/api/query_params.h"
#include "proto/base/limits.h"

namespace koinon {
Result<PolicyQuery> read_policy_query(const Params& params) {
  PolicyQuery out;
  out.city = param(params, "city");
  if (!param(params, "quorum").empty()) {
    KOINON_ASSIGN(const std::uint64_t quorum, number_param(params, "quorum", limits::kPolicyCosigners));
    out.quorum = static_cast<std::size_t>(quorum);
  }
  if (param(params, "counts") == "countries") out.counts = PolicyCounts::kCountries;
  return out;
}

ProofsApi::ProofsApi(ApiShared& shared)
    : proof({.method = "GET",
             .pattern = "/api/v1/records/{city}/{index}/proof",
             .need = Need::kReading,
             .id = "getProof",
             .tag = "reading",
             .summary = "A standard tlog-proof that the record is in its city's log, against the head that "
                        "most cities and witnesses have signed",
             .gives = "text/plain"},
            this, &ProofsApi::prove),
      signers(
          {.method = "GET",
           .pattern = "/api/v1/records/{city}/{index}/signers",
           .need = Need::kReading,
           .id = "getSigners",
           .tag = "reading",
           .summary = "Which cities have signed, and when, that they hold the log that the proof shows; and "
                      "which witnesses have cosigned that head of it",
           .gives = "Signers"},
          this, &ProofsApi::list_signers),
      policy(
          {.method = "GET",
           .pattern = "/api/v1/policy",
           .need = Need::kReading,
           .id = "getPolicy",
           .tag = "reading",
           .summary =
               "A standard tlog-policy of the cities that this node trusts: whose cosignatures make a proof "
               "good, and how many of them",
           .query = {"city", "quorum", "counts"},
           .gives = "text/plain"},
          this, &ProofsApi::make_policy),
      parts_(shared.parts) {}

Result<ProofsApi::Proven> ProofsApi::find(const NamedRecord& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(named.ref));
  KOINON_ASSIGN(ProvingHead head,
                read_proving_head(directory, *parts_.store, parts_.nearness, found.log, found.index));
  return Proven{found.log.id, found.index, directory.ref(found.log.id, found.index), std::move(head)};
}

Result<std::string> ProofsApi::prove(const Asker&, const NamedRecord& named) {
  KOINON_ASSIGN(const Proven found, find(named));
  KOINON_ASSIGN(const StoredRecord record, parts_.store->record(found.log, found.index));
  TlogProof out;
  out.extra = record.entry;
  out.index = found.index;
  KOINON_ASSIGN(out.path, parts_.store->inclusion(found.log, found.index, found.head.head.head.size));
  out.checkpoint = found.head.note();
  return out.encode();
}

Result<SignersView> ProofsApi::list_signers(const Asker&, const NamedRecord& named) {
  KOINON_ASSIGN(Proven found, find(named));
  return SignersView{std::move(found.ref), found.head.head.head.size, found.head.key,
                     std::move(found.head.cosigners), found.head.witness_signers()};
}

Result<std::string> ProofsApi::make_policy(const Asker&, const PolicyQuery& query) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  std::optional<LogState> only;
  if (!query.city.empty()) {
    KOINON_ASSIGN(only, directory.find_city(query.city));
  }
  KOINON_ASSIGN(const PolicyCities cities,
                read_policy_cities(directory, *parts_.store, *parts_.index, parts_.nearness, only));
  return make_city_policy(cities.logs, cities.cosigners, query.quorum, query.counts);
}

}  // namespace koinon
